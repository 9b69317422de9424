//! A log through all its shards: the keys, the links both ways, and each shard.

use std::ops::Range;

use super::anchor::{self, Collector, Said};
use super::shard::{Edges, Subject, origin_of};
use super::{Finding, Place, Progress, SeriesReport, ShardReport, Trust, files, shard};
use crate::bundle::{CONTENTS_FILE, Contents};
use crate::note::{Checkpoint, Note};
use crate::series::{
    ARCHIVED, ClosedShard, KEYS_FILE, KeyLine, MAX_KEYS_BYTES, ShardLink, ShardRef, is_shard_name,
    logged_time, parse_keys, precedes, shard_link,
};
use crate::source::{At, ItemKind, Source};
use crate::{CHECKPOINT_FILE, tree::Hash};

/// What is known of a shard once it has been looked at.
struct Seen {
    edges: Edges,
    /// None of an archived shard.
    state: Option<State>,
}

/// How a shard ends.
struct State {
    size: u64,
    root: Hash,
    times: Option<(i64, i64)>,
}

/// How a log is verified.
pub(super) struct Asked<'a> {
    /// Its name, where the folder tells it.
    pub(super) name: Option<&'a str>,
    pub(super) trust: &'a Trust,
    /// What another log says of it.
    pub(super) said: &'a [Said],
    /// Whether a given key vouches for that other log.
    pub(super) vouched: bool,
    /// Takes what it says of others.
    pub(super) collect: Option<&'a Collector>,
}

impl<'a> Asked<'a> {
    pub(super) fn of(trust: &'a Trust) -> Self {
        Self { name: None, trust, said: &[], vouched: false, collect: None }
    }
}

/// What came out.
pub(super) struct Outcome {
    pub(super) report: SeriesReport,
    /// What it says of others.
    pub(super) said: Vec<Said>,
}

/// Verifies the log in `source`.
pub(super) fn verify(
    source: &dyn Source,
    asked: &Asked<'_>,
    progress: &mut dyn FnMut(Progress),
) -> Result<Outcome, Finding> {
    let Asked { name, trust, .. } = *asked;
    let lines = keys(source)?;
    let contents = contents(source)?;
    named(&lines, name.or(contents.as_ref().map(|contents| contents.log.as_str())))?;
    let anchored = anchored(&lines, trust)? || (asked.vouched && !asked.said.is_empty());
    anchor::named(&lines, asked.said)?;
    let mut says = Vec::new();
    let mut notes = strangers(source, &lines)?;
    let total = expected_total(source, &lines);
    let (mut done, mut shards): (u64, Vec<ShardReport>) = (0, Vec::new());
    let mut before: Option<(&KeyLine, Seen)> = None;
    for (position, line) in lines.iter().enumerate() {
        let wrong = |finding: Finding| finding.in_shard(&line.shard);
        let newest = position + 1 == lines.len();
        let known = trust.known.iter().map(String::as_str);
        let known: Vec<&str> = known.filter(|note| origin_of(note) == line.key.name()).collect();
        let folder = At::new(source, line.shard.as_str());
        let there = files::read(&folder, CHECKPOINT_FILE, 1 << 20).map_err(wrong)?.is_some();
        let seen = if there || !archived(source, &line.shard)? {
            let part = part(&folder, line, contents.as_ref()).map_err(wrong)?;
            let subject = Subject {
                source: &folder,
                key: &line.key,
                trust,
                known,
                said: asked.said,
                part,
                newest,
                collect: asked.collect,
            };
            let mut step = |here: Progress| {
                progress(Progress { entries: done + here.entries, total: total.max(done + here.total) });
            };
            let (report, edges) = shard::verify(&subject, &mut step).map_err(wrong)?;
            done += report.entries;
            if let Some(collect) = asked.collect {
                says.extend(collect.drain(name.unwrap_or_default(), &line.shard));
            }
            let state = Some(State { size: report.size, root: report.root, times: report.times });
            shards.push(ShardReport { line: line.clone(), report: Some(report) });
            Seen { edges, state }
        } else {
            archived_known(line, lines.get(position + 1), &known, &mut notes).map_err(wrong)?;
            shards.push(ShardReport { line: line.clone(), report: None });
            notes.push(format!("{} is archived: only its key and its links were verified", line.shard));
            Seen { edges: Edges::default(), state: None }
        };
        begins(line, before.as_ref(), &seen).map_err(wrong)?;
        ends(source, line, lines.get(position + 1), &seen, &mut notes).map_err(wrong)?;
        before = Some((line, seen));
    }
    Ok(Outcome { report: SeriesReport { shards, anchored, notes }, said: says })
}

