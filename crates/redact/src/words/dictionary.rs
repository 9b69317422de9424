//! The dictionaries in memory: one table of hashes with flags, made at first use.
//!
//! A slot is 24 bits of the hash and 8 flags. Of unknown words, fewer than one in a million is taken for a known one,
//! which is harmless: a dictionary only adds weight.

use std::sync::LazyLock;

use super::fold::hash;

const SLOTS: usize = 1 << 19;

/// A word of ordinary English, in small letters.
pub(crate) const WORD: u8 = 1;
/// A given name.
pub(crate) const GIVEN: u8 = 2;
/// A family name.
pub(crate) const FAMILY: u8 = 4;
/// A city of the United States, as a whole (`san jose`).
pub(crate) const CITY: u8 = 8;
/// The first word of a city of several.
pub(crate) const CITY_BEGINS: u8 = 16;
/// A frequent given or family name.
pub(crate) const COMMON: u8 = 32;
/// A name that is one of the commonest words too.
pub(crate) const PLAIN: u8 = 64;
/// A word of medicine: diseases, organisms, parts of the body, medicines.
pub(crate) const MEDICAL: u8 = 128;

/// Known words and their flags.
pub(crate) struct Dictionary {
    slots: Vec<u32>,
}

impl Dictionary {
    fn place(hash: u64) -> (usize, u32) {
        let mixed = hash ^ (hash >> 29);
        let slot = usize::try_from(mixed & (SLOTS as u64 - 1)).unwrap_or(0);
        // The lowest bit keeps the tag from being nothing.
        let tag = (u32::try_from((hash >> 40) & 0xff_ffff).unwrap_or(0) | 1) << 8;
        (slot, tag)
    }

    fn add(&mut self, hash: u64, flags: u8) {
        let (mut slot, tag) = Self::place(hash);
        loop {
            let Some(entry) = self.slots.get_mut(slot) else { return };
            if *entry == 0 || *entry & !0xff == tag {
                *entry |= tag | u32::from(flags);
                return;
            }
            slot = (slot + 1) % SLOTS;
        }
    }

    /// Flags of the word with this hash; none if it is unknown.
    pub(crate) fn get(&self, hash: u64) -> u8 {
        let (mut slot, tag) = Self::place(hash);
        loop {
            match self.slots.get(slot).copied() {
                None | Some(0) => return 0,
                Some(entry) if entry & !0xff == tag => return (entry & 0xff) as u8,
                Some(_) => slot = (slot + 1) % SLOTS,
            }
        }
    }

    /// Flags of a word.
    #[cfg(test)]
    pub(crate) fn flags(&self, word: &[u8]) -> u8 {
        self.get(hash(word))
    }
}

static DICTIONARY: LazyLock<Dictionary> = LazyLock::new(|| {
    let mut dictionary = Dictionary { slots: vec![0; SLOTS] };
    for (list, flag) in [
        (include_str!("../../data/words.txt"), WORD),
        (include_str!("../../data/given.txt"), GIVEN),
        (include_str!("../../data/surnames.txt"), FAMILY),
        (include_str!("../../data/cities.txt"), CITY),
        (include_str!("../../data/common.txt"), COMMON),
        (include_str!("../../data/plain.txt"), PLAIN),
        (include_str!("../../data/medical.txt"), MEDICAL),
    ] {
        for word in list.lines() {
            dictionary.add(hash(word.as_bytes()), flag);
            if let (CITY, Some((first, _))) = (flag, word.split_once(' ')) {
                dictionary.add(hash(first.as_bytes()), CITY_BEGINS);
            }
        }
    }
    dictionary
});

/// The dictionaries; made when they are first asked for.
pub(crate) fn dictionary() -> &'static Dictionary {
    &DICTIONARY
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_words_and_cities_are_known_and_nonsense_is_not() {
        let d = dictionary();
        assert_eq!(d.flags(b"Smith") & (FAMILY | WORD), FAMILY | WORD);
        assert_eq!(d.flags(b"Maria") & (GIVEN | WORD), GIVEN);
        assert_ne!(d.flags("José".as_bytes()) & GIVEN, 0);
        assert_ne!(d.flags(b"O'Brien") & FAMILY, 0);
        assert_ne!(d.flags(b"San Jose") & CITY, 0);
        assert_ne!(d.flags(b"san") & CITY_BEGINS, 0);
        assert_ne!(d.flags(b"grace") & WORD, 0);
        assert_eq!(d.flags(b"Grace") & (COMMON | PLAIN | MEDICAL), COMMON | PLAIN);
        assert_eq!(d.flags(b"Escherichia") & (COMMON | PLAIN | MEDICAL | FAMILY), MEDICAL);
        for word in ["xqzzkw", "kubernetes", "wqrtp", "sshd"] {
            assert_eq!(d.flags(word.as_bytes()), 0, "{word}");
        }
    }

    #[test]
    fn the_table_keeps_room_for_short_searches() {
        let used = dictionary().slots.iter().filter(|slot| **slot != 0).count();
        assert!(used * 10 < SLOTS * 6, "{used} of {SLOTS}");
    }
}
