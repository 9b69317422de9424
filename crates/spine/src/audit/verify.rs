//! Verification of all logs by the running platform. An auditor verifies offline instead.

use ward_ledger::{
    Checkpoint,
    verify::{Finding, Report, verify_against},
};

use super::Audit;
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
}

/// The first thing that is wrong, and where.
#[derive(Debug)]
pub struct Wrong {
    /// Log and shard.
    pub place: String,
    /// What is wrong there.
    pub finding: Finding,
}

impl std::fmt::Display for Wrong {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.place, self.finding)
    }
}

impl Audit {
    /// Verifies every shard of every log from its files: against checkpoints kept from before, and against those that
    /// the running logs have in memory. Without these, a bit changed in the newest batch would pass for the torn end of
    /// a crash.
    pub async fn verify(&self, known: &[String]) -> Result<Result<Verified, Wrong>> {
        let mut seen = Verified::default();
        for (log, series) in self.0.logs.all() {
            for shard in series.shards().into_iter().filter(|shard| !shard.archived) {
                let place = format!("{log}/{}", shard.name);
                let mut marks: Vec<String> =
                    known.iter().filter(|note| is_of(note, shard.origin())).cloned().collect();
                if let Ok(checkpoint) = series.checkpoint(&shard.name) {
                    marks.push(checkpoint);
                }
                let work = move || verify_against(&shard.dir, &shard.key, &marks, &mut |_| ());
                let done = tokio::task::spawn_blocking(work).await;
                match done.map_err(|e| Error::internal("verifying the ledger", e))? {
                    Ok(report) => seen.add(place, report),
                    Err(finding) => return Ok(Err(Wrong { place, finding })),
                }
            }
        }
        Ok(Ok(seen))
    }
}

impl Verified {
    fn add(&mut self, place: String, report: Report) {
        self.entries += report.size;
        self.checkpoints += report.checkpoints;
        self.notes.extend(report.notes.into_iter().map(|note| format!("{place}: {note}")));
        self.heads.push((place, report.checkpoint));
    }
}

fn is_of(note: &str, origin: &str) -> bool {
    note.split_once("\n\n")
        .and_then(|(text, _)| Checkpoint::parse(&format!("{text}\n")).ok())
        .is_some_and(|checkpoint| checkpoint.origin == origin)
}
