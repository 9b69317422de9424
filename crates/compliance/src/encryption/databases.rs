//! `enc.databases`: whether everything that a database writes lies in its encrypted volume.

use std::time::Duration;

use async_trait::async_trait;
use serde_json::json;
use ward_spine::engine::label;

use crate::{
    Probe,
    checks::{Check, Finding, Tally, Unseen, minutes},
    host, sql,
    transmission::DatabaseRow,
};

/// Each database has an encrypted volume, and its container has no other writable place on a disk: so the data, the
/// write-ahead log and temporary files are in it.
pub(crate) struct Databases;

#[async_trait]
impl Check for Databases {
    fn id(&self) -> &'static str {
        "enc.databases"
    }
    fn every(&self) -> Duration {
        minutes(15)
    }
    async fn observe(&self, probe: &Probe) -> Result<Finding, Unseen> {
        let mut tally = Tally::of("databases");
        let rows: Vec<DatabaseRow> =
            sqlx::query_as(sql::DATABASES).fetch_all(probe.read().await?.conn()).await?;
        let rows: Vec<_> = rows.into_iter().filter(|r| r.4 != "destroying").collect();
        if rows.is_empty() {
            return Ok(tally.finish("are encrypted"));
        }
        let (volumes, running) = (probe.engine.volumes().await?, probe.running().await?);
        for (id, created) in rows.iter().map(|r| (&r.0, r.7)) {
            let name = id.replace('_', "-");
            let fresh =
                probe.core.clock.now().since(ward_model::Timestamp::from_micros(created)) < minutes(5);
            match volumes.iter().find(|v| v.id == name) {
                Some(volume) if volume.encrypted => {}
                Some(_) => tally.fault(id, "the volume of a database is not encrypted"),
                None if fresh => tally.blind(id, "the volume of a new database is not there yet"),
                None => tally.fault(id, "a database has no volume"),
            }
            let Some(container) = running.iter().find(|c| c.label(label::DATABASE) == Some(id)) else {
                tally.fact(json!({ "database": id, "runs": false }));
                continue;
            };
            let table = host::mounts(&host::read(container.pid, "mountinfo")?);
            let on_disk: Vec<_> = table
                .iter()
                .filter(|(_, kind, options, _)| options.iter().any(|o| o == "rw") && is_disk(kind))
                .map(|(point, ..)| point.clone())
                .collect();
            if on_disk.len() > 1 {
                tally.fault(id, "a database can write to a disk outside of its volume");
            } else if on_disk.is_empty() {
                tally.fault(id, "a database runs without its volume");
            }
            tally.fact(json!({ "database": id, "runs": true, "writable_on_disk": on_disk }));
        }
        Ok(tally.finish("write to nothing but their encrypted volume"))
    }
}

/// Whether a file system of this type keeps what is written on a disk.
fn is_disk(kind: &str) -> bool {
    !["proc", "sysfs", "tmpfs", "devpts", "mqueue", "cgroup", "cgroup2", "devtmpfs"].contains(&kind)
}
