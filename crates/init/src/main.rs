//! First program of every container: takes the environment from memory and becomes the app.
//!
//! Ward hands secrets over as files on a tmpfs, mounted at `/run/ward`, so that they are in no create
//! call, no image and no file on a disk. Most programs want them as environment variables: this one reads
//! `/run/ward/env` (pairs `NAME=value`, each ended by a NUL byte), adds them to the environment it
//! got, and replaces itself with the command it was given, found by the new `PATH`.
//!
//! An image may hold no C library, so it must be linked statically:
//!
//! ```text
//! cargo rustc -p ward-init --release -- -C target-feature=+crt-static
//! ```
//!
//! Exit codes as shells have them: 127 if the command is not found, 126 if it can't be run; and 125 if the
//! environment can't be read. It does not reap: process 1 of the container is catatonit, which does.

use std::{
    ffi::{OsStr, OsString},
    fs,
    io::ErrorKind,
    os::unix::{ffi::OsStrExt, process::CommandExt},
    process::{Command, ExitCode},
};

/// Where Ward puts the environment.
const ENVIRONMENT: &str = "/run/ward/env";

const NO_ENVIRONMENT: u8 = 125;
const NOT_RUNNABLE: u8 = 126;
const NOT_FOUND: u8 = 127;

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    let Some(program) = arguments.next() else {
        return fail(NOT_FOUND, "no command was given: the image has none and neither has the app's process");
    };
    let bytes = match fs::read(ENVIRONMENT) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == ErrorKind::NotFound => Vec::new(),
        Err(error) => return fail(NO_ENVIRONMENT, &format!("{ENVIRONMENT} can't be read: {error}")),
    };
    // `exec` looks the program up in the PATH of the new environment and returns only if it failed.
    let error = Command::new(&program).args(arguments).envs(pairs(&bytes)).exec();
    let name = program.to_string_lossy();
    match error.kind() {
        ErrorKind::NotFound => fail(
            NOT_FOUND,
            &format!("{name}: no such program in the image, or the interpreter that it names is missing"),
        ),
        ErrorKind::PermissionDenied => {
            fail(NOT_RUNNABLE, &format!("{name}: not executable by the container's user"))
        }
        _ => fail(NOT_RUNNABLE, &format!("{name}: {error}")),
    }
}

/// The pairs of an environment file; what has no name or no `=` is passed over.
fn pairs(bytes: &[u8]) -> Vec<(OsString, OsString)> {
    let own = |part: &[u8]| OsStr::from_bytes(part).to_owned();
    bytes
        .split(|byte| *byte == 0)
        .filter_map(|pair| {
            let at = pair.iter().position(|byte| *byte == b'=').filter(|at| *at > 0)?;
            Some((own(pair.get(..at)?), own(pair.get(at + 1..)?)))
        })
        .collect()
}

#[expect(clippy::print_stderr, reason = "standard error is this program's only way to say something")]
fn fail(code: u8, why: &str) -> ExitCode {
    eprintln!("ward-init: {why}");
    ExitCode::from(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_may_hold_anything_but_nul() {
        let read = pairs(b"A=1\0B=x=y\nz\0C=\0=bad\0worse\0\xff=\xfe\0");
        let text: Vec<_> = read.iter().map(|(name, value)| (name.as_bytes(), value.as_bytes())).collect();
        assert_eq!(text, [(&b"A"[..], &b"1"[..]), (b"B", b"x=y\nz"), (b"C", b""), (b"\xff", b"\xfe")]);
        assert!(pairs(b"").is_empty());
    }
}
