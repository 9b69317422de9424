//! Stands between a connection and the HTTP library: strict framing, and time limits.
//!
//! On HTTP/1.1 the library sees a head only when the whole of it was checked. A refused head is replaced
//! by a harmless request that ends the connection, and the service answers that one with the refusal, so
//! that even a refused client gets a status and the log a line. On HTTP/2 the frames pass, and the time
//! limits hold.

pub mod framing;
pub mod head;
pub mod state;

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::BytesMut;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Duration, Instant, Sleep};
use tokio_util::io::poll_read_buf;

use framing::{Framer, Phase, Step};
use head::{HeadLimits, Refusal};
pub use state::{Begun, ConnectionState, Decision};

/// Stands for a refused request; the service never routes it.
const REFUSED: &[u8] = b"GET / HTTP/1.1\r\nhost: refused.invalid\r\nconnection: close\r\n\r\n";
/// Room for one read.
const READ: usize = 16 * 1024;
/// Bytes of a refused connection that are read and dropped, so that closing does not reset it before the
/// client saw the answer.
const DISCARD: usize = 256 * 1024;

/// Time limits of a connection.
#[derive(Debug, Clone, Copy)]
pub struct Times {
    /// For a head, from its first byte.
    pub head: Duration,
    /// Without a request.
    pub idle: Duration,
    /// Without the client taking a byte of its answer.
    pub stall: Duration,
}

enum Mode {
    Http1(Framer),
    Refused(usize),
    Plain,
    Tunnel,
}

/// A guarded connection.
pub struct Guard<S> {
    io: S,
    mode: Mode,
    raw: BytesMut,
    ready: BytesMut,
    head_since: Option<Instant>,
    timer: Pin<Box<Sleep>>,
    write_timer: Option<Pin<Box<Sleep>>>,
    times: Times,
    state: Arc<ConnectionState>,
}

impl<S> Guard<S> {
    /// Guards an HTTP/1.1 connection.
    pub fn http1(io: S, limits: HeadLimits, times: Times, state: Arc<ConnectionState>) -> Self {
        Self::new(io, Mode::Http1(Framer::new(limits)), times, state)
    }

    /// Guards a connection whose framing the library checks (HTTP/2).
    pub fn plain(io: S, times: Times, state: Arc<ConnectionState>) -> Self {
        Self::new(io, Mode::Plain, times, state)
    }

    fn new(io: S, mode: Mode, times: Times, state: Arc<ConnectionState>) -> Self {
        Self {
            io,
            mode,
            raw: BytesMut::new(),
            ready: BytesMut::new(),
            head_since: None,
            timer: Box::pin(tokio::time::sleep(times.idle)),
            write_timer: None,
            times,
            state,
        }
    }

    fn refuse(&mut self, refusal: Refusal) {
        self.state.refuse_next(refusal);
        self.mode = Mode::Refused(DISCARD);
        self.raw = BytesMut::new();
        self.ready.extend_from_slice(REFUSED);
    }

    /// Ready when a limit is over.
    fn poll_limit(&mut self, cx: &mut Context<'_>) -> Poll<Over> {
        loop {
            let now = Instant::now();
            let quiet = self.state.last_active();
            let busy = self.state.inflight() > 0;
            let (deadline, over) = match (&self.mode, self.head_since) {
                (Mode::Tunnel | Mode::Refused(_), _) => return Poll::Pending,
                (Mode::Http1(framer), Some(since)) if framer.phase() == Phase::Head => {
                    (since + self.times.head, Over::Head)
                }
                _ if busy && self.state.upstream_turn() => (now + self.times.stall, Over::Quiet),
                _ if busy => (quiet + self.times.stall, Over::Quiet),
                _ => (quiet + self.times.idle, Over::Quiet),
            };
            if deadline <= now {
                return Poll::Ready(over);
            }
            // A later deadline is found when the earlier one has passed; only a sooner one moves the timer.
            if self.timer.is_elapsed() || deadline < self.timer.deadline() {
                self.timer.as_mut().reset(deadline);
            }
            ready!(self.timer.as_mut().poll(cx));
        }
    }
}

/// Which limit is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Over {
    Head,
    Quiet,
}

impl<S: AsyncRead + Unpin> Guard<S> {
    /// Reads into `raw`; ready with the count.
    fn fill(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        self.raw.reserve(READ);
        poll_read_buf(Pin::new(&mut self.io), cx, &mut self.raw)
    }

