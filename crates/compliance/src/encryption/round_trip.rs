//! `enc.roundtrip`: a random record is encrypted, opened rightly, and refused in every wrong way.

use std::time::Duration;

use async_trait::async_trait;
use serde_json::json;
use ward_model::KeyId;
use ward_spine::keyring::PLATFORM_DATA;

use crate::{
    Probe,
    checks::{Check, Finding, Tally, Unseen, minutes},
    sql,
};

/// Under the live keys of this installation.
pub(crate) struct RoundTrip;

#[async_trait]
impl Check for RoundTrip {
    fn id(&self) -> &'static str {
        "enc.roundtrip"
    }
    fn every(&self) -> Duration {
        minutes(30)
    }
    async fn observe(&self, probe: &Probe) -> Result<Finding, Unseen> {
        let mut tally = Tally::of("attempts to open a sealed record");
        let ctx = probe.ctx();
        let mut read = ctx.read().await?;
        let keyring = ctx.keyring();
        let Some(key) = keyring.find(&mut read, PLATFORM_DATA).await? else {
            return Ok(Finding::empty("no data key was made yet"));
        };
        let record = ward_vault::random::bytes::<48>();
        let sealed = keyring.encrypt(read.conn(), key, "check enc.roundtrip", &record).await?;
        if memchr::memmem::find(&sealed, &record).is_some() {
            tally.fault("record", "a sealed record holds its plain bytes");
        }
        tally.saw();
        match keyring.decrypt(read.conn(), key, "check enc.roundtrip", &sealed).await {
            Ok(opened) if opened.as_slice() == record => {}
            _ => tally.fault("record", "a sealed record does not open with its own key and place"),
        }
        tally.saw();
        if keyring.decrypt(read.conn(), key, "check enc.roundtrip elsewhere", &sealed).await.is_ok() {
            tally.fault("place", "a sealed record opens as another record");
        }
        for at in [0, sealed.len() / 2, sealed.len().saturating_sub(1)] {
            tally.saw();
            let mut bent = sealed.clone();
            if let Some(byte) = bent.get_mut(at) {
                *byte ^= 1;
            }
            if keyring.decrypt(read.conn(), key, "check enc.roundtrip", &bent).await.is_ok() {
                tally.fault("bit", "a sealed record opens after a bit was changed");
            }
        }
        let rows: Vec<(String, String, Option<String>, String, i64, String)> =
            sqlx::query_as(sql::KEYS).fetch_all(read.conn()).await?;
        let other = rows
            .iter()
            .filter(|r| r.1 == "dek")
            .find_map(|r| r.0.parse::<KeyId>().ok().filter(|id| *id != key));
        if let Some(other) = other {
            tally.saw();
            if keyring.decrypt(read.conn(), other, "check enc.roundtrip", &sealed).await.is_ok() {
                tally.fault("key", "a sealed record opens with another key");
            }
        }
        tally.note(json!({ "another_key_tried": other.is_some(), "sealed_bytes": sealed.len() }));
        Ok(tally.finish("went as they must: only key, place and bytes together open it"))
    }
}
