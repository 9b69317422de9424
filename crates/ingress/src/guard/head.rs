//! Decides whether a request head may pass.
//!
//! HTTP libraries are lenient where smuggling lives: two Host fields, bare line feeds, a length beside
//! chunked coding, space before a colon. This reads the bytes themselves, after RFC 9112, and takes the
//! strict side of every choice the standard leaves.

/// Why a request was refused before it reached a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// Malformed or ambiguous: 400.
    Bad(&'static str),
    /// The head is larger, or has more fields, than allowed: 431.
    HeadTooLarge,
    /// The target is longer than allowed: 414.
    TargetTooLong,
    /// The head took too long: 408.
    TooSlow,
    /// Neither HTTP/1.1 nor HTTP/1.0: 505.
    Version,
}

impl Refusal {
    /// Status code and a text that may be shown to the client.
    pub fn answer(self) -> (u16, &'static str) {
        match self {
            Self::Bad(reason) => (400, reason),
            Self::HeadTooLarge => (431, "the request's header fields are too large"),
            Self::TargetTooLong => (414, "the request target is too long"),
            Self::TooSlow => (408, "the request did not arrive in time"),
            Self::Version => (505, "only HTTP/1.1 and HTTP/2 are served"),
        }
    }
}

/// How much a head may hold.
#[derive(Debug, Clone, Copy)]
pub struct HeadLimits {
    /// Bytes in all.
    pub bytes: usize,
    /// Bytes of the request target.
    pub target: usize,
    /// Header fields.
    pub fields: usize,
}

/// Protocols that a connection may switch to: WebSocket, and the tunnel to a database that the API opens.
pub const PROTOCOLS: [&str; 2] = ["websocket", "ward-tunnel"];

/// What follows an accepted head.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Framing {
    /// No body.
    Empty,
    /// A body of so many bytes.
    Length(u64),
    /// A chunked body.
    Chunked,
    /// No body, and the client asks to switch to one of [`PROTOCOLS`]: nothing is read until that is decided.
    Upgrade,
}

/// Checks a whole head, its closing empty line included.
///
/// # Errors
/// The first reason to refuse it.
pub fn check(head: &[u8], limits: &HeadLimits) -> Result<Framing, Refusal> {
    if head.len() > limits.bytes {
        return Err(Refusal::HeadTooLarge);
    }
    let mut lines = Lines(head);
    let request_line = lines.next().ok_or(Refusal::Bad("the request is incomplete"))??;
    let (target, version_11) = request_line_parts(request_line, limits)?;
    let mut fields = Fields::default();
    let mut count = 0;
    loop {
        let line = lines.next().ok_or(Refusal::Bad("the request is incomplete"))??;
        if line.is_empty() {
            break;
        }
        count += 1;
        if count > limits.fields {
            return Err(Refusal::HeadTooLarge);
        }
        let (name, value) = field(line)?;
        fields.take(name, value)?;
    }
    if !lines.0.is_empty() {
        return Err(Refusal::Bad("bytes follow the request's head"));
    }
    let host = fields.host.ok_or(Refusal::Bad("the Host header is missing"))?;
    check_target(target, host)?;
    fields.framing(version_11)
}

/// Lines that end in CRLF; a bare CR or LF is an error (RFC 9112 section 2.2 allows to accept it; we do not).
struct Lines<'a>(&'a [u8]);

impl<'a> Iterator for Lines<'a> {
    type Item = Result<&'a [u8], Refusal>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.is_empty() {
            return None;
        }
        let Some(end) = self.0.iter().position(|b| matches!(b, b'\r' | b'\n')) else {
            return Some(Err(Refusal::Bad("the request is incomplete")));
        };
        let (line, rest) = self.0.split_at(end);
        let Some(rest) = rest.strip_prefix(b"\r\n") else {
            return Some(Err(Refusal::Bad("a line does not end in CRLF")));
        };
        self.0 = rest;
        Some(Ok(line))
    }
}

