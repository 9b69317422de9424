//! Names in what programs write: `Patient Jane Roe not found`, `for ROE, JANE A`, `user="Jane Roe"`, `Welcome, Jane!`.
//!
//! Two parts are asked for, of which one is a frequent name; behind the word for a patient one that is nothing else.

use super::{
    Reader,
    addressed::TEAMS,
    lowered::JOINTS,
    token::{Case, Kind},
    weight,
};
use crate::Identifier;
use crate::words::{CITY, COMMON, FAMILY, GIVEN, MEDICAL, WORD, list, vocabulary as v, words};

/// Parts of names, as heads of what is compared.
const PARTS: &[u64] =
    words!["last", "first", "middle", "lname", "fname", "surname", "given", "family", "ln", "fn"];

/// Persons by what they do or are there: their names follow in full.
const HUMANS: &[u64] = list!(
    "rn lpn cna np candidate visitor reader reviewer coach adjuster proband anesthesia scrub screener doula transcriber requester \
     signer occupant tutor escort"
);

/// Those whose family name alone follows.
const CARED: &[u64] = list!(
    "patient guarantor subscriber mother father nurse physician surgeon anesth anesthesiologist crna perfusionist \
     circulator hygienist proband"
);

/// What stands before the number of a person in brackets.
const BRACKETED: &[u64] = list!("pid mrn id dob born ssn acct mr member fin medrec chart age");

