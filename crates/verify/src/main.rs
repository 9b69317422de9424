//! Verifies a ledger, a bundle or the proof of one entry: for an auditor, on any machine, without Ward.
//!
//! It reads files and nothing else, and is linked statically, so that it can be taken away and run anywhere:
//!
//! ```text
//! cargo rustc -p ward-verify --release --bin ward-verify -- -C target-feature=+crt-static
//! ```
//!
//! All judging is done by `ward_ledger::verify`; here are arguments, the kind of thing that was given, a progress
//! bar, and words.

mod arguments;
mod bar;
mod date;
mod judge;
mod say;

use std::io::Write as _;
use std::process::ExitCode;

use arguments::Asked;

/// It verifies, and a key that was given vouches for it.
const VERIFIED: u8 = 0;
/// It does not verify.
const WRONG: u8 = 1;
/// The arguments make no sense.
const USAGE: u8 = 2;
/// It cannot be read, so nothing is known.
const UNREADABLE: u8 = 3;
/// It agrees with itself, but no key was given that vouches for it.
const UNANCHORED: u8 = 4;

fn main() -> ExitCode {
    let code = match arguments::read(std::env::args_os().skip(1)) {
        Ok(Asked::Help) => out(arguments::HELP, VERIFIED),
        Ok(Asked::Version) => out(concat!("ward-verify ", env!("CARGO_PKG_VERSION"), "\n"), VERIFIED),
        Ok(Asked::Verify(request)) => {
            let verdict = judge::judge(&request);
            let code = verdict.code();
            out(&if request.json { say::json(&verdict) } else { say::words(&verdict) }, code)
        }
        Err(what) => {
            let _ = writeln!(std::io::stderr(), "ward-verify: {what}\nSee ward-verify --help.");
            USAGE
        }
    };
    ExitCode::from(code)
}

/// A verdict that nobody could read was not given.
fn out(text: &str, code: u8) -> u8 {
    let mut stdout = std::io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Ok(()) => code,
        Err(_) => UNREADABLE.max(code),
    }
}
