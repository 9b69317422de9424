//! Shows the lines of a build while it runs, in batches, so that a chatty build does not flood the event stream.

use std::{collections::VecDeque, sync::Arc, time::Duration};

use serde_json::json;
use tokio::{sync::mpsc, task::JoinHandle};
use ward_model::{DeploymentId, apps::App};
use ward_spine::{Ctx, engine::LineSink, events::NewEvent};

/// Lines in one event.
const BATCH: usize = 100;
/// Longest wait before lines are shown.
const PAUSE: Duration = Duration::from_millis(500);
/// Lines shown of one build; the rest is left out.
const MOST: usize = 5_000;
/// Lines kept for a failure.
pub(super) const TAIL: usize = 50;
/// Longest line, in characters.
pub(super) const LONGEST_LINE: usize = 2_000;

/// The log of one build.
pub(super) struct BuildLog {
    lines: mpsc::UnboundedSender<Option<String>>,
    writer: JoinHandle<Vec<String>>,
}

impl BuildLog {
    pub(super) fn start(ctx: Ctx, app: &App, deployment: DeploymentId) -> Self {
        let (lines, queue) = mpsc::unbounded_channel();
        let event = NewEvent {
            kind: "deployment.log".into(),
            organization: Some(app.organization),
            subject: deployment.to_string(),
            text: String::new(),
            data: json!({}),
        };
        Self { lines, writer: tokio::spawn(write(ctx, event, queue)) }
    }

    /// Where the engine puts lines.
    pub(super) fn sink(&self) -> LineSink {
        let lines = self.lines.clone();
        Arc::new(move |line| {
            let _ = lines.send(Some(line.chars().take(LONGEST_LINE).collect()));
        })
    }

    /// Shows what is left and returns the last lines.
    pub(super) async fn end(self) -> Vec<String> {
        let _ = self.lines.send(None);
        self.writer.await.unwrap_or_default()
    }
}

async fn write(ctx: Ctx, event: NewEvent, mut queue: mpsc::UnboundedReceiver<Option<String>>) -> Vec<String> {
    let mut tail: VecDeque<String> = VecDeque::new();
    let mut shown = 0;
    let mut open = true;
    while open {
        let mut batch = Vec::new();
        let until = tokio::time::Instant::now() + PAUSE;
        while batch.len() < BATCH {
            match tokio::time::timeout_at(until, queue.recv()).await {
                Ok(Some(Some(line))) => batch.push(line),
                Ok(Some(None) | None) => {
                    open = false;
                    break;
                }
                Err(_) => break,
            }
        }
        for line in &batch {
            if tail.len() == TAIL {
                tail.pop_front();
            }
            tail.push_back(line.clone());
        }
        batch.truncate(MOST.saturating_sub(shown));
        shown += batch.len();
        if batch.is_empty() {
            continue;
        }
        let event =
            NewEvent { text: batch.join("\n"), data: json!({ "lines": batch.len() }), ..event.clone() };
        if let Err(error) = ctx.core().events.publish(ctx.now(), &[event]).await {
            tracing::warn!(%error, "lines of a build were not shown");
        }
    }
    tail.into()
}
