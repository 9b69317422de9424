//! Keys and values of JSON that stand in fields of their own: `{"name":"mrn","value":"00482913"}`,
//! `{"field":"dob","old":"…","new":"…"}`, `{"columns":["mrn","dob"],"rows":[["…","…"]]}`.

use crate::{
    Identifier as I,
    context::{heads as is_heads, rows as is_rows},
    format::json::Leaf,
    text::{
        key::{Class, Side, classify, of_somebody, parts, side},
        value::formed,
        written::namelike,
    },
    words::{hash, list},
};

/// Keys whose value is the name of a field.
const NAMING: [&[u8]; 15] = [
    b"name",
    b"key",
    b"field",
    b"label",
    b"attribute",
    b"column",
    b"param",
    b"property",
    b"fieldname",
    b"attr",
    b"parameter",
    b"question",
    b"prompt",
    b"path",
    b"q",
];
/// Keys whose value is what a field holds.
const HOLDING: [&[u8]; 25] = [
    b"value",
    b"val",
    b"old",
    b"new",
    b"from",
    b"to",
    b"before",
    b"after",
    b"oldvalue",
    b"newvalue",
    b"content",
    b"answer",
    b"stringvalue",
    b"valuestring",
    b"previous",
    b"current",
    b"old_value",
    b"new_value",
    b"text",
    b"response",
    b"prev",
    b"was",
    b"oldval",
    b"newval",
    b"a",
];
fn listed(key: &[u8], list: &[&[u8]]) -> bool {
    (1..=11).contains(&key.len()) && list.iter().any(|word| key.eq_ignore_ascii_case(word))
}

/// Gives leaves without a class the one that another leaf announces.
pub(super) fn announced(line: &[u8], leaves: &[Leaf], classes: &mut [Class]) {
    let get = |range: &std::ops::Range<usize>| line.get(range.clone()).unwrap_or_default();
    let mut named: Option<(usize, Class)> = None;
    let mut told: Option<(usize, usize, Class)> = None;
    let mut heads: Vec<Class> = Vec::new();
    let mut row = 0;
    for (index, (leaf, class)) in leaves.iter().zip(classes).enumerate() {
        let key = get(&leaf.key);
        let naming = listed(key, &NAMING);
        // `"category":{"text":"patient account"},"valueString":"…"` of FHIR.
        let worded =
            leaf.string && leaf.value.len() <= 48 && !get(&leaf.value).iter().any(u8::is_ascii_digit);
        if told.is_some_and(|(place, ..)| place + 3 < index) {
            told = None;
        }
        if matches!(key, b"text" | b"display" | b"code") && worded {
            let announces = match classify(get(&leaf.value), b"") {
                Class::Formed(identifier) | Class::Weak(identifier) => Class::Is(identifier),
                class => class,
            };
            let near = leaves.get(index + 1..leaves.len().min(index + 4)).unwrap_or_default();
            let holds =
                near.iter().any(|next| get(&next.key).starts_with(b"value") && next.depth <= leaf.depth);
            if holds && matches!(announces, Class::Is(_) | Class::Person) {
                told = Some((index, leaf.depth, announces));
            }
        } else if let Some((_, depth, announces)) = told
            && key.starts_with(b"value")
            && leaf.depth <= depth
        {
            if matches!(class, Class::None | Class::Prose | Class::Loose) {
                *class = announces;
            }
            told = None;
        }
        if naming && leaf.string && leaf.value.len() <= 48 {
            // The name of a field is one word, or a few.
            let announces = match classify(get(&leaf.value), b"") {
                // What is asked for by name is one if it is written like one.
                Class::Person if !key.eq_ignore_ascii_case(b"name") => Class::Part(true),
                class => class,
            };
            named =
                (announces != Class::None && announces != Class::Machine).then_some((leaf.depth, announces));
            // `{"name":"Iris Roe"}` names a person; of a field it is the name only with the field's value behind it.
            let holds = leaves.get(index + 1).is_some_and(|next| listed(get(&next.key), &HOLDING));
            if named.is_some() && holds {
                *class = Class::Machine;
            }
        } else if let Some((depth, announces)) = named
            && matches!(class, Class::None | Class::Weak(_) | Class::Loose | Class::Prose)
            && (depth..=depth + 1).contains(&leaf.depth)
            && listed(key, &HOLDING)
        {
            *class = announces;
        }
        if leaf.string && (is_heads(key) || naming && is_heads(get(&leaf.parent))) {
            if row > 0 {
                heads.clear();
                row = 0;
            }
            heads.push(classify(get(&leaf.value), b""));
        } else if heads.len() >= 2 && matches!(class, Class::None) && is_rows(key) {
            *class = heads.get(row % heads.len()).copied().unwrap_or(Class::None);
            row += 1;
        }
    }
}

