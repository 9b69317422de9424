//! Inclusion proofs in a log of a hundred million entries.

use std::fs::File;
use std::path::Path;
use std::time::Instant;

use rustix::fs::{Advice, fadvise};
use ward_ledger::tile::{Kind, Tile};
use ward_ledger::{Checkpoint, Log, Reader, leaf_hash, verify_inclusion};

use crate::figures::{Figures, resident};
use crate::{Outcome, config, signer};

const BATCH: u64 = 65_536;
const PROOFS: u64 = 20_000;

fn entry(index: u64) -> [u8; 8] {
    index.to_be_bytes()
}

pub(crate) async fn run(dir: &Path) -> Outcome<()> {
    let entries = std::env::args().nth(3).map_or(Ok(100_000_000), |text| text.parse::<u64>())?;
    let path = dir.join("log");
    let log = Log::open(&path, config()?)?;
    let begun = Instant::now();
    while log.size() < entries {
        let batch = log.size()..entries.min(log.size() + BATCH);
        log.append_all(batch.map(|index| entry(index).to_vec()).collect()).await?;
    }
    let rate = entries as f64 / begun.elapsed().as_secs_f64();
    log.close().await?;
    drop(log);
    println!("{entries} entries of 8 bytes in batches of {BATCH}: {rate:.0} durable a second");
    let begun = Instant::now();
    let key = signer()?.verifier_key().clone();
    let reader = Reader::open(&path, &key)?;
    println!("opened for reading in {:.1?}, {:.1} MiB of memory", begun.elapsed(), resident());
    let root = Checkpoint::open(reader.checkpoint().as_bytes(), &key)?.root;
    let mut dice = 0x9e37_79b9_7f4a_7c15u64;
    for warm in [false, true] {
        let mut each = Vec::new();
        let mut longest = 0;
        let begun = Instant::now();
        for _ in 0..PROOFS {
            dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            // Warm: within one half million of entries, whose tiles the page cache holds.
            let index = (dice >> 20) % if warm { 500_000.min(entries) } else { entries };
            if !warm {
                forget(&path, index)?;
            }
            let start = Instant::now();
            let proof = reader.inclusion_proof(index, entries)?;
            each.push(start.elapsed());
            longest = longest.max(proof.len());
            verify_inclusion(&leaf_hash(&entry(index)), index, entries, &root, &proof)?;
        }
        let figures = Figures::of(each, begun.elapsed());
        println!(
            "proof, {}: p50 {:.1} us, p99 {:.1} us, at most {longest} hashes, each verified",
            if warm { "pages in memory" } else { "tile of the entry read from disk" },
            figures.p50 * 1000.0,
            figures.p99 * 1000.0,
        );
    }
    Ok(())
}

/// Drops the tiles above an entry from the page cache.
fn forget(log: &Path, index: u64) -> Outcome<()> {
    for level in 0..2 {
        let tile = Tile::full(Kind::Hashes(level), index >> (8 * (u32::from(level) + 1)));
        if let Ok(file) = File::open(log.join(tile.path())) {
            fadvise(&file, 0, None, Advice::DontNeed)?;
        }
    }
    Ok(())
}
