//! Seals a stream, piece by piece.

use std::fmt;

use aws_lc_rs::aead::Aad;
use zeroize::Zeroizing;

use super::{ChunkSize, Chunks, StreamSummary, Tally, bound_header, buffer};
use crate::{Error, Result, key::Key, random, wrapped::KeyId};

/// Takes plaintext, gives sealed bytes. A stream without [`finish`](Self::finish) does not open.
pub struct Sealer {
    chunks: Chunks,
    size: usize,
    pending: Zeroizing<Vec<u8>>,
    header: Option<Vec<u8>>,
    tally: Tally,
    failed: bool,
}

impl Sealer {
    pub(crate) fn new(dek: &Key, dek_id: KeyId, aad: &str, chunk: ChunkSize) -> Result<Self> {
        let salt = random::bytes::<32>();
        let mut header = bound_header(chunk, dek_id, &salt);
        let (chunks, commitment) = Chunks::derive(dek, &header, &salt, aad)?;
        header.extend_from_slice(&commitment);
        Ok(Self {
            chunks,
            size: chunk.bytes(),
            pending: buffer(chunk.bytes()),
            header: Some(header),
            tally: Tally::new(),
            failed: false,
        })
    }

    /// Seals `plain` and appends what is ready to `out`: nothing, or the header and full chunks.
    ///
    /// # Errors
    /// [`Error::Refused`] after 2^32 chunks. After an error the stream is dead and `out` is to be thrown away.
    pub fn push(&mut self, mut plain: &[u8], out: &mut Vec<u8>) -> Result<()> {
        self.begin(out)?;
        while !plain.is_empty() {
            // A full chunk is sealed only when more follows, because the last one is marked.
            if self.pending.len() == self.size {
                self.seal_chunk(false, out)?;
            }
            let take = plain.len().min(self.size - self.pending.len());
            let (now, later) = plain.split_at_checked(take).unwrap_or((plain, &[]));
            self.pending.extend_from_slice(now);
            self.tally.plain += now.len() as u64;
            plain = later;
        }
        Ok(())
    }

    /// Seals the last chunk and says what was written.
    ///
    /// # Errors
    /// As [`push`](Self::push).
    pub fn finish(mut self, out: &mut Vec<u8>) -> Result<StreamSummary> {
        self.begin(out)?;
        self.seal_chunk(true, out)?;
        Ok(self.tally.summary())
    }

    fn begin(&mut self, out: &mut Vec<u8>) -> Result<()> {
        if self.failed {
            return Err(Error::Refused("the stream failed before".into()));
        }
        if let Some(header) = self.header.take() {
            self.tally.sealed(&header);
            out.extend_from_slice(&header);
        }
        Ok(())
    }

    fn seal_chunk(&mut self, last: bool, out: &mut Vec<u8>) -> Result<()> {
        self.failed = true;
        let nonce = self.chunks.next_nonce(last)?;
        let tag = self
            .chunks
            .cipher
            .seal_in_place_separate_tag(nonce, Aad::empty(), self.pending.as_mut_slice())
            .map_err(|_| Error::Module("AES-256-GCM encryption"))?;
        self.tally.sealed(&self.pending);
        self.tally.sealed(tag.as_ref());
        out.extend_from_slice(&self.pending);
        out.extend_from_slice(tag.as_ref());
        self.pending.clear();
        self.failed = false;
        Ok(())
    }
}

impl fmt::Debug for Sealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sealer").field("chunk", &self.chunks.number).finish_non_exhaustive()
    }
}
