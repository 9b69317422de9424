//! One stream of bytes: takes chunks of any size, gives redacted bytes.

use std::sync::Arc;

use crate::{Statistics, context::Context, engine::Scratch, redactor::Inner};

/// Most bytes of a line that is read as a whole; a longer one is read in windows of this size, which overlap.
pub const LINE_LIMIT: usize = 256 * 1024;

/// Bytes at the end of a window that the next one reads again, so that a value is seen with what follows it.
const OVERLAP: usize = 4 * 1024;

/// Bytes before a window that are read with it, so that a value is seen with what announces it.
const CONTEXT: usize = 1024;

/// Why a line was not passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reason {
    /// It is no text, and the configuration says that such records are kept apart.
    Binary,
    /// It is text in UTF-16 or UTF-32, which the recognizers don't read.
    WideText,
    /// Its structure is deeper than the reader follows.
    TooDeep,
    /// Reading what was written still found something, again and again.
    Unsettled,
}

impl Reason {
    /// The word for it in statistics and markers.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Binary => "binary",
            Self::WideText => "wide-text",
            Self::TooDeep => "too-deep",
            Self::Unsettled => "unsettled",
        }
    }
}

/// A line that can't be handled, for the caller to encrypt; the marker `[QUARANTINED:…]` stands in the output.
#[derive(Clone, Copy, Debug)]
pub struct Quarantined<'a> {
    /// Number of the line in its stream, from 1.
    pub line: u64,
    /// Why.
    pub reason: Reason,
    /// The line as it was read, without its end; of a line over [`LINE_LIMIT`], one window.
    pub raw: &'a [u8],
}