/// The file `keys`.
pub(super) fn keys(source: &dyn Source) -> Result<Vec<KeyLine>, Finding> {
    let wrong = |found: String| Finding::file(KEYS_FILE, "the keys of all shards, one a line", found);
    let bytes =
        files::read(source, KEYS_FILE, MAX_KEYS_BYTES as u64)?.ok_or_else(|| wrong("no file".to_owned()))?;
    let text = String::from_utf8(bytes).map_err(|_| wrong("text that is not UTF-8".to_owned()))?;
    let lines = parse_keys(&text).map_err(wrong)?;
    if lines.is_empty() { Err(wrong("none".to_owned())) } else { Ok(lines) }
}

/// What a bundle says it holds; none in the folder of a log.
fn contents(source: &dyn Source) -> Result<Option<Contents>, Finding> {
    let Some(bytes) = files::read(source, CONTENTS_FILE, 1 << 20)? else { return Ok(None) };
    let parsed = Contents::parse(&String::from_utf8_lossy(&bytes));
    parsed.map(Some).map_err(|found| Finding::file(CONTENTS_FILE, "the contents of a bundle", found))
}

/// The range that a bundle holds of a shard; none if it is all of it, or if this is no bundle.
fn part(
    folder: &dyn Source,
    line: &KeyLine,
    contents: Option<&Contents>,
) -> Result<Option<Range<u64>>, Finding> {
    let Some(contents) = contents else { return Ok(None) };
    let range = contents.range(&line.shard).ok_or_else(|| {
        Finding::file(CHECKPOINT_FILE, "a shard that is listed in `contents`", "one that is not")
    })?;
    let size = files::needed_checkpoint(folder, CHECKPOINT_FILE, &line.key)?.0.size;
    if range.end > size {
        let expected = format!("entries {} to {}, as `contents` says", range.start, range.end);
        return Err(Finding::file(CHECKPOINT_FILE, expected, format!("{size} entries")).at(size));
    }
    Ok(Some(range).filter(|range| *range != (0..size)))
}

/// The origins must end in the log and the shard, and begin alike: no shard of another log in this one's place.
fn named(lines: &[KeyLine], log: Option<&str>) -> Result<(), Finding> {
    let mut base = None;
    for line in lines {
        let origin = line.key.name();
        let rest = origin.strip_suffix(&line.shard).and_then(|rest| rest.strip_suffix('/'));
        let fits = rest.filter(|rest| log.is_none_or(|log| rest.rsplit('/').next() == Some(log)));
        if fits.is_none() || fits != *base.get_or_insert(fits) {
            let log = log.map_or_else(|| "the same log".to_owned(), |log| format!("the log {log}"));
            let expected = format!("a key of shard {} of {log}", line.shard);
            return Err(Finding::file(KEYS_FILE, expected, format!("one of {origin}")).in_shard(&line.shard));
        }
    }
    Ok(())
}

/// Whether one of the given keys is a key of this log. A given key that was exchanged for another is a finding.
fn anchored(lines: &[KeyLine], trust: &Trust) -> Result<bool, Finding> {
    let mut anchored = false;
    for key in &trust.keys {
        for line in lines.iter().filter(|line| line.key.name() == key.name()) {
            if line.key != *key {
                let finding = Finding::file(KEYS_FILE, format!("the given key {key}"), line.key.to_string());
                return Err(finding.in_shard(&line.shard));
            }
            anchored = true;
        }
    }
    Ok(anchored)
}

