//! Claims of pharmacies (NCPDP Telecommunication Standard D.0): fields that begin with an id of two characters.
//!
//! Controls part fields (FS), groups (GS) and segments (RS); programs write them out as `<FS>`, `\x1c` or `^\`, or put
//! blanks in their place. Drugs, quantities, prices, codes of answers stay.

mod ids;

use std::ops::Range;

use self::ids::{ORDER, field, ids};
pub(crate) use self::ids::{born, heads, key, known, numbered, segment, separator, short};
use crate::{
    Identifier as I,
    text::{Hit, token::at, value::plausible, weight},
};

/// Finds the fields of a claim in a text; where the first begins, if there are any.
pub(crate) fn read(text: &[u8], hits: &mut Vec<Hit>) -> Option<usize> {
    let before = hits.len();
    if memchr::memchr3(0x1c, 0x1d, 0x1e, text).is_some() || written(text) {
        parted(text, 0, hits);
    } else if let Some(sign) = signed(text) {
        parted(text, sign, hits);
    } else {
        numbers(text, hits);
        printed(text, hits);
        if hits.len() == before {
            blanks(text, hits);
        }
    }
    headed(text, hits);
    // The id stands in front of the value.
    hits.get(before).map(|first| first.start.saturating_sub(2))
}

/// Whether separators are written out: two of them with ids behind.
fn written(text: &[u8]) -> bool {
    let found = |place: &usize| {
        let place = *place;
        let length = separator(text, place);
        length > 0 && known(text, place + length)
    };
    memchr::memchr3_iter(b'<', b'\\', b'^', text).filter(found).take(2).count() == 2
        || memchr::memchr3_iter(b'{', b'[', 0xe2, text).filter(found).take(2).count() == 2
}

/// The sign that parts the fields of a segment in place of a control: `AM01|C419700131|…`.
fn signed(text: &[u8]) -> Option<u8> {
    memchr::memchr_iter(b'A', text)
        .filter(|start| at(text, start + 1) == b'M' && at(text, start + 4) != b' ')
        .find(|start| ids(text, *start).is_some())
        .map(|start| at(text, start + 4))
}

/// Fields that are told with their numbers: `310-CA=ORLA`, `322-CM Patient Street Address: 4 ELM ST`.
fn numbers(text: &[u8], hits: &mut Vec<Hit>) {
    for dash in memchr::memchr_iter(b'-', text).filter(|dash| *dash >= 3) {
        if !numbered(text, dash - 3) {
            continue;
        }
        let Some(identifier) = text.get(dash + 1..dash + 3).and_then(field) else { continue };
        if both(text, dash + 3, identifier, hits) {
            continue;
        }
        let Some(start) = told(text, dash + 3).or_else(|| alone(text, dash - 3, identifier)) else {
            continue;
        };
        let several = matches!(identifier, I::Name | I::Address | I::City | I::Facility);
        let mut end = start;
        loop {
            match at(text, end) {
                b' ' => {
                    let next = at(text, end + 1);
                    let goes = next.is_ascii_uppercase() || next.is_ascii_digit();
                    if !several || !goes || numbered(text, end + 1) || at(text, end + 4) == b'-' {
                        break;
                    }
                }
                // A marker of what was masked before begins with a bracket.
                0..b' ' | b'"' | b'\'' | b';' | b',' | b'|' | b'[' | b']' | b')' | b'}' | b'<' => break,
                _ => {}
            }
            end += 1;
        }
        push(text, start..end, identifier, hits);
    }
}

