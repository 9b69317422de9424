//! Keys and values of JSON that stand in fields of their own: `{"name":"mrn","value":"00482913"}`,
//! `{"field":"dob","old":"…","new":"…"}`, `{"columns":["mrn","dob"],"rows":[["…","…"]]}`.

use crate::{
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
/// Keys of lists of the names of columns, and of rows.
const HEADS: [&[u8]; 6] = [b"columns", b"fields", b"header", b"headers", b"cols", b"columnnames"];
const ROWS: [&[u8]; 5] = [b"rows", b"values", b"records", b"data", b"datarows"];

fn listed(key: &[u8], list: &[&[u8]]) -> bool {
    (2..=11).contains(&key.len()) && list.iter().any(|word| key.eq_ignore_ascii_case(word))
}

/// Gives leaves without a class the one that another leaf announces.
pub(super) fn announced(line: &[u8], leaves: &[Leaf], classes: &mut [Class]) {
    let get = |range: &std::ops::Range<usize>| line.get(range.clone()).unwrap_or_default();
    let mut named: Option<(usize, Class)> = None;
    let mut heads: Vec<Class> = Vec::new();
    let mut row = 0;
    for (index, (leaf, class)) in leaves.iter().zip(classes).enumerate() {
        let key = get(&leaf.key);
        let naming = listed(key, &NAMING);
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
        if leaf.string && (listed(key, &HEADS) || naming && listed(get(&leaf.parent), &HEADS)) {
            if row > 0 {
                heads.clear();
                row = 0;
            }
            heads.push(classify(get(&leaf.value), b""));
        } else if heads.len() >= 2 && matches!(class, Class::None) && listed(key, &ROWS) {
            *class = heads.get(row % heads.len()).copied().unwrap_or(Class::None);
            row += 1;
        }
    }
}
