//! Verifies logs from their files and public keys, and trusts nothing else.
//!
//! Every entry is hashed again. With the write-ahead log, every batch must give the root that its checkpoint signs;
//! without it, all entries must give the published one. Every tile and bundle, at every level and every published
//! width, must hold exactly what follows from the entries; `head`, `checkpoint`, `witnessed` and checkpoints kept
//! from before must be signed and lie on the same history; times never decrease; payloads have the hash that was
//! entered. A series is verified through its shards: the links of the first and last entries must agree with the
//! file `keys`, both ways, so that one trusted key vouches for all. The first difference is the [`Finding`]. The
//! files may be in use by a writer meanwhile. Memory: a segment, or a bundle for each level of tiles.

mod anchor;
mod content;
pub(crate) mod files;
mod finding;
mod history;
mod logs;
mod marks;
mod part;
mod segment;
mod series;
mod shard;
mod tiled;
mod tiles;

use std::path::Path;

use crate::note::{CosignerKey, VerifierKey};
use crate::series::KeyLine;
use crate::source::{Folder, Source};
use crate::tree::Hash;

pub use anchor::{Anchor, Anchors};
pub use finding::{AnchorPlace, Finding, Place};
pub use logs::{LedgerReport, LogVerdict, verify_each, verify_ledger};

/// How far a verification has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Entries verified.
    pub entries: u64,
    /// Entries that there are at least.
    pub total: u64,
}

/// What somebody who verifies knows from elsewhere.
#[derive(Debug, Clone, Default)]
pub struct Trust {
    /// Keys of shards. One of a log is enough: the links lead from it to all others.
    pub keys: Vec<VerifierKey>,
    /// Signed checkpoints that were kept from before. Only they, and witnesses, can show that a log was rolled back,
    /// or written anew by someone who has the key.
    pub known: Vec<String>,
    /// Keys of witnesses.
    pub witnesses: Vec<CosignerKey>,
    /// How many of the witnesses must have cosigned the newest shard of each log.
    pub needed: usize,
    /// The files are those of a running installation: the write-ahead log and the head must be there.
    pub live: bool,
    /// Where one log of a whole ledger says what the others must hold, if one does.
    pub anchors: Option<Anchors>,
}

/// What a verification of a shard that found nothing wrong has covered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Entries of the log.
    pub size: u64,
    /// Root of the tree over them.
    pub root: Hash,
    /// The newest signed checkpoint, as a note.
    pub checkpoint: String,
    /// Signed checkpoints verified: batches, `head`, `checkpoint`, `witnessed` and those given.
    pub checkpoints: u64,
    /// Tiles and bundles compared.
    pub tiles: u64,
    /// Segments of the write-ahead log read.
    pub segments: u64,
    /// Entries hashed: all of them, or those that a bundle holds.
    pub entries: u64,
    /// The entries that a bundle of a part says it holds, first and end.
    pub part: Option<(u64, u64)>,
    /// `metadata.logged_time` of the first and of the last verified entry that has one, in ms since the epoch.
    pub times: Option<(i64, i64)>,
    /// Payloads verified.
    pub payloads: u64,
    /// Who cosigned; none if there is no cosigned checkpoint.
    pub witnessed: Option<Witnessed>,
    /// Things that are not wrong but worth knowing, such as the torn batch of a crash.
    pub notes: Vec<String>,
}

/// A checkpoint that others have cosigned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Witnessed {
    /// Its size: entries below it were seen by the witnesses.
    pub size: u64,
    /// Names of those given witnesses whose cosignature verifies.
    pub by: Vec<String>,
    /// The oldest of their times, in seconds since the epoch, by their own clocks.
    pub oldest: Option<u64>,
}

/// One shard of a verified series.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShardReport {
    /// Its line in `keys`: name, key, when it was in use.
    pub line: KeyLine,
    /// What was verified; none if the shard is archived and not here.
    pub report: Option<Report>,
}

/// What a verification of a log that found nothing wrong has covered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeriesReport {
    /// All shards, oldest first.
    pub shards: Vec<ShardReport>,
    /// Whether one of the given keys is a key of this log, or a log with such a key vouches for it by its anchors.
    /// Without, the files vouch for themselves only.
    pub anchored: bool,
    /// Things that are not wrong but worth knowing.
    pub notes: Vec<String>,
}

impl SeriesReport {
    /// Entries hashed in all shards.
    pub fn entries(&self) -> u64 {
        self.shards.iter().filter_map(|shard| shard.report.as_ref()).map(|report| report.entries).sum()
    }
}

/// Verifies one shard, or any single log in the tlog-tiles form.
///
/// # Errors
/// The first [`Finding`]. A file that cannot be read is one, too.
pub fn verify_shard(
    source: &dyn Source,
    key: &VerifierKey,
    trust: &Trust,
    progress: &mut dyn FnMut(Progress),
) -> Result<Report, Finding> {
    let known = trust.known.iter().map(String::as_str).collect();
    let subject =
        shard::Subject { source, key, trust, known, said: &[], part: None, newest: true, collect: None };
    shard::verify(&subject, progress).map(|(report, _)| report)
}

/// Verifies a log with all its shards: the folder that the file `keys` lies in, or a bundle.
///
/// # Errors
/// As for [`verify_shard`]. That no given key or checkpoint is of this log is one, too.
pub fn verify_series(
    source: &dyn Source,
    trust: &Trust,
    progress: &mut dyn FnMut(Progress),
) -> Result<SeriesReport, Finding> {
    let report = series::verify(source, &series::Asked::of(trust), progress)?.report;
    logs::all_used(trust, std::slice::from_ref(&report))?;
    Ok(report)
}

/// The file `keys` of a log: its shards, oldest first.
///
/// # Errors
/// If it is not there or not of its form.
pub fn keys_of(source: &dyn Source) -> Result<Vec<KeyLine>, Finding> {
    series::keys(source)
}

/// Verifies the single log in `dir`, where it is written.
///
/// # Errors
/// As for [`verify_shard`].
pub fn verify_dir(
    dir: &Path,
    key: &VerifierKey,
    progress: &mut dyn FnMut(Progress),
) -> Result<Report, Finding> {
    verify_against(dir, key, &[], progress)
}

/// Verifies the single log in `dir`, where it is written, and that it continues every checkpoint in `known`.
///
/// # Errors
/// As for [`verify_shard`].
pub fn verify_against(
    dir: &Path,
    key: &VerifierKey,
    known: &[String],
    progress: &mut dyn FnMut(Progress),
) -> Result<Report, Finding> {
    let trust = Trust { known: known.to_vec(), live: true, ..Trust::default() };
    verify_shard(&Folder::new(dir), key, &trust, progress)
}
