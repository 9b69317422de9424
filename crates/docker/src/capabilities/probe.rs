//! Tries what the hardened set stands on.

use std::{
    fs,
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
    time::Duration,
};

use nix::mount::{MntFlags, MsFlags, mount, umount2};
use ward_spine::engine::Capability;

use crate::{containers, podman::Paths};

/// Longest time for one small program.
const LIMIT: Duration = Duration::from_secs(20);

/// Everything but networks and volumes, which know their own.
pub(crate) async fn probe(paths: &Paths, instance: &str, version: Option<String>) -> Vec<Capability> {
    let mut all = vec![
        judge("engine", version.ok_or_else(|| "podman's service does not answer".into())),
        judge("runtime", program(paths, "runc", &["--version"]).await),
        judge("user-namespaces", user_namespaces(paths).await),
        judge("seccomp", seccomp()),
        judge("overlay", overlay(&paths.temporary())),
        judge("memory-files", memory_files(paths.run())),
        judge("init-program", static_program(&paths.init())),
    ];
    for (name, controller, files) in [
        ("cgroup-memory", "memory", [("memory.limit_in_bytes", "67108864"), ("memory.max", "67108864")]),
        ("cgroup-pids", "pids", [("pids.max", "50"), ("pids.max", "50")]),
        ("cgroup-cpu", "cpu", [("cpu.cfs_quota_us", "50000"), ("cpu.max", "50000 100000")]),
    ] {
        all.push(judge(name, controller_works(instance, controller, files)));
    }
    all
}

fn judge(name: &str, found: Result<String, String>) -> Capability {
    let present = found.is_ok();
    Capability { name: name.to_owned(), present, detail: found.unwrap_or_else(|why| why) }
}

/// First line of what a program says.
async fn program(paths: &Paths, name: &str, arguments: &[&str]) -> Result<String, String> {
    let run = paths.command(name).args(arguments).output();
    match tokio::time::timeout(LIMIT, run).await {
        Ok(Ok(output)) if output.status.success() => {
            Ok(String::from_utf8_lossy(&output.stdout).lines().next().unwrap_or_default().to_owned())
        }
        Ok(Ok(output)) => Err(format!("{name} failed: {}", String::from_utf8_lossy(&output.stderr).trim())),
        Ok(Err(error)) => Err(format!("{name} is not there ({error}); install the package {name}")),
        Err(_) => Err(format!("{name} did not answer in {} s", LIMIT.as_secs())),
    }
}

/// Makes one and looks at its map.
async fn user_namespaces(paths: &Paths) -> Result<String, String> {
    let seen = program(paths, "unshare", &["--user", "--map-root-user", "cat", "/proc/self/uid_map"]).await?;
    Ok(format!("a new user namespace was made: {}", seen.split_whitespace().collect::<Vec<_>>().join(" ")))
}

fn seccomp() -> Result<String, String> {
    let actions = fs::read_to_string("/proc/sys/kernel/seccomp/actions_avail")
        .map_err(|error| format!("the kernel offers no seccomp filters ({error})"))?;
    if actions.split_whitespace().any(|action| action == "errno") {
        Ok(format!("actions: {}", actions.trim()))
    } else {
        Err(format!("seccomp can't answer calls with an error here; actions: {}", actions.trim()))
    }
}

/// Mounts one over two scratch directories.
fn overlay(scratch: &Path) -> Result<String, String> {
    let root = scratch.join("probe-overlay");
    let _ = umount2(&root.join("merged"), MntFlags::MNT_DETACH);
    let _ = fs::remove_dir_all(&root);
    let made = (|| {
        for part in ["lower", "upper", "work", "merged"] {
            fs::DirBuilder::new().recursive(true).mode(0o700).create(root.join(part))?;
        }
        let part = |name: &str| root.join(name).display().to_string();
        let options =
            format!("lowerdir={},upperdir={},workdir={}", part("lower"), part("upper"), part("work"));
        mount(Some("ward"), &root.join("merged"), Some("overlay"), MsFlags::empty(), Some(options.as_str()))
            .map_err(std::io::Error::from)
    })();
    let _ = umount2(&root.join("merged"), MntFlags::MNT_DETACH);
    let _ = fs::remove_dir_all(&root);
    match made {
        Ok(()) => Ok("an overlay was mounted on the state directory's file system".into()),
        Err(error) => Err(format!("no overlay on the state directory's file system: {error}")),
    }
}

