//! The programs under test, and running them.

use std::{
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    time::{Duration, Instant},
};

use nix::{errno::Errno, sys::signal, unistd::Pid};

/// The daemon that belongs to this test.
pub(crate) const WARDD: &str = env!("CARGO_BIN_EXE_wardd");

/// The command line, built beside the daemon.
pub(crate) fn ward() -> PathBuf {
    let ward = Path::new(WARDD).with_file_name("ward");
    assert!(
        ward.is_file(),
        "{} is missing: build it with `cargo build -p ward` (`cargo test --workspace` does)",
        ward.display()
    );
    ward
}

/// Compiles the program that starts containers, linked statically as it is in a release.
pub(crate) fn compile_init(place: &Path) {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../init/src/main.rs");
    let options = ["--edition", "2024", "-O", "-C", "target-feature=+crt-static", "-o"];
    let status = Command::new("rustc").args(options).arg(place).arg(source).status().unwrap();
    assert!(status.success(), "rustc failed");
}

/// A program with nothing of our environment but where programs and proxies are.
pub(crate) fn clean(program: impl AsRef<std::ffi::OsStr>) -> Command {
    let mut command = Command::new(program);
    command.env_clear().stdin(Stdio::null()).current_dir("/");
    for (name, value) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text == "PATH" || text.to_ascii_lowercase().ends_with("_proxy") {
            command.env(name, value);
        }
    }
    command
}

/// Runs a program to its end, with a text on its standard input.
pub(crate) fn run(mut command: Command, input: &str) -> Output {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // A program that reads nothing may be gone already.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

/// Exit code, then both outputs as one text.
pub(crate) fn said(output: &Output) -> (i32, String) {
    let text = [&output.stdout[..], &output.stderr[..]].concat();
    (output.status.code().unwrap_or(-1), String::from_utf8_lossy(&text).into_owned())
}

/// Waits until it is so, and says how long it took.
pub(crate) fn until(what: &str, longest: Duration, mut so: impl FnMut() -> bool) -> Duration {
    let begin = Instant::now();
    while !so() {
        assert!(begin.elapsed() < longest, "not within {longest:?}: {what}");
        std::thread::sleep(Duration::from_millis(50));
    }
    begin.elapsed()
}

/// Processes with their arguments, separated by spaces.
pub(crate) fn processes() -> Vec<(i32, String)> {
    let entries = fs::read_dir("/proc").unwrap().flatten();
    let pids = entries.filter_map(|e| e.file_name().to_str()?.parse().ok());
    pids.filter_map(|pid: i32| {
        let line = fs::read(format!("/proc/{pid}/cmdline")).ok()?;
        Some((pid, String::from_utf8_lossy(&line).replace(['\0', '\n'], " ")))
    })
    .collect()
}

/// Kills with SIGKILL; one that is gone already is fine.
pub(crate) fn kill_9(pid: i32) {
    let killed = signal::kill(Pid::from_raw(pid), signal::Signal::SIGKILL);
    assert!(matches!(killed, Ok(()) | Err(Errno::ESRCH)), "{killed:?}");
}
