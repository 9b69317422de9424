//! Verifies a ledger, a bundle or the proof of one entry: for an auditor, on any machine, without Ward.
//!
//! It reads files and nothing else, and is linked statically, so that it can be taken away and run anywhere:
//!
//! ```text
//! cargo rustc -p ward-verify --release --bin ward-verify -- -C target-feature=+crt-static
//! ```
//!
//! Here are arguments and a progress bar; the rest is the library beside.

mod arguments;
mod bar;

use std::io::Write as _;
use std::process::ExitCode;

use arguments::Asked;
use ward_verify::{UNREADABLE, USAGE, VERIFIED, json, judge_path, words};

fn main() -> ExitCode {
    let code = match arguments::read(std::env::args_os().skip(1)) {
        Ok(Asked::Help) => out(arguments::HELP, VERIFIED),
        Ok(Asked::Version) => out(concat!("ward-verify ", env!("CARGO_PKG_VERSION"), "\n"), VERIFIED),
        Ok(Asked::Verify(request)) => {
            let mut bar = bar::Bar::new();
            let verdict = judge_path(&request.path, &request.trust, &mut |progress| bar.step(progress));
            bar.clear();
            let code = verdict.code();
            out(&if request.json { json(&verdict) } else { words(&verdict) }, code)
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
