//! What keys were found to announce: in a log the same few come line after line.

use super::{Class, classify};
use crate::{
    check::digits,
    words::{FAMILY, GIVEN, WORD, dictionary, hash},
};

/// Longest key that is kept, with the key around it, in bytes.
const LONGEST: usize = 56;

/// Keys that are kept; a power of two.
const SLOTS: usize = 512;

#[derive(Clone, Copy)]
struct Slot {
    /// The key, then the one around it.
    bytes: [u8; LONGEST],
    key: u8,
    parent: u8,
    class: Class,
}

const EMPTY: Slot = Slot { bytes: [0; LONGEST], key: 0, parent: 0, class: Class::None };

/// Keys with their classes, as [`classify`] gives them. A key takes the place of another.
///
/// Some programs key a map by a value of a person (`{"482133":{…}}`, `{"Jane Roe":{…}}`). What may be one is not kept:
/// see [`of_programs`]. A name that is an ordinary word as well (`{"grace":{…}}`) can't be told from a key.
#[derive(Default)]
pub(crate) struct Known {
    slots: Vec<Slot>,
}

impl Known {
    /// What a key announces, in an object that itself is the value of `parent`.
    pub(crate) fn classify(&mut self, key: &[u8], parent: &[u8]) -> Class {
        let (Ok(length), Ok(around)) = (u8::try_from(key.len()), u8::try_from(parent.len())) else {
            return classify(key, parent);
        };
        if key.is_empty() || key.len() + parent.len() > LONGEST {
            return classify(key, parent);
        }
        if self.slots.is_empty() {
            self.slots.resize(SLOTS, EMPTY);
        }
        let bytes = || key.iter().chain(parent);
        let hash = bytes().fold(u64::from(length), |hash, byte| {
            (hash ^ u64::from(*byte)).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(23)
        });
        let place = usize::try_from(hash >> 32).unwrap_or(0) % SLOTS;
        let Some(slot) = self.slots.get_mut(place) else { return classify(key, parent) };
        let same = slot.key == length
            && slot.parent == around
            && slot.bytes.get(..key.len()) == Some(key)
            && slot.bytes.get(key.len()..key.len() + parent.len()) == Some(parent);
        if !same {
            let class = classify(key, parent);
            if !of_programs(key) || !of_programs(parent) {
                return class;
            }
            *slot = Slot { key: length, parent: around, class, ..EMPTY };
            slot.bytes.iter_mut().zip(bytes()).for_each(|(to, from)| *to = *from);
        }
        slot.class
    }
}

/// Whether a key is one that programs write: without blanks and without numbers, and no part of it a name of people
/// and nothing else.
fn of_programs(key: &[u8]) -> bool {
    let name = |part: &[u8]| {
        let flags = dictionary().get(hash(part));
        part.len() > 2 && flags & (GIVEN | FAMILY) != 0 && flags & WORD == 0
    };
    digits::count(key) < 3
        && key.iter().all(|b| b.is_ascii_graphic() && *b != b'@')
        && !key.split(|b| !b.is_ascii_alphabetic()).any(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_that_may_be_values_are_not_kept() {
        let mut known = Known::default();
        let values = ["482133", "Jane Roe", "jane.roe", "roe_jane", "jroe@example.org", "W48213377", "Zoë"];
        for value in values {
            for (key, parent) in [(value, "patients"), ("mrn", value), ("name", value)] {
                let (key, parent) = (key.as_bytes(), parent.as_bytes());
                assert_eq!(known.classify(key, parent), classify(key, parent), "{value}");
            }
        }
        assert!(known.slots.iter().all(|slot| slot.key == 0), "a value was kept");
        known.classify(b"patient_id", b"address1");
        assert_eq!(known.slots.iter().filter(|slot| slot.key > 0).count(), 1);
    }

    #[test]
    fn a_key_announces_the_same_the_first_time_and_later() {
        let mut known = Known::default();
        let words = ["id", "name", "mrn", "patient", "dob", "status", "first", "license", "number", ""];
        for _ in 0..2 {
            for key in words {
                for parent in words {
                    let (key, parent) = (key.as_bytes(), parent.as_bytes());
                    assert_eq!(known.classify(key, parent), classify(key, parent), "{key:?} in {parent:?}");
                }
            }
        }
        // Where one key ends and the other begins counts.
        assert_eq!(known.classify(b"patientid", b"x"), classify(b"patientid", b"x"));
        assert_eq!(known.classify(b"patient", b"idx"), classify(b"patient", b"idx"));
        let long = [b'a'; 300];
        assert_eq!(known.classify(&long, b""), Class::None);
    }
}
