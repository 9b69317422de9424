//! Takes one container's lines from the engine into the store, until the container ends.

use std::{sync::Arc, time::Duration};

use base64::Engine as _;
use futures::StreamExt;
use ward_model::{AppId, Timestamp, apps::AppLogLine, redaction::QuarantinedLine};
use ward_spine::{
    Ctx, Result,
    engine::{Engine, LogLine, LogOptions},
};

use super::{Taken, admit::admit, store::Store};
use crate::redaction::{self, Aside, Masker};

/// Longest that a line waits for others.
const LINGER: Duration = Duration::from_millis(200);
/// Most bytes of text stored at once.
const BYTES: usize = 256 << 10;
/// Most lines stored at once.
const LINES: usize = 2000;
/// Pause before storing is tried again.
const AGAIN: Duration = Duration::from_secs(1);

/// A container of an app.
#[derive(Debug, Clone)]
pub(super) struct Source {
    pub(super) app: AppId,
    pub(super) process: String,
    pub(super) container: String,
    /// Release that it runs; empty if its label is missing.
    pub(super) release: String,
}

/// Follows the container to its end. Lines that were stored before are passed over.
pub(super) async fn collect(
    ctx: Ctx,
    engine: Arc<dyn Engine>,
    store: Arc<Store>,
    source: Source,
) -> Result<()> {
    let before = store.taken(&ctx, source.app, &source.container).await?;
    let mut counter = Counter::after(before);
    // From just before the last line: lines of one moment may have been stored in part.
    let options = LogOptions { since: before.map(|t| t.time - 1), tail: None, follow: true };
    let mut lines =
        engine.logs(&source.container, &options).await.map_err(crate::databases::engine_problem)?;
    let mut masker = Masker::new(&ctx, source.app).await?;
    let mut open = true;
    while open {
        let Some(first) = lines.next().await else { break };
        // A policy that can't be had holds the lines back: this collector ends and is begun again.
        masker.refresh(&ctx).await?;
        let (mut batch, mut quarantined) = (Vec::new(), Vec::new());
        let mut bytes = 0;
        let mut take = |line: LogLine, batch: &mut Vec<AppLogLine>| {
            if counter.is_new(&line) {
                let (line, aside) = masker.mask(app_line(&source, line));
                if let Some(aside) = aside {
                    bytes += aside.raw.len();
                    quarantined.push(kept_aside(&line, &aside));
                }
                let line = admit(line);
                bytes += line.text.len();
                batch.push(line);
            }
            bytes
        };
        take(first.map_err(crate::databases::engine_problem)?, &mut batch);
        let deadline = tokio::time::Instant::now() + LINGER;
        while batch.len() < LINES {
            match tokio::time::timeout_at(deadline, lines.next()).await {
                Ok(Some(Ok(line))) => {
                    if take(line, &mut batch) >= BYTES {
                        break;
                    }
                }
                // The lines so far are stored; the next turn meets the error or the end again.
                Ok(Some(Err(_)) | None) => {
                    open = false;
                    break;
                }
                Err(_) => break,
            }
        }
        if batch.is_empty() {
            continue;
        }
        let to = (source.container.clone(), counter.taken());
        // Sealed, or a full disk: the engine keeps the lines meanwhile, as far as its own ring reaches.
        let stored = (batch, quarantined);
        while let Err(error) = store.append(&ctx, source.app, stored.clone(), to.clone()).await {
            if error.code() == ward_model::ErrorCode::NotFound {
                return Ok(());
            }
            tracing::warn!(container = source.container, %error, "log lines wait");
            tokio::time::sleep(AGAIN).await;
        }
        let found = masker.take_statistics();
        if let Err(error) = redaction::note(&ctx, source.app, masker.about(), &source.release, &found).await {
            tracing::warn!(container = source.container, %error, "what was masked can't be counted");
        }
    }
    Ok(())
}

/// The line as it came, for the quarantine.
fn kept_aside(line: &AppLogLine, aside: &Aside) -> QuarantinedLine {
    QuarantinedLine {
        time: line.time,
        process: line.process.clone(),
        container: line.container.clone(),
        reason: aside.reason.to_owned(),
        raw: base64::engine::general_purpose::STANDARD.encode(&aside.raw),
    }
}

fn app_line(source: &Source, line: LogLine) -> AppLogLine {
    AppLogLine {
        time: Timestamp::from_micros(line.time),
        process: source.process.clone(),
        container: source.container.clone(),
        stderr: line.stderr,
        text: line.text,
    }
}

/// Tells lines that are new from those that were stored before a restart.
struct Counter {
    taken: Taken,
    /// Lines of the last stored moment that are still to be passed over.
    skip: u32,
}

impl Counter {
    fn after(before: Option<Taken>) -> Self {
        let taken = before.unwrap_or(Taken { time: i64::MIN, same: 0 });
        Self { taken, skip: taken.same }
    }

    fn is_new(&mut self, line: &LogLine) -> bool {
        if line.time == self.taken.time {
            if self.skip > 0 {
                self.skip -= 1;
                return false;
            }
            self.taken.same = self.taken.same.saturating_add(1);
        } else {
            self.taken = Taken { time: line.time, same: 1 };
            self.skip = 0;
        }
        true
    }

    fn taken(&self) -> Taken {
        self.taken
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(time: i64) -> LogLine {
        LogLine { time, stderr: false, text: String::new() }
    }

    #[test]
    fn a_restart_in_the_middle_of_a_moment_loses_and_repeats_nothing() {
        let all = [1, 2, 2, 2, 3].map(at);
        let mut first = Counter::after(None);
        assert!(all[..3].iter().all(|l| first.is_new(l)));
        // The engine is asked for lines after the time before the last one's.
        let mut second = Counter::after(Some(first.taken()));
        let new: Vec<bool> = all[1..].iter().map(|l| second.is_new(l)).collect();
        assert_eq!(new, [false, false, true, true]);
        assert_eq!(second.taken(), Taken { time: 3, same: 1 });
    }
}
