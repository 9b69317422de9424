//! JSON lines in files: one for each log, whose last line is the cursor.
//!
//! `<folder>/<log>.jsonl`, mode 0640, appended to and synced before a batch counts as sent. After a crash the torn
//! end of the last line is cut off and the line before says where to go on: exactly once, without trusting anything
//! else. A file that was renamed (logrotate) is left alone and a new one begun; if it is still empty after a crash,
//! the newest rotated one beside it is asked instead.

use std::{
    collections::HashMap,
    fs::{DirBuilder, File, OpenOptions},
    io::{self, Read as _, Seek as _, SeekFrom, Write as _},
    os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use super::{super::format::json_lines, CarryError, Cursor, Entry};

/// Longest line that an entry can make: 65,535 bytes in base64, with room for the wrapping.
const LONGEST_LINE: u64 = 128 << 10;

/// The files of one drain.
#[derive(Debug, Clone)]
pub struct Files {
    folder: PathBuf,
    open: Arc<Mutex<HashMap<String, Open>>>,
}

/// A file that is open.
#[derive(Debug)]
struct Open {
    file: File,
    /// Device and inode: another one at the path means that it was rotated.
    identity: (u64, u64),
    cursor: Option<Cursor>,
}

impl Files {
    /// Files in this folder. Nothing is touched yet.
    pub fn new(folder: PathBuf) -> Self {
        Self { folder, open: Arc::default() }
    }

    /// The file of a log.
    pub fn path(&self, log: &str) -> PathBuf {
        self.folder.join(format!("{log}.jsonl"))
    }

    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Self) -> Result<T, CarryError> + Send + 'static,
    ) -> Result<T, CarryError> {
        let files = self.clone();
        let done = tokio::task::spawn_blocking(move || work(&files)).await;
        done.unwrap_or_else(|e| Err(CarryError::new(format!("writing the file failed: {e}"), "try again")))
    }

    pub(super) async fn recover(&self, log: &str) -> Result<Option<Cursor>, CarryError> {
        let log = log.to_owned();
        self.blocking(move |files| files.with(&log, |open| Ok(open.cursor.clone()))).await
    }

    pub(super) async fn append(&self, entries: &[Entry]) -> Result<(), CarryError> {
        let Some(last) = entries.last() else { return Ok(()) };
        let (log, after) = (last.log.clone(), Cursor { shard: last.shard.clone(), next: last.index + 1 });
        let mut lines = Vec::new();
        entries.iter().for_each(|entry| json_lines::line(entry, &mut lines));
        self.blocking(move |files| {
            files.with(&log, |open| {
                open.file.write_all(&lines)?;
                open.file.sync_data()?;
                open.cursor = Some(after);
                Ok(())
            })
        })
        .await
    }

    pub(super) async fn test(&self) -> Result<String, CarryError> {
        self.blocking(|files| {
            files.make_folder().map_err(|e| failed(&files.folder, &e))?;
            let path = files.folder.join(".test");
            let written =
                File::create(&path).and_then(|mut f| f.write_all(b"test\n").and_then(|()| f.sync_all()));
            let removed = std::fs::remove_file(&path);
            written.and(removed).map_err(|e| failed(&path, &e))?;
            Ok(format!("{} can be written", files.folder.display()))
        })
        .await
    }

    /// Works on the open file of a log, opening it first if it is not, or is another one by now. After an error it
    /// is opened anew the next time, which cuts off what was written in part.
    fn with<T>(&self, log: &str, work: impl FnOnce(&mut Open) -> io::Result<T>) -> Result<T, CarryError> {
        let mut all = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let path = self.path(log);
        let known = all.remove(log);
        let current = match std::fs::symlink_metadata(&path) {
            Ok(found) => Some((found.dev(), found.ino())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(failed(&path, &error)),
        };
        let mut open = match known {
            Some(open) if current == Some(open.identity) => open,
            // Rotated while we ran: what we know goes on counting.
            Some(rotated) => {
                let mut fresh = self.open(log, &path)?;
                fresh.cursor = Cursor::later(rotated.cursor, fresh.cursor);
                fresh
            }
            None => self.open(log, &path)?,
        };
        let done = work(&mut open).map_err(|e| failed(&path, &e))?;
        all.insert(log.to_owned(), open);
        Ok(done)
    }

    fn make_folder(&self) -> io::Result<()> {
        let made = DirBuilder::new().recursive(true).mode(0o750).create(&self.folder);
        made.and_then(|()| check_folder(&self.folder))
    }

    fn open(&self, log: &str, path: &Path) -> Result<Open, CarryError> {
        self.make_folder().map_err(|e| failed(path, &e))?;
        let found = (|| {
            if std::fs::symlink_metadata(path).is_ok_and(|found| !found.is_file()) {
                return Err(io::Error::other("there is something that is no ordinary file"));
            }
            let mut file = OpenOptions::new().read(true).append(true).create(true).mode(0o640).open(path)?;
            file.try_lock().map_err(|e| io::Error::other(format!("another process writes it: {e}")))?;
            let (end, line) = last_line(&mut file)?;
            if file.metadata()?.len() > end {
                // The torn end of a line that was never acknowledged.
                file.set_len(end)?;
                file.sync_all()?;
            }
            File::open(&self.folder)?.sync_all()?;
            let found = file.metadata()?;
            Ok((file, (found.dev(), found.ino()), line))
        })();
        let (file, identity, line) = found.map_err(|e| failed(path, &e))?;
        let cursor = match line {
            Some(line) => Some(cursor_of(log, &line).ok_or_else(|| foreign(path))?),
            None => self.rotated(log, path).map_err(|e| failed(path, &e))?,
        };
        Ok(Open { file, identity, cursor })
    }

    /// The cursor in the newest rotated file, `<log>.jsonl` with something after it; none if that is compressed.
    fn rotated(&self, log: &str, path: &Path) -> io::Result<Option<Cursor>> {
        let mut newest: Option<(std::time::SystemTime, PathBuf)> = None;
        let prefix = format!("{log}.jsonl");
        for beside in std::fs::read_dir(&self.folder)? {
            let beside = beside?;
            let ours = beside.file_name().to_str().is_some_and(|name| name.starts_with(&prefix));
            if !ours || beside.path() == path || !beside.file_type()?.is_file() {
                continue;
            }
            let changed = beside.metadata()?.modified()?;
            if newest.as_ref().is_none_or(|(time, _)| changed > *time) {
                newest = Some((changed, beside.path()));
            }
        }
        let Some((_, path)) = newest else { return Ok(None) };
        let (_, line) = last_line(&mut File::open(path)?)?;
        Ok(line.and_then(|line| cursor_of(log, &line)))
    }
}

