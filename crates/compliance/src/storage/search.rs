//! Searches files below a directory for values that must not be there.

use std::{
    fs::{self, File},
    io::{self, Read},
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use memchr::memmem::Finder;
use nix::{
    errno::Errno,
    unistd::{Whence, lseek},
};
use zeroize::Zeroizing;

/// Bytes read at once.
const PIECE: usize = 1 << 20;

/// Values to look for, each with a name to report instead of it.
pub(crate) struct Needles(Vec<(String, Zeroizing<Vec<u8>>)>);

impl Needles {
    /// None yet.
    pub(crate) fn new() -> Self {
        Self(Vec::new())
    }

    /// Adds one; shorter than 12 bytes would be found by chance, and is not added.
    pub(crate) fn add(&mut self, name: String, value: &[u8]) {
        if value.len() >= 12 && !self.0.iter().any(|(_, v)| v.as_slice() == value) {
            self.0.push((name, Zeroizing::new(value.to_vec())));
        }
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    fn longest(&self) -> usize {
        self.0.iter().map(|(_, v)| v.len()).max().unwrap_or(0)
    }

    /// Names of those in these bytes.
    pub(crate) fn within(&self, bytes: &[u8]) -> Vec<&str> {
        hits(&self.finders(), bytes)
    }

    /// One finder for each value; they borrow it, so that no copy stays behind.
    fn finders(&self) -> Finders<'_> {
        self.0.iter().map(|(name, value)| (name.as_str(), Finder::new(value.as_slice()))).collect()
    }
}

type Finders<'a> = Vec<(&'a str, Finder<'a>)>;

fn hits<'a>(finders: &Finders<'a>, bytes: &[u8]) -> Vec<&'a str> {
    finders.iter().filter(|(_, finder)| finder.find(bytes).is_some()).map(|(name, _)| *name).collect()
}

/// What a search did.
#[derive(Debug, Default)]
pub(crate) struct Searched {
    pub(crate) files: u64,
    pub(crate) bytes: u64,
    /// (name of the value, file)
    pub(crate) found: Vec<(String, PathBuf)>,
    /// Why it is not complete; None if it is.
    pub(crate) cut: Option<String>,
}

/// Searches every regular file below the directories, on their own file systems, without following links. Blocks.
pub(crate) fn search(
    dirs: &[PathBuf],
    leave_out: &[PathBuf],
    needles: &Needles,
    limit: Duration,
) -> Searched {
    let (mut done, began, finders) = (Searched::default(), Instant::now(), needles.finders());
    let mut stack: Vec<(PathBuf, Option<u64>)> = dirs.iter().map(|d| (d.clone(), None)).collect();
    while let Some((path, device)) = stack.pop() {
        if began.elapsed() > limit {
            done.cut = Some(format!("the search was broken off after {} seconds", limit.as_secs()));
            return done;
        }
        // What is gone meanwhile is gone.
        let Ok(metadata) = fs::symlink_metadata(&path) else { continue };
        if leave_out.contains(&path) || device.is_some_and(|d| d != metadata.dev()) {
            continue;
        }
        if metadata.is_dir() {
            match fs::read_dir(&path) {
                Ok(entries) => stack.extend(entries.flatten().map(|e| (e.path(), Some(metadata.dev())))),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => done.cut = Some(format!("a directory can't be read: {error}")),
            }
        } else if metadata.is_file() {
            done.files += 1;
            match search_file(&path, &finders, needles.longest(), &mut done.bytes) {
                Ok(found) => done.found.extend(found.into_iter().map(|name| (name, path.clone()))),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => done.cut = Some(format!("a file can't be read: {error}")),
            }
        }
    }
    done
}

fn search_file(
    path: &Path,
    finders: &Finders<'_>,
    overlap: usize,
    bytes: &mut u64,
) -> io::Result<Vec<String>> {
    let mut file = File::open(path)?;
    // Pieces overlap, so that nothing hides at a border.
    let mut buffer = Zeroizing::new(vec![0_u8; PIECE + overlap]);
    let (mut kept, mut found, mut position) = (0, Vec::<String>::new(), 0_i64);
    loop {
        // Holes of a sparse file hold nothing.
        match lseek(&file, position, Whence::SeekData) {
            Ok(data) if data > position => (position, kept) = (data, 0),
            Ok(_) => {}
            Err(Errno::ENXIO) => return Ok(found),
            Err(_) => {
                lseek(&file, position, Whence::SeekSet)?;
            }
        }
        let read = file.read(buffer.get_mut(kept..).unwrap_or_default())?;
        if read == 0 {
            return Ok(found);
        }
        *bytes += u64::try_from(read).unwrap_or(0);
        position += i64::try_from(read).unwrap_or(0);
        let filled = kept + read;
        for name in hits(finders, buffer.get(..filled).unwrap_or_default()) {
            if !found.iter().any(|f| f == name) {
                found.push(name.to_owned());
            }
        }
        kept = overlap.min(filled);
        buffer.copy_within(filled - kept..filled, 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_found_wherever_it_lies_also_across_a_border() {
        let dir = tempfile::tempdir().unwrap();
        let mut needles = Needles::new();
        needles.add("short".into(), b"tooshort");
        needles.add("key".into(), b"0123456789abcdef");
        assert_eq!(needles.len(), 1);
        for at in [0, 7, PIECE - 8, PIECE, 2 * PIECE + 3] {
            let mut bytes = vec![b'0'; 3 * PIECE];
            bytes[at..at + 16].copy_from_slice(b"0123456789abcdef");
            fs::create_dir_all(dir.path().join("below")).unwrap();
            fs::write(dir.path().join("below/file"), &bytes).unwrap();
            let done = search(&[dir.path().to_owned()], &[], &needles, Duration::from_secs(20));
            assert_eq!(done.found.len(), 1, "at {at}");
        }
        fs::write(dir.path().join("below/file"), b"0123456789abcde").unwrap();
        let done = search(&[dir.path().to_owned()], &[], &needles, Duration::from_secs(20));
        assert!(done.found.is_empty() && done.files == 1 && done.cut.is_none());
    }
}
