//! A ClientHello written by hand, and the server's first answer to it.
//!
//! rustls speaks neither TLS 1.0 and 1.1 nor CBC suites, so what must be refused has to be offered in raw bytes
//! (RFC 2246 and RFC 4346 7.4.1.2, RFC 5246 7.4.1.2). The answer is read up to the suite that the server chose.

/// A version on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Version {
    /// SSL 3.0.
    Ssl30,
    /// TLS 1.0.
    Tls10,
    /// TLS 1.1.
    Tls11,
    /// TLS 1.2.
    Tls12,
}

impl Version {
    /// Number on the wire.
    pub const fn number(self) -> u16 {
        match self {
            Self::Ssl30 => 0x0300,
            Self::Tls10 => 0x0301,
            Self::Tls11 => 0x0302,
            Self::Tls12 => 0x0303,
        }
    }
    /// Name for people.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ssl30 => "SSL 3.0",
            Self::Tls10 => "TLS 1.0",
            Self::Tls11 => "TLS 1.1",
            Self::Tls12 => "TLS 1.2",
        }
    }
}

/// Suites without authenticated encryption: CBC with MAC, 3DES, RC4, NULL (IANA TLS parameters).
pub const NOT_AEAD: &[u16] = &[
    0xC024, 0xC028, 0xC023, 0xC027, 0xC00A, 0xC014, 0xC009, 0xC013, 0x006B, 0x0067, 0x0039, 0x0033, 0x003D,
    0x003C, 0x0035, 0x002F, 0xC008, 0xC012, 0x0016, 0x000A, 0xC007, 0xC011, 0x0005, 0x0004, 0xC006, 0xC010,
    0x003B, 0x0002, 0x0001,
];

/// What the server said first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// It went on: a ServerHello with the version and suite it chose.
    Hello {
        /// Version.
        version: u16,
        /// Suite.
        suite: u16,
    },
    /// It refused with an alert.
    Alert {
        /// Description (RFC 8446 6).
        description: u8,
    },
    /// More bytes are needed to tell.
    Incomplete,
    /// No TLS at all.
    Other,
}

/// Writes a ClientHello for exactly this version, with these suites and this server name.
pub fn client_hello(version: Version, suites: &[u16], host: &str, random: [u8; 32]) -> Vec<u8> {
    let mut extensions = Vec::new();
    if version != Version::Ssl30 {
        let mut name = vec![0];
        prefixed16(&mut name, host.as_bytes());
        let mut list = Vec::new();
        prefixed16(&mut list, &name);
        extension(&mut extensions, 0x0000, &list);
        // Groups x25519, P-256, P-384; uncompressed points; ECDSA and RSA with SHA-256, 384 and SHA-1.
        extension(&mut extensions, 0x000A, &[0, 6, 0, 0x1D, 0, 0x17, 0, 0x18]);
        extension(&mut extensions, 0x000B, &[1, 0]);
    }
    if version == Version::Tls12 {
        extension(&mut extensions, 0x000D, &[0, 16, 4, 3, 4, 1, 5, 3, 5, 1, 8, 4, 8, 5, 2, 3, 2, 1]);
    }
    let mut body = version.number().to_be_bytes().to_vec();
    body.extend_from_slice(&random);
    body.push(0);
    let suites: Vec<u8> = suites.iter().flat_map(|s| s.to_be_bytes()).collect();
    prefixed16(&mut body, &suites);
    body.extend_from_slice(&[1, 0]);
    if !extensions.is_empty() {
        prefixed16(&mut body, &extensions);
    }
    let length = u32::try_from(body.len()).unwrap_or(0).to_be_bytes();
    let mut handshake = vec![1];
    handshake.extend(length.iter().skip(1));
    handshake.append(&mut body);
    // The record says the lowest version that has records, as every client does.
    let record = version.number().min(0x0301).to_be_bytes();
    let mut out = vec![22];
    out.extend_from_slice(&record);
    prefixed16(&mut out, &handshake);
    out
}

fn prefixed16(out: &mut Vec<u8>, bytes: &[u8]) {
    out.extend_from_slice(&u16::try_from(bytes.len()).unwrap_or(0).to_be_bytes());
    out.extend_from_slice(bytes);
}

