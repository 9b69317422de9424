//! Sealed streams: data of any length, encrypted in chunks, so that nobody can cut, reorder, repeat or append.
//!
//! The STREAM construction of Hoang, Reyhanitabar, Rogaway and Vizár (CRYPTO 2015), as age and Tink use it.
//!
//! ```text
//! header  0   8  "WARDSTR" and format version 1
//!         8   1  algorithm: 1 = AES-256-GCM in the STREAM construction
//!         9   1  log2 of the chunk size: 16 or 20
//!        10  16  id of the DEK
//!        26  32  salt
//!        58  32  commitment: shows at once a wrong key, place or header, and fixes the key (GCM alone does not)
//! chunks 90      each: up to a chunk of ciphertext and a 16-byte tag; all full but the last
//! ```
//!
//! Key and commitment are HKDF-SHA-256 of the DEK with the salt, over the header and the caller's `aad`. The nonce of a chunk
//! is three zero bytes, its number (64 bits, big endian) and 1 if it is the last, else 0 (SP 800-38D section 8.2.1, deterministic): unique because the key is
//! the stream's own. An empty last chunk stands only in an empty stream, so each plaintext has one form.
//!
//! A stream has at most 2^32 chunks (256 TiB or 4 PiB), which keeps GCM's bounds far away (SP 800-38D section 8.3).

mod opener;
mod sealer;

use std::fmt;

pub use opener::Opener;
pub use sealer::Sealer;

use aws_lc_rs::aead::{AES_256_GCM, LessSafeKey, Nonce, UnboundKey};
use zeroize::Zeroizing;

use crate::{
    Error, Result,
    derive::{self, label},
    hash::Sha256,
    key::Key,
    wrapped::KeyId,
};

const MAGIC: &[u8; 8] = b"WARDSTR\x01";
const ALGORITHM: u8 = 1;
/// Bytes before the commitment, and with it.
const BOUND_HEADER: usize = 58;
const HEADER: usize = BOUND_HEADER + 32;
const TAG: usize = 16;
const MOST_CHUNKS: u64 = 1 << 32;

/// How much is encrypted at once. Whoever opens a stream needs memory for one chunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChunkSize {
    /// 64 KiB: for streams that are read as they come.
    Kib64,
    /// 1 MiB: for backups.
    Mib1,
}

impl ChunkSize {
    /// Plaintext bytes of a full chunk.
    pub fn bytes(self) -> usize {
        1 << self.log2()
    }

    fn log2(self) -> u8 {
        match self {
            Self::Kib64 => 16,
            Self::Mib1 => 20,
        }
    }
}

/// What went through a stream.
#[derive(Clone, PartialEq, Eq)]
pub struct StreamSummary {
    /// Plaintext bytes.
    pub plain_len: u64,
    /// Sealed bytes, header and tags included: the size of the file.
    pub sealed_len: u64,
    /// SHA-256 of the sealed bytes, to find a damaged copy without the key.
    pub sealed_sha256: [u8; 32],
}

impl StreamSummary {
    /// The SHA-256 as 64 hex digits.
    pub fn sealed_sha256_hex(&self) -> String {
        hex::encode(self.sealed_sha256)
    }
}

impl fmt::Debug for StreamSummary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StreamSummary")
            .field("plain_len", &self.plain_len)
            .field("sealed_len", &self.sealed_len)
            .field("sealed_sha256", &self.sealed_sha256_hex())
            .finish()
    }
}

/// The cipher of one stream and its place in it.
struct Chunks {
    cipher: LessSafeKey,
    number: u64,
}

impl Chunks {
    /// The cipher and the commitment for a header.
    fn derive(dek: &Key, bound_header: &[u8], salt: &[u8], aad: &str) -> Result<(Self, [u8; 32])> {
        let key = derive::key(salt, dek, &[label::STREAM, bound_header, aad.as_bytes()])?;
        let mut commitment = [0; 32];
        let info: [&[u8]; 3] = [label::STREAM_COMMIT, bound_header, aad.as_bytes()];
        derive::sha256(salt, dek.bytes(), &info, &mut commitment)?;
        let cipher = UnboundKey::new(&AES_256_GCM, key.bytes()).map_err(|_| Error::Module("AES-256-GCM"))?;
        Ok((Self { cipher: LessSafeKey::new(cipher), number: 0 }, commitment))
    }