/// Takes quarantined lines.
pub type Sink = Box<dyn FnMut(Quarantined<'_>) + Send>;

/// Redacts one stream. Memory is bounded: a line, or a window of [`LINE_LIMIT`].
pub struct Stream {
    inner: Arc<Inner>,
    sink: Option<Sink>,
    scratch: Scratch,
    statistics: Statistics,
    /// What the lines before announce.
    before: Context,
    /// Room for a line that is replaced.
    written: Vec<u8>,
    /// What of the last line is held back; at its front `context` bytes that were written already.
    carry: Vec<u8>,
    context: usize,
    /// Whether the line was longer than a window.
    long: bool,
    /// In the middle of a value that is longer than a window: its bytes go until something delimits it.
    inside: bool,
    /// Whether something of the long line was replaced.
    changed: bool,
}

impl Stream {
    pub(crate) fn new(inner: Arc<Inner>, sink: Option<Sink>) -> Self {
        Self {
            inner,
            sink,
            scratch: Scratch::default(),
            statistics: Statistics::default(),
            before: Context::default(),
            written: Vec::new(),
            carry: Vec::new(),
            context: 0,
            long: false,
            inside: false,
            changed: false,
        }
    }

    /// Takes the next bytes and appends what is ready to `out`. A line is ready when its end was seen.
    pub fn push(&mut self, chunk: &[u8], out: &mut Vec<u8>) {
        self.statistics.read_bytes(chunk.len());
        let mut rest = chunk;
        if !self.carry.is_empty() || self.long {
            let Some((line, after)) = split(rest) else {
                self.feed(rest, out);
                return;
            };
            self.feed(line, out);
            self.end_line(out);
            out.push(b'\n');
            rest = after;
        }
        // Lines that are left as they are go out together.
        let mut clean = rest;
        let mut clean_length = 0;
        while let Some((line, after)) = split(rest) {
            let changed = if line.len() < LINE_LIMIT {
                let mut written = std::mem::take(&mut self.written);
                let changed = self.whole(line, &mut written);
                if changed {
                    out.extend_from_slice(clean.get(..clean_length).unwrap_or_default());
                    out.extend_from_slice(&written);
                    written.clear();
                }
                self.written = written;
                changed
            } else {
                out.extend_from_slice(clean.get(..clean_length).unwrap_or_default());
                self.feed(line, out);
                self.end_line(out);
                true
            };
            if changed {
                out.push(b'\n');
                (clean, clean_length) = (after, 0);
            } else {
                clean_length += line.len() + 1;
            }
            rest = after;
        }
        out.extend_from_slice(clean.get(..clean_length).unwrap_or_default());
        self.feed(rest, out);
    }

    /// Ends the stream: what was held back is redacted as the last line. The stream can be used again; what lines
    /// announced for those below them is forgotten, so one stream can take several documents if each is finished.
    pub fn finish(&mut self, out: &mut Vec<u8>) {
        if !self.carry.is_empty() || self.long {
            self.end_line(out);
        }
        self.before.clear();
    }

    /// What was found so far.
    pub fn statistics(&self) -> &Statistics {
        &self.statistics
    }

    /// Takes the counts and begins new ones.
    pub fn take_statistics(&mut self) -> Statistics {
        std::mem::take(&mut self.statistics)
    }

    /// Reads a line that is whole; whether it was replaced (then it is written).
    fn whole(&mut self, line: &[u8], out: &mut Vec<u8>) -> bool {
        self.statistics.read_line();
        match self.inner.line(line, &mut self.before, &mut self.scratch, &mut self.statistics, out) {
            Ok(false) => false,
            Ok(true) => {
                self.statistics.changed_line();
                true
            }
            Err(reason) => {
                self.quarantine(line, reason, out);
                true
            }
        }
    }

    fn quarantine(&mut self, raw: &[u8], reason: Reason, out: &mut Vec<u8>) {
        self.statistics.quarantined_line();
        out.extend_from_slice(b"[QUARANTINED:");
        out.extend_from_slice(reason.word().as_bytes());
        out.push(b']');
        if let Some(sink) = &mut self.sink {
            sink(Quarantined { line: self.statistics.lines(), reason, raw });
        }
    }

    /// Holds back bytes of a line; each time a window is full, it is read.
    fn feed(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        let mut bytes = bytes;
        while self.carry.len() + bytes.len() >= LINE_LIMIT {
            let (now, later) = bytes.split_at((LINE_LIMIT - self.carry.len()).min(bytes.len()));
            self.carry.extend_from_slice(now);
            bytes = later;
            self.window(false, out);
        }
        self.carry.extend_from_slice(bytes);
    }

    fn end_line(&mut self, out: &mut Vec<u8>) {
        if self.long {
            self.window(true, out);
            if self.changed {
                self.statistics.changed_line();
            }
            (self.long, self.inside, self.changed, self.context) = (false, false, false, 0);
            self.before.pass_long();
            self.carry.clear();
            return;
        }
        let line = std::mem::take(&mut self.carry);
        if !self.whole(&line, out) {
            out.extend_from_slice(&line);
        }
        self.carry = line;
        self.carry.clear();
    }

    /// Reads a window of a long line and writes what is certain of it.
    ///
    /// What stands in the last [`OVERLAP`] bytes is read again with what follows; a value that reaches into them too. So
    /// no value is cut, wherever the window ends.
    fn window(&mut self, last: bool, out: &mut Vec<u8>) {
        if !self.long {
            self.statistics.read_line();
            self.long = true;
        }
        let carry = std::mem::take(&mut self.carry);
        let mut from = self.context;
        if self.inside {
            let delimits =
                |b: &u8| *b <= b' ' || matches!(b, b'"' | b'\'' | b'<' | b'>' | b'|' | b',' | b'&');
            let fresh = carry.get(from..).unwrap_or_default();
            match fresh.iter().position(delimits) {
                Some(at) => {
                    from += at;
                    self.inside = false;
                }
                None => {
                    self.keep(carry, LINE_LIMIT);
                    return;
                }
            }
        }
        if let Err(reason) = self.inner.engine.read(&carry, None, &mut self.scratch) {
            self.quarantine(carry.get(from..).unwrap_or_default(), reason, out);
            self.context = 0;
            return;
        }
        let mut hits = std::mem::take(&mut self.scratch.hits);
        let mut cut = if last { carry.len() } else { carry.len().saturating_sub(OVERLAP).max(from) };
        cut = boundary(&carry, cut);
        if !last && let Some(hit) = hits.iter().find(|hit| hit.start < cut && hit.end > cut) {
            if hit.start > from + CONTEXT {
                cut = hit.start;
            } else {
                // A value as long as the window.
                cut = hit.end;
                self.inside = hit.end + OVERLAP >= carry.len();
            }
        }
        hits.retain_mut(|hit| {
            hit.start = hit.start.max(from);
            hit.end > hit.start && hit.end <= cut
        });
        for hit in &mut hits {
            hit.start -= from;
            hit.end -= from;
        }
        self.changed |= !hits.is_empty();
        let piece = carry.get(from..cut).unwrap_or_default();
        self.inner.applier.write(piece, &hits, &mut self.statistics, out);
        self.scratch.hits = hits;
        if self.inside {
            cut = carry.len();
        }
        self.keep(carry, cut);
    }

    /// Keeps what follows `cut`, with some of what stands before it.
    fn keep(&mut self, mut carry: Vec<u8>, cut: usize) {
        let cut = cut.min(carry.len());
        let start = boundary(&carry, cut.saturating_sub(CONTEXT));
        carry.drain(..start);
        self.context = cut - start;
        self.carry = carry;
    }
}

/// The nearest place at or before this one where no character is split.
fn boundary(bytes: &[u8], place: usize) -> usize {
    (0..4)
        .map(|back| place.saturating_sub(back))
        .find(|at| bytes.get(*at).is_none_or(|b| b & 0xc0 != 0x80))
        .unwrap_or(place)
}

fn split(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let at = memchr::memchr(b'\n', bytes)?;
    Some((bytes.get(..at)?, bytes.get(at + 1..)?))
}
