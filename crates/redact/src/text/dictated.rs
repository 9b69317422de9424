//! What is spoken or typed without capitals and points: `patient name jane roe date of birth march third nineteen sixty`.
//!
//! Read in strict mode alone. A role, a title or a label announces the name; numbers are words behind their label.

use super::{
    Reader,
    lowered::{JOINTS, RELATIVES},
    token::{Case, Kind},
    weight,
};
use crate::{
    Identifier as I,
    words::{COMMON, FAMILY, GIVEN, MEDICAL, PLAIN, WORD, list, vocabulary as v, words},
};

/// Words that end a name, though people bear them.
const STOPS: &[u64] = list!(
    "will may can see so do in an you her his my she he we they it a the is was are as at on to of for and or \
     but not no has had have who with from by long day days said says told called date comma period colon new \
     next paragraph line spelled spelling i im am me here there this that be came come home about any all age \
     aged male female today now out up down off over then than very more much most please thanks ok yes back \
     him them their our your its also just only still when what where how why does did got get gets go goes \
     going take takes took note notes seen sees saw room bed plan case chart call calls card first last middle \
     given street ed"
);

/// Words of dictation that stand for signs.
const SIGNS: &[u64] = words!["comma", "period", "colon", "semicolon", "dash", "hyphen"];

const DIGITS: &[u64] = list!(
    "zero oh o one two three four five six seven eight nine niner ten eleven twelve thirteen fourteen fifteen \
     sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred \
     thousand double triple"
);

/// Ordinals, as days of dates.
const DAYS: &[u64] = list!(
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth \
     fifteenth sixteenth seventeenth eighteenth nineteenth twentieth thirtieth"
);

