//! The bare disk: one write and one `fdatasync` after the other, into a file that is already written.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::Outcome;

const BYTES: u64 = 16 << 20;

pub(crate) struct Bare(File);

impl Bare {
    /// Writes the file, and takes its name away.
    pub(crate) fn new(dir: &Path) -> Outcome<Self> {
        let path = dir.join("bare");
        let file = File::create(&path)?;
        file.write_all_at(&vec![0; BYTES as usize], 0)?;
        file.sync_all()?;
        std::fs::remove_file(path)?;
        Ok(Self(file))
    }

    /// How long each write took.
    pub(crate) fn write(&self, during: Duration) -> Outcome<Vec<Duration>> {
        let (begun, mut each, mut at) = (Instant::now(), Vec::new(), 0);
        while begun.elapsed() < during {
            let start = Instant::now();
            self.0.write_all_at(&[1; 512], at)?;
            self.0.sync_data()?;
            each.push(start.elapsed());
            at = (at + 512) % BYTES;
        }
        Ok(each)
    }
}
