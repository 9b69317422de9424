//! Mounts memory as directories, and unmounts whatever an instance left below its own.
//!
//! `noswap` (Linux 6.4) keeps the pages out of swap; where the kernel does not know it the mount is made
//! without, and the capability `memory-files` says so.

use std::{
    ffi::CString,
    fs,
    os::unix::ffi::OsStrExt,
    path::{Path, PathBuf},
};

use nix::{
    errno::Errno,
    mount::{MntFlags, MsFlags, mount, umount2},
};

/// Name of the mounts in `/proc/mounts`.
const SOURCE: &str = "ward";

/// Mounts a tmpfs; `options` as in tmpfs(5), without `noswap`.
pub(crate) fn mount_tmpfs(at: &Path, options: &str, flags: MsFlags) -> Result<(), Errno> {
    let flags = flags | MsFlags::MS_NOSUID | MsFlags::MS_NODEV;
    let mounted = |options: &str| mount(Some(SOURCE), at, Some("tmpfs"), flags, Some(options));
    mounted(&format!("{options},noswap")).or_else(|_| mounted(options))
}

/// Whether something is mounted exactly there, and of which type.
pub(crate) fn mounted(at: &Path) -> Option<String> {
    let table = fs::read("/proc/self/mountinfo").ok()?;
    entries(&table).into_iter().filter(|(point, _)| point == at).map(|(_, kind)| kind).next_back()
}

/// Unmounts everything at and below a directory, deepest first; what is busy is detached.
pub(crate) fn unmount_below(directory: &Path) {
    let table = fs::read("/proc/self/mountinfo").unwrap_or_default();
    let mut points: Vec<PathBuf> = entries(&table)
        .into_iter()
        .map(|(point, _)| point)
        .filter(|point| point.starts_with(directory))
        .collect();
    points.reverse();
    for point in points {
        let Ok(name) = CString::new(point.as_os_str().as_bytes()) else { continue };
        if let Err(error) = umount2(name.as_c_str(), MntFlags::MNT_DETACH | MntFlags::UMOUNT_NOFOLLOW)
            && error != Errno::EINVAL
            && error != Errno::ENOENT
        {
            tracing::warn!(point = %point.display(), %error, "a mount was left");
        }
    }
}

/// Mount points and types of `/proc/self/mountinfo`, in the order they were mounted (proc(5)).
fn entries(table: &[u8]) -> Vec<(PathBuf, String)> {
    table
        .split(|byte| *byte == b'\n')
        .filter_map(|line| {
            let mut fields = line.split(|byte| *byte == b' ');
            let point = unescape(fields.nth(4)?);
            let kind = fields.skip_while(|field| *field != b"-").nth(1)?;
            Some((
                PathBuf::from(std::ffi::OsStr::from_bytes(&point)),
                String::from_utf8_lossy(kind).into_owned(),
            ))
        })
        .collect()
}

/// Spaces, tabs, newlines and backslashes stand there as `\` and three octal digits.
fn unescape(field: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(field.len());
    let mut rest = field;
    while let Some((first, tail)) = rest.split_first() {
        let octal = tail.get(..3).and_then(|digits| {
            let text = std::str::from_utf8(digits).ok()?;
            (*first == b'\\').then(|| u8::from_str_radix(text, 8).ok())?
        });
        match octal {
            Some(byte) => {
                bytes.push(byte);
                rest = tail.get(3..).unwrap_or_default();
            }
            None => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mount_points_with_spaces_are_read_as_they_are() {
        let table = b"36 35 98:0 /mnt1 /mnt/a\\040b rw,noatime master:1 - tmpfs ward rw\n\
                      37 35 98:0 / /x rw - ext4 /dev/root rw,errors=continue\nbroken line\n";
        assert_eq!(
            entries(table),
            [(PathBuf::from("/mnt/a b"), "tmpfs".to_owned()), (PathBuf::from("/x"), "ext4".to_owned())]
        );
    }

    proptest::proptest! {
        #[test]
        fn no_mount_table_makes_the_reader_fail(table in proptest::collection::vec(proptest::num::u8::ANY, 0..400)) {
            let _ = entries(&table);
        }
    }
}
