//! Finds who still uses a volume: open files, working directories, mounts in any namespace.

use std::{
    collections::{BTreeSet, HashSet},
    fs,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

/// One line per process, for people: `postgres (812) has …/base/1 open`. At most `most` lines.
pub(super) fn users(volume: &Path, most: usize) -> Vec<String> {
    let Ok(metadata) = fs::symlink_metadata(volume) else { return Vec::new() };
    let device = metadata.dev();
    let inside = inode_path(volume);
    let mut inodes = None;
    let mut namespaces = HashSet::new();
    let mut found = BTreeSet::new();
    for process in processes() {
        if found.len() >= most {
            break;
        }
        let opened = opened(&process, device)
            .into_iter()
            .find(|(inode, _)| inodes.get_or_insert_with(|| tree(volume, device)).contains(inode));
        if let Some((_, path)) = opened {
            found.insert(format!("{} has {} open", describe(&process), path.display()));
        } else if let Some(inside) = &inside
            && let Ok(namespace) = fs::read_link(process.join("ns/mnt"))
            && namespaces.insert(namespace)
            && mounts(&process, inside)
        {
            found.insert(format!("{} has it mounted", describe(&process)));
        }
    }
    found.into_iter().collect()
}

fn processes() -> Vec<PathBuf> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    entries
        .filter(|entry| entry.file_name().to_string_lossy().bytes().all(|b| b.is_ascii_digit()))
        .map(|entry| entry.path())
        .collect()
}

/// Inode and path of what a process has open on a device.
fn opened(process: &Path, device: u64) -> Vec<(u64, PathBuf)> {
    let descriptors =
        fs::read_dir(process.join("fd")).into_iter().flatten().flatten().map(|entry| entry.path());
    ["cwd", "root", "exe"]
        .iter()
        .map(|name| process.join(name))
        .chain(descriptors)
        .filter_map(|link| {
            let metadata = fs::metadata(&link).ok()?;
            (metadata.dev() == device).then(|| (metadata.ino(), fs::read_link(&link).unwrap_or(link)))
        })
        .collect()
}

/// All inodes of the tree; names may be locked, the numbers are there.
fn tree(root: &Path, device: u64) -> HashSet<u64> {
    let mut inodes = HashSet::new();
    let mut open = vec![root.to_owned()];
    while let Some(path) = open.pop() {
        let Ok(metadata) = fs::symlink_metadata(&path) else { continue };
        if metadata.dev() != device {
            continue;
        }
        inodes.insert(metadata.ino());
        if metadata.is_dir() {
            open.extend(fs::read_dir(&path).into_iter().flatten().flatten().map(|entry| entry.path()));
        }
    }
    inodes
}

/// Path of the volume from the root of its file system, as mountinfo(5) names it.
fn inode_path(volume: &Path) -> Option<PathBuf> {
    let volume = fs::canonicalize(volume).ok()?;
    let text = fs::read_to_string("/proc/self/mountinfo").ok()?;
    text.lines()
        .filter_map(|line| {
            let mut fields = line.split(' ').skip(3);
            let (root, point) = (fields.next()?, fields.next()?);
            let below = volume.strip_prefix(point).ok()?;
            Some((point.len(), Path::new(root).join(below)))
        })
        .max_by_key(|(length, _)| *length)
        .map(|(_, path)| path)
}

fn mounts(process: &Path, inside: &Path) -> bool {
    let text = fs::read_to_string(process.join("mountinfo")).unwrap_or_default();
    text.lines()
        .filter_map(|line| line.split(' ').nth(3))
        .any(|root| root != "/" && Path::new(root).starts_with(inside))
}

fn describe(process: &Path) -> String {
    let pid = process.file_name().unwrap_or_default().to_string_lossy();
    let name = fs::read_to_string(process.join("comm")).unwrap_or_default();
    format!("{} ({pid})", name.trim())
}
