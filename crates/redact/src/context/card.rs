//! Cards, directory entries and sections: vCard (RFC 6350), iCalendar (RFC 5545), LDIF (RFC 2849), INI.

use std::ops::Range;

use super::{
    Goes,
    tree::{Grammar, Key, Tree},
};
use crate::{
    format::header,
    text::token::{at, marker},
    words::{COMMON, WORD, dictionary, hash},
};

/// The card or entry that a line opens: `BEGIN:VCARD`, `dn: uid=…`.
pub(super) fn opened(line: &[u8]) -> Option<Tree> {
    let begins = line.starts_with(b"BEGIN:VCARD") || line.starts_with(b"BEGIN:VEVENT");
    let entry = line.starts_with(b"dn: ") && line.contains(&b'=');
    (begins || entry).then(|| Tree::new(Grammar::Card))
}

pub(super) fn goes_on(line: &[u8]) -> Goes {
    if line.starts_with(b"END:V") {
        Goes::Ended
    } else if header::length(line) == 0 && field(line).is_some() || matches!(at(line, 0), b' ' | b'\t') {
        Goes::On
    } else {
        Goes::Foreign
    }
}

/// A field of a card: its name, its parameters, its value.
fn field(line: &[u8]) -> Option<(&[u8], Range<usize>, Range<usize>)> {
    // `item1.ADR;type=WORK:`: a group stands before the name.
    let group = line.iter().take(16).take_while(|b| b.is_ascii_alphanumeric()).count();
    let group_end = if group > 0 && at(line, group) == b'.' { group + 1 } else { 0 };
    let named = |b: &&u8| b.is_ascii_alphanumeric() || **b == b'-';
    let name = group_end + line.get(group_end..)?.iter().take_while(named).count();
    if name == group_end || !matches!(at(line, name), b':' | b';') {
        return None;
    }
    // A colon in quotes belongs to a parameter.
    let mut quoted = false;
    let colon = line.iter().enumerate().skip(name).find(|(_, byte)| {
        quoted ^= **byte == b'"';
        **byte == b':' && !quoted
    })?;
    let from = colon.0 + 1;
    let blanks = line.get(from..)?.iter().take_while(|b| matches!(b, b' ' | b':')).count();
    let key = line.get(group_end..name)?;
    Some((key, name..colon.0, from + blanks..line.trim_ascii_end().len().max(from + blanks)))
}

/// Tells the values of a line with the keys that they would have in a record.
pub(crate) fn values(line: &[u8], mut tell: impl FnMut(&[u8], Range<usize>)) {
    let Some((name, parameters, value)) = field(line) else { return };
    let given = line.get(parameters.clone()).unwrap_or_default();
    if let Some(common) =
        memchr::memmem::find(given, b"CN=").filter(|at| !desk(given.get(at + 3..).unwrap_or_default()))
    {
        let start = parameters.start + common + 3;
        let quote = usize::from(at(line, start) == b'"');
        let rest = line.get(start + quote..parameters.end).unwrap_or_default();
        let length = rest.iter().position(|b| matches!(b, b'"' | b';')).unwrap_or(rest.len());
        tell(b"full_name", start + quote..start + quote + length);
    }
    let key: &[u8] = match name.to_ascii_uppercase().as_slice() {
        b"N" | b"SN" | b"SURNAME" => b"last_name",
        b"FN" | b"CN" | b"DISPLAYNAME" | b"GECOS" | b"NICKNAME" => b"full_name",
        b"GN" | b"GIVENNAME" => b"first_name",
        b"ADR" | b"STREET" | b"STREETADDRESS" | b"POSTALADDRESS" | b"HOMEPOSTALADDRESS" => b"street_address",
        b"L" | b"LOCALITYNAME" => b"city",
        b"POSTALCODE" => b"zip",
        b"BDAY" | b"DEATHDATE" | b"ANNIVERSARY" => b"birth_date",
        b"DTSTART" | b"DTEND" | b"DUE" | b"RECURRENCE" => b"appointment_date",
        b"TEL" | b"MOBILE" | b"TELEPHONENUMBER" | b"HOMEPHONE" | b"PAGER" => b"phone",
        b"FACSIMILETELEPHONENUMBER" => b"fax",
        b"EMAIL" | b"MAIL" => b"email",
        b"EMPLOYEENUMBER" => b"badge_number",
        b"URL" | b"X-SOCIALPROFILE" | b"LABELEDURI" | b"NOTE" | b"SUMMARY" | b"DESCRIPTION" | b"LOCATION"
        | b"COMMENT" => b"note",
        _ => return,
    };
    // `LOCATION:Otis Valley Clinic\, 4 Elm St\, Otis`.
    if name.eq_ignore_ascii_case(b"LOCATION") && memchr::memmem::find(line, b"\\,").is_some() {
        let mut start = value.start;
        let mut street = false;
        for end in memchr::memmem::find_iter(line.get(value.clone()).unwrap_or_default(), b"\\,")
            .map(|at| at + value.start)
            .chain([value.end])
        {
            let part = line.get(start..end).unwrap_or_default();
            let from = start + part.len() - part.trim_ascii_start().len();
            let (before, begins) = (street, at(line, from).is_ascii_digit());
            street = begins;
            let key: &[u8] = match () {
                () if begins => b"street_address",
                () if before => b"city",
                () => b"note",
            };
            tell(key, from..end);
            start = end + 2;
        }
        return;
    }
    let parted = matches!(name.to_ascii_uppercase().as_slice(), b"N" | b"ADR");
    if !parted {
        tell(key, value);
        return;
    }
    let mut start = value.start;
    for (number, part) in line.get(value).unwrap_or_default().split(|b| *b == b';').enumerate() {
        let key: &[u8] = match (key, number) {
            (b"street_address", 3) => b"city",
            (b"street_address", 4 | 6) => b"",
            (b"street_address", 5) => b"zip",
            // Titles and degrees.
            (b"last_name", 3 | 4) => b"",
            (key, _) => key,
        };
        if !key.is_empty() {
            tell(key, start..start + part.len());
        }
        start += part.len() + 1;
    }
}

