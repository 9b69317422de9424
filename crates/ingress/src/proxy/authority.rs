//! Reads host names and paths as the router needs them.

/// The host of an authority: lower case, without port and closing dot. None: malformed.
///
/// Underscores are let through as browsers do; a user part is not.
pub(crate) fn host_of(authority: &str) -> Option<String> {
    let (host, port) = match authority.strip_prefix('[') {
        Some(rest) => {
            let (address, after) = rest.split_once(']')?;
            address.parse::<std::net::Ipv6Addr>().ok()?;
            (authority.get(..address.len() + 2)?, after)
        }
        None => authority.split_at(authority.find(':').unwrap_or(authority.len())),
    };
    if !port.is_empty() {
        let digits = port.strip_prefix(':')?;
        if !digits.bytes().all(|b| b.is_ascii_digit()) || digits.parse::<u16>().is_err() {
            return None;
        }
    }
    if host.starts_with('[') {
        return Some(host.to_ascii_lowercase());
    }
    let host = host.strip_suffix('.').unwrap_or(host);
    let clean = |b: u8| b.is_ascii_alphanumeric() || b"-_".contains(&b);
    let whole =
        host.len() <= 253 && host.split('.').all(|label| !label.is_empty() && label.bytes().all(clean));
    whole.then(|| host.to_ascii_lowercase())
}

/// Why a path is not routed; none when it is clean.
///
/// A dot segment could leave the prefix that routed it, in any reading: plain, percent-encoded, behind an
/// encoded slash or a backslash. Browsers resolve them before they send; who sends one is asking for it.
pub(crate) fn path_fault(path: &str) -> Option<&'static str> {
    if !path.starts_with('/') {
        return Some("the request target is not a path");
    }
    let Some(bytes) = decoded(path) else {
        return Some("the path holds a broken percent sign");
    };
    if bytes.iter().any(|b| *b < 0x20 || *b == 0x7f) {
        return Some("the path holds a control character");
    }
    let dots = |segment: &[u8]| matches!(segment.split(|b| *b == b';').next(), Some(b"." | b".."));
    bytes.split(|b| matches!(b, b'/' | b'\\')).any(dots).then_some("the path holds dot segments")
}

fn decoded(path: &str) -> Option<Vec<u8>> {
    let mut bytes = path.bytes();
    let mut out = Vec::with_capacity(path.len());
    while let Some(byte) = bytes.next() {
        if byte != b'%' {
            out.push(byte);
            continue;
        }
        let mut digit = || bytes.next().and_then(|b| char::from(b).to_digit(16));
        let value = digit()? * 16 + digit()?;
        out.push(u8::try_from(value).ok()?);
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_host_is_read_without_port_case_and_closing_dot() {
        assert_eq!(host_of("App.Ward.localhost:8443").as_deref(), Some("app.ward.localhost"));
        assert_eq!(host_of("a.b.").as_deref(), Some("a.b"));
        assert_eq!(host_of("[::1]:443").as_deref(), Some("[::1]"));
        for bad in
            ["", ".", "a..b", "u@a.b", "a.b:x", "a.b:99999", "a b", "[::1", "[x]", "[::1]x", "a/b", "é.b"]
        {
            assert_eq!(host_of(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_path_that_could_leave_its_prefix_has_a_fault() {
        for good in ["/", "/a/b.c/..d", "/a%20b", "/%C3%A9", "/a...b", "//"] {
            assert_eq!(path_fault(good), None, "{good}");
        }
        for bad in [
            "/a/../b",
            "/..",
            "/./",
            "/%2e%2E/x",
            "/a%2f..%2fb",
            "/a\\..\\b",
            "/..;x/y",
            "/%00",
            "/%zz",
            "/%4",
            "*",
        ] {
            assert!(path_fault(bad).is_some(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn reading_hosts_and_paths_never_panics(text in "\\PC{0,60}") {
            let _ = (host_of(&text), path_fault(&text));
        }
    }
}
