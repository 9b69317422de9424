//! Address of a server: `https://host[:port]`, `unix:///path`, or `http://` to this machine alone.

use std::{path::PathBuf, str::FromStr};

use crate::problem::Failure;

/// Where a server listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Address {
    /// TLS over TCP.
    Tls {
        /// Host, without brackets.
        host: String,
        /// Port.
        port: u16,
    },
    /// Plain TCP to the loopback interface.
    Loopback {
        /// Host, without brackets.
        host: String,
        /// Port.
        port: u16,
    },
    /// A Unix socket.
    Unix(PathBuf),
}

impl Address {
    /// Value of the `Host` header.
    pub(crate) fn host_header(&self) -> String {
        match self {
            Self::Tls { host, port } => authority(host, *port, 443),
            Self::Loopback { host, port } => authority(host, *port, 80),
            Self::Unix(_) => "localhost".to_owned(),
        }
    }
}

fn authority(host: &str, port: u16, usual: u16) -> String {
    let host = if host.contains(':') { format!("[{host}]") } else { host.to_owned() };
    if port == usual { host } else { format!("{host}:{port}") }
}

impl FromStr for Address {
    type Err = Failure;

    fn from_str(text: &str) -> Result<Self, Failure> {
        let wrong = |why: &str| {
            Failure::usage(format!("{text:?} is no address of a server: {why}"))
                .next_step("use https://HOST[:PORT] or unix:///PATH")
        };
        let (scheme, rest) = text.split_once("://").ok_or_else(|| wrong("it has no scheme"))?;
        if scheme == "unix" {
            let path = PathBuf::from(rest);
            return if path.is_absolute() {
                Ok(Self::Unix(path))
            } else {
                Err(wrong("the path must be absolute"))
            };
        }
        let usual = match scheme {
            "https" => 443,
            "http" => 80,
            _ => return Err(wrong("the scheme is unknown")),
        };
        let (host, port) = host_and_port(rest.strip_suffix('/').unwrap_or(rest), usual)
            .ok_or_else(|| wrong("host or port can't be read"))?;
        if scheme == "https" {
            return Ok(Self::Tls { host, port });
        }
        let loopback =
            host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback());
        if loopback {
            Ok(Self::Loopback { host, port })
        } else {
            Err(wrong("without TLS only this machine's own address is allowed"))
        }
    }
}

fn host_and_port(text: &str, usual: u16) -> Option<(String, u16)> {
    let (host, port) = match text.strip_prefix('[') {
        Some(rest) => {
            let (host, after) = rest.split_once(']')?;
            host.parse::<std::net::Ipv6Addr>().ok()?;
            (host, after.strip_prefix(':').or(after.is_empty().then_some("")))
        }
        None => match text.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (text, Some("")),
        },
    };
    let port = match port? {
        "" if !text.ends_with(':') => usual,
        digits => digits.parse().ok()?,
    };
    let clean = !host.is_empty() && host.bytes().all(|b| b.is_ascii_alphanumeric() || b".-:".contains(&b));
    clean.then(|| (host.to_owned(), port))
}

/// Percent-encodes what is not unreserved (RFC 3986 2.3).
pub(crate) fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

/// A path with the parameters that have a value.
pub(crate) fn with_query(path: &str, parameters: &[(&str, Option<String>)]) -> String {
    let mut whole = path.to_owned();
    let mut mark = if path.contains('?') { '&' } else { '?' };
    for (name, value) in parameters {
        if let Some(value) = value {
            whole.push(mark);
            whole.push_str(&format!("{name}={}", encode(value)));
            mark = '&';
        }
    }
    whole
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn addresses_are_read() {
        let tls = |host: &str, port| Address::Tls { host: host.into(), port };
        assert_eq!("https://ward.example".parse::<Address>().unwrap(), tls("ward.example", 443));
        assert_eq!("https://[::1]:8443/".parse::<Address>().unwrap(), tls("::1", 8443));
        assert_eq!("https://[::1]:8443".parse::<Address>().unwrap().host_header(), "[::1]:8443");
        assert_eq!(
            "unix:///run/ward/api.sock".parse::<Address>().unwrap(),
            Address::Unix("/run/ward/api.sock".into())
        );
        assert!("http://127.0.0.1:80".parse::<Address>().is_ok());
    }

    #[test]
    fn a_token_never_goes_over_the_network_in_clear() {
        assert!("http://ward.example".parse::<Address>().is_err());
        assert!("http://10.0.0.1".parse::<Address>().is_err());
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for text in [
            "",
            "ward.example",
            "ftp://x",
            "https://",
            "https://a b",
            "https://x:",
            "https://x:99999",
            "https://u@x",
            "https://x/path",
            "unix://run/x",
            "https://[::1",
        ] {
            assert!(text.parse::<Address>().is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_an_address_or_an_error(text in "\\PC{0,40}") {
            let _ = text.parse::<Address>();
        }

        #[test]
        fn what_is_encoded_has_no_separators(text in "\\PC{0,40}") {
            prop_assert!(encode(&text).bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~%".contains(&b)));
        }
    }
}
