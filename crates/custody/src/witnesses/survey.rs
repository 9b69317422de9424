//! How far each log is witnessed: from the files, with the keys of the witnesses that are set up.

use std::collections::BTreeMap;

use ward_model::{
    Timestamp, WitnessId,
    witnesses::{WitnessPolicy, WitnessState, WitnessedLog, Witnesses, Witnessing},
};
use ward_spine::{Core, Result};

use super::{Configured, configured, counting, policy, sql, witnessed};
use crate::logs;

/// What the store remembers of a witness and a log.
#[derive(Debug, Clone)]
pub(super) struct Status {
    pub(super) shard: Option<String>,
    pub(super) entries: Option<u64>,
    pub(super) cosigned_at: Option<Timestamp>,
    pub(super) asked_at: Timestamp,
    pub(super) error: Option<String>,
    pub(super) unfollowed: bool,
    pub(super) contradicts: bool,
}

type Row = (String, String, Option<String>, Option<i64>, Option<i64>, i64, Option<String>, i64, i64);
/// By witness and log.
pub(super) type Statuses = BTreeMap<(WitnessId, String), Status>;

/// All that the store remembers.
pub(super) async fn statuses(core: &Core) -> Result<Statuses> {
    let rows: Vec<Row> = sqlx::query_as(sql::STATUS).fetch_all(core.db.read().await?.conn()).await?;
    let mut found = BTreeMap::new();
    for (witness, log, shard, entries, cosigned_at, asked_at, error, unfollowed, contradicts) in rows {
        let status = Status {
            shard,
            entries: entries.and_then(|n| u64::try_from(n).ok()),
            cosigned_at: cosigned_at.map(Timestamp::from_micros),
            asked_at: Timestamp::from_micros(asked_at),
            error,
            unfollowed: unfollowed != 0,
            contradicts: contradicts != 0,
        };
        found.insert((witness.parse()?, log), status);
    }
    Ok(found)
}

/// Witnesses, policy, and how far each log is witnessed. Asks no permit: the verb `list` and a check do so for people.
///
/// # Errors
/// Those of the store and the ledger.
pub async fn survey(core: &Core, now: Timestamp) -> Result<Witnesses> {
    let (witnesses, policy) = {
        let mut read = core.db.read().await?;
        (configured(&mut read).await?, policy(&mut read).await?)
    };
    let statuses = statuses(core).await?;
    let (mut found, mut anchored) = (Vec::<WitnessedLog>::new(), Vec::new());
    for (log, series) in logs::all(core)? {
        let Some(shard) = series.shards().pop() else { continue };
        let log = log.to_string();
        let keys: Vec<_> = witnesses.iter().map(|w| w.key.clone()).collect();
        let entries =
            series.size(&shard.name).map_err(|e| ward_spine::Error::internal("reading the ledger", e))?;
        let read = shard.clone();
        let seen = tokio::task::spawn_blocking(move || {
            witnessed::read(&read)
                .map(|(note, checkpoint)| (checkpoint.size, witnessed::times(&note, &keys, now)))
        });
        let seen = seen.await.map_err(|e| ward_spine::Error::internal("reading what is witnessed", e))?;
        let place = usize::try_from(policy.needed.saturating_sub(1)).unwrap_or(usize::MAX);
        let enough = seen.and_then(|(size, times)| times.get(place).map(|at| (size, *at)));
        let witnessing: Vec<_> =
            witnesses.iter().map(|w| of_one(w, statuses.get(&(w.id, log.clone())))).collect();
        let state = state(&witnesses, &policy, &witnessing, enough, logs::time(shard.opened), now);
        let unfollowed = |w: &Configured| statuses.get(&(w.id, log.clone())).is_some_and(|s| s.unfollowed);
        if matches!(state, WitnessState::Awaited | WitnessState::Stale) && witnesses.iter().all(unfollowed) {
            anchored.push(found.len());
        }
        found.push(WitnessedLog {
            log,
            shard: shard.name,
            key: shard.key.to_string(),
            entries,
            state,
            witnessed_entries: enough.map(|(size, _)| size),
            witnessed_at: enough.map(|(_, at)| at),
            witnesses: witnessing,
        });
    }
    // Anchors in the platform's log (`spine::audit`) bind the logs of organizations, and are witnessed with it.
    let platform = found.iter().any(|l| l.log == "platform" && l.state == WitnessState::Witnessed);
    for at in anchored.into_iter().filter(|_| platform) {
        if let Some(log) = found.get_mut(at) {
            log.state = WitnessState::Anchored;
        }
    }
    Ok(Witnesses { policy, witnesses: witnesses.iter().map(Configured::body).collect(), logs: found })
}

fn state(
    witnesses: &[Configured],
    policy: &WitnessPolicy,
    witnessing: &[Witnessing],
    enough: Option<(u64, Timestamp)>,
    opened: Timestamp,
    now: Timestamp,
) -> WitnessState {
    let stale = policy.stale_after();
    let fresh = |at: Timestamp| now.since(at) < stale;
    if witnessing.iter().any(|w| w.contradicts) {
        return WitnessState::Contradicted;
    }
    if counting(witnesses) == 0 {
        return WitnessState::Unwitnessed;
    }
    match enough {
        Some((_, at)) if fresh(at) => WitnessState::Witnessed,
        // A new log, or a new witness, gets the time that a working one may take.
        _ if fresh(opened) || witnesses.iter().any(|w| fresh(w.created_at)) => WitnessState::Awaited,
        _ => WitnessState::Stale,
    }
}

fn of_one(witness: &Configured, status: Option<&Status>) -> Witnessing {
    Witnessing {
        witness: witness.id,
        name: witness.name.clone(),
        shard: status.and_then(|s| s.shard.clone()),
        entries: status.and_then(|s| s.entries),
        cosigned_at: status.and_then(|s| s.cosigned_at),
        asked_at: status.map(|s| s.asked_at),
        error: status.and_then(|s| s.error.clone()),
        contradicts: status.is_some_and(|s| s.contradicts),
    }
}
