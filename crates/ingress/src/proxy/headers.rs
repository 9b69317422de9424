//! Which header fields pass, which are dropped, and which the ingress writes itself.
//!
//! An app may trust `X-Forwarded-*`, `Forwarded` and `X-Request-Id` because whatever the client sent under
//! these names is gone before the ingress writes its own.

use std::net::IpAddr;

use http::header::{
    CONNECTION, CONTENT_LENGTH, COOKIE, EXPECT, HOST, HeaderMap, HeaderName, HeaderValue, SERVER,
    STRICT_TRANSPORT_SECURITY, TRANSFER_ENCODING, UPGRADE,
};
use rustls::crypto::SecureRandom;

use crate::{error::Error, guard::head::PROTOCOLS};

/// The id of a request, on its way in and out.
pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Meant for the next hop alone (RFC 9110 section 7.6.1), or by custom.
const HOP_BY_HOP: [&str; 8] = [
    "connection",
    "keep-alive",
    "proxy-connection",
    "proxy-authenticate",
    "proxy-authorization",
    "te",
    "trailer",
    "upgrade",
];

/// Names under which a proxy tells an app who asks: from a client they are lies. `proxy` becomes
/// `HTTP_PROXY` in CGI programs.
const CLAIMS: [&str; 15] = [
    "forwarded",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-proto",
    "x-forwarded-port",
    "x-forwarded-prefix",
    "x-forwarded-scheme",
    "x-forwarded-server",
    "x-forwarded-ssl",
    "x-real-ip",
    "x-client-ip",
    "true-client-ip",
    "x-original-url",
    "x-rewrite-url",
    "proxy",
];

/// What the ingress knows about a request and tells the app.
pub(crate) struct Origin<'a> {
    pub(crate) client: IpAddr,
    pub(crate) authority: &'a HeaderValue,
    pub(crate) request_id: &'a str,
}

/// Drops what ends at this hop, the fields that `Connection` names included.
pub(crate) fn strip_hop_by_hop(headers: &mut HeaderMap) {
    let named: Vec<HeaderName> = headers
        .get_all(CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|name| HeaderName::try_from(name.trim()).ok())
        // These frame and route the message; naming them in Connection must not remove them.
        .filter(|name| ![HOST, CONTENT_LENGTH, TRANSFER_ENCODING].contains(name))
        .collect();
    for name in named {
        headers.remove(name);
    }
    for name in HOP_BY_HOP {
        headers.remove(name);
    }
}

/// Makes a client's fields fit for the app.
pub(crate) fn prepare_request(headers: &mut HeaderMap, origin: &Origin<'_>) {
    strip_hop_by_hop(headers);
    for name in CLAIMS {
        headers.remove(name);
    }
    // CGI and its heirs read `x_forwarded_for` as `x-forwarded-for`.
    let underscored: Vec<HeaderName> =
        headers.keys().filter(|name| name.as_str().contains('_')).cloned().collect();
    for name in underscored {
        headers.remove(name);
    }
    headers.remove(EXPECT);
    headers.remove(TRANSFER_ENCODING);
    join_cookies(headers);
    headers.insert(HOST, origin.authority.clone());
    let client = origin.client.to_canonical();
    let host = origin.authority.to_str().unwrap_or_default();
    let node = match client {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => format!("\"[{address}]\""),
    };
    // RFC 7239 section 4: a value with a colon is quoted.
    let quoted = if host.contains(':') { format!("\"{host}\"") } else { host.to_owned() };
    let mut write = |name: &'static str, value: String| {
        if let Ok(value) = HeaderValue::try_from(value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    };
    write("x-forwarded-for", client.to_string());
    write("x-forwarded-proto", "https".to_owned());
    write("x-forwarded-host", host.to_owned());
    write("forwarded", format!("for={node};host={quoted};proto=https"));
    write("x-request-id", origin.request_id.to_owned());
}

/// HTTP/2 may split cookies over fields; HTTP/1.1 wants one (RFC 9113 section 8.2.3).
fn join_cookies(headers: &mut HeaderMap) {
    let parts: Vec<&[u8]> = headers.get_all(COOKIE).iter().map(HeaderValue::as_bytes).collect();
    if parts.len() > 1
        && let Ok(mut joined) = HeaderValue::from_bytes(&parts.join(b"; ".as_slice()))
    {
        joined.set_sensitive(true);
        headers.insert(COOKIE, joined);
    }
}

