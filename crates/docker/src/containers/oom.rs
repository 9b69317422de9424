//! Notices that the memory limit killed a container.
//!
//! On control groups version 1 Podman 4.3 always says `OOMKilled: false`, and the group with its counters is
//! gone when the container is. So the group is created before the container starts and an eventfd is
//! registered with it (Linux Documentation/admin-guide/cgroup-v1/memory.rst, section 9); an event leaves a file
//! in the container's directory. On version 2 the monitor does this, and leaves a file `oom` likewise.

use std::{
    collections::HashMap,
    fs::{self, File},
    os::fd::AsRawFd,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, UNIX_EPOCH},
};

use nix::sys::eventfd::{EfdFlags, EventFd};
use tokio::task::JoinHandle;

use super::{Containers, Found, cgroup};
use crate::podman::process::in_container;

/// Name of the note in the container's directory.
const NOTE: &str = "oom";
/// Seconds between an event and the end of the container within which one is the cause of the other.
const SOON: i64 = 10;
/// Time between two looks at the counters; an event waits in its counter until somebody looks.
const LOOK: Duration = Duration::from_millis(250);

/// One watched container.
struct Watch {
    id: String,
    events: EventFd,
    group: PathBuf,
    directory: PathBuf,
    /// Events since the group was last seen to exist.
    unexplained: u64,
    /// Looks since it was gone.
    looks: u32,
}

impl Watch {
    /// Notes an event if there was one; false if there is nothing more to wait for. The removal of the group
    /// counts as one event too, a moment after its directory is gone.
    fn look(&mut self) -> bool {
        // Before the counter is read: an event found with the directory there can't be the removal.
        let there = self.group.exists();
        self.unexplained += self.events.read().unwrap_or(0);
        if self.unexplained > u64::from(!there) {
            let _ = fs::write(self.directory.join(NOTE), "");
            self.unexplained = u64::from(!there);
        }
        self.looks += u32::from(!there);
        self.looks < 8
    }
}

type Watches = HashMap<String, Watch>;

/// Watched containers by name, and the task that looks at them.
pub(super) struct Watched {
    all: Arc<Mutex<Watches>>,
    task: JoinHandle<()>,
}

impl Watched {
    /// Must be called within a runtime.
    pub(super) fn start() -> Self {
        let all = Arc::new(Mutex::new(Watches::new()));
        let seen = Arc::clone(&all);
        let task = tokio::spawn(async move {
            loop {
                tokio::time::sleep(LOOK).await;
                open(&seen).retain(|_, watch| watch.look());
            }
        });
        Self { all, task }
    }

    /// Looks at one at once.
    pub(super) fn look(&self, name: &str) {
        if let Some(watch) = open(&self.all).get_mut(name) {
            watch.look();
        }
    }

    fn knows(&self, name: &str, id: &str) -> bool {
        open(&self.all).get(name).is_some_and(|watch| watch.id == id)
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn open(all: &Mutex<Watches>) -> MutexGuard<'_, Watches> {
    all.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Containers {
    /// Watches a container that is about to start, or runs already. Not being able to is not an error: the
    /// container runs as safely, only the reason of its end may stay unknown.
    pub(super) fn watch_memory(&self, name: &str, id: &str, network: u16) {
        let Some(group) = cgroup::memory_v1(&format!("{}/libpod-{id}", self.cgroup_parent(network))) else {
            return;
        };
        let _ = fs::remove_file(self.directory(name).join(NOTE));
        match register(&group) {
            Ok(events) => {
                let directory = self.directory(name);
                let watch = Watch { id: id.to_owned(), events, group, directory, unexplained: 0, looks: 0 };
                open(&self.watched.all).insert(name.to_owned(), watch);
            }
            Err(error) => tracing::warn!(name, %error, "the memory limit of a container can't be watched"),
        }
    }

    /// Watches a running container that an earlier process started.
    pub(super) fn adopt_memory(&self, found: &Found) {
        let Some(pid) = found.pid() else { return };
        if self.watched.knows(found.name(), &found.id) || !in_container(pid, &found.id) {
            return;
        }
        let Some(network) =
            fs::read_to_string(format!("/proc/{pid}/cgroup")).ok().and_then(|text| network(&text))
        else {
            return;
        };
        self.watch_memory(found.name(), &found.id, network);
    }

    pub(super) fn unwatch_memory(&self, name: &str) {
        open(&self.watched.all).remove(name);
    }
}

/// Number of the environment in a `/proc/<pid>/cgroup`: `…/env-7/libpod-…`.
fn network(text: &str) -> Option<u16> {
    let (_, rest) = text.split_once("/env-")?;
    rest.split('/').next()?.parse().ok()
}

fn register(group: &Path) -> std::io::Result<EventFd> {
    fs::create_dir_all(group)?;
    let events = EventFd::from_flags(EfdFlags::EFD_CLOEXEC | EfdFlags::EFD_NONBLOCK)?;
    let control = File::open(group.join("memory.oom_control"))?;
    fs::write(group.join("cgroup.event_control"), format!("{} {}", events.as_raw_fd(), control.as_raw_fd()))?;
    Ok(events)
}

/// Whether an event was noted shortly before the container ended at `at` (seconds since 1970).
pub(super) fn noted(directory: &Path, at: Option<i64>) -> bool {
    let seen = fs::metadata(directory.join(NOTE))
        .and_then(|meta| meta.modified())
        .ok()
        .and_then(|time| time.duration_since(UNIX_EPOCH).ok())
        .and_then(|time| i64::try_from(time.as_secs()).ok());
    match (seen, at) {
        (None, _) => false,
        (Some(seen), Some(at)) => (seen - at).abs() <= SOON,
        (Some(_), None) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_is_read_from_the_control_group() {
        assert_eq!(network("4:memory:/ward-a/env-17/libpod-abc\n"), Some(17));
        assert_eq!(network("4:memory:/user.slice\n"), None);
    }

    #[test]
    fn an_old_event_does_not_explain_a_later_end() {
        let directory = tempfile::tempdir().unwrap();
        assert!(!noted(directory.path(), None));
        fs::write(directory.path().join(NOTE), "").unwrap();
        let now = fs::metadata(directory.path().join(NOTE)).unwrap().modified().unwrap();
        let now = i64::try_from(now.duration_since(UNIX_EPOCH).unwrap().as_secs()).unwrap();
        assert!(noted(directory.path(), Some(now + 1)));
        assert!(!noted(directory.path(), Some(now + 60)));
    }
}