/// The target, and whether the version is 1.1.
fn request_line_parts<'a>(line: &'a [u8], limits: &HeadLimits) -> Result<(&'a [u8], bool), Refusal> {
    const FORM: Refusal = Refusal::Bad("the request line is malformed");
    let mut parts = line.split(|b| *b == b' ');
    let (Some(method), Some(target), Some(version), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(FORM);
    };
    if method.is_empty() || method.len() > 32 || !method.iter().all(|b| is_token(*b)) {
        return Err(FORM);
    }
    if target.len() > limits.target {
        return Err(Refusal::TargetTooLong);
    }
    if target.is_empty() || !target.iter().all(|b| b.is_ascii_graphic() && *b != b'#') {
        return Err(Refusal::Bad("the request target holds bytes that do not belong there"));
    }
    match version {
        b"HTTP/1.1" => Ok((target, true)),
        b"HTTP/1.0" => Ok((target, false)),
        v if v.starts_with(b"HTTP/") => Err(Refusal::Version),
        _ => Err(FORM),
    }
}

/// Name and trimmed value of a header field.
fn field(line: &[u8]) -> Result<(&[u8], &[u8]), Refusal> {
    let colon = line.iter().position(|b| *b == b':').ok_or(Refusal::Bad("a header field lacks its colon"))?;
    let (name, value) = line.split_at(colon);
    if name.is_empty() || !name.iter().all(|b| is_token(*b)) {
        return Err(Refusal::Bad("a header field's name is malformed"));
    }
    let value = value.get(1..).unwrap_or_default().trim_ascii();
    if value.iter().any(|b| (*b < 0x20 && *b != b'\t') || *b == 0x7f) {
        return Err(Refusal::Bad("a header field holds a control character"));
    }
    Ok((name, value))
}

/// The fields that frame and route a request.
#[derive(Default)]
struct Fields<'a> {
    host: Option<&'a [u8]>,
    length: Option<u64>,
    chunked: bool,
    known_protocol: bool,
    connection_upgrade: bool,
}

impl<'a> Fields<'a> {
    fn take(&mut self, name: &[u8], value: &'a [u8]) -> Result<(), Refusal> {
        if name.eq_ignore_ascii_case(b"host") {
            if self.host.is_some() {
                return Err(Refusal::Bad("there is more than one Host header"));
            }
            if !is_authority(value) {
                return Err(Refusal::Bad("the Host header is malformed"));
            }
            self.host = Some(value);
        } else if name.eq_ignore_ascii_case(b"content-length") {
            let digits = !value.is_empty() && value.len() <= 18 && value.iter().all(u8::is_ascii_digit);
            let length = std::str::from_utf8(value).ok().filter(|_| digits).and_then(|v| v.parse().ok());
            if self.length.is_some() || length.is_none() {
                return Err(Refusal::Bad("the Content-Length header is malformed or repeated"));
            }
            self.length = length;
        } else if name.eq_ignore_ascii_case(b"transfer-encoding") {
            if self.chunked || !value.eq_ignore_ascii_case(b"chunked") {
                return Err(Refusal::Bad("the only transfer coding accepted is a single chunked"));
            }
            self.chunked = true;
        } else if name.eq_ignore_ascii_case(b"upgrade") {
            self.known_protocol |= PROTOCOLS.iter().any(|p| value.eq_ignore_ascii_case(p.as_bytes()));
        } else if name.eq_ignore_ascii_case(b"connection") {
            self.connection_upgrade |=
                value.split(|b| *b == b',').any(|t| t.trim_ascii().eq_ignore_ascii_case(b"upgrade"));
        }
        Ok(())
    }

    fn framing(&self, version_11: bool) -> Result<Framing, Refusal> {
        match (self.length, self.chunked) {
            (Some(_), true) => Err(Refusal::Bad("Content-Length and Transfer-Encoding exclude each other")),
            (None, true) if !version_11 => Err(Refusal::Bad("HTTP/1.0 knows no transfer coding")),
            _ if version_11 && self.known_protocol && self.connection_upgrade => {
                match (self.length, self.chunked) {
                    (None | Some(0), false) => Ok(Framing::Upgrade),
                    _ => Err(Refusal::Bad("a request to switch protocols has no body")),
                }
            }
            (None, true) => Ok(Framing::Chunked),
            (None | Some(0), false) => Ok(Framing::Empty),
            (Some(length), false) => Ok(Framing::Length(length)),
        }
    }
}