/// Makes an app's fields fit for the client.
pub(crate) fn prepare_response(headers: &mut HeaderMap, request_id: &str, hsts: Option<&HeaderValue>) {
    strip_hop_by_hop(headers);
    headers.remove(TRANSFER_ENCODING);
    headers.remove(SERVER);
    match hsts {
        Some(hsts) => headers.insert(STRICT_TRANSPORT_SECURITY, hsts.clone()),
        None => None,
    };
    if let Ok(id) = HeaderValue::from_str(request_id) {
        headers.insert(REQUEST_ID, id);
    }
}

/// The protocol that a request asks to switch to, if it is one that may be.
pub(crate) fn protocol(headers: &HeaderMap) -> Option<&'static str> {
    let asked =
        |p: &str| headers.get_all(UPGRADE).iter().any(|v| v.as_bytes().eq_ignore_ascii_case(p.as_bytes()));
    PROTOCOLS.into_iter().find(|p| asked(p))
}

/// Marks a message as one half of a switch to the protocol.
pub(crate) fn mark_upgrade(headers: &mut HeaderMap, protocol: &'static str) {
    headers.insert(CONNECTION, HeaderValue::from_static("upgrade"));
    headers.insert(UPGRADE, HeaderValue::from_static(protocol));
}

/// The client's id where it is short and plain, or a fresh one of 128 random bits.
pub(crate) fn request_id(headers: &HeaderMap, random: &dyn SecureRandom) -> Result<String, Error> {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-_.".contains(&b);
    let mut sent = headers.get_all(REQUEST_ID).iter();
    if let (Some(id), None) = (sent.next().and_then(|v| v.to_str().ok()), sent.next())
        && (8..=64).contains(&id.len())
        && id.bytes().all(plain)
    {
        return Ok(id.to_owned());
    }
    let mut bytes = [0; 16];
    random.fill(&mut bytes).map_err(|_| Error::Random)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(fields: &[(&str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in fields {
            headers.append(
                HeaderName::try_from(*name).expect("name"),
                HeaderValue::try_from(*value).expect("value"),
            );
        }
        headers
    }

    #[test]
    fn what_a_client_claims_about_itself_is_replaced() {
        let mut headers = map(&[
            ("host", "a.b"),
            ("x-forwarded-for", "6.6.6.6"),
            ("x_forwarded_for", "6.6.6.6"),
            ("forwarded", "for=6.6.6.6"),
            ("x-real-ip", "6.6.6.6"),
            ("connection", "x-secret, close"),
            ("x-secret", "1"),
            ("cookie", "a=1"),
            ("cookie", "b=2"),
        ]);
        let authority = HeaderValue::from_static("a.b:8443");
        let client = "::ffff:10.0.0.1".parse().expect("address");
        prepare_request(&mut headers, &Origin { client, authority: &authority, request_id: "r" });
        assert!(!format!("{headers:?}").contains("6.6.6.6"));
        assert_eq!(headers["x-forwarded-for"], "10.0.0.1");
        assert_eq!(headers["forwarded"], "for=10.0.0.1;host=\"a.b:8443\";proto=https");
        assert_eq!(headers["cookie"], "a=1; b=2");
        assert!(!headers.contains_key("x-secret") && !headers.contains_key("connection"));
    }

    #[test]
    fn connection_cannot_remove_what_frames_a_message() {
        let mut headers =
            map(&[("connection", "content-length, host"), ("content-length", "5"), ("host", "a")]);
        strip_hop_by_hop(&mut headers);
        assert!(headers.contains_key("content-length") && headers.contains_key("host"));
    }

    #[test]
    fn a_request_id_that_is_not_plain_is_replaced() {
        let random = crate::tls::provider().secure_random;
        let id = |text: &str| request_id(&map(&[("x-request-id", text)]), random).expect("id");
        assert_eq!(id("0123456789abcdef"), "0123456789abcdef");
        for bad in ["short", "with space in it", "<script>alert", &"x".repeat(65)] {
            assert_ne!(id(bad), bad);
            assert_eq!(id(bad).len(), 32);
        }
    }
}
