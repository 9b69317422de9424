//! The file `contents`: what a bundle holds. Not signed: it tells where to look, not what is true.

use std::ops::Range;

use crate::series::is_shard_name;

/// Name of the file.
pub const CONTENTS_FILE: &str = "contents";
const TITLE: &str = "ward-ledger-bundle v1";

/// What a bundle holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contents {
    /// Name of the log.
    pub log: String,
    /// Its shards, each with the range of entries that was asked for. Archived ones are left out.
    pub shards: Vec<(String, Range<u64>)>,
}

impl Contents {
    /// The range of a shard, if the bundle holds it.
    pub fn range(&self, shard: &str) -> Option<Range<u64>> {
        Some(self.shards.iter().find(|(name, _)| name == shard)?.1.clone())
    }

    /// Reads the file.
    ///
    /// # Errors
    /// What is wrong, with the number of the line.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut lines = text.lines();
        if lines.next() != Some(TITLE) {
            return Err(format!("line 1: expected `{TITLE}`"));
        }
        let log = lines.next().and_then(|line| line.strip_prefix("log ")).filter(|log| plain(log));
        let log = log.ok_or("line 2: expected `log` and its name")?.to_owned();
        let mut shards: Vec<(String, Range<u64>)> = Vec::new();
        for (line, number) in lines.zip(3..) {
            let read = || {
                let (shard, range) = line.split_once(' ')?;
                let (from, to) = range.split_once('-')?;
                let (from, to) = (number_of(from)?, number_of(to)?);
                let known = shards.iter().any(|(name, _)| name == shard);
                (is_shard_name(shard) && !known && from <= to).then(|| (shard.to_owned(), from..to))
            };
            let shard = read().ok_or(format!("line {number}: expected a shard and `from-to`"))?;
            shards.push(shard);
        }
        Ok(Self { log, shards })
    }

    /// Writes the file.
    pub fn to_text(&self) -> String {
        let mut text = format!("{TITLE}\nlog {}\n", self.log);
        for (shard, range) in &self.shards {
            text.push_str(&format!("{shard} {}-{}\n", range.start, range.end));
        }
        text
    }
}

fn number_of(text: &str) -> Option<u64> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

/// A name of a log: the name of a folder.
pub(super) fn plain(log: &str) -> bool {
    let good = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    !log.is_empty() && log.len() <= 100 && log.bytes().all(good)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contents_read_as_they_were_written() {
        let shards = vec![("2026-1".to_owned(), 0..7), ("2026-2".to_owned(), 3..900)];
        let contents = Contents { log: "org_1".to_owned(), shards };
        assert_eq!(Contents::parse(&contents.to_text()), Ok(contents.clone()));
        assert_eq!(contents.range("2026-2"), Some(3..900));
        assert_eq!(contents.range("2027-1"), None);
    }

    #[test]
    fn contents_that_are_wrong_say_in_which_line() {
        let wrong = |text: &str| Contents::parse(text).unwrap_err();
        assert!(wrong("").starts_with("line 1"));
        assert!(wrong("ward-ledger-bundle v1\nlog ../x\n").starts_with("line 2"));
        for line in ["2026-1", "2026-1 9-3", "2026-1 1-", "x 1-2", "2026-1 +1-2", "2026-1 1-2 "] {
            let text = format!("ward-ledger-bundle v1\nlog a\n2025-1 0-1\n{line}\n");
            assert!(wrong(&text).starts_with("line 4"), "{line}");
        }
    }
}