/// Where the value of a numbered field begins: behind a sign or a wide gap, before which its name may stand.
fn told(text: &[u8], start: usize) -> Option<usize> {
    let rest = text.get(start..)?;
    let letter = |b: &u8| b.is_ascii_alphabetic() || matches!(b, b'/' | b'(' | b')' | b'#' | b'"' | b'\'');
    let mut length = 0;
    let mut named = false;
    // The longest name has about fifty letters.
    while length < 64 {
        match rest.get(length..)? {
            [b' ', b' ', ..] if named => break,
            [b':' | b'=' | b'\t', ..] => break,
            [b' ', ..] => length += 1,
            [byte, ..] if letter(byte) => {
                named |= byte.is_ascii_alphabetic();
                length += 1;
            }
            _ => return None,
        }
    }
    let signs = rest.get(length..)?.iter();
    let signs = signs.take_while(|b| matches!(b, b' ' | b':' | b'=' | b'\t' | b'"' | b'\'' | b'>')).count();
    (signs > 0).then_some(start + length + signs)
}

/// Two fields and their values side by side, `310-CA / 311-CB ..... ORLA / QUIST`; whether it is so.
fn both(text: &[u8], place: usize, first: I, hits: &mut Vec<Hit>) -> bool {
    let rest = text.get(place..).unwrap_or_default();
    let rest = rest.get(..memchr::memchr(b'\n', rest).unwrap_or(rest.len())).unwrap_or_default();
    let Some(second) = rest.strip_prefix(b" / ").filter(|_| numbered(text, place + 3)) else { return false };
    let Some(other) = second.get(4..6).and_then(field) else { return false };
    let lead = |b: &u8| matches!(b, b'.' | b' ' | b':' | b'=' | b'\t');
    let start = 9 + rest.get(9..).unwrap_or_default().iter().take_while(|b| lead(b)).count();
    let values = rest.get(start..).unwrap_or_default();
    let Some(slash) = memchr::memmem::find(values, b" / ") else { return false };
    push(text, place + start..place + start + slash, first, hits);
    push(text, place + start + slash + 3..place + rest.trim_ascii_end().len(), other, hits);
    true
}

/// Where the value begins of a field that has a line for itself, one blank behind its id: `302-C2 ZGP123456789`.
fn alone(text: &[u8], start: usize, identifier: I) -> Option<usize> {
    let before = text.get(..start)?;
    let line = memchr::memrchr(b'\n', before).map_or(0, |at| at + 1);
    let value = text.get(start + 6..)?;
    let value = value.get(..memchr::memchr(b'\n', value).unwrap_or(value.len()))?.trim_ascii_end();
    let value = value.strip_prefix(b" ")?;
    let written = |b: &u8| b.is_ascii_uppercase() || b.is_ascii_digit() || b" -'.,#&@/".contains(b);
    let last = value.rsplit(|b| *b == b' ').next().unwrap_or_default();
    // `302-C2 CARDHOLDER ID`: what the field is called.
    let title = crate::words::list!(
        "id name number date code qualifier address field segment city zip phone telephone"
    )
    .contains(&crate::words::hash(last));
    let letters = matches!(identifier, I::Name | I::City | I::Facility | I::Address);
    (before.get(line..)?.iter().all(|b| *b <= b' ')
        && (2..=40).contains(&value.len())
        && value.iter().all(written)
        && !title
        && (letters || value.iter().any(u8::is_ascii_digit)))
    .then_some(start + 7)
}

fn parted(text: &[u8], sign: u8, hits: &mut Vec<Hit>) {
    let mut place = 0;
    // The field before: its id ends at, and is for.
    let mut open: Option<(usize, I)> = None;
    while place <= text.len() {
        let length = match text.get(place) {
            Some(byte) if sign != 0 => usize::from(*byte == sign),
            Some(_) => separator(text, place),
            None => 0,
        };
        let over =
            length > 0 || place == text.len() || matches!(at(text, place), b'\r' | b'\n' | 0x03 | b'"');
        if over && let Some((start, identifier)) = open.take() {
            push(text, start..place, identifier, hits);
        }
        place += length.max(1);
        if length > 0
            && let Some(identifier) = text.get(place..place + 2).and_then(field)
        {
            open = Some((place + 2, identifier));
            place += 2;
        }
    }
}

