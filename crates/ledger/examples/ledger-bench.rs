//! Measures appends and verification beside the bare disk: `ledger-bench [DIR]`.
#![expect(clippy::print_stdout, reason = "it prints a table")]

use std::error::Error;
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use ward_ledger::{Log, LogConfig, Signer, verify};

const ENTRY_BYTES: usize = 200;
const ROUND: Duration = Duration::from_secs(4);

fn row(name: &str, count: usize, took: Duration, mut each: Vec<Duration>) {
    each.sort_unstable();
    let at = |part: f64| {
        let index = (each.len() as f64 * part) as usize;
        each.get(index.min(each.len().saturating_sub(1))).map_or(0.0, |d| d.as_secs_f64() * 1000.0)
    };
    let rate = count as f64 / took.as_secs_f64();
    println!("{name:<28} {rate:>12.0} {:>10.3} {:>10.3}", at(0.5), at(0.99));
}

/// One write and one fdatasync after the other, into a file that is already written.
fn raw(dir: &Path) -> Result<(), Box<dyn Error>> {
    let file = File::create(dir.join("raw"))?;
    file.write_all_at(&vec![0; 16 << 20], 0)?;
    file.sync_all()?;
    let (begun, mut each, mut at) = (Instant::now(), Vec::new(), 0);
    while begun.elapsed() < ROUND {
        let start = Instant::now();
        file.write_all_at(&[1; 512], at)?;
        file.sync_data()?;
        each.push(start.elapsed());
        at = (at + 512) % (16 << 20);
    }
    row("raw write + fdatasync", each.len(), begun.elapsed(), each);
    Ok(())
}

async fn appends(dir: PathBuf, outstanding: usize) -> Result<u64, Box<dyn Error>> {
    let log = Log::open(&dir, LogConfig::new(Signer::from_seed("bench.test/log", [3; 32])?))?;
    let begun = Instant::now();
    let tasks: Vec<_> = (0..outstanding)
        .map(|task| {
            let log = log.clone();
            tokio::spawn(async move {
                let mut each = Vec::new();
                while begun.elapsed() < ROUND {
                    let start = Instant::now();
                    let mut entry = vec![b'e'; ENTRY_BYTES];
                    entry.extend_from_slice(&task.to_be_bytes());
                    log.append(entry).await?;
                    each.push(start.elapsed());
                }
                Ok::<_, ward_ledger::AppendError>(each)
            })
        })
        .collect();
    let mut each = Vec::new();
    for task in tasks {
        each.extend(task.await??);
    }
    row(&format!("append, {outstanding} outstanding"), each.len(), begun.elapsed(), each);
    log.close().await?;
    Ok(log.size())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let base = std::env::args_os().nth(1).map_or_else(std::env::temp_dir, PathBuf::from);
    let dir = base.join(format!("ledger-bench-{}", std::process::id()));
    std::fs::create_dir_all(&dir)?;
    println!("{:<28} {:>12} {:>10} {:>10}", "", "per second", "p50 ms", "p99 ms");
    raw(&dir)?;
    for outstanding in [1, 64, 512, 8192] {
        let size = appends(dir.join(outstanding.to_string()), outstanding).await?;
        if outstanding >= 512 {
            let key = Signer::from_seed("bench.test/log", [3; 32])?.verifier_key().clone();
            let begun = Instant::now();
            let report = verify::verify_dir(&dir.join(outstanding.to_string()), &key, &mut |_| {})?;
            let rate = report.size as f64 / begun.elapsed().as_secs_f64();
            println!("{:<28} {rate:>12.0}   ({size} entries, {} checkpoints)", "verify", report.checkpoints);
        }
    }
    raw(&dir)?;
    std::fs::remove_dir_all(&dir)?;
    Ok(())
}
