//! CEF, the Common Event Format, version 0, in syslog messages.
//!
//! `CEF:0|Ward|Ward|0.1.0|app:deploy|API Activity|1|rt=1795000000123 externalId=platform/2026-1/7 …`
//!
//! In the header `\` and `|` are escaped and a line break becomes a space; in the extension `\` and `=` are escaped
//! and line breaks are written `\n` and `\r`. CEF's dictionary has no room for a whole OCSF event: this is a summary,
//! with the SHA-256 of the entry's bytes (`cs3`), by which the entry is found in the ledger and compared.

use std::net::IpAddr;

use ward_vault::hash::sha256_hex;

use super::{super::Entry, PRODUCT, VERSION, syslog};

/// Longest text of a value, in characters (the dictionary's bound for most is 1,023).
const LONGEST: usize = 1000;

/// Adds one framed syslog message whose text is the CEF line.
pub fn frame(entry: &Entry, host: &str, out: &mut Vec<u8>) {
    syslog::frame_text(entry, host, &line(entry), out);
}

/// The line, without a line feed.
pub fn line(entry: &Entry) -> String {
    let facts = entry.facts();
    let header = [PRODUCT, PRODUCT, VERSION, facts.action(), facts.class().unwrap_or(facts.action())];
    let mut out = "CEF:0".to_owned();
    for field in header {
        out.push('|');
        escape_header(field, &mut out);
    }
    out.push_str(&format!("|{}|", facts.severity().cef()));
    let millis = |t: ward_model::Timestamp| (t.micros() / 1000).to_string();
    let own = |text: Option<&str>| text.map(str::to_owned);
    let label = |value: &Option<String>, name: &str| value.as_ref().map(|_| name.to_owned());
    // `src` takes IPv4 alone; an IPv6 address has a custom field of its own, and so has what is no address.
    let source = own(facts.source());
    let (v4, v6, other) = match source.as_ref().map(|text| text.parse::<IpAddr>()) {
        Some(Ok(IpAddr::V4(_))) => (source, None, None),
        Some(Ok(IpAddr::V6(_))) => (None, source, None),
        _ => (None, None, source),
    };
    let request = own(facts.request());
    let fields = [
        ("rt", facts.logged().map(millis)),
        ("start", facts.time().map(millis)),
        ("externalId", Some(entry.place())),
        ("act", Some(facts.action().to_owned())),
        ("outcome", own(facts.status())),
        ("reason", own(facts.reason())),
        ("suid", own(facts.actor())),
        ("src", v4),
        ("c6a2Label", label(&v6, "source")),
        ("c6a2", v6),
        ("duid", own(facts.object())),
        ("cs1Label", Some("log".into())),
        ("cs1", Some(entry.log.clone())),
        ("cs2Label", Some("shard".into())),
        ("cs2", Some(entry.shard.clone())),
        ("cs3Label", Some("sha256".into())),
        ("cs3", Some(sha256_hex(&entry.bytes))),
        ("cs4Label", label(&request, "request")),
        ("cs4", request),
        ("cs5Label", label(&other, "source")),
        ("cs5", other),
        ("cn1Label", Some("index".into())),
        ("cn1", Some(entry.index.to_string())),
    ];
    let mut first = true;
    for (key, value) in fields {
        let Some(value) = value else { continue };
        if !std::mem::take(&mut first) {
            out.push(' ');
        }
        out.push_str(key);
        out.push('=');
        escape_extension(&value, &mut out);
    }
    out
}