fn archived(source: &dyn Source, shard: &str) -> Result<bool, Finding> {
    let marker = format!("{shard}.{ARCHIVED}");
    Ok(files::read(source, &marker, 1 << 20)?.is_some())
}

/// Compares checkpoints kept of a shard that is not here any more.
fn archived_known(
    line: &KeyLine,
    next: Option<&KeyLine>,
    known: &[&str],
    notes: &mut Vec<String>,
) -> Result<(), Finding> {
    if line.closed.is_none() || next.is_none() {
        let marker = format!("{}.{ARCHIVED}", line.shard);
        return Err(Finding::file(marker, "the folder of an open shard", "a marker that it was archived"));
    }
    for note in known {
        let checkpoint = Checkpoint::open(note.as_bytes(), &line.key).map_err(|error| {
            let expected = format!("a checkpoint signed by {}", line.key);
            Finding::new(Place::Known { size: 0 }, expected, error.to_string())
        })?;
        notes.push(format!(
            "the given checkpoint of size {} of {} cannot be compared: the shard is archived",
            checkpoint.size, line.shard
        ));
    }
    Ok(())
}

/// Shards that `keys` does not list. A roll that a crash cut off leaves a later one.
fn strangers(source: &dyn Source, lines: &[KeyLine]) -> Result<Vec<String>, Finding> {
    let mut notes = Vec::new();
    for item in files::list(source, "")?.unwrap_or_default() {
        let shard = item.kind == ItemKind::Folder && is_shard_name(&item.name);
        if !shard || lines.iter().any(|line| line.shard == item.name) {
            continue;
        }
        if lines.last().is_some_and(|last| last.closed.is_none() && precedes(&last.shard, &item.name)) {
            notes.push(format!("{} is being opened: it is not among the keys yet", item.name));
        } else {
            return Err(Finding::file(item.name, "only shards that are among the keys", "another one"));
        }
    }
    Ok(notes)
}

/// Sum of the sizes that the checkpoints claim; only for the progress bar.
fn expected_total(source: &dyn Source, lines: &[KeyLine]) -> u64 {
    let size = |line: &KeyLine| {
        let note = source.read(&format!("{}/{CHECKPOINT_FILE}", line.shard), 1 << 20).ok()??;
        Some(Checkpoint::parse(Note::parse(&note).ok()?.unverified_text()).ok()?.size)
    };
    lines.iter().filter_map(size).fold(0, u64::saturating_add)
}

/// The first entry of a shard: names itself, and the end of the shard before it.
fn begins(line: &KeyLine, before: Option<&(&KeyLine, Seen)>, seen: &Seen) -> Result<(), Finding> {
    let Some(State { times, .. }) = &seen.state else { return Ok(()) };
    let first = seen.edges.first.as_deref().unwrap_or_default();
    let place = || Place::File(entry_path(0));
    let Some(ShardLink::Opened { shard, origin, key, previous }) = shard_link(first) else {
        return Err(Finding::new(place(), "the opening link of the shard", "none").at(0));
    };
    let own = (line.shard.clone(), line.key.name().to_owned(), line.key.to_string());
    if (&shard, &origin, &key) != (&own.0, &own.1, &own.2) {
        let expected = format!("a link that opens {} with key {}", own.0, own.2);
        return Err(Finding::new(place(), expected, format!("one that opens {shard} with key {key}")).at(0));
    }
    match (before, previous) {
        (None, None) => {}
        (None, Some(previous)) => {
            let expected = "the first shard of the log, or the key of the one before it";
            return Err(Finding::file(
                KEYS_FILE,
                expected,
                format!("a shard that follows {}", previous.origin),
            ));
        }
        (Some((older, state)), previous) => {
            let expected = follows(older, state);
            let matches = previous.as_ref().is_some_and(|found| match &state.state {
                Some(_) => *found == expected,
                None => (&found.origin, &found.key) == (&expected.origin, &expected.key),
            });
            if !matches {
                let show = |end: &ClosedShard| {
                    format!("{} entries with root {} under key {}", end.size, end.root, end.key)
                };
                let found = previous.map_or_else(|| "none".to_owned(), |found| show(&found));
                let expected = format!("a link to {}: {}", older.shard, show(&expected));
                return Err(Finding::new(place(), expected, found).at(0));
            }
            let last = state.state.as_ref().and_then(|state| state.times).map(|times| times.1);
            if let (Some(last), Some((first, _))) = (last, *times)
                && first < last
            {
                let expected = format!("a logged_time of at least {last}, that of the shard before");
                return Err(Finding::new(place(), expected, first.to_string()).at(0));
            }
        }
    }
    stamped(logged_time(first), line.opened, "opened")
}

