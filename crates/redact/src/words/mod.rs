//! What words are known: the dictionaries of `data/`, and the vocabulary of contexts.

pub(crate) mod compounds;
mod dictionary;
mod fold;
pub(crate) mod technical;
pub(crate) mod users;
pub(crate) mod vocabulary;

pub(crate) use dictionary::{
    CITY, CITY_BEGINS, COMMON, Dictionary, FAMILY, GIVEN, MEDICAL, PLAIN, WORD, dictionary,
};
pub(crate) use fold::{HASH_START, constant, count, hash, hash_extend, hashes, letters, sieve, sieved};

/// Hashes of words in small ASCII letters, made by the compiler: asking whether a token is one of many compares numbers,
/// see [`among`]. They are in order behind their sieve, which tells of most other words that they are none of these.
macro_rules! words {
    ($($word:literal),* $(,)?) => {{
        const HASHES: &[u64] = &$crate::words::sieved([0, $($crate::words::constant($word)),*]);
        HASHES
    }};
}

/// The same for the words of a text.
macro_rules! list {
    ($text:literal) => {{
        const TEXT: &str = $text;
        const HASHES: [u64; $crate::words::count(TEXT) + 1] =
            $crate::words::sieved($crate::words::hashes(TEXT));
        &HASHES
    }};
}
pub(crate) use list;
pub(crate) use words;

/// Up to so many hashes are compared one by one.
const FEW: usize = 8;

/// Whether a hash is in a list that `words!` or `list!` made.
///
/// Most words of a text are asked of dozens of lists and are in none: the sieve tells that with one look. A long list is
/// halved rather than walked through.
#[inline]
pub(crate) fn among(words: &[u64], hash: u64) -> bool {
    let [bits, words @ ..] = words else { return false };
    bits & sieve(hash) != 0
        && if words.len() <= FEW { words.contains(&hash) } else { words.binary_search(&hash).is_ok() }
}

#[cfg(test)]
mod tests {
    use super::{among, hash};

    #[test]
    fn words_are_found_in_long_lists_and_in_short_ones() {
        let long = list!("patient nurse doctor clinic ward bed chart dose pill drip scan");
        assert!(long[1..].is_sorted());
        for word in ["patient", "scan", "Ward"] {
            assert!(among(long, hash(word.as_bytes())), "{word}");
            assert!(!among(words!["one", "two"], hash(word.as_bytes())), "{word}");
        }
        assert!(!among(long, hash(b"theatre")));
        assert!(among(words!["two", "one"], hash(b"one")));
    }
}