impl Reader<'_> {
    /// Whether a word can be a part of a name written in this case.
    fn small_part(&self, index: usize, case: Case, first: bool, sure: bool) -> bool {
        let token = self.t(index);
        if token.kind != Kind::Word || token.case != case || token.len() < 2 || self.lower_is(index, STOPS) {
            return false;
        }
        let named = token.known(GIVEN | FAMILY);
        let common = named && token.known(COMMON);
        if token.otherwise() != 0
            || token.is(v::KNOWN) && !common
            || token.is(v::SUFFIX)
            || token.known(MEDICAL) && !common
        {
            return false;
        }
        if named && !token.known(WORD) || common && (!first || !token.known(PLAIN) || sure) {
            return true;
        }
        // A word that is none, where a name was announced or begun.
        (sure || !first)
            && !token.known(WORD)
            && token.len() >= 4
            && token.roles == 0
            && !self.medical(self.bytes(token))
    }

    /// The index after the name in small letters, or in the capitals of a text that has no others, that begins here.
    fn small_run(&self, first: usize, sure: bool) -> Option<usize> {
        let case = self.t(first).case;
        // A word that is a name too, before a family name.
        let (head, after) = (self.t(first), self.t(first + 1));
        let led = self.small_part(first, case, false, false)
            && (head.known(COMMON) || !head.known(WORD))
            && self.small_part(first + 1, case, false, false)
            && after.known(FAMILY)
            && after.known(COMMON)
            && (!after.known(PLAIN) || !head.known(PLAIN));
        if !self.small_part(first, case, true, sure) && !led {
            return None;
        }
        let joined = |at: usize| {
            let mut next = at + 1;
            while next < at + 2 * JOINTS
                && matches!(self.t(next).byte, b'-' | b'\'')
                && self.t(next).kind == Kind::Symbol
                && self.glued(next - 1)
                && self.glued(next)
                && self.t(next + 1).kind == Kind::Word
                && self.t(next + 1).len() > 1
            {
                next += 2;
            }
            next
        };
        let mut next = joined(first);
        let mut parts = 1;
        while parts < 4 {
            let mut at = next;
            while at < next + 3
                && self.lower_is(at, list!("de la van von der den del da dos di bin al el le mc o st"))
                && self.t(at).case == case
            {
                at += 1;
            }
            // `jane q public`, `jane q. public`.
            let point = usize::from(self.t(at + 1).symbol(b'.') && self.glued(at));
            if self.t(at).len() == 1
                && self.t(at).kind == Kind::Word
                && self.small_part(at + 1 + point, case, false, sure)
            {
                at += 1 + point;
            }
            if !self.small_part(at, case, false, sure) || self.t(at).start != self.t(at - 1).end + 1 {
                break;
            }
            next = joined(at);
            parts += 1;
        }
        Some(next)
    }

    /// A name without capitals behind what announces it.
    pub(super) fn small_name(&self, index: usize) -> Option<(usize, usize)> {
        let token = self.t(index);
        if !self.strict || token.kind != Kind::Word {
            return None;
        }
        let title = self.lower_is(index, words!["dr", "mr", "mrs", "ms", "doctor", "miss"]);
        let label = token.is(v::NAMED) || self.lower_is(index, words!["surname", "lastname", "firstname"]);
        let role = token.is(v::PERSON | v::KIN | v::CARER);
        let agent = self.lower_is(
            index,
            words![
                "by", "with", "to", "on", "for", "from", "saw", "re", "about", "w", "called", "is", "regarding",
                "concerning"
            ],
        ) && (self.back(index, 1).is(v::EVENT)
            || self.lower_is(index, words!["saw"])
            || self.lower_is(
                index.wrapping_sub(1),
                list!(
    "dictated dictating signed assisted performed reviewed seen spoke talked copy prescribed ordered \
     accompanied brought message letter report transcribed note met regarding referred this verified witnessed \
     discussed"
),
            ));
        if !(title || label || role || agent) {
            return None;
        }
        let mut next = index + 1;
        for _ in 0..3 {
            let sign = self.t(next);
            let bridge = sign.kind == Kind::Symbol
                && matches!(sign.byte, b':' | b'.' | b',')
                && (!sign.symbol(b'.') || title)
                && (!sign.symbol(b',') || role)
                || (label || role)
                    && self
                        .lower_is(next, words!["is", "was", "named", "called", "colon", "name", "as", "of"])
                    && !(token.is(v::CARER) && self.lower_is(next, words!["of"]))
                || label && self.lower_is(next, words!["patient", "the"]);
            if !bridge {
                break;
            }
            next += 1;
        }
        let head = self.t(next);
        let same = head.case == Case::Lower && token.case != Case::Upper
            || head.case == Case::Upper
                && token.case == Case::Upper
                && (self.t(next + 1).case == Case::Upper
                    || self.t(next - 1).symbol(b':')
                    || role && self.t(next + 1).kind != Kind::Word);
        if !same || head.is(v::TITLE | v::PERSON | v::KIN | v::CARER) {
            return None;
        }
        let closing = self.t(next + 1);
        let ends = closing.kind == Kind::None
            || closing.kind == Kind::Symbol && closing.byte != b'-'
            || self.lower_is(next + 1, SIGNS);
        let last = self.small_run(
            next,
            label || title || role && ends && head.known(COMMON) || self.t(next - 1).symbol(b':'),
        )?;
        let count = last - next;
        let closes = self.lower_is(last, SIGNS)
            || matches!(self.t(last).kind, Kind::None)
            || self.t(last).kind == Kind::Symbol && self.t(last).byte != b'-';
        let known = head.known(GIVEN | FAMILY);
        let enough = match () {
            // One that is a word too needs more: a second part, or the end of the clause.
            () if self.t(next - 1).symbol(b':') && head.case == Case::Upper => {
                known || !head.known(WORD) && head.len() > 3
            }
            () if label => {
                known && (head.known(COMMON) || !head.known(WORD))
                    || count > 1
                    || closes
                    || !head.known(WORD) && head.len() > 4
            }
            () if title => known || !head.known(WORD) && head.len() > 4,
            () if count > 1
                && self.t(next + 1).known(COMMON)
                && self.t(next + 1).known(FAMILY)
                && !head.known(PLAIN) =>
            {
                true
            }
            () if closes && role && known && head.known(COMMON) && head.known(GIVEN) => true,
            () => {
                known
                    && (!head.known(WORD)
                        || head.known(COMMON) && (!head.known(PLAIN) || count > 1 || closes))
                    && (head.known(COMMON) || count > 1 || role)
            }
        };
        let last = if head.case == Case::Upper { self.given_behind(last) } else { last };
        enough.then(|| (head.start, self.t(last - 1).end))
    }

    /// `the begay kid`, `wilfred's sister`, `thank you soila roberson` at the end.
    pub(super) fn small_of_a_family(&self, index: usize) -> Option<(usize, usize)> {
        let token = self.t(index);
        let borne = self.small_plain(index)
            && token.known(FAMILY | GIVEN)
            && token.known(COMMON)
            && !token.known(PLAIN);
        let end = self.small_end(index);
        let found = Some((token.start, self.t(end - 1).end));
        let kids = self.lower_is(end, list!("kid kids family baby twins girl boy girls boys household lady"));
        let article = self.lower_is(index.wrapping_sub(1), words!["the", "that"]);
        if article
            && kids
            && (borne
                || self.small_plain(index) && token.known(FAMILY) && !token.known(PLAIN)
                || self.small_sure(index)
                || self.small_unknown(index))
        {
            return found;
        }
        let own = self.t(end).symbol(b'\'')
            && self.lower_is(end + 1, words!["s"])
            && self.lower_is(end + 2, RELATIVES);
        if own && (borne || self.small_sure(index)) && !self.lower_is(index, RELATIVES) {
            return found;
        }
        // `hey it's raymond um`.
        let called = self.lower_is(index.wrapping_sub(1), words!["s", "its"])
            && (self.lower_is(index.wrapping_sub(1), words!["its"])
                || self.back(index, 2).symbol(b'\'') && self.lower_is(index.wrapping_sub(3), words!["it"]))
            && self.lower_is(end, words!["um", "uh", "from", "calling", "again", "here", "and"]);
        if called && (self.small_sure(index) || borne && token.known(GIVEN)) {
            return found;
        }
        let thanks = self
            .lower_is(index.wrapping_sub(1), words!["you", "thanks", "thx", "ty", "sincerely", "regards"])
            && (!self.lower_is(index.wrapping_sub(1), words!["you"])
                || self.lower_is(index.wrapping_sub(2), words!["thank"]));
        if !thanks {
            return None;
        }
        let part = |at: usize| {
            self.small_plain(at)
                && (self.t(at).known(FAMILY | GIVEN) && (self.t(at).known(COMMON) || !self.t(at).known(WORD))
                    || self.small_unknown(at))
        };
        let second = if part(end) { self.small_end(end) } else { end };
        let closes = matches!(self.t(second).kind, Kind::None) || self.t(second).symbol(b'\n');
        (part(index) && closes && (second > end || !token.known(PLAIN)))
            .then(|| (token.start, self.t(second - 1).end))
    }

    /// `ABADAN, DEVRIM K`: the index after what stands behind the comma, or the index itself.
    fn given_behind(&self, comma: usize) -> usize {
        let given = self.t(comma + 1);
        let after = self.t(comma + 2);
        let fits = self.t(comma).symbol(b',')
            && given.kind == Kind::Word
            && given.case == Case::Upper
            && given.len() > 2
            && given.roles & !(v::STRONG | v::KNOWN | v::MONTH | v::EPONYM) == 0
            && (given.known(GIVEN | FAMILY) || !given.known(WORD | MEDICAL))
            && !after.symbol(b':');
        match () {
            () if !fits => comma,
            () if after.case == Case::Single && after.kind == Kind::Word => comma + 3,
            () => comma + 2,
        }
    }

    /// `spelled k o w a l s k i`, `r-o-e`: letters one by one.
    pub(super) fn spelled_out(&self, index: usize) -> Option<(usize, usize)> {
        if !self.strict || self.t(index).len() != 1 || self.t(index).kind != Kind::Word {
            return None;
        }
        let told = (1..=3).any(|by| {
            self.lower_is(
                index.wrapping_sub(by),
                words!["spelled", "spelling", "spell", "spells", "spelt", "name", "surname"],
            )
        });
        if !told || self.back(index, 1).len() == 1 && self.back(index, 1).kind == Kind::Word {
            return None;
        }
        let mut next = index;
        let (mut letters, mut end) = (0, 0);
        while letters < 24
            && self.t(next).len() == 1
            && (self.t(next).kind == Kind::Word || self.t(next).symbol(b'-') && letters > 0)
        {
            if self.t(next).kind == Kind::Word {
                letters += 1;
                end = self.t(next).end;
            }
            next += 1;
        }
        (letters >= 3).then(|| (self.t(index).start, end))
    }

    /// Numbers and dates in words behind their label; all of the text.
    pub(super) fn spoken_numbers(&mut self) {
        let counted = |index: usize| self.t(index).is(v::MONTH) || self.lower_is(index, DIGITS);
        if !self.strict || !(0..self.tokens.len()).any(counted) {
            return;
        }
        let mut index = 0;
        while index < self.tokens.len() {
            index = self.spoken_number(index).unwrap_or(index + 1);
        }
    }

    fn spoken_number(&mut self, index: usize) -> Option<usize> {
        let token = self.t(index);
        if token.kind != Kind::Word {
            return None;
        }
        // `march third nineteen sixty two`, `the fifth of june`.
        if token.is(v::MONTH) && (token.len() > 3 || token.capitalised()) {
            return self.spoken_date(index);
        }
        if self.lower_is(index, DIGITS)
            && let Some((end, count, last)) = self.digit_words(index)
            && count >= 7
        {
            let identifier = match count {
                7 | 10 | 11 => I::Phone,
                9 => I::Ssn,
                _ => I::Other,
            };
            self.hit(token.start, end, identifier, weight::GUESS + 5);
            return Some(last);
        }
        let identifier = match () {
            () if token.is(v::BIRTH) => I::Date,
            () if token.is(v::SSN) && self.lower_is(index, words!["ssn", "social", "security"]) => I::Ssn,
            () if token.is(v::FAX) => I::Fax,
            () if token.is(v::PHONE)
                && !self.lower_is(index, words!["reach", "call", "called", "calling"]) =>
            {
                I::Phone
            }
            () if token.is(v::MRN) && token.is(v::DIRECT) || self.lower_is(index, words!["record"]) => I::Mrn,
            () if token.is(v::ZIP) => I::Zip,
            () if token.is(v::PLAN)
                && self.lower_is(
                    index,
                    words!["member", "policy", "group", "subscriber", "medicare", "medicaid"],
                ) =>
            {
                I::HealthPlan
            }
            () if self.lower_is(index, words!["account", "acct"]) => I::Account,
            () if self.lower_is(index, words!["license", "licence"]) => I::Licence,
            () => return None,
        };
        let mut next = index + 1;
        for _ in 0..4 {
            let sign = self.t(next);
            let bridge = sign.kind == Kind::Symbol && matches!(sign.byte, b':' | b'#' | b',' | b'.')
                || self.lower_is(
                    next,
                    words![
                        "is", "number", "no", "id", "colon", "of", "security", "code", "at", "ending", "in",
                        "record"
                    ],
                );
            if !bridge {
                break;
            }
            next += 1;
        }
        let (end, count, last) = self.digit_words(next)?;
        let least = if identifier == I::Date { 3 } else { 4 };
        if count < least {
            return None;
        }
        self.hit(self.t(next).start, end, identifier, weight::CONTEXT);
        Some(last)
    }

    /// The words of digits from here on: their end, how many, the index behind.
    fn digit_words(&self, first: usize) -> Option<(usize, usize, usize)> {
        let (mut next, mut end, mut count) = (first, 0, 0);
        while next < first + 40 {
            let digit = self.lower_is(next, DIGITS)
                || self.t(next).kind == Kind::Number && count > 0 && self.t(next).len() <= 4;
            let joint = count > 0
                && (self.t(next).symbol(b'-')
                    || self.t(next).symbol(b',')
                    || self.t(next).symbol(b'.')
                        && (self.t(next + 1).symbol(b'.') || self.back(next, 1).symbol(b'.'))
                    || self.lower_is(
                        next,
                        words!["dash", "hyphen", "slash", "and", "extension", "area", "code"],
                    ));
            if digit {
                count += 1;
                end = self.t(next).end;
            } else if !joint {
                break;
            }
            next += 1;
        }
        (count > 0 && self.t(first).kind == Kind::Word).then_some((end, count, next))
    }

    fn spoken_date(&mut self, index: usize) -> Option<usize> {
        let day_end = self.spoken_day(index);
        let of =
            self.lower_is(index.wrapping_sub(1), words!["of"]) && self.lower_is(index.wrapping_sub(2), DAYS);
        // `march three nineteen sixty two`: a day as a number needs a year behind it.
        let plain = self.lower_is(index + 1, DIGITS)
            && self.digit_words(index + 1).is_some_and(|(_, count, _)| count >= 3);
        if day_end.is_none() && !of && !plain {
            return None;
        }
        let mut start = self.t(index).start;
        let mut end = day_end.unwrap_or(self.t(index).end);
        if of {
            start = self.back(index, 2).start;
            if self.lower_is(index.wrapping_sub(3), words!["twenty", "thirty"]) {
                start = self.back(index, 3).start;
            }
        }
        let after = self.index_at(end);
        if let Some((far, _, _)) = self.digit_words(after + usize::from(self.t(after).symbol(b','))) {
            end = far;
        }
        self.hit(start, end, I::Date, weight::CONTEXT + 1);
        Some(self.index_at(end).max(index + 1))
    }
}
