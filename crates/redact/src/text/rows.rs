//! Rows of tables without a header: a name and a date among the fields tell that the others are somebody's.

mod field;

use std::{ops::Range, sync::LazyLock};

use memchr::memmem::Finder;

use self::field::{
    absent, asked, bed, begun, borne, charged, coded, led, mail, moment, month_first, number, office, phone,
    phrase, place, plain, printed_year, small, state, state_and_zip, sum, taxonomy, word, year, zip,
};
pub(super) use self::field::{day, name, offset, value, whole_name};
use super::{Reader, weight};
use crate::{
    Identifier as I,
    check::digits,
    context::form,
    shape::ssn,
    words::{
        CITY, FAMILY, GIVEN, WORD, dictionary, hash, list,
        vocabulary::{self as v, vocabulary},
        words,
    },
};

/// Most fields of a row.
const FIELDS: usize = 200;

/// What parts the fields of a row in columns.
static GAP: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"  "));

impl Reader<'_> {
    /// Finds the fields of rows about persons.
    pub(super) fn rows(&mut self) {
        let mut start = 0;
        for end in memchr::memchr_iter(b'\n', self.text).chain([self.text.len()]) {
            self.row(start..end);
            start = end + 1;
        }
    }

    fn row(&mut self, line: Range<usize>) {
        let text = self.text.get(line.clone()).unwrap_or_default();
        if self.pulled(text, line.start) {
            return;
        }
        let Some((mut fields, gaps)) = parted(text, self.strict) else { return };
        for field in &mut fields {
            *field = field.start + line.start..field.end + line.start;
        }
        let told = told(self.text, &fields);
        if !gaps && self.turned_row(&fields) {
            return;
        }
        let likely = told.likely && (told.long_ago || told.numbers + told.mails > 0);
        if told.names + told.towns == 0 && !likely
            || told.days + told.beds == 0 && told.sums < 2 && !self.person
        {
            return;
        }
        // Any text may have gaps: there more must tell.
        let bedded = (told.beds > 0 || told.sums > 1) && told.codes > 0 && told.names > 0;
        if gaps && !bedded && !(told.days > 0 && (told.names > 1 || likely || told.numbers > 0)) {
            return;
        }
        self.fields(&fields);
    }

    /// `Roe|Jane|Q|03171962|F`: two words as names are written, a sex, and a day of birth with its month first; whether the
    /// fields were taken for it.
    fn turned_row(&mut self, fields: &[Range<usize>]) -> bool {
        let get = |index: usize| fields.get(index).map_or(&b""[..], |field| value(self.text, field));
        let sex = (0..fields.len()).any(|at| matches!(get(at), b"M" | b"F" | b"U"));
        let Some(day) = (0..fields.len()).filter(|_| sex).find(|at| month_first(get(*at))) else {
            return false;
        };
        let part = |at: usize| word(get(at)) && plain(get(at)) && !get(at).contains(&b' ');
        let Some(first) = (0..fields.len()).find(|at| part(*at) && part(at + 1)) else { return false };
        for (at, identifier) in [(day, I::Date), (first, I::Name), (first + 1, I::Name)] {
            if let Some(field) = fields.get(at) {
                let start = field.start + offset(self.text, field);
                self.hit(start, start + get(at).len(), identifier, weight::GUESS + 3);
            }
        }
        self.fields(fields);
        true
    }

    /// `7712044 Quist Orla   8/21/88`: a number, a name and a day, and nothing else.
    fn pulled(&mut self, text: &[u8], at: usize) -> bool {
        if !(16..=96).contains(&text.len()) || !text.last().is_some_and(u8::is_ascii_digit) {
            return false;
        }
        let trimmed = text.trim_ascii_start();
        let from = text.len() - trimmed.len();
        let number = trimmed.iter().take_while(|b| **b != b' ').count();
        let last = trimmed.iter().rposition(|b| *b == b' ').unwrap_or(0);
        let (Some(code), Some(date)) = (trimmed.get(..number), trimmed.get(last + 1..)) else { return false };
        let between = trimmed.get(number..last).unwrap_or_default();
        let named = between.trim_ascii();
        let plain = digits::count(code) >= 5 && super::value::formed(code) && date.contains(&b'/');
        let words = named.split(|b| matches!(b, b' ' | b',')).filter(|word| !word.is_empty()).count();
        if !plain || day(date).is_none() || !(2..=4).contains(&words) || !super::written::namelike(named) {
            return false;
        }
        let start = at + from;
        let name = start + number + between.len() - between.trim_ascii_start().len();
        self.person = true;
        self.hit(start, start + number, I::Mrn, weight::GUESS + 5);
        self.hit(name, name + named.len(), I::Name, weight::NAME);
        self.hit(start + last + 1, at + text.len(), I::Date, weight::GUESS + 5);
        true
    }

    /// Takes what the fields of somebody's row are.
    pub(super) fn fields(&mut self, fields: &[Range<usize>]) {
        self.person = true;
        let long_ago = told(self.text, fields).long_ago;
        let get = |index: usize| fields.get(index).map_or(&b""[..], |field| value(self.text, field));
        // `Jane Roe\t2/18/1969\tOscar`: beside a whole name a payer that is called like a person is a payer.
        let whole = (0..fields.len()).any(|index| whole_name(get(index)));
        let payer = |index: usize| {
            whole
                && index > 1
                && !whole_name(get(index - 1))
                && !whole_name(get(index + 1))
                && vocabulary().get(hash(get(index))) & v::PAYER != 0
        };
        // `482133|Child|Lee|03/14/1962`: a row has more than one part of a name.
        let bearers =
            (0..fields.len()).filter(|at| name(get(*at)) || borne(get(*at)) || whole_name(get(*at))).count();
        let mut found = Vec::new();
        for (index, field) in fields.iter().enumerate() {
            let whole = get(index);
            let value = whole.get(led(whole)..).unwrap_or_default();
            let start = field.start + offset(self.text, field) + led(whole);
            let after = get(index + 1);
            let before = if index > 0 { get(index - 1) } else { b"" };
            let other = |value: &[u8]| name(value) || borne(value);
            let family = bearers - usize::from(other(value)) == 1
                && (other(before) || other(after))
                && word(value)
                && dictionary().get(hash(value)) & FAMILY != 0;
            if word(value) && (!super::value::plausible(I::Name, value) || payer(index)) && !family {
                continue;
            }
            let beside = name(before) || name(after) || whole_name(after);
            if elsewhere(value, beside) && !family {
                continue;
            }
            let (identifier, length) = match () {
                () if name(value) || whole_name(value) || form::surname_first(value).is_some() => {
                    (I::Name, value.len())
                }
                () if (beside || borne(before) || borne(after)) && word(value) && !phrase(value) => {
                    (I::Name, value.len())
                }
                // `Lane`, but neither `White` nor `Black`, beside a day of birth.
                () if long_ago && borne(value) && !words!["white", "black"].contains(&hash(value)) => {
                    (I::Name, value.len())
                }
                () if let Some(length) = day(value) => (I::Date, length),
                () if phone(value) => (I::Phone, value.len()),
                () if value.len() == 9 && ssn::ssn(value, 0, true) == Some(9) => (I::Ssn, 9),
                () if index > 1
                    && zip(value)
                    && !(charged(after) && (whole_name(before) || !place(before) && !state(before)))
                    && !office(before)
                    && (place(before)
                        || state(before)
                        || absent(before) && bearers > 1
                        || long_ago && day(before).is_some()) =>
                {
                    (I::Zip, value.len())
                }
                () if long_ago && (small(value, after) || small(before, value)) => (I::Name, value.len()),
                // `'roe%'`: the beginning of a name that is asked for.
                () if begun(value) || asked(value) => (I::Name, value.len()),
                () if index > 1 && state_and_zip(value) => {
                    found.push((start + 2..start + value.len(), I::Zip));
                    continue;
                }
                () if index > 1
                    && place(value)
                    && (state_and_zip(after) || state(after) && (after != b"OK" || zip(get(index + 2)))) =>
                {
                    (I::City, value.len())
                }
                () if (coded(value) || long_ago && value.len() == 10 && moment(value))
                    && (index > 1 || digits::count(value) >= 5) =>
                {
                    (I::Other, value.len())
                }
                () => continue,
            };
            found.push((start..start + length, identifier));
        }
        for (field, identifier) in found {
            self.hit(field.start, field.end, identifier, weight::GUESS + 3);
        }
    }
}

