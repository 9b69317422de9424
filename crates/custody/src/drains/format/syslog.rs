//! Syslog, RFC 5424, framed by octet counting (RFC 5425 4.3, RFC 6587 3.4.1).
//!
//! `<110>1 2026-11-22T03:41:39.123Z ward.example ward - app:deploy [ward@32473 log="…" shard="…" index="7"] {…}`
//!
//! Facility 13, log audit. The message is the entry's own bytes, without a byte order mark (MSG-ANY), so that it is
//! what the tree hashes. The project has no enterprise number of its own: 32473 is the one that IANA set aside for
//! examples (RFC 5612).

use ward_model::Timestamp;

use super::super::Entry;
use crate::drains::entry::Severity;

/// Facility "log audit" (RFC 5424 6.2.1, table 1).
const FACILITY: u8 = 13;
/// Name of our structured data element.
pub const SD_ID: &str = "ward@32473";

/// Adds one framed message with the entry's bytes as its text.
pub fn frame(entry: &Entry, host: &str, out: &mut Vec<u8>) {
    let facts = entry.facts();
    let index = entry.index.to_string();
    let data = [("log", entry.log.as_str()), ("shard", &entry.shard), ("index", &index)];
    framed(facts.severity(), facts.time(), host, facts.action(), &data, &entry.bytes, out);
}

/// Adds one framed message with a text of its own, for forms that ride on syslog.
pub(super) fn frame_text(entry: &Entry, host: &str, text: &str, out: &mut Vec<u8>) {
    let facts = entry.facts();
    let index = entry.index.to_string();
    let data = [("log", entry.log.as_str()), ("shard", &entry.shard), ("index", &index)];
    framed(facts.severity(), facts.time(), host, facts.action(), &data, text.as_bytes(), out);
}

/// Adds the framed message of a test: no entry, and recognizable as none.
pub fn frame_test(drain: &str, now: Timestamp, host: &str, text: &str, out: &mut Vec<u8>) {
    framed(
        Severity::Informational,
        Some(now),
        host,
        "test",
        &[("test", "true"), ("drain", drain)],
        text.as_bytes(),
        out,
    );
}

fn framed(
    severity: Severity,
    time: Option<Timestamp>,
    host: &str,
    id: &str,
    data: &[(&str, &str)],
    text: &[u8],
    out: &mut Vec<u8>,
) {
    let priority = FACILITY * 8 + severity.syslog();
    let time = time.map_or_else(|| "-".to_owned(), |t| t.to_string());
    let mut head = format!("<{priority}>1 {time} {} ward - {} [{SD_ID}", word(host, 255), word(id, 32));
    for (name, value) in data {
        head.push(' ');
        head.push_str(name);
        head.push_str("=\"");
        escape(value, &mut head);
        head.push('"');
    }
    head.push_str("] ");
    out.extend_from_slice(format!("{} ", head.len() + text.len()).as_bytes());
    out.extend_from_slice(head.as_bytes());
    out.extend_from_slice(text);
}

/// A field of the header: printable ASCII without space, at most so long (RFC 5424 6), `-` for nothing.
fn word(text: &str, longest: usize) -> String {
    let word: String =
        text.chars().map(|c| if c.is_ascii_graphic() { c } else { '_' }).take(longest).collect();
    if word.is_empty() { "-".into() } else { word }
}

/// A value of structured data: `"`, `\` and `]` are escaped (RFC 5424 6.3.3).
fn escape(value: &str, out: &mut String) {
    for c in value.chars() {
        if matches!(c, '"' | '\\' | ']') {
            out.push('\\');
        }
        out.push(c);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::drains::format::sample;

    #[test]
    fn a_message_is_as_rfc_5424_and_5425_say() {
        let event =
            json!({ "severity_id": 4, "time": 1_795_000_000_123_i64, "api": { "operation": "app:deploy" } });
        let entry = sample(7, &event);
        let mut out = Vec::new();
        frame(&entry, "ward.example", &mut out);
        let text = String::from_utf8(out).unwrap();
        let (length, rest) = text.split_once(' ').unwrap();
        assert_eq!(length.parse::<usize>().unwrap(), rest.len());
        let expected = "<107>1 2026-11-18T11:06:40.123000Z ward.example ward - app:deploy \
                        [ward@32473 log=\"platform\" shard=\"2026-1\" index=\"7\"] ";
        assert_eq!(rest, format!("{expected}{event}"));
    }

    #[test]
    fn what_says_nothing_of_itself_is_a_valid_message_too() {
        let mut out = Vec::new();
        frame(&sample(0, &json!(null)), "ward host\u{e9}", &mut out);
        let text = String::from_utf8(out).unwrap();
        assert!(text.contains(" <110>1 - ward_host_ ward - entry ["), "{text}");
    }

    /// Undoes the escaping as a receiver does.
    fn value(text: &str) -> (String, &str) {
        let mut out = String::new();
        let mut chars = text.char_indices();
        while let Some((at, c)) = chars.next() {
            match c {
                '"' => return (out, &text[at + 1..]),
                '\\' => out.push(chars.next().unwrap().1),
                other => out.push(other),
            }
        }
        panic!("no closing quote: {text}");
    }

    proptest! {
        #[test]
        fn any_value_of_structured_data_reads_back(text in "\\PC*|[\"\\\\\\]\\[ =]{0,20}") {
            let mut escaped = String::new();
            escape(&text, &mut escaped);
            escaped.push_str("\"] rest");
            let (read, rest) = value(&escaped);
            prop_assert_eq!(read, text);
            prop_assert_eq!(rest, "] rest");
        }

        #[test]
        fn frames_follow_each_other_without_a_gap(texts in proptest::collection::vec(".*", 1..5)) {
            let mut out = Vec::new();
            for (i, text) in texts.iter().enumerate() {
                frame(&sample(i as u64, &json!({ "message": text, "api": { "operation": text } })), text, &mut out);
            }
            let mut rest = &out[..];
            for text in &texts {
                let space = rest.iter().position(|b| *b == b' ').unwrap();
                let length: usize = std::str::from_utf8(&rest[..space]).unwrap().parse().unwrap();
                let message = std::str::from_utf8(&rest[space + 1..space + 1 + length]).unwrap();
                let data = message.find(" [ward@32473 ").unwrap();
                // The header has six fields before the structured data.
                prop_assert_eq!(message[..data].split(' ').count(), 6);
                let start = data + message[data..].find("] ").unwrap() + 2;
                let event: serde_json::Value = serde_json::from_str(&message[start..]).unwrap();
                prop_assert_eq!(event["message"].as_str().unwrap(), text);
                rest = &rest[space + 1 + length..];
            }
            prop_assert!(rest.is_empty());
        }
    }
}
