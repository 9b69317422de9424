//! A 256-bit key in memory, wiped when dropped.
//!
//! It lives on the heap, so that moving it moves a pointer and leaves no copy on the stack. Pages may still be
//! swapped out: a host that holds PHI has encrypted swap or none.

use std::fmt;

use zeroize::Zeroizing;

use crate::{Error, Result, random};

/// 32 secret bytes.
#[derive(Clone)]
pub(crate) struct Key(Box<Zeroizing<[u8; 32]>>);

impl Key {
    /// A new key from the module's random generator (SP 800-133r2 section 6.1: direct generation).
    pub(crate) fn generate() -> Self {
        let mut key = Self::zero();
        random::fill(key.0.as_mut_slice());
        key
    }

    /// A key of zeros, to be filled in place.
    pub(crate) fn zero() -> Self {
        Self(Box::new(Zeroizing::new([0; 32])))
    }

    /// Copies `bytes`, which the caller wipes.
    pub(crate) fn from_slice(bytes: &[u8]) -> Result<Self> {
        let mut key = Self::zero();
        if bytes.len() != key.0.len() {
            return Err(Error::Malformed("a key must have 32 bytes"));
        }
        key.0.copy_from_slice(bytes);
        Ok(key)
    }

    /// The bytes, for the crypto library alone.
    pub(crate) fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The bytes, to be filled by a derivation.
    pub(crate) fn bytes_mut(&mut self) -> &mut [u8; 32] {
        &mut self.0
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(hidden)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_nothing_of_the_key() {
        assert_eq!(format!("{:?}", Key::generate()), "Key(hidden)");
    }

    #[test]
    fn two_keys_differ() {
        assert_ne!(Key::generate().bytes(), Key::generate().bytes());
    }
}
