//! Follows the framing of an HTTP/1.1 connection and lets only whole, checked pieces pass.
//!
//! It knows where each head and body ends, so the next head is found where this side says it is, and a
//! reader behind it cannot be made to see another one.

use bytes::{Buf, BytesMut};

use super::head::{self, Framing, HeadLimits, Refusal, is_token};

/// Longest line of a chunk's size with its extensions.
const CHUNK_LINE: usize = 256;
/// Most bytes of trailer fields.
const TRAILER_BYTES: usize = 8 * 1024;

/// Where in the stream of messages the next byte belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// A request's head.
    Head,
    /// So many bytes of a body.
    Length(u64),
    /// The line that gives a chunk's size.
    ChunkSize,
    /// So many bytes of a chunk.
    ChunkData(u64),
    /// The line end behind a chunk.
    ChunkEnd,
    /// Trailer fields; so many bytes of them are gone already.
    Trailers(usize),
    /// Held until the answer to an upgrade is known.
    Held,
}

/// What one step did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// More bytes are needed.
    Starved,
    /// A whole head passed.
    Head,
    /// Body bytes passed.
    Body,
}

/// The follower of one connection.
#[derive(Debug)]
pub struct Framer {
    phase: Phase,
    limits: HeadLimits,
    /// Bytes of `raw` known to hold whole lines, or a part of one.
    scanned: usize,
    /// An empty line before this head was dropped already.
    skipped: bool,
}

impl Framer {
    /// At the start of a connection.
    pub fn new(limits: HeadLimits) -> Self {
        Self { phase: Phase::Head, limits, scanned: 0, skipped: false }
    }

    /// Where it stands.
    pub fn phase(&self) -> Phase {
        self.phase
    }

    /// Goes on with the next head after a refused upgrade.
    pub fn release(&mut self) {
        if self.phase == Phase::Held {
            self.phase = Phase::Head;
        }
    }

    /// Moves the next checked piece from `raw` to `out`.
    ///
    /// # Errors
    /// A refusal; the connection must end, for its framing is no longer known.
    pub fn advance(&mut self, raw: &mut BytesMut, out: &mut BytesMut) -> Result<Step, Refusal> {
        match self.phase {
            Phase::Head => self.head(raw, out),
            Phase::Length(left) => Ok(self.pass(raw, out, left, Phase::Length, Phase::Head)),
            Phase::ChunkData(left) => Ok(self.pass(raw, out, left, Phase::ChunkData, Phase::ChunkEnd)),
            Phase::ChunkSize => self.chunk_size(raw, out),
            Phase::ChunkEnd => {
                let Some(line) = line_end(raw, 0)? else { return Ok(Step::Starved) };
                if line != 2 {
                    return Err(Refusal::Bad("a chunk is longer than it says"));
                }
                self.phase = Phase::ChunkSize;
                out.extend_from_slice(&raw.split_to(2));
                Ok(Step::Body)
            }
            Phase::Trailers(gone) => self.trailers(raw, out, gone),
            Phase::Held => Ok(Step::Starved),
        }
    }

    fn head(&mut self, raw: &mut BytesMut, out: &mut BytesMut) -> Result<Step, Refusal> {
        // RFC 9112 section 2.2: one empty line before a request line is ignored.
        if !self.skipped && raw.starts_with(b"\r\n") {
            raw.advance(2);
            self.scanned = 0;
            self.skipped = true;
        }
        if raw.first().is_some_and(|b| !is_token(*b) && *b != b'\r') {
            return Err(Refusal::Bad("the request line is malformed"));
        }
        let mut from = self.scanned;
        while let Some(end) = line_end(raw, from)? {
            let empty = end >= 4 && raw.get(end - 4..end) == Some(b"\r\n\r\n");
            if !empty && end > 2 {
                from = end;
                continue;
            }
            let bytes = raw.split_to(end);
            self.scanned = 0;
            self.skipped = false;
            self.phase = match head::check(&bytes, &self.limits)? {
                Framing::Empty | Framing::Length(0) => Phase::Head,
                Framing::Length(length) => Phase::Length(length),
                Framing::Chunked => Phase::ChunkSize,
                Framing::Upgrade => Phase::Held,
            };
            out.extend_from_slice(&bytes);
            return Ok(Step::Head);
        }
        self.scanned = raw.len() - usize::from(raw.last() == Some(&b'\r'));
        if raw.len() > self.limits.bytes {
            let target_only = !raw.contains(&b'\n');
            return Err(if target_only { Refusal::TargetTooLong } else { Refusal::HeadTooLarge });
        }
        Ok(Step::Starved)
    }