/// Whether a field is how one is related, who pays, or the number of a test (LOINC): it stands in rows of everybody.
pub(crate) fn elsewhere(value: &[u8], beside: bool) -> bool {
    const RELATED: &[u64] = list!(
        "self spouse child son daughter mother father parent dependent sibling other wife husband partner guardian \
         employee subscriber anes mr mrs ms miss dr"
    );
    // Services of a hospital, ways of anaesthesia.
    const SERVICES: &[u64] = list!(
        "sur surg med card cards gen mac ortho neuro peds psych ob gyn obgyn icu ccu nicu picu micu sicu tele onc hem \
         renal gi gu ent uro er ed rehab obs spinal local reg pacu medsurg"
    );
    let value_hash = hash(value);
    value.iter().all(u8::is_ascii_alphabetic) && RELATED.contains(&value_hash)
        || SERVICES.contains(&value_hash) && value.iter().all(u8::is_ascii_uppercase)
        || !beside && vocabulary().get(value_hash) & v::PAYER != 0
        || digits::loinc(value)
        || taxonomy(value)
}

/// What the fields of a row tell.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Told {
    /// Fields that are nothing but names of persons.
    pub(super) names: usize,
    /// Those of them that towns have, too.
    pub(super) towns: usize,
    /// Two words side by side, both written as names are, and neither an ordinary word.
    pub(super) likely: bool,
    pub(super) days: usize,
    /// A day of years in which these logs were not written.
    pub(super) long_ago: bool,
    /// Telephones, postal codes, social security numbers.
    pub(super) numbers: usize,
    pub(super) mails: usize,
    /// Numbers as offices give them.
    pub(super) codes: usize,
    /// Beds and rooms: `Bed 278`, `Rm 4-B`.
    pub(super) beds: usize,
    /// Sums of money in columns: `176.12`.
    pub(super) sums: usize,
}