impl Reader<'_> {
    /// Names that their place tells: `82F Roe`, `"Jane R."`, `Roe,Jane M (PID 775-06-20)`.
    fn in_place(&self, index: usize) -> Option<(usize, usize)> {
        let token = self.t(index);
        if !token.capitalised() || token.kind != Kind::Word || token.otherwise() != 0 {
            return None;
        }
        let before = self.back(index, 1);
        let sure = token.known(GIVEN | FAMILY) && !token.known(WORD);
        let aged = before.kind == Kind::Mixed
            && before.end + 1 == token.start
            && matches!(self.byte(before.end - 1), b'M' | b'F')
            && self.age_and_sex(index - 1);
        if aged && token.len() > 2 && !token.is(v::KNOWN) && (sure || self.cares() && !token.known(MEDICAL)) {
            let next = self.atom(index)?;
            return Some((token.start, self.t(next - 1).end));
        }
        let opens = before.kind == Kind::None
            || before.kind == Kind::Symbol
                && matches!(before.byte, b'"' | b'\'')
                && before.end == token.start;
        let comma = self.t(index + 1).symbol(b',');
        let initial = self.t(index + 1 + usize::from(comma));
        let point = self.t(index + 2 + usize::from(comma));
        if opens
            && sure
            && token.known(if comma { FAMILY } else { GIVEN })
            && initial.case == Case::Single
            && initial.byte.is_ascii_uppercase()
            && initial.start == self.t(index + usize::from(comma)).end + 1
            && (point.symbol(b'.')
                || comma && opens && before.kind == Kind::Symbol && point.symbol(before.byte))
            && point.start == initial.end
            && !(self.t(index + 3 + usize::from(comma)).capitalised()
                && self.t(index + 3 + usize::from(comma)).start == point.end + 1)
        {
            return Some((token.start, if point.symbol(b'.') { point.end } else { initial.end }));
        }
        // `[chat] Jane: the rash is back`.
        if before.symbol(b']')
            && sure
            && token.known(GIVEN)
            && self.t(index + 1).symbol(b':')
            && self.glued(index)
            && self.lower_is(index.wrapping_sub(2), words!["chat", "message", "msg", "sms", "im"])
        {
            return Some((token.start, token.end));
        }
        // `(Roe/dermatology)`: whose clinic it is.
        let borne = sure || token.known(FAMILY) && token.known(COMMON);
        if before.symbol(b'(')
            && borne
            && self.t(index + 1).symbol(b'/')
            && self.glued(index)
            && self.glued(index + 1)
            && self.lower_is(index + 2, TEAMS)
        {
            return Some((token.start, token.end));
        }
        if !token.known(GIVEN | FAMILY) && self.t(index + 1).byte != b',' {
            return None;
        }
        let end = self.logged_pair(index, true)?;
        let open = self.index_at(end);
        (self.t(open).symbol(b'(') && self.lower_is(open + 1, BRACKETED)).then_some((token.start, end))
    }

    /// Whether a capitalised word may be a part of a name beside another.
    fn logged_part(&self, index: usize) -> bool {
        let token = self.t(index);
        let common = token.known(COMMON) && token.known(GIVEN | FAMILY);
        let upper = token.case == Case::Upper && token.len() > 2;
        (token.case == Case::Capital || upper || token.case == Case::Inner && self.atom(index).is_some())
            && token.kind == Kind::Word
            && token.len() > 1
            && token.otherwise() == 0
            && (!token.is(v::KNOWN | v::SUFFIX) || common)
            && !(token.is(v::STATE) && token.len() == 2)
            && !(token.known(MEDICAL) && !common)
            && (common
                || token.known(GIVEN | FAMILY) && !token.known(WORD)
                || !token.known(WORD) && token.len() > 3)
    }

    /// `Jane Roe`, `Roe, Jane`, where somebody was announced: its end.
    pub(super) fn logged_pair(&self, first: usize, role: bool) -> Option<usize> {
        if !self.logged_part(first) {
            return None;
        }
        let mut next = self.atom(first)?;
        // `WONG/VICTORINA` is a name where a role stands before it.
        let comma = self.t(next).symbol(b',')
            || role && self.t(next).symbol(b'/') && self.glued(next - 1) && self.glued(next);
        if comma {
            next += 1;
        }
        if self.t(next).case == Case::Single
            && self.t(next).kind == Kind::Word
            && self.t(next + 1).symbol(b'.')
        {
            next += 2;
        }
        let (one, two) = (self.t(first), self.t(next));
        // `for ROE, J`, `ATT: ROE,J`: a family name and an initial, which nothing follows that it could begin.
        let initial = comma
            && two.case == Case::Single
            && two.kind == Kind::Word
            && two.byte.is_ascii_uppercase()
            && self.t(next - 1).symbol(b',')
            && !matches!(self.byte(two.end), b'-' | b'/' | b'&' | b'\'' | b'=' | b':' | b'_')
            && one.known(FAMILY)
            && one.len() > 3
            && (!one.known(WORD) || role && one.known(COMMON))
            && !one.known(CITY);
        if initial {
            return Some(two.end);
        }
        if !self.logged_part(next)
            || two.case == Case::Upper && one.case == Case::Capital
            || two.start > self.t(next - 1).end + 1
        {
            return None;
        }
        if comma && one.known(CITY) && two.is(v::STATE) {
            return None;
        }
        let sure = |t: &super::token::Token| t.known(COMMON) && (role || !t.known(WORD));
        let (given, family) = if comma { (two, one) } else { (one, two) };
        // `by May Chavez`, `ROE, GRACE`.
        let likely =
            given.known(GIVEN) && given.known(COMMON) && family.known(FAMILY) && family.known(COMMON);
        let proper = likely && (!family.known(WORD) || comma && one.case == Case::Upper)
            || sure(given) && given.known(GIVEN) && (family.known(FAMILY) || !family.known(WORD))
            || sure(family) && family.known(FAMILY) && !given.known(WORD);
        // Where the line tells of a person, two words that nobody knows are a name: `for Nagyová, Nizami (MRN …`.
        let unknown = |t: &super::token::Token| !t.known(WORD) && t.len() > 2;
        let strange = comma && self.person && unknown(one) && unknown(two) && one.case == two.case
            // Capitals, and a frequent given name that is a word as well: `CHRISTOFFERSEN, MARK`.
            || comma && one.case == Case::Upper && one.len() > 3 && unknown(one) && two.known(GIVEN) && two.known(COMMON);
        // A card's order without its comma: `Wristband FLOWERS MILTON`.
        let card = role
            && !comma
            && one.case == Case::Upper
            && one.known(FAMILY)
            && one.known(COMMON)
            && two.known(GIVEN)
            && two.known(COMMON);
        let proper = proper || strange || card;
        let mut last = self.atom(next)?;
        // A third part, or an initial behind.
        if self.t(last).case == Case::Single && self.t(last).start == self.t(last - 1).end + 1 {
            last += 1;
            if self.t(last).symbol(b'.') && self.glued(last - 1) {
                last += 1;
            }
        } else if self.logged_part(last)
            && self.t(last).case == two.case
            && self.t(last).start == self.t(last - 1).end + 1
            && self.t(last).known(FAMILY)
        {
            last = self.atom(last)?;
        }
        let path = matches!(self.byte(self.t(last - 1).end), b'.' | b'/' | b'\\' | b'$' | b'(')
            && crate::shape::alphanumeric(self.byte(self.t(last - 1).end + 1));
        (proper && !path).then(|| self.t(last - 1).end)
    }

    /// In logs: a name behind a role, a preposition, a greeting or the key of a user.
    pub(super) fn logged(&self, index: usize) -> Option<(usize, usize)> {
        if self.strict {
            return None;
        }
        if let Some(found) = self.in_place(index) {
            return Some(found);
        }
        let token = self.t(index);
        let human = self.lower_is(index, HUMANS);
        let role = human
            || token.is(v::PERSON | v::KIN | v::CARER | v::USER)
            || token.is(v::NAMED) && !self.back(index, 1).is(v::MACHINE);
        let greeting = token.is(v::GREETING) || self.lower_is(index, words!["welcome", "back"]);
        let agent = self.lower_is(
            index,
            words![
                "to",
                "for",
                "by",
                "in",
                "expected",
                "got",
                "and",
                "holder",
                "is",
                "from",
                "of",
                "with",
                "into",
                "registration",
                "wristband",
                "admit",
                "admitted",
                "booked",
                "scheduled",
                "assigned",
                "owner",
                "vs",
                "versus",
                "paged",
                "called",
                "notified",
                "discharged",
                "transferred",
                "re",
                "req",
                "merged",
                "hold",
                "minor",
                "aide",
                "rider",
                "wearer",
                "passenger",
                "debtor",
                "peer"
            ],
        );
        let part = self.person && self.lower_is(index, PARTS) && token.case == Case::Upper;
        let attended = self.lower_is(index, words!["caregiver", "companion", "sitter"]);
        if !(role || greeting || agent || part || attended) || self.byte(token.start.wrapping_sub(1)) == b'.'
        {
            return None;
        }
        let mut next = index + 1;
        for _ in 0..3 {
            let sign = self.t(next);
            let bridge = sign.kind == Kind::Symbol
                && (matches!(sign.byte, b':' | b'=' | b'"' | b'\'' | b'[' | b'(')
                    || sign.symbol(b',') && greeting)
                || greeting && self.lower_is(next, words!["back"]);
            if !bridge {
                break;
            }
            next += 1;
        }
        if let Some(end) = self.logged_pair(next, role) {
            return Some((self.t(next).start, end));
        }
        if let Some(found) = self.compared(index) {
            return Some(found);
        }
        let head = self.t(next);
        let after = self.t(next + 1);
        let name = |t: &super::token::Token| {
            t.known(COMMON) && !t.known(WORD) && t.roles & !v::STRONG == 0 && t.kind == Kind::Word
        };
        let apart = !matches!(self.byte(head.end), b'.' | b'/' | b'_' | b'-' | b'(' | b'$' | b'=' | b':')
            || self.byte(head.end) == b':' && greeting;
        // `Hi Lodewijk,`: what is spoken to.
        let spoken_to = self.lower_is(index, words!["hi", "hello", "dear", "hey"])
            && (after.symbol(b',') || after.symbol(b'!'))
            && head.case == Case::Capital
            && head.roles & !v::STRONG == 0
            && (head.known(GIVEN) && head.known(COMMON) || !head.known(WORD) && head.len() > 2);
        // `Welcome, Jasmijn!`.
        let welcomed = self.lower_is(index, words!["welcome"])
            && next > index + 1
            && after.symbol(b'!')
            && head.case == Case::Capital
            && head.roles & !v::STRONG == 0
            && !head.known(WORD)
            && head.len() > 2;
        if spoken_to || welcomed {
            return Some((head.start, head.end));
        }
        if greeting && name(head) && head.known(GIVEN) && head.case == Case::Capital && apart {
            return Some((head.start, head.end));
        }
        let cared = self.lower_is(index, CARED);
        if cared
            && name(head)
            && head.known(FAMILY)
            && head.case == Case::Capital
            && apart
            && !after.capitalised()
        {
            return Some((head.start, head.end));
        }
        // `consent v7 shown to Jane`, in a text about care: a given name that is no town's.
        let shown = self.clinical
            && next == index + 1
            && self.lower_is(index, words!["to", "for", "by", "with", "from"])
            && name(head)
            && head.known(GIVEN)
            && !head.known(CITY)
            && head.case == Case::Capital
            && apart
            && !after.capitalised();
        if shown {
            return Some((head.start, head.end));
        }
        // `home health aide Jane left`, `(peer Jane, visit V358586)`.
        let attended =
            attended || self.lower_is(index, words!["aide", "rider", "wearer", "passenger", "peer", "minor"]);
        if attended
            && head.case == Case::Capital
            && head.known(GIVEN)
            && !head.known(WORD)
            && head.roles & !v::STRONG == 0
            && (head.known(COMMON) || self.person)
            && apart
        {
            return Some((head.start, head.end));
        }
        // `patient jane roe not found`, `patient roe, jane`.
        let small = |at: usize| {
            let part = self.t(at);
            part.case == Case::Lower
                && part.len() > 2
                && part.known(GIVEN | FAMILY)
                && !part.known(WORD)
                && part.roles & !v::STRONG == 0
                && part.kind == Kind::Word
        };
        let second = next + 1 + usize::from(after.symbol(b','));
        let both = small(next)
            && (small(second)
                || self.t(second).known(COMMON)
                    && self.t(second).known(FAMILY)
                    && self.t(second).case == Case::Lower
                    && self.t(second).roles & !v::STRONG == 0
                    && self.t(second).known(WORD)
                    && head.known(GIVEN));
        if cared && both && (head.known(COMMON) || self.t(second).known(COMMON)) {
            let last = self.atom_small(second);
            return Some((head.start, self.t(last).end));
        }
        None
    }

    /// Names that are compared: `LAST PEARSON~ROY`, `FIRST=ORLA vs ORLAH`, in a text about a person.
    fn compared(&self, index: usize) -> Option<(usize, usize)> {
        if !self.person || !self.lower_is(index, PARTS) || self.t(index).case != Case::Upper {
            return None;
        }
        let part = |at: usize| {
            let token = self.t(at);
            token.case == Case::Upper
                && token.len() > 2
                && token.roles & !(v::STRONG | v::STREET | v::DIRECTION | v::STATE) == 0
                && (token.known(GIVEN | FAMILY) || !token.known(WORD))
        };
        let mut last = index + 1;
        last += usize::from(self.t(last).symbol(b'=') || self.t(last).symbol(b':'));
        let first = last;
        if !part(last) {
            return None;
        }
        let joined = matches!(self.t(last + 1).byte, b'~' | b'=' | b'/' | b'|')
            && self.t(last + 1).kind == Kind::Symbol;
        if joined && part(last + 2) {
            last += 2;
        }
        Some((self.t(first).start, self.t(last).end))
    }

    /// The names before addresses of mail: `Jane Roe <jroe@example.org>`, `"Roe, Jane" <…>`.
    pub(super) fn display_names(&mut self) {
        let mails: Vec<usize> = self
            .hits
            .iter()
            .skip(self.first)
            .filter(|hit| hit.identifier == Identifier::Email && self.byte(hit.start.wrapping_sub(1)) == b'<')
            .map(|hit| hit.start)
            .collect();
        for start in mails {
            let Some(open) = self.index_at(start).checked_sub(1) else { continue };
            let quoted = self.back(open, 1).symbol(b'"') || self.back(open, 1).symbol(b'\'');
            let end = open - usize::from(quoted);
            let (mut first, mut words, mut known) = (end, 0, false);
            while let Some(before) = first.checked_sub(1) {
                let token = self.t(before);
                let word = token.capitalised()
                    && (token.known(COMMON) || !token.known(WORD))
                    && (token.roles
                        & !(v::STRONG | v::STREET | v::DIRECTION | v::EPONYM | v::SUFFIX | v::TITLE)
                        == 0
                        || self.strict && token.known(COMMON) && token.known(GIVEN | FAMILY));
                let sign = token.kind == Kind::Symbol
                    && matches!(token.byte, b',' | b'.' | b'-' | b'\'')
                    && words > 0;
                if !(word || sign) || words > 3 || before + 12 < end {
                    break;
                }
                words += usize::from(word);
                known |= token.known(GIVEN | FAMILY) || !token.is(v::KNOWN) && token.len() > 3;
                first = before;
            }
            while self.t(first).kind == Kind::Symbol && first < end {
                first += 1;
            }
            if words >= 2 && known && end > first {
                self.hit(self.t(first).start, self.t(end - 1).end, Identifier::Name, weight::NAME);
            }
        }
    }

    /// The index of the last part of what is joined by hyphens in small letters.
    fn atom_small(&self, first: usize) -> usize {
        let mut last = first;
        while last < first + 2 * JOINTS
            && self.t(last + 1).symbol(b'-')
            && self.glued(last)
            && self.glued(last + 1)
            && self.t(last + 2).kind == Kind::Word
        {
            last += 2;
        }
        last
    }
}
