//! Writes a labelled corpus as JSON lines: `redact-corpus tuning|judging|fresh|opened|common|bench [ROUNDS] [SEED]`.
//!
//! Each line has `text` and `spans`: `start` and `end` in bytes, `label`, and in `keep` the parts that may stay (the year
//! of a date). The figures in docs/concepts/redaction.md are of the default seeds and rounds.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "its output is its purpose")]

use std::io::{BufWriter, Write, stdout};

#[path = "../corpus/mod.rs"]
mod corpus;
#[path = "../judge/standoff.rs"]
mod standoff;

use corpus::Set;

fn main() -> std::process::ExitCode {
    match run() {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("redact-corpus: {why}");
            std::process::ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let Some(set) = arguments.next().as_deref().and_then(Set::from_word) else {
        println!("redact-corpus tuning|judging|fresh|opened|common|bench [ROUNDS] [SEED]");
        return Ok(());
    };
    let rounds = arguments.next().map_or(Ok(corpus::ROUNDS), |text| text.parse())?;
    let seed = arguments.next().map_or(Ok(set.seed()), |text| text.parse())?;
    let mut out = BufWriter::new(stdout().lock());
    for document in corpus::documents(set, seed, rounds)? {
        writeln!(out, "{}", standoff::line(&document))?;
    }
    out.flush()?;
    Ok(())
}
