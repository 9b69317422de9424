//! How a run fails: what happened, what to do next, and the exit code.

use ward_model::{ErrorCode, Problem};

use crate::{clean::clean, output::Terminal};

/// Result of everything a command does.
pub(crate) type Result<T> = std::result::Result<T, Failure>;

/// Exit codes. 0 is success.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// The operation failed.
    Failed = 1,
    /// The command was used wrongly.
    Usage = 2,
    /// Not signed in, or not allowed.
    Denied = 3,
    /// Not found.
    NotFound = 4,
    /// It exists, or is in another state.
    Conflict = 5,
    /// The server can't be reached.
    Unreachable = 6,
}

/// Why a run ended early.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The server said so.
    Problem(Box<Problem>),
    /// Found on this side.
    Own {
        /// Exit code.
        exit: Exit,
        /// What happened.
        what: String,
        /// More, a line each.
        details: Vec<String>,
        /// What to do next.
        next: Option<String>,
    },
    /// All is said already; only the code remains.
    Said(Exit),
    /// A verdict was said; this is its code.
    Verdict(u8),
    /// Whoever read our output went away: not a failure.
    Closed,
}

impl Failure {
    /// One of our own.
    pub(crate) fn new(exit: Exit, what: impl Into<String>) -> Self {
        Self::Own { exit, what: what.into(), details: Vec::new(), next: None }
    }
    /// Used wrongly.
    pub(crate) fn usage(what: impl Into<String>) -> Self {
        Self::new(Exit::Usage, what)
    }
    /// No such thing.
    pub(crate) fn not_found(what: impl Into<String>) -> Self {
        Self::new(Exit::NotFound, what)
    }
    /// Adds what to do next.
    pub(crate) fn next_step(mut self, text: impl Into<String>) -> Self {
        if let Self::Own { next, .. } = &mut self {
            *next = Some(text.into());
        }
        self
    }
    /// Adds lines of detail.
    pub(crate) fn details_of(mut self, lines: Vec<String>) -> Self {
        if let Self::Own { details, .. } = &mut self {
            *details = lines;
        }
        self
    }
    /// Whether the server said this code.
    pub(crate) fn is(&self, code: ErrorCode) -> bool {
        matches!(self, Self::Problem(problem) if problem.code == code)
    }
    /// What happened, alone: for a question that is asked again.
    pub(crate) fn title(&self) -> &str {
        match self {
            Self::Problem(problem) => &problem.title,
            Self::Own { what, .. } => what,
            Self::Said(_) | Self::Verdict(_) | Self::Closed => "",
        }
    }
    /// Whether the server refused what was typed, as far as a status tells.
    pub(crate) fn mistyped(&self) -> bool {
        matches!(self, Self::Problem(problem) if matches!(problem.status, 400 | 401 | 403 | 422))
    }
    /// The exit code.
    pub(crate) fn exit(&self) -> u8 {
        match self {
            Self::Problem(problem) => exit_of(problem.code) as u8,
            Self::Own { exit, .. } | Self::Said(exit) => *exit as u8,
            Self::Verdict(code) => *code,
            Self::Closed => 0,
        }
    }

    /// Prints it on standard error: text, or JSON if that was asked for.
    pub(crate) fn report(&self, terminal: &Terminal) {
        let json = match self {
            Self::Said(_) | Self::Verdict(_) | Self::Closed => return,
            Self::Problem(problem) => serde_json::to_string(problem).ok(),
            Self::Own { what, next, .. } => {
                Some(serde_json::json!({ "title": what, "next_step": next }).to_string())
            }
        };
        match json.filter(|_| terminal.json) {
            Some(json) => terminal.complain("", &json),
            None => terminal.complain("error: ", &self.text()),
        }
    }

