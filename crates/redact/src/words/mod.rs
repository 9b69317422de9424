//! What words are known: the dictionaries of `data/`, and the vocabulary of contexts.

mod dictionary;
mod fold;
pub(crate) mod technical;
pub(crate) mod users;
pub(crate) mod vocabulary;

pub(crate) use dictionary::{CITY, CITY_BEGINS, FAMILY, GIVEN, WORD, dictionary};
pub(crate) use fold::{HASH_START, constant, hash, hash_extend};

/// Hashes of words in small ASCII letters, made by the compiler: asking whether a token is one of many compares numbers.
macro_rules! words {
    ($($word:literal),* $(,)?) => {{
        const HASHES: &[u64] = &[$($crate::words::constant($word)),*];
        HASHES
    }};
}
pub(crate) use words;
