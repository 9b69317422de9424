//! The first bytes of the PostgreSQL protocol: without TLS, and the request for it.
//!
//! PostgreSQL documentation, "Message Formats": StartupMessage, SSLRequest, ErrorResponse.

use std::{io, net::SocketAddr};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use super::{connect, within};

/// What a server says to somebody who comes without TLS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Plain {
    /// It asks for a password or lets in: it would talk in clear.
    Talks,
    /// It refuses; the SQLSTATE.
    Refuses(String),
}

/// Comes without TLS as this user.
pub(crate) async fn plain(to: SocketAddr, user: &str, database: &str) -> io::Result<Plain> {
    let mut stream = connect(to).await?;
    let mut body = 0x0003_0000_u32.to_be_bytes().to_vec();
    for text in ["user", user, "database", database] {
        body.extend_from_slice(text.as_bytes());
        body.push(0);
    }
    body.push(0);
    let length = u32::try_from(body.len() + 4).unwrap_or(0);
    within(stream.write_all(&[&length.to_be_bytes()[..], &body].concat())).await?;
    let mut answer = Vec::new();
    within(async {
        let mut piece = [0_u8; 1024];
        while read_plain(&answer).is_none() && answer.len() < 8192 {
            let read = stream.read(&mut piece).await?;
            if read == 0 {
                break;
            }
            answer.extend_from_slice(piece.get(..read).unwrap_or_default());
        }
        Ok(())
    })
    .await?;
    if answer.is_empty() {
        // Closed without a word.
        return Ok(Plain::Refuses("closed".into()));
    }
    read_plain(&answer)
        .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "this is no PostgreSQL server"))
}

/// Reads the first message; None if it is not whole, or none of the protocol.
fn read_plain(bytes: &[u8]) -> Option<Plain> {
    let [kind, a, b, c, d, rest @ ..] = bytes else { return None };
    let length = usize::try_from(u32::from_be_bytes([*a, *b, *c, *d])).ok()?.checked_sub(4)?;
    match kind {
        b'R' if (4..=1024).contains(&length) => Some(Plain::Talks),
        b'E' if length <= 8192 => {
            let fields = rest.get(..length)?;
            let code = fields.split(|b| *b == 0).find_map(|f| f.strip_prefix(b"C"))?;
            Some(Plain::Refuses(String::from_utf8_lossy(code).chars().take(5).collect()))
        }
        _ => None,
    }
}

/// Asks for TLS: the stream to go on with if the server agrees, None if it refuses.
pub(crate) async fn request_tls(to: SocketAddr) -> io::Result<Option<TcpStream>> {
    let mut stream = connect(to).await?;
    within(stream.write_all(&[0, 0, 0, 8, 0x04, 0xD2, 0x16, 0x2F])).await?;
    let mut answer = [0_u8; 1];
    within(stream.read_exact(&mut answer)).await?;
    match answer {
        [b'S'] => Ok(Some(stream)),
        [b'N'] => Ok(None),
        _ => Err(io::Error::new(io::ErrorKind::InvalidData, "this is no PostgreSQL server")),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_refusal_gives_its_code_and_a_password_request_is_talk() {
        let fields = b"SFATAL\0VFATAL\0C28000\0Mno pg_hba.conf entry\0\0";
        let mut refusal = vec![b'E'];
        refusal.extend((fields.len() as u32 + 4).to_be_bytes());
        refusal.extend(fields);
        assert_eq!(read_plain(&refusal), Some(Plain::Refuses("28000".into())));
        for cut in 0..refusal.len() {
            assert_eq!(read_plain(&refusal[..cut]), None);
        }
        assert_eq!(read_plain(&[b'R', 0, 0, 0, 8, 0, 0, 0, 10]), Some(Plain::Talks));
    }

    proptest! {
        #[test]
        fn the_reader_takes_any_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = read_plain(&bytes);
        }
    }
}
