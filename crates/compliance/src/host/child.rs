//! Runs a program of the host: argument vector, clean environment, time limit.

use std::{ffi::OsStr, io, process::Stdio, time::Duration};

use tokio::process::Command;

/// Longest run.
const LIMIT: Duration = Duration::from_secs(20);

/// Runs to the end and gives the standard output; any exit code but 0 is an error.
pub(crate) async fn output<A: AsRef<OsStr>>(program: &str, arguments: &[A]) -> io::Result<Vec<u8>> {
    let mut command = Command::new(program);
    command
        .args(arguments)
        .env_clear()
        .env("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")
        .env("LANG", "C.UTF-8")
        .current_dir("/")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    let timed = tokio::time::timeout(LIMIT, command.output()).await;
    let done = timed.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))?;
    if done.status.success() {
        return Ok(done.stdout);
    }
    let text = String::from_utf8_lossy(&done.stderr);
    Err(io::Error::other(format!("{program}: {}", text.lines().next().unwrap_or("failed").trim())))
}
