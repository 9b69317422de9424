//! Control groups of an instance: where they are, which processes they hold, and how they are removed.
//!
//! Works for one unified hierarchy (version 2) and for one per controller (version 1), also mixed.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use crate::podman::process::Process;

const ROOT: &str = "/sys/fs/cgroup";

/// Control group of an instance, below the root of each hierarchy.
pub(crate) fn root_of(instance: &str) -> String {
    format!("/ward-{instance}")
}

/// Mount points of all hierarchies.
pub(crate) fn hierarchies() -> Vec<PathBuf> {
    let root = Path::new(ROOT);
    if root.join("cgroup.controllers").exists() {
        return vec![root.to_owned()];
    }
    fs::read_dir(root)
        .into_iter()
        .flatten()
        .flatten()
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()))
        .map(|entry| entry.path())
        .collect()
}

/// Directory of a group in the memory hierarchy of version 1; None where memory is in version 2.
pub(super) fn memory_v1(group: &str) -> Option<PathBuf> {
    let hierarchy = Path::new(ROOT).join("memory");
    hierarchy.join("cgroup.event_control").exists().then(|| hierarchy.join(group.trim_start_matches('/')))
}

/// Ends every process in the group and below, and removes it from all hierarchies.
pub(crate) async fn remove_tree(group: &str) {
    for hierarchy in hierarchies() {
        let root = hierarchy.join(group.trim_start_matches('/'));
        if !root.exists() {
            continue;
        }
        for _ in 0..50 {
            let mut directories = Vec::new();
            below(&root, &mut directories);
            for directory in &directories {
                processes(directory)
                    .into_iter()
                    .for_each(|process| process.signal(nix::sys::signal::SIGKILL));
            }
            // Deepest first: a group with children can't be removed.
            for directory in directories.iter().rev() {
                let _ = fs::remove_dir(directory);
            }
            if !root.exists() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(40)).await;
        }
        if root.exists() {
            tracing::warn!(group = %root.display(), "a control group was left");
        }
    }
}

fn below(directory: &Path, into: &mut Vec<PathBuf>) {
    into.push(directory.to_owned());
    for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            below(&entry.path(), into);
        }
    }
}

fn processes(group: &Path) -> Vec<Process> {
    fs::read_to_string(group.join("cgroup.procs"))
        .unwrap_or_default()
        .lines()
        .filter_map(|line| Process::find(line.trim().parse().ok()?))
        .collect()
}
