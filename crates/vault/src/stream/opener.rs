//! Opens a stream, piece by piece.

use std::fmt;

use aws_lc_rs::aead::Aad;
use zeroize::{Zeroize, Zeroizing};

use super::{
    ALGORITHM, BOUND_HEADER, ChunkSize, Chunks, HEADER, MAGIC, StreamSummary, TAG, Tally, bound_header,
    buffer,
};
use crate::{Error, Result, hash, key::Key, wrapped::KeyId};

/// Takes sealed bytes, gives plaintext.
///
/// Each chunk is verified before it leaves, but only [`finish`](Self::finish) knows that the stream is whole: use
/// what `push` gave as provisional until then (restore into a new database, rename a file afterwards).
pub struct Opener {
    state: State,
    pending: Zeroizing<Vec<u8>>,
    tally: Tally,
}

enum State {
    /// Waits for the header. The DEK is wiped when the stream's own key is derived.
    Header {
        dek: Key,
        dek_id: KeyId,
        aad: String,
    },
    Body {
        chunks: Chunks,
        sealed_size: usize,
    },
    Failed,
}

impl Opener {
    pub(crate) fn new(dek: Key, dek_id: KeyId, aad: &str) -> Self {
        Self {
            state: State::Header { dek, dek_id, aad: aad.to_owned() },
            pending: buffer(HEADER),
            tally: Tally::new(),
        }
    }

    /// Opens `sealed` and appends what is verified to `out`.
    ///
    /// # Errors
    /// [`Error::Authentic`], [`Error::Malformed`] if it is no stream. After an error the opener gives nothing more.
    pub fn push(&mut self, mut sealed: &[u8], out: &mut Vec<u8>) -> Result<()> {
        while !sealed.is_empty() {
            let want = match &self.state {
                State::Header { .. } => HEADER,
                State::Body { sealed_size, .. } => *sealed_size,
                State::Failed => return Err(Error::Authentic),
            };
            if self.pending.len() == want {
                // More follows, so this is not the last chunk.
                self.open_chunk(false, out)?;
            }
            let take = sealed.len().min(want - self.pending.len());
            let (now, later) = sealed.split_at_checked(take).unwrap_or((sealed, &[]));
            self.pending.extend_from_slice(now);
            self.tally.sealed(now);
            sealed = later;
            if matches!(self.state, State::Header { .. }) && self.pending.len() == HEADER {
                self.open_header()?;
            }
        }
        Ok(())
    }

    /// Opens the last chunk and says what was read.
    ///
    /// # Errors
    /// [`Error::Authentic`] if the stream was cut short, even at the end of a chunk, or anything else was changed.
    pub fn finish(mut self, out: &mut Vec<u8>) -> Result<StreamSummary> {
        self.open_chunk(true, out)?;
        Ok(self.tally.summary())
    }

    fn open_header(&mut self) -> Result<()> {
        let State::Header { dek, dek_id, aad } = std::mem::replace(&mut self.state, State::Failed) else {
            return Err(Error::Authentic);
        };
        let (bound, commitment) =
            self.pending.split_at_checked(BOUND_HEADER).ok_or(Error::Malformed("stream header"))?;
        let rest =
            bound.strip_prefix(MAGIC).ok_or(Error::Malformed("not a sealed stream of a known version"))?;
        let (&[algorithm, log2], rest) = rest.split_first_chunk().ok_or(Error::Malformed("stream header"))?;
        let chunk = match (algorithm, log2) {
            (ALGORITHM, 16) => ChunkSize::Kib64,
            (ALGORITHM, 20) => ChunkSize::Mib1,
            _ => return Err(Error::Malformed("a sealed stream of an unknown algorithm or chunk size")),
        };
        let (_, salt) = rest.split_first_chunk::<16>().ok_or(Error::Malformed("stream header"))?;
        let salt: &[u8; 32] = salt.try_into().map_err(|_| Error::Malformed("stream header"))?;
        // Built from the DEK's own id, not from the one read: another DEK's stream does not match.
        let expected = bound_header(chunk, dek_id, salt);
        let (chunks, expected_commitment) = Chunks::derive(&dek, &expected, salt, &aad)?;
        if bound != expected || !hash::constant_time_eq(commitment, &expected_commitment) {
            return Err(Error::Authentic);
        }
        let sealed_size = chunk.bytes() + TAG;
        self.pending = buffer(sealed_size);
        self.state = State::Body { chunks, sealed_size };
        Ok(())
    }

    fn open_chunk(&mut self, last: bool, out: &mut Vec<u8>) -> Result<()> {
        // Stays failed unless all goes well.
        let State::Body { mut chunks, sealed_size } = std::mem::replace(&mut self.state, State::Failed)
        else {
            return Err(Error::Authentic);
        };
        if last && self.pending.len() == TAG && chunks.number > 0 {
            return Err(Error::Authentic);
        }
        let nonce = chunks.next_nonce(last)?;
        let plain = chunks
            .cipher
            .open_in_place(nonce, Aad::empty(), self.pending.as_mut_slice())
            .map_err(|_| Error::Authentic)?;
        out.extend_from_slice(plain);
        self.tally.plain += plain.len() as u64;
        plain.zeroize();
        self.pending.clear();
        self.state = State::Body { chunks, sealed_size };
        Ok(())
    }
}

impl fmt::Debug for Opener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Opener(hidden)")
    }
}
