//! How values are written that a key leaves in doubt: as a name, as a page or account of a network, as a camera's file.

use std::ops::Range;

use super::value::{declared, missing};
use crate::{
    Identifier as I,
    check::digits,
    words::{
        COMMON, FAMILY, GIVEN, WORD, dictionary, hash, users,
        vocabulary::{self as v, vocabulary},
    },
};

/// Whether a value is written as names are: one to four words of letters that begin with capitals, or small ones that
/// are names, and none that is of machines.
pub(crate) fn namelike(value: &[u8]) -> bool {
    let value = value.trim_ascii();
    if !(2..=60).contains(&value.len()) {
        return false;
    }
    let parts = || value.split(|b| matches!(b, b' ' | b',' | b'+')).filter(|part| !part.is_empty());
    let letter = |b: &u8| b.is_ascii_alphabetic() || *b >= 0x80;
    let flags = |part: &[u8]| dictionary().get(hash(part));
    let known = |part: &[u8]| flags(part) & (GIVEN | FAMILY) != 0;
    let ordinary = |part: &[u8]| flags(part) & WORD != 0 && !known(part);
    let written = |part: &[u8]| {
        let plain = part.iter().all(|b| letter(b) || matches!(b, b'-' | b'\'' | b'.'));
        let capital = part.first().is_some_and(|b| b.is_ascii_uppercase() || *b >= 0xc3);
        let small = part.iter().any(u8::is_ascii_lowercase);
        // `getPatient`; `McBride`, `DeLuca`, `O'Brien` are names.
        let inner = small
            && part
                .windows(2)
                .any(|pair| matches!(pair, [a, b] if a.is_ascii_lowercase() && b.is_ascii_uppercase()));
        let prefix = [&b"Mc"[..], b"Mac", b"De", b"Di", b"Du", b"La", b"Le", b"Van", b"Fitz", b"St"]
            .iter()
            .any(|head| part.starts_with(head));
        let particle = part.len() <= 3 && PARTICLES.contains(&hash(part));
        let roles = vocabulary().get(hash(part));
        let elsewhere = roles & (v::MACHINE | v::FACILITY | v::PAYER | v::KNOWN | v::MONTH | v::WEEKDAY) != 0
            && flags(part) & (COMMON | GIVEN) == 0;
        plain
            && part.first().is_some_and(letter)
            && (particle
                || (capital || known(part) && flags(part) & WORD == 0) && (!inner || prefix || known(part)))
            && !elsewhere
    };
    let several = parts().count();
    (1..=4).contains(&several)
        && parts().all(written)
        && !parts().all(ordinary)
        && parts().any(|part| part.len() > 1)
        && !(missing(value) || declared(value) || UNNAMED.contains(&hash(value)))
}

/// How long the name is that a value begins with, if nothing but a remark follows it: `May Young, mother`, `May Young (PCP)`.
pub(crate) fn remarked(value: &[u8]) -> Option<usize> {
    let name = value.split(|b| matches!(b, b',' | b'(')).next().unwrap_or_default().trim_ascii_end();
    let rest = value.get(name.len()..).unwrap_or_default();
    let words = || rest.split(|b| !b.is_ascii_alphabetic()).filter(|word| !word.is_empty());
    let several = rest.iter().filter(|b| matches!(b, b',' | b'(')).count() > 1;
    let bracketed = rest.trim_ascii_start().starts_with(b"(") && rest.ends_with(b")");
    let remark = bracketed
        || rest.iter().all(|b| !b.is_ascii_digit())
            && words().count() <= 3
            && words().all(|word| word.iter().all(u8::is_ascii_lowercase))
        || rest.iter().all(|b| !b.is_ascii_digit())
            && words().count() == 1
            && words().all(|word| word.len() <= 4);
    (name.contains(&b' ') && !several && remark && namelike(name)).then_some(name.len())
}

