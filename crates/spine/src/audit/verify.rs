//! Verification of all logs by the running platform. An auditor verifies offline instead.

use ward_ledger::{
    source::Folder,
    verify::{Anchors, Finding, SeriesReport, Trust, verify_each},
};
use ward_model::ledger::{LogVerdict, ShardVerdict};

use super::{Audit, PLATFORM_LOG};
use crate::{Error, Result};

/// What a verification saw.
#[derive(Debug, Default)]
pub struct Verified {
    /// Entries of all shards that are here.
    pub entries: u64,
    /// Checkpoints that were verified.
    pub checkpoints: u64,
    /// Signed checkpoint of every shard, `log/shard` before it: what a later look is compared with.
    pub heads: Vec<(String, String)>,
    /// What is worth a look and no fault.
    pub notes: Vec<String>,
    /// The same, log by log.
    pub logs: Vec<LogVerdict>,
}

/// The first thing that is wrong, and where.
#[derive(Debug)]
pub struct Wrong {
    /// Log and shard.
    pub place: String,
    /// What is wrong there.
    pub finding: Finding,
    /// What was found in each log.
    pub logs: Vec<LogVerdict>,
}

impl std::fmt::Display for Wrong {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.finding)
    }
}

impl Audit {
    /// Verifies every log with all its shards from its files: the links between shards and the file `keys`, both ways; the
    /// anchors that the platform's log holds of the others, so that a log that was removed or rolled back as a whole is
    /// found; checkpoints kept from before; and the keys and checkpoints that the running logs have in memory. Without
    /// these last, a bit changed in the newest batch would pass for the torn end of a crash.
    ///
    /// All logs are read, also after a finding; [`Wrong`] names the first.
    pub async fn verify(&self, known: &[String]) -> Result<Result<Verified, Wrong>> {
        let mut trust = Trust {
            known: known.to_vec(),
            live: true,
            anchors: Some(Anchors::of_ward()),
            ..Trust::default()
        };
        let mut names = Vec::new();
        for (log, series) in self.0.logs.all() {
            for shard in series.shards() {
                trust.known.extend(series.checkpoint(&shard.name));
                trust.keys.push(shard.key);
            }
            names.push(log);
        }
        let dir = self.dir().to_owned();
        let work = move || verify_each(&Folder::new(dir), &names, &trust, &mut |_| ());
        let done = tokio::task::spawn_blocking(work).await;
        let found = match done.map_err(|e| Error::internal("verifying the ledger", e))? {
            Ok(found) => found,
            Err(finding) => return Ok(Err(wrong(finding, Vec::new()))),
        };
        let (mut seen, mut first) = (Verified::default(), None);
        for (log, verdict) in found {
            match verdict {
                Ok(report) => seen.add(&log, report),
                Err(finding) => {
                    seen.logs.push(LogVerdict {
                        log: log.clone(),
                        verified: false,
                        entries: 0,
                        finding: Some(finding.to_string()),
                        shards: Vec::new(),
                    });
                    // The platform's log vouches for the others: what is wrong there comes first.
                    if first.is_none() || log == PLATFORM_LOG {
                        first = Some(finding);
                    }
                }
            }
        }
        Ok(match first {
            None => Ok(seen),
            Some(finding) => Err(wrong(finding, seen.logs)),
        })
    }
}

fn wrong(finding: Finding, logs: Vec<LogVerdict>) -> Wrong {
    let place: Vec<&str> = [&finding.log, &finding.shard].into_iter().flatten().map(|part| &**part).collect();
    Wrong { place: place.join("/"), finding, logs }
}

impl Verified {
    fn add(&mut self, log: &str, report: SeriesReport) {
        let mut verdict = LogVerdict {
            log: log.to_owned(),
            verified: true,
            entries: report.entries(),
            finding: None,
            shards: Vec::new(),
        };
        self.entries += verdict.entries;
        self.notes.extend(report.notes.into_iter().map(|note| format!("{log}: {note}")));
        for shard in report.shards {
            let place = format!("{log}/{}", shard.line.shard);
            verdict.shards.push(ShardVerdict {
                shard: shard.line.shard,
                key: shard.line.key.to_string(),
                entries: shard.report.as_ref().map(|report| report.size),
                checkpoint: shard.report.as_ref().map(|report| report.checkpoint.clone()),
                witnessed: shard
                    .report
                    .as_ref()
                    .and_then(|report| report.witnessed.as_ref())
                    .map(|seen| seen.size),
            });
            let Some(report) = shard.report else { continue };
            self.checkpoints += report.checkpoints;
            self.notes.extend(report.notes.into_iter().map(|note| format!("{place}: {note}")));
            self.heads.push((place, report.checkpoint));
        }
        self.logs.push(verdict);
    }
}
