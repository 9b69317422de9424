//! A process as `/proc` shows it (proc(5)).

use std::{collections::BTreeMap, fs, io};

/// Fields of `/proc/<pid>/status`.
pub(crate) struct Status(BTreeMap<String, String>);

impl Status {
    /// Reads them.
    pub(crate) fn of(pid: i32) -> io::Result<Self> {
        Ok(Self::parse(&fs::read_to_string(format!("/proc/{pid}/status"))?))
    }

    fn parse(text: &str) -> Self {
        let field = |line: &str| line.split_once(':').map(|(k, v)| (k.to_owned(), v.trim().to_owned()));
        Self(text.lines().filter_map(field).collect())
    }

    /// A field; empty if the kernel has none.
    pub(crate) fn field(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }
}

/// A file of `/proc/<pid>`.
pub(crate) fn read(pid: i32, file: &str) -> io::Result<String> {
    fs::read_to_string(format!("/proc/{pid}/{file}"))
}

/// Hard limit of a resource in `/proc/<pid>/limits`; None for unlimited or if it is not listed.
pub(crate) fn limit(text: &str, name: &str) -> Option<u64> {
    let rest = text.lines().find_map(|line| line.strip_prefix(name))?;
    rest.split_whitespace().nth(1)?.parse().ok()
}

/// Mounts of a process: (mount point, file system type, mount options, source).
pub(crate) fn mounts(text: &str) -> Vec<(String, String, Vec<String>, String)> {
    let row = |line: &str| {
        let (left, right) = line.split_once(" - ")?;
        let left: Vec<&str> = left.split(' ').collect();
        let mut right = right.split(' ');
        let options = left.get(5)?.split(',').map(str::to_owned).collect();
        Some(((*left.get(4)?).to_owned(), right.next()?.to_owned(), options, right.next()?.to_owned()))
    };
    text.lines().filter_map(row).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn our_own_process_reads_as_the_kernel_shows_it() {
        let status = Status::of(i32::try_from(std::process::id()).unwrap()).unwrap();
        assert!(!status.field("CapEff").is_empty());
        assert_eq!(status.field("Nothing"), "");
        let limits = fs::read_to_string("/proc/self/limits").unwrap();
        assert!(limit(&limits, "Max open files").is_some());
        let table = fs::read_to_string("/proc/self/mountinfo").unwrap();
        assert!(mounts(&table).iter().any(|(point, ..)| point == "/"));
    }

    proptest! {
        #[test]
        fn the_readers_take_any_text(text in "\\PC{0,300}") {
            let _ = (mounts(&text), limit(&text, "Max"), Status::parse(&text).field("x").len());
        }
    }
}
