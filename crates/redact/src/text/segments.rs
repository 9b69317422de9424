//! Values that are told with the field of HL7 v2 they came from: `PID-3=482913`, `PID.5: ROE^JANE`, `PV1-7.2 = ROE`.

use std::ops::Range;

use super::{
    Reader,
    token::{Case, Kind},
    value::formed,
};
use crate::{
    format::hl7,
    shape::{
        digits,
        phone::{Suspicion, phone},
        value,
    },
};

/// Most fields of a text whose number is written with their segment as one word.
const MOST: usize = 32;

impl Reader<'_> {
    /// Finds the values of fields that are named.
    pub(super) fn segments(&mut self) {
        for index in 0..self.tokens.len() {
            let token = self.t(index);
            if token.len() == 3
                && matches!(token.kind, Kind::Word | Kind::Mixed)
                && self.part(token.end).is_some()
                && hl7::is_segment(self.bytes(token))
            {
                self.segment(index);
            }
        }
        if !self.seen.holds(b"=") {
            return;
        }
        let glued = || (0..self.tokens.len()).filter_map(|index| self.glued_field(index)).take(MOST);
        // `pid3=0048213 pid5=ROE^JANE pv1_19=V106858`: two of them, as one alone may be anything.
        if glued().nth(1).is_none() {
            return;
        }
        let found: Vec<(usize, usize, usize)> = glued().collect();
        for (start, number, sign) in found {
            // A marker stands for what was masked before.
            let masked = !crate::shape::alphanumeric(self.byte(self.t(sign + 1).start));
            let Some(range) = self.value_of_field(sign + 1).filter(|_| !masked) else { continue };
            let (text, name) = (self.text, self.text.get(start..start + 3).unwrap_or_default());
            self.person |= hl7::referred(text, name, (number, None), range, self.hits);
        }
    }

    /// Where a field begins that is written with its segment as one word, its number, and the index of the `=` behind it.
    fn glued_field(&self, index: usize) -> Option<(usize, usize, usize)> {
        let token = self.t(index);
        let segment = |name: &[u8]| {
            let mut upper = [0_u8; 3];
            upper.iter_mut().zip(name).for_each(|(to, from)| *to = from.to_ascii_uppercase());
            name.len() == 3 && hl7::is_segment(&upper)
        };
        let joined = match (token.kind, token.len()) {
            (Kind::Mixed, 4 | 5) => true,
            (Kind::Word | Kind::Mixed, 3) => self.t(index + 1).symbol(b'_'),
            _ => false,
        };
        let name = self.bytes(token);
        if !joined || !segment(name.get(..3)?) {
            return None;
        }
        let (from, sign) = if name.len() > 3 {
            (token.start + 3, index + 1)
        } else {
            let joined = self.t(index + 1).symbol(b'_') && self.glued(index);
            (if joined { self.t(index + 2).start } else { return None }, index + 3)
        };
        let count = digits(self.text, from, 3);
        (self.t(sign).symbol(b'=') && (1..=2).contains(&count) && from + count == self.t(sign).start)
            .then(|| (token.start, usize::try_from(value(self.text, from, count)).unwrap_or(0), sign))
    }

    fn segment(&mut self, index: usize) {
        let name = self.t(index);
        if crate::shape::alphanumeric(self.byte(name.start.wrapping_sub(1))) {
            return;
        }
        let Some((number, mut place)) = self.part(name.end) else { return };
        let mut part = None;
        if let Some((found, end)) = self.part(place) {
            (part, place) = (Some(found), end);
        }
        self.person |= self.bytes(name) == b"PID" && self.byte(name.end) == b'-';
        // What may stand before the value: ` = `, `: "`, ` value '`.
        let mut first = self.index_at(place);
        let sign =
            |at: usize, signs: &[u8]| self.t(at).kind == Kind::Symbol && signs.contains(&self.t(at).byte);
        while first < index + 10 && sign(first, b"'\"])") {
            first += 1;
        }
        let equals = first;
        while first < index + 14
            && (sign(first, b"=:") || self.lower_is(first, crate::words::words!["is", "was", "value"]))
        {
            first += 1;
        }
        let told = first > equals;
        while first < index + 16 && sign(first, b"'\"([") {
            first += 1;
        }
        if !crate::shape::alphanumeric(self.byte(self.t(first).start)) {
            return;
        }
        // `PID.13=(415)555-0123`.
        let open = self.back(first, 1);
        let called =
            (told && open.symbol(b'(')).then(|| phone(self.text, open.start, Suspicion::Context)).flatten();
        let range = match called {
            Some(end) => open.start..end,
            None => match self.value_of_field(first) {
                Some(range) => range,
                None => return,
            },
        };
        let text = self.text;
        // `PID-3 0048213 accepted`: without a sign the value tells by its form.
        let bytes = text.get(range.clone()).unwrap_or_default();
        let apart = self.t(first).start == name.end + (place - name.end) + 1;
        if !told
            && !(apart
                && name.case == Case::Upper
                && (formed(bytes) || memchr::memchr(b'^', bytes).is_some()))
        {
            return;
        }
        self.person |= hl7::referred(text, self.bytes(name), (number, part), range, self.hits);
    }

    /// The number of a field or a component behind `-` or `.`, and its end.
    fn part(&self, place: usize) -> Option<(usize, usize)> {
        let count = digits(self.text, place + 1, 3);
        let sign = matches!(self.byte(place), b'-' | b'.' | b'_');
        (sign && (1..=2).contains(&count))
            .then(|| (usize::try_from(value(self.text, place + 1, count)).unwrap_or(0), place + 1 + count))
    }

    /// The value that begins at a token: in quotes as it stands, else up to a blank, or with blanks as far as a family
    /// name before a caret has some.
    fn value_of_field(&self, first: usize) -> Option<Range<usize>> {
        let (start, opening) = (self.t(first).start, self.t(first.wrapping_sub(1)));
        if start == super::token::NOWHERE {
            return None;
        }
        if opening.symbol(b'"') || opening.symbol(b'\'') {
            return self.quoted(start, opening.byte);
        }
        let rest = self.text.get(start..)?;
        let stop = |b: &u8| *b > b' ' && !b",;)]}\"|<>=".contains(b);
        let glued = rest.iter().take(512).take_while(|b| stop(b)).count();
        let words = rest.iter().take(64).take_while(|b| **b == b' ' || stop(b)).count();
        let caret = memchr::memchr(b'^', rest.get(..words).unwrap_or_default());
        let length = match caret {
            Some(caret) if caret > glued => {
                let after = rest.get(caret..).unwrap_or_default();
                caret + after.iter().take(512).take_while(|b| stop(b)).count()
            }
            _ => glued,
        };
        let mut end = start + length;
        while end > start && matches!(self.byte(end - 1), b'.' | b':') {
            end -= 1;
        }
        (end > start).then_some(start..end)
    }
}

