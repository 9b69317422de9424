//! Forms: read only if they come from this origin and carry the token of the session that loaded them.
//!
//! Both defences stand alone: the cookie is `SameSite=Strict` besides. Pages are sent with `Referrer-Policy:
//! no-referrer`, under which browsers write `Origin: null` on a plain form; then `Sec-Fetch-Site` decides.

use axum::{
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Request},
    http::{HeaderMap, header},
};
use ward_model::ErrorCode;
use ward_spine::Error;
use ward_vault::hash;
use zeroize::Zeroizing;

use crate::{ConsoleState, caller::Holder, failure::Failure};

/// Name of the token's field.
const FIELD: &str = "csrf";

/// A form that was checked, and who sent it.
pub(crate) struct Submitted<H> {
    /// Who sent it.
    pub(crate) by: H,
    /// What it says.
    pub(crate) fields: Fields,
}

/// What a form says. Wiped when dropped: it may hold passwords.
pub(crate) struct Fields(Vec<(String, Zeroizing<String>)>);

impl Fields {
    /// The first value of a name; empty if there is none.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.0.iter().find(|(n, _)| n == name).map_or("", |(_, v)| v.as_str())
    }
}

/// The token of the forms of one holder.
pub(crate) fn token(key: &[u8; 32], holder: &str) -> String {
    hex::encode(hash::hmac_sha256(key, holder.as_bytes()))
}

impl<H: Holder + FromRequestParts<ConsoleState, Rejection = Failure> + Send> FromRequest<ConsoleState>
    for Submitted<H>
{
    type Rejection = Failure;

    async fn from_request(request: Request, state: &ConsoleState) -> Result<Self, Failure> {
        same_origin(request.headers())?;
        let (mut parts, body) = request.into_parts();
        let by = H::from_request_parts(&mut parts, state).await?;
        let form = parts
            .headers
            .get(header::CONTENT_TYPE)
            .is_some_and(|t| t.as_bytes().starts_with(b"application/x-www-form-urlencoded"));
        if !form {
            return Err(Error::invalid("that is no form", "use the form on the page").into());
        }
        let bytes = Bytes::from_request(Request::from_parts(parts, body), state).await;
        let bytes = bytes.map_err(|rejection| Failure::of_status(rejection.status()))?;
        let pairs =
            form_urlencoded::parse(&bytes).into_owned().map(|(name, value)| (name, Zeroizing::new(value)));
        let fields = Fields(pairs.collect());
        if !hash::constant_time_eq(fields.text(FIELD).as_bytes(), by.csrf().as_bytes()) {
            return Err(refused("the form is not of this session, or was loaded before Ward started again"));
        }
        Ok(Self { by, fields })
    }
}

fn refused(message: &str) -> Failure {
    Error::new(ErrorCode::Forbidden, message, "load the page again, then send the form once more").into()
}

/// Refuses what another site sends. A client that tells neither its origin nor the site is no browser of today.
fn same_origin(headers: &HeaderMap) -> Result<(), Failure> {
    let text = |name: &str| headers.get(name).map(|v| v.to_str().unwrap_or("?"));
    let site = text("sec-fetch-site");
    let origin = text("origin").filter(|origin| site.is_none() || *origin != "null");
    let host = text("host").unwrap_or_default();
    let site_fits = site.is_none_or(|site| site == "same-origin");
    let origin_fits = origin.is_none_or(|origin| origin.strip_prefix("https://") == Some(host));
    if site_fits && origin_fits && (site.is_some() || origin.is_some()) {
        return Ok(());
    }
    Err(refused("the form came from another site"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_of_another_site_is_refused() {
        let fits = |pairs: &[(&'static str, &str)]| {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, "console.ward.test:8443".parse().unwrap());
            for (name, value) in pairs {
                headers.append(*name, value.parse().unwrap());
            }
            same_origin(&headers).is_ok()
        };
        let (own, site) = ("https://console.ward.test:8443", "sec-fetch-site");
        assert!(fits(&[(site, "same-origin")]));
        assert!(fits(&[(site, "same-origin"), ("origin", "null")]));
        assert!(fits(&[(site, "same-origin"), ("origin", own)]));
        assert!(fits(&[("origin", own)]));
        for foreign in [
            &[][..],
            &[("origin", "null")],
            &[("origin", "http://console.ward.test:8443")],
            &[("origin", "https://console.ward.test")],
            &[("origin", "https://app.ward.test:8443")],
            &[(site, "same-site")],
            &[(site, "cross-site"), ("origin", own)],
            &[(site, "none")],
            &[(site, "same-origin"), ("origin", "https://evil.example")],
        ] {
            assert!(!fits(foreign), "{foreign:?}");
        }
    }

    #[test]
    fn a_token_is_of_one_holder_and_one_key() {
        assert_eq!(token(&[1; 32], "session a"), token(&[1; 32], "session a"));
        assert_ne!(token(&[1; 32], "session a"), token(&[1; 32], "session b"));
        assert_ne!(token(&[1; 32], "session a"), token(&[2; 32], "session a"));
    }
}