/// Where the last whole line ends, and the line without its line feed. None in a file without one.
fn last_line(file: &mut File) -> io::Result<(u64, Option<Vec<u8>>)> {
    let length = file.metadata()?.len();
    // One line, and before it one torn or whole.
    let from = length.saturating_sub(2 * LONGEST_LINE);
    file.seek(SeekFrom::Start(from))?;
    let mut tail = Vec::new();
    file.take(2 * LONGEST_LINE).read_to_end(&mut tail)?;
    let Some(feed) = memchr::memrchr(b'\n', &tail) else {
        if from > 0 {
            return Err(io::Error::other("its last line is longer than any that a drain writes"));
        }
        return Ok((0, None));
    };
    let before = tail.get(..feed).unwrap_or_default();
    let start = match memchr::memrchr(b'\n', before) {
        Some(at) => at + 1,
        None if from == 0 => 0,
        None => return Err(io::Error::other("its last line is longer than any that a drain writes")),
    };
    let line = before.get(start..).unwrap_or_default().to_vec();
    Ok((from + feed as u64 + 1, Some(line)))
}

fn cursor_of(log: &str, line: &[u8]) -> Option<Cursor> {
    let entry = json_lines::read(line).filter(|entry| entry.log == log)?;
    Some(Cursor { shard: entry.shard, next: entry.index.checked_add(1)? })
}

/// Refuses a folder that others than root (or whom Ward runs as) could swap for another, up to the root.
pub(crate) fn check_folder(folder: &Path) -> io::Result<()> {
    let ours = std::fs::metadata("/proc/self")?.uid();
    for folder in folder.ancestors() {
        let found = std::fs::symlink_metadata(folder)?;
        let (mode, owner) = (found.mode(), found.uid());
        let sticky = mode & 0o1000 != 0;
        let safe = found.is_dir() && (owner == 0 || owner == ours) && (mode & 0o022 == 0 || sticky);
        if !safe {
            return Err(io::Error::other(format!(
                "{} is a link, or others than root may write it",
                folder.display()
            )));
        }
    }
    Ok(())
}

fn foreign(path: &Path) -> CarryError {
    CarryError::new(
        format!("the last line of {} is none that this drain wrote", path.display()),
        "move the file away; the drain goes on in a new one",
    )
}

