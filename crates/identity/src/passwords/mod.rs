//! Passwords: argon2id, outside the FIPS module.
//!
//! Parameters follow OWASP's Password Storage Cheat Sheet (19 MiB, 2 passes, 1 lane) and RFC 9106. Hashing runs on
//! a blocking thread: it takes tens of milliseconds.

use argon2::{
    Algorithm, Argon2, Params, PasswordHasher as _, PasswordVerifier as _, Version,
    password_hash::phc::PasswordHash,
};
use tokio::sync::Semaphore;
use ward_spine::{Error, Result};
use zeroize::Zeroizing;

/// Shortest password (NIST SP 800-63B 5.1.1.2 asks for 8; a floor here is 12).
pub const SHORTEST: usize = 12;
/// Longest password, in bytes: bounds the work.
pub const LONGEST: usize = 1024;

/// Well-formed hash of no password: verified when there is no such user, so that both take the same time.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$d2FyZC1uby1zdWNoLXVzZXI$3q8Jq1pP7bXyIgqVR4mFvTgkV8c5wQ1ZlP0oVtQq0hI";

fn hasher() -> Result<Argon2<'static>> {
    let params =
        Params::new(19_456, 2, 1, None).map_err(|e| Error::internal("hashing a password", e.to_string()))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// Whether a password may be used: long enough, not obvious.
pub fn check(password: &str, email: &str) -> Result<()> {
    let refuse = |why: &str| {
        Err(Error::invalid(
            format!("the password {why}"),
            "choose one of at least 12 characters; a few random words are good",
        ))
    };
    if password.chars().count() < SHORTEST {
        return refuse("is shorter than 12 characters");
    }
    if password.len() > LONGEST {
        return refuse("is longer than 1,024 bytes");
    }
    let lower = password.to_lowercase();
    let local = email.split('@').next().unwrap_or_default();
    if (local.len() >= 4 && lower.contains(local)) || lower.contains("password") || lower.contains("123456") {
        return refuse("is easy to guess");
    }
    let mut distinct: Vec<char> = lower.chars().collect();
    distinct.sort_unstable();
    distinct.dedup();
    if distinct.len() < 5 {
        return refuse("repeats a few characters");
    }
    Ok(())
}

/// Hashes a password with a fresh salt, as a PHC string.
pub async fn hash(password: &str) -> Result<String> {
    let password = Zeroizing::new(password.as_bytes().to_vec());
    blocking(move || {
        let salt = ward_vault::random::bytes::<16>();
        let hash: PasswordHash = hasher()?
            .hash_password_with_salt(&password, &salt)
            .map_err(|e| Error::internal("hashing a password", e.to_string()))?;
        Ok(hash.to_string())
    })
    .await
}

/// Whether the password is the one that was hashed; None stands for a user who does not exist.
pub async fn verify(password: &str, hash: Option<&str>) -> Result<bool> {
    if password.len() > LONGEST {
        return Ok(false);
    }
    let password = Zeroizing::new(password.as_bytes().to_vec());
    let exists = hash.is_some();
    let hash = hash.unwrap_or(NOBODY).to_owned();
    blocking(move || {
        let parsed = PasswordHash::new(&hash)
            .map_err(|e| Error::internal("reading a password hash", e.to_string()))?;
        Ok(hasher()?.verify_password(&password, &parsed).is_ok() && exists)
    })
    .await
}

/// Places for work that anybody may ask for by trying to sign in: each takes 19 MiB and a core.
struct Places {
    at_once: Semaphore,
    /// At work and waiting. What comes beyond is refused, so that those who wait are not kept for long.
    in_all: Semaphore,
}

static PLACES: Places = Places::new(4, 100);

impl Places {
    const fn new(at_once: usize, in_all: usize) -> Self {
        Self { at_once: Semaphore::const_new(at_once), in_all: Semaphore::const_new(in_all) }
    }
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    blocking_in(&PLACES, work).await
}

async fn blocking_in<T: Send + 'static>(
    places: &'static Places,
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    let Ok(place) = places.in_all.try_acquire() else {
        return Err(Error::throttled("too many passwords are being checked", 1));
    };
    let turn = places.at_once.acquire().await.map_err(|e| Error::internal("hashing a password", e))?;
    // Both are held by the work itself: a client that goes away does not stop it, so it must go on counting.
    let work = move || {
        let _held = (place, turn);
        work()
    };
    tokio::task::spawn_blocking(work).await.map_err(|e| Error::internal("hashing a password", e))?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_opens_its_own_hash_only() {
        let hash = hash("correct horse battery").await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(verify("correct horse battery", Some(&hash)).await.unwrap());
        assert!(!verify("correct horse batterz", Some(&hash)).await.unwrap());
    }

    #[tokio::test]
    async fn nobody_has_no_password_but_takes_the_same_work() {
        assert!(!verify("anything at all", None).await.unwrap());
    }

    #[tokio::test]
    async fn a_flood_is_worked_off_a_few_at_a_time_and_the_rest_is_refused() {
        use std::sync::atomic::{AtomicUsize, Ordering};
        static FEW: Places = Places::new(2, 10);
        static NOW: AtomicUsize = AtomicUsize::new(0);
        static MOST: AtomicUsize = AtomicUsize::new(0);
        let work = || {
            MOST.fetch_max(NOW.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            std::thread::sleep(std::time::Duration::from_millis(20));
            NOW.fetch_sub(1, Ordering::SeqCst);
            Ok(())
        };
        let asked: Vec<_> = (0..50).map(|_| tokio::spawn(blocking_in(&FEW, work))).collect();
        let (mut done, mut refused) = (0, 0);
        for answer in asked {
            match answer.await.unwrap() {
                Ok(()) => done += 1,
                Err(error) => {
                    assert_eq!(error.code(), ward_model::ErrorCode::Throttled);
                    refused += 1;
                }
            }
        }
        assert_eq!((done, refused, MOST.load(Ordering::SeqCst)), (10, 40, 2));
        assert!(blocking_in(&FEW, work).await.is_ok(), "the places are free again");
    }

    #[test]
    fn obvious_passwords_are_refused() {
        for (password, email) in [
            ("short", "a@b.c"),
            ("mypassword1234", "a@b.c"),
            ("aaaaaaaaaaaaaaaa", "a@b.c"),
            ("nurse.jackie.99", "nurse.jackie@b.c"),
            ("abcd12345678", "a@b.c"),
        ] {
            let refused = check(password, email).is_err();
            assert_eq!(refused, password != "abcd12345678" || password.contains("123456"), "{password}");
        }
        assert!(check("violet-harbor-tundra", "a@b.c").is_ok());
    }
}