/// The name behind a title, however it is written, if nothing else stands there.
pub(crate) fn titled(value: &[u8]) -> Option<Range<usize>> {
    let blank = memchr::memchr(b' ', value)?;
    let title = value.get(..blank)?.to_ascii_lowercase();
    let name = value.get(blank + 1..)?;
    let letters = |b: &u8| b.is_ascii_alphabetic() || *b >= 0x80 || matches!(b, b' ' | b'-' | b'\'' | b'.');
    (matches!(title.as_slice(), b"dr" | b"dr." | b"doctor" | b"nurse")
        && (2..=40).contains(&name.len())
        && name.iter().all(letters)
        && name.split(|b| *b == b' ').count() <= 3)
        .then_some(blank + 1..value.len())
}

const PARTICLES: &[u64] = crate::words::list!("de la del van von der den da di du le bin al el y");

/// What programs call, or say of, something without a name.
const UNNAMED: &[u64] = crate::words::list!(
    "other admin system anonymous root test guest user default not active inactive pending success failed error ok"
);

/// What a value of a social network's key is: a page, or an account.
pub(crate) fn social(value: &[u8], person: bool) -> Option<I> {
    let value = value.trim_ascii();
    let handle = value.strip_prefix(b"@").filter(|name| name.len() >= 3);
    if handle.is_some() {
        return Some(I::Other);
    }
    let rest =
        [&b"https://"[..], b"http://"].iter().find_map(|scheme| value.strip_prefix(*scheme)).unwrap_or(value);
    let domain = rest.iter().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-')).count();
    let host = rest.get(..domain).unwrap_or_default();
    let path = rest.get(domain..).unwrap_or_default();
    if host.contains(&b'.') && value.len() > 6 {
        let paged = path.len() > 3 && path.starts_with(b"/");
        let label =
            host.strip_prefix(b"www.").unwrap_or(host).split(|b| *b == b'.').next().unwrap_or_default();
        return (person || paged && network(host) || users::personal(label)).then_some(I::Url);
    }
    (users::personal(value) || person && users::account(value)).then_some(I::Other)
}

/// Whether pages of this host are mostly persons'.
fn network(host: &[u8]) -> bool {
    [
        &b"facebook.com"[..],
        b"fb.com",
        b"instagram.com",
        b"linkedin.com",
        b"twitter.com",
        b"x.com",
        b"tiktok.com",
        b"snapchat.com",
        b"pinterest.com",
        b"threads.net",
    ]
    .iter()
    .any(|known| {
        host.len() >= known.len()
            && host.get(host.len() - known.len()..).is_some_and(|end| end.eq_ignore_ascii_case(known))
            && (host.len() == known.len() || host.get(host.len() - known.len() - 1) == Some(&b'.'))
    })
}

/// Whether a value is written as a name and made of listed ones, one at least no word.
pub(crate) fn sure_name(value: &[u8]) -> bool {
    let flags = |part: &[u8]| dictionary().get(hash(part));
    let parts = || value.split(|b| matches!(b, b' ' | b'-')).filter(|part| !part.is_empty());
    namelike(value)
        && value.first().is_some_and(|b| !b.is_ascii_lowercase())
        && parts().all(|part| flags(part) & (GIVEN | FAMILY) != 0)
        && parts().any(|part| flags(part) & WORD == 0 && part.len() > 3)
}

/// Whether a value is the name of a picture's file.
pub(crate) fn picture(value: &[u8]) -> bool {
    let Some(point) = value.iter().rposition(|b| *b == b'.') else { return false };
    let kind = value.get(point + 1..).unwrap_or_default();
    point > 2
        && ["jpg", "jpeg", "png", "heic", "heif", "webp", "bmp", "tif", "tiff", "dng"]
            .iter()
            .any(|known| kind.eq_ignore_ascii_case(known.as_bytes()))
}

/// Whether the name of a file is one that cameras and telephones give: `IMG_1427.jpg`, `DSC08213.JPG`, `PXL_2024….webp`.
pub(crate) fn of_a_camera(name: &[u8]) -> bool {
    let Some(point) = name.iter().rposition(|b| *b == b'.') else { return false };
    let stem = name.get(..point).unwrap_or_default();
    let head = stem.iter().take_while(|b| b.is_ascii_alphabetic() || **b == b'_').count();
    let head = stem.get(..head).unwrap_or_default();
    let makers: [&[u8]; 10] =
        [b"IMG", b"IMG_", b"DSC", b"DSC_", b"DSCN", b"DSCF", b"PXL_", b"MVIMG_", b"P", b"DCIM"];
    picture(name)
        && makers.iter().any(|maker| head.eq_ignore_ascii_case(maker))
        && stem.iter().filter(|b| b.is_ascii_digit()).count() >= if head.len() > 1 { 4 } else { 6 }
}