    fn pass(
        &mut self,
        raw: &mut BytesMut,
        out: &mut BytesMut,
        left: u64,
        still: impl Fn(u64) -> Phase,
        done: Phase,
    ) -> Step {
        let take = usize::try_from(left).unwrap_or(usize::MAX).min(raw.len());
        if take == 0 {
            return Step::Starved;
        }
        self.passed(take, left, still, done);
        match out.is_empty() && take == raw.len() {
            true => std::mem::swap(raw, out),
            false => out.extend_from_slice(&raw.split_to(take)),
        }
        Step::Body
    }

    fn passed(&mut self, count: usize, left: u64, still: impl Fn(u64) -> Phase, done: Phase) {
        let left = left.saturating_sub(u64::try_from(count).unwrap_or(u64::MAX));
        self.phase = if left == 0 { done } else { still(left) };
    }

    fn chunk_size(&mut self, raw: &mut BytesMut, out: &mut BytesMut) -> Result<Step, Refusal> {
        const FORM: Refusal = Refusal::Bad("a chunk's size is malformed");
        let Some(end) = line_end(raw, 0)? else {
            return if raw.len() > CHUNK_LINE { Err(FORM) } else { Ok(Step::Starved) };
        };
        if end > CHUNK_LINE {
            return Err(FORM);
        }
        let line = raw.split_to(end);
        let digits = line.iter().take_while(|b| b.is_ascii_hexdigit()).count();
        let (size, extension) = line.split_at(digits);
        let extension = extension.strip_suffix(b"\r\n").unwrap_or_default();
        let clean = extension.is_empty()
            || extension.starts_with(b";") && extension.iter().all(|b| b.is_ascii_graphic() || *b == b' ');
        let size = std::str::from_utf8(size).ok().filter(|s| (1..=15).contains(&s.len()) && clean);
        let size = size.and_then(|s| u64::from_str_radix(s, 16).ok()).ok_or(FORM)?;
        self.phase = if size == 0 { Phase::Trailers(0) } else { Phase::ChunkData(size) };
        out.extend_from_slice(format!("{size:x}\r\n").as_bytes());
        Ok(Step::Body)
    }

    /// Trailer fields are checked and dropped: nothing behind the ingress expects them, and a trailer that
    /// becomes a header is an old trick.
    fn trailers(&mut self, raw: &mut BytesMut, out: &mut BytesMut, gone: usize) -> Result<Step, Refusal> {
        let Some(end) = line_end(raw, 0)? else {
            return if gone + raw.len() > TRAILER_BYTES {
                Err(Refusal::HeadTooLarge)
            } else {
                Ok(Step::Starved)
            };
        };
        if gone + end > TRAILER_BYTES {
            return Err(Refusal::HeadTooLarge);
        }
        let line = raw.split_to(end);
        if line.as_ref() == b"\r\n" {
            self.phase = Phase::Head;
            out.extend_from_slice(b"\r\n");
        } else {
            let name = line.as_ref().split(|b| *b == b':').next().unwrap_or_default();
            if name.is_empty() || name.len() == line.len() || !name.iter().all(|b| is_token(*b)) {
                return Err(Refusal::Bad("a trailer field is malformed"));
            }
            self.phase = Phase::Trailers(gone + end);
        }
        Ok(Step::Body)
    }
}

