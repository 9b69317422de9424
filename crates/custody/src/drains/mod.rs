//! Drains: copies of the ledger's entries for a team's own log system (45 CFR 164.312(b), 164.308(a)(1)(ii)(D)).
//!
//! A drain is intent: what to send, where to, in which form. The loop keeps a worker for each, which reads the ledger's
//! files at its own pace, sends batches, and moves a durable cursor for each log when the receiver has acknowledged.
//!
//! ```text
//! create.rs list.rs pause.rs test.rs remove.rs   the verbs          reconcile.rs   the loop: a worker for each drain
//! entry.rs format/   how an entry looks outside                     worker.rs      reads, sends, moves the cursor
//! batch.rs           what comes next, and how far behind            carry/         how it gets there, when it counts
//! ```
//!
//! Invariants: a worker holds nothing that an append waits for, so a receiver that hangs never delays the gate; no
//! worker waits for another; the cursor moves only after an acknowledgement, so nothing is lost; what is sent twice
//! bears the same log, shard and index; an organization's drain sends its own log and reaches no internal address;
//! secrets are sealed, and never shown.
//!
//! Moving a cursor is bookkeeping and no effect: would it be an entry, each entry sent would make another to send.

pub mod batch;
pub mod carry;
mod create;
mod entry;
pub mod format;
mod list;
mod open;
mod pause;
mod reconcile;
mod remove;
pub(crate) mod sql;
mod test;
mod worker;

pub use batch::Cursor;
pub use create::create;
pub use entry::{Entry, Severity};
pub use list::{get, list};
pub use pause::{pause, resume};
pub use reconcile::Drains;
pub use remove::remove;
pub use test::test;

use std::{collections::BTreeMap, time::Duration};

use serde::{Deserialize, Serialize};
use ward_ledger::Series;
use ward_model::{
    Action, DrainId, KeyId, OrganizationId, Target, Timestamp,
    drains::{Destination, Drain, DrainProgress, DrainState},
};
use ward_spine::{Core, Ctx, Error, ReadTx, Result};

use crate::sql::damaged;

/// A drain that has failed for so long is stuck: an alert is raised.
pub const STUCK: Duration = Duration::from_secs(15 * 60);
/// Most drains of an organization, and of the platform: each is a worker and connections.
pub const MOST: i64 = 20;

/// A drain as it is stored.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Stored {
    pub(crate) drain: Drain,
    pub(crate) ca_pem: Option<String>,
    pub(crate) client_certificate_pem: Option<String>,
    pub(crate) dek: Option<KeyId>,
    pub(crate) removed: bool,
}

impl Stored {
    /// Refuses a drain that was removed. After the permit: only who may see it learns that.
    fn require(&self) -> Result<()> {
        if self.removed { Err(Error::not_found("drain", self.drain.id)) } else { Ok(()) }
    }
}

/// What is sealed.
#[derive(Default, Serialize, Deserialize)]
pub(crate) struct Secrets {
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) client_key_pem: Option<String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty", default)]
    pub(crate) headers: BTreeMap<String, String>,
    /// In hex.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) signing_key: Option<String>,
}

/// What seals the secrets of a drain to their place.
fn aad(drain: DrainId) -> String {
    format!("drain {drain}")
}

#[derive(sqlx::FromRow)]
pub(crate) struct Row {
    id: String,
    organization_id: Option<String>,
    name: String,
    log: Option<String>,
    destination: String,
    ca_pem: Option<String>,
    client_certificate_pem: Option<String>,
    headers: String,
    insecure_plain: i64,
    key_id: Option<String>,
    dek_id: Option<String>,
    paused_at: Option<i64>,
    removed_at: Option<i64>,
    created_at: i64,
    sent: i64,
    lost: i64,
    last_success_at: Option<i64>,
    failing_since: Option<i64>,
    last_error: Option<String>,
    next_attempt_at: Option<i64>,
}

