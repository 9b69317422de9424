//! The logs of an installation: one for the platform, one for each organization.

use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{Arc, PoisonError, RwLock, atomic::Ordering},
    time::Duration,
};

use serde_json::json;
use tokio::sync::Mutex;
use ward_ledger::{Series, SeriesConfig, Status, series::Owner};
use ward_model::{ErrorCode, OrganizationId, Timestamp, ledger::Event};

use super::{Audit, keys, sql};
use crate::{Error, Result};

/// Name of the platform's own log.
pub const PLATFORM_LOG: &str = "platform";

/// Where the ledger lies and how its logs are called.
#[derive(Debug, Clone)]
pub struct LedgerSettings {
    /// Folder of all logs.
    pub dir: PathBuf,
    /// First part of every origin: `ward.example/ledger/3f2a`.
    pub base_origin: String,
    /// Make the platform's log if it is missing: at set-up only.
    pub create: bool,
    /// How long durable entries may wait for their tiles and the published checkpoint.
    pub publish_every: Duration,
}

pub(super) struct Logs {
    pub(super) settings: LedgerSettings,
    pub(super) owner: Arc<dyn Owner>,
    open: RwLock<BTreeMap<String, Series>>,
    /// One opening at a time.
    opening: Mutex<()>,
}

/// Name of the log that an event belongs to.
pub(super) fn log_of(event: &Event) -> &str {
    event.object.organization.as_deref().unwrap_or(PLATFORM_LOG)
}

/// Name of the first shard of a log that begins now.
fn first_shard(now: Timestamp) -> String {
    format!("{}-1", now.year())
}

impl Logs {
    pub(super) fn new(settings: LedgerSettings, owner: Arc<dyn Owner>) -> Self {
        Self { settings, owner, open: RwLock::default(), opening: Mutex::default() }
    }

    pub(super) fn get(&self, log: &str) -> Option<Series> {
        self.open.read().unwrap_or_else(PoisonError::into_inner).get(log).cloned()
    }

    pub(super) fn all(&self) -> Vec<(String, Series)> {
        let open = self.open.read().unwrap_or_else(PoisonError::into_inner);
        open.iter().map(|(name, series)| (name.clone(), series.clone())).collect()
    }

    pub(super) fn put(&self, log: &str, series: &Series) {
        self.open.write().unwrap_or_else(PoisonError::into_inner).insert(log.to_owned(), series.clone());
    }

    pub(super) async fn load(&self, log: &str, create: bool, now: Timestamp) -> Result<Series> {
        let mut config = SeriesConfig::new(
            format!("{}/{log}", self.settings.base_origin),
            first_shard(now),
            now.micros() / 1000,
        );
        config.create = create;
        config.publish_every = self.settings.publish_every;
        let opened = Series::open(self.settings.dir.join(log), config, Arc::clone(&self.owner)).await;
        opened.map_err(|e| {
            tracing::error!(log, error = %e, "a log of the ledger can't be opened");
            unavailable(&format!("the log {log} of the ledger can't be opened")).because(e)
        })
    }
}

/// Why a log takes no entries at the moment, if it does not.
pub(super) fn refusal(series: &Series) -> Option<String> {
    match series.current().status() {
        Status::Refusing(reason) => Some(reason),
        Status::Closed => Some("it is closed".to_owned()),
        Status::Writable | Status::Unpublished(_) => None,
    }
}

pub(super) fn unavailable(what: &str) -> Error {
    Error::new(
        ErrorCode::LedgerUnavailable,
        format!("{what}, so nothing was done"),
        "check the disk of the ledger (space, read-only, missing files); service returns by itself",
    )
}

impl Audit {
    /// Opens every organization's log that there was.
    pub(super) async fn open_logs(&self) -> Result<()> {
        let now = self.0.clock.now();
        for log in sql::logs(&mut self.0.db.read().await?).await? {
            // One organization's damaged log must not stop the others: its own operations fail until it is back.
            if let Ok(series) = self.0.logs.load(&log, false, now).await {
                self.0.logs.put(&log, &series);
            }
        }
        Ok(())
    }

    /// The log of this name, opened or made if need be; the platform's for an organization that there is not.
    pub(super) async fn log(&self, log: &str) -> Result<Series> {
        if let Some(series) = self.0.logs.get(log) {
            return Ok(series);
        }
        if log.parse::<OrganizationId>().is_err() {
            return Err(Error::internal("finding a log of the ledger", format!("{log:?} is none")));
        }
        let _alone = self.0.logs.opening.lock().await;
        if let Some(series) = self.0.logs.get(log) {
            return Ok(series);
        }
        let now = self.0.clock.now();
        let mut read = self.0.db.read().await?;
        let known = sql::is_log(&mut read, log).await?;
        if !known && !sql::is_organization(&mut read, log).await? {
            // Whoever is denied something in an organization that there is not must not make a log of it by that.
            return Ok(self.platform());
        }
        drop(read);
        if known {
            // It could not be opened at the start: nobody looked yet what a crash left in it.
            self.unconfirmed().insert(log.to_owned());
        }
        let series = self.0.logs.load(log, !known, now).await?;
        if !known {
            // The platform's log vouches for the key of the new one.
            let shards = series.shards();
            let mut event = keys::notice("ledger:open-log", "ledger-log", log, now);
            event.detail = json!({
                "origin": series.base_origin(),
                "keys": shards.iter().map(|shard| shard.key.to_string()).collect::<Vec<_>>(),
            });
            let platform = self.platform();
            self.write(&platform, &[event]).await?;
            let mut tx = self.0.db.bookkeeping().await?;
            sql::insert_log(&mut tx, log, now).await?;
            tx.commit().await?;
        }
        self.0.logs.put(log, &series);
        Ok(series)
    }

    /// The platform's log.
    pub fn platform(&self) -> Series {
        self.0.platform.clone()
    }

    /// A log by its name: `platform`, or the id of an organization.
    pub fn series(&self, log: &str) -> Option<Series> {
        self.0.logs.get(log)
    }

    /// Names of all logs that are open, in order.
    pub fn logs(&self) -> Vec<String> {
        self.0.logs.all().into_iter().map(|(name, _)| name).collect()
    }

    /// Folder of all logs.
    pub fn dir(&self) -> &std::path::Path {
        &self.0.logs.settings.dir
    }

    /// Entries of all logs and shards that are here.
    pub fn size(&self) -> u64 {
        let of = |series: Series| {
            let sizes = series.shards().into_iter().filter(|shard| !shard.archived);
            sizes.filter_map(|shard| series.size(&shard.name).ok()).sum::<u64>()
        };
        self.0.logs.all().into_iter().map(|(_, series)| of(series)).sum()
    }

    /// Why a log takes no entries at the moment, if one does not: its name and the reason.
    pub fn refusing(&self) -> Option<(String, String)> {
        self.0.logs.all().into_iter().find_map(|(name, series)| Some((name, refusal(&series)?)))
    }

    /// Closes all logs. Later appends are refused; reading goes on.
    ///
    /// # Errors
    /// If one of them can't be closed cleanly; the others are.
    pub async fn close(&self) -> Result<()> {
        self.0.closing.store(true, Ordering::SeqCst);
        let mut failure = None;
        for (name, series) in self.0.logs.all() {
            if let Err(error) = series.close().await {
                let doing = format_args!("closing the log {name} of the ledger");
                failure = Some(Error::internal(doing, error));
            }
        }
        failure.map_or(Ok(()), Err)
    }
}
