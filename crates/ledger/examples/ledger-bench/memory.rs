//! Memory over ten million appends, then while the log is opened anew and verified.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use ward_ledger::{AppendError, Log, verify};

use crate::figures::resident;
use crate::{Outcome, config, signer};

const ENTRIES: u64 = 10_000_000;
const STEP: u64 = 1_000_000;
const OUTSTANDING: u64 = 2048;

pub(crate) async fn run(dir: &Path) -> Outcome<()> {
    let path = dir.join("log");
    println!("{:>12} {:>14}", "entries", "memory, MiB");
    println!("{:>12} {:>14.1}", 0, resident());
    let log = Log::open(&path, config()?)?;
    let begun = Instant::now();
    let mut size = 0;
    while size < ENTRIES {
        let tasks: Vec<_> = (0..OUTSTANDING)
            .map(|task| {
                let log = log.clone();
                tokio::spawn(async move {
                    for _ in (task..STEP).step_by(OUTSTANDING as usize) {
                        log.append(vec![b'e'; 200]).await?;
                    }
                    Ok::<_, AppendError>(())
                })
            })
            .collect();
        for task in tasks {
            task.await??;
        }
        size = log.size();
        println!("{size:>12} {:>14.1}", resident());
    }
    println!("{:.0} appends per second", size as f64 / begun.elapsed().as_secs_f64());
    log.close().await?;
    drop(log);
    let opened = most_while(|| Log::open(&path, config()?).map_err(Into::into));
    let (log, most) = opened;
    log?.close().await?;
    println!("opened anew: at most {most:.1} MiB");
    std::fs::remove_dir_all(path.join("tile"))?;
    std::fs::remove_file(path.join("checkpoint"))?;
    let begun = Instant::now();
    let (log, most) = most_while(|| Log::open(&path, config()?).map_err(Into::into));
    println!("opened without its tiles, all rebuilt in {:.1?}: at most {most:.1} MiB", begun.elapsed());
    log?.close().await?;
    let key = signer()?.verifier_key().clone();
    let (report, most) = most_while(|| verify::verify_dir(&path, &key, &mut |_| {}).map_err(Into::into));
    println!("verified {} entries: at most {most:.1} MiB", report?.size);
    Ok(())
}

/// Does something, and says how much memory the process had at most meanwhile, in MiB.
fn most_while<T>(deed: impl FnOnce() -> Outcome<T>) -> (Outcome<T>, f64) {
    let going = Arc::new(AtomicBool::new(true));
    let watcher = thread::spawn({
        let going = Arc::clone(&going);
        move || {
            let mut most = resident();
            while going.load(Ordering::Relaxed) {
                thread::sleep(Duration::from_millis(20));
                most = resident().max(most);
            }
            most
        }
    });
    let outcome = deed();
    going.store(false, Ordering::Relaxed);
    (outcome, watcher.join().unwrap_or_default())
}