/// The end (behind its CRLF) of the first line that ends at or behind `from`. None: more is needed.
fn line_end(raw: &[u8], from: usize) -> Result<Option<usize>, Refusal> {
    const BARE: Refusal = Refusal::Bad("a line does not end in CRLF");
    let Some(tail) = raw.get(from..) else { return Ok(None) };
    let Some(found) = tail.iter().position(|b| matches!(b, b'\r' | b'\n')) else { return Ok(None) };
    let at = from + found;
    match (raw.get(at), raw.get(at + 1)) {
        (Some(b'\r'), Some(b'\n')) => Ok(Some(at + 2)),
        (Some(b'\r'), None) => Ok(None),
        _ => Err(BARE),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const LIMITS: HeadLimits = HeadLimits { bytes: 1024, target: 256, fields: 16 };

    /// Feeds `input` in pieces and returns what passed, the heads counted, and how it ended.
    fn feed(input: &[u8], sizes: &[usize]) -> (Vec<u8>, usize, Result<Phase, Refusal>) {
        let (mut framer, mut raw, mut passed, mut heads) =
            (Framer::new(LIMITS), BytesMut::new(), Vec::new(), 0);
        let mut sizes = sizes.iter().cycle();
        let mut rest = input;
        loop {
            let mut out = BytesMut::new();
            let step = framer.advance(&mut raw, &mut out);
            passed.extend_from_slice(&out);
            match step {
                Err(refusal) => return (passed, heads, Err(refusal)),
                Ok(Step::Head) => heads += 1,
                Ok(Step::Body) => {}
                Ok(Step::Starved) if rest.is_empty() => return (passed, heads, Ok(framer.phase())),
                Ok(Step::Starved) => {
                    let size = (*sizes.next().expect("cycle")).clamp(1, rest.len());
                    raw.extend_from_slice(&rest[..size]);
                    rest = &rest[size..];
                }
            }
        }
    }

    const TWO: &[u8] = b"POST /a HTTP/1.1\r\nHost: a.b\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n0\r\nT: v\r\n\r\n\
                         POST /b HTTP/1.1\r\nHost: a.b\r\nContent-Length: 4\r\n\r\nbody\
                         GET /c HTTP/1.1\r\nHost: a.b\r\n\r\n";

    #[test]
    fn pipelined_requests_pass_one_by_one_without_extensions_and_trailers() {
        let (passed, heads, end) = feed(TWO, &[1000]);
        assert_eq!((heads, end), (3, Ok(Phase::Head)));
        let text = String::from_utf8(passed).expect("ascii");
        assert!(
            text.contains("3\r\nabc\r\n0\r\n\r\nPOST /b") && !text.contains("T: v") && !text.contains("x=y")
        );
    }

    #[test]
    fn a_chunk_that_lies_about_its_size_is_refused() {
        let lie = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n0\r\n\r\n";
        assert!(feed(lie, &[7]).2.is_err());
        for size in ["", "-1", "0x3", " 3", "3 ", "fffffffffffffffff", "3\n"] {
            let text =
                format!("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n{size}\r\nabc\r\n");
            assert!(feed(text.as_bytes(), &[64]).2.is_err(), "{size:?}");
        }
    }

    #[test]
    fn a_bare_line_feed_is_refused_before_the_head_is_complete() {
        assert!(feed(b"GET / HTTP/1.1\nHost: a.b\n\n", &[3]).2.is_err());
    }

    proptest! {
        #[test]
        fn how_the_network_cuts_the_bytes_changes_nothing(sizes in proptest::collection::vec(1usize..20, 1..8)) {
            prop_assert_eq!(feed(TWO, &sizes), feed(TWO, &[usize::MAX]));
        }

        #[test]
        fn the_follower_never_panics(
            bytes in proptest::collection::vec(prop_oneof![any::<u8>(), Just(b'\r'), Just(b'\n'), Just(b'0')], 0..300),
            sizes in proptest::collection::vec(1usize..50, 1..4),
            prefix in 0usize..3,
        ) {
            let prefix: &[u8] = [
                b"".as_slice(),
                b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n",
                b"GET / HTTP/1.1\r\nHost: a\r\n",
            ][prefix];
            let input = [prefix, &bytes].concat();
            let _ = feed(&input, &sizes);
        }
    }
}
