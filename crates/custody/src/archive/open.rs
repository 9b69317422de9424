//! Opens a sealed bundle, and verifies the ledger in it.

use std::{
    fs::File,
    io::{BufWriter, Read, Write},
    path::Path,
};

use ward_ledger::{VerifierKey, bundle, verify::Trust};
use ward_vault::Opener;
use zeroize::Zeroizing;

use super::{Kept, place::PlaceError, seal::private_file};

/// Opens the sealed file into a tar file. What is there after an error is worth nothing.
pub(super) fn open(sealed: &Path, mut opener: Opener, name: &str, into: &Path) -> Result<(), PlaceError> {
    let doing = || PlaceError::disk(format!("opening {}", sealed.display()));
    let broken = |e: ward_vault::Error| PlaceError::damaged(name, format!("it does not open: {e}"));
    let mut file = File::open(sealed).map_err(doing())?;
    let mut out = BufWriter::with_capacity(1 << 20, private_file(into).map_err(doing())?);
    let (mut piece, mut plain) = (vec![0; 256 << 10], Zeroizing::new(Vec::with_capacity(2 << 20)));
    loop {
        let read = file.read(&mut piece).map_err(doing())?;
        if read == 0 {
            break;
        }
        opener.push(piece.get(..read).unwrap_or_default(), &mut plain).map_err(broken)?;
        out.write_all(&plain).map_err(doing())?;
        plain.clear();
    }
    opener.finish(&mut plain).map_err(broken)?;
    out.write_all(&plain).map_err(doing())?;
    out.flush().map_err(doing())
}

/// Verifies the bundle in full: every entry, tile, signature and link, and that it holds the whole shard up to the size
/// and root that were closed, under the key that the log has for it.
pub(super) fn verify(path: &Path, kept: &Kept, key: &VerifierKey) -> Result<(), PlaceError> {
    let wrong = |why: String| PlaceError::damaged(&kept.object, why);
    let source = bundle::open(path).map_err(|e| wrong(format!("the bundle in it can't be read: {e}")))?;
    let trust = Trust { keys: vec![key.clone()], ..Trust::default() };
    let report = bundle::verify(&*source, &trust, &mut |_| {})
        .map_err(|finding| wrong(format!("the ledger in it does not verify: {finding}")))?;
    let whole =
        report.shards.iter().filter(|shard| shard.line.key == *key).filter_map(|shard| shard.report.as_ref());
    let whole =
        whole.filter(|report| report.part.is_none()).map(|report| (report.size, report.root.to_string()));
    if whole.collect::<Vec<_>>() != [(kept.entries, kept.root.clone())] {
        let why = format!("it does not hold all {} entries of {} that were closed", kept.entries, kept.shard);
        return Err(wrong(why));
    }
    Ok(())
}