/// An absolute target names the same authority as Host (RFC 9112 section 3.2.2 lets the target win, and
/// what differs between two readers is how requests are smuggled).
fn check_target(target: &[u8], host: &[u8]) -> Result<(), Refusal> {
    if target.starts_with(b"/") {
        return Ok(());
    }
    let rest = [b"https://".as_slice(), b"http://"].iter().find_map(|scheme| {
        target.split_at_checked(scheme.len()).filter(|(s, _)| s.eq_ignore_ascii_case(scheme)).map(|(_, r)| r)
    });
    let Some(rest) = rest else {
        return Err(Refusal::Bad("the request target is neither a path nor a URL of this host"));
    };
    let authority = rest.split(|b| matches!(b, b'/' | b'?')).next().unwrap_or_default();
    match authority.eq_ignore_ascii_case(host) {
        true => Ok(()),
        false => Err(Refusal::Bad("the request target and the Host header disagree")),
    }
}

/// A host name or address with an optional port; no user part.
fn is_authority(value: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(value) else { return false };
    crate::proxy::authority::host_of(text).is_some()
}

/// RFC 9110 section 5.6.2.
pub(crate) fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const LIMITS: HeadLimits = HeadLimits { bytes: 1024, target: 256, fields: 8 };

    fn head(text: &str) -> Result<Framing, Refusal> {
        check(text.as_bytes(), &LIMITS)
    }

    #[test]
    fn ordinary_heads_pass_with_their_framing() {
        assert_eq!(head("GET / HTTP/1.1\r\nHost: a.b\r\n\r\n"), Ok(Framing::Empty));
        assert_eq!(
            head("POST /x?y HTTP/1.1\r\nHost: a.b:8443\r\nContent-Length: 5\r\n\r\n"),
            Ok(Framing::Length(5))
        );
        assert_eq!(
            head("POST / HTTP/1.1\r\nhost:a.b\r\ntransfer-encoding: Chunked\r\n\r\n"),
            Ok(Framing::Chunked)
        );
        assert_eq!(head("GET https://a.b/x HTTP/1.1\r\nHost: A.B\r\n\r\n"), Ok(Framing::Empty));
        let socket =
            "GET /ws HTTP/1.1\r\nHost: a.b\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n\r\n";
        assert_eq!(head(socket), Ok(Framing::Upgrade));
        assert_eq!(head(&socket.replace("websocket", "ward-tunnel")), Ok(Framing::Upgrade));
    }

    #[test]
    fn an_upgrade_to_a_protocol_that_is_not_known_is_an_ordinary_request() {
        let h2c = "GET / HTTP/1.1\r\nHost: a.b\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n";
        assert_eq!(head(h2c), Ok(Framing::Empty));
    }

    #[test]
    fn limits_have_their_own_answers() {
        let long = format!("GET /{} HTTP/1.1\r\nHost: a.b\r\n\r\n", "x".repeat(300));
        assert_eq!(head(&long), Err(Refusal::TargetTooLong));
        let many = format!("GET / HTTP/1.1\r\nHost: a.b\r\n{}\r\n", "X: y\r\n".repeat(8));
        assert_eq!(head(&many), Err(Refusal::HeadTooLarge));
        assert_eq!(head("GET / HTTP/3.0\r\nHost: a.b\r\n\r\n"), Err(Refusal::Version));
    }

    proptest! {
        #[test]
        fn the_validator_never_panics_on_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let _ = check(&bytes, &LIMITS);
        }

        #[test]
        fn the_validator_never_panics_on_near_misses(
            parts in proptest::collection::vec(prop_oneof![
                Just("GET "), Just("/"), Just(" HTTP/1.1"), Just("\r\n"), Just("\n"), Just("\r"), Just("Host:"),
                Just(" a.b"), Just("Content-Length:"), Just("5"), Just("Transfer-Encoding:"), Just("chunked"),
                Just(":"), Just("\0"), Just("[::1]:"), Just("https://"), Just("é"), Just("Upgrade: websocket"),
            ], 0..40)
        ) {
            let text = parts.concat();
            if check(text.as_bytes(), &LIMITS).is_ok() {
                let lower = text.to_ascii_lowercase();
                prop_assert_eq!(lower.matches("\r\nhost:").count(), 1);
                prop_assert!(!(lower.contains("\r\ncontent-length:") && lower.contains("\r\ntransfer-encoding:")));
                prop_assert!(!text.replace("\r\n", "").contains(['\r', '\n', '\0']));
            }
        }
    }
}