fn extension(out: &mut Vec<u8>, kind: u16, body: &[u8]) {
    out.extend_from_slice(&kind.to_be_bytes());
    prefixed16(out, body);
}

/// Reads the first record of an answer.
pub fn read_answer(bytes: &[u8]) -> Answer {
    let [kind, major, _, high, low, rest @ ..] = bytes else {
        return match bytes.first() {
            None | Some(21 | 22) => Answer::Incomplete,
            Some(_) => Answer::Other,
        };
    };
    let length = usize::from(u16::from_be_bytes([*high, *low]));
    if *major != 3 || length == 0 || length > 16_640 {
        return Answer::Other;
    }
    match kind {
        21 => match rest {
            [_, description, ..] => Answer::Alert { description: *description },
            _ => Answer::Incomplete,
        },
        22 => read_server_hello(rest.get(..length.min(rest.len())).unwrap_or_default()),
        _ => Answer::Other,
    }
}

fn read_server_hello(bytes: &[u8]) -> Answer {
    match bytes.first() {
        None => return Answer::Incomplete,
        Some(2) => {}
        Some(_) => return Answer::Other,
    }
    // Type, length (3), version (2), random (32), session id (1 + n), suite (2).
    let Some(version) = pair(bytes, 4) else { return Answer::Incomplete };
    let Some(session) = bytes.get(38) else { return Answer::Incomplete };
    match pair(bytes, 39 + usize::from(*session)) {
        Some(suite) => Answer::Hello { version, suite },
        None => Answer::Incomplete,
    }
}

fn pair(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes([*bytes.get(at)?, *bytes.get(at + 1)?]))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What a server writes that accepts.
    fn server_hello(version: u16, suite: u16, session: &[u8]) -> Vec<u8> {
        let mut body = version.to_be_bytes().to_vec();
        body.extend([9; 32]);
        body.push(session.len() as u8);
        body.extend(session);
        body.extend(suite.to_be_bytes());
        body.push(0);
        let mut out = vec![22, 3, 1];
        let mut handshake = vec![2, 0, 0, body.len() as u8];
        handshake.extend(body);
        prefixed16(&mut out, &handshake);
        out
    }

    #[test]
    fn an_alert_and_other_protocols_are_told_apart() {
        assert_eq!(read_answer(&[21, 3, 1, 0, 2, 2, 70]), Answer::Alert { description: 70 });
        assert_eq!(read_answer(b"HTTP/1.1 400 Bad Request\r\n"), Answer::Other);
        assert_eq!(read_answer(&[]), Answer::Incomplete);
    }

    proptest! {
        #[test]
        fn the_reader_takes_any_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = read_answer(&bytes);
        }

        #[test]
        fn an_acceptance_is_read_back_and_no_piece_of_it_is_taken_for_a_refusal(
            version in 0x0300_u16..0x0304, suite in any::<u16>(), session in proptest::collection::vec(any::<u8>(), 0..33), cut in any::<prop::sample::Index>()
        ) {
            let whole = server_hello(version, suite, &session);
            prop_assert_eq!(read_answer(&whole), Answer::Hello { version, suite });
            let piece = &whole[..cut.index(whole.len())];
            let read = read_answer(piece);
            let whole_answer = Answer::Hello { version, suite };
            prop_assert!(read == Answer::Incomplete || read == whole_answer, "{:?}", read);
        }

        #[test]
        fn a_hello_is_one_record_with_right_lengths(host in "[a-z]{1,40}", random in any::<[u8; 32]>()) {
            for version in [Version::Ssl30, Version::Tls10, Version::Tls11, Version::Tls12] {
                let bytes = client_hello(version, NOT_AEAD, &host, random);
                prop_assert_eq!(usize::from(pair(&bytes, 3).unwrap()), bytes.len() - 5);
                prop_assert_eq!(usize::from(pair(&bytes, 7).unwrap()), bytes.len() - 9);
                prop_assert_eq!(pair(&bytes, 9).unwrap(), version.number());
            }
        }
    }
}
