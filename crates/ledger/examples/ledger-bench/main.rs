//! Measures the ledger beside the bare disk.
//!
//! ```text
//! ledger-bench [DIR]           durable appends and verification, several rounds
//! ledger-bench memory [DIR]    memory over ten million appends
//! ledger-bench proof [DIR]     inclusion proofs in a log of a hundred million entries (needs 8 GB)
//! ```
//!
//! `DIR` is a folder on the disk to measure, by default the one for temporary files. What is made in it is
//! removed at the end.
#![expect(clippy::print_stdout, reason = "it prints tables")]

mod appends;
mod disk;
mod figures;
mod memory;
mod proof;

use std::error::Error;
use std::path::PathBuf;

use ward_ledger::{LogConfig, Signer};

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

fn signer() -> Outcome<Signer> {
    Ok(Signer::from_seed("bench.test/log", [3; 32])?)
}

fn config() -> Outcome<LogConfig> {
    Ok(LogConfig::new(signer()?))
}

#[tokio::main]
async fn main() -> Outcome<()> {
    let mut args = std::env::args_os().skip(1).peekable();
    let mode = args.next_if(|word| word == "memory" || word == "proof");
    let base = args.next().map_or_else(std::env::temp_dir, PathBuf::from);
    let dir = base.join(format!("ledger-bench-{}", std::process::id()));
    std::fs::create_dir_all(&dir)?;
    println!("load of the machine before: {}", figures::load());
    let outcome = match mode.as_deref().and_then(|mode| mode.to_str()) {
        Some("memory") => memory::run(&dir).await,
        Some(_) => proof::run(&dir).await,
        None => appends::run(&dir).await,
    };
    println!("load of the machine after:  {}", figures::load());
    std::fs::remove_dir_all(&dir)?;
    outcome
}
