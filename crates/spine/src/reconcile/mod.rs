//! The driver of all loops.
//!
//! A loop takes no input, does one thing, and can run twice: it compares intent in the store with what the
//! engine observes, and acts. It is woken by a bell (a verb wrote intent) and by a timer (reality changed). One
//! code path serves both, so a crash needs no special recovery. Its status is visible (`ward server status`).

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use async_trait::async_trait;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use ward_model::{Principal, system::LoopStatus};

use crate::{Core, Ctx, RequestInfo, Result};

/// One loop.
#[async_trait]
pub trait Reconciler: Send + Sync + 'static {
    /// Name: also the principal in the ledger.
    fn name(&self) -> &'static str;
    /// Longest time between passes.
    fn every(&self) -> Duration;
    /// One pass. Returns what it did, in a sentence; empty if nothing.
    async fn pass(&self, ctx: &Ctx) -> Result<String>;
}

/// Bells and status of all loops.
#[derive(Default)]
pub struct Loops {
    bells: Mutex<BTreeMap<String, Arc<Notify>>>,
    status: Mutex<BTreeMap<String, LoopStatus>>,
}

impl Loops {
    /// The bell of a loop.
    pub fn bell(&self, name: &str) -> Arc<Notify> {
        Arc::clone(
            self.bells.lock().unwrap_or_else(PoisonError::into_inner).entry(name.to_owned()).or_default(),
        )
    }
    /// Wakes a loop.
    pub fn wake(&self, name: &str) {
        self.bell(name).notify_one();
    }
    /// How they fare.
    pub fn status(&self) -> Vec<LoopStatus> {
        self.status.lock().unwrap_or_else(PoisonError::into_inner).values().cloned().collect()
    }

    fn report(&self, name: &str, now: ward_model::Timestamp, took: Duration, result: &Result<String>) {
        let mut all = self.status.lock().unwrap_or_else(PoisonError::into_inner);
        let status = all.entry(name.to_owned()).or_insert_with(|| LoopStatus {
            name: name.to_owned(),
            passes: 0,
            last_pass_at: None,
            last_took_ms: 0,
            last_summary: String::new(),
            last_error: None,
        });
        status.passes += 1;
        status.last_pass_at = Some(now);
        status.last_took_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        match result {
            Ok(summary) => {
                status.last_error = None;
                if !summary.is_empty() {
                    status.last_summary.clone_from(summary);
                }
            }
            Err(error) => status.last_error = Some(error.to_string()),
        }
    }
}

/// Runs a loop until it is told to stop. A pass that fails or panics is tried again, sooner at first.
pub async fn drive(core: Arc<Core>, reconciler: Arc<dyn Reconciler>, stop: CancellationToken) {
    let name = reconciler.name();
    let bell = core.loops.bell(name);
    let mut failures: u32 = 0;
    while !stop.is_cancelled() {
        let ctx = Ctx::new(core.clone(), Principal::Loop { name }, RequestInfo::default());
        let began = Instant::now();
        let task = Arc::clone(&reconciler);
        let result = match tokio::spawn(async move { task.pass(&ctx).await }).await {
            Ok(result) => result,
            Err(panic) => Err(crate::Error::internal(format!("running the loop {name}"), panic)),
        };
        core.loops.report(name, core.clock.now(), began.elapsed(), &result);
        let pause = match &result {
            Ok(_) => {
                failures = 0;
                reconciler.every()
            }
            Err(error) => {
                failures = failures.saturating_add(1);
                let source = std::error::Error::source(error).map(ToString::to_string);
                tracing::warn!(loop_name = name, %error, source, failures, "a pass failed");
                reconciler.every().min(Duration::from_millis(250 * u64::from(failures.min(40))))
            }
        };
        tokio::select! {
            () = bell.notified() => {}
            () = tokio::time::sleep(pause) => {}
            () = stop.cancelled() => {}
        }
    }
}
