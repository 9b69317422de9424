//! Who calls: the anonymous context of a request, and the one after authentication.

use std::sync::Arc;

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, header, request::Parts},
};
use ward_model::ErrorCode;
use ward_spine::{Ctx, Error};
use zeroize::Zeroizing;

use crate::{ApiState, problem::Failure};

/// Longest bearer secret that is looked at, in bytes.
const LONGEST_SECRET: usize = 512;

/// Anybody: for open routes.
#[derive(Clone)]
pub(crate) struct Visitor(pub(crate) Ctx);

/// Somebody who authenticated with the secret of a session or a token.
#[derive(Clone)]
pub(crate) struct Caller(pub(crate) Ctx);

/// A caller with the secret: for streams, which authenticate again while they last.
#[derive(Clone)]
pub(crate) struct Watcher {
    /// The context of the request.
    pub(crate) ctx: Ctx,
    /// The secret that it authenticated with.
    pub(crate) secret: Arc<Zeroizing<String>>,
}

impl FromRequestParts<ApiState> for Visitor {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &ApiState) -> Result<Self, Failure> {
        parts
            .extensions
            .get::<Self>()
            .cloned()
            .ok_or_else(|| Error::internal("reading a request", "the outermost layer is missing").into())
    }
}

impl FromRequestParts<ApiState> for Watcher {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, Failure> {
        if let Some(known) = parts.extensions.get::<Self>() {
            return Ok(known.clone());
        }
        let Visitor(visitor) = Visitor::from_request_parts(parts, state).await?;
        let secret = bearer(&parts.headers)?;
        let ctx = ward_identity::sessions::authenticate(&visitor, &secret).await?;
        let watcher = Self { ctx, secret: Arc::new(secret) };
        parts.extensions.insert(watcher.clone());
        Ok(watcher)
    }
}

impl FromRequestParts<ApiState> for Caller {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, Failure> {
        Ok(Self(Watcher::from_request_parts(parts, state).await?.ctx))
    }
}

/// The secret of `Authorization: Bearer …` (RFC 6750 2.1). Never read from a query string or a cookie.
fn bearer(headers: &HeaderMap) -> Result<Zeroizing<String>, Failure> {
    let mut given = headers.get_all(header::AUTHORIZATION).iter();
    let one = given.next().filter(|_| given.next().is_none());
    let text = one.and_then(|value| value.to_str().ok());
    let (scheme, secret) = text.and_then(|text| text.split_once(' ')).ok_or_else(missing)?;
    let plain =
        !secret.is_empty() && secret.len() <= LONGEST_SECRET && secret.bytes().all(|b| b.is_ascii_graphic());
    if !scheme.eq_ignore_ascii_case("bearer") || !plain {
        return Err(missing());
    }
    Ok(Zeroizing::new(secret.to_owned()))
}

fn missing() -> Failure {
    let next_step = "sign in with `ward login`, or send `Authorization: Bearer` with the secret of a token";
    Error::new(ErrorCode::Unauthenticated, "this route needs a session or a token", next_step).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_one_plain_bearer_secret_counts() {
        let of = |values: &[&str]| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(header::AUTHORIZATION, value.parse().unwrap());
            }
            bearer(&headers).ok().map(|s| s.to_string())
        };
        assert_eq!(of(&["Bearer abc"]).as_deref(), Some("abc"));
        assert_eq!(of(&["bearer abc"]).as_deref(), Some("abc"));
        let long = format!("Bearer {}", "x".repeat(600));
        for bad in [
            &[][..],
            &["abc"],
            &["Basic abc"],
            &["Bearer "],
            &["Bearer a b"],
            &["Bearer a", "Bearer b"],
            &[&long],
        ] {
            assert_eq!(of(bad), None, "{bad:?}");
        }
    }
}
