//! Which words matter to the quick look: told by their first eight letters before anything is hashed.

use std::sync::LazyLock;

use super::triggers::{SMALL, asking};
use crate::{
    text::streets::PLAIN_STREETS,
    words::{
        among, hash,
        vocabulary::{self as v, Roles},
    },
};

const SLOTS: usize = 1 << 14;

/// The vocabulary as the quick look asks it. Words of up to sixteen ASCII letters are in it by their first and last eight
/// letters; longer ones, and letters beyond ASCII, are asked of the vocabulary itself.
pub(super) struct Listed {
    /// One bit for each of 2^16 hashes of words that matter in small letters.
    small: Box<[u64; 1024]>,
    /// The same of all words.
    any: Box<[u64; 1024]>,
    slots: Box<[Entry; SLOTS]>,
}

/// What is known of a word; nothing of most.
#[derive(Clone, Copy, Default)]
pub(super) struct Entry {
    whole: u64,
    pub(super) roles: Roles,
    /// Which of the triggers ask it, as bits.
    pub(super) asked: u32,
}

impl Entry {
    pub(super) const NONE: Self = Self { whole: 0, roles: 0, asked: 0 };

    fn of(whole: u64, roles: Roles) -> Self {
        Self { whole, roles, asked: asking(roles) }
    }
}

/// The bytes of so many letters.
const FIRST: [u64; 8] =
    [0, 0xff, 0xffff, 0xff_ffff, 0xffff_ffff, 0xff_ffff_ffff, 0xffff_ffff_ffff, 0xff_ffff_ffff_ffff];

/// The first eight letters of a word of ASCII letters, small, and its length.
#[derive(Clone, Copy)]
pub(super) struct Front {
    letters: u64,
    length: usize,
}

impl Front {
    /// Of the word that stands at the beginning of these bytes.
    #[inline]
    pub(super) fn of(rest: &[u8], length: usize) -> Self {
        let mut letters = match rest.first_chunk::<8>() {
            Some(eight) => u64::from_le_bytes(*eight),
            None => rest.iter().rev().fold(0, |value, byte| value << 8 | u64::from(*byte)),
        };
        letters &= FIRST.get(length).copied().unwrap_or(u64::MAX);
        Self { letters: letters | 0x2020_2020_2020_2020, length }
    }

    /// Whether one of its letters is beyond ASCII.
    #[inline]
    fn wide(self) -> bool {
        self.letters & 0x8080_8080_8080_8080 != 0
    }

    /// Sixteen bits.
    #[inline]
    fn short(self) -> u64 {
        (self.letters ^ (self.length as u64) << 40).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 48
    }

    /// Tells the word from all others of up to sixteen ASCII letters; `rest` begins with it. Nothing if it is none of
    /// those.
    #[inline]
    fn whole(self, rest: &[u8]) -> Option<u64> {
        if self.length > 16 || self.wide() {
            return None;
        }
        let first = (self.letters ^ (self.length as u64) << 40).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        if self.length <= 8 {
            return Some(first);
        }
        let last = rest.get(self.length - 8..).and_then(|last| last.first_chunk()).copied();
        let last =
            Self { letters: u64::from_le_bytes(last.unwrap_or_default()) | 0x2020_2020_2020_2020, ..self };
        (!last.wide()).then(|| first.rotate_left(23) ^ last.letters.wrapping_mul(0xff51_afd7_ed55_8ccd))
    }
}

#[inline]
fn holds(bits: &[u64; 1024], short: u64) -> bool {
    let word = usize::try_from(short >> 6 & 1023).unwrap_or(0);
    bits.get(word).is_some_and(|bits| bits >> (short & 63) & 1 == 1)
}

fn set(bits: &mut [u64; 1024], short: u64) {
    if let Some(bits) = bits.get_mut(usize::try_from(short >> 6 & 1023).unwrap_or(0)) {
        *bits |= 1 << (short & 63);
    }
}

fn slot(whole: u64) -> usize {
    usize::try_from((whole ^ whole >> 27) & (SLOTS as u64 - 1)).unwrap_or(0)
}

