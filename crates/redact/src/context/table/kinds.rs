//! Kinds of tables that their columns tell together: a field on each row, what was given, what of bodies was measured.

use std::ops::Range;

use super::{Column, bare};
use crate::{
    Identifier as I,
    text::key::{Class, parts},
    words::{hash, list},
};

/// Names of the columns of a table with a field on each row.
pub(super) fn of_fields(line: &[u8], names: &[Range<usize>]) -> bool {
    let [field, value] = names else { return false };
    let is = |range: &Range<usize>, words: &[&str]| {
        let name = bare(line.get(range.clone()).unwrap_or_default());
        words.iter().any(|word| name.eq_ignore_ascii_case(word.as_bytes()))
    };
    is(
        field,
        &["field", "attribute", "item", "key", "label", "property", "question", "field name", "element"],
    ) && is(value, &["value", "answer", "response", "detail", "details", "result", "content", "data"])
}

/// Where among several columns the name of a field stands, and what it held and holds.
pub(super) fn keyed(line: &[u8], names: &[Range<usize>]) -> Option<(usize, usize, usize)> {
    let name = |range: &Range<usize>| hash(bare(line.get(range.clone()).unwrap_or_default()));
    let place = |words: &[u64]| names.iter().position(|range| words.contains(&name(range)));
    let field =
        place(list!("field column attribute property fieldname columnname field_name column_name element"))?;
    let value = place(list!("value newvalue new_value new after submitted received answer"))?;
    let old = place(list!("oldvalue old_value old before previous")).unwrap_or(value);
    (names.len() > 2 && field != value).then_some((field, value, old))
}

/// In a record of what was given, `Medication  Dose  Route  Given  By`, the columns of when and by whom.
pub(super) fn administered(line: &[u8], names: &[Range<usize>], columns: &mut [Column]) {
    let holds = |range: &Range<usize>, words: &[u64]| {
        parts(bare(line.get(range.clone()).unwrap_or_default())).any(|part| words.contains(&hash(part)))
    };
    let any = |words: &[u64]| names.iter().any(|range| holds(range, words));
    if !(any(list!("medication medications drug med order"))
        && any(list!("dose route"))
        && any(list!("given admin administered")))
    {
        return;
    }
    for (range, column) in names.iter().zip(columns) {
        if holds(range, list!("by initials nurse rn")) {
            column.class = Class::Person;
        } else if holds(range, list!("given admin administered last")) {
            column.class = Class::Is(I::Date);
        }
    }
}

/// Beside a column that tells what of a body was measured, a template is of a body: `modality,template`, `finger,hash`.
pub(super) fn bodily(line: &[u8], names: &[Range<usize>], columns: &mut [Column]) {
    let name = |range: &Range<usize>| bare(line.get(range.clone()).unwrap_or_default());
    let holds =
        |range: &Range<usize>, words: &[u64]| parts(name(range)).any(|part| words.contains(&hash(part)));
    let measured = list!(
        "modality biometric biometrics finger fingers iris palm retina eye face voice enroll enrol enrollment"
    );
    if !names.iter().any(|range| holds(range, measured)) {
        return;
    }
    let template =
        list!("template templates embedding vector minutiae hash sample features descriptor print");
    for (range, column) in names.iter().zip(columns) {
        if holds(range, template) {
            column.class = Class::Is(I::Biometric);
        }
    }
}
