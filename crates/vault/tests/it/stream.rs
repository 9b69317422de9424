//! Sealed streams, and what is done to them.

use proptest::prelude::*;
use ward_vault::{ChunkSize, Error, Opener, StreamSummary, Vault, WrappedKey, hash};

const HEADER: usize = 90;
const CHUNK: usize = 64 << 10;
const SEALED_CHUNK: usize = CHUNK + 16;

struct Fixture {
    _dir: tempfile::TempDir,
    vault: Vault,
    kek: WrappedKey,
    dek: WrappedKey,
}

impl Fixture {
    fn new() -> Self {
        let (dir, vault) = crate::unsealed();
        let kek = vault.new_kek("environment/a").unwrap();
        let dek = vault.new_dek(&kek, "backup/a").unwrap();
        Self { _dir: dir, vault, kek, dek }
    }

    fn seal(&self, plain: &[u8], pieces: usize, chunk: ChunkSize) -> (Vec<u8>, StreamSummary) {
        let mut sealer = self.vault.sealer(&self.kek, &self.dek, "backup/1", chunk).unwrap();
        let mut out = Vec::new();
        for piece in plain.chunks(pieces.max(1)) {
            sealer.push(piece, &mut out).unwrap();
        }
        let summary = sealer.finish(&mut out).unwrap();
        (out, summary)
    }

    fn opener(&self) -> Opener {
        self.vault.opener(&self.kek, &self.dek, "backup/1").unwrap()
    }

    fn open(&self, sealed: &[u8]) -> Result<Vec<u8>, Error> {
        open_with(self.opener(), sealed, 10_007).map(|(plain, _)| plain)
    }
}

fn open_with(mut opener: Opener, sealed: &[u8], pieces: usize) -> Result<(Vec<u8>, StreamSummary), Error> {
    let mut out = Vec::new();
    for piece in sealed.chunks(pieces.max(1)) {
        opener.push(piece, &mut out)?;
    }
    let summary = opener.finish(&mut out)?;
    Ok((out, summary))
}

/// Bytes that differ from chunk to chunk.
fn sample(length: usize) -> Vec<u8> {
    (0..length).map(|n| (n % 251) as u8 ^ (n / CHUNK) as u8).collect()
}

#[test]
fn streams_come_back_at_every_chunk_boundary_and_their_summary_is_true() {
    let f = Fixture::new();
    for base in [0, CHUNK, 2 * CHUNK, 3 * CHUNK] {
        for length in [base.saturating_sub(1), base, base + 1] {
            let plain = sample(length);
            let (sealed, summary) = f.seal(&plain, 7_001, ChunkSize::Kib64);
            assert_eq!(summary.plain_len, length as u64);
            assert_eq!(summary.sealed_len, sealed.len() as u64);
            assert_eq!(summary.sealed_sha256_hex(), hash::sha256_hex(&sealed));
            let chunks = length.div_ceil(CHUNK).max(1);
            assert_eq!(sealed.len(), HEADER + length + 16 * chunks, "one form for each length");
            let (opened, read) = open_with(f.opener(), &sealed, 65_537).unwrap();
            assert!(opened == plain, "{length}");
            assert_eq!(read, summary);
        }
    }
}

#[test]
fn a_megabyte_chunk_works_too() {
    let f = Fixture::new();
    let plain = sample((2 << 20) + 5);
    let (sealed, _) = f.seal(&plain, 300_000, ChunkSize::Mib1);
    assert!(f.open(&sealed).unwrap() == plain);
}

#[test]
fn a_stream_cut_at_any_chunk_or_inside_one_is_refused() {
    let f = Fixture::new();
    let (sealed, _) = f.seal(&sample(3 * CHUNK + 100), CHUNK, ChunkSize::Kib64);
    for chunk in 0..=3 {
        let at = HEADER + chunk * SEALED_CHUNK;
        for length in [at.saturating_sub(1), at, at + 1, at + 15, at + 16, at + 17] {
            assert!(length < sealed.len());
            assert!(matches!(f.open(&sealed[..length]), Err(Error::Authentic)), "cut at {length}");
        }
    }
    for length in 0..HEADER {
        assert!(f.open(&sealed[..length]).is_err());
    }
    assert!(matches!(f.open(&sealed[..sealed.len() - 1]), Err(Error::Authentic)));
}