impl Row {
    /// Reads a row. How far behind it is, only the ledger tells: [`measured`].
    fn read(self, now: Timestamp) -> Result<Stored> {
        let time = |micros: Option<i64>| micros.map(Timestamp::from_micros);
        let number = |n: i64| u64::try_from(n).map_err(|e| damaged("a drain", e));
        let failing_since = time(self.failing_since);
        let state = match (self.paused_at, failing_since) {
            (Some(_), _) => DrainState::Paused,
            (None, None) => DrainState::Active,
            (None, Some(since)) if now.since(since) < STUCK => DrainState::Failing,
            (None, Some(_)) => DrainState::Stuck,
        };
        let destination: Destination =
            serde_json::from_str(&self.destination).map_err(|e| damaged("a drain", e))?;
        let drain = Drain {
            id: self.id.parse()?,
            name: self.name.parse().map_err(|e| damaged("a name", e))?,
            organization: self.organization_id.map(|id| id.parse()).transpose()?,
            log: self.log,
            destination,
            own_authority: self.ca_pem.is_some(),
            client_certificate: self.client_certificate_pem.is_some(),
            headers: serde_json::from_str(&self.headers).map_err(|e| damaged("a drain", e))?,
            insecure_plain: self.insecure_plain != 0,
            key_id: self.key_id,
            created_at: Timestamp::from_micros(self.created_at),
            state,
            progress: DrainProgress {
                behind: 0,
                oldest_unsent_at: None,
                sent: number(self.sent)?,
                lost: number(self.lost)?,
                last_success_at: time(self.last_success_at),
                failing_since,
                last_error: self.last_error,
                next_attempt_at: time(self.next_attempt_at),
            },
        };
        Ok(Stored {
            drain,
            ca_pem: self.ca_pem,
            client_certificate_pem: self.client_certificate_pem,
            dek: self.dek_id.map(|id| id.parse()).transpose()?,
            removed: self.removed_at.is_some(),
        })
    }
}

/// The four things that are done to drains.
#[derive(Debug, Clone, Copy)]
enum Deed {
    Read,
    Create,
    Change,
    Remove,
}

/// The action and its target: of the organization, or of the platform.
fn deed(deed: Deed, organization: Option<OrganizationId>) -> (Action, Target) {
    let (of_organization, of_platform) = match deed {
        Deed::Read => (Action::DrainRead, Action::PlatformDrainRead),
        Deed::Create => (Action::DrainCreate, Action::PlatformDrainCreate),
        Deed::Change => (Action::DrainChange, Action::PlatformDrainChange),
        Deed::Remove => (Action::DrainRemove, Action::PlatformDrainRemove),
    };
    match organization {
        Some(id) => (of_organization, Target::organization(id)),
        None => (of_platform, Target::platform()),
    }
}

/// Finds a drain, also one that was removed.
async fn find(ctx: &Ctx, id: DrainId) -> Result<Stored> {
    let mut read = ctx.read().await?;
    let row: Option<Row> = sqlx::query_as(sql::FIND).bind(id.to_string()).fetch_optional(read.conn()).await?;
    row.ok_or_else(|| Error::not_found("drain", id))?.read(ctx.now())
}

/// Refuses an organization that does not exist, in the words for one that may not be seen.
async fn require_organization(read: &mut ReadTx, id: OrganizationId) -> Result<()> {
    let row: Option<(String,)> =
        sqlx::query_as(sql::ORGANIZATION).bind(id.to_string()).fetch_optional(read.conn()).await?;
    row.map(drop).ok_or_else(|| Error::not_found("organization", id))
}

/// The logs that a drain sends, as far as they have entries.
fn logs(core: &Core, drain: &Drain) -> Vec<(String, Series)> {
    let only = drain.organization.map(|id| id.to_string()).or_else(|| drain.log.clone());
    let names = match only {
        Some(log) => vec![log],
        None => core.audit.logs(),
    };
    names.into_iter().filter_map(|log| core.audit.series(&log).map(|series| (log, series))).collect()
}

/// The stored cursor of a drain in a log.
async fn cursor(read: &mut ReadTx, drain: DrainId, log: &str) -> Result<Option<Cursor>> {
    let row: Option<(String, i64)> = sqlx::query_as(sql::CURSOR)
        .bind(drain.to_string())
        .bind(log.to_owned())
        .fetch_optional(read.conn())
        .await?;
    row.map(|(shard, next)| {
        Ok(Cursor { shard, next: u64::try_from(next).map_err(|e| damaged("a cursor", e))? })
    })
    .transpose()
}

/// The drain as it fares now, and how far behind it is. The ledger is looked at first: what was sent meanwhile may be
/// counted as waiting, but what waits never as sent.
async fn measured(ctx: &Ctx, drain: &Drain) -> Result<Drain> {
    let (mut behind, mut oldest_unsent_at) = (0, None);
    for (log, series) in logs(ctx.core(), drain) {
        let cursor = cursor(&mut ctx.read().await?, drain.id, &log).await?;
        let measured = tokio::task::spawn_blocking(move || batch::behind(&series, cursor.as_ref())).await;
        let (count, oldest) = measured
            .map_err(|e| Error::internal("reading the ledger", e))?
            .map_err(|e| Error::internal("reading the ledger", e))?;
        let oldest = oldest.map(|millis| Timestamp::from_micros(millis.saturating_mul(1000)));
        behind += count;
        oldest_unsent_at = [oldest_unsent_at, oldest].into_iter().flatten().min();
    }
    let now = find(ctx, drain.id).await?.drain;
    let progress = DrainProgress { behind, oldest_unsent_at, ..now.progress };
    Ok(Drain { progress, ..now })
}
