//! KEKs, DEKs, data and volume keys.

use std::collections::HashSet;

use proptest::prelude::*;
use ward_vault::{Error, KeyKind, MAX_CONTEXT, Vault, WrappedKey};

fn flipped(bytes: &[u8], bit: usize) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    bytes[bit / 8] ^= 1 << (bit % 8);
    bytes
}

fn keys(vault: &Vault) -> (WrappedKey, WrappedKey) {
    let kek = vault.new_kek("environment/a").unwrap();
    let dek = vault.new_dek(&kek, "secret/a").unwrap();
    (kek, dek)
}

#[test]
fn every_flipped_bit_of_kek_dek_or_data_is_refused() {
    let (_dir, vault) = crate::unsealed();
    let (kek, dek) = keys(&vault);
    let sealed = vault.encrypt(&kek, &dek, "place", b"secret").unwrap();
    let open = |kek: &[u8], dek: &[u8], data: &[u8]| {
        let (kek, dek) = (WrappedKey::from_bytes(kek)?, WrappedKey::from_bytes(dek)?);
        vault.decrypt(&kek, &dek, "place", data)
    };
    let (kek, dek) = (kek.to_bytes(), dek.to_bytes());
    assert_eq!(&**open(&kek, &dek, &sealed).unwrap(), b"secret");
    // The form of a wrapped key (version, kind, algorithm, length) and its root version have errors of their own.
    let form = |bit: usize| bit / 8 < 3 || (35..41).contains(&(bit / 8));
    for bit in 0..kek.len() * 8 {
        let error = open(&flipped(&kek, bit), &dek, &sealed).unwrap_err();
        assert!(matches!(error, Error::Authentic | Error::Malformed(_)) || form(bit), "kek {bit}: {error}");
    }
    for bit in 0..dek.len() * 8 {
        let error = open(&kek, &flipped(&dek, bit), &sealed).unwrap_err();
        assert!(matches!(error, Error::Authentic | Error::Malformed(_)) || form(bit), "dek {bit}: {error}");
    }
    for bit in 0..sealed.len() * 8 {
        let error = open(&kek, &dek, &flipped(&sealed, bit)).unwrap_err();
        assert!(matches!(error, Error::Authentic), "data {bit}: {error}");
    }
}

#[test]
fn every_shortened_input_is_refused() {
    let (_dir, vault) = crate::unsealed();
    let (kek, dek) = keys(&vault);
    let sealed = vault.encrypt(&kek, &dek, "place", b"secret").unwrap();
    for length in 0..sealed.len() {
        assert!(matches!(vault.decrypt(&kek, &dek, "place", &sealed[..length]), Err(Error::Authentic)));
    }
    let bytes = kek.to_bytes();
    for length in 0..bytes.len() {
        assert!(matches!(WrappedKey::from_bytes(&bytes[..length]), Err(Error::Malformed(_))));
    }
    assert!(WrappedKey::from_bytes(&[bytes.as_slice(), &[0]].concat()).is_err());
}

#[test]
fn swapped_places_and_keys_are_not_authentic() {
    let (_dir, vault) = crate::unsealed();
    let (kek, dek) = keys(&vault);
    let (other_kek, other_dek) = keys(&vault);
    let sibling = vault.new_dek(&kek, "secret/a").unwrap();
    let sealed = vault.encrypt(&kek, &dek, "place/1", b"secret").unwrap();
    for (kek, dek, place) in [
        (&kek, &dek, "place/2"),
        (&kek, &dek, ""),
        (&kek, &sibling, "place/1"),
        (&kek, &other_dek, "place/1"),
        (&other_kek, &dek, "place/1"),
        (&other_kek, &other_dek, "place/1"),
    ] {
        assert!(matches!(vault.decrypt(kek, dek, place, &sealed), Err(Error::Authentic)));
    }
}

#[test]
fn a_context_written_into_a_wrapped_key_cannot_be_exchanged() {
    let (_dir, vault) = crate::unsealed();
    let (kek, dek) = keys(&vault);
    vault.check_key(None, &kek, "environment/a").unwrap();
    vault.check_key(Some(&kek), &dek, "secret/a").unwrap();
    assert!(matches!(vault.check_key(None, &kek, "environment/b"), Err(Error::Authentic)));
    assert!(matches!(vault.check_key(Some(&kek), &dek, "secret/b"), Err(Error::Authentic)));
    let mut bytes = kek.to_bytes();
    let at = bytes.windows(13).position(|w| w == b"environment/a").unwrap();
    bytes[at + 12] = b'b';
    let forged = WrappedKey::from_bytes(&bytes).unwrap();
    assert_eq!(forged.context(), "environment/b");
    assert!(matches!(vault.check_key(None, &forged, "environment/b"), Err(Error::Authentic)));
    assert!(matches!(vault.new_dek(&forged, "x"), Err(Error::Authentic)));
}