/// Gives leaves the class that they have only beside another of the same object: the two parts of a name, the two numbers
/// of a place, the key of a message about a person.
pub(super) fn paired(line: &[u8], leaves: &[Leaf], classes: &mut [Class]) {
    let get = |range: &std::ops::Range<usize>| line.get(range.clone()).unwrap_or_default();
    let same = |one: &Leaf, other: &Leaf| one.depth == other.depth && one.parent == other.parent;
    // Objects hold the two beside each other, or nearly.
    let near = |index: usize| leaves.iter().enumerate().skip(index + 1).take(8);
    let mailed = leaves.iter().any(|leaf| leaf.string && get(&leaf.value).contains(&b'@'));
    for (index, leaf) in leaves.iter().enumerate() {
        let key = get(&leaf.key);
        if let Some(one) = side(key).filter(|_| leaf.string && namelike(get(&leaf.value))) {
            let other = near(index).find(|(_, other)| {
                let counterpart = matches!(
                    (one, side(get(&other.key))),
                    (Side::Given, Some(Side::Family)) | (Side::Family, Some(Side::Given))
                );
                counterpart && same(leaf, other) && other.string && namelike(get(&other.value))
            });
            if let Some((other, _)) = other {
                set(classes, index, Class::Is(I::Name));
                set(classes, other, Class::Is(I::Name));
            }
        } else if longitude(key) == Some(false) && exact(get(&leaf.value)) && (of_somebody(key) || mailed) {
            let other = near(index).find(|(_, other)| {
                longitude(get(&other.key)) == Some(true) && exact(get(&other.value)) && same(leaf, other)
            });
            if let Some((other, _)) = other {
                set(classes, index, Class::Is(I::Address));
                set(classes, other, Class::Is(I::Address));
            }
        } else if list!("template embedding vector encoding features minutiae").contains(&hash(key))
            && leaf.value.len() >= 16
            && leaves.iter().any(|other| same(leaf, other) && bodily(get(&other.key), get(&other.value)))
        {
            set(classes, index, Class::Is(I::Biometric));
        } else if key.eq_ignore_ascii_case(b"key")
            && formed(get(&leaf.value))
            && near(index).any(|(_, other)| get(&other.parent).eq_ignore_ascii_case(b"value"))
        {
            set(classes, index, Class::Loose);
        }
    }
}

/// Whether a key or its value names a part of a body that is measured: `"modality":"fingerprint"`, `"finger":"R_INDEX"`.
fn bodily(key: &[u8], value: &[u8]) -> bool {
    list!("modality biometric biometrictype finger eye palm").contains(&hash(key))
        && value.first().is_some_and(u8::is_ascii_alphabetic)
}

fn set(classes: &mut [Class], index: usize, class: Class) {
    if let Some(slot) = classes.get_mut(index) {
        *slot = class;
    }
}

/// Whether a key is of a longitude, or of a latitude.
fn longitude(key: &[u8]) -> Option<bool> {
    let last = hash(parts(key).last()?);
    match () {
        () if list!("lat latitude").contains(&last) => Some(false),
        () if list!("lng lon long longitude").contains(&last) => Some(true),
        () => None,
    }
}

/// A number with five decimals or more: of a place, to a metre.
fn exact(value: &[u8]) -> bool {
    let decimals =
        value.iter().rposition(|b| *b == b'.').and_then(|point| value.get(point + 1..)).unwrap_or_default();
    value.len() <= 14
        && (5..=9).contains(&decimals.len())
        && value.iter().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'-'))
}
