//! Bodies in passing: counted, bounded and timed, never buffered.

use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use tokio::time::{Duration, Instant, Sleep};

use super::record::Record;
use crate::guard::ConnectionState;

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// What happened to a request's body, seen from outside of it.
#[derive(Debug)]
pub(crate) struct Upload {
    too_large: AtomicBool,
    too_slow: AtomicBool,
    broken: AtomicBool,
    born: Instant,
    moved_ms: AtomicU64,
}

impl Upload {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self {
            too_large: AtomicBool::new(false),
            too_slow: AtomicBool::new(false),
            broken: AtomicBool::new(false),
            born: Instant::now(),
            moved_ms: AtomicU64::new(0),
        })
    }

    /// The status for a client whose body failed; none when the body was fine.
    pub(crate) fn fault(&self) -> Option<(u16, &'static str)> {
        let is = |flag: &AtomicBool| flag.load(Ordering::SeqCst);
        match () {
            () if is(&self.too_large) => Some((413, "the request body is larger than this route allows")),
            () if is(&self.too_slow) => Some((408, "the request body did not arrive in time")),
            () if is(&self.broken) => Some((400, "the request body is malformed or broke off")),
            () => None,
        }
    }

    /// When its last piece passed.
    pub(crate) fn moved(&self) -> Instant {
        self.born + Duration::from_millis(self.moved_ms.load(Ordering::Relaxed))
    }

    fn touch(&self) {
        let now = u64::try_from(self.born.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.moved_ms.store(now, Ordering::Relaxed);
    }
}

/// Holds a request's body until an upstream takes its first byte, so that a refused connection leaves it
/// whole for the next upstream.
pub(crate) type Slot = Arc<Mutex<Option<Incoming>>>;

/// A request's body on its way to an upstream.
pub(crate) struct RequestBody {
    slot: Slot,
    taken: Option<Incoming>,
    hint: SizeHint,
    ended: bool,
    left: u64,
    idle: Idle,
    upload: Arc<Upload>,
    connection: Arc<ConnectionState>,
}

impl RequestBody {
    pub(crate) fn new(
        slot: &Slot,
        limit: u64,
        idle: Duration,
        upload: &Arc<Upload>,
        connection: &Arc<ConnectionState>,
    ) -> Self {
        let (hint, ended) = match slot.lock().unwrap_or_else(PoisonError::into_inner).as_ref() {
            Some(body) => (body.size_hint(), body.is_end_stream()),
            None => (SizeHint::with_exact(0), true),
        };
        Self {
            slot: Arc::clone(slot),
            taken: None,
            hint,
            ended,
            left: limit,
            idle: Idle::new(idle),
            upload: Arc::clone(upload),
            connection: Arc::clone(connection),
        }
    }
}

