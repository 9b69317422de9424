//! `idn.token-expiry`: every API token ends, has an owner, and is in use.

use std::time::Duration;

use async_trait::async_trait;
use ward_model::Timestamp;

use super::{TokenRow, UserRow};
use crate::{
    Probe,
    checks::{Check, Finding, Tally, Unseen, days, minutes},
    sql,
};

/// Longest time without use.
const UNUSED: Duration = days(90);

/// Tokens that are not revoked.
pub(crate) struct TokenExpiry;

#[async_trait]
impl Check for TokenExpiry {
    fn id(&self) -> &'static str {
        "idn.token-expiry"
    }
    fn every(&self) -> Duration {
        minutes(30)
    }
    async fn observe(&self, probe: &Probe) -> Result<Finding, Unseen> {
        let mut tally = Tally::of("API tokens");
        let mut read = probe.read().await?;
        let users: Vec<UserRow> = sqlx::query_as(sql::USERS).fetch_all(read.conn()).await?;
        let tokens: Vec<TokenRow> = sqlx::query_as(sql::TOKENS).fetch_all(read.conn()).await?;
        let now = probe.core.clock.now();
        for (id, user, created, expires, used, _) in tokens {
            let (created, expires) = (Timestamp::from_micros(created), Timestamp::from_micros(expires));
            if expires <= now {
                continue;
            }
            tally.saw();
            if expires.since(created) > ward_identity::tokens::LONGEST {
                tally.fault(&id, "a token lives longer than 90 days");
            }
            if !users.iter().any(|u| u.0 == user && u.3.is_none()) {
                tally.fault(&id, "a token has no active owner");
            }
            if now.since(used.map_or(created, Timestamp::from_micros)) > UNUSED {
                tally.fault(&id, "a token was not used for 90 days");
            }
        }
        Ok(tally.finish("end in time, have an owner and are in use"))
    }
}
