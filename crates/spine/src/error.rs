//! The one error that leaves: what happened, what to do next, and a stable code.
//!
//! It is built where it happens and keeps its source for the log; the door makes a public
//! [`Problem`](ward_model::Problem) of it, which never contains the source.

use std::fmt;

use ward_model::ErrorCode;

/// Result of every verb.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// An error of a verb.
#[derive(Debug)]
pub struct Error(Box<Inner>);

#[derive(Debug)]
struct Inner {
    code: ErrorCode,
    message: String,
    next_step: String,
    safeguard: Option<String>,
    retry_after: Option<u64>,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl Error {
    /// An error with a code, what happened, and what to do next.
    pub fn new(code: ErrorCode, message: impl Into<String>, next_step: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            code,
            message: message.into(),
            next_step: next_step.into(),
            safeguard: None,
            retry_after: None,
            source: None,
        }))
    }

    /// The request breaks a rule of form.
    pub fn invalid(message: impl Into<String>, next_step: impl Into<String>) -> Self {
        Self::new(ErrorCode::Invalid, message, next_step)
    }

    /// No such thing, or none that the principal may know of: both read the same.
    pub fn not_found(kind: &str, name: impl fmt::Display) -> Self {
        Self::new(
            ErrorCode::NotFound,
            format!("no {kind} {name} that you can see"),
            format!("list what there is, or ask for a grant on the {kind}"),
        )
    }

    /// It exists already, or is in another state than the action needs.
    pub fn conflict(message: impl Into<String>, next_step: impl Into<String>) -> Self {
        Self::new(ErrorCode::Conflict, message, next_step)
    }

    /// A floor of a PHI environment forbids it; `safeguard` is the citation.
    pub fn floor(
        safeguard: impl Into<String>,
        message: impl Into<String>,
        next_step: impl Into<String>,
    ) -> Self {
        let mut error = Self::new(ErrorCode::Floor, message, next_step);
        error.0.safeguard = Some(safeguard.into());
        error
    }

    /// Too many attempts; seconds until the next may be made.
    pub fn throttled(message: impl Into<String>, seconds: u64) -> Self {
        let mut error =
            Self::new(ErrorCode::Throttled, message, format!("wait {seconds} seconds, then try again"));
        error.0.retry_after = Some(seconds);
        error
    }

    /// Something that is needed does not answer.
    pub fn unavailable(
        message: impl Into<String>,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self::new(
            ErrorCode::Unavailable,
            message,
            "try again in a moment; `ward server status` tells what is wrong",
        )
        .because(source)
    }

    /// A defect of Ward, or a broken store.
    pub fn internal(
        doing: impl fmt::Display,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self::new(
            ErrorCode::Internal,
            format!("Ward failed while {doing}"),
            "the server's log has the cause under this request id",
        )
        .because(source)
    }

    /// Keeps the cause, for the log only.
    #[must_use]
    pub fn because(mut self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// Stable code.
    pub fn code(&self) -> ErrorCode {
        self.0.code
    }
    /// What happened.
    pub fn message(&self) -> &str {
        &self.0.message
    }
    /// What to do next.
    pub fn next_step(&self) -> &str {
        &self.0.next_step
    }
    /// Citation of the safeguard that forbids it.
    pub fn safeguard(&self) -> Option<&str> {
        self.0.safeguard.as_deref()
    }
    /// Seconds to wait.
    pub fn retry_after(&self) -> Option<u64> {
        self.0.retry_after
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source.as_deref().map(|s| s as &(dyn std::error::Error + 'static))
    }
}

impl From<sqlx::Error> for Error {
    fn from(source: sqlx::Error) -> Self {
        let full = source.as_database_error().is_some_and(|e| e.message().contains("disk is full"));
        if full {
            return Self::new(
                ErrorCode::Unavailable,
                "the disk of the store is full",
                "free space below the data directory, then try again",
            )
            .because(source);
        }
        // SQLite keeps U+0000 in a text, PostgreSQL does not: SQLSTATE 22021.
        if source.as_database_error().and_then(|e| e.code()).is_some_and(|code| code == "22021") {
            return Self::invalid(
                "a text holds a character that the store can't keep, such as U+0000",
                "leave out the control characters",
            )
            .because(source);
        }
        Self::internal("using the store", source)
    }
}

impl From<ward_model::id::InvalidId> for Error {
    fn from(source: ward_model::id::InvalidId) -> Self {
        Self::invalid(source.to_string(), "give the id as Ward printed it")
    }
}
