//! Folds words to small letters without marks while hashing them, so that nothing is allocated.
//!
//! `data/make.py` folds in the same way. What is no letter is left out: `O'Brien` and `OBRIEN` hash alike.

/// The hash of nothing.
pub(crate) const HASH_START: u64 = 0xcbf2_9ce4_8422_2325;
const PRIME: u64 = 0x0000_0100_0000_01b3;

/// The base letters of U+00C0 to U+017F; `\0` where there is none.
const LATIN: &[u8; 192] = b"aaaaaa\x01ceeeeiiiidnooooo\0ouuuuyts\
aaaaaa\x01ceeeeiiiidnooooo\0ouuuuyty\
aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiii\x03\x03jjkkklllllllllln\
nnnnnnnnoooooo\x02\x02rrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";

const fn step(hash: u64, byte: u8) -> u64 {
    (hash ^ byte as u64).wrapping_mul(PRIME)
}

/// Goes on with a hash that [`hash_extend`] gave before.
pub(crate) fn hash_extend(mut state: u64, word: &[u8]) -> u64 {
    let mut bytes = word.iter().copied();
    while let Some(byte) = bytes.next() {
        match byte {
            b'a'..=b'z' => state = step(state, byte),
            b'A'..=b'Z' => state = step(state, byte | 0x20),
            b' ' => state = step(state, b' '),
            0xc3..=0xc5 => {
                let low = bytes.next().unwrap_or(0) & 0x3f;
                let at = usize::from(byte - 0xc3) * 64 + usize::from(low);
                match LATIN.get(at).copied().unwrap_or(0) {
                    0 => {}
                    1 => state = step(step(state, b'a'), b'e'),
                    2 => state = step(step(state, b'o'), b'e'),
                    3 => state = step(step(state, b'i'), b'j'),
                    letter => state = step(state, letter),
                }
            }
            // Letters beyond Latin make the word unlike every entry of the dictionaries.
            0x80.. => state = step(state, byte),
            _ => {}
        }
    }
    state
}

/// The hash of a word of small ASCII letters, made by the compiler.
pub(crate) const fn constant(word: &str) -> u64 {
    let mut bytes = word.as_bytes();
    let mut state = HASH_START;
    while let [first, rest @ ..] = bytes {
        state = step(state, *first);
        bytes = rest;
    }
    state
}

/// How many words a text of small letters and blanks has.
pub(crate) const fn count(text: &str) -> usize {
    let mut bytes = text.as_bytes();
    let (mut words, mut inside) = (0, false);
    while let [first, rest @ ..] = bytes {
        let letter = !first.is_ascii_whitespace();
        words += (letter && !inside) as usize;
        inside = letter;
        bytes = rest;
    }
    words
}

/// The hashes of its words behind one place that is left free, made by the compiler.
pub(crate) const fn hashes<const N: usize>(text: &str) -> [u64; N] {
    let mut all = [0; N];
    let mut bytes = text.as_bytes();
    let (mut at, mut state) = (1, HASH_START);
    while let [first, rest @ ..] = bytes {
        if !first.is_ascii_whitespace() {
            state = step(state, *first);
        }
        let ends = matches!(rest, []) || matches!(rest, [next, ..] if next.is_ascii_whitespace());
        if ends && !first.is_ascii_whitespace() {
            #[expect(
                clippy::indexing_slicing,
                reason = "made by the compiler; an index beyond it would not compile"
            )]
            {
                all[at] = state;
            }
            at += 1;
            state = HASH_START;
        }
        bytes = rest;
    }
    all
}

/// The bit that a hash has in the sieve of a list.
#[inline]
pub(crate) const fn sieve(hash: u64) -> u64 {
    1 << (hash >> 58)
}

/// Hashes in ascending order behind their sieve, which takes the first place; made by the compiler.
#[expect(clippy::indexing_slicing, reason = "made by the compiler; an index beyond it would not compile")]
pub(crate) const fn sieved<const N: usize>(mut all: [u64; N]) -> [u64; N] {
    let (mut first, mut bits) = (1, 0);
    while first < N {
        bits |= sieve(all[first]);
        let mut at = first;
        while at > 1 && all[at - 1] > all[at] {
            (all[at - 1], all[at]) = (all[at], all[at - 1]);
            at -= 1;
        }
        first += 1;
    }
    all[0] = bits;
    all
}

/// The run of ASCII letters that begins here: where it ends, the hash of it, how many of them are capitals.
#[inline]
pub(crate) fn letters(text: &[u8], start: usize) -> (usize, u64, usize) {
    let (mut end, mut state, mut capitals) = (start, HASH_START, 0);
    for byte in text.get(start..).unwrap_or_default() {
        if !byte.is_ascii_alphabetic() {
            break;
        }
        state = step(state, byte | 0x20);
        capitals += usize::from(byte & 0x20 == 0);
        end += 1;
    }
    (end, state, capitals)
}

/// The hash of a word, folded.
pub(crate) fn hash(word: &[u8]) -> u64 {
    if word.iter().all(u8::is_ascii_alphabetic) {
        // The same without looking at each letter: most words.
        return word.iter().fold(HASH_START, |state, byte| step(state, byte | 0x20));
    }
    hash_extend(HASH_START, word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_case_and_apostrophes_do_not_count() {
        assert_eq!(LATIN.len(), 192);
        for (one, other) in [
            ("José", "JOSE"),
            ("O'Brien", "obrien"),
            ("Müller", "muller"),
            ("ÅSE", "ase"),
            ("Łukasz", "lukasz"),
            ("Šimůnek", "simunek"),
            ("Œuvre", "oeuvre"),
            ("Ñúñez", "nunez"),
            ("Żółć", "zolc"),
        ] {
            assert_eq!(hash(one.as_bytes()), hash(other.as_bytes()), "{one} {other}");
        }
        assert_ne!(hash(b"jose"), hash(b"josef"));
    }
}
