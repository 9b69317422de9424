//! One upstream: its connections, its count of requests in flight, its health.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use tokio::time::Instant;
use ward_model::routes::UpstreamTarget;

use super::dial::Dial;
use crate::config::Limits;
use crate::proxy::body::RequestBody;

/// How long an idle connection is kept. Below the five seconds after which common servers (Node.js) close
/// theirs, so that a request is not sent into a closing connection.
const POOL_IDLE: Duration = Duration::from_secs(4);

/// Keeps its pool and its count for as long as a table or a request holds it.
pub(crate) struct Upstream {
    pub(crate) id: String,
    pub(crate) target: UpstreamTarget,
    pub(crate) client: Client<Dial, RequestBody>,
    inflight: AtomicUsize,
    connect_ms: Arc<AtomicU64>,
    rest: Duration,
    rests_until: Mutex<Option<Instant>>,
}

impl Upstream {
    pub(super) fn new(wanted: &ward_model::routes::Upstream, limits: &Limits) -> Self {
        let connect_ms = Arc::new(AtomicU64::new(0));
        let dial = Dial { target: wanted.target.clone(), timeout_ms: Arc::clone(&connect_ms) };
        let client = Client::builder(TokioExecutor::new())
            .pool_idle_timeout(POOL_IDLE)
            .pool_max_idle_per_host(limits.upstream_idle)
            .pool_timer(TokioTimer::new())
            .timer(TokioTimer::new())
            .set_host(false)
            .http1_max_headers(limits.headers.saturating_mul(2))
            .build(dial);
        Self {
            id: wanted.id.clone(),
            target: wanted.target.clone(),
            client,
            inflight: AtomicUsize::new(0),
            connect_ms,
            rest: limits.upstream_rest,
            rests_until: Mutex::new(None),
        }
    }

    pub(super) fn set_connect_timeout(&self, timeout: Duration) {
        self.connect_ms.store(u64::try_from(timeout.as_millis()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    pub(crate) fn inflight(&self) -> usize {
        self.inflight.load(Ordering::SeqCst)
    }

    /// True for a short time after it refused a connection.
    pub(super) fn rests(&self) -> bool {
        let mut until = self.rests_until.lock().unwrap_or_else(PoisonError::into_inner);
        match *until {
            Some(time) if time > Instant::now() => true,
            Some(_) => {
                *until = None;
                false
            }
            None => false,
        }
    }

    /// Notes that a connection was refused.
    pub(crate) fn refused(&self) {
        *self.rests_until.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now() + self.rest);
    }
}

/// Counts one request or tunnel for as long as it lives.
pub(crate) struct Busy(Arc<Upstream>);

impl Busy {
    pub(super) fn new(upstream: &Arc<Upstream>) -> Self {
        upstream.inflight.fetch_add(1, Ordering::SeqCst);
        Self(Arc::clone(upstream))
    }

    pub(crate) fn upstream(&self) -> &Upstream {
        &self.0
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.inflight.fetch_sub(1, Ordering::SeqCst);
    }
}
