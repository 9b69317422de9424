//! Observations as stored.

use std::collections::BTreeMap;

use ward_model::{
    Timestamp,
    posture::{Observation, Verdict},
};
use ward_spine::{Error, ReadTx, Result};

use crate::sql;

/// Columns of the queries about observations.
pub(super) type Row = (String, String, String, String, String, i64, i64);

fn damaged(source: impl std::fmt::Display) -> Error {
    Error::internal("reading an observation", source.to_string())
}

pub(super) fn observation(row: Row) -> Result<Observation> {
    let (id, check, verdict, summary, evidence, observed_at, took_ms) = row;
    Ok(Observation {
        id: id.parse()?,
        check,
        verdict: verdict.parse::<Verdict>().map_err(damaged)?,
        summary,
        evidence: serde_json::from_str(&evidence).map_err(damaged)?,
        observed_at: Timestamp::from_micros(observed_at),
        took_ms: u64::try_from(took_ms).map_err(damaged)?,
    })
}

/// The newest observation of each check that Ward runs.
pub(crate) async fn latest(read: &mut ReadTx) -> Result<BTreeMap<String, Observation>> {
    let mut out = BTreeMap::new();
    for check in super::all() {
        let rows: Vec<Row> =
            sqlx::query_as(sql::LATEST).bind(check.id().to_owned()).fetch_all(read.conn()).await?;
        if let Some(row) = rows.into_iter().max_by_key(|row| row.5) {
            out.insert(check.id().to_owned(), observation(row)?);
        }
    }
    Ok(out)
}

/// Evidence of the newest observation of a check that passed.
pub(crate) async fn latest_passed(read: &mut ReadTx, check: &str) -> Result<Option<serde_json::Value>> {
    let row: Option<(String,)> =
        sqlx::query_as(sql::LATEST_PASSED).bind(check.to_owned()).fetch_optional(read.conn()).await?;
    row.map(|(text,)| serde_json::from_str(&text).map_err(damaged)).transpose()
}
