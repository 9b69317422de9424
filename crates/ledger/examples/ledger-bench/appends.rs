//! Durable appends at several numbers of callers, each beside the bare disk, and verification.

use std::path::Path;
use std::time::{Duration, Instant};

use ward_ledger::{AppendError, Log, verify};

use crate::figures::{Figures, spread};
use crate::{Outcome, config, disk, signer};

const ROUNDS: usize = 5;
const ENTRY_BYTES: usize = 200;
/// A round goes back and forth between the bare disk and the log, because a shared disk changes from one moment
/// to the next.
const TURNS: usize = 10;
const APPENDING: Duration = Duration::from_millis(300);
const RAW: Duration = Duration::from_millis(100);
const OUTSTANDING: [usize; 4] = [1, 64, 512, 8192];

pub(crate) async fn run(dir: &Path) -> Outcome<()> {
    let mut rounds: Vec<(usize, Figures, Figures)> = Vec::new();
    let mut verified = Vec::new();
    let mut raws = Vec::new();
    for _ in 0..ROUNDS {
        for outstanding in OUTSTANDING {
            let log = dir.join("log");
            let (figures, raw) = round(dir, &log, outstanding).await?;
            rounds.push((outstanding, figures, raw));
            if outstanding == 512 {
                let begun = Instant::now();
                let report = verify::verify_dir(&log, signer()?.verifier_key(), &mut |_| {})?;
                verified.push(report.size as f64 / begun.elapsed().as_secs_f64());
            }
            std::fs::remove_dir_all(&log)?;
            raws.push(raw);
        }
    }
    println!("{ROUNDS} rounds: the middle one (least to greatest). Entries of {ENTRY_BYTES} bytes, each");
    println!("acknowledged with its checkpoint and its inclusion proof.\n");
    println!(
        "{:<18} {:>30} {:>28} {:>28} {:>26}",
        "", "per second", "p50 ms", "p99 ms", "p50 / one fdatasync"
    );
    let row = |name: &str, all: &[&(usize, Figures, Figures)]| {
        let column = |value: fn(&(usize, Figures, Figures)) -> f64, digits| {
            spread(all.iter().map(|round| value(round)).collect(), digits)
        };
        println!(
            "{name:<18} {:>30} {:>28} {:>28} {:>26}",
            column(|(_, figures, _)| figures.rate, 0),
            column(|(_, figures, _)| figures.p50, 3),
            column(|(_, figures, _)| figures.p99, 3),
            column(|(_, figures, raw)| figures.p50 / raw.p50, 2),
        );
    };
    let bare: Vec<_> = raws.iter().map(|raw| (0, *raw, *raw)).collect();
    row("write + fdatasync", &bare.iter().collect::<Vec<_>>());
    for outstanding in OUTSTANDING {
        let all: Vec<_> = rounds.iter().filter(|(callers, ..)| *callers == outstanding).collect();
        row(&format!("{outstanding} outstanding"), &all);
    }
    println!("\nverified on one core: {} entries per second", spread(verified, 0));
    Ok(())
}

/// The figures of the log, and those of the bare disk meanwhile.
async fn round(dir: &Path, path: &Path, outstanding: usize) -> Outcome<(Figures, Figures)> {
    let log = Log::open(path, config()?)?;
    let bare = disk::Bare::new(dir)?;
    let (mut appended, mut raw) = (Vec::new(), Vec::new());
    let (mut appending, mut writing) = (Duration::ZERO, Duration::ZERO);
    for _ in 0..TURNS {
        let begun = Instant::now();
        raw.extend(bare.write(RAW)?);
        writing += begun.elapsed();
        let begun = Instant::now();
        appended.extend(appends(&log, outstanding).await?);
        appending += begun.elapsed();
    }
    log.close().await?;
    Ok((Figures::of(appended, appending), Figures::of(raw, writing)))
}

async fn appends(log: &Log, outstanding: usize) -> Outcome<Vec<Duration>> {
    let begun = Instant::now();
    let tasks: Vec<_> = (0..outstanding)
        .map(|task| {
            let log = log.clone();
            tokio::spawn(async move {
                let mut each = Vec::new();
                while begun.elapsed() < APPENDING {
                    let start = Instant::now();
                    let mut entry = vec![b'e'; ENTRY_BYTES - 8];
                    entry.extend_from_slice(&task.to_be_bytes());
                    let done = log.append(entry).await?;
                    std::hint::black_box(done.proof(done.index));
                    each.push(start.elapsed());
                }
                Ok::<_, AppendError>(each)
            })
        })
        .collect();
    let mut each = Vec::new();
    for task in tasks {
        each.extend(task.await??);
    }
    Ok(each)
}
