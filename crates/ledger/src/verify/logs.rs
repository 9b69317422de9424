//! All logs of an installation.

use super::shard::origin_of;
use super::{Finding, Place, Progress, SeriesReport, Trust, files, series};
use crate::series::KEYS_FILE;
use crate::source::{At, ItemKind, Source};

/// What a verification of all logs that found nothing wrong has covered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerReport {
    /// Name and report of each log, in order of names.
    pub logs: Vec<(String, SeriesReport)>,
}

/// Verifies every log in a folder of logs. `names` lists them where the source cannot.
///
/// # Errors
/// The first [`Finding`], which names the log.
pub fn verify_ledger(
    source: &dyn Source,
    names: &[String],
    trust: &Trust,
    progress: &mut dyn FnMut(Progress),
) -> Result<LedgerReport, Finding> {
    let mut found = names.to_vec();
    if let Some(items) = files::list(source, "")? {
        found.extend(items.into_iter().filter(|item| item.kind == ItemKind::Folder).map(|item| item.name));
        found.sort();
        found.dedup();
    }
    if found.is_empty() {
        return Err(Finding::file("", "the folders of logs", "none"));
    }
    let mut logs = Vec::new();
    let mut done = 0;
    for name in found {
        let folder = At::new(source, name.as_str());
        let mut step = |here: Progress| {
            progress(Progress { entries: done + here.entries, total: done + here.total });
        };
        let report = series::verify(&folder, Some(&name), trust, &mut step).map_err(|f| f.in_log(&name))?;
        done += report.entries();
        logs.push((name, report));
    }
    all_used(trust, logs.iter().map(|(_, report)| report))?;
    Ok(LedgerReport { logs })
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