/// Fields that blanks part: from a date of birth on, ids that follow in their order.
fn blanks(text: &[u8], hits: &mut Vec<Hit>) {
    for place in memchr::memchr_iter(b'C', text).filter(|place| at(text, place + 1) == b'4') {
        let before = place.checked_sub(1).map_or(b' ', |before| at(text, before));
        if before.is_ascii_alphanumeric() || !born(text, place, place + 10) || at(text, place + 10) != b' ' {
            continue;
        }
        let mut fields: Vec<(usize, usize)> = vec![(2, place)];
        let rest = text.get(place..).unwrap_or_default();
        let end = place
            + rest.iter().take(512).position(|b| *b < b' ' || *b == b'"').unwrap_or(rest.len().min(512));
        for blank in memchr::memchr_iter(b' ', text.get(place..end).unwrap_or_default()).map(|at| at + place)
        {
            let id = text.get(blank + 1..blank + 3).unwrap_or_default();
            let last = fields.last().map_or(0, |(order, _)| *order);
            let Some(order) = ORDER.iter().position(|known| &known[..] == id).filter(|order| *order > last)
            else {
                continue;
            };
            // The state ends a city; a name does not.
            let state = at(text, blank + 3).is_ascii_uppercase()
                && at(text, blank + 4).is_ascii_uppercase()
                && matches!(at(text, blank + 5), b' ' | 0);
            if id != b"CO" || state {
                fields.push((order, blank + 1));
            }
        }
        if fields.len() < 3 {
            continue;
        }
        for (index, (order, start)) in fields.iter().enumerate() {
            let until = fields.get(index + 1).map_or(end, |(_, next)| next - 1);
            let identifier = ORDER.get(*order).and_then(|id| field(&id[..]));
            if let Some(identifier) = identifier {
                let until = if index + 1 == fields.len() { words(text, start + 2..until) } else { until };
                push(text, start + 2..until, identifier, hits);
            }
        }
        return;
    }
}

/// The provider and the day of a header: each of its fields has a place of its own.
fn headed(text: &[u8], hits: &mut Vec<Hit>) {
    let start = text.len() - text.trim_ascii_start().len();
    if !heads(text, start) {
        return;
    }
    // Behind ten places of the processor: one of a count, two of the number's kind, fifteen of the number.
    let rest = text.get(start + 20..).unwrap_or_default();
    let digits = rest.iter().take_while(|b| b.is_ascii_digit()).count();
    let number = start + 20 + if digits < 13 { 3 } else { digits - 10 };
    if digits > 5 {
        push(text, number..start + 20 + digits, I::Other, hits);
    }
    let blanks = rest.iter().skip(digits).take_while(|b| **b == b' ').count();
    let day = start + 20 + digits + blanks;
    if blanks > 0 && crate::shape::date::compact(text, day) == Some(day + 8) {
        push(text, day..day + 8, I::Date, hits);
    }
}

/// Segments that blanks part into fields, which follow in the order of their ids.
fn printed(text: &[u8], hits: &mut Vec<Hit>) {
    let mut next = 0;
    for start in memchr::memchr_iter(b'A', text).filter(|start| at(text, start + 1) == b'M') {
        let Some(ids) = ids(text, start).filter(|_| start >= next && at(text, start + 4) == b' ') else {
            continue;
        };
        let rest = text.get(start..).unwrap_or_default();
        let end = start
            + rest.iter().take(512).position(|b| *b < b' ' || *b == b'"').unwrap_or(rest.len().min(512));
        let mut last = 0;
        let mut open: Option<(usize, I)> = None;
        for blank in memchr::memchr_iter(b' ', text.get(start..end).unwrap_or_default()).map(|at| at + start)
        {
            if segment(text, blank + 1) {
                break;
            }
            let id = text.get(blank + 1..blank + 3).unwrap_or_default();
            let Some(order) = ids.chunks(2).position(|known| known == id).filter(|order| *order >= last)
            else {
                continue;
            };
            let first = at(text, blank + 3);
            let identifier = field(id);
            // What follows an id tells it from a word that begins with the same letters: `CALLE`, `COOK`.
            let fits = match identifier {
                Some(I::Name | I::Address | I::City | I::Email) => first.is_ascii_alphanumeric(),
                Some(_) | None if id == b"CO" => {
                    first.is_ascii_uppercase() && matches!(at(text, blank + 5), 0 | b' ' | b'\r' | b'\n')
                }
                Some(I::Date | I::Zip | I::Phone) | None => first.is_ascii_digit(),
                Some(_) => first.is_ascii_alphanumeric(),
            };
            if fits {
                if let Some((from, identifier)) = open.take() {
                    push(text, from..blank, identifier, hits);
                }
                last = order + 1;
                open = identifier.map(|identifier| (blank + 3, identifier));
            }
            next = blank;
        }
        if let Some((from, identifier)) = open {
            let rest = text.get(from..end).unwrap_or_default();
            let length = memchr::memmem::find(rest, b" AM").unwrap_or(rest.len());
            push(text, from..from + length, identifier, hits);
            next = from;
        }
    }
}