/// Whether who invites is an office: `Front Desk`.
fn desk(name: &[u8]) -> bool {
    let name = name.strip_prefix(b"\"").unwrap_or(name);
    let end = name.iter().position(|b| matches!(b, b'"' | b';' | b':')).unwrap_or(name.len());
    let words = || name.get(..end).unwrap_or_default().split(|b| *b == b' ').filter(|word| !word.is_empty());
    let flags = |word: &[u8]| dictionary().get(hash(word));
    words().count() > 1 && words().all(|word| flags(word) & WORD != 0 && flags(word) & COMMON == 0)
}

/// `[patient]`, `[[contacts]]`: a section of INI or TOML.
pub(super) fn section_opened(line: &[u8]) -> Option<Tree> {
    let name = line.strip_prefix(b"[")?.strip_suffix(b"]")?;
    let name = name.strip_prefix(b"[").and_then(|name| name.strip_suffix(b"]")).unwrap_or(name);
    let named = |b: &u8| b.is_ascii_alphanumeric() || b"_-. :\"".contains(b);
    if name.is_empty()
        || !name.iter().all(named)
        || !at(name, 0).is_ascii_alphabetic()
        || marker(line, 0).is_some()
    {
        return None;
    }
    let mut tree = Tree::new(Grammar::Section);
    tree.push(Key::new(name), false, 0);
    Some(tree)
}

pub(super) fn section_goes_on(tree: &mut Tree, line: &[u8]) -> Goes {
    if let Some(next) = section_opened(line) {
        tree.frames = next.frames;
        return Goes::On;
    }
    if matches!(at(line, 0), b';' | b'#') || header::length(line) == 0 && setting(line).is_some() {
        Goes::On
    } else {
        Goes::Foreign
    }
}

/// `first = Jane`: the key and the value, without quotes.
pub(crate) fn setting(line: &[u8]) -> Option<(Range<usize>, Range<usize>)> {
    let start = line.iter().take_while(|b| **b == b' ').count();
    let named = |b: &&u8| b.is_ascii_alphanumeric() || b"_-.".contains(b);
    let end = start + line.get(start..)?.iter().take_while(named).count();
    let blanks = line.get(end..)?.iter().take_while(|b| **b == b' ').count();
    if end == start || !matches!(at(line, end + blanks), b'=' | b':') {
        return None;
    }
    let from = end + blanks + 1;
    let from = from + line.get(from..)?.iter().take_while(|b| **b == b' ').count();
    let to = line.trim_ascii_end().len().max(from);
    let quote = at(line, from);
    if matches!(quote, b'"' | b'\'') && to > from + 1 && at(line, to - 1) == quote {
        return Some((start..end, from + 1..to - 1));
    }
    Some((start..end, from..to))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(line: &str) -> Vec<String> {
        let mut told = Vec::new();
        values(line.as_bytes(), |key, range| {
            told.push(format!("{} {}", String::from_utf8_lossy(key), &line[range]));
        });
        told
    }

    #[test]
    fn fields_of_cards_have_the_keys_of_records() {
        assert_eq!(told("N:Roe;Jane;;;"), ["last_name Roe", "last_name Jane", "last_name "]);
        assert_eq!(told("item2.TEL;type=pref:555-0123"), ["phone 555-0123"]);
        assert_eq!(
            told("ADR;TYPE=HOME:;;1 Elm St;Salem;MA;01970;USA"),
            ["street_address ", "street_address ", "street_address 1 Elm St", "city Salem", "zip 01970"]
        );
        assert_eq!(told("ATTENDEE;CN=\"Dr. Roe: x\";ROLE=A:mailto:a@b.org"), ["full_name Dr. Roe: x"]);
        assert_eq!(told("item1.TEL;type=WORK:5550123"), ["phone 5550123"]);
        assert_eq!(told("sn: Roe"), ["last_name Roe"]);
        assert!(told("objectClass: person").is_empty() && told("plain text").is_empty());
    }

    #[test]
    fn sections_hold_settings() {
        assert!(section_opened(b"[patient]").is_some() && section_opened(b"[[contacts]]").is_some());
        assert!(section_opened(b"[NAME]").is_none() && section_opened(b"[2026-11-22]").is_none());
        assert_eq!(setting(b"first = \"Jane\""), Some((0..5, 9..13)));
        assert_eq!(setting(b"just words"), None);
    }
}
