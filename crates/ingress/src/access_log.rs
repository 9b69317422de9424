//! The access log: one JSON object a line, without query strings, cookies or bodies.
//!
//! Writing never holds up serving: lines wait in a bounded queue, a thread writes them, and what does not
//! fit is counted and shown in the status. A path may hold an identifier, so by default only the prefix
//! of its route is kept (45 CFR 164.502(b), minimum necessary).

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::net::IpAddr;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, SystemTime};

use serde::{Serialize, Serializer};

use crate::error::Error;

/// Lines that may wait.
const QUEUE: usize = 8192;

/// One request.
#[derive(Debug, Clone, Serialize)]
pub struct Line {
    /// When its head arrived; RFC 3339, UTC.
    #[serde(serialize_with = "time_text")]
    pub time: SystemTime,
    /// Its id, as in the answer's `X-Request-Id`.
    pub request_id: String,
    /// The client's address.
    pub client: Option<IpAddr>,
    /// The host asked for; empty when the request was refused before that was known.
    pub host: String,
    /// The method.
    pub method: String,
    /// The route's prefix, or the path where the route says so. Never a query.
    pub path: String,
    /// The app of the route.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub app: Option<String>,
    /// The status answered; 499 when the client left first.
    pub status: u16,
    /// Bytes of the answer's body.
    pub bytes: u64,
    /// Bytes received through a tunnel (WebSocket).
    #[serde(skip_serializing_if = "is_zero")]
    pub received: u64,
    /// Milliseconds until the last byte.
    pub duration_ms: u64,
    /// The upstream that answered; empty when none did.
    pub upstream: String,
    /// `HTTP/1.1`, `HTTP/2.0`.
    pub protocol: &'static str,
    /// TLS version; empty on the plain listener.
    pub tls: &'static str,
    /// TLS suite.
    pub cipher: &'static str,
    /// True when the answer broke off.
    #[serde(skip_serializing_if = "is_false")]
    pub aborted: bool,
}

impl Default for Line {
    fn default() -> Self {
        Self {
            time: SystemTime::UNIX_EPOCH,
            request_id: String::new(),
            client: None,
            host: String::new(),
            method: String::new(),
            path: String::new(),
            app: None,
            status: 0,
            bytes: 0,
            received: 0,
            duration_ms: 0,
            upstream: String::new(),
            protocol: "",
            tls: "",
            cipher: "",
            aborted: false,
        }
    }
}

fn time_text<S: Serializer>(time: &SystemTime, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&crate::clock::rfc3339(*time))
}

fn is_zero(value: &u64) -> bool {
    *value == 0
}

fn is_false(value: &bool) -> bool {
    !*value
}

/// The entrance to the log; cheap to clone.
#[derive(Clone)]
pub struct Log {
    sender: Option<SyncSender<Line>>,
    dropped: Arc<AtomicU64>,
}

impl Log {
    /// Opens the log for appending (mode 0600) and starts its thread. Without a path, lines go nowhere.
    /// The thread ends when every clone is dropped; joining it waits until all is written.
    ///
    /// # Errors
    /// The file cannot be opened or the thread not started.
    pub fn open(path: Option<&Path>) -> Result<(Self, Option<JoinHandle<()>>), Error> {
        let dropped = Arc::new(AtomicU64::new(0));
        let Some(path) = path else { return Ok((Self { sender: None, dropped }, None)) };
        let fail = |source| Error::File { action: "append to", path: path.to_owned(), source };
        let file = open(path).map_err(fail)?;
        let (sender, receiver) = sync_channel(QUEUE);
        let writer =
            Writer { path: path.to_owned(), out: BufWriter::new(file), dropped: Arc::clone(&dropped) };
        let thread = std::thread::Builder::new()
            .name("access-log".into())
            .spawn(move || writer.run(&receiver))
            .map_err(fail)?;
        Ok((Self { sender: Some(sender), dropped }, Some(thread)))
    }

    /// Queues a line, or counts it as dropped.
    pub fn write(&self, line: Line) {
        if let Some(sender) = &self.sender
            && sender.try_send(line).is_err()
        {
            self.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Lines lost since the start, because the queue was full or the disk refused them.
    pub fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }
}

struct Writer {
    path: PathBuf,
    out: BufWriter<File>,
    dropped: Arc<AtomicU64>,
}

impl Writer {
    fn run(mut self, lines: &Receiver<Line>) {
        loop {
            match lines.recv_timeout(Duration::from_millis(200)) {
                Ok(line) => self.put(&line),
                Err(RecvTimeoutError::Timeout) => self.settle(),
                Err(RecvTimeoutError::Disconnected) => break,
            }
            // A busy log is flushed by its buffer; this keeps a quiet one current.
            while let Ok(line) = lines.try_recv() {
                self.put(&line);
            }
            self.flush();
        }
        self.flush();
    }

    fn put(&mut self, line: &Line) {
        let written = serde_json::to_vec(line).map_err(io::Error::other).and_then(|mut text| {
            text.push(b'\n');
            self.out.write_all(&text)
        });
        if written.is_err() {
            self.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn flush(&mut self) {
        if let Err(error) = self.out.flush() {
            tracing::warn!(%error, "the access log cannot be written");
        }
    }

    /// Opens the file anew when it was moved away by log rotation.
    fn settle(&mut self) {
        let here = self.out.get_ref().metadata().map(|meta| (meta.dev(), meta.ino()));
        let there = std::fs::metadata(&self.path).map(|meta| (meta.dev(), meta.ino()));
        if there.ok() != here.ok()
            && let Ok(file) = open(&self.path)
        {
            self.out = BufWriter::new(file);
        }
    }
}

fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new().create(true).append(true).mode(0o600).open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_queue_drops_lines_and_counts_them_instead_of_waiting() {
        let (sender, receiver) = sync_channel(2);
        let log = Log { sender: Some(sender), dropped: Arc::default() };
        for _ in 0..5 {
            log.write(Line::default());
        }
        assert_eq!((log.dropped(), receiver.try_iter().count()), (3, 2));
    }

    #[test]
    fn a_rotated_log_is_opened_anew() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("access.log");
        let (log, thread) = Log::open(Some(&path)).expect("log");
        log.write(Line { host: "before".into(), ..Line::default() });
        std::thread::sleep(Duration::from_millis(300));
        std::fs::rename(&path, folder.path().join("old")).expect("rotate");
        std::thread::sleep(Duration::from_millis(500));
        log.write(Line { host: "after".into(), ..Line::default() });
        drop(log);
        thread.expect("thread").join().expect("joined");
        assert!(std::fs::read_to_string(folder.path().join("old")).expect("old").contains("before"));
        let now = std::fs::read_to_string(&path).expect("new");
        assert!(now.contains("after") && !now.contains("before"));
    }
}
