//! Writes a bundle.

use std::collections::BTreeMap;
use std::io;
use std::ops::Range;

use super::contents::plain;
use super::{CONTENTS_FILE, Contents, Dest, README, Selection, VERIFY_PY, needed};
use crate::note::{Checkpoint, VerifierKey};
use crate::payload::{self, Payload};
use crate::series::{ARCHIVED, KEYS_FILE, format_keys};
use crate::source::{At, Published, Source};
use crate::tile::{Kind, Tile, decode_bundle, encode_entry};
use crate::tree::HASH_BYTES;
use crate::verify::{Finding, Progress, files, keys_of};
use crate::{CHECKPOINT_FILE, KeyLine, WITNESSED_FILE};

/// What to put into a bundle.
#[derive(Debug, Clone, Copy, Default)]
pub struct Export<'a> {
    /// Name of the log.
    pub log: &'a str,
    /// The entries, or `None` for all. Shards that are not named are represented by their first and last entries.
    pub entries: Option<&'a [Selection]>,
    /// More files, such as `schema/…`, with their paths.
    pub files: &'a [(String, Vec<u8>)],
}

/// What is in a bundle that was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exported {
    /// The shards, each with the range of entries.
    pub contents: Contents,
    /// Entries written: those of the ranges, and what comes with them in bundles of 256.
    pub entries: u64,
    /// Payloads written.
    pub payloads: u64,
    /// Tiles and bundles written.
    pub tiles: u64,
    /// Shards that are archived, and therefore not in the bundle.
    pub archived: Vec<String>,
}

