//! Begins streams under a DEK.

use super::Vault;
use crate::{ChunkSize, Opener, Result, Sealer, WrappedKey};

impl Vault {
    /// Begins to seal a stream (a backup) for the place `aad`. Any number of streams per DEK: each has a key of its
    /// own.
    ///
    /// # Errors
    /// As [`encrypt`](Self::encrypt).
    pub fn sealer(&self, kek: &WrappedKey, dek: &WrappedKey, aad: &str, chunk: ChunkSize) -> Result<Sealer> {
        Sealer::new(&self.unwrap_dek(kek, dek)?, dek.id(), aad, chunk)
    }

    /// Begins to open a stream that [`sealer`](Self::sealer) made with the same keys for the same place.
    ///
    /// # Errors
    /// As [`encrypt`](Self::encrypt).
    pub fn opener(&self, kek: &WrappedKey, dek: &WrappedKey, aad: &str) -> Result<Opener> {
        Ok(Opener::new(self.unwrap_dek(kek, dek)?, dek.id(), aad))
    }
}
