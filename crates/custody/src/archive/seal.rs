//! Seals a shard into a file that waits to be uploaded.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, BufWriter, Read, Write},
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::Path,
};

use ward_ledger::{
    bundle::{Export, Selection, ToTar, export},
    source::Folder,
};
use ward_vault::{Sealer, StreamSummary, hash::Sha256};

use super::{Kept, place::PlaceError};

/// Makes a directory that only Ward may enter.
pub(super) fn private_dir(path: &Path) -> Result<(), PlaceError> {
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .map_err(PlaceError::disk(format!("making {}", path.display())))
}

/// A new file that only Ward may open; one that is there is emptied.
pub(super) fn private_file(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)
}

/// Seals the bundle of a shard: written, synced, then renamed, so that under its name it is whole.
pub(super) fn seal(
    log_dir: &Path,
    kept: &Kept,
    sealer: Sealer,
    path: &Path,
) -> Result<StreamSummary, PlaceError> {
    let folder = path.parent().unwrap_or(path);
    private_dir(folder)?;
    let partial = path.with_extension("ward.partial");
    let doing = || PlaceError::disk(format!("sealing the shard into {}", partial.display()));
    let file = private_file(&partial).map_err(doing())?;
    let out = Sealing { sealer, out: BufWriter::with_capacity(1 << 20, file), sealed: Vec::new() };
    let log = kept.log.to_string();
    let whole = [Selection { shard: kept.shard.clone(), entries: 0..kept.entries }];
    let asked = Export { log: &log, entries: Some(&whole), files: &[] };
    let mut tar = ToTar::new(out);
    export(&Folder::new(log_dir), &asked, &mut tar, &mut |_| {})
        .map_err(|e| PlaceError::Ward(e.to_string()))?;
    let Sealing { sealer, mut out, mut sealed } = tar.into_inner();
    let summary = sealer.finish(&mut sealed).map_err(|e| PlaceError::Ward(e.to_string()))?;
    out.write_all(&sealed).map_err(doing())?;
    let file = out.into_inner().map_err(|e| doing()(e.into_error()))?;
    file.sync_all().map_err(doing())?;
    fs::rename(&partial, path).map_err(doing())?;
    File::open(folder).and_then(|dir| dir.sync_all()).map_err(doing())?;
    Ok(summary)
}

/// Bytes and SHA-256 of a file, in hex.
pub(super) fn measure(path: &Path) -> io::Result<(u64, String)> {
    let mut file = File::open(path)?;
    let (mut hash, mut bytes, mut piece) = (Sha256::new(), 0, vec![0; 1 << 20]);
    loop {
        let read = file.read(&mut piece)?;
        if read == 0 {
            return Ok((bytes, hex(&hash.finish())));
        }
        bytes += read as u64;
        hash.update(piece.get(..read).unwrap_or_default());
    }
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// Seals what is written to it.
struct Sealing {
    sealer: Sealer,
    out: BufWriter<File>,
    sealed: Vec<u8>,
}

impl Write for Sealing {
    fn write(&mut self, plain: &[u8]) -> io::Result<usize> {
        self.sealer.push(plain, &mut self.sealed).map_err(io::Error::other)?;
        self.out.write_all(&self.sealed)?;
        self.sealed.clear();
        Ok(plain.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
