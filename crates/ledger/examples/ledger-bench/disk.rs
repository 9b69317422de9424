//! The bare disk: one write and one `fdatasync` after the other, into a file that is already written.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::Outcome;
use crate::figures::Figures;

const BYTES: u64 = 16 << 20;

pub(crate) fn measure(dir: &Path, during: Duration) -> Outcome<Figures> {
    let path = dir.join("raw");
    let file = File::create(&path)?;
    file.write_all_at(&vec![0; BYTES as usize], 0)?;
    file.sync_all()?;
    let (begun, mut each, mut at) = (Instant::now(), Vec::new(), 0);
    while begun.elapsed() < during {
        let start = Instant::now();
        file.write_all_at(&[1; 512], at)?;
        file.sync_data()?;
        each.push(start.elapsed());
        at = (at + 512) % BYTES;
    }
    let took = begun.elapsed();
    std::fs::remove_file(path)?;
    Ok(Figures::of(each, took))
}
