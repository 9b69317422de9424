//! Runs a host program with an argument vector, a clean environment and a time limit.
//!
//! Architecture Invariant: no shell reads anything of a user; every argument is one element of a vector.

use std::{ffi::OsStr, process::Stdio, time::Duration};

use tokio::{io::AsyncWriteExt, process::Command, time::timeout};
use ward_spine::engine::EngineError;

use crate::podman::broken;

/// What a program left behind.
#[derive(Debug)]
pub(crate) struct Finished {
    pub(crate) success: bool,
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: String,
}

/// A host program with nothing of the caller's environment, in a process group of its own, killed when dropped.
pub(crate) fn command(program: &str) -> Command {
    let mut command = Command::new(program);
    command
        .env_clear()
        .env("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")
        .env("LANG", "C.UTF-8")
        .current_dir("/")
        .process_group(0)
        .kill_on_drop(true);
    command
}

/// Runs to the end, whatever the exit code.
pub(crate) async fn run(
    mut command: Command,
    stdin: Option<&[u8]>,
    limit: Duration,
) -> Result<Finished, EngineError> {
    let name = command.as_std().get_program().to_string_lossy().into_owned();
    command
        .stdin(if stdin.is_some() { Stdio::piped() } else { Stdio::null() })
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let work = async {
        let mut child = command.spawn().map_err(|error| absent(&name, error))?;
        if let (Some(bytes), Some(mut pipe)) = (stdin, child.stdin.take()) {
            // A program that ends without reading says why on its standard error.
            let _ = pipe.write_all(bytes).await;
        }
        child.wait_with_output().await.map_err(|error| broken(format!("running {name}"), error))
    };
    let output = timeout(limit, work).await.map_err(|_| EngineError::Timeout(name.clone()))??;
    Ok(Finished {
        success: output.status.success(),
        stdout: output.stdout,
        stderr: String::from_utf8_lossy(&output.stderr).trim().to_owned(),
    })
}

/// Runs to the end and takes any exit code but 0 as an error; gives the standard output.
pub(crate) async fn check<A: AsRef<OsStr>>(
    program: &str,
    arguments: &[A],
    limit: Duration,
) -> Result<Vec<u8>, EngineError> {
    let mut child = command(program);
    child.args(arguments);
    let done = run(child, None, limit).await?;
    if done.success {
        return Ok(done.stdout);
    }
    let line: Vec<_> = arguments.iter().map(|a| a.as_ref().to_string_lossy()).collect();
    Err(broken(format!("{program} {}", line.join(" ")), done.stderr))
}

fn absent(name: &str, error: std::io::Error) -> EngineError {
    if error.kind() == std::io::ErrorKind::NotFound {
        return EngineError::Unsupported {
            what: "run a program that Ward needs",
            why: format!("{name} is not installed (Debian: apt-get install {})", package(name)),
        };
    }
    broken(format!("starting {name}"), error)
}

/// The Debian package that brings a program.
fn package(program: &str) -> &str {
    match program {
        "nft" => "nftables",
        "ip" => "iproute2",
        "tune2fs" | "mkfs.ext4" => "e2fsprogs",
        "unshare" | "nsenter" => "util-linux",
        "losetup" | "mount" | "umount" => "mount",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_program_that_is_not_installed_is_named_with_its_package() {
        let error = run(command("ward-no-such-program"), None, Duration::from_secs(1)).await.unwrap_err();
        assert!(error.to_string().contains("apt-get install ward-no-such-program"), "{error}");
    }

    #[tokio::test]
    async fn a_program_that_does_not_end_is_killed() {
        let mut sleep = command("sleep");
        sleep.arg("60");
        let error = run(sleep, None, Duration::from_millis(50)).await.unwrap_err();
        assert!(matches!(error, EngineError::Timeout(_)), "{error}");
    }

    #[tokio::test]
    async fn nothing_of_the_environment_is_passed_on() {
        let seen = run(command("env"), None, Duration::from_secs(5)).await.unwrap();
        let text = String::from_utf8(seen.stdout).unwrap();
        assert!(text.lines().all(|line| line.starts_with("PATH=") || line.starts_with("LANG=")), "{text}");
    }
}
