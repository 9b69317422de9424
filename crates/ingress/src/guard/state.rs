//! What the guard of a connection and the service behind it tell each other.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::Waker;

use tokio::sync::OwnedSemaphorePermit;
use tokio::time::{Duration, Instant};

use super::head::Refusal;

/// Shared by the guard, the service and a tunnel that outlives both.
#[derive(Debug)]
pub struct ConnectionState {
    born: Instant,
    heads: AtomicU64,
    served: AtomicU64,
    inflight: AtomicUsize,
    waiting: AtomicUsize,
    active_ms: AtomicU64,
    refused: Mutex<Option<(u64, Refusal)>>,
    held: Mutex<Option<u64>>,
    gate: Mutex<Gate>,
    _permit: Option<OwnedSemaphorePermit>,
}

#[derive(Debug, Default)]
struct Gate {
    decision: Decision,
    waker: Option<Waker>,
}

/// What the guard knows of a request.
#[derive(Debug, Clone, Copy)]
pub struct Begun {
    /// It was refused, and what arrived is only its place-holder.
    pub refused: Option<Refusal>,
    /// It asks for WebSocket, and nothing is read until [`ConnectionState::decide`].
    pub upgrade: bool,
}

/// What became of a held upgrade.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// No upgrade is held, or it is not decided.
    #[default]
    Open,
    /// Refused: the next request follows.
    Continue,
    /// Granted: bytes pass as they are.
    Tunnel,
}

impl ConnectionState {
    /// A new connection; `permit` is its place among the open connections.
    pub fn new(permit: Option<OwnedSemaphorePermit>) -> Self {
        Self {
            born: Instant::now(),
            heads: AtomicU64::new(0),
            served: AtomicU64::new(0),
            inflight: AtomicUsize::new(0),
            waiting: AtomicUsize::new(0),
            active_ms: AtomicU64::new(0),
            refused: Mutex::new(None),
            held: Mutex::new(None),
            gate: Mutex::new(Gate::default()),
            _permit: permit,
        }
    }

    /// A head passed; `held` when reading stopped behind it for the decision on an upgrade.
    pub(super) fn head_passed(&self, held: bool) {
        let index = self.heads.fetch_add(1, Ordering::SeqCst);
        if held {
            *lock(&self.held) = Some(index);
        }
        self.touch();
    }

    /// The next head that passes stands for a refused request.
    pub(super) fn refuse_next(&self, refusal: Refusal) {
        let index = self.heads.fetch_add(1, Ordering::SeqCst);
        *lock(&self.refused) = Some((index, refusal));
    }

    /// Counts a request in; tells what the guard knows of it. Requests of an HTTP/1.1 connection are
    /// served in the order in which their heads passed, so counting both sides pairs them.
    pub fn begin(&self) -> Begun {
        self.inflight.fetch_add(1, Ordering::SeqCst);
        self.touch();
        let index = self.served.fetch_add(1, Ordering::SeqCst);
        Begun {
            refused: lock(&self.refused).filter(|(refused, _)| *refused == index).map(|(_, refusal)| refusal),
            upgrade: *lock(&self.held) == Some(index),
        }
    }

    /// Counts a request out, when the last byte of its answer was taken or given up.
    pub fn end(&self) {
        self.inflight.fetch_sub(1, Ordering::SeqCst);
        self.touch();
    }

    /// Requests begun and not ended.
    pub fn inflight(&self) -> usize {
        self.inflight.load(Ordering::SeqCst)
    }

    /// Notes that the client gave or took something.
    pub fn touch(&self) {
        let now = u64::try_from(self.born.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.active_ms.store(now, Ordering::Relaxed);
    }

    /// When that was.
    pub(super) fn last_active(&self) -> Instant {
        self.born + Duration::from_millis(self.active_ms.load(Ordering::Relaxed))
    }

    /// True while an upstream's turn is waited for, which has timeouts of its own.
    pub(super) fn upstream_turn(&self) -> bool {
        self.waiting.load(Ordering::SeqCst) > 0
    }

    /// Notes that an upstream is waited for, or no longer.
    pub fn set_waiting(&self, waiting: bool) {
        match waiting {
            true => self.waiting.fetch_add(1, Ordering::SeqCst),
            false => self.waiting.fetch_sub(1, Ordering::SeqCst),
        };
        self.touch();
    }

    /// Decides a held upgrade.
    pub fn decide(&self, decision: Decision) {
        let mut gate = lock(&self.gate);
        gate.decision = decision;
        if let Some(waker) = gate.waker.take() {
            waker.wake();
        }
    }

    /// The decision, taken; or none yet, and `waker` is woken by it.
    pub(super) fn decided(&self, waker: &Waker) -> Decision {
        let mut gate = lock(&self.gate);
        match gate.decision {
            Decision::Open => gate.waker = Some(waker.clone()),
            _ => gate.waker = None,
        }
        std::mem::take(&mut gate.decision)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
