//! Measures how fast encrypted files are here: a kernel without AES instructions reads at 50 MB/s.

use std::{
    fmt,
    fs::{self, File},
    io::{Read, Write},
    path::{Path, PathBuf},
    time::Instant,
};

use nix::fcntl::{PosixFadviseAdvice, posix_fadvise};
use ward_spine::engine::EngineError;
use zeroize::Zeroizing;

use super::kernel;
use crate::podman::broken;

const SIZE: usize = 64 << 20;
const CHUNK: usize = 1 << 20;

/// Throughput of one encrypted file of 64 MiB, in MiB per second.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Speed {
    /// Written and synced to the device.
    pub write: f64,
    /// Read after the page cache was dropped.
    pub read: f64,
}

impl fmt::Display for Speed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "writes {:.0} MiB/s, reads {:.0} MiB/s", self.write, self.read)
    }
}

/// Measures in a directory of its own, which is gone afterwards, as its key is.
pub(super) fn measure(parent: &Path) -> Result<Speed, EngineError> {
    let doing = |error: std::io::Error| broken("measuring the speed of encryption", error);
    let path = parent.join(format!(".speed-{}", std::process::id()));
    let _ = fs::remove_dir_all(&path);
    fs::create_dir(&path).map_err(doing)?;
    let mut scratch = Scratch { path, key: None };
    let directory = File::open(&scratch.path).map_err(doing)?;
    let mut key = Zeroizing::new([0_u8; 64]);
    File::open("/dev/urandom").and_then(|mut random| random.read_exact(&mut *key)).map_err(doing)?;
    let identifier = kernel::add_key(&directory, &key).map_err(|error| doing(error.into()))?;
    scratch.key = Some(identifier);
    kernel::set_policy(&directory, identifier).map_err(|error| doing(error.into()))?;
    drop(directory);

    let file = scratch.path.join("data");
    let mut chunk = vec![0x5a_u8; CHUNK];
    let begin = Instant::now();
    let mut writer = File::create(&file).map_err(doing)?;
    for _ in 0..SIZE / CHUNK {
        writer.write_all(&chunk).map_err(doing)?;
    }
    writer.sync_all().map_err(doing)?;
    let written = begin.elapsed();
    posix_fadvise(&writer, 0, 0, PosixFadviseAdvice::POSIX_FADV_DONTNEED).map_err(|e| doing(e.into()))?;
    drop(writer);

    let begin = Instant::now();
    let mut reader = File::open(&file).map_err(doing)?;
    for _ in 0..SIZE / CHUNK {
        reader.read_exact(&mut chunk).map_err(doing)?;
    }
    let read = begin.elapsed();
    let rate = |time: std::time::Duration| (SIZE >> 20) as f64 / time.as_secs_f64().max(1e-6);
    Ok(Speed { write: rate(written), read: rate(read) })
}

struct Scratch {
    path: PathBuf,
    key: Option<kernel::KeyIdentifier>,
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.path);
        if let (Some(identifier), Some(parent)) = (self.key, self.path.parent())
            && let Ok(parent) = File::open(parent)
            && kernel::remove_key(&parent, identifier).is_err()
        {
            tracing::warn!("the key of the speed measurement is still in the kernel");
        }
    }
}
