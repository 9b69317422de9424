//! The API while Ward is sealed: it says so, and can be unsealed. Nothing else works.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use axum::{
    Json, Router,
    extract::{Request, State},
    http::Uri,
    middleware::{self, Next},
    response::Response,
    routing::{get, post},
};
use tokio::time::Instant;
use ward_model::{
    ErrorCode, Id as _, RequestId,
    system::{Health, Unseal},
};
use ward_spine::{Clock, Error, Result};
use zeroize::Zeroizing;

use crate::{answer::Answer, extract::Input, frame, problem::Failure};

/// Failures that are forgiven before attempts have to wait.
const FREE: u32 = 3;
/// Longest wait between two attempts.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// Opens the vault and starts the platform: what `wardd` does with a passphrase.
#[async_trait]
pub trait Unsealer: Send + Sync + 'static {
    /// Unseals. `wardd` serves [`crate::router`] from then on.
    ///
    /// # Errors
    /// `unauthenticated` if the passphrase is wrong; anything else as it is.
    async fn unseal(&self, passphrase: Zeroizing<String>) -> Result<()>;
}

/// What the sealed door needs.
#[derive(Clone)]
pub struct SealedState {
    version: String,
    clock: Arc<dyn Clock>,
    unsealer: Arc<dyn Unsealer>,
    attempts: Arc<Mutex<Attempts>>,
    turn: Arc<tokio::sync::Mutex<()>>,
}

#[derive(Default)]
struct Attempts {
    failures: u32,
    not_before: Option<Instant>,
}

impl SealedState {
    /// Puts it together.
    pub fn new(version: String, clock: Arc<dyn Clock>, unsealer: Arc<dyn Unsealer>) -> Self {
        Self { version, clock, unsealer, attempts: Arc::default(), turn: Arc::default() }
    }

    fn attempts(&self) -> std::sync::MutexGuard<'_, Attempts> {
        self.attempts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Refuses while an earlier failure makes attempts wait: whoever guesses, guesses slowly.
    fn check(&self) -> Result<()> {
        let Some(left) = self.attempts().not_before.and_then(|at| at.checked_duration_since(Instant::now()))
        else {
            return Ok(());
        };
        Err(Error::throttled("too many wrong passphrases", left.as_secs() + 1))
    }

    fn failed(&self) {
        let mut attempts = self.attempts();
        attempts.failures = attempts.failures.saturating_add(1);
        if let Some(over) = attempts.failures.checked_sub(FREE) {
            let wait = Duration::from_secs(1 << over.min(10)).min(LONGEST_WAIT);
            attempts.not_before = Instant::now().checked_add(wait);
        }
    }
}

/// Routes while Ward is sealed: health, unseal; 503 `sealed` for all others.
pub fn sealed_router(state: SealedState) -> Router {
    Router::new()
        .route("/v1/health", get(health))
        .route("/v1/unseal", post(unseal))
        .fallback(sealed)
        .layer(middleware::from_fn_with_state(state.clone(), surround))
        .with_state(state)
}

async fn surround(State(state): State<SealedState>, request: Request, next: Next) -> Response {
    let millis = u64::try_from(state.clock.now().micros() / 1000).unwrap_or(0);
    let random = ward_vault::random::bytes::<10>();
    let id = RequestId::from_uuid(uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid());
    frame::dress(frame::run(next, request).await, &id.to_string())
}

async fn health(State(state): State<SealedState>) -> Json<Health> {
    Json(Health { version: state.version.clone(), sealed: true })
}

async fn unseal(State(state): State<SealedState>, Input(given): Input<Unseal>) -> Answer<Health> {
    let passphrase = Zeroizing::new(given.passphrase);
    // One at a time: guesses side by side would all pass the check before the first one fails.
    let _turn = state.turn.lock().await;
    state.check()?;
    match state.unsealer.unseal(passphrase).await {
        Ok(()) => {
            *state.attempts() = Attempts::default();
            Ok(Json(Health { version: state.version.clone(), sealed: false }))
        }
        Err(error) => {
            if error.code() == ErrorCode::Unauthenticated {
                state.failed();
            }
            Err(error.into())
        }
    }
}

async fn sealed(uri: Uri) -> Failure {
    if !uri.path().starts_with("/v1/") {
        return Failure::of_status(axum::http::StatusCode::NOT_FOUND);
    }
    Error::new(ErrorCode::Sealed, "Ward is sealed", "unseal it with `ward server unseal`").into()
}
