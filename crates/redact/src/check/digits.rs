//! Check digits over a run of digits; everything else in the bytes is skipped.

fn values(bytes: &[u8]) -> impl DoubleEndedIterator<Item = u32> + Clone + '_ {
    bytes.iter().filter(|b| b.is_ascii_digit()).map(|b| u32::from(b - b'0'))
}

/// How many digits there are.
pub(crate) fn count(bytes: &[u8]) -> usize {
    bytes.iter().filter(|b| b.is_ascii_digit()).count()
}

/// Seconds or milliseconds since 1970, of the years from 2014 on.
pub(crate) fn epoch(bytes: &[u8]) -> bool {
    matches!((bytes.len(), bytes), (10 | 13, [b'1', b'4'..=b'9', ..])) && bytes.iter().all(u8::is_ascii_digit)
}

fn luhn_sum(digits: impl DoubleEndedIterator<Item = u32>) -> u32 {
    digits
        .rev()
        .enumerate()
        .map(|(place, digit)| match (place % 2, digit) {
            (0, _) => digit,
            (_, 0..=4) => digit * 2,
            _ => digit * 2 - 9,
        })
        .sum()
}

/// ISO/IEC 7812-1, Annex B.
pub(crate) fn luhn(bytes: &[u8]) -> bool {
    luhn_sum(values(bytes)).is_multiple_of(10)
}

/// A national provider identifier: ten digits from 1 or 2, Luhn with the issuer 80840 in front (45 CFR 162.406).
pub(crate) fn npi(bytes: &[u8]) -> bool {
    count(bytes) == 10
        && matches!(values(bytes).next(), Some(1 | 2))
        && luhn_sum([8, 0, 8, 4, 0].into_iter().chain(values(bytes))) % 10 == 0
}

/// A code of LOINC: three to seven digits, a hyphen and the check digit (LOINC Users' Guide, appendix C; the same sum).
pub(crate) fn loinc(bytes: &[u8]) -> bool {
    let Some((number, [b'-', check])) = bytes.len().checked_sub(2).and_then(|at| bytes.split_at_checked(at))
    else {
        return false;
    };
    (3..=7).contains(&number.len())
        && number.iter().all(u8::is_ascii_digit)
        && check.is_ascii_digit()
        && luhn(bytes)
}

/// Whether the sum of the digits is a multiple of ten.
pub(crate) fn mod10(bytes: &[u8]) -> bool {
    values(bytes).sum::<u32>() % 10 == 0
}

/// Weights 1, 2, 3 … from the right, remainder by 11; `X` counts ten.
pub(crate) fn mod11(bytes: &[u8]) -> bool {
    let values = bytes.iter().filter_map(|b| match b {
        b'0'..=b'9' => Some(u32::from(b - b'0')),
        b'X' | b'x' => Some(10),
        _ => None,
    });
    let sum: u32 = values.rev().zip(1..).map(|(digit, weight)| digit * weight).sum();
    sum.is_multiple_of(11)
}

/// ISO 7064 MOD 97-10 over digits and letters (A is 10), the first four moved to the end, as in IBAN.
pub(crate) fn iban(bytes: &[u8]) -> bool {
    let letters = || bytes.iter().copied().filter(u8::is_ascii_alphanumeric);
    let turned = letters().skip(4).chain(letters().take(4));
    remainder_97(turned) == 1
}

/// ISO 7064 MOD 97-10 over digits and letters in their order.
pub(crate) fn mod97(bytes: &[u8]) -> bool {
    remainder_97(bytes.iter().copied().filter(u8::is_ascii_alphanumeric)) == 1
}

fn remainder_97(bytes: impl Iterator<Item = u8>) -> u32 {
    bytes.fold(0, |rest, byte| match byte {
        b'0'..=b'9' => (rest * 10 + u32::from(byte - b'0')) % 97,
        _ => (rest * 100 + u32::from(byte.to_ascii_uppercase() - b'A') + 10) % 97,
    })
}

/// A vehicle identification number: 17 letters and digits without I, O, Q; the ninth is the check digit of North
/// America (49 CFR 565.15).
pub(crate) fn vin(bytes: &[u8]) -> bool {
    const WEIGHTS: [u32; 17] = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];
    if bytes.len() != 17 {
        return false;
    }
    let mut sum = 0;
    let mut check = 0;
    for (place, (byte, weight)) in bytes.iter().zip(WEIGHTS).enumerate() {
        let value = match byte.to_ascii_uppercase() {
            digit @ b'0'..=b'9' => u32::from(digit - b'0'),
            letter @ b'A'..=b'H' => u32::from(letter - b'A') + 1,
            letter @ b'J'..=b'N' => u32::from(letter - b'J') + 1,
            b'P' => 7,
            b'R' => 9,
            letter @ b'S'..=b'Z' => u32::from(letter - b'S') + 2,
            _ => return false,
        };
        if place == 8 {
            check = match byte {
                b'X' | b'x' => 10,
                b'0'..=b'9' => value,
                _ => return false,
            };
        }
        sum += value * weight;
    }
    sum % 11 == check
}

/// A registration with the DEA: two letters, six digits, check digit.
pub(crate) fn dea(bytes: &[u8]) -> bool {
    let [first, second, digits @ ..] = bytes else { return false };
    if digits.len() != 7 || !digits.iter().all(u8::is_ascii_digit) {
        return false;
    }
    let kind = matches!(first.to_ascii_uppercase(), b'A'..=b'H' | b'J'..=b'M' | b'P'..=b'U' | b'X');
    let odd: u32 = values(digits).take(6).step_by(2).sum();
    let even: u32 = values(digits).take(6).skip(1).step_by(2).sum();
    kind && (second.is_ascii_alphabetic() || *second == b'9')
        && values(digits).next_back() == Some((odd + 2 * even) % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_examples_have_right_check_digits_and_altered_ones_do_not() {
        assert!(luhn(b"4111 1111 1111 1111") && !luhn(b"4111 1111 1111 1112"));
        assert!(npi(b"1234567893") && !npi(b"1234567890") && !npi(b"3234567893"));
        assert!(loinc(b"2160-0") && loinc(b"8867-4") && !loinc(b"2160-1") && !loinc(b"21600"));
        assert!(vin(b"1M8GDM9AXKP042788") && !vin(b"1M8GDM9AYKP042788") && vin(b"11111111111111111"));
        assert!(dea(b"AB1234563") && dea(b"F91234563") && !dea(b"AB1234564") && !dea(b"IB1234563"));
        assert!(iban(b"GB82 WEST 1234 5698 7654 32") && !iban(b"GB83 WEST 1234 5698 7654 32"));
        assert!(mod11(b"0306406152") && !mod11(b"0306406153"));
        assert!(mod10(b"1234567892 5".get(..9).unwrap()) == (45 % 10 == 0));
    }
}
