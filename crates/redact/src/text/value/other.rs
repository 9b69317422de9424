//! What stands where a value of a person does and is none: a licence of a program, a ticket, a fingerprint, a pointer.

use crate::{
    check::digits,
    words::{hash, list, vocabulary as v, words},
};

/// Whether a word stands where a value is missing.
pub(in crate::text) fn missing(value: &[u8]) -> bool {
    list!("null none nil unknown n/a na true false undefined redacted nan empty missing yes no required")
        .contains(&hash(value))
}

/// Whether it is the name of a type, as declarations and schemas are logged.
pub(in crate::text) fn declared(value: &[u8]) -> bool {
    list!("self same string str text varchar char object string! optional invalid").contains(&hash(value))
}

/// What programs write where nothing is: `Not Configured`.
pub(super) fn absent(value: &[u8]) -> bool {
    let begins = value.get(..4).is_some_and(|head| head.eq_ignore_ascii_case(b"not "));
    begins
        && words![
            "available",
            "applicable",
            "assigned",
            "configured",
            "defined",
            "found",
            "known",
            "present",
            "provided",
            "recorded",
            "set",
            "specified"
        ]
        .contains(&hash(value.get(4..).unwrap_or_default()))
}

/// Whether a value whose key is of a day can be one. The year may stay, but for one that tells of an age over 89
/// (45 CFR 164.514(b)(2)(i)(C)); more words than one for a month are none (`homePhone (752 blank)`).
pub(super) fn of_a_day(value: &[u8], letters: usize, count: usize) -> bool {
    if value.len() == 4 && count == 4 && matches!(value, [b'1', b'9', ..] | [b'2', b'0', ..]) {
        return value < b"1940";
    }
    let month = || {
        value
            .split(|b| !b.is_ascii_alphabetic())
            .any(|part| part.len() > 2 && v::vocabulary().get(hash(part)) & (v::MONTH | v::WEEKDAY) != 0)
    };
    let groups = || value.split(|b| *b == b' ').filter(|part| part.iter().all(u8::is_ascii_digit));
    // `1 97110 25`: codes side by side.
    let codes = || groups().count() > 1 && groups().any(|group| group.len() == 5);
    // `3-4-62 approx`, `about 3/62 or so`.
    let written = || {
        value.split(|b| *b == b' ').any(|part| {
            part.iter().any(|b| matches!(b, b'/' | b'-'))
                && part.iter().all(|b| b.is_ascii_digit() || matches!(b, b'/' | b'-'))
                && (3..=10).contains(&digits::count(part))
        })
    };
    written()
        || (count >= 5 && !codes())
        || count >= 3 && letters <= 4 && !codes()
        || count > 0 && letters >= 3 && month()
}

/// An object identifier (`2.16.756.1.89`) or an address with its port is no number of a person.
pub(super) fn dotted(value: &[u8]) -> bool {
    let run = value.iter().take_while(|b| b.is_ascii_digit() || **b == b'.');
    run.filter(|b| **b == b'.').count() >= 3
}

/// `0x7fffe010`.
pub(super) fn pointer(value: &[u8]) -> bool {
    matches!(value, [b'0', b'x' | b'X', rest @ ..] if rest.iter().all(u8::is_ascii_hexdigit))
}

/// The licence of a program: `MIT`, `GPL-2.0-or-later`, `Apache-2.0`.
pub(super) fn of_software(value: &[u8]) -> bool {
    let names: [&[u8]; 16] = [
        b"gpl",
        b"lgpl",
        b"agpl",
        b"mit",
        b"bsd",
        b"0bsd",
        b"apache",
        b"mpl",
        b"isc",
        b"cc0",
        b"cc-by",
        b"epl",
        b"unlicense",
        b"zlib",
        b"artistic",
        b"unicode",
    ];
    let length = |name: &[u8]| name.len();
    names.iter().any(|name| {
        value.get(..length(name)).is_some_and(|head| head.eq_ignore_ascii_case(name))
            && !value.get(length(name)).is_some_and(u8::is_ascii_digit)
    })
}

/// What plans are called by how they pay: `PPO2`, `HMO 500`.
pub(super) fn kind_of_plan(value: &[u8]) -> bool {
    let kinds: [&[u8]; 5] = [b"PPO", b"HMO", b"EPO", b"POS", b"HDHP"];
    kinds.iter().any(|kind| {
        value.strip_prefix(*kind).is_some_and(|rest| {
            // `POS4821` is a number of somebody.
            let most = if rest.first().is_some_and(u8::is_ascii_digit) { 3 } else { 5 };
            rest.len() <= most && rest.iter().all(|b| b.is_ascii_digit() || matches!(b, b' ' | b'-'))
        })
    })
}

/// The number of a ticket at a desk of support: `INC0281354`.
pub(super) fn of_a_desk(value: &[u8]) -> bool {
    let kinds: [&[u8]; 6] = [b"INC", b"CHG", b"PRB", b"RITM", b"SCTASK", b"CTASK"];
    kinds.iter().any(|kind| {
        value
            .strip_prefix(*kind)
            .is_some_and(|rest| (7..=8).contains(&rest.len()) && rest.iter().all(u8::is_ascii_digit))
    })
}

/// A fingerprint of a key or a certificate: `SHA256:…`, `9A:42:1F:…`.
pub(super) fn of_a_key(value: &[u8]) -> bool {
    let hash = [&b"sha"[..], b"md5"].iter().any(|name| {
        value.get(..3).is_some_and(|head| head.eq_ignore_ascii_case(name))
            && value.get(3).is_none_or(|b| !b.is_ascii_alphabetic())
    });
    let pairs = value.len() >= 23
        && value
            .iter()
            .enumerate()
            .all(|(at, b)| if at % 3 == 2 { *b == b':' } else { b.is_ascii_hexdigit() });
    hash || pairs
}

/// A picture of nobody: `default.png`, `/img/placeholder-user.svg`.
pub(super) fn placeholder(value: &[u8]) -> bool {
    let name = value.rsplit(|b| *b == b'/').next().unwrap_or_default();
    let words: [&[u8]; 8] = [
        b"default",
        b"placeholder",
        b"anonymous",
        b"generic",
        b"blank",
        b"no-photo",
        b"no_photo",
        b"unknown",
    ];
    words.iter().any(|word| name.get(..word.len()).is_some_and(|head| head.eq_ignore_ascii_case(word)))
}
