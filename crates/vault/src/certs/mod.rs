//! Ward's own certificate authority: for `*.ward.localhost` and for managed databases inside the installation.
//!
//! ECDSA P-256 with SHA-256 (FIPS 186-5), X.509 v3 (RFC 5280). The authority carries name constraints (RFC 5280
//! section 4.2.1.10), so that trusting it, or losing its key, cannot vouch for any name outside its scope. Nothing
//! here reads a clock: the caller gives the time.

mod authority;
mod issue;
mod scope;

pub use authority::{CertificateAuthority, MAX_AUTHORITY_VALIDITY};
pub use issue::{Issued, MAX_LEAF_VALIDITY};
pub use scope::Scope;

use std::time::Duration;

use jiff::Timestamp;

use crate::{Error, Result};

/// Certificates begin this long before they are made, for clients whose clock is behind.
pub const BACKDATED: Duration = Duration::from_secs(300);

fn failed(error: impl std::fmt::Display) -> Error {
    Error::Certificate(error.to_string())
}

/// `now + validity`, whole seconds, as X.509 has it.
fn add(now: Timestamp, validity: Duration) -> Result<i64> {
    i64::try_from(validity.as_secs())
        .ok()
        .and_then(|seconds| now.as_second().checked_add(seconds))
        .ok_or_else(|| Error::Certificate("the validity is out of range".into()))
}

/// Sets both ends of the validity, in seconds since 1970. rcgen's time type is reached through rcgen alone.
fn set_validity(params: &mut rcgen::CertificateParams, from: i64, to: i64) -> Result<()> {
    let epoch = rcgen::date_time_ymd(1970, 1, 1);
    let at = |seconds: i64| u64::try_from(seconds).ok().map(Duration::from_secs).map(|since| epoch + since);
    // Year 9999 is the last one X.509 can write.
    let (Some(from), Some(to), true) = (at(from), at(to), to < 253_402_300_799) else {
        return Err(Error::Certificate("the validity is out of range".into()));
    };
    params.not_before = from;
    params.not_after = to;
    Ok(())
}

/// 16 random bytes, positive and never zero (RFC 5280 section 4.1.2.2).
fn serial() -> rcgen::SerialNumber {
    let mut bytes = crate::random::bytes::<16>();
    if let Some(first) = bytes.first_mut() {
        *first = (*first & 0x7f) | 0x40;
    }
    rcgen::SerialNumber::from_slice(&bytes)
}
