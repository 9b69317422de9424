//! Rarer ways to write a day: of databases, of consoles, percent-encoded, spoken.

use super::calendar::Day;

/// Numbers below twenty.
pub(super) const UNITS: [&str; 20] = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
];
/// Tens, by their digit.
const TENS: [&str; 10] =
    ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];
const ORDINALS: [&str; 20] = [
    "",
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
    "eleventh",
    "twelfth",
    "thirteenth",
    "fourteenth",
    "fifteenth",
    "sixteenth",
    "seventeenth",
    "eighteenth",
    "nineteenth",
];

fn at(list: &[&'static str], number: i64) -> &'static str {
    usize::try_from(number).ok().and_then(|n| list.get(n)).copied().unwrap_or_default()
}

/// A number below 100 in words.
pub(super) fn words(number: i64) -> String {
    match (number / 10, number % 10) {
        (0 | 1, _) => at(&UNITS, number).to_owned(),
        (tens, 0) => at(&TENS, tens).to_owned(),
        (tens, ones) => format!("{} {}", at(&TENS, tens), at(&UNITS, ones)),
    }
}

/// A day of a month in words.
pub(super) fn ordinal(number: i64) -> String {
    match number {
        20 => "twentieth".to_owned(),
        30 => "thirtieth".to_owned(),
        21..=31 => format!("{} {}", at(&TENS, number / 10), at(&ORDINALS, number % 10)),
        _ => at(&ORDINALS, number).to_owned(),
    }
}

/// A year as people say it: nineteen fifty four, two thousand nine, twenty twenty four.
pub(super) fn year_spoken(year: i64) -> String {
    match (year / 100, year % 100) {
        (20, 0) => "two thousand".to_owned(),
        (20, low @ 1..=9) => format!("two thousand {}", words(low)),
        (high, 0) => format!("{} hundred", words(high)),
        (high, low @ 1..=9) => format!("{} oh {}", words(high), words(low)),
        (high, low) => format!("{} {}", words(high), words(low)),
    }
}

/// Before the year, the year, after it; a time of day behind `\t` may stay as well.
pub(super) fn rare(day: Day, format: &str, (h, min, s): (i64, i64, i64)) -> Option<(String, String, String)> {
    let (y, m, d) = day.civil();
    let (month, short) = (day.month(), day.month().get(..3).unwrap_or_default());
    let weekday = day.weekday().get(..3).unwrap_or_default();
    let (full, two) = (y.to_string(), format!("{:02}", y % 100));
    let half = if h < 12 { "AM" } else { "PM" };
    let twelve = (h + 11) % 12 + 1;
    let us = format!("{m:02}/{d:02}/");
    let bare = |before: String, year: &str| (before, year.to_owned(), String::new());
    let iso = |time: String| (String::new(), full.clone(), format!("-{m:02}-{d:02}\t{time}"));
    Some(match format {
        "mdy6" => bare(format!("{m:02}{d:02}"), &two),
        "mdy8" => bare(format!("{m:02}{d:02}"), &full),
        "usdot" => bare(format!("{m:02}.{d:02}."), &full),
        "dotyy" => bare(format!("{m}.{d}."), &two),
        "usenc" => bare(format!("{m:02}%2F{d:02}%2F"), &full),
        "usyy" => bare(us, &two),
        "dashyy" => bare(format!("{m:02}-{d:02}-"), &two),
        "dashl" => bare(format!("{d}-{short}-"), &full),
        "dashu" => bare(format!("{d:02}-{}-", short.to_uppercase()), &full),
        "mil" => bare(format!("{d:02}{}", short.to_uppercase()), &full),
        "milyy" => bare(format!("{d:02} {} ", short.to_uppercase()), &two),
        "abbrnc" => bare(format!("{short} {d} "), &full),
        "longnc" => bare(format!("{month} {d} "), &full),
        "longu" => bare(format!("{} {d}, ", month.to_uppercase()), &full),
        "dabbr" => bare(format!("{d} {short} "), &full),
        "wd" => bare(format!("{weekday} {short} {d}, "), &full),
        "rfc" => bare(format!("{weekday}, {d:02} {short} "), &full),
        "rfct" => (format!("{weekday}, {d:02} {short} "), full, format!("\t {h:02}:{min:02}:{s:02} -0500")),
        "monyy" => bare(format!("{short}-"), &two),
        "my" => bare(format!("{m:02}/"), &full),
        "mdash" => bare(format!("{m}-{d}"), ""),
        "mddot" => bare(format!("{m}.{d}"), ""),
        "hl7ym" => (String::new(), full, format!("{m:02}")),
        "hl7z" => (String::new(), full, format!("{m:02}{d:02}\t{h:02}{min:02}{s:02}.000-0500")),
        "py" => (String::new(), full, format!(", {m}, {d}")),
        "iso0" => iso("T00:00:00".to_owned()),
        "iso0z" => iso("T00:00:00.000Z".to_owned()),
        "isoz" => iso(format!("T{h:02}:{min:02}:{s:02}.000+00:00")),
        "isoenc" => iso(format!("T{h:02}%3A{min:02}%3A{s:02}Z")),
        "sql0" => iso(" 00:00:00".to_owned()),
        "sqlz" => iso(format!(" {h:02}:{min:02}:{s:02}.482134+00")),
        "go" => iso(" 00:00:00 +0000 UTC".to_owned()),
        "us0" => (format!("{m}/{d}/"), full, "\t 12:00:00 AM".to_owned()),
        "ust" => (us, full, format!("\t {h:02}:{min:02}")),
        "usp" => (format!("{m}/{d}/"), full, format!("\t {twelve}:{min:02} {half}")),
        "usyyt" => (us, two, format!("\t {h:02}{min:02}")),
        "epochd" => bare((day.0 * 86_400).to_string(), ""),
        "epochmsd" => bare((day.0 * 86_400_000).to_string(), ""),
        "spoken" => bare(format!("{} {} ", month.to_lowercase(), ordinal(d)), &year_spoken(y)),
        "spokenmd" => bare(format!("{} {}", month.to_lowercase(), ordinal(d)), ""),
        "spokennum" => bare(format!("{} {} ", words(m), words(d)), &words(y % 100)),
        _ => return None,
    })
}
