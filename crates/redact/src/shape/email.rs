//! E-mail addresses.

use std::ops::Range;

use crate::text::token::at;

fn local(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"._%+-'".contains(&byte) || byte >= 0x80
}

fn host(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-' || byte >= 0x80
}

/// Ends of names that are no top-level domains of the Internet: of machines, packages, files.
const NO_DOMAINS: [&[u8]; 18] = [
    b"internal",
    b"local",
    b"localdomain",
    b"lan",
    b"localhost",
    b"png",
    b"jpg",
    b"jpeg",
    b"gif",
    b"svg",
    b"js",
    b"css",
    b"json",
    b"service",
    b"target",
    b"timer",
    b"socket",
    b"java",
];

/// The address around the `@` (or `%40`, three bytes long) at this place.
///
/// A user and a password in front of a host (`postgres://user:secret@db.example.org`) are no address.
pub(crate) fn email(text: &[u8], sign: usize, sign_length: usize) -> Option<Range<usize>> {
    let floor = sign.saturating_sub(64);
    let mut start = sign;
    while start > floor && local(at(text, start - 1)) {
        start -= 1;
    }
    while start < sign && !(at(text, start).is_ascii_alphanumeric() || at(text, start) >= 0x80) {
        start += 1;
    }
    // In a query string `%3D` and the like are letters of their own; what stands before `%40` begins after them.
    if let Some(escape) = text
        .get(start..sign)?
        .windows(3)
        .rposition(|w| w.first() == Some(&b'%') && w.iter().skip(1).all(u8::is_ascii_hexdigit))
    {
        // `%2B`, `%2E`, `%2D` and `%5F` are letters of addresses.
        let code = text.get(start + escape..start + escape + 3).unwrap_or_default();
        if ![b"%2B", b"%2E", b"%2D", b"%5F", b"%2b", b"%2e", b"%2d", b"%5f"]
            .iter()
            .any(|known| code == &known[..])
        {
            start += escape + 3;
        }
    }
    let user = text.get(start..sign)?;
    if user.is_empty() || user.last() == Some(&b'.') || user.eq_ignore_ascii_case(b"git") {
        return None;
    }
    if text.get(start.saturating_sub(48)..start)?.windows(3).any(|w| w == b"://")
        && before_is_secret(text, start)
    {
        return None;
    }
    let begin = sign + sign_length;
    let (mut end, mut point, mut place) = (begin, None, begin);
    while place < begin + 254 {
        let byte = at(text, place);
        if host(byte) {
            end = place + 1;
        } else if byte == b'.' && place > begin && host(at(text, place + 1)) {
            point = Some(place);
        } else {
            break;
        }
        place += 1;
    }
    let top = text.get(point? + 1..end)?;
    let letters = top.len() >= 2 && top.iter().all(|b| b.is_ascii_alphabetic() || *b >= 0x80);
    let domain = letters && !NO_DOMAINS.iter().any(|no| top.eq_ignore_ascii_case(no));
    (domain && at(text, end) != b':' || domain && !at(text, end + 1).is_ascii_alphabetic())
        .then_some(start..end)
}

fn before_is_secret(text: &[u8], start: usize) -> bool {
    start > 0 && matches!(at(text, start - 1), b':' | b'/')
}

/// Hosts of mail that people have, without the end that may be missing.
const HOSTS: [&[u8]; 16] = [
    b"gmail",
    b"yahoo",
    b"hotmail",
    b"outlook",
    b"aol",
    b"icloud",
    b"comcast",
    b"proton",
    b"verizon",
    b"sbcglobal",
    b"ymail",
    b"msn",
    b"live",
    b"gmx",
    b"zoho",
    b"cox",
];

/// Whether a host is of those where people have their mail: `gmail.com`, `yahoo.co.uk`.
pub(crate) fn of_people(host: &[u8]) -> bool {
    const OTHERS: [&[u8]; 9] = [
        b"googlemail",
        b"protonmail",
        b"me",
        b"mac",
        b"mail",
        b"att",
        b"earthlink",
        b"fastmail",
        b"bellsouth",
    ];
    let mut labels = host.split(|b| *b == b'.');
    let house = labels.next().unwrap_or_default();
    // `live.example.org` is a part of another house.
    labels.all(|label| matches!(label.len(), 2 | 3))
        && HOSTS.iter().chain(&OTHERS).any(|known| house.eq_ignore_ascii_case(known))
}

/// An address that lost the point of its host, around its sign: `jane.roe@gmailcom`.
pub(crate) fn pointless(text: &[u8], sign: usize) -> Option<Range<usize>> {
    let before = text.get(sign.saturating_sub(64)..sign)?;
    let local = before
        .iter()
        .rev()
        .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-' | b'+'))
        .count();
    if local < 3 {
        return None;
    }
    let host = text.get(sign + 1..)?;
    let length = host
        .iter()
        .take(32)
        .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_'))
        .count();
    let name = host.get(..length)?;
    let name = name.strip_suffix(b".").unwrap_or(name);
    // With a point the address is whole.
    let known = !name.contains(&b'.')
        && HOSTS.iter().any(|known| {
            name.get(..known.len()).is_some_and(|head| head.eq_ignore_ascii_case(known))
                && name.len() <= known.len() + 4
                && name.iter().all(u8::is_ascii_alphabetic)
        });
    known.then(|| sign - local..sign + 1 + name.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Option<&str> {
        let sign = text.find('@').or_else(|| text.find("%40")).unwrap();
        let length = if text.contains('@') { 1 } else { 3 };
        email(text.as_bytes(), sign, length).map(|r| &text[r])
    }

    #[test]
    fn addresses_are_found_without_what_is_around_them() {
        for (text, address) in [
            ("mail <j.roe+x@mail.example.org>, then", "j.roe+x@mail.example.org"),
            ("to o'brien@example.co.uk.", "o'brien@example.co.uk"),
            ("q=jane%40example.org&x", "jane%40example.org"),
            ("q%3Djane%40example.org", "jane%40example.org"),
            ("mailto:jane@example.org?subject", "jane@example.org"),
            ("jürgen@exämple.de", "jürgen@exämple.de"),
        ] {
            assert_eq!(found(text), Some(address));
        }
    }

    #[test]
    fn look_alikes_are_not() {
        for text in [
            "git@github.com:o/r",
            "Object@1b2c3d",
            "logo@2x.png",
            "@scope/name",
            "root@host",
            "lib@1.2.3",
            "postgres://app:secret@db.example.org/x",
            "a@b",
            "session-1@node.local",
            "user@.com",
        ] {
            assert_eq!(found(text), None, "{text}");
        }
    }
}