/// What stands where names do and is of a program: a place to fill in, a path, a constant, the words of a rule
/// (`${user}`, `/dev/mapper/root`, `LS_COLORS`, `max 60`). Where one part is a name of somebody it is none of these.
pub(super) fn of_a_program(value: &[u8]) -> bool {
    let parts = || value.split(|b| !b.is_ascii_alphanumeric()).filter(|part| !part.is_empty());
    let flags = |part: &[u8]| dictionary().get(hash(part));
    let borne = |part: &[u8]| part.len() > 2 && flags(part) & (GIVEN | FAMILY) != 0;
    let opens = [&b"${"[..], b"{{", b"%{", b"#{", b"<%", b"# ", b"/", b"./", b"../"];
    if opens.iter().any(|sign| value.starts_with(sign)) {
        // `/Roe/Jane`: an identifier whose parts are names alone.
        let capital = |part: &[u8]| part.first().is_some_and(u8::is_ascii_uppercase);
        return !(value.starts_with(b"/") && parts().count() > 1 && parts().all(|p| capital(p) && borne(p)));
    }
    let joined =
        value.iter().any(|b| matches!(b, b'_' | b'/')) || value.iter().filter(|b| **b == b'-').count() > 1;
    let blank = value.contains(&b' ');
    let written = value
        .iter()
        .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'/' | b'.') || blank && *b == b' ');
    // `Microsoft-Windows-Security-Auditing`.
    let chained = !blank && value.iter().filter(|b| **b == b'-').count() > 2;
    let one_case = chained
        || !value.iter().any(u8::is_ascii_uppercase)
        || !blank && !value.iter().any(u8::is_ascii_lowercase);
    if !written || !one_case || !joined && !blank {
        return false;
    }
    let number = |part: &[u8]| part.iter().all(u8::is_ascii_digit);
    let named = |part: &[u8]| borne(part) && flags(part) & WORD == 0;
    let word = |part: &[u8]| flags(part) & WORD != 0;
    // `grace_young`, `bishop king 2`: words that are names, too, side by side and nothing else.
    let words = || parts().filter(|part| !number(part));
    if words().count() > 1
        && words().all(borne)
        && words().any(|part| flags(part) & (GIVEN | COMMON) == GIVEN | COMMON)
    {
        return false;
    }
    if blank {
        return parts().any(number) && parts().all(|part| number(part) || word(part));
    }
    !parts().any(named) && parts().any(|part| number(part) || word(part))
}

/// The day in a value that holds other words, too: `CAST(N'2014-02-17' AS Date)`, `1958-09-01 00:00:00 NULL`.
pub(crate) fn day_of(value: &[u8]) -> Range<usize> {
    let worded = |text: &[u8]| {
        text.split(|b| !b.is_ascii_alphabetic())
            .any(|word| word.len() > 3 && vocabulary().get(hash(word)) & (v::MONTH | v::WEEKDAY) == 0)
    };
    let mut starts = (0..value.len().min(16)).filter(|at| at == &0 || value.get(at - 1) == Some(&b'\''));
    let found = starts.find_map(|at| crate::shape::date::date(value, at).map(|day| at..day.end));
    match found {
        Some(day)
            if worded(value.get(day.end..).unwrap_or_default())
                || worded(value.get(..day.start).unwrap_or_default()) =>
        {
            day
        }
        _ => 0..value.len(),
    }
}

/// Whether a value is a sentence about a number, and none itself: `The value 'A39949' is not valid.`
pub(super) fn sentence(value: &[u8]) -> bool {
    value.iter().filter(|b| **b == b' ').count() > 2
        && value.iter().filter(|b| b.is_ascii_lowercase()).count() > 8
}

