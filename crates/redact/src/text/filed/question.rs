//! Questions about one: what stands behind the path in `/pickup?p=S1571585&n=Margaret`.

use std::ops::Range;

use super::{Part, number, word};
use crate::{
    Identifier as I,
    check::digits,
    text::token::at,
    words::{CITY, COMMON, FAMILY, GIVEN, among, dictionary, hash, list},
};

/// What stands in paths before the keys and values of a question about one.
pub(super) const QUESTIONS: &[u64] = list!(
    "pickup refill refills visit visits appointment appointments appt appts checkin bill bills claim claims rx results referral \
     referrals messages message telehealth waitlist booking bookings intake consent chart charts patient patients statement \
     statements reschedule confirm join"
);

/// Keys of such questions for a number, and for a name.
const NUMBERS: &[u64] = list!("id no num number nbr ref re rx pt visit appt claim order conf");
/// Keys that mean a number only where nothing else is asked for, and what is asked for there.
const BRIEF: &[u64] = list!("p v c code key");
const SURELY: &[u64] =
    list!("pickup refill refills rx messages message reschedule telehealth patient patients");
const NAMES: &[u64] =
    list!("n name fn ln first last who for pt dn with dr provider patient member nm fname lname");

/// Whether a number or a name is asked for behind a word of a path that ends here, as the quick look asks.
pub(crate) fn questions(line: &[u8], word: Range<usize>) -> bool {
    at(line, word.end) == b'?'
        && among(QUESTIONS, hash(line.get(word.clone()).unwrap_or_default()))
        && !asked(line, word.end).is_empty()
}

/// The numbers and names that are asked for behind the sign of a question.
pub(super) fn asked(text: &[u8], sign: usize) -> Vec<(Range<usize>, I)> {
    let mut found = Vec::new();
    let head = text.get(sign.saturating_sub(64)..sign).unwrap_or_default();
    let path = head.rsplit(|b| *b <= b' ' || matches!(b, b'"' | b'\'')).next().unwrap_or_default();
    let holds = |words: &[u64]| path.split(|b| !b.is_ascii_alphabetic()).any(|step| among(words, hash(step)));
    if !holds(QUESTIONS) || !path.contains(&b'/') || holds(list!("search")) {
        return found;
    }
    let surely = holds(SURELY);
    let charted = holds(list!("chart charts results"));
    let rest = text.get(sign + 1..).unwrap_or_default();
    let length =
        rest.iter().take(256).take_while(|b| **b > b' ' && !matches!(b, b'"' | b'\'' | b'#')).count();
    let mut start = sign + 1;
    for pair in rest.get(..length).unwrap_or_default().split(|b| *b == b'&') {
        let equals = memchr::memchr(b'=', pair).unwrap_or(pair.len());
        let (key, value) =
            (pair.get(..equals).unwrap_or_default(), pair.get(equals + 1..).unwrap_or_default());
        let from = start + equals + 1;
        start += pair.len() + 1;
        let numbered = || among(NUMBERS, hash(key)) || surely && among(BRIEF, hash(key));
        if digits::count(value) >= 5 {
            if numbered() && number(value) {
                found.push((from..from + value.len(), I::Other));
            }
        } else if value.first().is_some_and(u8::is_ascii_uppercase) && among(NAMES, hash(key)) {
            let words = || value.split(|b| matches!(b, b'+' | b'-')).filter(|word| !word.is_empty());
            let name = |part: &[u8]| {
                let town = dictionary().get(hash(part)) & CITY != 0;
                (matches!(word(part), Part::Sure) || borne(part)) && !(charted && town)
            };
            if words().count() <= 3 && words().all(name) {
                found.push((from..from + value.len(), I::Name));
            }
        }
    }
    found
}

/// Whether a word is a frequent name, whatever else it is.
fn borne(word: &[u8]) -> bool {
    let flags = dictionary().get(hash(word));
    flags & COMMON != 0 && flags & (GIVEN | FAMILY) != 0 && word.len() > 2
}
