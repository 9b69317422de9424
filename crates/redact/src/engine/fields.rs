//! Keys and values of JSON that stand in fields of their own: `{"name":"mrn","value":"00482913"}`,
//! `{"field":"dob","old":"…","new":"…"}`, `{"columns":["mrn","dob"],"rows":[["…","…"]]}`.

use crate::{
    context::{heads as is_heads, rows as is_rows},
    format::json::Leaf,
    text::key::{Class, classify},
};

/// Keys whose value is the name of a field.
const NAMING: [&[u8]; 14] = [
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
];
/// Keys whose value is what a field holds.
const HOLDING: [&[u8]; 20] = [
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
];
fn listed(key: &[u8], list: &[&[u8]]) -> bool {
    (2..=11).contains(&key.len()) && list.iter().any(|word| key.eq_ignore_ascii_case(word))
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
            let announces = classify(get(&leaf.value), b"");
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
