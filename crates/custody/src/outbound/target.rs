//! A URL, read and checked.

use std::{fmt, net::IpAddr, str::FromStr};

use rustls_pki_types::ServerName;

use super::OutboundError;

/// Longest URL.
const LONGEST: usize = 2000;

/// How it is spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// HTTP over TLS.
    Https,
    /// HTTP without TLS.
    Http,
    /// A stream over TLS (`tls://host:port`).
    Tls,
    /// A stream without TLS (`tcp://host:port`).
    Tcp,
}

impl Scheme {
    const ALL: [Self; 4] = [Self::Https, Self::Http, Self::Tls, Self::Tcp];

    /// Name as in a URL.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Https => "https",
            Self::Http => "http",
            Self::Tls => "tls",
            Self::Tcp => "tcp",
        }
    }
    /// Whether it is under TLS.
    pub const fn is_encrypted(self) -> bool {
        matches!(self, Self::Https | Self::Tls)
    }
    /// Whether it is HTTP.
    pub const fn is_http(self) -> bool {
        matches!(self, Self::Https | Self::Http)
    }
    const fn port(self) -> Option<u16> {
        match self {
            Self::Https => Some(443),
            Self::Http => Some(80),
            // RFC 5425 4.1: syslog over TLS. Plain TCP has no port of its own for syslog.
            Self::Tls => Some(6514),
            Self::Tcp => None,
        }
    }
}

/// Where something goes. Its text form is a URL with nothing secret in it: user and password are refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    scheme: Scheme,
    /// Name or address, without brackets.
    host: String,
    port: u16,
    /// Path and query, with the leading slash; empty for streams.
    path: String,
}

impl Target {
    /// How it is spoken to.
    pub fn scheme(&self) -> Scheme {
        self.scheme
    }
    /// Name or address, without brackets.
    pub fn host(&self) -> &str {
        &self.host
    }
    /// Port.
    pub fn port(&self) -> u16 {
        self.port
    }
    /// Path and query of an HTTP request.
    pub fn path(&self) -> &str {
        &self.path
    }
    /// Host and port, for people and for the `Host` header.
    pub fn place(&self) -> String {
        let brackets = self.host.contains(':');
        let (open, close) = if brackets { ("[", "]") } else { ("", "") };
        format!("{open}{}{close}:{}", self.host, self.port)
    }
    /// The `Host` header (RFC 9110 7.2).
    pub(super) fn host_header(&self) -> String {
        let place = self.place();
        if self.scheme.port() == Some(self.port) {
            place.strip_suffix(&format!(":{}", self.port)).map(str::to_owned).unwrap_or(place)
        } else {
            place
        }
    }
    /// The same place with another path.
    ///
    /// # Errors
    /// [`OutboundError::Url`] if the path is none.
    pub fn with_path(&self, path: &str) -> Result<Self, OutboundError> {
        format!("{}://{}{path}", self.scheme.as_str(), self.place()).parse()
    }
    /// The name that the receiver's certificate must be for.
    pub(super) fn server_name(&self) -> Option<ServerName<'static>> {
        ServerName::try_from(self.host.clone()).ok()
    }
}

impl FromStr for Target {
    type Err = OutboundError;

    fn from_str(text: &str) -> Result<Self, OutboundError> {
        read(text).map_err(|why| OutboundError::Url { url: text.chars().take(200).collect(), why })
    }
}

fn read(text: &str) -> Result<Target, &'static str> {
    if text.len() > LONGEST {
        return Err("it is longer than 2,000 bytes");
    }
    if !text.bytes().all(|b| b.is_ascii_graphic()) {
        return Err("it has a space, a control character or a letter that is not ASCII in it");
    }
    if text.contains('#') {
        return Err("it has a fragment (#), which is never sent");
    }
    let (scheme, rest) = text.split_once("://").ok_or("it does not begin with a scheme such as https://")?;
    let scheme = Scheme::ALL
        .into_iter()
        .find(|s| s.as_str().eq_ignore_ascii_case(scheme))
        .ok_or("its scheme is none of https, http, tls, tcp")?;
    let cut = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at_checked(cut).unwrap_or((rest, ""));
    if authority.contains('@') {
        return Err("it has a user or password in it");
    }
    let (host, port) = split_port(authority)?;
    let port = match port {
        Some(text) => text.parse().ok().filter(|p| *p > 0).ok_or("its port is no number from 1 to 65535")?,
        None => scheme.port().ok_or("it names no port")?,
    };
    check_host(host)?;
    let path = match (scheme.is_http(), path) {
        (false, "" | "/") => String::new(),
        (false, _) => return Err("a stream has no path"),
        (true, path) if path.starts_with('/') => path.to_owned(),
        (true, path) => format!("/{path}"),
    };
    if path.parse::<http::uri::PathAndQuery>().is_err() && !path.is_empty() {
        return Err("its path has a character that no path may have");
    }
    Ok(Target { scheme, host: host.to_ascii_lowercase(), port, path })
}