fn escape_header(text: &str, out: &mut String) {
    for c in text.chars().take(LONGEST) {
        match c {
            '\\' | '|' => out.extend(['\\', c]),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
}

fn escape_extension(text: &str, out: &mut String) {
    for c in text.chars().take(LONGEST) {
        match c {
            '\\' | '=' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::drains::format::sample;

    /// Reads a line as the specification says, on its own: header up to the eighth bar, then keys and values.
    fn parse(line: &str) -> (Vec<String>, BTreeMap<String, String>) {
        let (mut header, mut field, mut chars) = (Vec::new(), String::new(), line.chars());
        while header.len() < 7 {
            match chars.next().expect("a header ends") {
                '\\' => field.push(chars.next().unwrap()),
                '|' => header.push(std::mem::take(&mut field)),
                c => field.push(c),
            }
        }
        let rest: Vec<char> = chars.collect();
        // A key is the word before an equals sign that is not escaped.
        let (mut keys, mut at) = (Vec::new(), 0);
        while at < rest.len() {
            match rest[at] {
                '\\' => at += 1,
                '=' => {
                    let from = rest[..at].iter().rposition(|c| *c == ' ').map_or(0, |p| p + 1);
                    keys.push((from, at));
                }
                _ => {}
            }
            at += 1;
        }
        let mut fields = BTreeMap::new();
        for (i, (from, equals)) in keys.iter().enumerate() {
            let end = keys.get(i + 1).map_or(rest.len(), |(next, _)| next - 1);
            let (mut value, mut chars) = (String::new(), rest[equals + 1..end].iter());
            while let Some(c) = chars.next() {
                match c {
                    '\\' => value.push(match chars.next().unwrap() {
                        'n' => '\n',
                        'r' => '\r',
                        c => *c,
                    }),
                    c => value.push(*c),
                }
            }
            fields.insert(rest[*from..*equals].iter().collect(), value);
        }
        (header, fields)
    }

    #[test]
    fn a_line_says_what_a_person_looks_for_first() {
        let event = json!({
            "severity_id": 3, "time": 1_795_000_000_123_i64, "metadata": { "logged_time": 1_795_000_000_200_i64 },
            "api": { "operation": "app:deploy", "request": { "uid": "req_1" } }, "class_uid": 6003,
            "actor": { "user": { "uid": "usr_1" } }, "src_endpoint": { "uid": "203.0.113.9" }, "status_code": "failed",
            "status_detail": "a=b|c\\d", "unmapped": { "kind": "outcome", "object": { "id": "app_1" } },
        });
        let (header, fields) = parse(&line(&sample(7, &event)));
        assert_eq!(header, ["CEF:0", "Ward", "Ward", VERSION, "app:deploy", "API Activity", "5"]);
        for (key, value) in [
            ("rt", "1795000000200"),
            ("start", "1795000000123"),
            ("externalId", "platform/2026-1/7"),
            ("outcome", "failed"),
            ("reason", "a=b|c\\d"),
            ("suid", "usr_1"),
            ("src", "203.0.113.9"),
            ("duid", "app_1"),
            ("cs1", "platform"),
            ("cs2", "2026-1"),
            ("cn1", "7"),
            ("cs3", sha256_hex(event.to_string().as_bytes()).as_str()),
            ("cs4", "req_1"),
        ] {
            assert_eq!(fields.get(key).map(String::as_str), Some(value), "{key}");
        }
        let (_, fields) = parse(&line(&sample(7, &json!({ "src_endpoint": { "ip": "2001:db8::1" } }))));
        assert!(fields["c6a2"] == "2001:db8::1" && !fields.contains_key("src"));
        let (_, fields) = parse(&line(&sample(7, &json!({ "src_endpoint": { "uid": "sub_1" } }))));
        assert!(fields["cs5"] == "sub_1" && fields["cs5Label"] == "source" && !fields.contains_key("src"));
    }

    proptest! {
        #[test]
        fn any_text_keeps_to_its_field(text in "[a-z|=\\\\\n\r ]{0,40}|\\PC{0,40}") {
            let event = json!({ "status_detail": format!("d{text}"), "api": { "operation": format!("o{text}") } });
            let line = line(&sample(1, &event));
            prop_assert!(!line.contains(['\n', '\r']));
            let (header, fields) = parse(&line);
            let flat = |t: String| t.replace(|c: char| c.is_control(), " ");
            prop_assert_eq!(&header[4], &flat(format!("o{text}")));
            prop_assert_eq!(&header[5], &header[4]);
            let kept = |t: String| t.replace(|c: char| c.is_control() && c != '\n' && c != '\r', " ");
            prop_assert_eq!(&fields["reason"], &kept(format!("d{text}")));
            prop_assert_eq!(&fields["act"], &kept(format!("o{text}")));
            prop_assert_eq!(&fields["cn1"], "1");
        }
    }
}