/// Why a bundle cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The name of the log is none, or a shard that was asked for is not there.
    #[error("{0}")]
    Asked(String),
    /// The log cannot be read.
    #[error("the log cannot be exported: {0}")]
    Log(#[from] Finding),
    /// The bundle cannot be written.
    #[error("the bundle cannot be written: {0}")]
    Write(#[from] io::Error),
}

/// Writes a bundle of the log in `source`, as published, to `dest`. What is read is not verified: verify the bundle.
/// Memory: one tile. A writer may be at the log meanwhile.
///
/// # Errors
/// [`ExportError`]. What was written until then is of no use.
pub fn export(
    source: &dyn Source,
    asked: &Export<'_>,
    dest: &mut dyn Dest,
    progress: &mut dyn FnMut(Progress),
) -> Result<Exported, ExportError> {
    if !plain(asked.log) {
        return Err(ExportError::Asked(format!("`{}` is no name of a log", asked.log)));
    }
    let lines = keys_of(source)?;
    let selections = asked.entries.unwrap_or_default();
    if let Some(lost) = selections.iter().find(|asked| !lines.iter().any(|line| line.shard == asked.shard)) {
        return Err(ExportError::Asked(format!("there is no shard {}", lost.shard)));
    }
    let (mut parts, mut archived) = (Vec::new(), Vec::new());
    for line in &lines {
        let folder = At::new(source, line.shard.as_str());
        match Part::plan(&folder, line, asked.entries).map_err(|finding| finding.in_shard(&line.shard))? {
            Some(part) => parts.push((line, part)),
            None => archived.push(line.shard.clone()),
        }
    }
    let asked_for_archived = selections.iter().find(|asked| archived.contains(&asked.shard));
    if let Some(asked) = asked_for_archived {
        return Err(ExportError::Asked(format!("shard {} is archived: fetch its bundle", asked.shard)));
    }
    let shards =
        parts.iter().map(|(line, part)| (line.shard.clone(), part.range.clone().unwrap_or(0..part.size)));
    let contents = Contents { log: asked.log.to_owned(), shards: shards.collect() };
    let mut put = |path: &str, bytes: &[u8]| dest.file(path, &mut &*bytes, bytes.len() as u64);
    put("README.md", README.as_bytes())?;
    put("verify.py", VERIFY_PY.as_bytes())?;
    put(CONTENTS_FILE, contents.to_text().as_bytes())?;
    put(KEYS_FILE, format_keys(&lines).as_bytes())?;
    for (path, bytes) in asked.files {
        put(path, bytes)?;
    }
    for shard in &archived {
        let marker = format!("{shard}.{ARCHIVED}");
        put(&marker, &files::read(source, &marker, 1 << 20)?.unwrap_or_default())?;
    }
    let mut done = Exported { contents, entries: 0, payloads: 0, tiles: 0, archived };
    let total = parts.iter().map(|(_, part)| part.total()).sum();
    progress(Progress { entries: 0, total });
    for (line, part) in &parts {
        let folder = At::new(source, line.shard.as_str());
        part.write(&folder, &line.shard, dest, &mut done, &mut |entries| {
            progress(Progress { entries, total })
        })?;
    }
    dest.finish()?;
    Ok(done)
}

/// One shard of the bundle.
struct Part {
    checkpoint: Vec<u8>,
    size: u64,
    witnessed: Option<(Vec<u8>, u64)>,
    /// None if all.
    range: Option<Range<u64>>,
}

impl Part {
    /// `None` if the shard is archived.
    fn plan(
        folder: &dyn Source,
        line: &KeyLine,
        selections: Option<&[Selection]>,
    ) -> Result<Option<Self>, Finding> {
        // First what is never longer than the next.
        let witnessed = files::checkpoint(folder, WITNESSED_FILE, &line.key)?;
        let witnessed = witnessed.map(|(checkpoint, note)| (note, checkpoint.size));
        let Some((Checkpoint { size, .. }, checkpoint)) =
            files::checkpoint(folder, CHECKPOINT_FILE, &line.key)?
        else {
            return if line.closed.is_some() { Ok(None) } else { Err(missing(&line.key)) };
        };
        let range = selections.map(|selections| {
            let own =
                selections.iter().filter(|asked| asked.shard == line.shard && !asked.entries.is_empty());
            let own: Vec<_> = own.collect();
            let start = own.iter().map(|asked| asked.entries.start).min().unwrap_or_default().min(size);
            let end = own.iter().map(|asked| asked.entries.end).max().unwrap_or_default().min(size);
            start..end
        });
        let range = range.filter(|range| size > 0 && *range != (0..size));
        Ok(Some(Self { checkpoint, size, witnessed, range }))
    }

    fn total(&self) -> u64 {
        self.range.as_ref().map_or(self.size, |range| range.end - range.start)
    }

    fn write(
        &self,
        folder: &dyn Source,
        shard: &str,
        dest: &mut dyn Dest,
        done: &mut Exported,
        step: &mut dyn FnMut(u64),
    ) -> Result<(), ExportError> {
        let mut put = |path: &str, bytes: &[u8]| {
            dest.file(&format!("{shard}/{path}"), &mut &*bytes, bytes.len() as u64)
        };
        put(CHECKPOINT_FILE, &self.checkpoint)?;
        if let Some((note, _)) = &self.witnessed {
            put(WITNESSED_FILE, note)?;
        }
        let published = Published::new(folder, self.size);
        let sizes: Vec<u64> = self.witnessed.iter().map(|(_, size)| *size).collect();
        let tiles: Box<dyn Iterator<Item = Tile>> = match &self.range {
            None => Box::new(needed::whole(&published)),
            Some(range) => Box::new(needed::part(&published, range, &sizes).into_iter()),
        };
        let mut payloads = BTreeMap::new();
        for tile in tiles {
            let (found, bytes) = published.bytes(tile).map_err(|finding| finding.in_shard(shard))?;
            let bytes = cut(tile, found, bytes).map_err(|finding| finding.in_shard(shard))?;
            put(&tile.path(), &bytes)?;
            done.tiles += 1;
            if tile.kind == Kind::Entries {
                named_payloads(&bytes, &mut payloads);
                done.entries += u64::from(tile.width);
                step(done.entries);
            }
        }
        for payload in payloads.into_values() {
            let path = payload.path();
            let file = folder.open(&path).map_err(|error| Finding::unreadable(path.as_str(), &error))?;
            let mut file = file.ok_or_else(|| {
                let expected = format!("{} bytes with this SHA-256", payload.bytes);
                Finding::file(path.as_str(), expected, "no file").in_shard(shard)
            })?;
            dest.file(&format!("{shard}/{path}"), &mut file, payload.bytes)?;
            done.payloads += 1;
        }
        Ok(())
    }
}

fn missing(key: &VerifierKey) -> Finding {
    Finding::file(CHECKPOINT_FILE, format!("a checkpoint signed by {key}"), "no file")
}

/// The beginning of a full tile that was found in place of a partial one.
fn cut(tile: Tile, found: Tile, mut bytes: Vec<u8>) -> Result<Vec<u8>, Finding> {
    if tile == found {
        return Ok(bytes);
    }
    let width = usize::from(tile.width);
    if tile.kind != Kind::Entries {
        bytes.truncate(width * HASH_BYTES);
        return Ok(bytes);
    }
    let entries = decode_bundle(&bytes)
        .map_err(|error| Finding::file(found.path(), "whole entries", error.to_string()))?;
    let mut out = Vec::new();
    for entry in entries.into_iter().take(width) {
        encode_entry(&mut out, entry);
    }
    Ok(out)
}

fn named_payloads(bundle: &[u8], payloads: &mut BTreeMap<String, Payload>) {
    if memchr::memmem::find(bundle, b"\"payload\":").is_none() {
        return;
    }
    for payload in decode_bundle(bundle).unwrap_or_default().into_iter().filter_map(payload::reference) {
        payloads.insert(payload.sha256(), payload);
    }
}
