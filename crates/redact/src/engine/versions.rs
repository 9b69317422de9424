//! Versions of programs and devices, whose dots and digits look like addresses and days, and what stands in their place.

use crate::{
    check::digits,
    shape::{card, date, phone, ssn},
    text::key::parts,
    words::{hash, list},
};

/// Whether the value of a key is the version of a program or a device, and written as one: `"fw":"1.6.5.25"`. A number of
/// somebody is none, whatever its key: `"api_version":"541-555-0142"`.
pub(super) fn version(key: &[u8], value: &[u8]) -> bool {
    versions(key)
        && value.iter().all(|b| matches!(b, b'0'..=b'9' | b'.' | b'-'))
        && !of_a_bearer(value)
        && !day_of_care(key, value)
}

/// Whether the number of somebody stands where the version of a program does: `"version":"4111-1111-1111-1111"`.
pub(super) fn numbered_version(key: &[u8], value: &[u8]) -> bool {
    key.ends_with(b"version") && value.len() > 8 && of_a_bearer(value)
}

/// Whether all of a value is a social security number, a telephone's or a card's.
fn of_a_bearer(value: &[u8]) -> bool {
    let whole = |end: Option<usize>| end == Some(value.len());
    whole(ssn::ssn(value, 0, false))
        || whole(card::card(value, 0, true))
        || digits::count(value) >= 10 && whole(phone::phone(value, 0, phone::Suspicion::Low))
}

/// Whether a day stands under a key like those of versions and can be none: of the last century, or of what a hospital
/// releases, `"hospital_release":"2023-04-16"`.
fn day_of_care(key: &[u8], value: &[u8]) -> bool {
    let software =
        list!("api app os sdk schema software firmware client server db model data ui web kernel driver");
    date::date(value, 0).is_some_and(|day| day.end == value.len())
        && (value.starts_with(b"19")
            || parts(key).count() > 1 && !parts(key).any(|part| software.contains(&hash(part))))
}

fn versions(key: &[u8]) -> bool {
    const WORDS: [&[u8]; 7] = [b"version", b"ver", b"fw", b"firmware", b"build", b"release", b"revision"];
    let is = |part: &[u8], words: &[&[u8]]| words.iter().any(|word| part.eq_ignore_ascii_case(word));
    // `date_of_release` is a date.
    parts(key).last().is_some_and(|last| is(last, &WORDS))
        && !parts(key).any(|part| is(part, &[b"date", b"dt", b"day"]))
}
