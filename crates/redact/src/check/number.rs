//! Numbers of agencies: which are given out.

/// Whether an SSN with these parts can have been given out, or is an ITIN.
///
/// Since 2011 any area from 001 to 899 but 666 is; a pattern that stops at 772 misses a third of them. Areas from 900
/// are taxpayer numbers (ITIN) with groups from 50 up (IRS Publication 1915).
pub(crate) fn ssn(area: u32, group: u32, serial: u32) -> bool {
    let area_is_used = match area {
        1..=665 | 667..=899 => true,
        900..=999 => matches!(group, 50..=65 | 70..=88 | 90..=92 | 94..=99),
        _ => false,
    };
    area_is_used && group != 0 && serial != 0
}

/// Whether eleven letters and digits have the form of a Medicare beneficiary identifier (CMS, MBI format).
pub(crate) fn mbi(bytes: &[u8]) -> bool {
    let letter = |b: u8| b.is_ascii_uppercase() && !b"SLOIBZ".contains(&b);
    let fits = |(place, b): (usize, u8)| match place {
        0 => (b'1'..=b'9').contains(&b),
        1 | 4 | 7 | 8 => letter(b),
        2 | 5 => letter(b) || b.is_ascii_digit(),
        _ => b.is_ascii_digit(),
    };
    bytes.len() == 11 && bytes.iter().map(u8::to_ascii_uppercase).enumerate().all(fits)
}

/// Prefixes of ZIP codes whose areas held 20,000 people or fewer in the census that the guidance of HHS on
/// 164.514(b) names: of these not even three digits may stay.
const SMALL: [&[u8; 3]; 17] = [
    b"036", b"059", b"063", b"102", b"203", b"556", b"692", b"790", b"821", b"823", b"830", b"831", b"878",
    b"879", b"884", b"890", b"893",
];

/// The three digits of a ZIP code that Safe Harbor lets stay; `000` where too few people live.
pub(crate) fn zip3(zip: &[u8]) -> [u8; 3] {
    let three = zip.first_chunk::<3>().copied().filter(|z| z.iter().all(u8::is_ascii_digit));
    match three {
        Some(three) if !SMALL.contains(&&three) => three,
        _ => *b"000",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_area_that_is_given_out_counts_and_others_do_not() {
        assert!(ssn(1, 1, 1) && ssn(772, 10, 1) && ssn(899, 99, 9999) && ssn(773, 1, 1));
        assert!(!ssn(666, 1, 1) && !ssn(0, 1, 1) && !ssn(123, 0, 1) && !ssn(123, 1, 0));
        assert!(ssn(912, 70, 1234) && !ssn(912, 10, 1234));
    }

    #[test]
    fn a_medicare_number_has_letters_and_digits_in_their_places() {
        assert!(mbi(b"1EG4TE5MK73") && mbi(b"1eg4te5mk73"));
        assert!(!mbi(b"0EG4TE5MK73") && !mbi(b"1SG4TE5MK73") && !mbi(b"1EG4TE5MK7") && !mbi(b"1EGATE5MK73"));
    }

    #[test]
    fn sparse_areas_lose_all_digits() {
        assert_eq!(zip3(b"94110"), *b"941");
        assert_eq!(zip3(b"03601"), *b"000");
        assert_eq!(zip3(b"K1A 0B1"), *b"000");
    }
}
