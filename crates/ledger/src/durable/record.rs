//! Listens to what a log does to the disk, so that tests can replay it cut off at any point.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::{Deed, Found, Identity};

/// One change, with paths relative to the recorded directory. Files are numbered, names come and go.
#[derive(Debug, Clone)]
pub(crate) enum Event {
    Write {
        file: usize,
        offset: u64,
        bytes: Vec<u8>,
    },
    SetLength {
        file: usize,
        length: u64,
    },
    Sync {
        file: usize,
    },
    /// Names that change together in one directory: `None` for a name that goes.
    Names(Vec<(PathBuf, Option<Named>)>),
    SyncDir(PathBuf),
    Acknowledge(u64),
}

/// What a name stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Named {
    File(usize),
    Folder,
}

/// What was done below one directory, in order.
#[derive(Default)]
struct Recording {
    root: PathBuf,
    events: Vec<Event>,
    names: BTreeMap<PathBuf, usize>,
    folders: BTreeSet<PathBuf>,
    files: Vec<Identity>,
}

/// Number of recordings, so that the other tests do not wait for each other.
static ACTIVE: AtomicUsize = AtomicUsize::new(0);
static RECORDINGS: Mutex<Vec<Recording>> = Mutex::new(Vec::new());

fn recordings() -> MutexGuard<'static, Vec<Recording>> {
    RECORDINGS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Begins to record what happens below `root`, which is empty.
pub(crate) fn begin(root: &Path) {
    recordings().push(Recording { root: root.to_owned(), ..Recording::default() });
    ACTIVE.fetch_add(1, Ordering::SeqCst);
}

/// Ends the recording of `root` and hands it out.
pub(crate) fn end(root: &Path) -> Vec<Event> {
    let mut all = recordings();
    let at = all.iter().position(|one| one.root == root);
    let Some(at) = at else { return Vec::new() };
    ACTIVE.fetch_sub(1, Ordering::SeqCst);
    all.remove(at).events
}

/// Does a deed, and records it if it succeeds: in the order in which deeds took effect.
pub(super) fn perform<T>(deed: &Deed<'_>, act: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
    if ACTIVE.load(Ordering::SeqCst) == 0 {
        return act();
    }
    let mut all = recordings();
    let done = act()?;
    all.iter_mut().for_each(|recording| recording.note(deed));
    Ok(done)
}

impl Recording {
    fn path(&self, path: &Path) -> Option<PathBuf> {
        path.strip_prefix(&self.root).ok().map(Path::to_owned)
    }

    /// The number of an open file. The newest, because an inode can be used again.
    fn file(&self, file: &File) -> Option<usize> {
        let identity = Found::behind(file).ok()?.identity;
        self.files.iter().rposition(|one| *one == identity)
    }

    fn note(&mut self, deed: &Deed<'_>) {
        let event = match deed {
            Deed::Create(path) => self.create(path),
            Deed::Write(file, offset, bytes) => {
                self.file(file).map(|file| Event::Write { file, offset: *offset, bytes: bytes.to_vec() })
            }
            Deed::SetLength(file, length) => {
                self.file(file).map(|file| Event::SetLength { file, length: *length })
            }
            Deed::Sync(file) => self.file(file).map(|file| Event::Sync { file }),
            Deed::Rename(from, to) => self.path(from).zip(self.path(to)).and_then(|(from, to)| {
                let file = self.names.remove(&from)?;
                self.names.insert(to.clone(), file);
                Some(Event::Names(vec![(from, None), (to, Some(Named::File(file)))]))
            }),
            Deed::Link(from, to) => self.path(from).zip(self.path(to)).and_then(|(from, to)| {
                let file = *self.names.get(&from)?;
                self.names.insert(to.clone(), file);
                Some(Event::Names(vec![(to, Some(Named::File(file)))]))
            }),
            Deed::Remove(path) => self.path(path).and_then(|path| {
                self.names.remove(&path)?;
                Some(Event::Names(vec![(path, None)]))
            }),
            Deed::MakeFolder(path) => return self.make_folder(path),
            Deed::RemoveFolder(path) => return self.remove_folder(path),
            Deed::SyncDir(path) => self.path(path).map(Event::SyncDir),
            Deed::Acknowledge(dir, size) => self.path(dir).map(|_| Event::Acknowledge(*size)),
        };
        self.events.extend(event);
    }

    fn create(&mut self, path: &Path) -> Option<Event> {
        let identity = Found::at(path).ok()?.identity;
        let path = self.path(path)?;
        if let Some(file) = self.names.get(&path) {
            return Some(Event::SetLength { file: *file, length: 0 });
        }
        let file = self.files.len();
        self.files.push(identity);
        self.names.insert(path.clone(), file);
        Some(Event::Names(vec![(path, Some(Named::File(file)))]))
    }

    fn make_folder(&mut self, path: &Path) {
        let Some(path) = self.path(path) else { return };
        let mut missing: Vec<_> = path.ancestors().filter(|one| !one.as_os_str().is_empty()).collect();
        missing.reverse();
        for folder in missing {
            if self.folders.insert(folder.to_owned()) {
                self.events.push(Event::Names(vec![(folder.to_owned(), Some(Named::Folder))]));
            }
        }
    }

    fn remove_folder(&mut self, path: &Path) {
        let Some(path) = self.path(path) else { return };
        let files: Vec<_> = self.names.keys().filter(|name| name.starts_with(&path)).cloned().collect();
        for name in files {
            self.names.remove(&name);
            self.events.push(Event::Names(vec![(name, None)]));
        }
        if self.folders.remove(&path) {
            self.events.push(Event::Names(vec![(path, None)]));
        }
    }
}
