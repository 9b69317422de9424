//! `acc.termination`: whether a disabled user still holds anything that opens a door (45 CFR 164.308(a)(3)(ii)(C)).

use std::{collections::BTreeSet, time::Duration};

use async_trait::async_trait;

use crate::{
    Probe,
    authentication::{SessionRow, TokenRow, UserRow},
    checks::{Check, Finding, Tally, Unseen, minutes},
    sql,
};

/// Sessions and tokens of disabled users. Roles in databases belong to apps, not to people.
pub(crate) struct Termination;

#[async_trait]
impl Check for Termination {
    fn id(&self) -> &'static str {
        "acc.termination"
    }
    fn every(&self) -> Duration {
        minutes(10)
    }
    async fn observe(&self, probe: &Probe) -> Result<Finding, Unseen> {
        let mut tally = Tally::of("disabled users");
        let mut read = probe.read().await?;
        let users: Vec<UserRow> = sqlx::query_as(sql::USERS).fetch_all(read.conn()).await?;
        let disabled: BTreeSet<String> =
            users.into_iter().filter_map(|(id, _, _, disabled, ..)| disabled.map(|_| id)).collect();
        disabled.iter().for_each(|_| tally.saw());
        let now = probe.core.clock.now().micros();
        let sessions: Vec<SessionRow> =
            sqlx::query_as(sql::SESSIONS).bind(now).fetch_all(read.conn()).await?;
        for (id, user, ..) in sessions {
            if disabled.contains(&user) {
                tally.fault(id, "a disabled user still has a session");
            }
        }
        let tokens: Vec<TokenRow> = sqlx::query_as(sql::TOKENS).fetch_all(read.conn()).await?;
        for (id, user, _, expires, ..) in tokens {
            if disabled.contains(&user) && expires > now {
                tally.fault(id, "a disabled user still has a token");
            }
        }
        Ok(tally.finish("hold no session and no token"))
    }
}