/// Where the last value ends: with its first word, and those with digits that follow.
fn words(text: &[u8], range: Range<usize>) -> usize {
    let mut end = range.start;
    for word in text.get(range.clone()).unwrap_or_default().split(|b| *b == b' ') {
        if end > range.start && (word.is_empty() || !word.iter().all(|b| b.is_ascii_digit() || *b == b'-')) {
            break;
        }
        end += word.len() + usize::from(end > range.start);
    }
    end
}

fn push(text: &[u8], range: Range<usize>, identifier: I, hits: &mut Vec<Hit>) {
    let value = text.get(range.clone()).unwrap_or_default();
    let end = range.start + value.trim_ascii_end().len();
    let identifier = match identifier {
        I::Other if crate::check::digits::npi(value) && value.trim_ascii().len() == 10 => I::Npi,
        other => other,
    };
    if value.len() > 1 && plausible(identifier, value) && value.iter().any(|b| *b != b'0' && *b != b' ') {
        hits.push(Hit { start: range.start, end, identifier, weight: weight::KEY, quoted: 0 });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<(I, &str)> {
        let mut hits = Vec::new();
        read(text.as_bytes(), &mut hits);
        hits.iter().map(|h| (h.identifier, &text[h.start..h.end])).collect()
    }

    #[test]
    fn fields_are_found_between_controls_and_what_stands_for_them() {
        let fields = [
            "AM01",
            "C419710203",
            "C52",
            "CAORLA",
            "CBQUIST",
            "CM4 ELM ST",
            "CNOTIS",
            "COOR",
            "CP97368",
            "C2W88213",
            "D78821300",
            "E700030000",
        ];
        for sign in ["\u{1c}", "<FS>", r"\x1c", "^\\"] {
            assert_eq!(
                found(&format!("{sign}{}", fields.join(sign))),
                [
                    (I::Date, "19710203"),
                    (I::Name, "ORLA"),
                    (I::Name, "QUIST"),
                    (I::Address, "4 ELM ST"),
                    (I::City, "OTIS"),
                    (I::Zip, "97368"),
                    (I::HealthPlan, "W88213"),
                ],
                "{sign}"
            );
        }
    }

    #[test]
    fn blanks_part_fields_behind_a_date_of_birth() {
        assert_eq!(
            found(
                "B1 C419710203 C52 CAORLA CBDE LA QUIST CM4 ELM ST CNSALT CREEK COOR CP97368 C2W88213 04 sent"
            ),
            [
                (I::Date, "19710203"),
                (I::Name, "ORLA"),
                (I::Name, "DE LA QUIST"),
                (I::Address, "4 ELM ST"),
                (I::City, "SALT CREEK"),
                (I::Zip, "97368"),
                (I::HealthPlan, "W88213 04"),
            ]
        );
    }

    #[test]
    fn segments_that_blanks_part_are_read_in_order() {
        assert_eq!(
            found(
                "AM01 C419710203 C52 CAORLA CBDE LA QUIST CM4 CALLE ST CNSALT CREEK COOR CP97368 CQ4155550123"
            ),
            [
                (I::Date, "19710203"),
                (I::Name, "ORLA"),
                (I::Name, "DE LA QUIST"),
                (I::Address, "4 CALLE ST"),
                (I::City, "SALT CREEK"),
                (I::Zip, "97368"),
                (I::Phone, "4155550123"),
            ]
        );
        assert_eq!(
            found("AM04 C2W88213 CCORLA CDQUIST C300 AM07 EM1 D24821377 E103 D788213004821 DE20260301"),
            [
                (I::HealthPlan, "W88213"),
                (I::Name, "ORLA"),
                (I::Name, "QUIST"),
                (I::Other, "4821377"),
                (I::Date, "20260301"),
            ]
        );
        assert_eq!(
            found("610014D0B1PCN       1011234567893     20260301"),
            [(I::Npi, "1234567893"), (I::Date, "20260301")]
        );
        for text in ["AM01 radio", "AM04 at 5", "610014D0 build", "AM07 pump on"] {
            assert_eq!(found(text), [], "{text}");
        }
    }

    #[test]
    fn fields_are_found_between_what_stands_for_controls() {
        for sign in ["{FS}", "<1C>", "\u{241c}", "[FS]"] {
            assert_eq!(
                found(&["AM01", "C419710203", "C52", "CAORLA", "CBQUIST"].join(sign)),
                [(I::Date, "19710203"), (I::Name, "ORLA"), (I::Name, "QUIST")],
                "{sign}"
            );
        }
        for sign in ["|", "~"] {
            let claim = ["AM07", "EM1", "D27712345", "E103", "D700093005801"].join(sign);
            assert_eq!(found(&claim), [(I::Other, "7712345")], "{sign}");
        }
        assert_eq!(found("AM01|start|CABLE|CBOX"), []);
    }

    #[test]
    fn fields_are_found_behind_their_numbers() {
        assert_eq!(
            found("B1 302-C2=W88213001 301-C1=RXG 310-CA=ORLA 311-CB=DE LA QUIST 304-C4: 19310203 305-C5=2"),
            [
                (I::HealthPlan, "W88213001"),
                (I::Name, "ORLA"),
                (I::Name, "DE LA QUIST"),
                (I::Date, "19310203")
            ]
        );
        for text in [
            "322-CM  Patient Street Address   4 ELM ST",
            "field 322-CM Patient Street Address = 4 ELM ST; ok",
            "322-CM: \"4 ELM ST\"",
        ] {
            assert_eq!(found(text), [(I::Address, "4 ELM ST")], "{text}");
        }
        for (text, value) in [
            ("  302-C2 ZGP123456789", (I::HealthPlan, "ZGP123456789")),
            ("310-CA MARGUERITE", (I::Name, "MARGUERITE")),
            ("304-C4 19480615", (I::Date, "19480615")),
            ("322-CM 771 LOST NATION RD", (I::Address, "771 LOST NATION RD")),
        ] {
            assert_eq!(found(text), [value], "{text}");
        }
        for text in [
            "302-C2 CARDHOLDER ID",
            "310-CA Patient First Name",
            "see 302-C2 ABC",
            "407-D7: 00093005801",
            "rev 302-C2, ok",
            "B-302-C2: 88213001",
            "302-C2 is missing",
            "302-C2",
            "311-CB: [NAME]",
            "311-CB Last Name  [NAME]",
        ] {
            assert_eq!(found(text), [], "{text}");
        }
        assert_eq!((key(b"310-CA"), key(b"407-D7"), key(b"310-CAT")), (Some(I::Name), None, None));
    }

    #[test]
    fn other_codes_stay() {
        for text in
            ["C4 CA CB", "C419710203", "XC419710203 CAORLA CBQUIST", "a <FS> CAORLA", "C499999999 CA1 CB2"]
        {
            assert_eq!(found(text), [], "{text}");
        }
        assert_eq!(found("\u{1c}D78821300\u{1c}E700030000\u{1c}511"), []);
    }
}
