//! Medicare beneficiary identifiers.

use super::{begins, ends};
use crate::{check::number, text::token::at};

/// End of the identifier that begins here: eleven letters and digits, or with two hyphens as on the card.
pub(crate) fn mbi(text: &[u8], start: usize) -> Option<usize> {
    if !(b'1'..=b'9').contains(&at(text, start))
        || !at(text, start + 1).is_ascii_alphabetic()
        || !begins(text, start)
    {
        return None;
    }
    let mut compact = [0_u8; 11];
    let (mut place, mut joints) = (start, 0);
    for (count, slot) in compact.iter_mut().enumerate() {
        if matches!(at(text, place), b'-' | b' ') && (count == 4 || count == 7) {
            place += 1;
            joints += 1;
        }
        *slot = at(text, place);
        place += 1;
    }
    // Small letters are of hashes more often than of people.
    let written = compact.iter().filter(|b| b.is_ascii_uppercase()).count() >= 3 || joints == 2;
    (number::mbi(&compact) && written && joints != 1 && ends(text, place)).then_some(place)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_is_found_as_on_the_card_and_without_hyphens() {
        assert_eq!(mbi(b"1EG4-TE5-MK73", 0), Some(13));
        assert_eq!(mbi(b"1EG4TE5MK73,", 0), Some(11));
        assert_eq!(mbi(b"1eg4-te5-mk73", 0), Some(13));
    }

    #[test]
    fn look_alikes_are_not() {
        for text in ["1eg4te5mk73", "1EG4TE5MK731", "1EG4-TE5MK73", "1SG4TE5MK73"] {
            assert!(mbi(text.as_bytes(), 0).is_none(), "{text}");
        }
        assert!(mbi(b"a1EG4TE5MK73", 1).is_none());
    }
}