    /// The nonce of the next chunk. Each number is given out once.
    fn next_nonce(&mut self, last: bool) -> Result<Nonce> {
        if self.number >= MOST_CHUNKS {
            return Err(Error::Refused("a stream can have 2^32 chunks at most".into()));
        }
        let mut nonce = [0u8; 12];
        let number = self.number.to_be_bytes();
        for (to, from) in nonce.iter_mut().skip(3).zip(number.iter().chain(&[u8::from(last)])) {
            *to = *from;
        }
        self.number += 1;
        Ok(Nonce::assume_unique_for_key(nonce))
    }
}

/// Counts and hashes the sealed bytes.
struct Tally {
    plain: u64,
    sealed: u64,
    hash: Sha256,
}

impl Tally {
    fn new() -> Self {
        Self { plain: 0, sealed: 0, hash: Sha256::new() }
    }

    fn sealed(&mut self, bytes: &[u8]) {
        self.sealed += bytes.len() as u64;
        self.hash.update(bytes);
    }

    fn summary(self) -> StreamSummary {
        StreamSummary { plain_len: self.plain, sealed_len: self.sealed, sealed_sha256: self.hash.finish() }
    }
}

fn bound_header(chunk: ChunkSize, dek: KeyId, salt: &[u8; 32]) -> Vec<u8> {
    let mut header = Vec::with_capacity(HEADER);
    header.extend_from_slice(MAGIC);
    header.extend_from_slice(&[ALGORITHM, chunk.log2()]);
    header.extend_from_slice(&dek);
    header.extend_from_slice(salt);
    header
}

/// A buffer that never grows, so that no copy of plaintext stays behind in freed memory.
fn buffer(capacity: usize) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(Vec::with_capacity(capacity))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nonce_is_the_number_and_the_last_flag_and_never_repeats() {
        let (mut chunks, _) = Chunks::derive(&Key::generate(), b"h", b"s", "a").unwrap();
        assert_eq!(hex::encode(chunks.next_nonce(false).unwrap().as_ref()), "000000000000000000000000");
        assert_eq!(hex::encode(chunks.next_nonce(true).unwrap().as_ref()), "000000000000000000000101");
        chunks.number = MOST_CHUNKS - 1;
        assert_eq!(hex::encode(chunks.next_nonce(false).unwrap().as_ref()), "00000000000000ffffffff00");
        assert!(matches!(chunks.next_nonce(true), Err(Error::Refused(_))));
    }

    /// Only who holds the key can make this one, but two forms of one plaintext would have two hashes.
    #[test]
    fn an_empty_last_chunk_after_a_full_one_is_refused() {
        use aws_lc_rs::aead::Aad;
        let (dek, salt) = (Key::generate(), [7; 32]);
        let mut sealed = bound_header(ChunkSize::Kib64, [1; 16], &salt);
        let (mut chunks, commitment) = Chunks::derive(&dek, &sealed, &salt, "a").unwrap();
        sealed.extend_from_slice(&commitment);
        for (last, mut chunk) in [(false, vec![0; ChunkSize::Kib64.bytes()]), (true, Vec::new())] {
            let nonce = chunks.next_nonce(last).unwrap();
            chunks.cipher.seal_in_place_append_tag(nonce, Aad::empty(), &mut chunk).unwrap();
            sealed.extend_from_slice(&chunk);
        }
        let (mut opener, mut out) = (Opener::new(dek, [1; 16], "a"), Vec::new());
        opener.push(&sealed, &mut out).unwrap();
        assert!(matches!(opener.finish(&mut out), Err(Error::Authentic)));
    }

    #[test]
    fn the_header_has_the_documented_length() {
        assert_eq!(bound_header(ChunkSize::Mib1, [1; 16], &[2; 32]).len(), BOUND_HEADER);
    }
}
