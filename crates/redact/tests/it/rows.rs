//! Rows as programs write them, value by value: what must go goes, and all else stays.
//!
//! The rows are written by hand from the formats of real systems; « » holds what must go, ‹ › what may.

use std::ops::Range;

use ward_redact::{Mode, Redactor};

use crate::{redactor, streamed};

/// A row without its marks, with the spans of what must go and of what may.
fn parsed(row: &str) -> (String, Vec<Range<usize>>, Vec<Range<usize>>) {
    let (mut text, mut must, mut may, mut start) = (String::new(), Vec::new(), Vec::new(), 0);
    for character in row.chars() {
        match character {
            '«' | '‹' => start = text.len(),
            '»' => must.push(start..text.len()),
            '›' => may.push(start..text.len()),
            _ => text.push(character),
        }
    }
    (text, must, may)
}

/// What is wrong with the reading of a row; nothing if all is as marked.
fn wrong(redactor: &Redactor, row: &str) -> Option<String> {
    let (text, must, may) = parsed(row);
    let found = redactor.find(text.as_bytes());
    let inside = |at: usize, spans: &[Range<usize>]| spans.iter().any(|span| span.contains(&at));
    let covered: Vec<Range<usize>> = found.iter().map(|finding| finding.span.clone()).collect();
    let letters = || text.bytes().enumerate().filter(|(_, b)| b.is_ascii_alphanumeric());
    let mut complaints = Vec::new();
    for span in &must {
        if letters().any(|(at, _)| span.contains(&at) && !inside(at, &covered)) {
            complaints.push(format!("missed {}", &text[span.clone()]));
        }
    }
    for finding in &found {
        let outside = |at: usize| !inside(at, &must) && !inside(at, &may);
        if letters().any(|(at, _)| finding.span.contains(&at) && outside(at)) {
            complaints.push(format!("{} took {}", finding.identifier, &text[finding.span.clone()]));
        }
    }
    // The quick look must not end a line in which something is found.
    let written = streamed(redactor, text.as_bytes(), &[]);
    if complaints.is_empty() && !must.is_empty() && written == text.as_bytes() {
        complaints.push("passed by the quick look".to_owned());
    }
    (!complaints.is_empty()).then(|| format!("{}\n    {text}", complaints.join("; ")))
}

fn check(rows: &str) {
    let redactor = redactor(Mode::Log);
    let rows: Vec<&str> = rows.lines().filter(|row| !row.is_empty() && !row.starts_with('#')).collect();
    let wrong: Vec<String> = rows.iter().filter_map(|row| wrong(&redactor, row)).collect();
    assert!(wrong.is_empty(), "{} of {} rows:\n{}", wrong.len(), rows.len(), wrong.join("\n"));
}

#[test]
fn numbers_of_records_go() {
    check(include_str!("rows/records.txt"));
}

#[test]
fn numbers_of_plans_and_accounts_go() {
    check(include_str!("rows/plans.txt"));
}

#[test]
fn numbers_and_pictures_of_things_and_bodies_go() {
    check(include_str!("rows/things.txt"));
}

#[test]
fn telephones_and_dates_go() {
    check(include_str!("rows/phones_dates.txt"));
}

#[test]
fn other_numbers_go_where_the_record_is_a_persons() {
    check(include_str!("rows/other.txt"));
}

#[test]
fn keys_in_fields_of_their_own_and_days_of_long_ago_go() {
    check(include_str!("rows/fields.txt"));
}

#[test]
fn what_applications_write_of_persons_goes() {
    check(include_str!("rows/applications.txt"));
}

#[test]
fn look_alikes_of_machines_stay() {
    check(concat!(
        include_str!("rows/survive_records.txt"),
        include_str!("rows/survive_plans.txt"),
        include_str!("rows/survive_things.txt"),
        include_str!("rows/survive_phones_dates.txt"),
        include_str!("rows/survive_fields.txt"),
        include_str!("rows/survive_applications.txt"),
    ));
}
