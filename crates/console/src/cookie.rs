//! The two cookies: the session's secret, and what binds the sign-in form to its browser.
//!
//! The prefix `__Host-` makes browsers insist on Secure, on the path `/` and on no domain, so that no other host
//! below the domain (an app!) can set or read them (RFC 6265bis 4.1.3.2).

use axum::http::{HeaderMap, header};

/// Carries the session's secret.
pub(crate) const SESSION: &str = "__Host-ward";
/// Binds the sign-in form to the browser that loaded it, before there is a session.
pub(crate) const FORM: &str = "__Host-ward-form";

/// Longest value that is looked at, in bytes.
const LONGEST: usize = 256;

/// Sets a cookie until the browser closes. The server ends the session earlier, when it is idle or old.
pub(crate) fn set(name: &str, value: &str) -> String {
    format!("{name}={value}; Path=/; Secure; HttpOnly; SameSite=Strict")
}

/// Removes a cookie.
pub(crate) fn clear(name: &str) -> String {
    format!("{name}=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0")
}

/// The value of a cookie; none if there are two.
pub(crate) fn get<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let pairs =
        headers.get_all(header::COOKIE).iter().filter_map(|v| v.to_str().ok()).flat_map(|v| v.split(';'));
    let mut values =
        pairs.filter_map(|pair| pair.trim().split_once('=')).filter(|(n, _)| *n == name).map(|(_, v)| v);
    let value = values.next().filter(|_| values.next().is_none())?;
    (!value.is_empty() && value.len() <= LONGEST && value.bytes().all(|b| b.is_ascii_graphic()))
        .then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_found_by_its_whole_name_and_counts_once() {
        let of = |texts: &[&str]| {
            let mut headers = HeaderMap::new();
            for text in texts {
                headers.append(header::COOKIE, text.parse().unwrap());
            }
            get(&headers, SESSION).map(str::to_owned)
        };
        assert_eq!(of(&["a=b; __Host-ward=x=y"]).as_deref(), Some("x=y"));
        assert_eq!(of(&["__Host-ward-form=1"]), None);
        assert_eq!(of(&["__Host-ward="]), None);
        assert_eq!(of(&["__Host-ward=1; __Host-ward=2"]), None);
        assert_eq!(of(&["__Host-ward=1", "__Host-ward=2"]), None);
    }
}