impl Body for RequestBody {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let this = &mut *self;
        if this.taken.is_none() {
            this.taken = this.slot.lock().unwrap_or_else(PoisonError::into_inner).take();
        }
        let Some(body) = this.taken.as_mut() else { return Poll::Ready(None) };
        loop {
            let polled = match Pin::new(&mut *body).poll_frame(cx) {
                Poll::Ready(polled) => polled,
                Poll::Pending => {
                    ready!(this.idle.poll(cx));
                    this.upload.too_slow.store(true, Ordering::SeqCst);
                    return Poll::Ready(Some(Err("the request body is too slow".into())));
                }
            };
            this.idle.moved();
            this.upload.touch();
            this.connection.touch();
            match polled {
                None => return Poll::Ready(None),
                Some(Err(error)) => {
                    this.upload.broken.store(true, Ordering::SeqCst);
                    return Poll::Ready(Some(Err(error.into())));
                }
                Some(Ok(frame)) => {
                    // Trailers are dropped on every protocol, as the framing of HTTP/1.1 does.
                    let Ok(data) = frame.into_data() else { continue };
                    let size = u64::try_from(data.len()).unwrap_or(u64::MAX);
                    let Some(left) = this.left.checked_sub(size) else {
                        this.upload.too_large.store(true, Ordering::SeqCst);
                        return Poll::Ready(Some(Err("the request body is too large".into())));
                    };
                    this.left = left;
                    return Poll::Ready(Some(Ok(Frame::data(data))));
                }
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.taken {
            Some(body) => body.is_end_stream(),
            None => self.ended,
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.taken {
            Some(body) => body.size_hint(),
            None => self.hint,
        }
    }
}

/// The body of an answer: what the ingress says itself, or what an upstream streams. Its end, or its being
/// dropped, closes the request's record.
pub(crate) struct ResponseBody {
    source: Source,
    idle: Idle,
    waiting: Option<Arc<ConnectionState>>,
    /// None for the answer that opens a tunnel, which keeps the record.
    record: Option<Record>,
}

enum Source {
    Own(Option<Bytes>),
    Upstream(Incoming),
}

impl ResponseBody {
    /// A text of the ingress. It counts as delivered whole: on HEAD the library never asks for it.
    pub(crate) fn own(text: Bytes, mut record: Record) -> Self {
        record.complete();
        let source = Source::Own(Some(text).filter(|text| !text.is_empty()));
        Self { source, idle: Idle::new(Duration::from_secs(60)), waiting: None, record: Some(record) }
    }

    pub(crate) fn upstream(body: Incoming, idle: Duration, record: Record) -> Self {
        Self { source: Source::Upstream(body), idle: Idle::new(idle), waiting: None, record: Some(record) }
    }

    /// The empty body of an answer that opens a tunnel.
    pub(crate) fn none() -> Self {
        Self { source: Source::Own(None), idle: Idle::new(Duration::ZERO), waiting: None, record: None }
    }

    fn settle(&mut self) {
        if let Some(connection) = self.waiting.take() {
            connection.set_waiting(false);
        }
    }
}

impl Body for ResponseBody {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let this = &mut *self;
        let body = match &mut this.source {
            Source::Own(text) => {
                let text = text.take();
                if let (Some(record), Some(text)) = (&mut this.record, &text) {
                    record.sent(text.len());
                }
                return Poll::Ready(text.map(|text| Ok(Frame::data(text))));
            }
            Source::Upstream(body) => body,
        };
        let Some(record) = this.record.as_mut() else { return Poll::Ready(None) };
        loop {
            let Poll::Ready(polled) = Pin::new(&mut *body).poll_frame(cx) else {
                if this.waiting.is_none() {
                    record.connection().set_waiting(true);
                    this.waiting = Some(Arc::clone(record.connection()));
                }
                ready!(this.idle.poll(cx));
                this.settle();
                return Poll::Ready(Some(Err("the upstream is too slow".into())));
            };
            this.idle.moved();
            if let Some(connection) = this.waiting.take() {
                connection.set_waiting(false);
            }
            record.connection().touch();
            match polled {
                None => {
                    record.complete();
                    return Poll::Ready(None);
                }
                Some(Err(error)) => return Poll::Ready(Some(Err(error.into()))),
                Some(Ok(frame)) => {
                    let Ok(data) = frame.into_data() else { continue };
                    record.sent(data.len());
                    if body.is_end_stream() {
                        record.complete();
                    }
                    return Poll::Ready(Some(Ok(Frame::data(data))));
                }
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.source {
            Source::Own(text) => text.is_none(),
            Source::Upstream(body) => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.source {
            Source::Own(text) => {
                SizeHint::with_exact(text.as_ref().map_or(0, |t| u64::try_from(t.len()).unwrap_or(0)))
            }
            Source::Upstream(body) => body.size_hint(),
        }
    }
}

impl Drop for ResponseBody {
    fn drop(&mut self) {
        self.settle();
        // A body that was never polled because there is nothing in it was still delivered whole.
        if self.is_end_stream()
            && let Some(record) = &mut self.record
        {
            record.complete();
        }
    }
}

/// A time limit between two pieces, armed only while one is awaited.
struct Idle {
    limit: Duration,
    sleep: Option<Pin<Box<Sleep>>>,
    armed: bool,
}

impl Idle {
    fn new(limit: Duration) -> Self {
        Self { limit, sleep: None, armed: false }
    }

    fn moved(&mut self) {
        self.armed = false;
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let deadline = Instant::now() + self.limit;
        let sleep = self.sleep.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(deadline)));
        if !self.armed {
            sleep.as_mut().reset(deadline);
            self.armed = true;
        }
        sleep.as_mut().poll(cx)
    }
}
