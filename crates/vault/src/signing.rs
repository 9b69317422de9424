//! Seeds of Ed25519 signing keys (RFC 8032 section 5.1.5, FIPS 186-5).
//!
//! `ward-ledger` signs its checkpoints itself; the vault only makes the seed and keeps it encrypted like any other
//! secret ([`Vault::encrypt`](crate::Vault::encrypt)), so that the seed is in clear in memory alone.

use zeroize::Zeroizing;

use crate::random;

/// A new 32-byte seed, the private key of Ed25519.
pub fn new_seed() -> Zeroizing<[u8; 32]> {
    let mut seed = Zeroizing::new([0; 32]);
    random::fill(seed.as_mut_slice());
    seed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_makes_a_key_pair_that_signs() {
        use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
        let pair = Ed25519KeyPair::from_seed_unchecked(new_seed().as_slice()).unwrap();
        assert_eq!(pair.public_key().as_ref().len(), 32);
        assert_eq!(pair.sign(b"checkpoint").as_ref().len(), 64);
        assert_ne!(new_seed(), new_seed());
    }
}