#[test]
fn reordered_repeated_dropped_and_appended_chunks_are_refused() {
    let f = Fixture::new();
    let (sealed, _) = f.seal(&sample(4 * CHUNK), CHUNK, ChunkSize::Kib64);
    let (other, _) = f.seal(&sample(4 * CHUNK), CHUNK, ChunkSize::Kib64);
    let (head, body) = sealed.split_at(HEADER);
    let parts: Vec<&[u8]> = body.chunks(SEALED_CHUNK).collect();
    let foreign: Vec<&[u8]> = other[HEADER..].chunks(SEALED_CHUNK).collect();
    assert_eq!(parts.len(), 4);
    let join = |list: &[&[u8]]| [head, &list.concat()].concat();
    f.open(&join(&parts)).unwrap();
    for (what, bad) in [
        ("swapped", join(&[parts[1], parts[0], parts[2], parts[3]])),
        ("repeated", join(&[parts[0], parts[0], parts[1], parts[2], parts[3]])),
        ("dropped", join(&[parts[0], parts[2], parts[3]])),
        ("last first", join(&[parts[3], parts[1], parts[2], parts[0]])),
        ("last repeated", join(&[parts[0], parts[1], parts[2], parts[3], parts[3]])),
        ("from another stream", join(&[parts[0], foreign[1], parts[2], parts[3]])),
        ("header of another stream", [&other[..HEADER], body].concat()),
        ("appended byte", [sealed.as_slice(), &[0]].concat()),
        ("appended tag", [sealed.as_slice(), &[0; 16]].concat()),
        ("appended stream", [sealed.as_slice(), &other].concat()),
    ] {
        assert!(matches!(f.open(&bad), Err(Error::Authentic)), "{what}");
    }
}

#[test]
fn every_flipped_bit_of_a_short_stream_is_refused() {
    let f = Fixture::new();
    let (sealed, _) = f.seal(b"short", 5, ChunkSize::Kib64);
    for bit in 0..sealed.len() * 8 {
        let mut bad = sealed.clone();
        bad[bit / 8] ^= 1 << (bit % 8);
        let error = f.open(&bad).unwrap_err();
        assert!(matches!(error, Error::Authentic) || bit < 80, "bit {bit}: {error}");
    }
}

#[test]
fn another_place_or_key_does_not_open_a_stream() {
    let f = Fixture::new();
    let (sealed, _) = f.seal(b"data", 4, ChunkSize::Kib64);
    let elsewhere = f.vault.opener(&f.kek, &f.dek, "backup/2").unwrap();
    assert!(matches!(open_with(elsewhere, &sealed, 999), Err(Error::Authentic)));
    let sibling = f.vault.new_dek(&f.kek, "backup/a").unwrap();
    let sibling = f.vault.opener(&f.kek, &sibling, "backup/1").unwrap();
    assert!(matches!(open_with(sibling, &sealed, 999), Err(Error::Authentic)));
}

#[test]
fn after_an_error_an_opener_gives_nothing_more() {
    let f = Fixture::new();
    let plain = sample(3 * CHUNK);
    let (mut sealed, _) = f.seal(&plain, CHUNK, ChunkSize::Kib64);
    sealed[HEADER + SEALED_CHUNK] ^= 1;
    let (mut opener, mut out) = (f.opener(), Vec::new());
    assert!(matches!(opener.push(&sealed, &mut out), Err(Error::Authentic)));
    assert!(out == plain[..CHUNK], "the verified chunk before the damage, nothing of the damaged one");
    assert!(matches!(opener.push(&sealed, &mut out), Err(Error::Authentic)));
    assert!(matches!(opener.finish(&mut out), Err(Error::Authentic)));
    assert_eq!(out.len(), CHUNK);
}

#[test]
fn a_stream_begun_before_sealing_can_end() {
    let f = Fixture::new();
    let mut out = Vec::new();
    let mut sealer = f.vault.sealer(&f.kek, &f.dek, "backup/1", ChunkSize::Kib64).unwrap();
    let opener = f.opener();
    f.vault.seal();
    sealer.push(b"data", &mut out).unwrap();
    sealer.finish(&mut out).unwrap();
    assert_eq!(open_with(opener, &out, 999).unwrap().0, b"data");
}

#[test]
fn debug_of_sealer_and_opener_shows_no_key() {
    let f = Fixture::new();
    let sealer = f.vault.sealer(&f.kek, &f.dek, "a", ChunkSize::Kib64).unwrap();
    assert_eq!(format!("{sealer:?} {:?}", f.opener()), "Sealer { chunk: 0, .. } Opener(hidden)");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_length_in_any_pieces_comes_back(length in 0usize..200_000, push in 1usize..90_000, pull in 1usize..90_000) {
        let f = Fixture::new();
        let plain = sample(length);
        let (sealed, summary) = f.seal(&plain, push, ChunkSize::Kib64);
        let (opened, read) = open_with(f.opener(), &sealed, pull).unwrap();
        prop_assert!(opened == plain);
        prop_assert_eq!(read, summary);
    }

    #[test]
    fn any_changed_byte_or_cut_is_refused(
        length in 0usize..150_000, at in any::<prop::sample::Index>(), change in 1u8.., cut in any::<prop::sample::Index>(),
    ) {
        let f = Fixture::new();
        let (mut sealed, _) = f.seal(&sample(length), 50_000, ChunkSize::Kib64);
        prop_assert!(f.open(&sealed[..cut.index(sealed.len())]).is_err());
        let at = at.index(sealed.len());
        sealed[at] ^= change;
        prop_assert!(f.open(&sealed).is_err());
    }

    #[test]
    fn foreign_bytes_never_open_or_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let f = Fixture::new();
        prop_assert!(f.open(&bytes).is_err());
        prop_assert!(f.open(&[b"WARDSTR\x01\x01\x10".as_slice(), &bytes].concat()).is_err());
    }
}
