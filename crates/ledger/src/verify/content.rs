//! What the entries themselves say: when they were sequenced, and which payloads stand beside.

use std::collections::HashSet;

use memchr::memchr2;
use memchr::memmem::{Finder, FinderRev};

use super::anchor::Collector;
use super::{Finding, Place};
use crate::payload::{self, Payload};
use crate::series::logged_time;
use crate::source::{ItemKind, Source};
use crate::tree::Hash;

const TIME: &[u8] = b"\"logged_time\":";
const METADATA: &[u8] = b"\"metadata\":{";
const PAYLOAD: &[u8] = b"\"payload\":";

/// Goes along the entries of a shard. Looks for the exact bytes of canonical JSON (RFC 8785). Memory: a hash for each payload.
pub(super) struct Content<'a> {
    source: &'a dyn Source,
    collect: Option<&'a Collector>,
    first: Option<i64>,
    last: Option<i64>,
    payloads: HashSet<Hash>,
    time: Finder<'static>,
    metadata: FinderRev<'static>,
    payload: Finder<'static>,
}

impl<'a> Content<'a> {
    pub(super) fn new(source: &'a dyn Source, collect: Option<&'a Collector>) -> Self {
        Self {
            source,
            collect,
            first: None,
            last: None,
            payloads: HashSet::new(),
            time: Finder::new(TIME),
            metadata: FinderRev::new(METADATA),
            payload: Finder::new(PAYLOAD),
        }
    }

    /// Takes the next entry.
    pub(super) fn entry(
        &mut self,
        index: u64,
        entry: &[u8],
        place: impl FnOnce() -> Place,
    ) -> Result<(), Finding> {
        if let Some(time) = self.time(entry) {
            if let Some(last) = self.last.filter(|last| *last > time) {
                let expected = format!("a logged_time of at least {last}, that of an entry before it");
                return Err(Finding::new(place(), expected, time.to_string()).at(index));
            }
            self.first = self.first.or(Some(time));
            self.last = Some(time);
        }
        if let Some(collect) = self.collect {
            collect.entry(index, entry);
        }
        if self.payload.find(entry).is_some()
            && let Some(payload) = payload::reference(entry)
        {
            self.beside(index, &payload)?;
        }
        Ok(())
    }

    /// `metadata.logged_time`. Written as a name and a colon, these bytes cannot stand inside of a JSON string, so
    /// they need not be parsed when they come once, directly in a member `metadata`.
    fn time(&self, entry: &[u8]) -> Option<i64> {
        let mut places = self.time.find_iter(entry);
        let at = places.next()?;
        let (before, rest) = entry.split_at_checked(at)?;
        if places.next().is_none()
            && let Some(open) = self.metadata.rfind(before)
            && let Some(between) = before.get(open + METADATA.len()..)
            && memchr2(b'{', b'}', between).is_none()
            && let Some(number) = rest.get(TIME.len()..)
            && let Some(end) = memchr2(b',', b'}', number)
            && let Some(time) = number.get(..end).and_then(|text| std::str::from_utf8(text).ok())
            && let Ok(time) = time.parse()
        {
            return Some(time);
        }
        logged_time(entry)
    }

    fn beside(&mut self, index: u64, payload: &Payload) -> Result<(), Finding> {
        if !self.payloads.insert(payload.hash) {
            return Ok(());
        }
        let name = payload.path();
        let expected = format!("{} bytes with this SHA-256", payload.bytes);
        let wrong = |found: String| Finding::file(name.as_str(), expected.as_str(), found).at(index);
        let file =
            self.source.open(&name).map_err(|error| Finding::unreadable(name.as_str(), &error).at(index))?;
        let mut file = file.ok_or_else(|| wrong("no file".to_owned()))?;
        let found =
            Payload::of(&mut file).map_err(|error| Finding::unreadable(name.as_str(), &error).at(index))?;
        if &found == payload {
            Ok(())
        } else {
            Err(wrong(format!("{} bytes with SHA-256 {found}", found.bytes)))
        }
    }

    /// Times of the first and of the last entry that has one.
    pub(super) fn times(&self) -> Option<(i64, i64)> {
        self.first.zip(self.last)
    }

    pub(super) fn payloads(&self) -> u64 {
        self.payloads.len() as u64
    }

    /// Payloads that no entry names: a crash between the payload and its entry leaves one. `whole` says that all
    /// entries were seen.
    pub(super) fn strangers(&self, whole: bool) -> Result<Vec<String>, Finding> {
        let Some(items) = super::files::list(self.source, payload::FOLDER)?.filter(|_| whole) else {
            return Ok(Vec::new());
        };
        let known = |name: &str| Payload::parse_hash(name).is_some_and(|hash| self.payloads.contains(&hash));
        let strangers = items.iter().filter(|item| item.kind != ItemKind::File || !known(&item.name));
        Ok(strangers.map(|item| format!("{}/{} is named by no entry", payload::FOLDER, item.name)).collect())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::source::Folder;

    #[test]
    fn the_time_of_an_entry_is_found_wherever_else_the_words_stand() {
        let nowhere = Folder::new("/nonexistent");
        let content = Content::new(&nowhere, None);
        let cases = [
            (r#"{"metadata":{"logged_time":5,"version":"1.8.0"}}"#, Some(5)),
            (r#"{"metadata":{"event_code":"a","logged_time":-5}}"#, Some(-5)),
            (r#"{"metadata":{"product":{"logged_time":9},"uid":"x"}}"#, None),
            (r#"{"metadata":{"product":{"name":"w"},"logged_time":9}}"#, Some(9)),
            (r#"{"a":"\"logged_time\":3","metadata":{"logged_time":4}}"#, Some(4)),
            (r#"{"unmapped":{"logged_time":1},"metadata":{"logged_time":2}}"#, Some(2)),
            (r#"{"logged_time":1}"#, None),
            // Not canonical: such an entry carries no time.
            (r#"{"metadata": {"logged_time" : 8}}"#, None),
            ("no json", None),
        ];
        for (entry, time) in cases {
            assert_eq!(content.time(entry.as_bytes()), time, "{entry}");
        }
    }

    proptest! {
        #[test]
        fn the_fast_way_agrees_with_the_parser(
            text in "\\PC{0,20}", time: i64, before in any::<bool>(), twice in any::<bool>(),
        ) {
            let mut metadata = serde_json::json!({"logged_time": time, "zzz": text});
            if before {
                metadata["event_code"] = text.clone().into();
            }
            let mut entry = serde_json::json!({"message": format!("\"logged_time\":{text}"), "metadata": metadata});
            if twice {
                entry["unmapped"] = serde_json::json!({"logged_time": 1, "x": text});
            }
            let entry = entry.to_string();
            let nowhere = Folder::new("/nonexistent");
            prop_assert_eq!(Content::new(&nowhere, None).time(entry.as_bytes()), Some(time));
            prop_assert_eq!(logged_time(entry.as_bytes()), Some(time));
        }
    }
}
