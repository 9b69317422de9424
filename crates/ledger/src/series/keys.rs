//! The file `keys` of a log: every shard that there was, with its public key and when it was in use.

use std::fs;
use std::io;
use std::path::Path;

use super::{SeriesError, is_shard_name};
use crate::durable;
use crate::note::VerifierKey;

/// Name of the file, beside the shards.
pub const KEYS_FILE: &str = "keys";
/// Longest file accepted: room for thousands of years of shards.
pub const MAX_KEYS_BYTES: usize = 1 << 20;

/// One line: `<shard> <vkey> <opened ms> <closed ms or ->`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyLine {
    /// Name of the shard: `2026-1`.
    pub shard: String,
    /// Its key; the name of the key is the shard's origin.
    pub key: VerifierKey,
    /// When its first entry was sequenced, milliseconds since the epoch.
    pub opened: i64,
    /// When its last entry was; none while it is open.
    pub closed: Option<i64>,
}

/// Reads the text of a `keys` file.
///
/// # Errors
/// What is wrong, with the number of the line.
pub fn parse_keys(text: &str) -> Result<Vec<KeyLine>, String> {
    if text.len() > MAX_KEYS_BYTES {
        return Err("longer than 1 MiB".to_owned());
    }
    let mut lines: Vec<KeyLine> = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let wrong = |what: &str| format!("line {}: {what}", number + 1);
        let fields: Vec<&str> = line.split(' ').collect();
        let &[shard, key, opened, closed] = fields.as_slice() else {
            return Err(wrong("expected `shard vkey opened closed`"));
        };
        if !is_shard_name(shard) {
            return Err(wrong("a shard is named year-number, such as 2026-1"));
        }
        let key = key.parse().map_err(|e| wrong(&format!("{e}")))?;
        let opened = opened.parse().map_err(|_| wrong("`opened` is not a number of milliseconds"))?;
        let closed = match closed {
            "-" => None,
            text => Some(text.parse().map_err(|_| wrong("`closed` is neither milliseconds nor -"))?),
        };
        if let Some(before) = lines.last() {
            if !super::precedes(&before.shard, shard) {
                return Err(wrong("the shards are not in order"));
            }
            if before.closed.is_none() {
                return Err(wrong("the shard before it is still open"));
            }
        }
        lines.push(KeyLine { shard: shard.to_owned(), key, opened, closed });
    }
    Ok(lines)
}

/// Writes the text of a `keys` file.
pub fn format_keys(lines: &[KeyLine]) -> String {
    let mut text = String::new();
    for line in lines {
        let closed = line.closed.map_or_else(|| "-".to_owned(), |ms| ms.to_string());
        text.push_str(&format!("{} {} {} {closed}\n", line.shard, line.key, line.opened));
    }
    text
}

/// Reads the file of a log; `None` if there is none.
pub(super) fn read(dir: &Path) -> Result<Option<Vec<KeyLine>>, SeriesError> {
    let path = dir.join(KEYS_FILE);
    match fs::read_to_string(&path) {
        Ok(text) => parse_keys(&text).map(Some).map_err(|detail| SeriesError::Keys { path, detail }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(SeriesError::Io { path, source }),
    }
}

/// Replaces the file of a log, whole.
pub(super) fn write(dir: &Path, lines: &[KeyLine]) -> Result<(), SeriesError> {
    let path = dir.join(KEYS_FILE);
    durable::replace(&path, format_keys(lines).as_bytes()).map_err(|source| SeriesError::Io { path, source })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(shard: &str, closed: Option<i64>) -> KeyLine {
        let key = VerifierKey::new(&format!("ward.test/{shard}"), [1; 32]).unwrap();
        KeyLine { shard: shard.to_owned(), key, opened: 5, closed }
    }

    #[test]
    fn a_keys_file_reads_as_it_was_written() {
        let lines = vec![line("2026-1", Some(9)), line("2026-2", Some(11)), line("2027-1", None)];
        assert_eq!(parse_keys(&format_keys(&lines)), Ok(lines));
        assert_eq!(parse_keys(""), Ok(Vec::new()));
    }

    #[test]
    fn a_keys_file_that_is_wrong_says_in_which_line() {
        for (lines, expected) in [
            (vec![line("2027-1", Some(1)), line("2026-1", None)], "line 2: the shards are not in order"),
            (vec![line("2026-1", None), line("2026-2", None)], "line 2: the shard before it is still open"),
            (vec![line("2026-0", None)], "line 1: a shard is named"),
        ] {
            let error = parse_keys(&format_keys(&lines)).unwrap_err();
            assert!(error.starts_with(expected), "{error}");
        }
        assert!(parse_keys("2026-1 x 1").is_err());
    }
}
