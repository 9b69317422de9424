//! `enc.volumes`: reads files of each encrypted volume past the file system, from the raw device.
//!
//! For a volume that is unlocked, a file's bytes are read twice: through the file system, and at the same place of
//! the block device. Encrypted, the two have nothing in common. A control file with a random marker, plain and
//! beside the volumes, must be found raw, else the look proves nothing.

use std::{
    fs::{self, File},
    io::{self, Read, Write},
    path::{Path, PathBuf},
    time::Duration,
};

use async_trait::async_trait;
use serde_json::json;

use crate::{
    Probe,
    checks::{Check, Finding, Tally, Unseen, hours, minutes},
    storage::{self, Needles},
};

/// Bytes of a block that are compared.
const BLOCK: usize = 4096;
/// Files of one volume that are compared.
const FILES: usize = 8;

/// The kernel's policy of each volume, and the raw bytes below it.
pub(crate) struct Volumes;

#[async_trait]
impl Check for Volumes {
    fn id(&self) -> &'static str {
        "enc.volumes"
    }
    fn every(&self) -> Duration {
        hours(1)
    }
    fn limit(&self) -> Duration {
        minutes(5)
    }
    fn gap(&self) -> Option<&'static str> {
        Some("disks of the host that hold no volume of Ward")
    }
    async fn observe(&self, probe: &Probe) -> Result<Finding, Unseen> {
        let mut tally = Tally::of("volumes");
        let volumes = probe.engine.volumes().await?;
        if volumes.is_empty() {
            return Ok(tally.finish("are encrypted"));
        }
        control(&probe.volumes_dir).await?;
        for volume in volumes {
            if !volume.encrypted {
                tally.saw();
                tally.fault(&volume.id, "a volume has no encryption policy in the kernel");
                continue;
            }
            let compared =
                if volume.unlocked { compare(&probe.volumes_dir.join(&volume.id)).await } else { Ok((0, 0)) };
            match compared {
                Ok((files, readable)) => {
                    if readable > 0 {
                        tally.fault(
                            &volume.id,
                            "the bytes of a volume's files lie readable on the raw device",
                        );
                    }
                    if volume.unlocked && files == 0 {
                        tally.blind(&volume.id, "no file of a volume could be compared with the raw device");
                    }
                    tally.fact(json!({ "volume": volume.id, "unlocked": volume.unlocked, "files_compared": files, "key": volume.key_identifier }));
                }
                Err(error) => tally.blind(&volume.id, format!("the raw device can't be read: {error}")),
            }
        }
        Ok(tally.finish("are encrypted, also as seen on the raw device"))
    }
}

/// A plain marker is found raw: so looking at the raw device sees what is there.
async fn control(volumes: &Path) -> Result<(), Unseen> {
    let path = volumes.join(format!(".ward-control-{}", hex(&ward_vault::random::bytes::<8>())));
    let marker = ward_vault::random::bytes::<32>();
    let written = (|| {
        let mut file = File::create_new(&path)?;
        file.write_all(&marker.repeat(BLOCK / marker.len()))?;
        file.sync_all()
    })();
    let looked = async {
        written?;
        let extents = storage::of(&path).await?;
        let (path, mut needles) = (path.clone(), Needles::new());
        needles.add("control".into(), &marker);
        let seen = tokio::task::spawn_blocking(move || storage::raw(&path, &extents))
            .await
            .map_err(io::Error::other)??;
        Ok::<bool, io::Error>(!needles.within(&seen).is_empty())
    };
    let found = looked.await;
    let _ = fs::remove_file(&path);
    match found {
        Ok(true) => Ok(()),
        Ok(false) => Err(Unseen(
            "a plain marker could not be found on the raw device, so the look would prove nothing".into(),
        )),
        Err(error) => Err(Unseen(format!("the raw device can't be read: {error}"))),
    }
}

/// Compares files of a volume with their raw bytes: (files compared, files that lie readable).
async fn compare(volume: &Path) -> io::Result<(usize, usize)> {
    let root = volume.to_owned();
    let files = tokio::task::spawn_blocking(move || pick(&root)).await.map_err(io::Error::other)?;
    let (mut compared, mut readable) = (0, 0);
    for path in files {
        let extents = match storage::of(&path).await {
            Ok(extents) if !extents.is_empty() => extents,
            // Gone meanwhile, or without a block of its own.
            _ => continue,
        };
        let look = move || -> io::Result<bool> {
            let mut plain = Vec::new();
            File::open(&path)?.take(BLOCK as u64).read_to_end(&mut plain)?;
            let raw = storage::raw(&path, &extents)?;
            Ok(shares(&plain, &raw))
        };
        match tokio::task::spawn_blocking(look).await.map_err(io::Error::other)? {
            Ok(shared) => {
                compared += 1;
                readable += usize::from(shared);
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    Ok((compared, readable))
}

/// Whether some 16 bytes of the plain text that are no run of one byte lie in the raw bytes.
fn shares(plain: &[u8], raw: &[u8]) -> bool {
    plain.chunks_exact(16).any(|chunk| {
        let first = chunk.first();
        let telling = chunk.iter().filter(|b| Some(*b) != first).count() >= 8;
        telling && memchr::memmem::find(raw, chunk).is_some()
    })
}

/// Some regular files with at least a block's worth of bytes that tell something.
fn pick(root: &Path) -> Vec<PathBuf> {
    let (mut stack, mut out) = (vec![root.to_owned()], Vec::new());
    while let Some(dir) = stack.pop() {
        for entry in fs::read_dir(&dir).into_iter().flatten().flatten() {
            let Ok(kind) = entry.file_type() else { continue };
            if kind.is_dir() {
                stack.push(entry.path());
            } else if kind.is_file()
                && entry.metadata().is_ok_and(|m| m.len() >= 256)
                && telling(&entry.path())
            {
                out.push(entry.path());
            }
            if out.len() >= FILES {
                return out;
            }
        }
    }
    out
}

/// Whether the first block has something that could be recognised.
fn telling(path: &Path) -> bool {
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|f| f.take(BLOCK as u64).read_to_end(&mut bytes));
    read.is_ok() && shares(&bytes, &bytes)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shared_text_is_seen_and_runs_of_one_byte_tell_nothing() {
        let text = b"a line of plain text that anybody could read";
        let mut raw = vec![7; 4096];
        assert!(!shares(text, &raw));
        raw[100..100 + text.len()].copy_from_slice(text);
        assert!(shares(text, &raw));
        assert!(!shares(&[0; 4096], &[0; 4096]));
    }

    #[tokio::test]
    async fn a_plain_directory_is_seen_to_lie_readable_on_the_device() {
        // On the disk of the build, not on a tmpfs.
        let dir = tempfile::tempdir_in("/var/tmp").unwrap();
        let marker: Vec<u8> = ward_vault::random::bytes::<64>().repeat(64);
        fs::write(dir.path().join("file"), marker).unwrap();
        match control(dir.path()).await {
            Ok(()) => assert_eq!(compare(dir.path()).await.unwrap(), (1, 1)),
            // Without a block device that can be read nothing may be claimed either way.
            Err(unseen) => assert!(unseen.0.contains("raw device"), "{unseen}"),
        }
    }
}
