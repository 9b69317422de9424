//! The checkpoint of a log that witnesses are asked to cosign.
//!
//! One for all of them: a policy of two cosignatures wants two under the same checkpoint. It stays for a while, so
//! that a slow witness cosigns the same one, and a busy log does not ask with each entry.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    time::Duration,
};

use ward_ledger::{Checkpoint, Series, Shard, note::Note};
use ward_model::{Timestamp, WitnessId, retention::LogName, witnesses::WitnessPolicy};

/// Shortest time between two checkpoints of one log that are submitted.
pub(super) const PAUSE: Duration = Duration::from_secs(30);

/// A witness that does not follow the log of an organization is asked again after this time: it may be meant so, for the
/// platform's log anchors the others, and there may be very many of them.
pub(super) const UNFOLLOWED: Duration = Duration::from_secs(300);

/// The published checkpoint of a log, with the cosignatures collected so far.
#[derive(Clone)]
pub(super) struct Candidate {
    pub(super) log: LogName,
    pub(super) series: Series,
    pub(super) shard: Shard,
    pub(super) size: u64,
    pub(super) note: Note,
    pub(super) since: Timestamp,
    /// Witnesses that need not be asked again about this one.
    pub(super) done: BTreeSet<WitnessId>,
    /// Witnesses that refused, and until when they are not asked again.
    pub(super) refused: BTreeMap<WitnessId, Timestamp>,
}

impl Candidate {
    /// The one to submit now: what there is, or the newest that is published.
    ///
    /// # Errors
    /// The published checkpoint can't be read, or is not signed by the shard's key.
    pub(super) fn next(
        before: Option<Self>,
        log: LogName,
        series: &Series,
        policy: &WitnessPolicy,
        now: Timestamp,
    ) -> io::Result<Option<Self>> {
        let Some(shard) = series.shards().pop() else { return Ok(None) };
        if let Some(before) = &before
            && before.shard.name == shard.name
            && now.since(before.since) < PAUSE
        {
            return Ok(Some(before.clone()));
        }
        let bytes = match fs::read(shard.dir.join("checkpoint")) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(before),
            Err(error) => return Err(error),
        };
        let checkpoint = Checkpoint::open(&bytes, &shard.key).map_err(io::Error::other)?;
        if let Some(before) = &before
            && before.shard.name == shard.name
            && before.size == checkpoint.size
            && now.since(before.since) < refresh(policy)
        {
            return Ok(Some(before.clone()));
        }
        let note = Note::parse(&bytes).map_err(io::Error::other)?;
        let (series, done) = (series.clone(), BTreeSet::new());
        let mut refused = before.map(|before| before.refused).unwrap_or_default();
        refused.retain(|_, until| *until > now);
        Ok(Some(Self { log, series, shard, size: checkpoint.size, note, since: now, done, refused }))
    }
}

/// After this time the same checkpoint is submitted again, so that the log does not become stale while nothing happens.
fn refresh(policy: &WitnessPolicy) -> Duration {
    Duration::from_secs(u64::from(policy.stale_after_minutes) * 60 / 3).max(PAUSE)
}
