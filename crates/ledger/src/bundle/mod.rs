//! Bundles: a log, or a part of it, to be taken away and verified offline.
//!
//! A bundle is a folder or a tar file in the layout of the log's own folder, without what only the writer needs:
//!
//! ```text
//! README.md  verify.py      how to check it by hand, and a program of forty lines that does
//! contents                  what is in it: the log and, for each shard, the range of entries
//! keys                      every shard of the log with its public key, also those that are not in the range
//! schema/…                  what the entries mean, given by the caller
//! <shard>/checkpoint        signed head, under which everything here is proven
//! <shard>/witnessed         the newest one with the cosignatures of witnesses
//! <shard>/tile/…            hash tiles and entry bundles (c2sp.org/tlog-tiles)
//! <shard>/payload/…         payloads of the entries that are here
//! <shard>.archived          in place of a shard that is not here any more
//! ```
//!
//! A part holds the bundles of 256 entries that its range touches, the first and the last of every shard, which carry
//! the links between shards, and the hash tiles that lead from these to the root.

mod contents;
mod dest;
mod export;
mod needed;
mod select;

pub use contents::{CONTENTS_FILE, Contents};
pub use dest::{Dest, ToFolder, ToTar};
pub use export::{Export, ExportError, Exported, export};
pub use select::{Selection, find_by_time, first_at, select_by_time};

use std::io;
use std::path::Path;

use crate::source::{Folder, Source, Tar};
use crate::verify::{Finding, Progress, SeriesReport, Trust, verify_series};

/// How to check a bundle by hand.
pub const README: &str = include_str!("README.md");
/// The program that checks it.
pub const VERIFY_PY: &str = include_str!("verify.py");

/// The bundle at `path`: a folder, or a tar file.
///
/// # Errors
/// If it is a file that is no tar archive, or cannot be read.
pub fn open(path: &Path) -> io::Result<Box<dyn Source>> {
    Ok(if path.is_dir() { Box::new(Folder::new(path)) } else { Box::new(Tar::open(path)?) })
}

/// Verifies a bundle.
///
/// # Errors
/// The first [`Finding`].
pub fn verify(
    bundle: &dyn Source,
    trust: &Trust,
    progress: &mut dyn FnMut(Progress),
) -> Result<SeriesReport, Finding> {
    if crate::verify::files::read(bundle, CONTENTS_FILE, 1 << 20)?.is_none() {
        return Err(Finding::file(CONTENTS_FILE, "the contents of a bundle", "no file"));
    }
    verify_series(bundle, trust, progress)
}