impl Listed {
    fn add(&mut self, word: &[u8], roles: Roles) {
        let front = Front::of(word, word.len());
        set(&mut self.any, front.short());
        if roles & SMALL != 0 || roles & v::STREET != 0 && among(PLAIN_STREETS, hash(word)) {
            set(&mut self.small, front.short());
        }
        let Some(whole) = front.whole(word) else { return };
        let mut slot = slot(whole);
        while let Some(entry) = self.slots.get_mut(slot) {
            if entry.roles == 0 || entry.whole == whole {
                *entry = Entry::of(whole, roles);
                return;
            }
            slot = (slot + 1) % SLOTS;
        }
    }

    /// Whether a word of small ASCII letters may be one that matters.
    #[inline]
    pub(super) fn small(&self, front: Front) -> bool {
        holds(&self.small, front.short())
    }

    /// What is known of a word that stands at the beginning of these bytes.
    #[inline]
    pub(super) fn entry(&self, rest: &[u8], front: Front) -> Entry {
        let Some(whole) = front.whole(rest) else {
            return Entry::of(0, v::vocabulary().get(hash(rest.get(..front.length).unwrap_or_default())));
        };
        if !holds(&self.any, front.short()) {
            return Entry::NONE;
        }
        let mut slot = slot(whole);
        loop {
            match self.slots.get(slot) {
                Some(entry) if entry.whole == whole && entry.roles != 0 => return *entry,
                Some(entry) if entry.roles != 0 => slot = (slot + 1) % SLOTS,
                _ => return Entry::NONE,
            }
        }
    }

    /// The roles of a word that stands at the beginning of these bytes.
    #[inline]
    pub(super) fn roles(&self, rest: &[u8], length: usize) -> Roles {
        self.entry(rest, Front::of(rest, length)).roles
    }
}

static LISTED: LazyLock<Listed> = LazyLock::new(|| {
    let bits = || Box::new([0; 1024]);
    let mut listed = Listed { small: bits(), any: bits(), slots: Box::new([Entry::NONE; SLOTS]) };
    for word in v::words() {
        // As the vocabulary hashes: what is no letter is left out.
        let letters: Vec<u8> = word.bytes().filter(|b| b.is_ascii_alphabetic() || *b >= 0x80).collect();
        if letters.is_empty() {
            continue;
        }
        let roles = v::vocabulary().get(hash(&letters));
        if letters.is_ascii() && letters.len() <= 16 && roles != 0 {
            listed.add(&letters, roles);
        } else if letters.is_ascii() {
            // Found by its first eight letters, then asked of the vocabulary.
            let front = Front::of(&letters, letters.len());
            set(&mut listed.any, front.short());
            set(&mut listed.small, front.short());
        }
    }
    // Crossed out digits: `xxx-xx-6789`.
    set(&mut listed.small, Front::of(b"xxx", 3).short());
    listed
});

/// The words; made when they are first asked for.
pub(super) fn listed() -> &'static Listed {
    &LISTED
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_have_the_roles_that_the_vocabulary_gives_them() {
        let mut known = 0;
        for word in v::words().filter(|word| word.bytes().all(|b| b.is_ascii_alphabetic())) {
            for written in [word.to_lowercase(), word.to_uppercase(), format!("{word} and what follows")] {
                let roles = listed().roles(written.as_bytes(), word.len());
                assert_eq!(roles, v::vocabulary().get(hash(word.as_bytes())), "{written}");
                known += usize::from(roles != 0);
            }
        }
        assert!(known > 5000, "{known}");
        for word in ["zebra", "backhoe", "patiently", "incomprehensibilities"] {
            assert_eq!(listed().roles(word.as_bytes(), word.len()), 0, "{word}");
        }
        assert_ne!(listed().roles("señora".as_bytes(), "señora".len()), 0);
    }

    #[test]
    fn most_words_of_machines_don_t_matter() {
        let l = listed();
        let small = |word: &str| l.small(Front::of(word.as_bytes(), word.len()));
        assert!(small("patient") && small("ssn") && small("surname") && small("xxx"));
        let words = "the quick brown fox jumps over lazy dog level info logger request completed method path \
                     status duration bytes span trace cluster worker partition offset";
        assert!(words.split(' ').filter(|word| small(word)).count() < 4);
        let used = l.slots.iter().filter(|slot| slot.roles != 0).count();
        assert!(used * 10 < SLOTS * 6, "{used} of {SLOTS}");
    }
}
