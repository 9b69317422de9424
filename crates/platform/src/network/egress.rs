//! Declared destinations outside: names, and the addresses they stand for.
//!
//! A name is asked again every five minutes. An address that was answered stays open until it has not been answered
//! for an hour, because a running container keeps the one that was written to its hosts file. Each change is
//! an entry of the ledger: it opens or closes a way out. Remaining hole: an app whose destination moves to other
//! addresses altogether reaches it again after its next restart.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::{IpAddr, Ipv4Addr},
    sync::{Mutex, PoisonError},
    time::Duration,
};

use serde_json::json;
use ward_model::{Action, AppId, Timestamp};
use ward_spine::{Ctx, ReadTx, Result, Settings};

use super::{flows, in_pool, sql};
use crate::{apps, sql::damaged};

/// How long an answer is good.
const EXPIRY: Duration = Duration::from_secs(300);
/// How soon a name that could not be resolved is asked again.
const RETRY: Duration = Duration::from_secs(15);
/// How long an address stays open after it was answered last.
const LINGER: Duration = Duration::from_secs(3600);
/// Most addresses that a name opens: whoever owns the name decides how many it answers.
const MOST_ADDRESSES: usize = 32;
/// Most changes in one entry of the ledger, which has its size.
const MOST_CHANGES: usize = 100;
/// Longest wait for an answer.
const PATIENCE: Duration = Duration::from_secs(3);

/// What was asked, and when the answers were seen.
#[derive(Default)]
pub(super) struct Memory(Mutex<BTreeMap<String, Asked>>);

#[derive(Clone)]
struct Asked {
    again_at: Timestamp,
    seen: BTreeMap<Ipv4Addr, Timestamp>,
}

/// Names that a container of the app can resolve: each declared name with its oldest open address, so that the
/// same one is written each time.
///
/// # Errors
/// Those of the store.
pub async fn hosts_of(read: &mut ReadTx, app: AppId) -> Result<Vec<(String, Ipv4Addr)>> {
    let rows: Vec<(String, String)> =
        sqlx::query_as(sql::EGRESS_OF).bind(app.to_string()).fetch_all(read.conn()).await?;
    let mut hosts: Vec<(String, Ipv4Addr)> = Vec::new();
    for (host, address) in rows {
        if host.parse::<IpAddr>().is_err() && hosts.last().is_none_or(|(last, _)| *last != host) {
            hosts.push((host, address.parse().map_err(|e| damaged("an address", e))?));
        }
    }
    Ok(hosts)
}

/// Whether a declared name may lead there: never to the host itself, another environment, or a link-local
/// service, whatever its owner writes into the DNS.
fn reachable(settings: &Settings, address: Ipv4Addr) -> bool {
    !(address.is_loopback()
        || address.is_link_local()
        || address.is_multicast()
        || address.is_unspecified()
        || address.is_broadcast()
        || in_pool(settings, address))
}

impl Memory {
    /// Asks names that are due, and brings the open addresses up to date. Returns how many changed.
    pub(super) async fn refresh(&self, ctx: &Ctx) -> Result<usize> {
        let mut read = ctx.read().await?;
        let declared = flows::declared(&mut read).await?;
        let open = flows::resolved(&mut read).await?;
        drop(read);
        let wanted: BTreeSet<(AppId, String)> =
            declared.iter().flat_map(|d| d.egress.iter().map(|e| (d.app, e.host.clone()))).collect();
        let names: BTreeSet<&String> = wanted.iter().map(|(_, host)| host).collect();
        self.ask(ctx, names, &open).await;
        let now = ctx.now();
        let answers = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let mut changes: BTreeMap<AppId, (Vec<_>, Vec<_>)> = BTreeMap::new();
        for (app, host) in &wanted {
            for address in answers.get(host).into_iter().flat_map(|a| a.seen.keys()) {
                if !open.contains(&(*app, host.clone(), *address)) {
                    changes.entry(*app).or_default().0.push((host.clone(), *address));
                }
            }
        }
        for (app, host, address) in &open {
            let answered =
                answers.get(host).is_none_or(|a| a.seen.get(address).is_some_and(|t| now.since(*t) < LINGER));
            if !wanted.contains(&(*app, host.clone())) || !answered {
                changes.entry(*app).or_default().1.push((host.clone(), *address));
            }
        }
        let count = changes.len();
        for (app, (opened, closed)) in changes {
            record(ctx, app, &opened, &closed).await?;
        }
        Ok(count)
    }

    /// Asks each name that is due, all at once.
    async fn ask(&self, ctx: &Ctx, names: BTreeSet<&String>, open: &[(AppId, String, Ipv4Addr)]) {
        let now = ctx.now();
        let known = |name: &String| self.0.lock().unwrap_or_else(PoisonError::into_inner).get(name).cloned();
        let due = names.into_iter().filter(|n| known(n).is_none_or(|a| a.again_at <= now));
        let settings = ctx.settings();
        let asked =
            futures::future::join_all(due.map(|name| async move { (name, resolve(settings, name).await) }))
                .await;
        for (name, answer) in asked {
            // After a restart of Ward nothing is known yet: what is open has its hour from then.
            let before =
                open.iter().filter(|(_, host, _)| host == name).map(|(_, _, address)| (*address, now));
            let mut entry = known(name).unwrap_or_else(|| Asked { again_at: now, seen: before.collect() });
            match answer {
                Ok(addresses) => {
                    entry.again_at = now.plus(EXPIRY);
                    entry.seen.extend(addresses.into_iter().map(|a| (a, now)));
                    entry.seen.retain(|_, seen| now.since(*seen) < LINGER);
                }
                Err(error) => {
                    tracing::warn!(host = %name, %error, "a declared destination can't be resolved");
                    entry.again_at = now.plus(RETRY);
                    // No answer closes nothing.
                    entry.seen.values_mut().for_each(|seen| *seen = now);
                }
            }
            self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(name.clone(), entry);
        }
    }
}