fn split_port(authority: &str) -> Result<(&str, Option<&str>), &'static str> {
    if let Some(rest) = authority.strip_prefix('[') {
        let (host, rest) = rest.split_once(']').ok_or("its address has no closing bracket")?;
        host.parse::<std::net::Ipv6Addr>().map_err(|_| "what is in brackets is no IPv6 address")?;
        return match rest {
            "" => Ok((host, None)),
            rest => {
                rest.strip_prefix(':').map(|port| (host, Some(port))).ok_or("its port is not after a colon")
            }
        };
    }
    match authority.split_once(':') {
        Some((host, port)) => Ok((host, Some(port))),
        None => Ok((authority, None)),
    }
}

fn check_host(host: &str) -> Result<(), &'static str> {
    if host.parse::<IpAddr>().is_ok() {
        return Ok(());
    }
    let label = |l: &str| {
        (1..=63).contains(&l.len())
            && l.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
            && !l.starts_with('-')
    };
    let name = host.strip_suffix('.').unwrap_or(host);
    if name.len() > 253 || !name.split('.').all(label) {
        return Err("its host is neither a name nor an address");
    }
    Ok(())
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = if self.scheme.is_http() { self.path.as_str() } else { "" };
        write!(f, "{}://{}{path}", self.scheme.as_str(), self.host_header())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn urls_are_read_with_the_port_of_their_scheme() {
        for (text, shown, port, path) in [
            ("https://siem.example.org", "https://siem.example.org/", 443, "/"),
            ("HTTPS://SIEM.example.org:8443/in?x=1", "https://siem.example.org:8443/in?x=1", 8443, "/in?x=1"),
            ("https://siem.example.org?x=1", "https://siem.example.org/?x=1", 443, "/?x=1"),
            ("http://[::1]:80/a", "http://[::1]/a", 80, "/a"),
            ("tls://logs.example.org", "tls://logs.example.org", 6514, ""),
            ("tls://logs.example.org:7000/", "tls://logs.example.org:7000", 7000, ""),
            ("tcp://127.0.0.1:514", "tcp://127.0.0.1:514", 514, ""),
        ] {
            let target: Target = text.parse().unwrap();
            assert_eq!((target.to_string().as_str(), target.port(), target.path()), (shown, port, path));
            assert_eq!(target.to_string().parse::<Target>().unwrap(), target);
        }
    }

    #[test]
    fn what_is_no_safe_url_is_refused_with_the_reason() {
        for (text, why) in [
            ("siem.example.org", "scheme"),
            ("ftp://siem.example.org", "none of"),
            ("file:///etc/shadow", "none of"),
            ("https://ward:secret@siem.example.org/", "user"),
            ("https://siem.example.org/#a", "fragment"),
            ("https://siem.example.org/a b", "space"),
            ("https://siem.example.org/\r\nX: y", "space"),
            ("https:///path", "host"),
            ("https://siem.example.org:0/", "port"),
            ("https://siem.example.org:66000/", "port"),
            ("https://[::1/", "bracket"),
            ("https://[::1]x/", "port"),
            ("https://sié.example.org/", "ASCII"),
            ("tcp://127.0.0.1", "no port"),
            ("tls://h:1/path", "no path"),
        ] {
            let error = text.parse::<Target>().unwrap_err().to_string();
            assert!(error.contains(why), "{text}: {error}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_refused_or_survives_its_text_form(text in "(https?|tls|tcp)://[ -~]{0,40}") {
            if let Ok(target) = text.parse::<Target>() {
                prop_assert_eq!(target.to_string().parse::<Target>().unwrap(), target);
            }
        }
    }
}
