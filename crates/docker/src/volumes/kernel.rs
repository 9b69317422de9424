//! The five ioctls of the kernel's file-system encryption (fscrypt, Documentation/filesystems/fscrypt.rst).
//!
//! Architecture Invariant: the one place of this crate with `unsafe`, and in it one block.
#![expect(unsafe_code, reason = "fscrypt has no interface but ioctl")]

use std::{fmt, fs::File, os::fd::AsRawFd};

use nix::{errno::Errno, libc};
use zeroize::Zeroize;

/// Identifier that the kernel derives from a key (HKDF-SHA512); not secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct KeyIdentifier([u8; 16]);

impl fmt::Display for KeyIdentifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// Where a key is, as the kernel says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum KeyState {
    Absent,
    Present,
    /// The key is gone, but files that were open when it was removed still work.
    HalfRemoved,
}

/// What encrypts a directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Policy {
    /// Nothing.
    None,
    /// Policy version 2, AES-256-XTS for contents and AES-256-CTS for names.
    Ward(KeyIdentifier),
    /// Any other.
    Foreign,
}

const POLICY_V2: u8 = 2;
const MODE_AES_256_XTS: u8 = 1;
const MODE_AES_256_CTS: u8 = 4;
const PAD_32: u8 = 3;
const KEY_SPEC_TYPE_IDENTIFIER: u32 = 2;

const SET_POLICY: u64 = request(2, 19, 12);
const GET_POLICY_EX: u64 = request(3, 22, 9);
const ADD_KEY: u64 = request(3, 23, 80);
const REMOVE_KEY: u64 = request(3, 24, 64);
const KEY_STATUS: u64 = request(3, 26, 128);

/// `_IOC(direction, 'f', number, size)` of asm-generic/ioctl.h.
const fn request(direction: u64, number: u64, size: u64) -> u64 {
    (direction << 30) | (size << 16) | ((b'f' as u64) << 8) | number
}

/// A zeroed argument of 160 bytes, aligned for every structure here and larger than each of them.
#[repr(C, align(8))]
struct Argument([u8; 160]);

impl Argument {
    fn new() -> Self {
        Self([0; 160])
    }

    fn put(&mut self, at: usize, bytes: &[u8]) {
        if let Some(place) = self.0.get_mut(at..at + bytes.len()) {
            place.copy_from_slice(bytes);
        }
    }

    fn word(&self, at: usize) -> u32 {
        self.0.get(at..at + 4).and_then(|b| b.try_into().ok()).map_or(0, u32::from_ne_bytes)
    }

    fn identifier(&self, at: usize) -> KeyIdentifier {
        KeyIdentifier(self.0.get(at..at + 16).and_then(|b| b.try_into().ok()).unwrap_or_default())
    }

    /// `struct fscrypt_key_specifier`, 40 bytes, at the beginning.
    fn key(identifier: KeyIdentifier) -> Self {
        let mut argument = Self::new();
        argument.put(0, &KEY_SPEC_TYPE_IDENTIFIER.to_ne_bytes());
        argument.put(8, &identifier.0);
        argument
    }
}

fn ioctl(file: &File, request: u64, argument: &mut Argument) -> Result<(), Errno> {
    let pointer: *mut Argument = argument;
    // SAFETY: the descriptor is open for the whole call, because `file` is borrowed. `pointer` is valid, exclusive
    // and aligned to 8. The kernel reads and writes at most 128 bytes (80 plus a raw key of 64 for ADD_KEY, the
    // others are of fixed size), and `Argument` has 160; the kernel keeps no reference after the call.
    let result = unsafe { libc::ioctl(file.as_raw_fd(), request as _, pointer) };
    Errno::result(result).map(drop)
}

/// Adds a 64-byte key to the file system that the directory is on.
pub(super) fn add_key(directory: &File, key: &[u8; 64]) -> Result<KeyIdentifier, Errno> {
    let mut argument = Argument::new();
    argument.put(0, &KEY_SPEC_TYPE_IDENTIFIER.to_ne_bytes());
    argument.put(40, &64_u32.to_ne_bytes());
    argument.put(80, key);
    let result = ioctl(directory, ADD_KEY, &mut argument);
    let identifier = argument.identifier(8);
    argument.0.zeroize();
    result.map(|()| identifier)
}

/// Removes a key; true if files are still in use, so that they stay readable.
pub(super) fn remove_key(directory: &File, identifier: KeyIdentifier) -> Result<bool, Errno> {
    let mut argument = Argument::key(identifier);
    match ioctl(directory, REMOVE_KEY, &mut argument) {
        Ok(()) => Ok(argument.word(40) & 1 != 0),
        Err(Errno::ENOKEY) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Whether the key is in the kernel.
pub(super) fn key_state(directory: &File, identifier: KeyIdentifier) -> Result<KeyState, Errno> {
    let mut argument = Argument::key(identifier);
    ioctl(directory, KEY_STATUS, &mut argument)?;
    match argument.word(64) {
        1 => Ok(KeyState::Absent),
        2 => Ok(KeyState::Present),
        3 => Ok(KeyState::HalfRemoved),
        _ => Err(Errno::EPROTO),
    }
}

/// Encrypts an empty directory from now on; its key must be in the kernel.
pub(super) fn set_policy(directory: &File, identifier: KeyIdentifier) -> Result<(), Errno> {
    let mut argument = Argument::new();
    argument.put(0, &[POLICY_V2, MODE_AES_256_XTS, MODE_AES_256_CTS, PAD_32]);
    argument.put(8, &identifier.0);
    ioctl(directory, SET_POLICY, &mut argument)
}

/// What encrypts the directory. `ENOTTY`: the file system has no encryption; `EOPNOTSUPP`: it is not enabled.
pub(super) fn policy(directory: &File) -> Result<Policy, Errno> {
    let mut argument = Argument::new();
    argument.put(0, &24_u64.to_ne_bytes());
    match ioctl(directory, GET_POLICY_EX, &mut argument) {
        Ok(()) if argument.0.get(8..11) == Some(&[POLICY_V2, MODE_AES_256_XTS, MODE_AES_256_CTS]) => {
            Ok(Policy::Ward(argument.identifier(16)))
        }
        Ok(()) => Ok(Policy::Foreign),
        Err(Errno::ENODATA) => Ok(Policy::None),
        Err(error) => Err(error),
    }
}