    /// Takes one step; ready when `ready` has bytes, or with false at the end of the stream.
    fn poll_step(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<bool>> {
        loop {
            match &mut self.mode {
                Mode::Plain | Mode::Tunnel => return Poll::Ready(Ok(true)),
                Mode::Refused(left) => {
                    if *left == 0 {
                        return Poll::Pending;
                    }
                    self.raw.clear();
                    let count = ready!(self.fill(cx)).unwrap_or(0);
                    if let Mode::Refused(left) = &mut self.mode {
                        *left = if count == 0 { 0 } else { left.saturating_sub(count) };
                    }
                    continue;
                }
                Mode::Http1(framer) => {
                    if framer.phase() == Phase::Held {
                        match self.state.decided(cx.waker()) {
                            Decision::Open => return Poll::Pending,
                            Decision::Continue => framer.release(),
                            Decision::Tunnel => {
                                self.mode = Mode::Tunnel;
                                std::mem::swap(&mut self.raw, &mut self.ready);
                            }
                        }
                        continue;
                    }
                    let in_head = framer.phase() == Phase::Head;
                    match framer.advance(&mut self.raw, &mut self.ready) {
                        Ok(Step::Head) => {
                            self.head_since = None;
                            let held = framer.phase() == Phase::Held;
                            self.state.head_passed(held);
                            return Poll::Ready(Ok(true));
                        }
                        Ok(Step::Body) if self.ready.is_empty() => continue,
                        Ok(Step::Body) => return Poll::Ready(Ok(true)),
                        Ok(Step::Starved) => {
                            if in_head && !self.raw.is_empty() && self.head_since.is_none() {
                                self.head_since = Some(Instant::now());
                            }
                        }
                        Err(refusal) if in_head => {
                            self.refuse(refusal);
                            return Poll::Ready(Ok(true));
                        }
                        Err(refusal) => {
                            return Poll::Ready(Err(io::Error::new(
                                io::ErrorKind::InvalidData,
                                refusal.answer().1,
                            )));
                        }
                    }
                }
            }
            if ready!(self.fill(cx))? == 0 {
                return Poll::Ready(Ok(false));
            }
        }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for Guard<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = &mut *self;
        loop {
            if !this.ready.is_empty() {
                let count = this.ready.len().min(buf.remaining());
                buf.put_slice(&this.ready.split_to(count));
                return Poll::Ready(Ok(()));
            }
            let step = match &this.mode {
                Mode::Plain | Mode::Tunnel => Pin::new(&mut this.io).poll_read(cx, buf).map_ok(|()| false),
                _ => this.poll_step(cx),
            };
            match step {
                Poll::Ready(Ok(true)) if !this.ready.is_empty() || matches!(this.mode, Mode::Tunnel) => {
                    continue;
                }
                Poll::Ready(Ok(_)) => return Poll::Ready(Ok(())),
                Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
                Poll::Pending => match ready!(this.poll_limit(cx)) {
                    Over::Head => this.refuse(Refusal::TooSlow),
                    Over::Quiet => return Poll::Ready(Ok(())),
                },
            }
        }
    }
}

impl<S: AsyncWrite + Unpin> Guard<S> {
    /// The client took bytes. On HTTP/2 that may be no more than the answer to a ping, so there only the
    /// pieces of bodies count.
    fn taken(&mut self) {
        self.write_timer = None;
        if !matches!(self.mode, Mode::Plain) {
            self.state.touch();
        }
    }

    /// Bounds how long the client may leave a full buffer untaken.
    fn poll_stall(&mut self, cx: &mut Context<'_>) -> Poll<io::Error> {
        let stall = self.times.stall;
        let timer = self.write_timer.get_or_insert_with(|| Box::pin(tokio::time::sleep(stall)));
        ready!(timer.as_mut().poll(cx));
        Poll::Ready(io::Error::new(io::ErrorKind::TimedOut, "the client takes no bytes"))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Guard<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        match Pin::new(&mut self.io).poll_write(cx, buf) {
            Poll::Ready(result) => {
                self.taken();
                Poll::Ready(result)
            }
            Poll::Pending => self.poll_stall(cx).map(Err),
        }
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match Pin::new(&mut self.io).poll_write_vectored(cx, bufs) {
            Poll::Ready(result) => {
                self.taken();
                Poll::Ready(result)
            }
            Poll::Pending => self.poll_stall(cx).map(Err),
        }
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match Pin::new(&mut self.io).poll_flush(cx) {
            Poll::Ready(result) => {
                self.write_timer = None;
                Poll::Ready(result)
            }
            Poll::Pending => self.poll_stall(cx).map(Err),
        }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.ready.clear();
        self.raw.clear();
        match Pin::new(&mut self.io).poll_shutdown(cx) {
            Poll::Ready(result) => Poll::Ready(result),
            Poll::Pending => self.poll_stall(cx).map(Err),
        }
    }
}