fn failed(path: &Path, error: &io::Error) -> CarryError {
    CarryError::new(
        format!("{}: {error}", path.display()),
        "check the folder, its owner and mode, and the space on its disk",
    )
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use proptest::prelude::*;

    use super::*;

    fn entry(index: u64) -> Entry {
        let bytes =
            format!("{{\"n\":{index},\"text\":\"{}\"}}", "x".repeat(index as usize % 50)).into_bytes();
        Entry { log: "platform".into(), shard: "2026-1".into(), index, bytes }
    }

    fn at(next: u64) -> Option<Cursor> {
        Some(Cursor { shard: "2026-1".into(), next })
    }

    fn lines(path: &Path) -> Vec<u64> {
        let bytes = std::fs::read(path).unwrap();
        bytes
            .split(|b| *b == b'\n')
            .filter(|l| !l.is_empty())
            .map(|l| json_lines::read(l).unwrap().index)
            .collect()
    }

    async fn write(files: &Files, range: std::ops::Range<u64>) {
        files.append(&range.map(entry).collect::<Vec<_>>()).await.unwrap();
    }

    #[tokio::test]
    async fn the_last_line_is_the_cursor_after_a_restart() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("siem");
        let files = Files::new(folder.clone());
        assert_eq!(files.recover("platform").await.unwrap(), None);
        write(&files, 0..3).await;
        assert_eq!(files.recover("platform").await.unwrap(), at(3));
        drop(files);
        let files = Files::new(folder);
        assert_eq!(files.recover("platform").await.unwrap(), at(3));
        assert_eq!(files.path("platform").metadata().unwrap().permissions().mode() & 0o777, 0o640);
        // Another log has a file of its own.
        assert_eq!(files.recover("org_1").await.unwrap(), None);
    }

    #[tokio::test]
    async fn a_rotated_file_is_left_alone_and_its_last_line_still_counts() {
        let dir = tempfile::tempdir().unwrap();
        let files = Files::new(dir.path().join("siem"));
        write(&files, 0..3).await;
        let path = files.path("platform");
        std::fs::rename(&path, path.with_extension("jsonl.1")).unwrap();
        assert_eq!(files.recover("platform").await.unwrap(), at(3), "while it runs");
        drop(files);
        let files = Files::new(dir.path().join("siem"));
        assert_eq!(files.recover("platform").await.unwrap(), at(3), "after a restart with an empty file");
        write(&files, 3..5).await;
        assert_eq!(lines(&path), [3, 4]);
        assert_eq!(lines(&path.with_extension("jsonl.1")), [0, 1, 2]);
        // Copied and truncated: the same file, shorter.
        File::options().write(true).open(&path).unwrap().set_len(0).unwrap();
        write(&files, 5..6).await;
        assert_eq!(lines(&path), [5]);
    }

    #[tokio::test]
    async fn a_file_with_the_lines_of_somebody_else_is_not_written() {
        let dir = tempfile::tempdir().unwrap();
        let files = Files::new(dir.path().join("siem"));
        write(&files, 0..1).await;
        let path = files.path("platform");
        std::fs::write(&path, "hello\n").unwrap();
        drop(files);
        let files = Files::new(dir.path().join("siem"));
        assert!(files.recover("platform").await.unwrap_err().text.contains("none that this drain wrote"));
        assert_eq!(std::fs::read(&path).unwrap(), b"hello\n");
    }

    #[tokio::test]
    async fn links_and_folders_of_others_are_refused() {
        let dir = tempfile::tempdir().unwrap();
        let (real, linked) = (dir.path().join("real"), dir.path().join("linked"));
        std::fs::create_dir(&real).unwrap();
        symlink(&real, &linked).unwrap();
        assert!(Files::new(linked.join("siem")).recover("platform").await.is_err(), "a link above");
        let open = dir.path().join("open");
        std::fs::create_dir(&open).unwrap();
        std::fs::set_permissions(&open, std::fs::Permissions::from_mode(0o777)).unwrap();
        assert!(Files::new(open.join("siem")).recover("platform").await.is_err(), "others may write above");
        let files = Files::new(real.join("siem"));
        files.test().await.unwrap();
        symlink("/etc/shadow", files.path("platform")).unwrap();
        assert!(files.recover("platform").await.is_err(), "a link in the file's place");
    }

    #[tokio::test]
    async fn two_processes_do_not_write_one_file() {
        let dir = tempfile::tempdir().unwrap();
        let files = Files::new(dir.path().join("siem"));
        write(&files, 0..1).await;
        let other = Files::new(dir.path().join("siem"));
        assert!(other.recover("platform").await.unwrap_err().text.contains("another process"));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(60))]
        /// The file is cut anywhere, or has any torn bytes at its end: no line is lost that was whole, none doubled.
        #[test]
        fn a_torn_file_is_cut_to_its_last_whole_line(count in 0u64..6, cut in any::<prop::sample::Index>(), junk in proptest::collection::vec(any::<u8>().prop_filter("no line feed", |b| *b != b'\n'), 0..40)) {
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            runtime.block_on(async {
                let dir = tempfile::tempdir().unwrap();
                let files = Files::new(dir.path().join("siem"));
                files.test().await.unwrap();
                let mut whole = Vec::new();
                (0..count).for_each(|i| json_lines::line(&entry(i), &mut whole));
                whole.truncate(cut.index(whole.len() + 1));
                let survived = whole.iter().filter(|b| **b == b'\n').count() as u64;
                whole.extend_from_slice(&junk);
                let path = files.path("platform");
                std::fs::write(&path, &whole).unwrap();
                let found = files.recover("platform").await.unwrap();
                assert_eq!(found, if survived == 0 { None } else { at(survived) });
                write(&files, survived..survived + 3).await;
                assert_eq!(lines(&path), (0..survived + 3).collect::<Vec<_>>());
            });
        }
    }
}
