//! Turns what the client libraries report into the engine's errors.

use bollard::errors::Error;
use ward_spine::engine::EngineError;

/// Wraps any cause, saying what was being done.
pub(crate) fn broken(
    doing: impl Into<String>,
    source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
) -> EngineError {
    EngineError::Other { doing: doing.into(), source: source.into() }
}

/// A lost connection is [`EngineError::Unavailable`] (the service is being restarted), a deadline is
/// [`EngineError::Timeout`], the rest keeps its cause.
pub(crate) fn translate(doing: impl Into<String>, error: Error) -> EngineError {
    let doing = doing.into();
    match error {
        Error::RequestTimeoutError => EngineError::Timeout(doing),
        Error::IOError { .. }
        | Error::HyperResponseError { .. }
        | Error::HyperLegacyError { .. }
        | Error::SocketNotFoundError(_) => EngineError::Unavailable(format!("{doing}: {error}")),
        other => broken(doing, other),
    }
}

/// The HTTP status in the error, if the service answered at all.
pub(crate) fn status(error: &Error) -> Option<u16> {
    match error {
        Error::DockerResponseServerError { status_code, .. } => Some(*status_code),
        _ => None,
    }
}
