//! Values of query strings.

use super::Reader;
use crate::words::{COMMON, FAMILY, GIVEN, WORD, dictionary, hash};

impl Reader<'_> {
    /// Whether a value of a query is names in small letters: `jane+roe`.
    pub(super) fn small_names(&self, value: &[u8]) -> bool {
        let parts = || value.split(|b| matches!(b, b'+' | b' ')).filter(|part| !part.is_empty());
        let name = |part: &[u8]| {
            let flags = dictionary().get(hash(part));
            part.len() > 2
                && part.iter().all(u8::is_ascii_alphabetic)
                && flags & (GIVEN | FAMILY) != 0
                && flags & WORD == 0
        };
        // `rachel park`: of two, one may be a word that is a frequent name.
        let common = |part: &[u8]| {
            let flags = dictionary().get(hash(part));
            part.len() > 2 && flags & (GIVEN | FAMILY) != 0 && flags & COMMON != 0
        };
        (2..=4).contains(&parts().count())
            && (parts().all(name) || parts().any(name) && parts().all(|part| name(part) || common(part)))
    }

    /// Whether a value of a query holds several words, of which one is a number.
    pub(super) fn encoded(&self, start: usize, end: usize) -> bool {
        let value = self.text.get(start..end).unwrap_or_default();
        let several = value.contains(&b'+') || memchr::memmem::find(value, b"%20").is_some();
        several
            && value.iter().any(u8::is_ascii_digit)
            && value.iter().filter(|b| b.is_ascii_alphabetic()).count() > 2
    }
}
