//! Where wall-clock time comes from.
//!
//! Only the access log and the status show it; timeouts use the monotonic clock.

use std::sync::Arc;
use std::time::SystemTime;

/// Answers the time now. Tests hand in one that stands still.
pub type Clock = Arc<dyn Fn() -> SystemTime + Send + Sync>;

/// The machine's clock.
pub fn system() -> Clock {
    #[expect(
        clippy::disallowed_methods,
        reason = "the ingress is a process of its own; its one clock starts here"
    )]
    Arc::new(SystemTime::now)
}

/// RFC 3339 in UTC, to the microsecond.
pub(crate) fn rfc3339(time: SystemTime) -> String {
    jiff::Timestamp::try_from(time).map(|t| format!("{t:.6}")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn times_are_written_in_utc_to_the_microsecond() {
        let time = SystemTime::UNIX_EPOCH + Duration::from_micros(1_700_000_000_123_456);
        assert_eq!(rfc3339(time), "2023-11-14T22:13:20.123456Z");
    }
}
