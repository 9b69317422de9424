//! One shard: chooses the way to verify it by what is there, and looks at its cosignatures.

use std::ops::Range;

use super::anchor::{Collector, Said};
use super::marks::Marks;
use super::{Finding, Place, Progress, Report, Trust, Witnessed, files, history, part, segment, tiled};
use crate::note::{Checkpoint, MAX_NOTE_BYTES, Note, NoteError, VerifierKey};
use crate::source::Source;
use crate::{HEAD_FILE, WITNESSED_FILE};

/// What is verified.
pub(super) struct Subject<'a> {
    pub(super) source: &'a dyn Source,
    pub(super) key: &'a VerifierKey,
    pub(super) trust: &'a Trust,
    /// Checkpoints of this shard that were kept from before.
    pub(super) known: Vec<&'a str>,
    /// What another log says of the log of this shard.
    pub(super) said: &'a [Said],
    /// Entries that a bundle says it holds, if not all.
    pub(super) part: Option<Range<u64>>,
    /// Whether the cosignatures that are needed must be here: on the newest shard, which commits to all before it.
    pub(super) newest: bool,
    /// Takes what the entries say of other logs.
    pub(super) collect: Option<&'a Collector>,
}

/// The first and the last entry of a shard, which carry the links.
#[derive(Debug, Default)]
pub(super) struct Edges {
    pub(super) first: Option<Vec<u8>>,
    pub(super) last: Option<(u64, Vec<u8>)>,
}

impl Edges {
    /// Takes verified entries from index `from` on.
    pub(super) fn saw<T: AsRef<[u8]>>(&mut self, from: u64, entries: &[T]) {
        if from == 0 {
            self.first = entries.first().map(|entry| entry.as_ref().to_vec());
        }
        if let Some(entry) = entries.last() {
            let (index, last) = self.last.get_or_insert_default();
            *index = from + entries.len() as u64 - 1;
            last.clear();
            last.extend_from_slice(entry.as_ref());
        }
    }
}

/// The log a signed note says it is of; nothing is verified.
pub(super) fn origin_of(note: &str) -> &str {
    note.split('\n').next().unwrap_or_default()
}

pub(super) fn verify(
    subject: &Subject<'_>,
    progress: &mut dyn FnMut(Progress),
) -> Result<(Report, Edges), Finding> {
    let mut marks = Marks::default();
    for note in &subject.known {
        let checkpoint = Checkpoint::open(note.as_bytes(), subject.key).map_err(|error| {
            let expected = format!("a checkpoint signed by {}", subject.key);
            Finding::new(Place::Known { size: 0 }, expected, error.to_string())
        })?;
        marks.add(Place::Known { size: checkpoint.size }, checkpoint);
    }
    // A part of a shard need not hold the tiles that show these sizes.
    for said in subject.said.iter().filter(|_| subject.part.is_none()) {
        let own = said.anchor.checkpoints.iter().filter(|note| origin_of(note) == subject.key.name());
        for note in own {
            let checkpoint = Checkpoint::open(note.as_bytes(), subject.key).map_err(|error| {
                let expected = format!("a checkpoint signed by {}", subject.key);
                Finding::new(said.place(0), expected, error.to_string())
            })?;
            marks.add(said.place(checkpoint.size), checkpoint);
        }
    }
    // Before the checkpoint, which is never shorter.
    let (witnessed, notes) = witnessed(subject, &mut marks)?;
    let head = files::read(subject.source, HEAD_FILE, MAX_NOTE_BYTES as u64)?.is_some();
    let (mut report, edges) = if let Some(range) = &subject.part {
        part::verify(subject, &marks, range, progress)?
    } else if subject.trust.live || head || !segment::list(subject.source)?.firsts.is_empty() {
        history::verify(subject, marks, progress)?
    } else {
        tiled::verify(subject, marks, progress)?
    };
    report.witnessed = witnessed;
    report.notes.extend(notes);
    Ok((report, edges))
}

/// The newest checkpoint that others have cosigned, with who they are.
fn witnessed(subject: &Subject<'_>, marks: &mut Marks) -> Result<(Option<Witnessed>, Vec<String>), Finding> {
    let trust = subject.trust;
    let needed = if subject.newest { trust.needed } else { 0 };
    let few = |found: String| {
        let expected = format!("a checkpoint with {needed} cosignatures of the given witnesses");
        Finding::file(WITNESSED_FILE, expected, found)
    };
    let Some((checkpoint, bytes)) = files::checkpoint(subject.source, WITNESSED_FILE, subject.key)? else {
        return if needed > 0 { Err(few("no file".to_owned())) } else { Ok((None, Vec::new())) };
    };
    let note = Note::parse(&bytes).map_err(|error| few(error.to_string()))?;
    let mut witnessed = Witnessed { size: checkpoint.size, by: Vec::new(), oldest: None };
    let mut notes = Vec::new();
    for key in &trust.witnesses {
        match key.verify(&note) {
            Ok(signature) => {
                witnessed.by.push(key.name().to_owned());
                witnessed.oldest = Some(witnessed.oldest.map_or(signature.time, |t| t.min(signature.time)));
            }
            Err(NoteError::Unsigned(_)) => {}
            Err(NoteError::Unverifiable(name)) => {
                notes.push(format!("the cosignature by {name} is of a kind that is not verified here"));
            }
            Err(error) => {
                let expected = format!("a cosignature by {} that verifies", key.name());
                return Err(Finding::file(WITNESSED_FILE, expected, error.to_string()));
            }
        }
    }
    if witnessed.by.len() < needed {
        return Err(few(format!("{} at size {}", witnessed.by.len(), witnessed.size)));
    }
    marks.add(Place::File(WITNESSED_FILE.to_owned()), checkpoint);
    Ok((Some(witnessed), notes))
}
