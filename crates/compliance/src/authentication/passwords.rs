//! `idn.password-policy`: what the policy takes, and how secrets are stored (45 CFR 164.308(a)(5)(ii)(D)).

use std::time::Duration;

use async_trait::async_trait;
use serde_json::json;

use super::UserRow;
use crate::{
    Probe,
    checks::{Check, Finding, Tally, Unseen, hours},
    sql,
};

/// Form of a current hash: argon2id, 19 MiB, two passes (OWASP; RFC 9106).
const CURRENT: &str = "$argon2id$v=19$m=19456,t=2,p=1$";
/// Passwords that must be refused for `dana.reed@example.org`.
const BAD: [&str; 5] = ["short", "password1234", "dana.reed-2026", "aaaaaaaaaaaaaaaa", "my-123456-secret"];

/// The policy refuses bad passwords; every stored secret is a memory-hard hash, or a hash of random bytes.
pub(crate) struct PasswordPolicy;

#[async_trait]
impl Check for PasswordPolicy {
    fn id(&self) -> &'static str {
        "idn.password-policy"
    }
    fn every(&self) -> Duration {
        hours(1)
    }
    fn gap(&self) -> Option<&'static str> {
        Some("the stored passwords of roles inside managed databases")
    }
    async fn observe(&self, probe: &Probe) -> Result<Finding, Unseen> {
        let mut tally = Tally::of("stored secrets");
        for bad in BAD {
            if ward_identity::passwords::check(bad, "dana.reed@example.org").is_ok() {
                tally.fault("policy", "the password policy takes a password that is easy to guess");
            }
        }
        let mut read = probe.read().await?;
        let users: Vec<UserRow> = sqlx::query_as(sql::USERS).fetch_all(read.conn()).await?;
        for (id, _, _, disabled, _, hash) in users {
            // A user without a password can't sign in.
            if disabled.is_some() || hash.is_empty() {
                continue;
            }
            tally.saw();
            if !hash.starts_with(CURRENT) {
                tally.fault(id, "a password is not stored as argon2id with the current parameters");
            }
        }
        let hashes: Vec<(String,)> = sqlx::query_as(sql::SECRET_HASHES).fetch_all(read.conn()).await?;
        for (hash,) in hashes {
            tally.saw();
            let hex =
                hash.len() == 64 && hash.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
            if !hex && !hash.starts_with("$argon2id$") {
                tally.fault(
                    "sessions, tokens or recovery codes",
                    "a secret of a session, token or recovery code is not stored as a hash",
                );
            }
        }
        tally.note(json!({ "shortest": ward_identity::passwords::SHORTEST, "refused_samples": BAD.len() }));
        Ok(tally.finish("are stored as hashes with current parameters"))
    }
}