/// What the fields tell together.
pub(super) fn told(text: &[u8], fields: &[Range<usize>]) -> Told {
    let mut told = Told::default();
    let mut before = &b""[..];
    for field in fields {
        let value = value(text, field);
        // `Roe%`, `roe%`: the beginning of a name that is asked for.
        told.names += usize::from(asked(value) || begun(value));
        if name(value) && dictionary().get(hash(value)) & CITY != 0 {
            told.towns += 1;
        } else {
            told.names += usize::from(name(value) || whole_name(value));
        }
        let likely = |value: &[u8]| word(value) && dictionary().get(hash(value)) & WORD == 0 && plain(value);
        let both = dictionary().get(hash(before)) & dictionary().get(hash(value)) & (FAMILY | GIVEN) != 0;
        told.likely |= likely(before) && likely(value) || both && borne(before) && borne(value);
        if let Some(length) = day(value) {
            told.days += 1;
            // The first days of epochs are nobody's.
            told.long_ago |= (1905..2010).contains(&year(value, length))
                && !value.starts_with(b"1970-01-01")
                && !value.starts_with(b"2000-01-01");
        }
        if let Some(year) = printed_year(value) {
            told.days += 1;
            told.long_ago |= (1905..2010).contains(&year);
        }
        told.numbers += usize::from(number(value));
        told.mails += usize::from(mail(value));
        told.codes += usize::from(coded(value));
        told.beds += usize::from(bed(value));
        told.sums += usize::from(sum(value));
        // Of an account with its sums: `ABBOTT, MATTHIAS`.
        told.names += usize::from(!whole_name(value) && form::surname_first(value).is_some());
        before = value;
    }
    if told.long_ago || told.names + told.numbers + told.mails > 0 {
        told.names += told.towns;
    }
    told
}

/// The fields of a row, and whether they are parted by gaps alone.
fn parted(text: &[u8], prose: bool) -> Option<(Vec<Range<usize>>, bool)> {
    let separator = [b',', b'|', b';', b'\t'].into_iter().find(|sign| {
        let count = memchr::memchr_iter(*sign, text).take(FIELDS).count();
        (3..FIELDS).contains(&count)
            && (*sign == b'\t'
                || *sign == b'|' && !prose
                || !memchr::memchr_iter(*sign, text).any(|at| text.get(at + 1) == Some(&b' ')))
    });
    let mut fields = Vec::new();
    let Some(separator) = separator else {
        let gaps = GAP.find_iter(text).take(FIELDS).count();
        if !(3..FIELDS).contains(&gaps) {
            return None;
        }
        let mut start = 0;
        for gap in GAP.find_iter(text).chain([text.len()]) {
            if text.get(start..gap).is_some_and(|field| !field.trim_ascii().is_empty()) {
                fields.push(start..gap);
            }
            start = gap;
        }
        return (fields.len() > 3).then_some((fields, true));
    };
    let mut start = 0;
    for end in memchr::memchr_iter(separator, text).chain([text.len()]) {
        fields.push(start..end);
        start = end + 1;
    }
    Some((fields, false))
}

#[cfg(test)]
mod tests {
    use crate::text::trial::found;

    #[test]
    fn rows_about_persons_need_no_header() {
        for (row, values) in [
            (
                "A551027|02|WHITFIELD|MARGARET|Q|19610203|F|219099412|SALEM|MA|01970",
                &["A551027", "WHITFIELD", "MARGARET", "19610203", "219099412", "SALEM", "01970"][..],
            ),
            ("77;Margaret Whitfield;1961-02-03;4", &["Margaret Whitfield", "1961-02-03"]),
            ("Margaret Whitfield\t02/03/1961\t4\tself", &["Margaret Whitfield", "02/03/1961"]),
            (
                "\"Whitfield\",\"Margaret\",\"1961-02-03\",\"4471122\"",
                &["Whitfield", "Margaret", "1961-02-03", "4471122"],
            ),
            (
                "WHITFIELD       MARGARET      19610203F   219099412   SALEM   MA01970",
                &["WHITFIELD", "MARGARET", "19610203", "219099412", "SALEM", "01970"],
            ),
        ] {
            let found = found(row);
            for value in values {
                assert!(found.contains(value), "{value} of {row}: {found:?}");
            }
        }
    }

    #[test]
    fn rows_of_machines_stay() {
        for row in [
            "2026-11-22,web-1,OK,200,12.5",
            "Grace,4.17.21,running,12,ok",
            "web-1   2026-11-22   Running   4   ok",
            "Filesystem      Size  Used Avail Use%  Mounted",
            "Austin  us-east  2026-11-22  up  12",
            "a|b|c|20261122|e",
        ] {
            assert!(found(row).is_empty(), "{row}: {:?}", found(row));
        }
    }
}
