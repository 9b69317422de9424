//! Reads and makes key files.

use std::{
    fs::{File, OpenOptions},
    io::{Read, Write},
    os::unix::fs::{MetadataExt, OpenOptionsExt},
    path::Path,
};

use nix::fcntl::OFlag;
use zeroize::Zeroizing;

use crate::{Error, Result, key::Key};

/// 64 hex digits and a line end; more is not a key file.
const MOST_BYTES: usize = 66;

/// Makes a key file: 32 random bytes as hex, mode 0600, durable.
///
/// # Errors
/// [`Error::Io`], also if the file exists: overwriting a key file would lose every key under it.
pub fn create_key_file(path: &Path) -> Result<()> {
    let failed = |source| Error::Io { what: "creating key file", path: path.to_owned(), source };
    let key = Key::generate();
    let mut text = Zeroizing::new([0u8; 65]);
    if let Some((digits, end)) = text.split_at_mut_checked(64) {
        hex::encode_to_slice(key.bytes(), digits).map_err(|_| Error::Module("hex"))?;
        end.copy_from_slice(b"\n");
    }
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map_err(failed)?;
    file.write_all(text.as_slice()).map_err(failed)?;
    file.sync_all().map_err(failed)?;
    super::document::sync_parent(path)
}

/// Reads a key file after looking at who else could.
///
/// Owner and mode are asked of the open file, so that it cannot be exchanged between check and use.
pub(super) fn read(path: &Path) -> Result<Key> {
    let refuse = |reason: String| Error::KeyFile { path: path.to_owned(), reason };
    let failed = |source| Error::Io { what: "reading key file", path: path.to_owned(), source };
    // Without O_NONBLOCK a pipe in its place would block the daemon.
    let mut file: File =
        OpenOptions::new().read(true).custom_flags(OFlag::O_NONBLOCK.bits()).open(path).map_err(failed)?;
    let meta = file.metadata().map_err(failed)?;
    if !meta.is_file() {
        return Err(refuse("it is not a regular file".into()));
    }
    let us = nix::unistd::geteuid().as_raw();
    if meta.uid() != us {
        return Err(refuse(format!(
            "it is owned by user {}, not by user {us} who runs Ward; `chown` it",
            meta.uid()
        )));
    }
    let mode = meta.mode() & 0o7777;
    if mode != 0o600 && mode != 0o400 {
        return Err(refuse(format!("its mode is {mode:04o}, but must be 0600 or 0400; `chmod 0400` it")));
    }
    let mut bytes = Zeroizing::new(Vec::with_capacity(MOST_BYTES + 1));
    (&mut file).take(MOST_BYTES as u64 + 1).read_to_end(&mut bytes).map_err(failed)?;
    parse(&bytes).map_err(|reason| refuse(reason.into()))
}

fn parse(bytes: &[u8]) -> std::result::Result<Key, &'static str> {
    let length = "it must hold 32 random bytes, raw or as 64 hex digits (`head -c 32 /dev/urandom`)";
    let mut key = Key::zero();
    if bytes.len() == 32 {
        if bytes.iter().all(u8::is_ascii_hexdigit) {
            return Err("it holds 32 hex digits, which are only 128 bits; 64 are needed");
        }
        key.bytes_mut().copy_from_slice(bytes);
    } else {
        let line = bytes.strip_suffix(b"\n").unwrap_or(bytes);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.len() != 64 {
            return Err(length);
        }
        hex::decode_to_slice(line, key.bytes_mut()).map_err(|_| length)?;
    }
    let first = key.bytes().first().copied();
    if key.bytes().iter().all(|byte| Some(*byte) == first) {
        return Err("it repeats one byte, so it is not random");
    }
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn raw_and_hex_give_the_same_key() {
        let raw: Vec<u8> = (100..132).collect();
        let text = hex::encode(&raw);
        for form in
            [raw.clone(), text.clone().into(), format!("{text}\n").into(), format!("{text}\r\n").into()]
        {
            assert_eq!(parse(&form).unwrap().bytes().as_slice(), raw);
        }
    }

    #[test]
    fn what_is_not_32_random_bytes_is_refused() {
        let bad: [Vec<u8>; 8] = [
            vec![],
            vec![7; 32],
            b"0123456789abcdef0123456789abcdef".to_vec(),
            (0..31).collect(),
            (0..33).collect(),
            b"zz".repeat(32),
            "00".repeat(32).into_bytes(),
            (0..=66).collect(),
        ];
        for bytes in bad {
            assert!(parse(&bytes).is_err(), "{bytes:?}");
        }
    }
}