fn follows(older: &KeyLine, seen: &Seen) -> ClosedShard {
    let (size, root) =
        seen.state.as_ref().map_or((0, String::new()), |state| (state.size, state.root.to_string()));
    ClosedShard { origin: older.key.name().to_owned(), key: older.key.to_string(), size, root }
}

/// The last entry of a closed shard: names the next one and its key.
fn ends(
    source: &dyn Source,
    line: &KeyLine,
    next: Option<&KeyLine>,
    seen: &Seen,
    notes: &mut Vec<String>,
) -> Result<(), Finding> {
    if seen.state.is_none() {
        return Ok(());
    }
    let (index, last) = seen.edges.last.as_ref().map_or((0, &[][..]), |(index, last)| (*index, last));
    let place = || Place::File(entry_path(index));
    let link = match shard_link(last) {
        Some(ShardLink::Closed { shard, next }) => Some((shard, next)),
        _ => None,
    };
    match (line.closed, next, link) {
        (None, _, None) => Ok(()),
        (None, _, Some((_, next))) => {
            let name = next.origin.rsplit('/').next().unwrap_or_default();
            let begun = files::list(source, "")?.is_none_or(|items| {
                items.iter().any(|item| item.name == name && item.kind == ItemKind::Folder)
            });
            if !begun || !is_shard_name(name) {
                let expected = format!("the shard {name}, in whose favour {} was closed", line.shard);
                return Err(Finding::file(KEYS_FILE, expected, "nothing of it"));
            }
            notes.push(format!("{} was closed just now: the next start opens {name}", line.shard));
            Ok(())
        }
        (Some(_), None, _) => Err(Finding::file(KEYS_FILE, "the shard after the closed one", "none")),
        (Some(closed), Some(next), Some((shard, found))) => {
            let expected = ShardRef::of(&next.key);
            if shard != line.shard || found != expected {
                let expected = format!("a link that closes {} in favour of {}", line.shard, expected.key);
                let found = format!("one that closes {shard} in favour of {}", found.key);
                return Err(Finding::new(place(), expected, found).at(index));
            }
            stamped(logged_time(last), closed, "closed")
        }
        (Some(_), Some(next), None) => {
            let expected = format!("the closing link to {}", next.shard);
            Err(Finding::new(place(), expected, "another entry, or the shard was cut").at(index))
        }
    }
}

/// The times in `keys` are those of the links.
fn stamped(entry: Option<i64>, line: i64, what: &str) -> Result<(), Finding> {
    match entry.filter(|time| *time != line) {
        None => Ok(()),
        Some(time) => {
            Err(Finding::file(KEYS_FILE, format!("{what} at {time}, as its link says"), line.to_string()))
        }
    }
}

fn entry_path(index: u64) -> String {
    let width = crate::tile::TILE_WIDTH;
    crate::tile::Tile::full(crate::tile::Kind::Entries, index / width).path()
}
