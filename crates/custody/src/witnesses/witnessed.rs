//! The file `<shard>/witnessed`: the newest checkpoint with the cosignatures that were collected.
//!
//! A signed note as any verifier reads it. It is replaced whole. A newer checkpoint takes the place of an older one as
//! soon as it has the cosignatures needed, or no fewer than that one: one witness that is slow or gone must not make
//! what was witnessed well look witnessed badly.

use std::{
    fs::{self, File},
    io::{self, Write as _},
    path::Path,
    time::Duration,
};

use ward_ledger::{
    Checkpoint, Shard,
    note::{CosignerKey, Note},
};
use ward_model::Timestamp;

/// Name of the file in the folder of a shard.
const FILE: &str = "witnessed";
/// How far ahead the clock of a witness may be. Further, its cosignatures would look fresh long after it is gone.
const AHEAD: Duration = Duration::from_secs(600);

/// The file of a shard, if there is one that the shard's key signed.
pub(super) fn read(shard: &Shard) -> Option<(Note, Checkpoint)> {
    let bytes = fs::read(shard.dir.join(FILE)).ok()?;
    let checkpoint = Checkpoint::open(&bytes, &shard.key);
    match (checkpoint, Note::parse(&bytes)) {
        (Ok(checkpoint), Ok(note)) => Some((note, checkpoint)),
        (Err(error), _) | (_, Err(error)) => {
            tracing::warn!(shard = shard.origin(), %error, "the file `witnessed` is damaged; it is made anew");
            None
        }
    }
}

/// Whether a cosignature of this time, in seconds, is believed now.
pub(super) fn is_believed(time: u64, now: Timestamp) -> bool {
    moment(time).is_some_and(|time| time <= now.plus(AHEAD))
}

/// A time of a cosignature as one of the store.
pub(super) fn moment(seconds: u64) -> Option<Timestamp> {
    i64::try_from(seconds).ok()?.checked_mul(1_000_000).map(Timestamp::from_micros)
}

/// When the cosignatures under a note were made that verify with these keys and are believed: newest first.
pub(super) fn times<'a>(
    note: &Note,
    keys: impl IntoIterator<Item = &'a CosignerKey>,
    now: Timestamp,
) -> Vec<Timestamp> {
    let verified =
        keys.into_iter().filter_map(|key| key.verify(note).ok()).filter(|c| is_believed(c.time, now));
    let mut times: Vec<_> = verified.filter_map(|c| moment(c.time)).collect();
    times.sort_by_key(|time| std::cmp::Reverse(time.micros()));
    times
}

/// Keeps a note with cosignatures, beside or in place of what is there. Says whether the file was written.
///
/// Whoever calls this lets nobody else do so for the same shard meanwhile.
pub(super) fn keep(
    shard: &Shard,
    offered: &Note,
    keys: &[CosignerKey],
    needed: u32,
    now: Timestamp,
) -> io::Result<bool> {
    let size = |note: &Note| Checkpoint::parse(note.unverified_text()).map_or(0, |c| c.size);
    let kept = match read(shard) {
        None => offered.clone(),
        Some((mut there, _)) if there.unverified_text() == offered.unverified_text() => {
            let before = there.clone();
            for signature in offered.signatures() {
                there.attach(signature.clone()).map_err(io::Error::other)?;
            }
            if there == before {
                return Ok(false);
            }
            there
        }
        Some((there, checkpoint)) => {
            let (old, new) = (times(&there, keys, now).len(), times(offered, keys, now).len());
            let enough = new >= usize::try_from(needed).unwrap_or(usize::MAX);
            if size(offered) < checkpoint.size || (!enough && new < old) {
                return Ok(false);
            }
            offered.clone()
        }
    };
    replace(&shard.dir.join(FILE), kept.to_string().as_bytes()).map(|()| true)
}

/// Whole or not at all, also after a crash.
fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let draft = path.with_extension("tmp");
    let mut file = File::create(&draft)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&draft, path)?;
    path.parent().map_or(Ok(()), |dir| File::open(dir)?.sync_all())
}

#[cfg(test)]
mod tests {
    use ward_ledger::{
        Signer,
        note::Cosigner,
        tree::{Frontier, empty_root},
    };

    use super::*;

    const ORIGIN: &str = "ward.test/ledger/1/platform/2026-1";

    fn note(entries: u64) -> Note {
        let mut tree = Frontier::new();
        (0..entries).for_each(|_| tree.push(empty_root(), |_, _| ()));
        let text = Checkpoint { origin: ORIGIN.into(), size: entries, root: tree.root(), extensions: vec![] };
        let signer = Signer::from_seed(ORIGIN, [1; 32]).unwrap();
        Note::parse(signer.sign(&text.to_text()).as_bytes()).unwrap()
    }

    fn witness(n: u8) -> Cosigner {
        Cosigner::from_seed(&format!("w{n}.example"), [n; 32]).unwrap()
    }

    fn cosigned(entries: u64, by: &[u8], time: u64) -> Note {
        let mut note = note(entries);
        for n in by {
            let line = witness(*n).cosign(note.unverified_text(), time);
            note.attach(line).unwrap();
        }
        note
    }

    #[test]
    fn more_cosignatures_come_together_and_fewer_take_no_place() {
        let dir = tempfile::tempdir().unwrap();
        let key = Signer::from_seed(ORIGIN, [1; 32]).unwrap().verifier_key().clone();
        let (opened, path) = (0, dir.path().to_owned());
        let shard = Shard { name: "2026-1".into(), key, opened, closed: None, dir: path, archived: false };
        let keys: Vec<_> = (10..13).map(|n| witness(n).key().clone()).collect();
        let now = Timestamp::from_micros(2_000_000_000);
        let kept = |offered: &Note| keep(&shard, offered, &keys, 2, now).unwrap();
        let there = || {
            let (note, checkpoint) = read(&shard).unwrap();
            (checkpoint.size, times(&note, &keys, now).len())
        };
        assert!(read(&shard).is_none());
        assert!(kept(&cosigned(5, &[10], 1000)));
        assert!(kept(&cosigned(5, &[11], 1000)));
        assert!(!kept(&cosigned(5, &[11], 1000)), "the same again changes nothing");
        assert_eq!(there(), (5, 2));
        // One of two that are needed: what is there is better.
        assert!(!kept(&cosigned(8, &[10], 1100)));
        assert_eq!(there(), (5, 2));
        assert!(kept(&cosigned(8, &[10, 12], 1100)));
        assert_eq!(there(), (8, 2));
        assert!(!kept(&cosigned(6, &[10, 11, 12], 1200)), "an older checkpoint never comes back");
        // Damage is found, and the file made anew.
        let path = dir.path().join(FILE);
        let text = fs::read_to_string(&path).unwrap().replace("\n8\n", "\n9\n");
        fs::write(&path, text).unwrap();
        assert!(read(&shard).is_none());
        assert!(kept(&cosigned(8, &[10], 1100)));
        assert_eq!(there(), (8, 1));
    }

    #[test]
    fn cosignatures_of_strangers_and_from_the_future_do_not_count() {
        let keys = [witness(10).key().clone()];
        let now = Timestamp::from_micros(2_000_000_000);
        assert_eq!(times(&cosigned(5, &[11], 1000), &keys, now).len(), 0);
        assert_eq!(times(&cosigned(5, &[10], 2000 + 599), &keys, now).len(), 1);
        assert_eq!(times(&cosigned(5, &[10], 2000 + 601), &keys, now).len(), 0);
        assert_eq!(times(&cosigned(5, &[10], u64::MAX), &keys, now).len(), 0);
    }
}
