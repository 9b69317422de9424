//! What can be parsed before can be parsed after, and has the same parts.

use serde_json::Value;
use ward_redact::Mode;

use crate::{corpus::Document, documents, redactor, streamed};

/// Whether two JSON texts have the same keys, and lists of the same length. Single values may differ.
fn alike(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| alike(a, b)))
        }
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| alike(a, b)),
        (Value::Object(_) | Value::Array(_), _) | (_, Value::Object(_) | Value::Array(_)) => false,
        _ => true,
    }
}

fn redacted(mode: Mode, document: &Document) -> String {
    String::from_utf8(streamed(&redactor(mode), document.text.as_bytes(), &[])).unwrap()
}

#[test]
fn json_stays_json_with_the_same_keys() {
    let mut tried = 0;
    for mode in [Mode::Log, Mode::Strict] {
        for document in documents() {
            let Ok(before) = serde_json::from_str::<Value>(&document.text) else { continue };
            if !before.is_object() {
                continue;
            }
            let after = redacted(mode, &document);
            let parsed = serde_json::from_str::<Value>(&after);
            let parsed = parsed.unwrap_or_else(|e| panic!("{}: {e}: {after}", document.id));
            assert!(alike(&before, &parsed), "{}: {after}", document.id);
            // Numbers and words of the machine's own stay what they are.
            for key in ["status", "level", "resourceType"] {
                assert_eq!(before.get(key), parsed.get(key), "{} {key}", document.id);
            }
            tried += 1;
        }
    }
    assert!(tried > 80, "only {tried} texts were tried");
}

#[test]
fn escapes_beside_markers_stay_whole() {
    for mode in [Mode::Log, Mode::Strict] {
        let redactor = redactor(mode);
        for key in ["dob", "mrn", "name", "ssn", "phone", "note", "x"] {
            for value in [
                r"\t[NAME] 482133",
                r"[NAME]\t482133",
                r"[NAME]\n482133\n[DATE]",
                r"\u0009[NAME] 482133",
                r"[NAME]\u00e9 482133",
                r"\t03/14/1962",
                r"\n541-555-0142\t[NAME]",
                r"\\t[NAME] 482133",
                r"\ttJane Roe\n219-09-9412",
                r#"{\"dob\":\"\\t[NAME] 482133\"}"#,
            ] {
                for text in [
                    format!("{{\"{key}\":\"{value}\"}}\n"),
                    format!("{{\n  \"patient\": {{\n    \"{key}\": \"{value}\",\n    \"a\": 1\n  }}\n}}\n"),
                ] {
                    serde_json::from_str::<Value>(&text).unwrap();
                    let after = String::from_utf8(streamed(&redactor, text.as_bytes(), &[])).unwrap();
                    let parsed = serde_json::from_str::<Value>(&after);
                    assert!(parsed.is_ok(), "{mode:?} {text}: {after}");
                }
            }
        }
    }
}

fn counts<const N: usize>(text: &str, of: [char; N]) -> [usize; N] {
    of.map(|separator| text.chars().filter(|c| *c == separator).count())
}

#[test]
fn segments_of_hl7_and_x12_keep_their_separators() {
    let mut tried = 0;
    for mode in [Mode::Log, Mode::Strict] {
        for document in documents() {
            let ends: &[char] = match document.genre.as_str() {
                "hl7" => &['\r', '\n'],
                "x12" => &['~'],
                _ => continue,
            };
            let after = redacted(mode, &document);
            let (before, after): (Vec<&str>, Vec<&str>) =
                (document.text.split(ends).collect(), after.split(ends).collect());
            assert_eq!(before.len(), after.len(), "{}", document.id);
            for (before, after) in before.iter().zip(&after) {
                let of = ['|', '^', '&', '*'];
                assert_eq!(counts(before, of), counts(after, of), "{}: {after}", document.id);
                let name = |segment: &str| segment.trim_start().chars().take(2).collect::<String>();
                assert_eq!(name(before), name(after), "{}", document.id);
                tried += 1;
            }
        }
    }
    assert!(tried > 100, "only {tried} segments were tried");
}

#[test]
fn lines_and_their_ends_keep_their_number() {
    for mode in [Mode::Log, Mode::Strict] {
        let redactor = redactor(mode);
        for document in documents() {
            let before = document.text.replace('\n', "\r\n") + "\r\n";
            let after = streamed(&redactor, before.as_bytes(), &[]);
            let ends = |text: &[u8]| text.windows(2).filter(|pair| pair == b"\r\n").count();
            assert_eq!(ends(before.as_bytes()), ends(&after), "{}", document.id);
        }
    }
}

#[test]
fn keys_of_logfmt_and_queries_stay() {
    let redactor = redactor(Mode::Log);
    let line = "level=info msg=\"patient saved\" first_name=Mary last_name=\"O'Neil\" dob=1985-03-04 \
                path=\"/find?ssn=123-45-6789&mrn=4821377&page=2\" took=12ms\n";
    let after = String::from_utf8(streamed(&redactor, line.as_bytes(), &[])).unwrap();
    for part in [
        "level=info",
        "msg=\"patient saved\"",
        "first_name=",
        "last_name=\"",
        "dob=",
        "ssn=",
        "&mrn=",
        "&page=2\"",
        "took=12ms",
    ] {
        assert!(after.contains(part), "{part} is not in {after}");
    }
    for value in ["Mary", "Neil", "03-04", "123-45", "4821377"] {
        assert!(!after.contains(value), "{value} is in {after}");
    }
}

#[test]
fn numbers_that_are_masked_leave_valid_json() {
    let redactor = redactor(Mode::Log);
    let line = "{\"ssn\":123456789,\"mrn\":4821377,\"age\":97,\"zip\":1970,\"phones\":[6175550142,6175550143],\"dob\":null,\"count\":48}\n";
    let after = String::from_utf8(streamed(&redactor, line.as_bytes(), &[])).unwrap();
    let parsed: Value = serde_json::from_str(&after).unwrap_or_else(|e| panic!("{e}: {after}"));
    assert_eq!(parsed.get("count"), Some(&Value::from(48)));
    assert!(!after.contains("123456789") && !after.contains("4821377"), "{after}");
}
