//! What words are known: the dictionaries of `data/`, and the vocabulary of contexts.

mod dictionary;
mod fold;
pub(crate) mod vocabulary;

pub(crate) use dictionary::{CITY, CITY_BEGINS, FAMILY, GIVEN, WORD, dictionary};
pub(crate) use fold::{hash, hash_extend, HASH_START};
