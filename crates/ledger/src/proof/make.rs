//! Makes a proof from the published files of a shard.

use super::Proof;
use crate::note::VerifierKey;
use crate::source::{Published, Source};
use crate::tree::{inclusion_proof, leaf_hash, verify_inclusion};
use crate::verify::{Finding, files};
use crate::{CHECKPOINT_FILE, WITNESSED_FILE};

/// Proves that entry `index` is in the shard in `source`: under the newest checkpoint that witnesses have cosigned if
/// that one covers it, else under the published one.
///
/// # Errors
/// If the entry is not published yet, or the files are damaged: the proof is verified before it is given out.
pub fn prove(source: &dyn Source, key: &VerifierKey, index: u64) -> Result<Proof, Finding> {
    // First what is never longer than the next.
    let witnessed = files::checkpoint(source, WITNESSED_FILE, key)?;
    let (newest, note) = files::needed_checkpoint(source, CHECKPOINT_FILE, key)?;
    let published = Published::new(source, newest.size);
    let (place, (checkpoint, note)) = match witnessed.filter(|(c, _)| index < c.size && c.size <= newest.size)
    {
        Some(witnessed) => (WITNESSED_FILE, witnessed),
        None => (CHECKPOINT_FILE, (newest, note)),
    };
    let beyond = || {
        let expected = format!("an index below {}, the published size", checkpoint.size);
        Finding::file(CHECKPOINT_FILE, expected, index.to_string())
    };
    let hashes = inclusion_proof(&published, index, checkpoint.size)?.ok_or_else(beyond)?;
    let entry = published.entry(index)?;
    let leaf = leaf_hash(&entry);
    verify_inclusion(&leaf, index, checkpoint.size, &checkpoint.root, &hashes).map_err(|_| {
        let expected = format!("the root of entry {index} and its proof at size {}", checkpoint.size);
        Finding::file(place, expected, format!("{}: verify the log", checkpoint.root)).at(index)
    })?;
    let checkpoint = String::from_utf8(note).unwrap_or_default();
    Ok(Proof { entry: Some(entry), index, hashes, checkpoint })
}
