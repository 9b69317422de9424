//! The witness's own key, in a file that only its owner may read.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use ward_ledger::note::{Cosigner, CosignerKey};
use zeroize::{Zeroize as _, Zeroizing};

use crate::store::{StateError, write_new};

/// Name of the file in the state directory.
const FILE: &str = "key";
const MAGIC: &str = "ward-witness-key/v1";

/// Makes a state directory with a new key.
///
/// `seed` is 32 fresh random bytes; the crate has no randomness of its own. The name is that of the witness in every
/// cosignature: a URL without scheme, as c2sp.org/tlog-cosignature recommends.
///
/// # Errors
/// [`StateError`] if there is a key already: a witness that lost its state must not go on under its old name.
pub fn init(dir: &Path, name: &str, seed: [u8; 32]) -> Result<CosignerKey, StateError> {
    let seed = Zeroizing::new(seed);
    let cosigner = Cosigner::from_seed(name, *seed).map_err(|e| StateError::new(dir, e))?;
    let path = dir.join(FILE);
    for made in [dir.to_owned(), dir.join("logs"), dir.join("forks")] {
        fs::create_dir_all(&made).map_err(|e| StateError::new(&made, e))?;
        let private = fs::Permissions::from_mode(0o700);
        fs::set_permissions(&made, private).map_err(|e| StateError::new(&made, e))?;
    }
    let text = Zeroizing::new(format!("{MAGIC}\n{}\n{}\n", cosigner.key(), STANDARD.encode(*seed)));
    if !write_new(&path, text.as_bytes())? {
        return Err(StateError::new(&path, "there is a key already; choose another directory"));
    }
    Ok(cosigner.key().clone())
}

/// The key of a state directory.
pub struct Key(pub(crate) Cosigner);

impl Key {
    /// Reads it.
    ///
    /// # Errors
    /// [`StateError`] if it is missing, damaged, or open to other users.
    pub fn read(dir: &Path) -> Result<Self, StateError> {
        let path = dir.join(FILE);
        let wrong = |why: &str| StateError::new(&path, why);
        let meta = match fs::metadata(&path) {
            Ok(meta) => meta,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
                return Err(wrong("there is no key: make a state directory with `init` first"));
            }
            Err(e) => return Err(StateError::new(&path, e)),
        };
        if meta.permissions().mode() & 0o077 != 0 {
            return Err(wrong("other users may read the key: chmod 600"));
        }
        let text = Zeroizing::new(fs::read_to_string(&path).map_err(|e| StateError::new(&path, e))?);
        let mut lines = text.lines();
        let (Some(MAGIC), Some(vkey), Some(seed)) = (lines.next(), lines.next(), lines.next()) else {
            return Err(wrong("this is no key of a witness"));
        };
        let public: CosignerKey = vkey.parse().map_err(|e| StateError::new(&path, e))?;
        let mut bytes = STANDARD.decode(seed).map_err(|_| wrong("the seed is damaged"))?;
        let seed: Result<[u8; 32], _> = bytes.as_slice().try_into();
        bytes.zeroize();
        let seed = seed.map_err(|_| wrong("the seed is damaged"))?;
        let cosigner = Cosigner::from_seed(public.name(), seed).map_err(|e| StateError::new(&path, e))?;
        if *cosigner.key() != public {
            return Err(wrong("the seed does not belong to the public key beside it: the file is damaged"));
        }
        Ok(Self(cosigner))
    }

    /// The public half.
    pub fn public(&self) -> &CosignerKey {
        self.0.key()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_made_once_and_read_again() {
        let dir = tempfile::tempdir().unwrap();
        let state = dir.path().join("state");
        let public = init(&state, "witness.example/w1", [5; 32]).unwrap();
        assert_eq!(Key::read(&state).unwrap().public(), &public);
        let again = init(&state, "witness.example/w1", [6; 32]).unwrap_err().to_string();
        assert!(again.contains("a key already"), "{again}");
        assert!(init(&dir.path().join("x"), "two words", [5; 32]).is_err());
    }

    #[test]
    fn a_damaged_or_open_key_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(FILE);
        assert!(Key::read(dir.path()).err().unwrap().to_string().contains("init"));
        init(dir.path(), "witness.example/w1", [5; 32]).unwrap();
        let good = fs::read_to_string(&path).unwrap();
        for (from, to) in [("v1", "v2"), ("w1+", "w2+"), ("BQUF", "BQUG"), ("=\n", "\n")] {
            assert!(good.contains(from), "{from}");
            fs::write(&path, good.replace(from, to)).unwrap();
            assert!(Key::read(dir.path()).is_err(), "{from} -> {to}");
        }
        fs::write(&path, &good).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        assert!(Key::read(dir.path()).err().unwrap().to_string().contains("chmod"));
    }
}
