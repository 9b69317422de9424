//! JSON lines: one entry a line, wrapped with its place, its own bytes last and unchanged.
//!
//! `{"log":"platform","shard":"2026-1","index":7,"entry":{…}}`: what stands between `"entry":` and the closing
//! brace of the line is what the tree hashes, so a line can be proven with `ward ledger prove` and a SHA-256. An
//! entry that is no JSON comes as `"entry_base64"`. A newline can't be inside: JSON escapes it (RFC 8259 7).

use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::super::Entry;

const MIDDLE: &str = ",\"entry\":";

/// Adds the line of an entry, with its line feed.
pub fn line(entry: &Entry, out: &mut Vec<u8>) {
    object(entry, out);
    out.push(b'\n');
}

/// Adds the object without a line feed.
pub(super) fn object(entry: &Entry, out: &mut Vec<u8>) {
    let log = serde_json::Value::from(entry.log.as_str());
    let shard = serde_json::Value::from(entry.shard.as_str());
    out.extend_from_slice(format!("{{\"log\":{log},\"shard\":{shard},\"index\":{}", entry.index).as_bytes());
    // Canonical bytes have no line feed; pretty-printed JSON from elsewhere would.
    if entry.facts().is_json() && !entry.bytes.contains(&b'\n') {
        out.extend_from_slice(MIDDLE.as_bytes());
        out.extend_from_slice(&entry.bytes);
    } else {
        let text = STANDARD.encode(&entry.bytes);
        out.extend_from_slice(format!(",\"entry_base64\":\"{text}\"").as_bytes());
    }
    out.push(b'}');
}

/// Reads a line back; `None` if it is none of ours, or only a part of one.
pub fn read(line: &[u8]) -> Option<Entry> {
    #[derive(serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Head {
        log: String,
        shard: String,
        index: u64,
        entry_base64: Option<String>,
    }
    // A quote within a string of JSON is escaped, so the first of these is no part of one.
    let (head, bytes) = match memchr::memmem::find(line, MIDDLE.as_bytes()) {
        None => (line.to_vec(), None),
        Some(at) => {
            let (head, rest) = line.split_at_checked(at)?;
            let bytes = rest.get(MIDDLE.len()..)?.strip_suffix(b"}")?;
            serde_json::from_slice::<serde_json::Map<_, _>>(bytes).ok()?;
            ([head, b"}"].concat(), Some(bytes.to_vec()))
        }
    };
    let head: Head = serde_json::from_slice(&head).ok()?;
    let bytes = match (bytes, head.entry_base64) {
        (Some(bytes), None) => bytes,
        (None, Some(text)) => STANDARD.decode(text).ok()?,
        _ => return None,
    };
    Some(Entry { log: head.log, shard: head.shard, index: head.index, bytes })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn one(bytes: Vec<u8>) -> Entry {
        Entry { log: "platform".into(), shard: "2026-1".into(), index: u64::MAX, bytes }
    }

    #[test]
    fn the_bytes_of_an_entry_stand_in_its_line_unchanged() {
        let entry = one(br#"{"b":"\u00e9\n","a":1.50,"c":[]}"#.to_vec());
        let mut out = Vec::new();
        line(&entry, &mut out);
        assert!(out.windows(entry.bytes.len()).any(|w| w == entry.bytes));
        assert!(out.ends_with(b"}\n"));
    }

    proptest! {
        #[test]
        fn any_entry_is_one_line_and_reads_back(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let entry = one(bytes);
            let mut out = Vec::new();
            line(&entry, &mut out);
            prop_assert_eq!(out.iter().filter(|b| **b == b'\n').count(), 1);
            prop_assert_eq!(read(&out[..out.len() - 1]).unwrap(), entry);
        }

        #[test]
        fn json_with_any_text_is_one_line_and_reads_back(text in ".*", number in any::<i64>()) {
            let entry = one(serde_json::json!({ "text": text, "n": number }).to_string().into_bytes());
            let mut out = Vec::new();
            line(&entry, &mut out);
            prop_assert!(std::str::from_utf8(&out).unwrap().contains(MIDDLE));
            prop_assert_eq!(out.iter().filter(|b| **b == b'\n').count(), 1);
            prop_assert_eq!(read(&out[..out.len() - 1]).unwrap(), entry);
        }

        #[test]
        fn no_torn_line_reads_as_a_whole_one(text in "[a-z\"\\\\{}]{0,40}", cut in 0usize..1000) {
            let entry = one(serde_json::json!({ "text": text }).to_string().into_bytes());
            let mut out = Vec::new();
            object(&entry, &mut out);
            let torn = &out[..cut % out.len()];
            prop_assert_eq!(read(torn), None);
        }
    }
}
