//! Reads a container's log: the last lines, the lines since a time, and new ones as they come.

use std::{
    collections::VecDeque,
    io::ErrorKind,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    time::Duration,
};

use futures::stream::BoxStream;
use tokio::{
    fs::File,
    io::{AsyncBufReadExt, AsyncReadExt, BufReader},
    sync::mpsc,
};
use tokio_stream::wrappers::ReceiverStream;
use ward_spine::engine::{EngineError, LogLine, LogOptions};

use super::line::{Joiner, parse};
use crate::{
    containers::{Containers, Found},
    podman::broken,
};

/// Time between two looks for new lines.
const LOOK: Duration = Duration::from_millis(100);
/// Longest entry that is read as one.
const LONGEST: u64 = 1 << 20;

type Item = Result<LogLine, EngineError>;

impl Containers {
    pub(crate) async fn logs(
        &self,
        name: &str,
        options: &LogOptions,
    ) -> Result<BoxStream<'static, Item>, EngineError> {
        let found = self.get(name).await?;
        let (sender, receiver) = mpsc::channel(256);
        let reader = Reader {
            path: self.log(name),
            container: found,
            options: options.clone(),
            joiner: Joiner::default(),
            sender,
        };
        tokio::spawn(reader.work());
        Ok(Box::pin(ReceiverStream::new(receiver)))
    }
}

struct Reader {
    path: PathBuf,
    container: Found,
    options: LogOptions,
    joiner: Joiner,
    sender: mpsc::Sender<Item>,
}

/// The reader of the stream has gone, or reading failed and it was told.
struct Over;

impl Reader {
    async fn work(mut self) {
        let failed = match self.read().await {
            Ok(()) | Err(None) => return,
            Err(Some(error)) => broken(format!("reading {}", self.path.display()), error),
        };
        let _ = self.sender.send(Err(failed)).await;
    }

    async fn read(&mut self) -> Result<(), Option<std::io::Error>> {
        let mut file = match File::open(&self.path).await {
            Ok(file) => BufReader::new(file),
            // A container that never started has none.
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(Some(error)),
        };
        let mut last = VecDeque::new();
        let mut pending = Vec::new();
        while let Some(line) = self.next(&mut file, &mut pending).await? {
            match self.options.tail {
                None => self.send(line).await.map_err(|Over| None)?,
                Some(most) => {
                    last.push_back(line);
                    if last.len() > most {
                        last.pop_front();
                    }
                }
            }
        }
        if !self.options.follow {
            last.extend(self.joiner.rest());
            let skip = self.options.tail.map_or(0, |most| last.len().saturating_sub(most));
            last.drain(..skip.min(last.len()));
        }
        for line in last {
            self.send(line).await.map_err(|Over| None)?;
        }
        if self.options.follow { self.follow(file, pending).await } else { Ok(()) }
    }

    /// Goes on until the container has ended and its log is read to the end.
    async fn follow(
        &mut self,
        mut file: BufReader<File>,
        mut pending: Vec<u8>,
    ) -> Result<(), Option<std::io::Error>> {
        loop {
            // Asked before reading, so that what was written before the end is not missed.
            let ended = self.container.pid().is_none();
            while let Some(line) = self.next(&mut file, &mut pending).await? {
                self.send(line).await.map_err(|Over| None)?;
            }
            if let Some(anew) = rotated(&self.path, file.get_ref()).await {
                file = BufReader::new(anew);
                pending.clear();
                continue;
            }
            if ended {
                // The monitor may still be writing what the container's pipes held.
                tokio::time::sleep(LOOK * 2).await;
                while let Some(line) = self.next(&mut file, &mut pending).await? {
                    self.send(line).await.map_err(|Over| None)?;
                }
                for line in self.joiner.rest() {
                    self.send(line).await.map_err(|Over| None)?;
                }
                return Ok(());
            }
            tokio::select! {
                () = self.sender.closed() => return Ok(()),
                () = tokio::time::sleep(LOOK) => {}
            }
        }
    }

    /// The next whole line that is wanted; None at the end of what is written. An entry that is written only
    /// in part stays in `pending`.
    async fn next(
        &mut self,
        file: &mut BufReader<File>,
        pending: &mut Vec<u8>,
    ) -> Result<Option<LogLine>, Option<std::io::Error>> {
        loop {
            let read = file.take(LONGEST).read_until(b'\n', pending).await.map_err(Some)?;
            if read == 0 {
                return Ok(None);
            }
            if pending.last() != Some(&b'\n') && (pending.len() as u64) < LONGEST {
                continue;
            }
            let entry = std::mem::take(pending);
            let entry = entry.strip_suffix(b"\n").unwrap_or(&entry);
            if let Some(line) = parse(entry).and_then(|entry| self.joiner.push(&entry))
                && self.options.since.is_none_or(|since| line.time > since)
            {
                return Ok(Some(line));
            }
        }
    }

    async fn send(&self, line: LogLine) -> Result<(), Over> {
        self.sender.send(Ok(line)).await.map_err(|_| Over)
    }
}

/// The file that stands under the name now, if it is another one or was cut.
async fn rotated(path: &Path, open: &File) -> Option<File> {
    let known = open.metadata().await.ok()?;
    let anew = File::open(path).await.ok()?;
    let now = anew.metadata().await.ok()?;
    (now.ino() != known.ino()).then_some(anew)
}
