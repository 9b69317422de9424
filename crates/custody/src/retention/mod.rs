//! How long the record is kept, and when closed shards leave this machine.
//!
//! The floor is six years from the last entry of a shard (45 CFR 164.316(b)(2)(i)), and nothing lowers it: a
//! [`Retention`] below it can't be made, the row can't hold one, a row that does anyway counts as six years and is
//! reported by the loop and by the check `aud.retention`. Longer is an owner's choice.
//!
//! Pruning removes a closed shard from this machine, never from the archive: Ward has no verb that deletes an archived
//! object. What has to hold for it is one function, [`decide`].
//!
//! ```text
//! policy      never (default)    after-retention                local N (12 months at least)
//! shard       closed, under no hold, archived, read back and verified just before
//! and         (nothing prunes)   retention is over              closed N months ago, and the store holds the
//!                                                               object locked until the retention is over
//! ```
//!
//! A directory has no lock, so `local` prunes nothing that only a directory keeps.

mod decide;
mod prune;
mod reconcile;
mod set;
mod show;
pub(crate) mod sql;

pub use decide::{Facts, Kept, may_prune};
pub use reconcile::RetentionLoop;
pub use set::set;
pub use show::show;

use std::sync::Arc;

use ward_model::{
    Action, Timestamp, UserId,
    retention::{LEAST_LOCAL_MONTHS, LogName, Pruning, Retention},
};
use ward_spine::{Ctx, Result, reconcile::Reconciler};

use crate::{
    archive::{ArchiveLoop, Place},
    shards::ShardsLoop,
};

/// Name of the loop that prunes, and of its bell.
pub const LOOP: &str = "retention";

/// The loops that begin new years, archive, and prune; with the archive that is configured, if one is.
pub fn loops(place: Option<Place>) -> Vec<Arc<dyn Reconciler>> {
    vec![Arc::new(ShardsLoop), Arc::new(ArchiveLoop::new(place.clone())), Arc::new(RetentionLoop::new(place))]
}

/// What an owner decided for a log, or the default.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// How long a shard is kept.
    pub months: Retention,
    /// When it leaves this machine.
    pub pruning: Pruning,
    /// Months that it stays, with [`Pruning::Local`].
    pub local_months: Option<u32>,
    /// When it was set.
    pub set_at: Option<Timestamp>,
    /// By whom.
    pub set_by: Option<UserId>,
    /// What is wrong with the row, if it says less than is allowed. Then the floor and `never` hold.
    pub damage: Option<String>,
}

impl Policy {
    /// Six years, and nothing is pruned.
    pub fn floor() -> Self {
        Self {
            months: Retention::FLOOR,
            pruning: Pruning::Never,
            local_months: None,
            set_at: None,
            set_by: None,
            damage: None,
        }
    }

    /// Reads a row. Whatever is not allowed in it counts as the floor.
    fn of((months, pruning, local_months, set_at, set_by): Row) -> Self {
        let damaged = |damage: String| Self { damage: Some(damage), ..Self::floor() };
        let months = match u32::try_from(months).map(Retention::of_months) {
            Ok(Ok(months)) => months,
            _ => return damaged(format!("{months} months are stored, fewer than the floor or no number")),
        };
        let pruning = match pruning.parse() {
            Ok(pruning) => pruning,
            Err(why) => return damaged(why),
        };
        let local = local_months.map(u32::try_from).transpose().ok().flatten();
        if local_months.is_some() && local.is_none_or(|months| months < LEAST_LOCAL_MONTHS) {
            return damaged(format!(
                "{local_months:?} local months are stored, fewer than {LEAST_LOCAL_MONTHS}"
            ));
        }
        if pruning == Pruning::Local && local.is_none() {
            return damaged("local pruning is stored without its months".into());
        }
        Self {
            months,
            pruning,
            local_months: local,
            set_at: Some(Timestamp::from_micros(set_at)),
            set_by: set_by.and_then(|id| id.parse().ok()),
            damage: None,
        }
    }
}

type Row = (i64, String, Option<i64>, i64, Option<String>);

/// The policy of a log. A damaged row counts as the floor.
///
/// # Errors
/// Those of the store.
pub async fn policy(conn: &mut sqlx::AnyConnection, log: LogName) -> Result<Policy> {
    let row: Option<Row> = sqlx::query_as(sql::FIND).bind(log.to_string()).fetch_optional(conn).await?;
    Ok(row.map_or_else(Policy::floor, Policy::of))
}

/// Asks the gate whether policy, holds and archive of a log may be seen.
pub(crate) async fn permit_read(ctx: &Ctx, log: LogName) -> Result<()> {
    let action = match log {
        LogName::Platform => Action::PlatformRetentionRead,
        LogName::Organization(_) => Action::RetentionRead,
    };
    ctx.permit(action, &log.target()).await.map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_that_says_less_than_allowed_counts_as_six_years_and_never() {
        let bad = [
            (71, "never", None),
            (0, "after-retention", None),
            (-1, "never", None),
            (i64::MAX, "never", None),
            (72, "at once", None),
            (72, "local", None),
            (72, "local", Some(11)),
            (72, "local", Some(-5)),
        ];
        for (months, pruning, local) in bad {
            let policy = Policy::of((months, pruning.into(), local, 5, None));
            assert!(policy.damage.is_some(), "{months} {pruning} {local:?}");
            assert_eq!((policy.months, policy.pruning), (Retention::FLOOR, Pruning::Never));
        }
        let good = Policy::of((120, "local".into(), Some(18), 5, None));
        assert_eq!((good.months.months(), good.local_months, good.damage), (120, Some(18), None));
    }
}
