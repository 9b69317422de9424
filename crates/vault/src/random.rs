//! Randomness from the module's generator (AWS-LC: CTR_DRBG of SP 800-90A, seeded by the operating system).
//!
//! These functions don't return errors: without entropy no decision about keys is safe, so the process ends, as
//! AWS-LC itself does.

use aws_lc_rs::rand;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use zeroize::Zeroizing;

/// No 0 and O, 1, l and I: a person can read it out. 57 characters, 5.83 bits each.
const UNAMBIGUOUS: &[u8] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
/// Base64 characters of 32 bytes and of a CRC-32.
const BODY: usize = 43;
const CHECK: usize = 6;

/// Fills `out` with random bytes.
pub fn fill(out: &mut [u8]) {
    if rand::fill(out).is_err() {
        // A token made of zeros would be worse than a daemon that stops.
        std::process::abort();
    }
}

/// `N` random bytes. For keys use the [`Vault`](crate::Vault), which wipes them.
pub fn bytes<const N: usize>() -> [u8; N] {
    let mut out = [0; N];
    fill(&mut out);
    out
}

/// A bearer token: `prefix`, 256 random bits in URL-safe base64, and a CRC-32 of both in six more characters.
///
/// The prefix (`ward_pat_`) lets secret scanners find a leaked token, the checksum lets them be sure, and a
/// mistyped one be told apart from a revoked one. The checksum is no protection: anyone can compute it.
pub fn token(prefix: &str) -> Zeroizing<String> {
    let secret = Zeroizing::new(bytes::<32>());
    let mut text = Zeroizing::new(String::with_capacity(prefix.len() + BODY + CHECK));
    text.push_str(prefix);
    URL_SAFE_NO_PAD.encode_string(secret.as_slice(), &mut text);
    let check = crc32(text.as_bytes());
    URL_SAFE_NO_PAD.encode_string(check.to_be_bytes(), &mut text);
    text
}

/// Whether `text` has the form of a token with this prefix, checksum included. Says nothing about its validity.
pub fn is_token(prefix: &str, text: &str) -> bool {
    let Some(rest) = text.strip_prefix(prefix) else { return false };
    if rest.len() != BODY + CHECK || !rest.is_ascii() {
        return false;
    }
    let Some((signed, check)) = text.split_at_checked(prefix.len() + BODY) else { return false };
    let body_is_base64 = rest.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    body_is_base64 && URL_SAFE_NO_PAD.encode(crc32(signed.as_bytes()).to_be_bytes()) == check
}

/// A password of `length` characters that can be read aloud; every character is equally likely.
///
/// 22 characters carry 128 bits. Printable ASCII without quotes, so it needs no escaping in a URL or a shell.
pub fn password(length: usize) -> Zeroizing<String> {
    let count = UNAMBIGUOUS.len() as u8;
    let limit = u8::MAX - u8::MAX % count;
    let mut text = Zeroizing::new(String::with_capacity(length));
    while text.len() < length {
        // Bytes at or over the largest multiple of the alphabet are thrown away: a plain remainder would favour the
        // first characters.
        for byte in Zeroizing::new(bytes::<64>()).iter().filter(|byte| **byte < limit) {
            if let (true, Some(c)) = (text.len() < length, UNAMBIGUOUS.get(usize::from(byte % count))) {
                text.push(char::from(*c));
            }
        }
    }
    text
}

/// CRC-32 of ISO 3309 (the one of gzip and PNG), bit by bit: tokens are short.
fn crc32(data: &[u8]) -> u32 {
    !data.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ if crc & 1 == 1 { 0xEDB8_8320 } else { 0 })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crc32_answers_the_check_value() {
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
    }

    #[test]
    fn a_token_is_recognized_and_a_typo_is_not() {
        let token = token("ward_pat_");
        assert_eq!(token.len(), 9 + BODY + CHECK);
        assert!(is_token("ward_pat_", &token));
        assert!(!is_token("ward_svc_", &token));
        assert!(!is_token("ward_pat_", &token[..token.len() - 1]));
        assert!(!is_token("ward_pat_", ""));
        assert!(!is_token("ward_pat_", &format!("ward_pat_{}", "é".repeat(24))));
        for at in 0..token.len() {
            let mut typo = token.as_bytes().to_vec();
            typo[at] = if typo[at] == b'x' { b'y' } else { b'x' };
            assert!(!is_token("ward_pat_", std::str::from_utf8(&typo).unwrap()), "typo at {at}");
        }
    }

    #[test]
    fn tokens_and_passwords_do_not_repeat() {
        assert_ne!(token("t_"), token("t_"));
        assert_ne!(password(20), password(20));
    }

    #[test]
    fn a_password_uses_every_character_about_equally() {
        let mut counts = std::collections::HashMap::new();
        let text = password(57_000);
        assert_eq!(text.len(), 57_000);
        for c in text.chars() {
            assert!(!"0O1lI".contains(c));
            *counts.entry(c).or_insert(0u32) += 1;
        }
        assert_eq!(counts.len(), UNAMBIGUOUS.len());
        // Chi-squared with 56 degrees of freedom: 56 on average, over 160 never. A plain remainder gives about 700.
        let spread: f64 = counts.values().map(|n| (f64::from(*n) - 1000.0).powi(2) / 1000.0).sum();
        assert!(spread < 160.0, "{spread} {counts:?}");
    }
}
