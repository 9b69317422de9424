//! The run directory: memory, so that neither a secret nor a certificate's key in it ever rests on a disk.

use std::{fs::File, path::Path};

use anyhow::Context as _;
use nix::{
    fcntl::{Flock, FlockArg},
    mount::{MntFlags, MsFlags, mount, umount2},
    sys::statfs::{TMPFS_MAGIC, statfs},
};

use crate::{config::Config, installation::make_directory};

/// Makes the run directory and mounts memory on it, once, whichever program comes first.
pub(crate) fn prepare(config: &Config) -> anyhow::Result<()> {
    let dir = &config.run_dir;
    make_directory(dir, 0o711)?;
    let beside = dir.with_extension("lock");
    let file = File::create(&beside).with_context(|| format!("making {}", beside.display()))?;
    let _lock = Flock::lock(file, FlockArg::LockExclusive).map_err(|(_, e)| e)?;
    if is_mount(dir)? {
        return Ok(());
    }
    let flags = MsFlags::MS_NOSUID | MsFlags::MS_NODEV;
    // Without swap where the kernel knows how (6.4).
    mount(Some("ward"), dir, Some("tmpfs"), flags, Some("mode=0711,size=512m,noswap"))
        .or_else(|_| mount(Some("ward"), dir, Some("tmpfs"), flags, Some("mode=0711,size=512m")))
        .with_context(|| format!("mounting memory on {} (Ward needs root)", dir.display()))
}

/// Whether a tmpfs of its own is mounted exactly there.
fn is_mount(dir: &Path) -> anyhow::Result<bool> {
    use std::os::unix::fs::MetadataExt as _;
    let parent = dir.parent().unwrap_or(dir);
    let own = std::fs::metadata(dir)?.dev() != std::fs::metadata(parent)?.dev();
    Ok(own && statfs(dir)?.filesystem_type() == TMPFS_MAGIC)
}

/// Unmounts and removes the run directory.
pub(crate) fn remove(config: &Config) -> anyhow::Result<()> {
    let dir = &config.run_dir;
    if dir.exists() && is_mount(dir)? {
        umount2(dir, MntFlags::MNT_DETACH).with_context(|| format!("unmounting {}", dir.display()))?;
    }
    for path in [dir.clone(), dir.with_extension("lock")] {
        let removed = if path.is_dir() { std::fs::remove_dir(&path) } else { std::fs::remove_file(&path) };
        match removed {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => {
                return Err(e).with_context(|| format!("removing {}", path.display()));
            }
            _ => {}
        }
    }
    Ok(())
}
