//! In prose: names by their place in a list: the head of a mail, a row of a board, a band around a wrist, before an age.

use super::{
    Reader,
    lowered::JOINTS,
    token::{Case, Kind, Token},
    weight,
};
use crate::{
    Identifier,
    words::{COMMON, FAMILY, GIVEN, MEDICAL, PLAIN, WORD, list, vocabulary as v, words},
};

/// Keys of the head of a mail.
const ENVELOPE: &[u64] =
    words!["to", "cc", "bcc", "from", "sender", "recipients", "attendees", "participants"];

impl Reader<'_> {
    /// Finds them.
    pub(super) fn rosters(&mut self) {
        if !self.strict {
            return;
        }
        let strokes = self.tokens.iter().filter(|token| token.symbol(b'|')).count();
        let numbered = self.tokens.iter().any(|token| matches!(token.kind, Kind::Number | Kind::Mixed));
        for index in 0..self.tokens.len() {
            let token = self.t(index);
            if token.kind != Kind::Word {
                continue;
            }
            if self.lower_is(index, ENVELOPE) && self.t(index + 1).symbol(b':') && self.heads_line(index) {
                self.envelope(index + 2);
            }
            self.at_law(index);
            let found = match () {
                () if !token.capitalised() => self.initialled_below(index),
                () => self
                    .forwarded(index)
                    .or_else(|| (strokes >= 2 && numbered).then(|| self.cell(index)).flatten())
                    .or_else(|| self.before_birth(index))
                    .or_else(|| self.before_age(index))
                    .or_else(|| self.with_age_beside(index))
                    .or_else(|| self.quoted_pair(index))
                    .or_else(|| self.assigned(index))
                    .or_else(|| self.upper_within(index))
                    .or_else(|| self.upper_pair(index))
                    .or_else(|| self.newborn(index))
                    .or_else(|| self.letters_of_a_name(index))
                    .or_else(|| self.upper_initialed(index)),
            };
            if let Some((start, end)) = found {
                self.hit(start, end, Identifier::Name, weight::NAME);
                // `pt RC 8550695401`: the number of whom the letters are of.
                if token.case == Case::Upper
                    && token.len() <= 3
                    && let Some(range) = self.number_from(index + 1).or_else(|| self.number_from(index + 2))
                    && crate::check::digits::count(self.text.get(range.clone()).unwrap_or_default()) >= 5
                {
                    self.hit(range.start, range.end, Identifier::Mrn, weight::GUESS + 5);
                }
            }
        }
    }

    fn heads_line(&self, index: usize) -> bool {
        let mut at = index;
        while let Some(before) = at.checked_sub(1) {
            if !matches!(self.t(before).byte, b'>' | b'*' | b'|') || self.t(before).kind != Kind::Symbol {
                return self.t(before).symbol(b'\n');
            }
            at = before;
        }
        true
    }

    /// Whether a capitalised word may be a part of a name where only names are due.
    fn listed_part(&self, index: usize) -> bool {
        let token = self.t(index);
        let roles = token.otherwise() & !(v::WEEKDAY | v::PERIOD | v::UNIT);
        let named = token.known(GIVEN | FAMILY);
        token.kind == Kind::Word
            && token.capitalised()
            && (roles == 0 || named && token.known(COMMON) && !token.is(v::FACILITY | v::TITLE | v::MACHINE))
            && (named && (token.known(COMMON) || !token.known(WORD))
                || !token.known(WORD | MEDICAL)
                    && token.len() > 2
                    && token.roles == 0
                    && !self.medical(self.bytes(token)))
    }

    /// `To: Scheduling; Roe, Jane M`, `From: "Gilbert Day" <…>`: each part between semicolons.
    fn envelope(&mut self, first: usize) {
        let mut next = first;
        while next < first + 400 {
            let token = self.t(next);
            if token.kind == Kind::None || token.symbol(b'\n') {
                return;
            }
            let opens = next == first || matches!(self.back(next, 1).byte, b';' | b',' | b'"' | b'\'' | b'>');
            if !opens || !self.listed_part(next) {
                next += 1;
                continue;
            }
            let (start, mut end, mut last) = (token.start, token.end, next);
            let (mut parts, mut comma, mut known) = (0, false, false);
            while parts < 5 {
                let single = self.t(last).case == Case::Single && parts > 0;
                if !(self.listed_part(last) || single) {
                    break;
                }
                known |= self.t(last).known(GIVEN | FAMILY) || !self.t(last).known(WORD);
                let Some(beyond) = self.atom(last) else { break };
                end = self.t(beyond - 1).end;
                last = beyond;
                parts += 1;
                if self.t(last).symbol(b',') && !comma && parts <= 2 && self.listed_part(last + 1) {
                    comma = true;
                    last += 1;
                }
            }
            let closed = matches!(self.t(last).kind, Kind::None)
                || self.t(last).kind == Kind::Symbol
                    && !matches!(self.t(last).byte, b'/' | b'@' | b'&' | b':');
            if parts >= 2 && known && closed {
                self.hit(start, end, Identifier::Name, weight::NAME);
            }
            next = last.max(next + 1);
        }
    }

    /// `FW: Roe Jane - discharge`: the family name first in a subject.
    fn forwarded(&self, index: usize) -> Option<(usize, usize)> {
        let subject = self.back(index, 1).symbol(b':')
            && self
                .lower_is(index.wrapping_sub(2), words!["fw", "fwd", "re", "subject", "subj", "regarding"]);
        if !subject {
            return None;
        }
        let next = self.atom(index)?;
        let fits = self.listed_part(index) && self.listed_part(next) && self.t(next).len() > 1;
        let after = self.atom(next)?;
        let pair = self.t(index).known(FAMILY | GIVEN) || self.t(next).known(FAMILY | GIVEN);
        let closes = self.t(after).kind != Kind::Word || self.t(after).case != Case::Capital;
        (fits && pair && closes && self.t(next).start == self.t(next - 1).end + 1)
            .then(|| (self.t(index).start, self.t(after - 1).end))
    }

    /// `OR 4 | 0730 | Velasquez | R THA | Beck`: a cell that is one family name.
    fn cell(&self, index: usize) -> Option<(usize, usize)> {
        let opens = self.back(index, 1).symbol(b'|');
        let next = self.atom(index)?;
        let ends = |at: usize| {
            self.t(at).symbol(b'|') || matches!(self.t(at).kind, Kind::None) || self.t(at).symbol(b'\n')
        };
        let token = self.t(index);
        let family = token.known(FAMILY) && (token.known(COMMON) || !token.known(WORD));
        let unknown = !token.known(WORD | MEDICAL)
            && token.roles == 0
            && token.len() > 3
            && token.case != Case::Upper
            && !self.medical(self.bytes(token));
        let plain = token.otherwise() == 0;
        (opens && ends(next) && token.len() > 2 && (family && plain || unknown))
            .then(|| (token.start, self.t(next - 1).end))
    }

    /// `case 2: JS, 81F`: letters for who is told of.
    fn before_age(&self, index: usize) -> Option<(usize, usize)> {
        let token = self.t(index);
        if token.case != Case::Upper || !self.t(index + 1).symbol(b',') {
            return None;
        }
        let begins = self.begins_sentence(index) || self.back(index, 1).symbol(b',');
        let letters = token.case == Case::Upper
            && (2..=3).contains(&token.len())
            && (token.roles & !v::STATE == 0 && !token.known(MEDICAL) || token.len() == 2);
        (begins && letters && self.age_and_sex(index + 2)).then_some((token.start, token.end))
    }

    /// In capitals at the beginning of a line: `ROE, JANE A` and `JANE ROE` before what is known of them.
    fn upper_pair(&self, index: usize) -> Option<(usize, usize)> {
        let begins = matches!(self.back(index, 1).kind, Kind::None)
            || matches!(self.back(index, 1).byte, b'\n' | b'|' | b':' | b'>')
                && self.back(index, 1).kind == Kind::Symbol;
        let token = self.t(index);
        if !begins || token.case != Case::Upper || token.len() < 2 || !self.listed_part(index) {
            return None;
        }
        let next = self.atom(index)?;
        let comma = self.t(next).symbol(b',');
        let second = next + usize::from(comma);
        let (given, particle) = (self.t(second), self.t(second).case != Case::Upper);
        if particle
            || given.len() < 2
            || !self.listed_part(second)
            || given.start > self.t(second - 1).end + 1
        {
            return None;
        }
        let mut last = self.atom(second)?;
        // An initial, with its point or without.
        if self.t(last).case == Case::Single
            && self.t(last).kind == Kind::Word
            && self.t(last).start == self.t(last - 1).end + 1
        {
            last = self.atom(last)?;
        }
        let end = self.t(last - 1).end;
        let after = self.t(last);
        let ends = matches!(after.kind, Kind::None) || after.symbol(b'\n');
        let wide = after.start > end + 1;
        let described = matches!(after.kind, Kind::Number | Kind::Mixed)
            || after.symbol(b'#')
            || after.symbol(b'(')
            || after.is(v::BIRTH | v::MRN | v::SUFFIX)
            || self.lower_is(last, words!["m", "f", "male", "female", "sex", "age", "fin", "csn", "acct"])
            || after.symbol(b',') && matches!(self.t(last + 1).kind, Kind::Number | Kind::Mixed | Kind::Word);
        let known = |t: &Token| t.known(GIVEN | FAMILY);
        let ordinary = |t: &Token| t.known(WORD) && !(known(t) && t.known(COMMON));
        let both = known(token) && known(given) || !token.known(WORD) && !given.known(WORD);
        let fits = if comma {
            (ends || wide || described || self.back(index, 1).symbol(b':'))
                && !ordinary(token)
                && !ordinary(given)
        } else {
            (wide || described) && known(given) && both && !(token.known(PLAIN) && given.known(PLAIN))
        };
        fits.then_some((token.start, end))
    }

    /// `BABY GIRL ROE`, `Baby Boy A Roe`.
    fn newborn(&self, index: usize) -> Option<(usize, usize)> {
        let before = |by: usize, words: &[u64]| self.lower_is(index.wrapping_sub(by), words);
        let sexes = words!["girl", "boy", "g", "b", "a"];
        let babies = words!["baby", "bb", "bg", "newborn", "nb", "twin", "infant"];
        let baby = before(1, words!["girl", "boy"]) && before(2, babies)
            || before(1, sexes) && before(2, words!["girl", "boy"]) && before(3, babies);
        if !baby {
            return None;
        }
        let token = self.t(index);
        let plain = token.otherwise() == 0;
        let next = self.atom(index)?;
        (token.len() > 2
            && plain
            && (token.known(FAMILY | GIVEN) || !token.known(WORD))
            && !self.medical(self.bytes(token)))
        .then(|| (token.start, self.t(next - 1).end))
    }

    /// `FW: pt DF 482913`, `thx - AK`: the first letters of a name.
    fn letters_of_a_name(&self, index: usize) -> Option<(usize, usize)> {
        let token = self.t(index);
        if token.case != Case::Upper || !(2..=3).contains(&token.len()) || token.is(v::IDWORD) {
            return None;
        }
        let after = self.t(index + 1);
        let number = matches!(after.kind, Kind::Number | Kind::Mixed) && after.len() >= 5
            || after.kind == Kind::Word
                && self.t(index + 2).symbol(b'-')
                && self.t(index + 3).kind == Kind::Number;
        let subject = (1..=5).any(|by| self.back(index, by).symbol(b':'))
            && (2..=6).any(|by| self.lower_is(index.wrapping_sub(by), words!["fw", "fwd", "re", "subject"]));
        // `RE: TG / E80328288`.
        let slashed = subject
            && matches!(after.byte, b'/' | b'(' | b'#' | b'-')
            && after.kind == Kind::Symbol
            && self.number_from(index + 2).is_some_and(|range| {
                crate::check::digits::count(self.text.get(range).unwrap_or_default()) >= 5
            });
        let patient = self.lower_is(index.wrapping_sub(1), words!["pt", "patient", "client", "ptt"])
            && (number || subject && !after.capitalised() && token.len() == 2);
        let ends = matches!(after.kind, Kind::None) || after.symbol(b'\n');
        let thanks = ends
            && self.back(index, 1).symbol(b'-')
            && (2..=4).any(|by| {
                self.lower_is(
                    index.wrapping_sub(by),
                    words!["thx", "thanks", "thank", "ty", "tia", "cheers", "best"],
                )
            });
        (patient || slashed || thanks).then_some((token.start, token.end))
    }

    /// `RPH A. ROE`, `DR. J. ROE`: an initial before a family name in capitals, behind who they are.
    fn upper_initialed(&self, index: usize) -> Option<(usize, usize)> {
        let initial = self.t(index);
        if initial.case != Case::Single || !self.t(index + 1).symbol(b'.') {
            return None;
        }
        let family = self.t(index + 2);
        let mut before = index.wrapping_sub(1);
        while matches!(self.t(before).byte, b'.' | b':' | b',')
            && self.t(before).kind == Kind::Symbol
            && before > 0
        {
            before -= 1;
        }
        let who = self.t(before).is(v::CARER | v::TITLE | v::SUFFIX | v::PERSON)
            || self
                .lower_is(before, list!("by sig phys prescriber tech verified filled checked rph witness"));
        let fits = self.glued(index)
            && family.case == Case::Upper
            && family.kind == Kind::Word
            && family.len() > 2
            && (family.known(FAMILY | GIVEN) || !family.known(WORD));
        let next = self.atom(index + 2)?;
        (who && fits).then(|| (initial.start, self.t(next - 1).end))
    }

    /// `/j. roe` alone on a line: who signed with small letters.
    fn initialled_below(&self, index: usize) -> Option<(usize, usize)> {
        let token = self.t(index);
        let slash = self.back(index, 1).symbol(b'/')
            && (matches!(self.back(index, 2).kind, Kind::None) || self.back(index, 2).symbol(b'\n'));
        if !slash || token.len() != 1 || !self.t(index + 1).symbol(b'.') {
            return None;
        }
        let mut last = index + 2;
        while last < index + 7
            && (self.t(last).kind == Kind::Word && self.t(last).case == Case::Lower
                || matches!(self.t(last).byte, b'-' | b'\'') && self.t(last).kind == Kind::Symbol)
        {
            last += 1;
        }
        let ends = matches!(self.t(last).kind, Kind::None) || self.t(last).symbol(b'\n');
        (ends && last > index + 2).then(|| (token.start, self.t(last - 1).end))
    }

    /// `Children Kai (8) and Lies (5)`: beside one with an age.
    fn with_age_beside(&self, index: usize) -> Option<(usize, usize)> {
        let aged = |open: usize| {
            let age = self.t(open.wrapping_add(1));
            open < self.tokens.len()
                && self.t(open).symbol(b'(')
                && matches!(age.kind, Kind::Number | Kind::Mixed)
                && age.len() <= 4
                && (self.t(open + 2).symbol(b')') || self.t(open + 3).symbol(b')'))
        };
        if !self.back(index, 2).symbol(b')') {
            return None;
        }
        let next = self.atom(index)?;
        let joined = self.lower_is(index.wrapping_sub(1), words!["and"]) || self.back(index, 1).symbol(b',');
        let before = (aged(index.wrapping_sub(4)) || aged(index.wrapping_sub(5)))
            && self.t(index.wrapping_sub(5)).capitalised();
        (aged(next) && joined && before).then(|| (self.t(index).start, self.t(next - 1).end))
    }

    /// `Forest Glass, born`, `Florence Green (DOB`: two words before a birth or a record.
    fn before_birth(&self, index: usize) -> Option<(usize, usize)> {
        if self.t(index).case != Case::Capital || !self.listed_part(index) {
            return None;
        }
        let mut last = self.atom(index)?;
        let mut parts = 1;
        while parts < 4
            && (self.listed_part(last)
                || self.t(last).case == Case::Single && self.t(last).kind == Kind::Word)
            && self.t(last).start == self.t(last - 1).end + 1
        {
            last = self.atom(last)?;
            parts += 1;
        }
        let mut after = last;
        while after < last + 2
            && matches!(self.t(after).byte, b',' | b'(' | b'[')
            && self.t(after).kind == Kind::Symbol
        {
            after += 1;
        }
        let birth = self.t(after).is(v::BIRTH) || self.lower_is(after, words!["mrn", "dob", "ssn", "born"]);
        let birth = birth
            || after == last + 1
                && self.t(last).symbol(b'(')
                && self.t(after).kind == Kind::Number
                && crate::shape::date::date(self.text, self.t(after).start).is_some_and(|day| !day.time);
        let known = (index..last).any(|at| self.t(at).known(GIVEN | FAMILY));
        (parts >= 2 && birth && known).then(|| (self.t(index).start, self.t(last - 1).end))
    }

    /// `was for PICCARDI ENRICO, acct`: a given and a family name in capitals within a sentence that has others.
    fn upper_within(&self, index: usize) -> Option<(usize, usize)> {
        let (one, two) = (self.t(index), self.t(index + 1));
        let before = self.back(index, 1);
        let part = |token: &Token| {
            token.kind == Kind::Word
                && token.case == Case::Upper
                && token.len() > 2
                && token.otherwise() == 0
                && !token.known(MEDICAL)
        };
        let pair = one.known(GIVEN) && two.known(FAMILY) || one.known(FAMILY) && two.known(GIVEN);
        let sure = |token: &Token| !token.known(WORD) || token.known(COMMON);
        let fits = one.case == Case::Upper
            && before.kind == Kind::Word
            && before.case == Case::Lower
            && part(one)
            && part(two)
            && two.start == one.end + 1
            && pair
            && sure(one)
            && sure(two)
            && !(one.known(PLAIN) && two.known(PLAIN))
            && self.t(index + 2).case != Case::Upper;
        fits.then_some((one.start, two.end))
    }

    /// `TORELLI v. BANKS`: who is at law with whom, where a court is named.
    fn at_law(&mut self, index: usize) {
        let court = list!("court subpoena plaintiff defendant docket cause petitioner respondent deposition");
        if !self.lower_is(index, words!["v", "vs"])
            || !(0..self.tokens.len().min(400)).any(|at| self.lower_is(at, court))
        {
            return;
        }
        let point = usize::from(self.t(index + 1).symbol(b'.'));
        let mut first = index.wrapping_sub(1);
        while first.saturating_add(2 * JOINTS) >= index
            && first > 2
            && self.back(first, 1).symbol(b'-')
            && self.glued(first.wrapping_sub(1))
        {
            first -= 2;
        }
        let second = index + 1 + point;
        for (from, to) in [(first, Some(index)), (second, self.atom(second))] {
            if let Some(to) = to
                && self.t(from).capitalised()
                && self.listed_part(from)
            {
                self.hit(self.t(from).start, self.t(to - 1).end, Identifier::Name, weight::NAME);
            }
        }
    }

    /// `search "Roe, Jane"`: the family name and the given one in quotes.
    fn quoted_pair(&self, index: usize) -> Option<(usize, usize)> {
        let quote = self.back(index, 1);
        if !matches!(quote.byte, b'"' | b'\'') || quote.kind != Kind::Symbol {
            return None;
        }
        let next = self.atom(index)?;
        let last = self.atom(next + 1)?;
        let fits = self.t(next).symbol(b',')
            && self.t(last).symbol(quote.byte)
            && self.t(index).case == self.t(next + 1).case
            && self.listed_part(index)
            && self.listed_part(next + 1);
        fits.then(|| (self.t(index).start, self.t(last - 1).end))
    }

    /// `Action: Takumi to update the policy`: who is to do something.
    fn assigned(&self, index: usize) -> Option<(usize, usize)> {
        if !self.back(index, 1).symbol(b':') {
            return None;
        }
        let next = self.atom(index)?;
        let token = self.t(index);
        let label = self.lower_is(
            index.wrapping_sub(2),
            words![
                "action",
                "actions",
                "owner",
                "assigned",
                "assignee",
                "todo",
                "responsible",
                "lead",
                "item"
            ],
        );
        let fits = label
            && token.case == Case::Capital
            && self.listed_part(index)
            && self.lower_is(next, words!["to", "will", "and"])
            && self.t(next + 1).kind == Kind::Word;
        fits.then(|| (token.start, self.t(next - 1).end))
    }
}
