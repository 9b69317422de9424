//! One stream of bytes: takes chunks of any size, gives redacted bytes.

use std::sync::Arc;

use crate::{Statistics, redactor::Inner};

/// Most bytes of a line that is read as a whole; a longer one is read in windows of this size, which overlap.
pub const LINE_LIMIT: usize = 256 * 1024;

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

/// A line that can't be handled, for the caller to encrypt; a marker stands in the output.
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
    carry: Vec<u8>,
    statistics: Statistics,
}

impl Stream {
    pub(crate) fn new(inner: Arc<Inner>, sink: Option<Sink>) -> Self {
        Self { inner, sink, carry: Vec::new(), statistics: Statistics::default() }
    }

    /// Takes the next bytes and appends what is ready to `out`. A line is ready when its end was seen.
    pub fn push(&mut self, chunk: &[u8], out: &mut Vec<u8>) {
        self.statistics.read_bytes(chunk.len());
        let mut rest = chunk;
        while let Some(at) = memchr::memchr(b'\n', rest) {
            let (line, after) = rest.split_at(at);
            self.carry.extend_from_slice(line);
            self.end_line(out);
            out.push(b'\n');
            rest = after.get(1..).unwrap_or_default();
        }
        self.carry.extend_from_slice(rest);
    }

    /// Ends the stream: what was held back is redacted as the last line. The stream can be used again.
    pub fn finish(&mut self, out: &mut Vec<u8>) {
        if !self.carry.is_empty() {
            self.end_line(out);
        }
    }

    /// What was found so far.
    pub fn statistics(&self) -> &Statistics {
        &self.statistics
    }

    /// Takes the counts and begins new ones.
    pub fn take_statistics(&mut self) -> Statistics {
        std::mem::take(&mut self.statistics)
    }

    fn end_line(&mut self, out: &mut Vec<u8>) {
        let line = std::mem::take(&mut self.carry);
        self.statistics.read_line();
        match self.inner.line(&line, &mut self.statistics) {
            Ok(Some(redacted)) => out.extend_from_slice(&redacted),
            Ok(None) => out.extend_from_slice(&line),
            Err(reason) => {
                if let Some(sink) = &mut self.sink {
                    sink(Quarantined { line: self.statistics.lines(), reason, raw: &line });
                }
            }
        }
        self.carry = line;
        self.carry.clear();
    }
}
