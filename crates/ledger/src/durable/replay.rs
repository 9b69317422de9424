//! What a disk may hold after a crash, given what was done to it.
//!
//! Only what POSIX promises is taken for granted: a file's content is there after a sync of the file, a name
//! after a sync of its directory. Everything since may be there, be gone, or be there in part, in any
//! combination; a write is cut at sectors, a rename is all or nothing. Real file systems are kinder.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::record::{Event, Named};

/// The smallest unit that a disk writes whole.
const SECTOR: usize = 512;

/// Changes of names that are one change.
type Renaming = Vec<(PathBuf, Option<Named>)>;

/// What becomes of the changes that were not synced when the crash came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    Gone,
    There,
    /// Writes lose sectors, lengths and names are kept; the number picks which.
    Torn(u64),
    /// Any of these for each change on its own; the number picks which.
    Any(u64),
    /// The names are there, the content is not.
    NamesOnly,
    /// The content is there, the names are not.
    ContentOnly,
}

#[derive(Debug, Clone, Default)]
struct Disk {
    files: BTreeMap<usize, Vec<u8>>,
    names: BTreeMap<PathBuf, Named>,
}

/// What is certainly on the disk, and what is on its way.
#[derive(Debug, Default)]
pub(crate) struct Replay {
    synced: Disk,
    /// Writes and lengths since the last sync of the file, in order.
    content: Vec<(usize, Event)>,
    /// Changes of names since the last sync of their directory, in order.
    names: Vec<(PathBuf, Renaming)>,
    /// Entries below this were acknowledged.
    pub(crate) acknowledged: u64,
}

/// Numbers that look random and are the same each time.
struct Dice(u64);

impl Dice {
    fn throw(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

impl Replay {
    /// Does the next thing that was recorded.
    pub(crate) fn step(&mut self, event: &Event) {
        match event {
            Event::Write { file, .. } | Event::SetLength { file, .. } => {
                self.content.push((*file, event.clone()));
            }
            Event::Sync { file } => {
                let (mine, others) = self.content.drain(..).partition(|(one, _)| one == file);
                self.content = others;
                mine.iter().for_each(|(_, event)| self.synced.apply(event, |_| true));
            }
            Event::Names(changes) => {
                let folder = changes.first().and_then(|(name, _)| name.parent());
                self.names.push((folder.map(Path::to_owned).unwrap_or_default(), changes.clone()));
            }
            Event::SyncDir(folder) => {
                let (mine, others) = self.names.drain(..).partition(|(one, _)| one == folder);
                self.names = others;
                mine.iter().for_each(|(_, changes)| self.synced.rename(changes));
            }
            Event::Acknowledge(size) => self.acknowledged = *size,
        }
    }

    /// The files after a crash now.
    pub(crate) fn crash(&self, fate: Fate) -> Vec<(PathBuf, Vec<u8>)> {
        let mut disk = self.synced.clone();
        let mut dice = Dice(match fate {
            Fate::Torn(seed) | Fate::Any(seed) => seed,
            _ => 0,
        });
        for (_, changes) in &self.names {
            let there = match fate {
                Fate::Gone | Fate::ContentOnly => false,
                Fate::There | Fate::NamesOnly | Fate::Torn(_) => true,
                Fate::Any(_) => dice.throw(2) == 0,
            };
            if there {
                disk.rename(changes);
            }
        }
        for (_, event) in &self.content {
            let torn = match fate {
                Fate::Gone | Fate::NamesOnly => continue,
                Fate::There | Fate::ContentOnly => false,
                Fate::Torn(_) => true,
                Fate::Any(_) => match dice.throw(3) {
                    0 => continue,
                    1 => false,
                    _ => true,
                },
            };
            disk.apply(event, |_| !torn || dice.throw(2) == 0);
        }
        disk.reachable()
    }
}

impl Disk {
    /// Changes content. `keeps` says of each sector whether it reaches the disk.
    fn apply(&mut self, event: &Event, mut keeps: impl FnMut(u64) -> bool) {
        match event {
            Event::SetLength { file, length } => {
                self.files.entry(*file).or_default().resize(*length as usize, 0);
            }
            Event::Write { file, offset, bytes } => {
                let content = self.files.entry(*file).or_default();
                let mut from = *offset as usize;
                let end = from + bytes.len();
                if content.len() < end {
                    content.resize(end, 0);
                }
                while from < end {
                    let to = end.min((from / SECTOR + 1) * SECTOR);
                    if keeps((from / SECTOR) as u64) {
                        content[from..to]
                            .copy_from_slice(&bytes[from - *offset as usize..to - *offset as usize]);
                    }
                    from = to;
                }
            }
            _ => {}
        }
    }

    fn rename(&mut self, changes: &Renaming) {
        for (name, named) in changes {
            match named {
                Some(named) => self.names.insert(name.clone(), *named),
                None => self.names.remove(name),
            };
        }
    }

    /// Files that can be found from the top: all folders above them are there.
    fn reachable(mut self) -> Vec<(PathBuf, Vec<u8>)> {
        let is_there =
            |folder: &Path| folder.as_os_str().is_empty() || self.names.get(folder) == Some(&Named::Folder);
        let found = self.names.iter().filter(|(name, _)| name.ancestors().skip(1).all(is_there));
        let found = found.filter_map(|(name, named)| match named {
            Named::File(file) => Some((name.clone(), *file)),
            Named::Folder => None,
        });
        let found: Vec<_> = found.collect();
        found.into_iter().map(|(name, file)| (name, self.files.entry(file).or_default().clone())).collect()
    }
}

/// Puts the files of a crash under `root`, in place of what is there.
pub(crate) fn restore(root: &Path, files: &[(PathBuf, Vec<u8>)]) {
    let _ = fs::remove_dir_all(root);
    fs::create_dir_all(root).unwrap();
    for (name, bytes) in files {
        let path = root.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
}