/// Secrets and logs lie on a tmpfs; the question is whether its pages may be swapped to a disk.
fn memory_files(run: &Path) -> Result<String, String> {
    let mounts = fs::read_to_string("/proc/self/mounts").map_err(|error| error.to_string())?;
    let options = mounts
        .lines()
        .filter(|line| line.split(' ').nth(1).is_some_and(|point| Path::new(point) == run))
        .filter_map(|line| line.split(' ').nth(3))
        .next_back()
        .ok_or_else(|| format!("{} is no mount of its own", run.display()))?;
    if options.split(',').any(|option| option == "noswap") {
        return Ok("secrets and logs of containers lie on a tmpfs that is never swapped out".into());
    }
    let swaps = fs::read_to_string("/proc/swaps").unwrap_or_default();
    if swaps.lines().count() <= 1 {
        Ok("secrets and logs of containers lie on a tmpfs, and this host has no swap".into())
    } else {
        Err("the kernel has no noswap for tmpfs (Linux 6.4), and swap is on: run swapoff -a".into())
    }
}

/// A container's image may hold no C library, so its first program must need none: no `PT_INTERP` header
/// (ELF-64, System V gABI chapter 5).
fn static_program(path: &Path) -> Result<String, String> {
    let bytes = fs::read(path).map_err(|error| format!("{} can't be read: {error}", path.display()))?;
    match has_interpreter(&bytes) {
        Some(false) => Ok(format!("{} bytes, statically linked", bytes.len())),
        Some(true) => Err("it is dynamically linked; build it with -C target-feature=+crt-static".into()),
        None => Err("it is no 64-bit ELF program".into()),
    }
}

pub(crate) fn has_interpreter(elf: &[u8]) -> Option<bool> {
    let number = |at: usize, width: usize| -> Option<usize> {
        let field = elf.get(at..at.checked_add(width)?)?;
        let value = field.iter().rev().fold(0_u64, |value, byte| value << 8 | u64::from(*byte));
        usize::try_from(value).ok()
    };
    if elf.get(..6)? != b"\x7fELF\x02\x01" {
        return None;
    }
    let (table, size, count) = (number(32, 8)?, number(54, 2)?, number(56, 2)?);
    for index in 0..count {
        if number(table.checked_add(index.checked_mul(size)?)?, 4)? == 3 {
            return Some(true);
        }
    }
    Some(false)
}

/// Makes a group below the instance's, sets a limit and reads it back.
fn controller_works(instance: &str, controller: &str, files: [(&str, &str); 2]) -> Result<String, String> {
    let root = Path::new("/sys/fs/cgroup");
    let unified = root.join("cgroup.controllers").exists();
    let hierarchy: PathBuf = if unified { root.to_owned() } else { root.join(controller) };
    let [first, second] = files;
    let (file, value) = if unified { second } else { first };
    let group = hierarchy
        .join(containers::root_of(instance).trim_start_matches('/'))
        .join(format!("probe-{controller}"));
    let missing = |error: std::io::Error| {
        format!("no limit on {controller} can be set in {}: {error}", hierarchy.display())
    };
    if unified {
        // Controllers are switched on from the top; one that is already on is no error.
        let parent = group.parent().unwrap_or(root);
        fs::create_dir_all(parent).map_err(missing)?;
        for above in [root, parent] {
            let _ = fs::write(above.join("cgroup.subtree_control"), format!("+{controller}"));
        }
    }
    fs::create_dir_all(&group).map_err(missing)?;
    let tried = fs::write(group.join(file), value).and_then(|()| fs::read_to_string(group.join(file)));
    let _ = fs::remove_dir(&group);
    let read = tried.map_err(missing)?;
    if read.trim() != value {
        return Err(format!("the kernel took {value} for {file} and says {}", read.trim()));
    }
    let version = if unified { "version 2" } else { "version 1" };
    Ok(format!("control groups {version}; {file} was set and read back"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_test_program_is_seen_to_be_dynamic_and_a_text_is_no_program() {
        let this = fs::read("/proc/self/exe").unwrap();
        assert_eq!(has_interpreter(&this), Some(true));
        assert_eq!(has_interpreter(b"#!/bin/sh\n"), None);
    }

    proptest::proptest! {
        #[test]
        fn no_file_makes_the_elf_reader_fail(tail in proptest::collection::vec(proptest::num::u8::ANY, 0..300)) {
            let mut bytes = b"\x7fELF\x02\x01".to_vec();
            bytes.extend(tail);
            let _ = has_interpreter(&bytes);
        }
    }
}
