//! Reads a sealed archive as the tar it holds, without a plaintext on disk.

use std::{
    fs::File,
    io::{self, Read},
    path::Path,
};

use flate2::read::GzDecoder;
use ward_vault::Opener;

use super::{MOST_UNPACKED, Refusal};

/// Plaintext of a sealed file.
struct Unsealed {
    file: File,
    opener: Option<Opener>,
    plain: Vec<u8>,
    given: usize,
}

/// Marks a failure of Ward's own store, apart from a broken archive.
const STORE: io::ErrorKind = io::ErrorKind::PermissionDenied;

impl Read for Unsealed {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let store = |e: ward_vault::Error| io::Error::new(STORE, e.to_string());
        let mut sealed = vec![0; 64 * 1024];
        while self.given == self.plain.len() {
            self.plain.clear();
            self.given = 0;
            let Some(opener) = self.opener.as_mut() else { return Ok(0) };
            let n = self.file.read(&mut sealed).map_err(|e| io::Error::new(STORE, e))?;
            match sealed.get(..n) {
                Some(some) if n > 0 => opener.push(some, &mut self.plain).map_err(store)?,
                _ => {
                    if let Some(opener) = self.opener.take() {
                        opener.finish(&mut self.plain).map_err(store)?;
                    }
                }
            }
        }
        let n = self.plain.get(self.given..).unwrap_or_default().read(out)?;
        self.given += n;
        Ok(n)
    }
}

/// Gives an error once more than the limit came through: a small file that unpacks to a huge one stops here.
pub(super) struct Bounded<R> {
    inner: R,
    left: u64,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(out)?;
        self.left =
            self.left.checked_sub(n as u64).ok_or_else(|| io::Error::from(io::ErrorKind::FileTooLarge))?;
        Ok(n)
    }
}

/// The tar inside a sealed archive.
pub(super) fn open(path: &Path, opener: Opener) -> Result<Bounded<impl Read>, Refusal> {
    let file = File::open(path).map_err(Refusal::Disk)?;
    let unsealed = Unsealed { file, opener: Some(opener), plain: Vec::new(), given: 0 };
    Ok(bounded(GzDecoder::new(unsealed)))
}

pub(super) fn bounded<R: Read>(inner: R) -> Bounded<R> {
    Bounded { inner, left: MOST_UNPACKED }
}

/// What an error while reading means.
pub(super) fn refusal(error: &io::Error) -> Refusal {
    match error.kind() {
        io::ErrorKind::FileTooLarge => Refusal::Unpacked,
        STORE => Refusal::Store(error.to_string()),
        _ => Refusal::Unreadable(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_unpacks_to_more_than_allowed_is_stopped_on_the_way() {
        let mut endless = Bounded { inner: io::repeat(0), left: 1_000_000 };
        let error = io::copy(&mut endless, &mut io::sink()).unwrap_err();
        assert!(matches!(refusal(&error), Refusal::Unpacked));
        let mut whole = Bounded { inner: io::repeat(0).take(1_000_000), left: 1_000_000 };
        assert_eq!(io::copy(&mut whole, &mut io::sink()).unwrap(), 1_000_000);
    }
}
