//! `enc.secrets`: takes the secrets that run now, and searches every disk of Ward for them.
//!
//! The environment of each running container holds the plain secrets of its app. None of those values may be in a file
//! below the state, data or log directories (45 CFR 164.308(a)(5)(ii)(D)). Values are kept in memory for the search and
//! zeroed; evidence names variables and files.

use std::{collections::BTreeMap, time::Duration};

use async_trait::async_trait;
use serde_json::json;
use zeroize::Zeroizing;

use crate::{
    Probe,
    checks::{Check, Finding, Tally, Unseen, hours, minutes},
    sql, storage,
};

/// Longest search.
const SEARCH: Duration = minutes(8);

/// Values of running containers, and the root key, against the files on disk.
pub(crate) struct Secrets;

#[async_trait]
impl Check for Secrets {
    fn id(&self) -> &'static str {
        "enc.secrets"
    }
    fn every(&self) -> Duration {
        hours(6)
    }
    fn limit(&self) -> Duration {
        minutes(10)
    }
    fn gap(&self) -> Option<&'static str> {
        Some("values of fewer than 12 bytes, and compressed or encoded copies")
    }
    async fn observe(&self, probe: &Probe) -> Result<Finding, Unseen> {
        let mut tally = Tally::of("secrets in use");
        let mut needles = storage::Needles::new();
        let names = secret_names(probe).await?;
        for running in probe.running().await? {
            let app = running.label(ward_spine::engine::label::APP).map(str::to_owned);
            // The first process may be the runtime's; its children have what the app sees.
            for pid in tree(running.pid) {
                let Ok(environ) = std::fs::read(format!("/proc/{pid}/environ")).map(Zeroizing::new) else {
                    continue;
                };
                for pair in environ.split(|b| *b == 0) {
                    let Some(at) = pair.iter().position(|b| *b == b'=') else { continue };
                    let (name, value) = pair.split_at(at);
                    let name = String::from_utf8_lossy(name).into_owned();
                    if is_secret(&name, app.as_deref(), &names) {
                        needles.add(
                            format!("{}: {name}", running.container.name),
                            value.get(1..).unwrap_or_default(),
                        );
                    }
                }
            }
        }
        if let Some(path) = &probe.root_key
            && let Ok(key) = std::fs::read(path).map(Zeroizing::new)
        {
            needles.add("root key".into(), key.trim_ascii_end());
        }
        if needles.len() == 0 {
            return Ok(tally.finish("are on no disk"));
        }
        (0..needles.len()).for_each(|_| tally.saw());
        let dirs = probe.disk_dirs.clone();
        let leave_out: Vec<_> =
            [Some(probe.volumes_dir.clone()), probe.root_key.clone()].into_iter().flatten().collect();
        let searched =
            tokio::task::spawn_blocking(move || storage::search(&dirs, &leave_out, &needles, SEARCH)).await?;
        for (name, path) in &searched.found {
            tally.fault(format!("{name} in {}", path.display()), "a secret lies in clear on a disk");
        }
        if let Some(cut) = searched.cut {
            tally.blind("search", cut);
        }
        if searched.files == 0 {
            tally.blind("search", "no file was found to search");
        }
        tally.note(json!({ "files": searched.files, "bytes": searched.bytes }));
        Ok(tally.finish("are in no file on a disk"))
    }
}

/// Names of the secrets of each app.
async fn secret_names(probe: &Probe) -> Result<BTreeMap<String, Vec<String>>, Unseen> {
    let rows: Vec<(String, String)> =
        sqlx::query_as(sql::SECRET_NAMES).fetch_all(probe.read().await?.conn()).await?;
    let mut out: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (app, name) in rows {
        out.entry(app).or_default().push(name);
    }
    Ok(out)
}

/// Set as a secret, or an address with a password in it.
fn is_secret(name: &str, app: Option<&str>, names: &BTreeMap<String, Vec<String>>) -> bool {
    let declared = app.and_then(|app| names.get(app)).is_some_and(|all| all.iter().any(|n| n == name));
    declared || name == "DATABASE_URL" || name.ends_with("_DATABASE_URL")
}

/// A process and its descendants, at most 64.
fn tree(pid: i32) -> Vec<i32> {
    let (mut out, mut next) = (vec![pid], 0);
    while let Some(pid) = out.get(next).copied().filter(|_| out.len() < 64) {
        next += 1;
        let children =
            std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap_or_default();
        out.extend(children.split_whitespace().filter_map(|p| p.parse::<i32>().ok()));
    }
    out
}