async fn resolve(settings: &Settings, name: &str) -> Result<Vec<Ipv4Addr>, std::io::Error> {
    let looked = tokio::time::timeout(PATIENCE, tokio::net::lookup_host((name, 0))).await;
    let found = looked.map_err(|_| std::io::Error::other("no answer in time"))??;
    let all: Vec<Ipv4Addr> = found
        .filter_map(|a| match a.ip() {
            IpAddr::V4(v4) => Some(v4),
            IpAddr::V6(_) => None,
        })
        .collect();
    let good: Vec<Ipv4Addr> = all.iter().copied().filter(|a| reachable(settings, *a)).collect();
    let good = fewest(good);
    if good.is_empty() {
        let why =
            if all.is_empty() { "it has no IPv4 address" } else { "it leads to this host or its containers" };
        return Err(std::io::Error::other(why));
    }
    Ok(good)
}

/// At most [`MOST_ADDRESSES`], the same ones whatever their order.
fn fewest(mut addresses: Vec<Ipv4Addr>) -> Vec<Ipv4Addr> {
    addresses.sort_unstable();
    addresses.dedup();
    addresses.truncate(MOST_ADDRESSES);
    addresses
}

async fn record(
    ctx: &Ctx,
    app: AppId,
    opened: &[(String, Ipv4Addr)],
    closed: &[(String, Ipv4Addr)],
) -> Result<()> {
    for some in opened.chunks(MOST_CHANGES) {
        record_some(ctx, app, some, &[]).await?;
    }
    for some in closed.chunks(MOST_CHANGES) {
        record_some(ctx, app, &[], some).await?;
    }
    Ok(())
}

async fn record_some(
    ctx: &Ctx,
    app: AppId,
    opened: &[(String, Ipv4Addr)],
    closed: &[(String, Ipv4Addr)],
) -> Result<()> {
    let Some(stored) = apps::find(ctx, &mut ctx.read().await?, app).await? else { return Ok(()) };
    let detail = json!({ "egress": { "opened": opened, "closed": closed } });
    let mut tx = ctx.permit_with(Action::DeploymentAdvance, &stored.app, detail).await?.begin().await?;
    for (host, address) in opened {
        let query = sqlx::query(sql::ADD_EGRESS).bind(app.to_string()).bind(host.clone());
        query.bind(address.to_string()).bind(ctx.now().micros()).execute(tx.conn()).await?;
    }
    for (host, address) in closed {
        let query = sqlx::query(sql::DROP_EGRESS).bind(app.to_string()).bind(host.clone());
        query.bind(address.to_string()).execute(tx.conn()).await?;
    }
    tx.commit(json!({})).await
}

#[cfg(test)]
mod tests {
    use ward_testkit::TestServer;

    use super::*;

    #[tokio::test]
    async fn a_name_with_thousands_of_addresses_opens_few_and_holds_nobody_up() {
        let many: Vec<Ipv4Addr> = (0..4000).map(|n| Ipv4Addr::from(0x0b00_0000_u32 + n)).collect();
        assert_eq!(fewest(many.iter().rev().copied().collect()), many[..MOST_ADDRESSES]);
        // And what was recorded does not stop at the size of an entry.
        let server = TestServer::new().await;
        let (_, app) = crate::testing::app(&server, "mercy").await;
        let ctx = Ctx::new(
            server.core.clone(),
            ward_model::Principal::Loop { name: "network" },
            ward_spine::RequestInfo::default(),
        );
        let host = "a".repeat(200);
        let opened: Vec<_> = many.into_iter().take(500).map(|a| (host.clone(), a)).collect();
        record(&ctx, app.id, &opened, &[]).await.unwrap();
        record(&ctx, app.id, &[], &opened).await.unwrap();
    }

    #[tokio::test]
    async fn a_name_that_leads_inward_opens_nothing() {
        let server = TestServer::new().await;
        let settings = &server.core.settings;
        let pool = Ipv4Addr::from(u32::from(settings.network_pool.0) + 258);
        for bad in [Ipv4Addr::LOCALHOST, Ipv4Addr::new(169, 254, 169, 254), Ipv4Addr::UNSPECIFIED, pool] {
            assert!(!reachable(settings, bad), "{bad}");
            assert!(resolve(settings, &bad.to_string()).await.is_err(), "{bad}");
        }
        assert!(reachable(settings, Ipv4Addr::new(203, 0, 113, 7)));
        assert!(resolve(settings, "localhost").await.is_err());
    }
}