    /// The text after `error: `.
    fn text(&self) -> String {
        let mut lines = Vec::new();
        match self {
            Self::Problem(problem) => {
                lines.push(problem.title.clone());
                if let Some(safeguard) = &problem.safeguard {
                    lines.push(format!("  safeguard: {safeguard}"));
                }
                if let Some(seconds) = problem.retry_after {
                    lines.push(format!("  try again in: {seconds} s"));
                }
                if let Some(next) = next_of(problem) {
                    lines.push(format!("next: {next}"));
                }
                if !problem.request_id.is_empty() {
                    lines.push(format!("request: {}", problem.request_id));
                }
            }
            Self::Own { what, details, next, .. } => {
                lines.push(what.clone());
                lines.extend(details.iter().map(|line| format!("  {line}")));
                lines.extend(next.iter().map(|next| format!("next: {next}")));
            }
            Self::Said(_) | Self::Verdict(_) | Self::Closed => {}
        }
        lines.iter().map(|line| clean(line).into_owned()).collect::<Vec<_>>().join("\n")
    }
}

/// What to do next, as the server says it, with the command that does it where the server does not name one.
fn next_of(problem: &Problem) -> Option<String> {
    let said = problem.next_step.trim();
    let command = match problem.code {
        ErrorCode::Unauthenticated if said.contains("try again") => None,
        ErrorCode::Unauthenticated | ErrorCode::SecondFactorRequired => Some("`ward login`"),
        ErrorCode::StepUpRequired => Some("`ward step-up --code CODE`, then this command again"),
        ErrorCode::Sealed => Some("`ward server unseal`"),
        _ => None,
    };
    match command.filter(|_| !said.contains("`ward ")) {
        Some(command) if said.is_empty() => Some(command.to_owned()),
        Some(command) => Some(format!("{said} ({command})")),
        None => Some(said.to_owned()).filter(|said| !said.is_empty()),
    }
}

fn exit_of(code: ErrorCode) -> Exit {
    match code {
        ErrorCode::Invalid => Exit::Usage,
        ErrorCode::Unauthenticated
        | ErrorCode::SecondFactorRequired
        | ErrorCode::StepUpRequired
        | ErrorCode::Forbidden => Exit::Denied,
        ErrorCode::NotFound => Exit::NotFound,
        ErrorCode::Conflict => Exit::Conflict,
        ErrorCode::Floor
        | ErrorCode::TooLarge
        | ErrorCode::Throttled
        | ErrorCode::Sealed
        | ErrorCode::LedgerUnavailable
        | ErrorCode::Unavailable
        | ErrorCode::Internal => Exit::Failed,
    }
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Self::new(Exit::Failed, format!("{error:#}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(code: ErrorCode) -> Failure {
        Failure::Problem(Box::new(Problem {
            kind: format!("urn:ward:error:{}", code.as_str()),
            status: code.status(),
            code,
            title: "PHI needs backups \u{1b}[2Jdaily".into(),
            next_step: "leave --backup-every out".into(),
            request_id: "req_1".into(),
            safeguard: Some("45 CFR 164.308(a)(7)(ii)(A)".into()),
            retry_after: None,
        }))
    }

    #[test]
    fn a_problem_shows_title_safeguard_next_step_and_request() {
        assert_eq!(
            problem(ErrorCode::Floor).text(),
            "PHI needs backups daily\n  safeguard: 45 CFR 164.308(a)(7)(ii)(A)\nnext: leave --backup-every out\nrequest: req_1"
        );
    }

    #[test]
    fn signing_in_is_named_as_a_command() {
        assert!(problem(ErrorCode::Unauthenticated).text().contains("ward login"));
        assert!(problem(ErrorCode::StepUpRequired).text().contains("ward step-up"));
        assert!(problem(ErrorCode::Sealed).text().contains("ward server unseal"));
    }

    #[test]
    fn each_code_has_its_documented_exit_code() {
        let codes = [
            (ErrorCode::Invalid, 2),
            (ErrorCode::Forbidden, 3),
            (ErrorCode::Unauthenticated, 3),
            (ErrorCode::NotFound, 4),
            (ErrorCode::Conflict, 5),
            (ErrorCode::Internal, 1),
        ];
        for (code, exit) in codes {
            assert_eq!(problem(code).exit(), exit, "{code:?}");
        }
    }
}