#[cfg(test)]
mod tests {
    use crate::text::trial::found;

    #[test]
    fn fields_that_are_named_tell_what_their_values_are() {
        for (text, values) in [
            ("sent id=7 PID-3=75942 PID-5=O'Quist^Lovetta ack=AA", &["75942", "O'Quist", "Lovetta"][..]),
            ("dropped: PID.7: \"19610203\" is in the future", &["19610203"]),
            (
                "rule 4 PV1-7=1234567893^QUIST^ORLA PV1-19=V106858",
                &["1234567893", "QUIST", "ORLA", "V106858"],
            ),
            ("map PID.5.1 = 'QUIST', PID.5.2 = 'ORLA'", &["QUIST", "ORLA"]),
            ("set msg['PID']['PID.5']['PID.5.1'] = 'Quist'", &["Quist"]),
            (
                "offset 12: pid3=0048213 pid5=Quist^Orla pid7=19610203 pv1_19=V106858",
                &["0048213", "Quist", "Orla", "19610203", "V106858"],
            ),
            (
                "no match for OBR-16 1234567893^Quist^Orla PID-3 0048213 accepted",
                &["1234567893", "Quist", "0048213"],
            ),
            ("filter: SCH-11=202311061321 PID.5=Quist^Orla", &["202311061321"]),
        ] {
            let found = found(text);
            for value in values {
                assert!(found.contains(value), "{value} of {text}: {found:?}");
            }
        }
        for text in [
            "PID-4711 exited",
            "map PID-3 to column 7",
            "PID-8=F",
            "pid3=48213 exited",
            "required field PID.5 missing",
        ] {
            assert!(found(text).is_empty(), "{text}: {:?}", found(text));
        }
    }
}
