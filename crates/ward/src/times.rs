//! Times: the clock, spans like `10m`, and how times are shown.

use std::time::Duration;

use ward_model::Timestamp;

use crate::problem::{Failure, Result};

/// Now.
#[expect(
    clippy::disallowed_methods,
    reason = "the command line's only clock: for `--since 10m` and `--expires 30d`"
)]
pub(crate) fn now() -> Timestamp {
    Timestamp::from_micros(jiff::Timestamp::now().as_microsecond())
}

/// A time for people, to the second: `2026-11-22 08:30:00Z`.
pub(crate) fn shown(time: Timestamp) -> String {
    let text = time.to_string();
    match text.get(..19) {
        Some(cut) => format!("{}Z", cut.replace('T', " ")),
        None => text,
    }
}

/// A span: a number and `s`, `m`, `h` or `d`. Units in days are of 24 hours.
pub(crate) fn span(text: &str) -> Result<Duration> {
    let wrong = || {
        Failure::usage(format!("{text:?} is no span of time")).next_step("write it like 90s, 10m, 2h or 30d")
    };
    let (number, unit) = text.split_at_checked(text.len().saturating_sub(1)).ok_or_else(wrong)?;
    let seconds = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        _ => return Err(wrong()),
    };
    if !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(wrong());
    }
    number.parse::<u64>().ok().and_then(|n| n.checked_mul(seconds)).map(Duration::from_secs).ok_or_else(wrong)
}

/// A time as in RFC 3339, or a day: its beginning in UTC.
fn point(text: &str) -> Option<Timestamp> {
    text.parse().or_else(|_| format!("{text}T00:00:00Z").parse()).ok()
}

/// A point in the past: a span ago, a day, or a time as in RFC 3339.
pub(crate) fn ago(text: &str, now: Timestamp) -> Result<Timestamp> {
    match point(text) {
        Some(time) => Ok(time),
        None => span(text).map(|span| now.minus(span)).map_err(|_| no_time(text)),
    }
}

/// A point in the future: a span from now, a day, or a time as in RFC 3339.
pub(crate) fn ahead(text: &str, now: Timestamp) -> Result<Timestamp> {
    match point(text) {
        Some(time) => Ok(time),
        None => span(text).map(|span| now.plus(span)).map_err(|_| no_time(text)),
    }
}

fn no_time(text: &str) -> Failure {
    Failure::usage(format!("{text:?} is no time"))
        .next_step("write a span (10m, 2h, 30d), a day (2026-11-22) or a time (2026-11-22T08:00:00Z)")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn spans_and_times_are_read_and_shown() {
        let noon: Timestamp = "2026-11-22T12:00:00Z".parse().unwrap();
        assert_eq!(shown(ago("10m", noon).unwrap()), "2026-11-22 11:50:00Z");
        assert_eq!(shown(ahead("30d", noon).unwrap()), "2026-12-22 12:00:00Z");
        assert_eq!(ago("2026-01-01", noon).unwrap().to_string(), "2026-01-01T00:00:00.000000Z");
        assert!(ago("2026-13-01", noon).is_err() && ago("T", noon).is_err());
        assert_eq!(ago("2026-01-01T00:00:00Z", noon).unwrap().to_string(), "2026-01-01T00:00:00.000000Z");
    }

    proptest! {
        #[test]
        fn any_text_is_a_span_or_an_error(text in "\\PC{0,12}") {
            let _ = span(&text);
        }
    }

    #[test]
    fn what_is_no_span_is_refused() {
        for text in ["", "m", "-5m", "+5m", "5", "5 m", "1w", "99999999999999999999d", "5ü"] {
            assert!(span(text).is_err(), "{text}");
        }
    }
}
