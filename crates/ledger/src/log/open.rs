//! Opens a log for writing, or makes it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};
use std::thread;

use super::append::Door;
use super::commit::{Committer, Files};
use super::lock::Lock;
use super::publisher::Publisher;
use super::recover::{self, Loaded};
use super::view::View;
use super::{Log, LogConfig, Shared};
use crate::note::{Checkpoint, NoteError};
use crate::tile::{Published, publish};
use crate::tree::{Frontier, empty_root};
use crate::wal::{self, Decoded, Header, SEGMENT_HEADER_BYTES, Segment, Spare, decode_batch};
use crate::{CHECKPOINT_FILE, HEAD_FILE, durable};

/// While tiles are rebuilt, entries are written out when this many bytes or entries wait.
const SPILL_BYTES: usize = 8 << 20;
const SPILL_ENTRIES: usize = 16_384;

/// Why a log is not opened. Nothing on disk was changed.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// There is no log, and none is to be made.
    #[error("there is no log in {}", .0.display())]
    Missing(PathBuf),
    /// Another process has the log open for writing.
    #[error("{} is open for writing in another process", .0.display())]
    Locked(PathBuf),
    /// A file cannot be read or written.
    #[error("{path}: {source}", path = path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A note is not what the key of this log signed.
    #[error("{file}: {source}")]
    Note {
        /// The file, and the place in it.
        file: String,
        /// Why.
        source: NoteError,
    },
    /// There are entries, and the file that says how many there must be at least is gone.
    #[error("the log has entries but its file `head` is missing: it may have been rolled back")]
    HeadMissing,
    /// The log is shorter than it has been.
    #[error("the log has {found} entries, `{file}` says at least {expected}: it was rolled back or cut")]
    RolledBack {
        /// The file that says so.
        file: &'static str,
        /// Entries that there must be.
        expected: u64,
        /// Entries that there are.
        found: u64,
    },
    /// A file contains what no crash can explain.
    #[error("{place} is damaged at entry {entry}: {detail}; nothing was changed, run a verification")]
    Damaged {
        /// The file, and the place in it.
        place: String,
        /// First entry concerned.
        entry: u64,
        /// What is wrong.
        detail: String,
    },
    /// A reader found too many entries without tiles.
    #[error("tiles are missing; open the log for writing once to rebuild them")]
    TilesMissing,
}

impl OpenError {
    pub(super) fn io(path: &Path) -> impl FnOnce(io::Error) -> Self + '_ {
        move |source| Self::Io { path: path.to_owned(), source }
    }
}

pub(super) fn open(dir: &Path, config: LogConfig) -> Result<Log, OpenError> {
    let wal = dir.join(wal::FOLDER);
    if !wal.is_dir() && !dir.join(HEAD_FILE).exists() {
        if !config.create {
            return Err(OpenError::Missing(dir.to_owned()));
        }
        durable::make_folder(&wal).map_err(OpenError::io(&wal))?;
    }
    let lock = Lock::take(dir).map_err(OpenError::io(dir))?;
    let lock = lock.ok_or_else(|| OpenError::Locked(dir.to_owned()))?;
    if !dir.join(HEAD_FILE).exists() {
        start_empty(dir, &config)?;
    }
    let key = config.signer.verifier_key().clone();
    let loaded = recover::load(dir, &key, |recent, size| {
        if recent.bytes() < SPILL_BYTES && recent.count() < SPILL_ENTRIES {
            return Ok(());
        }
        publish(dir, &Published::gather(recent, size, false)).map_err(OpenError::io(dir))?;
        recent.forget_published(size);
        Ok(())
    })?;
    let Loaded { frontier, recent, base, end, head, checkpoint, published, torn } = loaded;
    if let Some(reason) = torn {
        tracing::warn!(dir = %dir.display(), size = frontier.size(), reason, "cut off an unfinished batch");
    }
    let size = frontier.size();
    let checkpoint = checkpoint.unwrap_or_else(|| Checkpoint::sign(&config.signer, size, frontier.root()));
    Spare::remove(dir);
    let segment = Segment::open(dir, base.size(), end).map_err(OpenError::io(&wal))?;
    let shared = Arc::new(Shared {
        dir: dir.to_owned(),
        key,
        view: View::new(dir, size, checkpoint, recent),
        refusing: Mutex::default(),
        unpublished: Mutex::default(),
        heads: Mutex::new(vec![head]),
        head_lost: Mutex::default(),
    });
    let publisher = Publisher::start(Arc::clone(&shared), published, config.publish_every);
    let committer = Committer {
        shared: Arc::clone(&shared),
        signer: config.signer,
        segment_bytes: config.segment_bytes,
        files: Some(Files { lock, segment }),
        base,
        frontier,
        publisher: publisher.map_err(OpenError::io(dir))?,
        spare: None,
        rotating: false,
        broken: None,
    };
    let (sender, inbox) = channel();
    thread::Builder::new()
        .name("ledger-commit".to_owned())
        .spawn(move || committer.run(&inbox))
        .map_err(OpenError::io(dir))?;
    Ok(Log { shared, door: Door::new(sender) })
}

/// Makes the files of an empty log, the head last. Refuses if there is anything that a crash in here cannot
/// have left.
fn start_empty(dir: &Path, config: &LogConfig) -> Result<(), OpenError> {
    let segments = wal::list_segments(dir).map_err(OpenError::io(dir))?;
    for first in &segments {
        let path = wal::segment_path(dir, *first);
        let bytes = fs::read(&path).map_err(OpenError::io(&path))?;
        if *first != 0 || decode_batch(&bytes, SEGMENT_HEADER_BYTES) != Decoded::End {
            return Err(OpenError::HeadMissing);
        }
    }
    let checkpoint = dir.join(CHECKPOINT_FILE);
    if checkpoint.exists() {
        let bytes = fs::read(&checkpoint).map_err(OpenError::io(&checkpoint))?;
        let found = Checkpoint::open(&bytes, config.signer.verifier_key());
        if !found.is_ok_and(|found| found.size == 0) {
            return Err(OpenError::HeadMissing);
        }
    }
    if !config.create {
        return Err(OpenError::Missing(dir.to_owned()));
    }
    let header = Header::new(Frontier::new(), config.signer.name());
    Segment::create(dir, &header, &[]).map_err(OpenError::io(dir))?;
    let note = Checkpoint::sign(&config.signer, 0, empty_root());
    let (checkpoint, head) = (dir.join(CHECKPOINT_FILE), dir.join(HEAD_FILE));
    durable::replace(&checkpoint, note.as_bytes()).map_err(OpenError::io(&checkpoint))?;
    durable::replace(&head, note.as_bytes()).map_err(OpenError::io(&head))?;
    // The directory's own name has to survive as well.
    dir.parent().map_or(Ok(()), |parent| {
        let parent = if parent.as_os_str().is_empty() { Path::new(".") } else { parent };
        durable::sync_dir(parent).map_err(OpenError::io(parent))
    })
}
