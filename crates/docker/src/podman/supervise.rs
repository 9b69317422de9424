//! Keeps Podman's service running: starts it, watches it, starts it again.

use std::{process::Stdio, sync::Arc, time::Duration};

use tokio::{
    io::{AsyncBufReadExt, BufReader},
    net::UnixStream,
    process::Child,
    sync::watch,
    task::JoinHandle,
    time::{sleep, timeout},
};
use ward_spine::engine::EngineError;

use super::{Client, Paths, broken, process::Process};

/// Longest time the service may take to open its socket.
const OPENING: Duration = Duration::from_secs(30);
/// Pause before the first restart; doubled up to [`LONGEST_PAUSE`] while it keeps failing.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// Time between two questions whether the service still answers.
const HEARTBEAT: Duration = Duration::from_secs(10);
/// Unanswered questions in a row after which a hung service is killed.
const MISSES: u32 = 3;

/// The running service.
pub(crate) struct Service {
    stop: watch::Sender<bool>,
    task: tokio::sync::Mutex<Option<JoinHandle<()>>>,
}

impl Service {
    /// Starts it, waits until it answers and returns a client.
    ///
    /// # Errors
    /// If `podman` can't be started or does not open its socket.
    pub(crate) async fn start(paths: Arc<Paths>) -> Result<(Self, Client), EngineError> {
        let child = spawn(&paths)?;
        let (up, up_seen) = watch::channel(false);
        let (stop, stop_seen) = watch::channel(false);
        let mut child = child;
        if !opened(&paths, &mut child).await {
            let _ = child.kill().await;
            return Err(EngineError::Unavailable(
                "podman's service did not open its socket; run `podman info` to see why".into(),
            ));
        }
        up.send_replace(true);
        let client = Client::connect(paths.socket(), up_seen)?;
        let task = tokio::spawn(watch_over(paths, child, up, stop_seen));
        Ok((Self { stop, task: tokio::sync::Mutex::new(Some(task)) }, client))
    }

    /// Ends the service; containers go on.
    pub(crate) async fn stop(&self) {
        self.stop.send_replace(true);
        if let Some(task) = self.task.lock().await.take() {
            let _ = task.await;
        }
    }
}

/// Ends a service that an earlier, killed Ward left on the same socket.
pub(crate) async fn end_leftover(paths: &Paths) {
    if let Some(process) = Process::noted(&paths.pid_file()) {
        tracing::info!(pid = process.pid, "ending the engine service of an earlier run");
        process.end(Duration::from_secs(5)).await;
    }
    let _ = std::fs::remove_file(paths.pid_file());
    let _ = std::fs::remove_file(paths.socket());
}

fn spawn(paths: &Paths) -> Result<Child, EngineError> {
    let _ = std::fs::remove_file(paths.socket());
    let mut child = paths
        .command("podman")
        .args(["system", "service", "-t", "0"])
        .arg(format!("unix://{}", paths.socket().display()))
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        // A Ward that panics leaves it running; the next start finds it by its pid file.
        .kill_on_drop(false)
        .spawn()
        .map_err(|error| broken("starting podman (package podman)", error))?;
    if let Some(errors) = child.stderr.take() {
        tokio::spawn(async move {
            let mut lines = BufReader::new(errors).lines();
            while let Ok(Some(line)) = lines.next_line().await {
                tracing::debug!(target: "podman", "{line}");
            }
        });
    }
    if let Some(process) = child.id().and_then(|pid| Process::find(i32::try_from(pid).ok()?)) {
        process.note(&paths.pid_file()).map_err(|error| broken("noting podman's process id", error))?;
    }
    Ok(child)
}

async fn opened(paths: &Paths, child: &mut Child) -> bool {
    let until_answer = async {
        while !answers(paths).await {
            if !matches!(child.try_wait(), Ok(None)) {
                return false;
            }
            sleep(Duration::from_millis(25)).await;
        }
        true
    };
    timeout(OPENING, until_answer).await.unwrap_or(false)
}

/// Whether the service answers a ping.
async fn answers(paths: &Paths) -> bool {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let ask = async {
        let mut stream = UnixStream::connect(paths.socket()).await?;
        stream.write_all(b"GET /_ping HTTP/1.1\r\nHost: podman\r\nConnection: close\r\n\r\n").await?;
        let mut answer = [0; 12];
        stream.read_exact(&mut answer).await?;
        Ok::<_, std::io::Error>(&answer == b"HTTP/1.1 200")
    };
    matches!(timeout(Duration::from_secs(20), ask).await, Ok(Ok(true)))
}

async fn watch_over(
    paths: Arc<Paths>,
    mut child: Child,
    up: watch::Sender<bool>,
    mut stop: watch::Receiver<bool>,
) {
    let mut pause = FIRST_PAUSE;
    loop {
        tokio::select! {
            _ = stop.wait_for(|stop| *stop) => break,
            () = gone(&paths, &mut child, &mut pause) => {}
        }
        up.send_replace(false);
        tracing::warn!(pause_ms = pause.as_millis(), "the engine service ended; starting it again");
        loop {
            tokio::select! {
                _ = stop.wait_for(|stop| *stop) => return,
                () = sleep(pause) => {}
            }
            pause = (pause * 2).min(LONGEST_PAUSE);
            match spawn(&paths) {
                Ok(started) => {
                    child = started;
                    if opened(&paths, &mut child).await {
                        break;
                    }
                    let _ = child.kill().await;
                }
                Err(error) => tracing::error!(%error, "the engine service does not start"),
            }
        }
        up.send_replace(true);
    }
    up.send_replace(false);
    if let Some(process) = child.id().and_then(|pid| Process::find(i32::try_from(pid).ok()?)) {
        tokio::select! {
            () = process.end(Duration::from_secs(5)) => {}
            _ = child.wait() => {}
        }
    }
    let _ = child.wait().await;
    let _ = std::fs::remove_file(paths.pid_file());
    let _ = std::fs::remove_file(paths.socket());
}

/// Returns when the service has ended, or was killed because it hung.
async fn gone(paths: &Paths, child: &mut Child, pause: &mut Duration) {
    let mut misses = 0;
    loop {
        tokio::select! {
            _ = child.wait() => return,
            () = sleep(HEARTBEAT) => {}
        }
        if answers(paths).await {
            misses = 0;
            *pause = FIRST_PAUSE;
        } else {
            misses += 1;
        }
        if misses >= MISSES {
            tracing::error!("the engine service hangs; killing it");
            let _ = child.kill().await;
            return;
        }
    }
}
