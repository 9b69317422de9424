//! A database as stored: what the API shows, and what only the loops need.

use std::{net::Ipv4Addr, time::Duration};

use ward_model::{
    AppId, BackupId, KeyId, Name, Timestamp,
    databases::{Database, DatabaseState},
};
use ward_spine::Result;

use crate::sql::{damaged, number};

/// Columns, in the names of the queries.
#[derive(sqlx::FromRow)]
pub(super) struct Row {
    id: String,
    organization_id: String,
    project_id: String,
    environment_id: String,
    data_class: String,
    network_index: i64,
    name: String,
    engine: String,
    state: String,
    problem: Option<String>,
    dek_id: String,
    address: String,
    uid_base: i64,
    backup_every: i64,
    admin_password: Vec<u8>,
    chain_pem: Option<String>,
    chain_key: Option<Vec<u8>>,
    chain_issued_at: Option<i64>,
    chain_not_after: Option<i64>,
    boot_chain_pem: Option<String>,
    boot_chain_key: Option<Vec<u8>>,
    restore_from: Option<String>,
    destroy_backups: i64,
    created_at: i64,
    last_backup_at: Option<i64>,
}

/// A certificate with its sealed key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Chain {
    pub(super) pem: String,
    pub(super) sealed_key: Vec<u8>,
}

/// A database with all that the loops need. Nothing in here is secret.
#[derive(Debug, Clone)]
pub(super) struct Stored {
    pub(super) database: Database,
    pub(super) network: u16,
    pub(super) dek: KeyId,
    pub(super) address: Ipv4Addr,
    pub(super) uid_base: u32,
    pub(super) admin_password: Vec<u8>,
    /// Certificate to show, when it was issued and when it ends.
    pub(super) chain: Option<(Chain, Timestamp, Timestamp)>,
    /// Certificate that the container was started with.
    pub(super) boot: Option<Chain>,
    pub(super) restore_from: Option<BackupId>,
    pub(super) destroy_backups: bool,
}

impl Stored {
    /// When the certificate is to be renewed: at two thirds of its life. None if there is none.
    pub(super) fn renewal(&self) -> Option<Timestamp> {
        let (_, issued, end) = self.chain.as_ref()?;
        let life: Duration = end.since(*issued);
        Some(issued.plus(life / 3 * 2))
    }
}

impl Row {
    /// Reads the columns; `apps` are filled in by the caller.
    pub(super) fn stored(self, apps: Vec<AppId>) -> Result<Stored> {
        let chain = match (self.chain_pem, self.chain_key, self.chain_issued_at, self.chain_not_after) {
            (Some(pem), Some(sealed_key), Some(from), Some(to)) => {
                Some((Chain { pem, sealed_key }, Timestamp::from_micros(from), Timestamp::from_micros(to)))
            }
            _ => None,
        };
        let boot =
            self.boot_chain_pem.zip(self.boot_chain_key).map(|(pem, sealed_key)| Chain { pem, sealed_key });
        let state: DatabaseState = self.state.parse().map_err(|e| damaged("a state", e))?;
        let name: Name = self.name.parse().map_err(|e| damaged("a name", e))?;
        Ok(Stored {
            database: Database {
                id: self.id.parse()?,
                organization: self.organization_id.parse()?,
                project: self.project_id.parse()?,
                environment: self.environment_id.parse()?,
                data_class: self.data_class.parse().map_err(|e| damaged("a data class", e))?,
                name,
                engine: self.engine,
                state,
                problem: self.problem,
                apps,
                backup_every: number(self.backup_every)?,
                last_backup_at: self.last_backup_at.map(Timestamp::from_micros),
                created_at: Timestamp::from_micros(self.created_at),
            },
            network: number(self.network_index)?,
            dek: self.dek_id.parse()?,
            address: self.address.parse().map_err(|e| damaged("an address", e))?,
            uid_base: number(self.uid_base)?,
            admin_password: self.admin_password,
            chain,
            boot,
            restore_from: self.restore_from.map(|id| id.parse()).transpose()?,
            destroy_backups: self.destroy_backups != 0,
        })
    }
}