/// The number that a sentence holds in quotes, begins with, or else names.
pub(crate) fn number_in(value: &[u8]) -> Option<Range<usize>> {
    if !sentence(value) {
        return None;
    }
    let number = |range: Range<usize>| {
        let text = value.get(range.clone()).unwrap_or_default();
        let written = text.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'/'))
            && text.len() > 3;
        (written && digits::count(text) > 2).then_some(range)
    };
    let quoted = || {
        let start = value.iter().position(|b| matches!(b, b'\'' | b'"' | b'`'))? + 1;
        let length = memchr::memchr(*value.get(start - 1)?, value.get(start..)?)?;
        number(start..start + length)
    };
    // `patient has number A48213 since`: all from the first number as offices give them to the last.
    let inside = || {
        let mut found: Option<Range<usize>> = None;
        let mut start = 0;
        for end in memchr::memchr_iter(b' ', value).chain([value.len()]) {
            let word = value.get(start..end).unwrap_or_default();
            let length = word.iter().rposition(u8::is_ascii_alphanumeric).map_or(0, |last| last + 1);
            if super::value::formed(word.get(..length).unwrap_or_default()) {
                found = Some(found.map_or(start, |found| found.start)..start + length);
            }
            start = end + 1;
        }
        found
    };
    quoted().or_else(|| number(0..memchr::memchr(b' ', value)?)).or_else(inside)
}

/// The address of a machine, with its port or the length of its network: `192.168.71.0/24`.
pub(super) fn of_a_network(value: &[u8]) -> bool {
    let head = value.split(|b| matches!(b, b'/' | b':')).next().unwrap_or_default();
    std::str::from_utf8(head).is_ok_and(|head| head.parse::<std::net::Ipv4Addr>().is_ok())
}

/// The name or the address of a host, where the address of a person could stand: `10.10.2.101`, `mail.example.org`.
pub(super) fn of_a_host(value: &[u8]) -> bool {
    let text = std::str::from_utf8(value).unwrap_or_default();
    let written = |b: &u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'-');
    let named = value.contains(&b'.')
        && value.first().is_some_and(u8::is_ascii_lowercase)
        && value.iter().all(written);
    of_a_network(value) || text.parse::<std::net::Ipv6Addr>().is_ok() || named
}

/// The address of a card in a network: `62:ee:31:2b:35:7c`.
pub(super) fn of_a_card(value: &[u8]) -> bool {
    value.len() == 17
        && value
            .iter()
            .enumerate()
            .all(|(at, b)| if at % 3 == 2 { matches!(b, b':' | b'-') } else { b.is_ascii_hexdigit() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_told_from_what_programs_write() {
        for value in [
            "Tilda",
            "ROE",
            "van der Berg",
            "McBride",
            "O'Shea",
            "Ngozi Adeyemi",
            "Roe, Jane",
            "DeLuca",
            "mcbride",
        ] {
            assert!(namelike(value.as_bytes()), "{value}");
        }
        for value in
            ["lookup", "getPatient", "42", "Invalid", "Unknown", "Server Error", "/home", "a", "true", "x1"]
        {
            assert!(!namelike(value.as_bytes()), "{value}");
        }
    }

    #[test]
    fn pages_of_persons_are_told_from_settings() {
        assert_eq!(social(b"https://www.linkedin.com/in/jane-roe", false), Some(I::Url));
        assert_eq!(social(b"www.tildaroe.net", true), Some(I::Url));
        assert_eq!(social(b"@tilda.", false), Some(I::Other));
        for value in ["https://www.facebook.com/", "off", "https://github.com/rust-lang/rust", "enabled"] {
            assert_eq!(social(value.as_bytes(), false), None, "{value}");
        }
    }

    #[test]
    fn files_of_cameras_have_their_names() {
        for name in ["IMG_1427.jpg", "DSC08213.JPG", "PXL_20240617_804050.webp", "P1386681.heic"] {
            assert!(of_a_camera(name.as_bytes()), "{name}");
        }
        for name in ["logo.png", "img_header.png", "p1.png", "chart-2024.png", "IMG_1427.txt"] {
            assert!(!of_a_camera(name.as_bytes()), "{name}");
        }
    }
}
