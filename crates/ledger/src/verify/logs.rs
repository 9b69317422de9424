//! All logs of an installation.

use std::collections::BTreeMap;

use super::anchor::{Collector, Said};
use super::series::{self, Asked, Outcome};
use super::shard::origin_of;
use super::{Finding, Place, Progress, SeriesReport, Trust, files};
use crate::series::KEYS_FILE;
use crate::source::{At, ItemKind, Source};

/// What a verification of all logs that found nothing wrong has covered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerReport {
    /// Name and report of each log, in order of names.
    pub logs: Vec<(String, SeriesReport)>,
}

/// What was found in one log.
pub type LogVerdict = Result<SeriesReport, Finding>;

/// Verifies every log in a folder of logs. `names` lists them where the source cannot; those that are anchored in
/// another log are looked for in any case ([`Trust::anchors`]).
///
/// # Errors
/// The first [`Finding`], which names the log.
pub fn verify_ledger(
    source: &dyn Source,
    names: &[String],
    trust: &Trust,
    progress: &mut dyn FnMut(Progress),
) -> Result<LedgerReport, Finding> {
    let mut logs = Vec::new();
    for (name, verdict) in verify(source, names, trust, true, progress)? {
        logs.push((name, verdict?));
    }
    all_used(trust, logs.iter().map(|(_, report)| report))?;
    Ok(LedgerReport { logs })
}

/// As [`verify_ledger`], but goes on after a finding: says of each log whether it verifies.
///
/// # Errors
/// If there are no logs, or something that was given belongs to none of them although all verify.
pub fn verify_each(
    source: &dyn Source,
    names: &[String],
    trust: &Trust,
    progress: &mut dyn FnMut(Progress),
) -> Result<Vec<(String, LogVerdict)>, Finding> {
    let logs = verify(source, names, trust, false, progress)?;
    if logs.iter().all(|(_, verdict)| verdict.is_ok()) {
        all_used(trust, logs.iter().filter_map(|(_, verdict)| verdict.as_ref().ok()))?;
    }
    Ok(logs)
}

fn verify(
    source: &dyn Source,
    names: &[String],
    trust: &Trust,
    stop: bool,
    progress: &mut dyn FnMut(Progress),
) -> Result<Vec<(String, LogVerdict)>, Finding> {
    let mut found = names.to_vec();
    if let Some(items) = files::list(source, "")? {
        found.extend(items.into_iter().filter(|item| item.kind == ItemKind::Folder).map(|item| item.name));
    }
    found.sort();
    found.dedup();
    if found.is_empty() {
        return Err(Finding::file("", "the folders of logs", "none"));
    }
    let mut logs: BTreeMap<String, LogVerdict> = BTreeMap::new();
    let mut said: BTreeMap<String, Vec<Said>> = BTreeMap::new();
    let (mut done, mut vouched) = (0, false);
    let mut one = |name: &str, asked: &Asked<'_>| -> Result<Outcome, Finding> {
        let folder = At::new(source, name);
        let mut step = |here: Progress| {
            progress(Progress { entries: done + here.entries, total: done + here.total });
        };
        let outcome = series::verify(&folder, asked, &mut step).map_err(|f| f.in_log(name))?;
        done += outcome.report.entries();
        Ok(outcome)
    };
    // The log with the anchors comes first: what it says was so before what is read of the others.
    if let Some(anchors) = trust.anchors.as_ref().filter(|anchors| found.contains(&anchors.log)) {
        let collector = Collector::new(anchors);
        let name = anchors.log.as_str();
        let asked = Asked { name: Some(name), collect: Some(&collector), ..Asked::of(trust) };
        let verdict = one(name, &asked).map(|outcome| {
            vouched = outcome.report.anchored;
            for anchor in outcome.said.into_iter().filter(|anchor| anchor.anchor.log != name) {
                said.entry(anchor.anchor.log.clone()).or_default().push(anchor);
            }
            outcome.report
        });
        let wrong = verdict.is_err();
        logs.insert(name.to_owned(), verdict);
        if wrong && stop {
            return Ok(logs.into_iter().collect());
        }
    }
    for name in found.iter().chain(said.keys()) {
        if logs.contains_key(name) {
            continue;
        }
        let of = said.get(name).map(Vec::as_slice).unwrap_or_default();
        let has_keys =
            files::read(source, &format!("{name}/{KEYS_FILE}"), 1 << 20).is_ok_and(|k| k.is_some());
        let verdict = match of.first() {
            Some(anchor) if !has_keys => Err(anchor.lost().in_log(name)),
            // It is being made.
            None if !has_keys && trust.live && !names.contains(name) => continue,
            _ => {
                let asked = Asked { name: Some(name), said: of, vouched, ..Asked::of(trust) };
                one(name, &asked).map(|outcome| outcome.report)
            }
        };
        let wrong = verdict.is_err();
        logs.insert(name.clone(), verdict);
        if wrong && stop {
            break;
        }
    }
    Ok(logs.into_iter().collect())
}

/// Checks that every key and every checkpoint that was given has a log here: what was not compared did not verify.
pub(super) fn all_used<'a>(
    trust: &Trust,
    reports: impl IntoIterator<Item = &'a SeriesReport>,
) -> Result<(), Finding> {
    let lines: Vec<_> =
        reports.into_iter().flat_map(|report| &report.shards).map(|shard| &shard.line).collect();
    if let Some(key) = trust.keys.iter().find(|key| !lines.iter().any(|line| line.key == **key)) {
        return Err(Finding::file(KEYS_FILE, format!("the given key {key}"), "no shard with it"));
    }
    let origin = |note: &&String| !lines.iter().any(|line| line.key.name() == origin_of(note));
    match trust.known.iter().find(origin) {
        None => Ok(()),
        Some(note) => {
            let expected = format!("a log {}", origin_of(note));
            Err(Finding::new(Place::Known { size: 0 }, expected, "none here"))
        }
    }
}
