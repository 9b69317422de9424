//! Anchors: what the entries of one log say of the other logs of an installation.
//!
//! A log that was deleted, or rolled back as a whole, cannot show that by itself. A log that takes down the
//! checkpoints of the others can, and who trusts its key can trust theirs.

use std::cell::RefCell;
use std::collections::HashMap;

use memchr::memmem;
use serde::Deserialize;

use super::{AnchorPlace, Finding, Place};
use crate::series::{KEYS_FILE, KeyLine};

/// What one entry says of one log.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Anchor {
    /// Name of that log.
    pub log: String,
    /// Keys (vkey) that shards of it have.
    pub keys: Vec<String>,
    /// Signed checkpoints that it must go on from.
    pub checkpoints: Vec<String>,
}

/// Where anchors are, and how they are read.
#[derive(Debug, Clone)]
pub struct Anchors {
    /// Name of the log that holds them.
    pub log: String,
    /// Reads those of an entry. Called for every entry of the log: most have none.
    pub read: fn(&[u8]) -> Vec<Anchor>,
}

impl Anchors {
    /// The form that Ward writes: entries of the log `platform` with the operation `ledger:anchor` hold
    /// `unmapped.detail.anchors.{log}.checkpoint`, those with `ledger:open-log` name a log at `unmapped.object.id` and its
    /// keys at `unmapped.detail.keys`.
    pub fn of_ward() -> Self {
        Self { log: "platform".to_owned(), read: of_ward }
    }
}

#[derive(Deserialize)]
struct Entry {
    api: Api,
    unmapped: Unmapped,
}

#[derive(Deserialize)]
struct Api {
    operation: String,
}

#[derive(Deserialize)]
struct Unmapped {
    detail: Detail,
    object: Object,
}

#[derive(Deserialize)]
struct Object {
    id: String,
}

#[derive(Deserialize)]
struct Detail {
    #[serde(default)]
    anchors: HashMap<String, Taken>,
    #[serde(default)]
    keys: Vec<String>,
}

#[derive(Deserialize)]
struct Taken {
    checkpoint: String,
}

fn of_ward(entry: &[u8]) -> Vec<Anchor> {
    if memmem::find(entry, b"\"operation\":\"ledger:").is_none() {
        return Vec::new();
    }
    let Ok(Entry { api, unmapped }) = serde_json::from_slice::<Entry>(entry) else { return Vec::new() };
    match api.operation.as_str() {
        "ledger:anchor" => {
            let taken = unmapped.detail.anchors.into_iter();
            taken
                .map(|(log, taken)| Anchor { log, keys: Vec::new(), checkpoints: vec![taken.checkpoint] })
                .collect()
        }
        "ledger:open-log" => {
            vec![Anchor { log: unmapped.object.id, keys: unmapped.detail.keys, checkpoints: Vec::new() }]
        }
        _ => Vec::new(),
    }
}

/// Takes anchors while the log that holds them is verified.
pub(super) struct Collector {
    read: fn(&[u8]) -> Vec<Anchor>,
    taken: RefCell<Vec<(u64, Anchor)>>,
}

impl Collector {
    pub(super) fn new(anchors: &Anchors) -> Self {
        Self { read: anchors.read, taken: RefCell::default() }
    }

    pub(super) fn entry(&self, index: u64, entry: &[u8]) {
        let found = (self.read)(entry);
        if !found.is_empty() {
            self.taken.borrow_mut().extend(found.into_iter().map(|anchor| (index, anchor)));
        }
    }

    /// What was taken since the last call, as said in this shard.
    pub(super) fn drain(&self, log: &str, shard: &str) -> Vec<Said> {
        let taken = self.taken.take();
        let said = |(index, anchor)| Said { log: log.into(), shard: shard.into(), index, anchor };
        taken.into_iter().map(said).collect()
    }
}

/// An anchor with its place.
#[derive(Debug, Clone)]
pub(super) struct Said {
    log: Box<str>,
    shard: Box<str>,
    index: u64,
    pub(super) anchor: Anchor,
}

impl Said {
    pub(super) fn place(&self, size: u64) -> Place {
        let (log, shard) = (self.log.clone(), self.shard.clone());
        Place::Anchor(Box::new(AnchorPlace { log, shard, index: self.index, size }))
    }

    fn words(&self) -> String {
        format!("entry {} of {} {}", self.index, self.log, self.shard)
    }

    /// The finding that there is no such log.
    pub(super) fn lost(&self) -> Finding {
        Finding::file(KEYS_FILE, format!("the log that {} names", self.words()), "no file")
    }
}

/// Checks that a log has the keys that are said of it, and the shards of the checkpoints.
pub(super) fn named(lines: &[KeyLine], said: &[Said]) -> Result<(), Finding> {
    for said in said {
        let has = |key: &&String| !lines.iter().any(|line| line.key.to_string() == **key);
        if let Some(key) = said.anchor.keys.iter().find(has) {
            let expected = format!("the key {key}, as {} says", said.words());
            let origin = key.split('+').next().unwrap_or_default();
            let found = lines.iter().find(|line| line.key.name() == origin);
            let found = found.map_or_else(|| "no shard with it".to_owned(), |line| line.key.to_string());
            return Err(Finding::file(KEYS_FILE, expected, found));
        }
        let lost =
            |note: &&String| !lines.iter().any(|line| line.key.name() == super::shard::origin_of(note));
        if let Some(note) = said.anchor.checkpoints.iter().find(lost) {
            let origin = super::shard::origin_of(note);
            let expected = format!("the shard {origin}, whose checkpoint {} holds", said.words());
            return Err(Finding::file(KEYS_FILE, expected, "none"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn anchors_are_read_where_ward_writes_them_and_nowhere_else() {
        let entry = |operation: &str, detail: serde_json::Value| {
            let entry = serde_json::json!({
                "api": {"operation": operation},
                "unmapped": {"object": {"id": "org_1", "kind": "ledger-log"}, "detail": detail},
            });
            of_ward(entry.to_string().as_bytes())
        };
        let anchors = serde_json::json!({"anchors": {"org_1": {"checkpoint": "c", "shard": "2026-1"}}});
        let expected =
            Anchor { log: "org_1".to_owned(), checkpoints: vec!["c".to_owned()], ..Anchor::default() };
        assert_eq!(entry("ledger:anchor", anchors.clone()), [expected]);
        let keys = serde_json::json!({"keys": ["k"], "origin": "o"});
        let expected = Anchor { log: "org_1".to_owned(), keys: vec!["k".to_owned()], ..Anchor::default() };
        assert_eq!(entry("ledger:open-log", keys), [expected]);
        assert_eq!(entry("app:deploy", anchors), []);
        assert_eq!(entry("ledger:anchor", serde_json::json!("no object")), []);
        assert_eq!(of_ward(b"no json"), []);
    }
}
