//! Others who countersign checkpoints, so that the ledger can't be rolled back or rewritten behind everybody's back.
//!
//! A ledger proves that its entries follow from each other. It can't prove by itself that there is not another one:
//! whoever has the machine has the key as well. A witness on somebody else's machine (C2SP tlog-witness) remembers the
//! newest checkpoint that it saw, and cosigns a newer one only when it is proven to continue that. This room asks
//! them, keeps what they sign, and says how old it is. 45 CFR 164.312(c)(1) and (2), 164.312(b).
//!
//! ```text
//! add.rs  list.rs  remove.rs  policy.rs          verbs        survey.rs     how far each log is witnessed
//! reconcile.rs  candidate.rs  round.rs  ask.rs   the loop     witnessed.rs  the file `<shard>/witnessed`
//!                                                             tell.rs       alerts
//! ```
//!
//! Invariants: what counts is verified anew from the files with the keys of the witnesses that are set up; the store
//! only remembers what was said. The loop writes no entries of its own into the ledger (each would be a reason for
//! the next). What is sent is public and signed by the log, what comes back is signed by the witness: TLS is used
//! where the address says so, and nothing depends on it.

mod add;
mod ask;
mod candidate;
mod list;
mod policy;
mod reconcile;
mod remove;
mod round;
pub(crate) mod sql;
mod survey;
mod tell;
#[cfg(test)]
mod tests;
mod witnessed;

pub use add::add;
pub use list::list;
pub use policy::set as set_policy;
pub use reconcile::WitnessLoop;
pub use remove::remove;
pub use survey::survey;

use ward_ledger::note::CosignerKey;
use ward_model::{
    Name, Timestamp, WitnessId,
    witnesses::{Witness, WitnessPolicy},
};
use ward_spine::{ReadTx, Result};

use crate::sql::damaged;

/// Name of the loop that asks for cosignatures, and of its bell.
pub const LOOP: &str = "witnesses";

/// A witness as the loop needs it.
#[derive(Debug, Clone)]
pub(crate) struct Configured {
    pub(crate) id: WitnessId,
    pub(crate) name: Name,
    pub(crate) url: String,
    pub(crate) key: CosignerKey,
    pub(crate) ca_pem: Option<String>,
    pub(crate) created_at: Timestamp,
}

type Row = (String, String, String, String, Option<String>, i64);

impl Configured {
    fn of((id, name, url, key, ca_pem, created_at): Row) -> Result<Self> {
        Ok(Self {
            id: id.parse()?,
            name: name.parse().map_err(|e| damaged("a witness", e))?,
            url,
            key: key.parse().map_err(|e| damaged("the key of a witness", e))?,
            ca_pem,
            created_at: Timestamp::from_micros(created_at),
        })
    }

    /// For the API.
    fn body(&self) -> Witness {
        Witness {
            id: self.id,
            name: self.name.clone(),
            url: self.url.clone(),
            key: self.key.to_string(),
            counts: self.key.algorithm().is_verifiable(),
            created_at: self.created_at,
        }
    }
}

/// The witnesses that are set up, oldest first.
pub(crate) async fn configured(read: &mut ReadTx) -> Result<Vec<Configured>> {
    let rows: Vec<Row> = sqlx::query_as(sql::LIST).fetch_all(read.conn()).await?;
    rows.into_iter().map(Configured::of).collect()
}

/// How many of them have cosignatures that can be verified here.
fn counting(witnesses: &[Configured]) -> u32 {
    let count = witnesses.iter().filter(|w| w.key.algorithm().is_verifiable()).count();
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// What counts as witnessed.
pub(crate) async fn policy(read: &mut ReadTx) -> Result<WitnessPolicy> {
    let row: Option<(i64, i64)> = sqlx::query_as(sql::POLICY).fetch_optional(read.conn()).await?;
    let Some((needed, stale)) = row else { return Ok(WitnessPolicy::default()) };
    let number = |n: i64| u32::try_from(n).map_err(|e| damaged("the policy of witnesses", e));
    Ok(WitnessPolicy { needed: number(needed)?, stale_after_minutes: number(stale)? })
}
