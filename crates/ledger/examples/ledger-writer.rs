//! Appends numbered entries without end and prints each index when it is acknowledged: `ledger-writer DIR`.
//!
//! The crash tests kill it and look at what is left; it is also the shortest complete use of the crate.
#![expect(clippy::print_stdout, reason = "its output is its purpose")]

use std::error::Error;
use std::time::Duration;

use ward_ledger::{Log, LogConfig, Signer};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let dir = std::env::args_os().nth(1).ok_or("usage: ledger-writer DIR")?;
    let mut config = LogConfig::new(Signer::from_seed("crash.test/log", [7; 32])?);
    config.segment_bytes = 96 << 10;
    config.publish_every = Duration::from_millis(3);
    let log = Log::open(dir, config)?;
    let mut tasks = Vec::new();
    for task in 0..4 {
        let log = log.clone();
        tasks.push(tokio::spawn(async move {
            for number in 0u64.. {
                let text = format!("{task}-{number}-{}", "x".repeat((number % 300) as usize));
                let done = log.append(text.clone().into_bytes()).await?;
                println!("{} {text}", done.index);
            }
            Ok::<(), ward_ledger::AppendError>(())
        }));
    }
    for task in tasks {
        task.await??;
    }
    Ok(())
}
