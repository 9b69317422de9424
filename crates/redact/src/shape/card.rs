//! Numbers of payment cards.

use super::{begins, digits, ends};
use crate::{check, text::token::at};

/// End of the card number that begins here: 13 to 19 digits, in groups or not, whose first digits are of a network and
/// whose last is right by Luhn.
pub(crate) fn card(text: &[u8], start: usize, context: bool) -> Option<usize> {
    let first = digits(text, start, 20);
    let joined =
        first == 4 && matches!(at(text, start + 4), b' ' | b'-') && at(text, start + 5).is_ascii_digit();
    if first < 12 && !joined || !begins(text, start) {
        return None;
    }
    let mut end = start;
    let (mut count, mut group, mut separator) = (0, 0, 0);
    let mut groups = [0_u8; 6];
    loop {
        let byte = at(text, end);
        if byte.is_ascii_digit() {
            count += 1;
            if let Some(size) = groups.get_mut(group) {
                *size += 1;
            }
        } else if matches!(byte, b' ' | b'-')
            && (separator == 0 || separator == byte)
            && at(text, end + 1).is_ascii_digit()
            && count > 0
            && group < 5
        {
            separator = byte;
            group += 1;
        } else {
            break;
        }
        end += 1;
        if count > 19 {
            return None;
        }
    }
    let grouped = matches!(groups, [4, 4, 4, 4, 0..=3, 0] | [4, 6, 4 | 5, 0, 0, 0]);
    if group > 0 && !grouped {
        return None;
    }
    let number = text.get(start..end)?;
    (network(number, count, context) && ends(text, end) && check::digits::luhn(number) && !uniform(number))
        .then_some(end)
}

fn uniform(number: &[u8]) -> bool {
    let mut digits = number.iter().filter(|b| b.is_ascii_digit());
    let first = digits.next();
    digits.all(|digit| Some(digit) == first)
}

/// Whether a network gives out numbers that begin so and are so long.
fn network(number: &[u8], count: usize, context: bool) -> bool {
    let prefix =
        number.iter().filter(|b| b.is_ascii_digit()).take(4).fold(0_u32, |p, b| p * 10 + u32::from(b - b'0'));
    match prefix {
        4000..=4999 => count == 16 || context && matches!(count, 13 | 19),
        5100..=5599 | 2221..=2720 => count == 16,
        3400..=3499 | 3700..=3799 => count == 15,
        6011 | 6440..=6599 | 6220..=6299 => count == 16,
        3528..=3589 => count == 16,
        3500..=3599 => context && count == 16,
        // The older numbers of JCB.
        1800 | 2131 => context && count == 15,
        3000..=3059 | 3600..=3699 | 3800..=3999 => count == 14,
        5000..=5099 | 5600..=5899 | 6000..=6999 => context && (12..=19).contains(&count),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> bool {
        (0..text.len()).any(|i| card(text.as_bytes(), i, false).is_some())
    }

    #[test]
    fn numbers_for_tests_of_the_networks_are_found() {
        for text in [
            "4111 1111 1111 1111",
            "4111-1111-1111-1111",
            "4111111111111111",
            "378282246310005",
            "3782 822463 10005",
            "6011111111111117",
            "5555555555554444",
            "2223003122003222",
            "3530111333300000",
            "30569309025904",
            "pan=4012888888881881;",
        ] {
            assert!(found(text), "{text}");
        }
    }

    #[test]
    fn look_alikes_are_not() {
        for text in [
            "4111 1111 1111 1112",
            "1699999999999999999",
            "41111111111111110",
            "4111 11111 1111 111",
            "0000000000000000",
            "4444444444444444",
            "blk_4111111111111111x",
            "a4111111111111111",
            "1609459200000000",
        ] {
            assert!(!found(text), "{text}");
        }
    }

    #[test]
    fn older_numbers_of_networks_need_a_word() {
        for number in [&b"213112345678904"[..], b"3506111111111116"] {
            assert_eq!(card(number, 0, false), None);
            assert_eq!(card(number, 0, true), Some(number.len()));
        }
        assert_eq!(card(b"213112345678905", 0, true), None);
    }
}
