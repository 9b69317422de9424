//! What words are known: the dictionaries of `data/`, and the vocabulary of contexts.

pub(crate) mod compounds;
mod dictionary;
mod fold;
pub(crate) mod technical;
pub(crate) mod users;
pub(crate) mod vocabulary;

pub(crate) use dictionary::{CITY, CITY_BEGINS, COMMON, FAMILY, GIVEN, MEDICAL, PLAIN, WORD, dictionary};
pub(crate) use fold::{HASH_START, constant, count, hash, hash_extend, hashes};

/// Hashes of words in small ASCII letters, made by the compiler: asking whether a token is one of many compares numbers.
macro_rules! words {
    ($($word:literal),* $(,)?) => {{
        const HASHES: &[u64] = &[$($crate::words::constant($word)),*];
        HASHES
    }};
}

/// The same for the words of a text.
macro_rules! list {
    ($text:literal) => {{
        const TEXT: &str = $text;
        const HASHES: [u64; $crate::words::count(TEXT)] = $crate::words::hashes(TEXT);
        &HASHES
    }};
}
pub(crate) use list;
pub(crate) use words;
