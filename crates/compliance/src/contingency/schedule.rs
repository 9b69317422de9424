//! `bkp.schedule`: every database has a backup younger than its interval, and its file is there.

use std::{collections::BTreeMap, fs, time::Duration};

use async_trait::async_trait;
use serde_json::json;
use ward_model::{DataClass, Timestamp};

use crate::{
    Probe,
    checks::{Check, Finding, Tally, Unseen, days, minutes},
    encryption::backups,
    sql,
    transmission::DatabaseRow,
};

/// Longest interval where there may be PHI.
const LONGEST: Duration = days(1);
/// Time that a backup may take until it counts.
const GRACE: Duration = minutes(30);

/// Age of the newest complete backup of each ready database.
pub(crate) struct Schedule;

#[async_trait]
impl Check for Schedule {
    fn id(&self) -> &'static str {
        "bkp.schedule"
    }
    fn every(&self) -> Duration {
        minutes(10)
    }
    async fn observe(&self, probe: &Probe) -> Result<Finding, Unseen> {
        let mut tally = Tally::of("databases");
        let rows: Vec<DatabaseRow> =
            sqlx::query_as(sql::DATABASES).fetch_all(probe.read().await?.conn()).await?;
        let mut newest = BTreeMap::new();
        for (row, path) in backups(probe).await? {
            newest.insert(row.1.clone(), (row, path));
        }
        let now = probe.core.clock.now();
        for (id, _, class, _, state, _, every, created) in rows {
            if state != "ready" {
                continue;
            }
            let every = Duration::from_secs(u64::try_from(every).unwrap_or(0));
            let phi = class.as_deref() != Some(DataClass::Synthetic.as_str());
            if phi && every > LONGEST {
                tally.fault(&id, "a database that may hold PHI is backed up less often than daily");
            }
            let allowed = if phi { every.min(LONGEST) } else { every } + GRACE;
            let Some((row, path)) = newest.get(&id) else {
                tally.saw();
                if now.since(Timestamp::from_micros(created)) > GRACE {
                    tally.fault(&id, "a database has no complete backup");
                } else {
                    tally.blind(&id, "a new database is waiting for its first backup");
                }
                continue;
            };
            let age = now.since(Timestamp::from_micros(row.5.unwrap_or(0)));
            if age > allowed {
                tally.fault(
                    &id,
                    format!("the newest backup of a database is {} hours old", age.as_secs() / 3600),
                );
            }
            match fs::metadata(path) {
                Ok(metadata) if i64::try_from(metadata.len()).ok() == Some(row.4) => {}
                Ok(_) => tally.fault(&id, "the file of the newest backup has another size than recorded"),
                Err(_) => tally.fault(&id, "the file of the newest backup is gone"),
            }
            tally.fact(json!({ "database": id, "backup": row.0, "age_seconds": age.as_secs(), "every_seconds": every.as_secs() }));
        }
        Ok(tally.finish("have a backup within their interval"))
    }
}
