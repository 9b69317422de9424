//! Ages over 89 (45 CFR 164.514(b)(2)(i)(C)).

use super::{
    Reader,
    token::{Case, Kind},
    weight,
};
use crate::words::words;
use crate::{
    Identifier,
    words::{FAMILY, GIVEN, WORD, list, vocabulary as v},
};

impl Reader<'_> {
    /// Finds ages from 90 to 130, in digits and in words.
    pub(super) fn ages(&mut self) {
        for index in 0..self.tokens.len() {
            let token = self.t(index);
            let (start, end) = (token.start, token.end);
            let bytes = self.bytes(token);
            match token.kind {
                Kind::Number
                    if self.over_89(bytes)
                        && (self.unit_follows(index)
                            || self.age_announces(index)
                            || self.behind_name(index)
                            || self.of_a_relative(index)
                            || self.told_otherwise(index)) =>
                {
                    self.hit(start, end, Identifier::Age, weight::SHAPE);
                }
                // `92yo`, `92y`, `92F`.
                Kind::Mixed if bytes.get(1).is_some_and(u8::is_ascii_digit) => {
                    let digits = bytes.iter().take_while(|b| b.is_ascii_digit()).count();
                    let unit = bytes.get(digits..).unwrap_or_default();
                    let units: [&[u8]; 18] = [
                        b"yo", b"y", b"yr", b"yrs", b"f", b"m", b"yof", b"yom", b"ym", b"yf", b"year",
                        b"years", b"ya", b"yom", b"yrf", b"yrm", b"yro", b"yow",
                    ];
                    let known = units.iter().any(|known| unit.eq_ignore_ascii_case(known))
                        || months(unit)
                        || unit == "♀".as_bytes()
                        || unit == "♂".as_bytes()
                        || self.strict && self.birthday(index, unit);
                    let sex = unit.len() == 1 && !unit.eq_ignore_ascii_case(b"y");
                    let glued =
                        self.byte(start.wrapping_sub(1)) == b'-' || self.byte(start.wrapping_sub(1)) == b'.';
                    if known
                        && (!sex || self.strict && !self.of_a_place_or_heat(index))
                        && !glued
                        && self.over_89(bytes.get(..digits).unwrap_or_default())
                    {
                        // `PatientAge=093Y`: the value of DICOM is one with its unit.
                        let dicom = matches!(bytes, [b'0' | b'1', _, _, b'Y']);
                        let end = if dicom || months(unit) { end } else { start + digits };
                        self.hit(start, end, Identifier::Age, weight::SHAPE);
                    }
                }
                Kind::Word if token.is(v::NINETY) => self.spelled(index),
                _ => {}
            }
        }
    }

    /// `room 92F`, `temp 98F`.
    fn of_a_place_or_heat(&self, index: usize) -> bool {
        let signs = usize::from(matches!(self.back(index, 1).byte, b':' | b'='));
        self.lower_is(
            index.wrapping_sub(1 + signs),
            list!("room rm bed apt suite ste seat temp temperature tmax t tm fever"),
        )
    }

    /// `her 95th birthday`, `in his 94th year`.
    fn birthday(&self, index: usize, unit: &[u8]) -> bool {
        let ordinal = [&b"th"[..], b"st", b"nd", b"rd"].iter().any(|end| unit.eq_ignore_ascii_case(end));
        ordinal
            && (self.lower_is(index + 1, words!["birthday", "bday", "birthdays"])
                || self.lower_is(index + 1, words!["year"])
                    && self.lower_is(index.wrapping_sub(1), words!["her", "his", "their", "my"]))
    }

    /// In prose: `93 WF`, `91♀`, `(94 y)`, `Age at onset 92`, `Tiene 93 años`, `Lucille Barnes (95)`, `pushing 100`.
    fn told_otherwise(&self, index: usize) -> bool {
        let token = self.t(index);
        if !self.strict {
            // `[93 yrs]`, `108 yrs   M`: where a line is about a person.
            let apart = matches!(self.back(index, 1).byte, b'[' | b'(')
                && self.back(index, 1).end == token.start
                || self.back(index, 1).end + 2 <= token.start;
            return self.person
                && apart
                && self.lower_is(index + 1, words!["yrs", "years", "yo", "yr"])
                && self.t(index + 1).start <= token.end + 1;
        }
        let sexed = matches!(self.t(index + 1).case, Case::Upper)
            && self.t(index + 1).start <= token.end + 1
            && self.lower_is(index + 1, list!("wf wm bf bm hf hm aaf aam"))
            && !self.of_a_place_or_heat(index);
        let sign = self.bytes(self.t(index + 1));
        let sexed = sexed || sign == "♀".as_bytes() || sign == "♂".as_bytes();
        let years = self.lower_is(index + 1, list!("años anos ans jahre jaar anni"))
            && self.t(index + 1).start <= token.end + 1;
        let closing = self.back(index, 1).symbol(b'(') && self.t(index + 1).symbol(b')');
        let owner = self.back(index, 2);
        let named = owner.kind == Kind::Word
            && (owner.is(v::KIN)
                || owner.capitalised()
                    && owner.len() > 1
                    && owner.known(FAMILY | GIVEN)
                    && (self.back(index, 3).capitalised() || !owner.known(WORD)));
        // `Age at diagnosis 92`, `age at last visit: 94`.
        let then = (2..=4).any(|by| {
            self.lower_is(index.wrapping_sub(by), words!["at"])
                && self.lower_is(index.wrapping_sub(by + 1), words!["age"])
        });
        let nearly = self.lower_is(index.wrapping_sub(1), list!("pushing nearly almost"))
            && !self.unit_is_other(index)
            && (self.lower_is(index.wrapping_sub(2), list!("she he s is was mom dad mother father"))
                || self.back(index, 2).is(v::KIN));
        let will = self.lower_is(index.wrapping_sub(1), words!["be"])
            && self.lower_is(index.wrapping_sub(2), list!("will ll to"))
            && (1..=5).any(|by| self.lower_is(index.wrapping_sub(by), list!("he she i")))
            && !self.unit_is_other(index);
        let mine = self.lower_is(index.wrapping_sub(1), words!["m"])
            && self.back(index, 2).symbol(b'\'')
            && self.lower_is(index.wrapping_sub(3), words!["i"])
            && !self.unit_is_other(index)
            && !self.t(index + 1).is(v::CLINICAL);
        // `Rodriguez, Luella: 96, PPS 30%`.
        let listed = self.back(index, 1).symbol(b':')
            && (self.t(index + 1).symbol(b',') || self.t(index + 1).symbol(b';'))
            && owner.kind == Kind::Word
            && owner.capitalised()
            && owner.known(FAMILY | GIVEN)
            && (self.back(index, 3).symbol(b',') || self.back(index, 3).capitalised());
        // `my dad, who is 101`, `is "103 and a half"`.
        let who = self.lower_is(index.wrapping_sub(1), words!["is", "was"])
            && self.lower_is(index.wrapping_sub(2), words!["who"])
            && !self.unit_is_other(index)
            && self.t(index + 1).kind == Kind::Symbol;
        let half = self.lower_is(index + 1, words!["and"])
            && self.lower_is(index + 2, words!["a"])
            && self.lower_is(index + 3, words!["half"]);
        // `97 yr pedestrian`.
        let year = self.lower_is(index + 1, words!["yr"])
            && self.t(index + 2).kind == Kind::Word
            && !self.lower_is(index + 2, list!("ago hx history of follow risk warranty survival"));
        listed
            || who
            || half
            || year
            || sexed
            || years
            || closing && named
            || then && !self.unit_is_other(index)
            || nearly
            || will
            || mine
    }

    /// Whether a sex begins at this token, as it stands beside an age.
    fn sex_is(&self, index: usize) -> bool {
        self.lower_is(index, list!("f m female male woman man"))
    }

    fn over_89(&self, digits: &[u8]) -> bool {
        let value = digits
            .iter()
            .fold(0_u32, |value, b| value.saturating_mul(10).saturating_add(u32::from(b.wrapping_sub(b'0'))));
        matches!(digits.len(), 2 | 3) && (90..=130).contains(&value)
    }

    /// `92-year-old`, `92 years old`, `92 y/o`, `92 y.o.`, `92 years of age`.
    fn unit_follows(&self, index: usize) -> bool {
        let mut next = index + 1;
        if self.t(next).symbol(b'-') {
            next += 1;
        }
        if self.lower_is(next, words!["yo", "yof", "yom"]) {
            return true;
        }
        if self.lower_is(next, words!["y"]) {
            return self.t(next + 1).symbol(b'/')
                || self.t(next + 1).symbol(b'.')
                || self.lower_is(next + 1, words!["o", "old"])
                || self.strict && self.t(next + 1).symbol(b',') && self.sex_is(next + 2)
                || self.strict && (self.t(next + 1).kind != Kind::Symbol || self.t(next + 1).symbol(b')'));
        }
        if !self.lower_is(next, words!["year", "years", "yr", "yrs"]) {
            return false;
        }
        // `F, 94 yrs`, `94 yrs, F`.
        let comma = usize::from(self.t(next + 1).symbol(b',') || self.t(next + 1).symbol(b'/'));
        if self.strict
            && (self.back(index, 1).symbol(b',') && self.sex_is(index.wrapping_sub(2))
                || self.sex_is(next + 1 + comma))
        {
            return true;
        }
        let mut after = next + 1;
        while self.t(after).symbol(b'-') || self.t(after).symbol(b'.') {
            after += 1;
        }
        self.lower_is(after, words!["old", "young"])
            || self.lower_is(after, words!["of"]) && self.lower_is(after + 1, words!["age"])
    }

    /// `aged 92`, `age: 92`, `age = 92`, `turned 92`, `he is 92`.
    fn age_announces(&self, index: usize) -> bool {
        let mut at = index;
        for _ in 0..3 {
            let Some(previous) = at.checked_sub(1) else { return false };
            let token = self.t(previous);
            let skip = token.kind == Kind::Symbol && matches!(token.byte, b':' | b'=' | b'"' | b'\'' | b'(')
                || self.lower_is(previous, words!["is", "was", "of", "at", "now", "over"]);
            if !skip {
                break;
            }
            at = previous;
        }
        let Some(before) = at.checked_sub(1) else { return false };
        // `Age at death: 97`.
        let then = self.strict
            && self.t(before + 1).symbol(b':')
            && self.lower_is(
                before,
                words!["death", "diagnosis", "onset", "dx", "exam", "admission", "surgery"],
            )
            && self.lower_is(before.wrapping_sub(1), words!["at"])
            && self.lower_is(before.wrapping_sub(2), words!["age"]);
        then || self.who_is(before, at, index)
            || self.lower_is(before, words!["age", "aged", "ages"])
                && (self.strict || self.cares() || !self.t(at).symbol(b':'))
                && !self.of_what_is_kept(before)
                // `Cache-Control: max-age=120`.
                && !(self.lower_is(before.wrapping_sub(2), words!["max"]) && self.back(before, 1).symbol(b'-'))
                && !self.unit_is_other(index)
            || self.lower_is(before, words!["turned", "turning", "turns"])
                && self.strict
                && !self.unit_is_other(index)
    }

    /// `cache age=94`, `"age": 117, "hits": 4`: how long something has been kept.
    fn of_what_is_kept(&self, age: usize) -> bool {
        let things = list!(
            "cache cached entry session token lease lock key snapshot backup index segment wal checkpoint file certificate \
             heartbeat replica object connection conn lsa ls arp route tombstone password secret credential oldest allocation page inode block"
        );
        !self.strict && !self.cares() && (1..=2).any(|by| self.lower_is(age.wrapping_sub(by), things))
    }

    /// In prose: `he's 97, he`, `mom is 94 and`: a person, `is`, and a number that closes the clause.
    fn who_is(&self, before: usize, at: usize, index: usize) -> bool {
        let short = self.lower_is(before, words!["s", "im"]) && self.back(before, 1).symbol(b'\'');
        let who = if short { before.wrapping_sub(2) } else { before };
        let person = self.lower_is(
            who,
            words![
                "he",
                "she",
                "mom",
                "dad",
                "mother",
                "father",
                "grandma",
                "grandpa",
                "grandmother",
                "grandfather",
                "husband",
                "wife",
                "aunt",
                "uncle"
            ],
        ) || self.t(who).is(v::SUBJECT | v::KIN);
        let next = self.t(index + 1);
        let closes = matches!(next.kind, Kind::None)
            || next.kind == Kind::Symbol
                && (matches!(next.byte, b',' | b')' | b'\n' | b'!' | b'?' | b';')
                    || next.byte == b'.' && !self.byte(next.end).is_ascii_digit())
            || self.lower_is(
                index + 1,
                words![
                    "and", "but", "so", "with", "now", "lives", "who", "years", "in", "this", "next", "yo"
                ],
            );
        self.strict && person && (short || at < index) && closes
    }

    /// In prose: `Jane Roe, 92, here for`, `(F, 92)`.
    fn behind_name(&self, index: usize) -> bool {
        let before = self.back(index, 2);
        let named = before.kind == Kind::Word
            && before.capitalised()
            && (before.known(FAMILY | GIVEN) || before.len() == 1 || !before.known(WORD));
        // `anna berg, 92, here`.
        let small = before.kind == Kind::Word && before.known(FAMILY | GIVEN) && !before.known(WORD);
        let after = self.t(index + 1);
        let closes = after.kind == Kind::Symbol
            && (matches!(after.byte, b',' | b')' | b';')
                || after.byte == b'.' && !self.byte(after.end).is_ascii_digit());
        let sex = |at: usize| self.t(at).len() == 1 && matches!(self.t(at).byte, b'F' | b'M');
        // `Berg F/92`, `92/F`.
        let sexed = self.back(index, 1).symbol(b'/') && sex(index.wrapping_sub(2))
            || after.symbol(b'/')
                && sex(index + 2)
                && !matches!(self.byte(self.t(index + 2).end), b'/' | b'-');
        self.strict && (self.back(index, 1).symbol(b',') && (named || small) && closes || sexed)
    }

    /// In prose: `grandmother died at 92`, `father d. 97 MI`, `mother alive 95`, `Age/Sex: 97 F`, `Edad: 92 años`.
    fn of_a_relative(&self, index: usize) -> bool {
        let between = |at: usize| {
            self.lower_is(
                at,
                list!("alive died d dec deceased living age aged at is now was passed turned lived to in her his"),
            ) || self.t(at).kind == Kind::Symbol && matches!(self.t(at).byte, b'.' | b':' | b',' | b'(')
        };
        let mut at = index.wrapping_sub(1);
        let floor = index.saturating_sub(5);
        while at < index && at > floor && between(at) {
            at = at.wrapping_sub(1);
        }
        let kin = at < index && self.t(at).is(v::KIN) && index - at > 0;
        let sexed = self.back(index, 1).symbol(b':')
            && self.back(index, 3).symbol(b'/')
            && (self.back(index, 4).is(v::AGE) || self.back(index, 2).is(v::AGE));
        let foreign = self.back(index, 1).symbol(b':')
            && self.lower_is(index.wrapping_sub(2), list!("edad alter leeftijd idade wiek"));
        let end = self.t(index).end;
        let measured = self.byte(end) == b'%'
            || self.byte(end) == b'/'
            || self.byte(end) == b'.' && self.byte(end + 1).is_ascii_digit();
        self.strict && (kin || sexed || foreign) && !measured && !self.unit_is_other(index)
    }

    fn unit_is_other(&self, index: usize) -> bool {
        let next = self.t(index + 1);
        next.symbol(b'%')
            // `109µs`.
            || self.byte(self.t(index).end) >= 0x80
            || self.lower_is(
                index + 1,
                words!["days", "weeks", "months", "hours", "minutes", "seconds", "ms", "s", "degrees"],
            )
    }

    /// `ninety-two-year-old`, `ninety two years old`, `one hundred and one years old`.
    fn spelled(&mut self, index: usize) {
        let mut last = index;
        let small = words![
            "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "and", "eleven",
            "twelve",
        ];
        let mut next = index + 1;
        while next < index + 5 && (self.t(next).symbol(b'-') || self.lower_is(next, small)) {
            if self.t(next).kind == Kind::Word {
                last = next;
            }
            next += 1;
        }
        if self.unit_follows(last) || self.age_announces(index) {
            let first = if self.lower_is(index, words!["hundred"])
                && self.lower_is(index.wrapping_sub(1), words!["one", "a"])
            {
                index - 1
            } else {
                index
            };
            self.hit(self.t(first).start, self.t(last).end, Identifier::Age, weight::SHAPE);
        } else if self.strict && self.lower_is(index, words!["centenarian", "nonagenarian"]) {
            self.hit(self.t(index).start, self.t(index).end, Identifier::Age, weight::CONTEXT);
        }
    }
}

/// Whether the months of an age follow its years: `91y8m`, `94yr2mo`.
fn months(unit: &[u8]) -> bool {
    let years = unit.iter().take_while(|b| b.is_ascii_alphabetic()).count();
    let rest = unit.get(years..).unwrap_or_default();
    let digits = rest.iter().take_while(|b| b.is_ascii_digit()).count();
    let is = |part: &[u8], words: &[&[u8]]| words.iter().any(|word| part.eq_ignore_ascii_case(word));
    (1..=2).contains(&digits)
        && is(unit.get(..years).unwrap_or_default(), &[b"y", b"yr", b"yrs"])
        && is(rest.get(digits..).unwrap_or_default(), &[b"m", b"mo", b"mos", b"mth"])
}
