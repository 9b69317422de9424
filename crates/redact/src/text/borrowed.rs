//! Keys that say nothing by themselves: what is around them tells what their values are.

use std::ops::Range;

use super::{
    Reader,
    key::{Class, about_person, classify},
    token::Kind,
    value::{formed, machine_made, plausible, process},
    weight,
};
use crate::{
    Identifier as I,
    shape::alphanumeric,
    words::{FAMILY, GIVEN, vocabulary as v, words},
};

/// How far from a field its label is looked for, in bytes.
const LABEL_NEAR: usize = 4096;

impl Reader<'_> {
    /// Whether the keys of two parts of a name have capitalised values: `First:"Jane", Last:"Roe"`.
    pub(super) fn both_parts(&self) -> bool {
        let part = |index: usize| {
            let quoted =
                matches!(self.t(index + 1).byte, b'"' | b'\'') && self.t(index + 1).kind == Kind::Symbol;
            let value = self.t(index + 1 + usize::from(quoted));
            value.capitalised() && matches!(self.key_class(index), Class::Weak(I::Name))
        };
        let sign = |index: usize| self.t(index).symbol(b'=') || self.t(index).symbol(b':');
        (0..self.tokens.len()).filter(|index| sign(*index) && part(*index)).take(2).count() > 1
    }

    /// The class of a key that says nothing by itself: `/members?id=`, and `$1 =` whose column was named before.
    pub(super) fn borrowed(&self, sign: usize) -> Class {
        let key = self.back(sign, 1);
        if self.person && self.id_beside_a_name(sign) {
            let value = self.text.get(self.t(sign).end..self.glued_value(sign + 1)).unwrap_or_default();
            let start = value.iter().take(3).take_while(|b| matches!(b, b'"' | b' ' | b'\'')).count();
            let value = value.get(start..).unwrap_or_default();
            let whole = value.iter().take_while(|b| b.is_ascii_hexdigit() || **b == b'-').count();
            let made = machine_made(value.get(..whole).unwrap_or_default());
            return if made { Class::Is(I::Mrn) } else { Class::Loose };
        }
        // `rpc GetPatient({"id":"48213"})`, `GetVisit variables={"id":"V58213"}`.
        if self.lower_is(sign.wrapping_sub(2), words!["id"])
            && key.symbol(b'"')
            && self.asks_for_a_person(sign)
        {
            return Class::Formed(I::Mrn);
        }
        // `Patient(id=482913, …)`, `PatientDto{id=…}`.
        // `Couldn't find Patient with 'id'=48213`.
        let quoted = usize::from(key.symbol(b'\''));
        if self.lower_is(sign.wrapping_sub(1 + quoted), words!["id", "pk", "number", "mrn"])
            && self.lower_is(sign.wrapping_sub(2 + 2 * quoted), words!["with"])
        {
            let noun = sign.wrapping_sub(3 + 2 * quoted);
            let held = self.t(noun).is(v::STRONG_NOUN | v::WHO) || self.resource(noun);
            return if held { Class::Formed(I::Mrn) } else { Class::None };
        }
        if self.lower_is(sign.wrapping_sub(1), words!["id", "number", "no", "pk", "uid", "ref", "nr"])
            && matches!(self.back(sign, 2).byte, b'(' | b'{' | b'[')
            && self.back(sign, 2).kind == Kind::Symbol
        {
            let name = self.bytes(self.back(sign, 3));
            let held = self.back(sign, 3).is(v::STRONG_NOUN)
                || about_person(name)
                || self.resource(sign.wrapping_sub(3));
            // A program made the number, and keeps the person by it.
            let value = self.text.get(self.t(sign).end..self.glued_value(sign + 1)).unwrap_or_default();
            let value = value.strip_prefix(b"\"").unwrap_or(value);
            let whole = value.iter().take_while(|b| b.is_ascii_hexdigit() || **b == b'-').count();
            let made = machine_made(value.get(..whole).unwrap_or_default());
            return match held {
                true if made => Class::Is(I::Mrn),
                true => Class::Loose,
                false => Class::None,
            };
        }
        // `fld=HOME_PHONE old=4155550123 new=4155550124`.
        if self.lower_is(
            sign.wrapping_sub(1),
            words![
                "old", "new", "before", "after", "was", "prev", "previous", "val", "value", "oldvalue",
                "newvalue"
            ],
        ) {
            let naming = words![
                "fld",
                "field",
                "column",
                "col",
                "attr",
                "attribute",
                "param",
                "property",
                "fieldname"
            ];
            let named = (3..24)
                .filter_map(|by| sign.checked_sub(by))
                .find(|at| self.t(*at).symbol(b'=') && self.lower_is(at.wrapping_sub(1), naming));
            let Some(named) = named else { return Class::None };
            let first = named + 1 + usize::from(matches!(self.t(named + 1).byte, b'"' | b'\''));
            let name = self.t(first).start..self.glued_value(first);
            return match classify(self.text.get(name).unwrap_or_default(), b"") {
                Class::Weak(identifier) | Class::Formed(identifier) => Class::Is(identifier),
                class => class,
            };
        }
        if self.lower_is(sign.wrapping_sub(1), words!["pid"]) {
            let value = self.text.get(self.t(sign).end..self.glued_value(sign + 1)).unwrap_or_default();
            // `3-295-366^^^SITE1`.
            let value = value.split(|b| *b == b'^').next().unwrap_or_default();
            // Near by: a line may hold many of them.
            let (from, to) = (self.t(sign).start.saturating_sub(256), self.t(sign).end + 256);
            let around = self.text.get(from..to.min(self.text.len())).unwrap_or_default();
            let holds = |text: &[u8]| memchr::memmem::find(around, text).is_some();
            if value.iter().all(u8::is_ascii_digit)
                && (3..=9).contains(&value.len())
                && (holds(b"pubpid=") || holds(b"/patient_file/"))
            {
                return Class::Is(I::Mrn);
            }
            if formed(value) && !process(value) {
                return Class::Formed(I::Mrn);
            }
        }
        // `entity=Patient id=482139`, `item_type="Patient" item_id=482139`.
        if self.lower_is(sign.wrapping_sub(1), words!["id", "pk"]) {
            let kinds = words!["type", "entity", "resource", "model", "object", "class", "table"];
            let held = (3..12).filter_map(|by| sign.checked_sub(by)).any(|at| {
                let value = at + 1 + usize::from(self.t(at + 1).symbol(b'"'));
                self.t(at).symbol(b'=')
                    && self.lower_is(at.wrapping_sub(1), kinds)
                    && self.t(value).is(v::SUBJECT)
                    && self.t(value).is(v::LOOK)
                    && self.t(value).capitalised()
            });
            if held {
                return Class::Formed(I::Mrn);
            }
        }
        // `key=MR5684048 value={…}` of Kafka's console, whose document is a person's.
        if self.person && self.lower_is(sign.wrapping_sub(1), words!["key"]) {
            let end = self.glued_value(sign + 1);
            let value = self.text.get(self.t(sign).end..end).unwrap_or_default();
            let told = self.lower_is(self.index_at(end), words!["value", "payload", "topic"]);
            return if told && formed(value) { Class::Is(I::Mrn) } else { Class::None };
        }
        // `iuid=1.2.840… pid=48213` of archives of images.
        if self.lower_is(sign.wrapping_sub(1), words!["pid"]) && self.imaged_near(sign) {
            return Class::Formed(I::Mrn);
        }
        // OpenEMR's patients.
        if self.lower_is(sign.wrapping_sub(1), words!["pid"]) && self.clinical {
            let query = matches!(self.back(sign, 2).byte, b'?' | b'&' | b'_');
            return if query { Class::Formed(I::Mrn) } else { Class::None };
        }
        if self.lower_is(sign.wrapping_sub(1), words!["id", "number", "no", "ids"])
            && (self.back(sign, 2).symbol(b'?') || self.back(sign, 2).symbol(b'&'))
        {
            let noun = (3..12)
                .map(|by| self.back(sign, by))
                .find(|token| token.is(v::WHO | v::STRONG_NOUN) || token.is(v::SUBJECT))
                .filter(|_| self.t(sign).start < 2048);
            return noun.map_or(Class::None, |noun| match () {
                () if noun.is(v::PLAN) && !noun.is(v::SUBJECT) => Class::Formed(I::HealthPlan),
                () => Class::Formed(I::Mrn),
            });
        }
        if key.kind == Kind::Number && self.back(sign, 2).symbol(b'$') && key.len() <= 2 {
            let named = (sign.saturating_sub(512)..sign.saturating_sub(4)).find(|at| {
                self.t(at + 1).symbol(b'=')
                    && self.t(at + 2).symbol(b'$')
                    && self.t(at + 3).kind == Kind::Number
                    && self.bytes(self.t(at + 3)) == self.bytes(key)
            });
            return named.map_or(Class::None, |at| self.key_class(at + 1));
        }
        // `WHERE RxNbr=@n', … @n='S4849503'` of SQL Server: what the parameter is compared with.
        if self.back(sign, 2).symbol(b'@') && self.t(sign).symbol(b'=') {
            let named = (sign.saturating_sub(512)..sign.saturating_sub(4)).find(|at| {
                self.t(at + 1).symbol(b'=')
                    && self.t(at + 2).symbol(b'@')
                    && self.bytes(self.t(at + 3)).eq_ignore_ascii_case(self.bytes(key))
            });
            return named.map_or(Class::None, |at| match self.key_class(at + 1) {
                Class::Weak(identifier) | Class::Formed(identifier) => Class::Is(identifier),
                class => class,
            });
        }
        Class::None
    }

    /// `datetime.date(1962, 3, 17)`, `LocalDate.of(1962, 3, 17)`, `Timestamp('1962-03-17')`.
    pub(super) fn constructed(&mut self, first: usize) -> bool {
        let Some(open) = (first + 1..first + 6).find(|at| self.t(*at).symbol(b'(')) else { return false };
        let plain = (first..open)
            .all(|at| self.t(at).kind == Kind::Word || self.t(at).symbol(b'.') || self.t(at).symbol(b'_'));
        let start = self.t(open).end;
        let rest = self.text.get(start..).unwrap_or_default();
        let length = rest.iter().take(48).position(|b| *b == b')').unwrap_or(0);
        let mut inside = rest.get(..length).unwrap_or_default();
        // `TO_DATE('15-JUN-2020', 'DD-MON-YYYY')`: the format behind is no part of the day.
        if let Some(quote @ (b'\'' | b'"')) = inside.first()
            && let Some(close) = inside.iter().skip(1).position(|b| b == quote)
        {
            let (from, to) = (start + 1, start + 1 + close);
            inside = self.text.get(from..to).unwrap_or_default();
            let month = inside
                .split(|b| !b.is_ascii_alphabetic())
                .find(|word| !word.is_empty())
                .is_none_or(|word| v::month(word).is_some());
            if plain && month && crate::check::digits::count(inside) >= 3 && inside.len() < 32 {
                self.hit(from, to, I::Date, weight::KEY);
                return true;
            }
        }
        let numbers = inside.iter().all(|b| b.is_ascii_digit() || b"-:., '\"T+Z".contains(b));
        let done = plain && numbers && crate::check::digits::count(inside) >= 6;
        if done {
            self.hit(start, start + length, I::Date, weight::KEY);
        }
        done
    }

    /// A token of FHIR's search: `identifier=http://hospital.example/mrn|00482913`.
    pub(super) fn token_of_fhir(&mut self, sign: usize) -> bool {
        let start = self.t(sign).end;
        let rest = self.text.get(start..).unwrap_or_default();
        let length = rest
            .iter()
            .take(256)
            .take_while(|b| **b > b' ' && !matches!(b, b'&' | b'"' | b'\'' | b',' | b';'))
            .count();
        let value = rest.get(..length).unwrap_or_default();
        let bar = value.iter().rposition(|b| *b == b'|').map(|at| at + 1);
        let bar =
            bar.or_else(|| value.windows(3).rposition(|w| w.eq_ignore_ascii_case(b"%7c")).map(|at| at + 3));
        let Some(from) = bar else {
            let asked = matches!(self.byte(self.back(sign, 1).start.wrapping_sub(1)), b'?' | b'&' | b'.');
            let whole = asked && formed(value);
            if whole {
                self.hit(start, start + length, I::Other, weight::CONTEXT);
            }
            return whole;
        };
        if plausible(I::Mrn, value.get(from..).unwrap_or_default()) {
            self.hit(start + from, start + length, I::Mrn, weight::KEY);
        }
        true
    }

    /// A field of the Common Event Format whose name stands in another: `cs1Label=patientMrn cs1=0048213`.
    pub(super) fn labelled_extension(&self, sign: usize) -> Option<(Class, Range<usize>)> {
        let (key, start) = (self.back(sign, 1), self.t(sign).end);
        let name = self.bytes(key);
        let custom = [&b"cs"[..], b"cn", b"flexString", b"deviceCustomString", b"deviceCustomNumber"]
            .iter()
            .any(|kind| name.strip_prefix(*kind).is_some_and(|number| matches!(number, [b'1'..=b'9'])));
        if !custom || key.end != self.t(sign).start {
            return None;
        }
        let mut label = [0_u8; 32];
        let length = name.len() + 6;
        let (head, tail) = label.get_mut(..length)?.split_at_mut(name.len());
        head.copy_from_slice(name);
        tail.copy_from_slice(b"Label=");
        // It stands near; each look passes over the text.
        let near = start.saturating_sub(LABEL_NEAR);
        let around = self.text.get(near..self.text.len().min(start + LABEL_NEAR))?;
        let from = near + memchr::memmem::find(around, label.get(..length)?)? + length;
        let rest = self.text.get(from..)?;
        let size = rest.iter().take(64).take_while(|b| **b > b' ' && **b != b'"').count();
        let class = match classify(rest.get(..size)?, b"") {
            Class::Weak(identifier) | Class::Formed(identifier) => Class::Is(identifier),
            Class::None | Class::Machine => return None,
            class => class,
        };
        // The value ends before the next key.
        let rest = self.text.get(start..)?;
        let rest = rest.get(..rest.len().min(256))?;
        let next = memchr::memchr(b'=', rest).unwrap_or(rest.len());
        let line = rest.iter().take(next).position(|b| matches!(b, b'\n' | b'"')).unwrap_or(next);
        let value = rest.get(..line)?;
        let end = if line < rest.len() && rest.get(line) == Some(&b'=') {
            value.iter().rposition(|b| *b == b' ').unwrap_or(0)
        } else {
            value.len()
        };
        (end > 0).then_some((class, start..start + end))
    }

    /// `["mrn", "12345"]`: a bound value of a query with its column.
    pub(super) fn bind(&mut self, comma: usize) {
        let close = self.back(comma, 1);
        let Some(open) = (2..8).find(|by| self.back(comma, *by).symbol(b'"')) else { return };
        if !self.back(comma, open + 1).symbol(b'[') {
            return;
        }
        let key = self.text.get(self.back(comma, open).end..close.start).unwrap_or_default();
        let class = classify(key, b"");
        // `["id", 75305]` among the values of a person.
        let number = self.t(comma + 1);
        if self.person
            && key == b"id"
            && number.kind == Kind::Number
            && number.len() > 3
            && self.byte(number.end) == b']'
        {
            self.hit(number.start, number.end, I::Other, weight::CONTEXT);
        }
        if let Some(range) = self.quoted(self.t(comma + 1).end, b'"') {
            self.take(class, range);
        }
    }

    /// `'500 07 3447' was not recognized as a valid social security number`.
    pub(super) fn social_behind(&self, index: usize) -> bool {
        matches!(self.byte(self.t(index).start.wrapping_sub(1)), b'\'' | b'"' | b'`' | b'[')
            && (index + 3..index + 18).any(|at| {
                self.lower_is(at, words!["ssn"])
                    || self.lower_is(at, words!["social"]) && self.lower_is(at + 1, words!["security"])
            })
    }

    /// MySQL's `Duplicate entry '00482913' for key 'patients.mrn'`.
    pub(super) fn duplicate(&mut self, index: usize) {
        let (open, close) = (self.t(index + 1), self.back(index, 2));
        if !(open.symbol(b'\'') && close.symbol(b'\'')) {
            return;
        }
        let key = self.quoted(open.end, b'\'').unwrap_or(0..0);
        let class = classify(self.text.get(key).unwrap_or_default(), b"");
        let floor = close.start.saturating_sub(128);
        let before = self.text.get(floor..close.start).unwrap_or_default();
        let Some(start) = before.iter().rposition(|b| *b == b'\'') else { return };
        // Several columns, joined: `Roe-Jane-1962-03-17`.
        let joined = before.get(start + 1..).unwrap_or_default();
        let day = joined
            .iter()
            .enumerate()
            .filter(|(_, byte)| **byte == b'-')
            .filter_map(|(at, _)| joined.get(at + 1..))
            .any(|rest| crate::shape::date::date(rest, 0).is_some_and(|found| found.end == rest.len()));
        if class == Class::None && day && joined.split(|b| *b == b'-').any(super::rows::name) {
            self.hit(floor + start + 1, close.start, I::Name, weight::KEY);
            return;
        }
        let class = match class {
            Class::Weak(identifier) | Class::Formed(identifier) => Class::Is(identifier),
            class => class,
        };
        self.take(class, floor + start + 1..close.start);
    }

    /// Whether words before a sign tell of images.
    fn imaged_near(&self, sign: usize) -> bool {
        let end = self.t(sign).start;
        super::dicom::imaged(self.text.get(end.saturating_sub(96)..end).unwrap_or_default())
    }

    /// Whether the key is of an id, and the next or the one before of a part of a name: `{ID:48213 First:Orla Last:Quist}`,
    /// `'pid' => '48213', 'fname' => 'Orla'`.
    fn id_beside_a_name(&self, sign: usize) -> bool {
        let mut key = sign.wrapping_sub(1);
        while key > sign.wrapping_sub(4)
            && self.t(key).kind == Kind::Symbol
            && matches!(self.t(key).byte, b'"' | b'\'' | b']')
        {
            key -= 1;
        }
        if !self.lower_is(key, words!["id", "pid", "pk", "no", "number", "ref", "patid", "key"]) {
            return false;
        }
        // `created id=48213 name=Orla`: of a row, not of a record that is written out.
        let start = self.t(key).start;
        let before = self.text.get(start.saturating_sub(4)..start).unwrap_or_default().trim_ascii_end();
        if !before.last().is_none_or(|b| b"{([,;'\":@".contains(b)) {
            return false;
        }
        let named = |at: usize| {
            (self.t(at).symbol(b'=') || self.t(at).symbol(b':'))
                && (matches!(self.key_class(at), Class::Part(_) | Class::Is(I::Name) | Class::Weak(I::Name))
                    || self.lower_is(at.wrapping_sub(1), words!["name"])
                        && self.t(at + 1 + usize::from(self.t(at + 1).symbol(b'"'))).known(GIVEN | FAMILY))
        };
        (sign + 2..sign + 14).find(|at| named(*at)).is_some_and(|at| {
            // No other key stands between.
            let signs = (sign + 2..at).filter(|at| self.t(*at).symbol(b'=') || self.t(*at).symbol(b':'));
            signs.count() == 0
        }) || (key.saturating_sub(8)..key).any(named)
    }

    /// Whether a kind of resource and a number stand in the next pair, as where an export tells how many it holds.
    fn of_kinds(&self, value: usize) -> bool {
        let kind =
            |at: usize| self.t(at).capitalised() && crate::format::fhir::is_resource(self.bytes(self.t(at)));
        kind(value + 1)
            && kind(value.wrapping_sub(2))
            && self.t(value + 2).symbol(b'=')
            && self.t(value + 3).kind == Kind::Number
    }

    /// The number that stands for a person where a name could: `subscriber=W123456789`.
    pub(super) fn number_of_person(&self, first: usize, sign: u8) -> Option<Range<usize>> {
        let token = self.t(first);
        let glued = token.start == self.back(first, 1).end;
        if !self.cares() && !self.near(first, v::WHO, 3) && !about_person(self.bytes(self.back(first, 2)))
            || sign == b':' && !glued && token.kind != Kind::Number
        {
            return None;
        }
        let rest = self.text.get(token.start..)?;
        let length = rest
            .iter()
            .take(64)
            .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
            .count();
        let value = rest.get(..length)?;
        let person =
            self.near(first, v::SUBJECT | v::WHO, 3) || about_person(self.bytes(self.back(first, 2)));
        let known = crate::check::digits::count(value) >= 5 && !machine_made(value)
            || person && (machine_made(value) || formed(value));
        let whole = !matches!(rest.get(length..), Some([b'.' | b'@', next, ..]) if alphanumeric(*next));
        // `patient_search: 482133 documents`, `Patient=48213 Observation=482133`: how many.
        let counted = self.measured(token.start + length) || sign == b'=' && self.of_kinds(first);
        (known && whole && !counted && (sign == b'=' || glued || value.iter().all(u8::is_ascii_digit)))
            .then(|| token.start..token.start + length)
    }
}
