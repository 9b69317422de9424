//! How times, sizes and messages are written for people.

use ward_model::Timestamp;

/// A message as a sentence: a capital first, a full stop last.
pub(crate) fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    let Some(first) = chars.next() else { return String::new() };
    // A command or a code in front stays as it is.
    let capital = if text.contains(' ') { first.to_uppercase().to_string() } else { first.to_string() };
    let end = if text.ends_with(['.', '!', '?', ':']) { "" } else { "." };
    format!("{capital}{}{end}", chars.as_str())
}

/// A time, to the minute.
pub(crate) fn when(time: Timestamp) -> String {
    let text = time.to_string();
    match (text.get(..10), text.get(11..16)) {
        (Some(day), Some(minute)) => format!("{day} {minute} UTC"),
        _ => text,
    }
}

/// How long ago something was.
pub(crate) fn ago(now: Timestamp, time: Timestamp) -> String {
    let seconds = now.since(time).as_secs();
    match seconds {
        _ if time > now => when(time),
        0..60 => "just now".to_owned(),
        _ => format!("{} ago", span(seconds)),
    }
}

/// A span of time, in its largest unit.
pub(crate) fn span(seconds: u64) -> String {
    let (n, unit) = match seconds {
        0..60 => (seconds, "second"),
        60..3600 => (seconds / 60, "minute"),
        3600..172_800 => (seconds / 3600, "hour"),
        _ => (seconds / 86_400, "day"),
    };
    format!("{n} {unit}{}", if n == 1 { "" } else { "s" })
}

/// A size, in binary units.
pub(crate) fn bytes(n: u64) -> String {
    let unit = [("GiB", 30), ("MiB", 20), ("KiB", 10)].into_iter().find(|(_, shift)| n >= 1 << shift);
    match unit {
        Some((unit, shift)) => {
            let tenths = (n >> (shift - 10)) * 10 / 1024;
            format!("{}.{} {unit}", tenths / 10, tenths % 10)
        }
        None => format!("{n} bytes"),
    }
}

/// A time as pages show it.
#[derive(Debug, Clone)]
pub(crate) struct Moment {
    /// For machines.
    pub(crate) exact: String,
    /// To the minute.
    pub(crate) text: String,
    /// How long ago.
    pub(crate) ago: String,
}

impl Moment {
    /// A time as seen now.
    pub(crate) fn new(now: Timestamp, time: Timestamp) -> Self {
        Self { exact: time.to_string(), text: when(time), ago: ago(now, time) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_sizes_read_well() {
        let now = Timestamp::from_micros(1_793_491_200_000_000);
        let before = |seconds| now.minus(std::time::Duration::from_secs(seconds));
        assert_eq!(when(now), "2026-11-01 00:00 UTC");
        assert_eq!(ago(now, before(5)), "just now");
        assert_eq!(ago(now, before(60)), "1 minute ago");
        assert_eq!(ago(now, before(7300)), "2 hours ago");
        assert_eq!(ago(now, before(180_000)), "2 days ago");
        assert_eq!(
            (bytes(12), bytes(1536), bytes(5 << 30)),
            ("12 bytes".into(), "1.5 KiB".into(), "5.0 GiB".into())
        );
    }

    #[test]
    fn a_message_becomes_a_sentence() {
        assert_eq!(sentence("no app x that you can see"), "No app x that you can see.");
        assert_eq!(sentence("Done."), "Done.");
        assert_eq!(sentence(""), "");
    }
}