#[test]
fn keys_of_another_vault_are_not_authentic() {
    let (_one, vault) = crate::unsealed();
    let (_two, other) = crate::unsealed();
    let (kek, dek) = keys(&vault);
    let sealed = vault.encrypt(&kek, &dek, "p", b"x").unwrap();
    assert!(matches!(other.decrypt(&kek, &dek, "p", &sealed), Err(Error::Authentic)));
    assert!(matches!(other.rewrap_kek(&kek), Err(Error::Authentic)));
}

#[test]
fn a_dek_where_a_kek_is_wanted_is_named() {
    let (_dir, vault) = crate::unsealed();
    let (kek, dek) = keys(&vault);
    let error = vault.new_dek(&dek, "x").unwrap_err();
    assert!(matches!(error, Error::WrongKind { expected: KeyKind::Kek, found: KeyKind::Dek }));
    assert!(matches!(vault.encrypt(&kek, &kek, "p", b""), Err(Error::WrongKind { .. })));
}

#[test]
fn contexts_have_one_to_512_bytes() {
    let (_dir, vault) = crate::unsealed();
    assert!(matches!(vault.new_kek(""), Err(Error::Refused(_))));
    assert!(matches!(vault.new_kek(&"x".repeat(MAX_CONTEXT + 1)), Err(Error::Refused(_))));
    let kek = vault.new_kek(&"x".repeat(MAX_CONTEXT)).unwrap();
    vault.new_dek(&WrappedKey::from_text(&kek.to_text()).unwrap(), "d").unwrap();
}

#[test]
fn wrapped_keys_survive_text_and_json() {
    let (_dir, vault) = crate::unsealed();
    let (kek, _) = keys(&vault);
    assert_eq!(kek.to_string().parse::<WrappedKey>().unwrap(), kek);
    let json = serde_json::to_string(&kek).unwrap();
    assert_eq!(serde_json::from_str::<WrappedKey>(&json).unwrap(), kek);
    assert!(WrappedKey::from_text("not base64!").is_err());
}

#[test]
fn volume_keys_repeat_for_one_context_and_differ_else() {
    let (_dir, vault) = crate::unsealed();
    let (kek, dek) = keys(&vault);
    let sibling = vault.new_dek(&kek, "secret/a").unwrap();
    let key = vault.volume_key(&kek, &dek, "volume/1").unwrap();
    assert_eq!(key, vault.volume_key(&kek, &dek, "volume/1").unwrap());
    assert_ne!(key, vault.volume_key(&kek, &dek, "volume/2").unwrap());
    assert_ne!(key, vault.volume_key(&kek, &sibling, "volume/1").unwrap());
    let different: HashSet<u8> = key.iter().copied().collect();
    assert!(different.len() > 20, "64 bytes of a pseudo-random function");
}

#[test]
fn too_long_data_is_sent_to_a_stream() {
    let (_dir, vault) = crate::unsealed();
    let (kek, dek) = keys(&vault);
    let long = vec![0; ward_vault::MAX_PLAINTEXT + 1];
    assert!(matches!(vault.encrypt(&kek, &dek, "p", &long), Err(Error::Refused(_))));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn what_was_encrypted_comes_back_and_no_changed_byte_does(
        plain in proptest::collection::vec(any::<u8>(), 0..2000), place in ".{0,60}", at in any::<prop::sample::Index>(), change in 1u8..,
    ) {
        let (_dir, vault) = crate::unsealed();
        let (kek, dek) = keys(&vault);
        let mut sealed = vault.encrypt(&kek, &dek, &place, &plain).unwrap();
        prop_assert_eq!(sealed.len(), plain.len() + 46);
        prop_assert_eq!(&**vault.decrypt(&kek, &dek, &place, &sealed).unwrap(), &plain);
        let at = at.index(sealed.len());
        sealed[at] ^= change;
        prop_assert!(matches!(vault.decrypt(&kek, &dek, &place, &sealed), Err(Error::Authentic)));
    }

    #[test]
    fn reading_a_wrapped_key_never_panics_and_is_canonical(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        if let Ok(key) = WrappedKey::from_bytes(&bytes) {
            prop_assert_eq!(key.to_bytes(), bytes);
        }
    }

    #[test]
    fn a_wrapped_key_of_a_plausible_form_is_read_canonically(
        kind in 0u8..5, middle in proptest::collection::vec(any::<u8>(), 36), length in 0u16..20, rest in proptest::collection::vec(any::<u8>(), 60..80),
    ) {
        let bytes = [&[1, kind, 1], middle.as_slice(), &length.to_be_bytes(), &rest].concat();
        if let Ok(key) = WrappedKey::from_bytes(&bytes) {
            prop_assert_eq!(key.to_bytes(), bytes);
        }
    }
}
