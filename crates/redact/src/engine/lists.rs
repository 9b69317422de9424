//! Arrays of JSON that are rows: `{"record":["A551","Roe","Jane","02/03/1961"]}`. What the values tell together, each is.

use std::ops::Range;

use crate::{
    format::json::Leaf,
    text::{self, Hit, key::Class},
};

/// Least and most values of a row.
const LEAST: usize = 2;
const MOST: usize = 100;

/// Finds the values of rows about persons; whether there are any.
pub(super) fn rows(
    line: &[u8],
    leaves: &[Leaf],
    classes: &[Class],
    level: usize,
    found: &mut Vec<Hit>,
) -> bool {
    let mut about_person = false;
    let mut from = 0;
    while let Some(first) = leaves.get(from) {
        // Values of an array share the bytes of its key.
        let rest = leaves.get(from..).unwrap_or_default();
        let count = rest.iter().take_while(|leaf| leaf.key == first.key && leaf.depth == first.depth).count();
        let told = matches!(classes.get(from), Some(Class::Is(_) | Class::Machine));
        if (LEAST..=MOST).contains(&count) && !told {
            let row = rest.get(..count).unwrap_or_default();
            about_person |= self::row(line, row, level, found);
        }
        from += count.max(1);
    }
    about_person
}

fn row(line: &[u8], row: &[Leaf], level: usize, found: &mut Vec<Hit>) -> bool {
    let mut fields: [Range<usize>; MOST] = std::array::from_fn(|_| 0..0);
    for (field, leaf) in fields.iter_mut().zip(row) {
        *field = leaf.value.clone();
    }
    let key = row.first().and_then(|leaf| line.get(leaf.key.clone())).unwrap_or_default();
    let before = found.len();
    let about_person = text::values_of_one(line, fields.get(..row.len()).unwrap_or_default(), key, found);
    for hit in found.iter_mut().skip(before) {
        // A number without quotes is written with them once a marker stands for it.
        let bare = row.iter().any(|leaf| !leaf.string && leaf.value.start == hit.start);
        hit.quoted = if bare { u8::try_from(level + 1).unwrap_or(u8::MAX) } else { 0 };
    }
    about_person
}
