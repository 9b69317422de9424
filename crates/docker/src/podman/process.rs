//! Tells processes apart by id and start time, because ids are used again.

use std::{fs, path::Path, time::Duration};

use nix::{
    errno::Errno,
    sys::signal::{Signal, kill},
    unistd::Pid,
};

/// A process that can't be mistaken for a later one with the same id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Process {
    pub(crate) pid: i32,
    /// Clock ticks since boot (proc(5), field 22 of `stat`).
    started: u64,
}

impl Process {
    /// The live process with this id; a zombie is not live.
    pub(crate) fn find(pid: i32) -> Option<Self> {
        if pid <= 0 {
            return None;
        }
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        let (state, started) = parse(&stat)?;
        (state != "Z" && state != "X").then_some(Self { pid, started })
    }

    /// Whether it still runs.
    pub(crate) fn alive(self) -> bool {
        Self::find(self.pid) == Some(self)
    }

    /// Sends a signal if it still runs.
    pub(crate) fn signal(self, signal: Signal) {
        if self.alive()
            && let Err(error) = kill(Pid::from_raw(self.pid), signal)
            && error != Errno::ESRCH
        {
            tracing::warn!(pid = self.pid, %error, "signal not delivered");
        }
    }

    /// SIGTERM, and SIGKILL if it still runs after `grace`.
    pub(crate) async fn end(self, grace: Duration) {
        self.signal(Signal::SIGTERM);
        if !self.gone_within(grace).await {
            self.signal(Signal::SIGKILL);
            self.gone_within(Duration::from_secs(5)).await;
        }
    }

    async fn gone_within(self, time: Duration) -> bool {
        let step = Duration::from_millis(20);
        let mut waited = Duration::ZERO;
        while self.alive() {
            if waited >= time {
                return false;
            }
            tokio::time::sleep(step).await;
            waited += step;
        }
        true
    }

    /// Notes it in a file.
    pub(crate) fn note(self, file: &Path) -> std::io::Result<()> {
        super::configure::replace(file, format!("{} {}\n", self.pid, self.started).as_bytes(), 0o600)
    }

    /// The live process that a file notes.
    pub(crate) fn noted(file: &Path) -> Option<Self> {
        let text = fs::read_to_string(file).ok()?;
        let mut words = text.split_whitespace();
        let noted = Self { pid: words.next()?.parse().ok()?, started: words.next()?.parse().ok()? };
        noted.alive().then_some(noted)
    }
}

/// State and start time of a line of `/proc/<pid>/stat`; the name in parentheses may hold anything.
fn parse(stat: &str) -> Option<(&str, u64)> {
    let (_, rest) = stat.rsplit_once(')')?;
    let mut fields = rest.split_whitespace();
    let state = fields.next()?;
    Some((state, fields.nth(18)?.parse().ok()?))
}

/// Whether the process belongs to the control group of the container with this id.
pub(crate) fn in_container(pid: i32, id: &str) -> bool {
    !id.is_empty()
        && Process::find(pid).is_some()
        && fs::read_to_string(format!("/proc/{pid}/cgroup")).is_ok_and(|groups| groups.contains(id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_parentheses_and_spaces_does_not_shift_the_fields() {
        let line = "7 (a) S) b) R 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 999 20";
        assert_eq!(parse(line), Some(("R", 999)));
        assert_eq!(parse("7 (a"), None);
    }

    #[test]
    fn a_noted_process_with_another_start_time_is_not_taken_for_it() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("pid");
        let this = Process::find(i32::try_from(std::process::id()).unwrap()).unwrap();
        this.note(&file).unwrap();
        assert_eq!(Process::noted(&file), Some(this));
        Process { started: this.started + 1, ..this }.note(&file).unwrap();
        assert_eq!(Process::noted(&file), None);
    }
}
