//! `idn.unique-accounts` and `idn.no-id-reuse` (45 CFR 164.312(a)(2)(i), unique user identification).

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use async_trait::async_trait;
use serde_json::json;
use ward_model::ledger::{LedgerQuery, Outcome};

use super::{TokenRow, UserRow};
use crate::{
    Probe,
    checks::{Check, Finding, Tally, Unseen, hours, minutes},
    sql,
};

/// Local parts that name a function and not a person.
const GENERIC: &[&str] = &[
    "admin",
    "administrator",
    "root",
    "shared",
    "team",
    "info",
    "support",
    "office",
    "guest",
    "user",
    "service",
    "everyone",
    "all",
    "staff",
    "noreply",
    "no-reply",
];

/// One id and one address for each person, one owner for each credential, one role for each app.
pub(crate) struct UniqueAccounts;

#[async_trait]
impl Check for UniqueAccounts {
    fn id(&self) -> &'static str {
        "idn.unique-accounts"
    }
    fn every(&self) -> Duration {
        minutes(30)
    }
    fn gap(&self) -> Option<&'static str> {
        Some("the roles that a managed database itself knows, and accounts of the host")
    }
    async fn observe(&self, probe: &Probe) -> Result<Finding, Unseen> {
        let mut tally = Tally::of("users, tokens, grants and database roles");
        let mut read = probe.read().await?;
        let users: Vec<UserRow> = sqlx::query_as(sql::USERS).fetch_all(read.conn()).await?;
        let (mut ids, mut addresses) = (BTreeSet::new(), BTreeSet::new());
        for (id, email, _, disabled, ..) in &users {
            tally.saw();
            if !ids.insert(id.clone()) || id.parse::<ward_model::UserId>().is_err() {
                tally.fault(id, "two users have one id, or an id is malformed");
            }
            let normal = email.trim().to_lowercase();
            let local = normal.split(['@', '+']).next().unwrap_or_default().to_owned();
            if !addresses.insert(normal) {
                tally.fault(id, "two users have the same address");
            }
            if disabled.is_none() && GENERIC.contains(&local.as_str()) {
                tally.fault(id, "an account is named after a function and not a person");
            }
        }
        let tokens: Vec<TokenRow> = sqlx::query_as(sql::TOKENS).fetch_all(read.conn()).await?;
        let grants: Vec<(String, String)> = sqlx::query_as(sql::GRANTS).fetch_all(read.conn()).await?;
        let owners = tokens.into_iter().map(|(id, user, ..)| (id, user)).chain(grants);
        for (id, user) in owners {
            tally.saw();
            if !ids.contains(&user) {
                tally.fault(id, "a token or grant belongs to nobody");
            }
        }
        let rows: Vec<(String, String, String)> =
            sqlx::query_as(sql::ATTACHMENTS).fetch_all(read.conn()).await?;
        let mut roles: BTreeMap<(String, String), String> = BTreeMap::new();
        for (database, app, role) in rows {
            tally.saw();
            if roles.insert((database, role), app).is_some() {
                tally.fault("attachment", "two apps share a role in a database");
            }
        }
        Ok(tally.finish("have an id and an owner of their own"))
    }
}

/// Every id that the ledger ever saw created is there once, and its row still stands.
pub(crate) struct NoIdReuse;

#[async_trait]
impl Check for NoIdReuse {
    fn id(&self) -> &'static str {
        "idn.no-id-reuse"
    }
    fn every(&self) -> Duration {
        hours(1)
    }
    async fn observe(&self, probe: &Probe) -> Result<Finding, Unseen> {
        let mut tally = Tally::of("users ever created");
        let rows: Vec<UserRow> = sqlx::query_as(sql::USERS).fetch_all(probe.read().await?.conn()).await?;
        let standing: BTreeSet<String> = rows.into_iter().map(|row| row.0).collect();
        let mut created = BTreeSet::new();
        let mut query = LedgerQuery {
            action: Some("user:create".into()),
            kind: Some("outcome".into()),
            limit: Some(200),
            ..LedgerQuery::default()
        };
        loop {
            let page = probe.core.audit.search(None, &query).await?;
            for entry in page.items.into_iter().filter(|e| e.event.outcome == Some(Outcome::Success)) {
                let Some(id) = entry.event.detail.get("user").and_then(|u| u.as_str()) else { continue };
                tally.saw();
                if !created.insert(id.to_owned()) {
                    tally.fault(id, "an id was given to two users");
                }
                if !standing.contains(id) {
                    tally.fault(
                        id,
                        "the row of a user who was created is gone, so the id could be given again",
                    );
                }
            }
            match page.next {
                Some(next) => query.cursor = Some(next),
                None => break,
            }
        }
        tally.note(json!({ "rows": standing.len() }));
        Ok(tally.finish("keep their id for good"))
    }
}
