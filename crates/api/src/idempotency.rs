//! A request sent twice with the same `Idempotency-Key` is carried out once.
//!
//! Rules: the key belongs to the principal, the method and the path. A repeat with the same body gets the first
//! answer, with `Idempotency-Replayed: true`; with another body, a conflict. Only success is kept, for 24 hours; after
//! an error the request may be repeated with the same key. While the first is under way the second is a conflict, and
//! so it stays if the server ended in the middle: then nobody knows whether the effect took place, and the client has
//! to look. Routes that carry a secret in either direction refuse the header: their answers must not be kept, and
//! a hash of a password must not either. A request with a key is carried out to its end even if the client goes.

use std::{collections::HashSet, sync::LazyLock, time::Duration};

use axum::{
    body::Body,
    extract::{FromRequestParts as _, MatchedPath, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use http_body_util::BodyExt as _;
use ward_model::{Principal, principal::Credential};
use ward_spine::{Ctx, Error, Result};
use ward_vault::hash::sha256_hex;

use crate::{ApiState, caller::Caller, document, extract, frame, problem::Failure};

/// The header.
pub(crate) const HEADER: HeaderName = HeaderName::from_static("idempotency-key");
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
/// Longest key, in bytes.
const LONGEST_KEY: usize = 200;
/// How long an answer is kept.
const KEPT: Duration = Duration::from_secs(24 * 3600);
/// Status of a row whose request is under way.
const UNDER_WAY: i64 = 0;

static SECRET_ROUTES: LazyLock<HashSet<(String, String)>> = LazyLock::new(document::secret_routes);

/// A place in the table that belongs to one request.
pub(crate) struct Claim {
    ctx: Ctx,
    key: String,
}

/// What stands at a key.
pub(crate) enum Found {
    /// Nothing: the request is to be carried out.
    Nothing(Claim),
    /// The answer of an earlier one.
    Answer {
        /// SHA-256 of its body.
        request: String,
        /// The answer to give again.
        answer: Box<Response>,
    },
}

/// The key of a request, if it has one.
pub(crate) fn key_of(headers: &HeaderMap) -> std::result::Result<Option<String>, Failure> {
    let Some(value) = headers.get(HEADER) else { return Ok(None) };
    let text = value.to_str().unwrap_or_default();
    if text.is_empty() || text.len() > LONGEST_KEY || !text.bytes().all(|b| b.is_ascii_graphic()) {
        let next_step = "use 1 to 200 visible ASCII characters, a UUID for example";
        return Err(Failure::invalid("the Idempotency-Key can't be used", next_step));
    }
    Ok(Some(text.to_owned()))
}

/// Takes the place of a key, or finds what stands there.
///
/// # Errors
/// `conflict` while the first request with the key is under way.
pub(crate) async fn take(ctx: &Ctx, method: &Method, path: &str, key: &str) -> Result<Found> {
    let who = match ctx.who() {
        Principal::User { id, credential: Credential::Session { .. } } => id.to_string(),
        Principal::User { credential: Credential::Token { id, .. }, .. } => id.to_string(),
        other => other.label().0.to_owned(),
    };
    let key = sha256_hex(format!("{who}\n{method}\n{path}\n{key}").as_bytes());
    let now = ctx.now();
    let mut tx = ctx.core().db.bookkeeping().await?;
    sqlx::query("delete from idempotency where created_at < $1")
        .bind(now.minus(KEPT).micros())
        .execute(tx.conn())
        .await?;
    let inserted = sqlx::query(
        "insert into idempotency (key, request, status, body, created_at) values ($1, '', $2, '', $3) on conflict (key) do nothing",
    )
    .bind(key.clone())
    .bind(UNDER_WAY)
    .bind(now.micros())
    .execute(tx.conn())
    .await?;
    if inserted.rows_affected() == 1 {
        tx.commit().await?;
        return Ok(Found::Nothing(Claim { ctx: ctx.clone(), key }));
    }
    let (request, status, body): (String, i64, String) =
        sqlx::query_as("select request, status, body from idempotency where key = $1")
            .bind(key)
            .fetch_one(tx.conn())
            .await?;
    tx.commit().await?;
    if status == UNDER_WAY {
        let message = "a request with this Idempotency-Key is under way, or the server ended while it was";
        return Err(Error::conflict(
            message,
            "wait a moment; if this stays, look whether it took effect, then use a new key",
        ));
    }
    Ok(Found::Answer { request, answer: Box::new(replay(status, body)) })
}

/// The key was used for another body.
pub(crate) fn another_body() -> Failure {
    Error::conflict("this Idempotency-Key was used with another body", "use a new key for each new request")
        .into()
}

impl Claim {
    /// Ends the claim: keeps a success, frees the key after anything else.
    pub(crate) async fn end(self, request: &str, answer: Response) -> Result<Response> {
        if !answer.status().is_success() {
            let mut tx = self.ctx.core().db.bookkeeping().await?;
            sqlx::query("delete from idempotency where key = $1").bind(self.key).execute(tx.conn()).await?;
            tx.commit().await?;
            return Ok(answer);
        }
        let (parts, body) = answer.into_parts();
        let bytes = body.collect().await.map_err(|e| Error::internal("keeping an answer", e))?.to_bytes();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let mut tx = self.ctx.core().db.bookkeeping().await?;
        sqlx::query("update idempotency set request = $1, status = $2, body = $3 where key = $4")
            .bind(request.to_owned())
            .bind(i64::from(parts.status.as_u16()))
            .bind(text)
            .bind(self.key)
            .execute(tx.conn())
            .await?;
        tx.commit().await?;
        Ok(Response::from_parts(parts, Body::from(bytes)))
    }
}

fn replay(status: i64, body: String) -> Response {
    let json = !body.is_empty();
    let mut response = Response::new(Body::from(body));
    *response.status_mut() =
        u16::try_from(status).ok().and_then(|s| StatusCode::from_u16(s).ok()).unwrap_or(StatusCode::OK);
    if json {
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    }
    response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
    response
}

/// The layer around all routes with JSON bodies.
pub(crate) async fn layer(State(state): State<ApiState>, request: Request, next: Next) -> Response {
    let mutates = !matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    let key = match key_of(request.headers()) {
        Ok(Some(key)) if mutates => key,
        Ok(_) => return next.run(request).await,
        Err(failure) => return failure.into_response(),
    };
    with_key(state, key, request, next).await.unwrap_or_else(Failure::into_response)
}

async fn with_key(
    state: ApiState,
    key: String,
    request: Request,
    next: Next,
) -> std::result::Result<Response, Failure> {
    let route = request.extensions().get::<MatchedPath>().map(|p| p.as_str().to_owned()).unwrap_or_default();
    let (mut parts, body) = request.into_parts();
    let Caller(ctx) = Caller::from_request_parts(&mut parts, &state).await?;
    if SECRET_ROUTES.contains(&(parts.method.to_string(), route)) {
        let message =
            "this route carries a secret, so that its answer is never kept: it takes no Idempotency-Key";
        return Err(Failure::invalid(message, "send the request without the header"));
    }
    let bytes = extract::collect(body).await?;
    let digest = sha256_hex(&bytes);
    let path = parts.uri.path_and_query().map_or_else(|| parts.uri.path().to_owned(), ToString::to_string);
    match take(&ctx, &parts.method, &path, &key).await? {
        Found::Answer { request, .. } if request != digest => Err(another_body()),
        Found::Answer { answer, .. } => Ok(*answer),
        Found::Nothing(claim) => {
            let request = Request::from_parts(parts, Body::from(bytes));
            let work = tokio::spawn(async move {
                let answer = frame::run(next, request).await;
                claim.end(&digest, answer).await
            });
            let answer = work.await.map_err(|e| Error::internal("carrying out a request", e))?;
            Ok(answer?)
        }
    }
}
