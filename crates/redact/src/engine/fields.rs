//! Keys and values of JSON that stand in fields of their own: `{"name":"mrn","value":"00482913"}`,
//! `{"field":"dob","old":"…","new":"…"}`, `{"columns":["mrn","dob"],"rows":[["…","…"]]}`.

use crate::{
    Identifier as I,
    check::digits,
    context::{heads as is_heads, rows as is_rows},
    format::json::Leaf,
    shape::{phone, ssn},
    text::{
        key::{Class, Side, classify, classify_joined, of_somebody, parts, side},
        token::at,
        value::formed,
        written::{namelike, number_in},
    },
    words::{COMMON, FAMILY, GIVEN, WORD, dictionary, hash, list},
};

/// Keys that loggers write for themselves.
const OWN: [&[u8]; 34] = [
    b"ts",
    b"time",
    b"timestamp",
    b"@timestamp",
    b"datetime",
    b"level",
    b"severity",
    b"logger",
    b"logger_name",
    b"loggername",
    b"thread",
    b"thread_name",
    b"threadname",
    b"pid",
    b"hostname",
    b"version",
    b"@version",
    b"trace_id",
    b"traceid",
    b"span_id",
    b"spanid",
    b"request_id",
    b"requestid",
    b"caller",
    b"created_at",
    b"updated_at",
    b"createdat",
    b"updatedat",
    b"asctime",
    b"levelname",
    b"dd.trace_id",
    b"correlation_id",
    b"sha",
    b"commit",
];

/// Keys whose value is the name of a field.
const NAMING: [&[u8]; 18] = [
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
    b"k",
    b"fld",
    b"col",
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

/// Whether a key is one of those that loggers write for themselves.
pub(super) fn own(key: &[u8]) -> bool {
    key.len() < 24 && OWN.iter().any(|own| key.eq_ignore_ascii_case(own))
}

/// Whether the value of a key is the version of a program or a device, and written as one: `"fw":"1.6.5.25"`. A number of
/// somebody is none, whatever its key: `"api_version":"541-555-0142"`.
pub(super) fn version(key: &[u8], value: &[u8]) -> bool {
    let whole = |end: Option<usize>| end == Some(value.len());
    versions(key)
        && value.iter().all(|b| matches!(b, b'0'..=b'9' | b'.' | b'-'))
        && !whole(ssn::ssn(value, 0, false))
        && !(digits::count(value) >= 10 && whole(phone::phone(value, 0, phone::Suspicion::Low)))
}

fn versions(key: &[u8]) -> bool {
    const WORDS: [&[u8]; 7] = [b"version", b"ver", b"fw", b"firmware", b"build", b"release", b"revision"];
    let is = |part: &[u8], words: &[&[u8]]| words.iter().any(|word| part.eq_ignore_ascii_case(word));
    // `date_of_release` is a date.
    parts(key).last().is_some_and(|last| is(last, &WORDS))
        && !parts(key).any(|part| is(part, &[b"date", b"dt", b"day"]))
}

/// Whether what is displayed as who did something is a firm: `"performer":{"display":"Cherry Mobile"}`. Neither word is a
/// name and nothing else, and the last is none.
pub(super) fn of_a_firm(key: &[u8], parent: &[u8], value: &[u8]) -> bool {
    let flags = |word: &[u8]| dictionary().get(hash(word));
    let words = || value.split(|b| *b == b' ').filter(|word| !word.is_empty());
    key == b"display"
        && list!("performer agent actor").contains(&hash(parent))
        && words().count() > 1
        && words().all(|word| flags(word) & WORD != 0)
        && words().next_back().is_some_and(|last| flags(last) & (GIVEN | FAMILY) == 0)
}

/// Whether a key is of when a file was made, as `stat` writes beside the number of its inode.
pub(super) fn of_a_file(line: &[u8], key: &[u8], leaves: &[Leaf]) -> bool {
    key.starts_with(b"birth_time")
        && leaves.iter().take(64).any(|leaf| line.get(leaf.key.clone()) == Some(b"inode"))
}

/// The number that a sentence is about, whose key announces one: `The value 'A39949' is not valid`.
pub(super) fn number_said(class: Class, person: bool, value: &[u8]) -> Option<(I, std::ops::Range<usize>)> {
    let (Class::Is(identifier) | Class::Weak(identifier) | Class::Formed(identifier)) = class else {
        return None;
    };
    if !matches!(identifier, I::Mrn | I::HealthPlan | I::Account | I::Licence | I::Device) {
        return None;
    }
    let range = number_in(value)?;
    let sure = person || matches!(class, Class::Is(_)) || value.get(range.clone()).is_some_and(formed);
    sure.then_some((identifier, range))
}

/// What tells that the document is a resource of FHIR.
pub(super) fn resource<'a>(line: &[u8], leaves: &'a [Leaf]) -> Option<&'a Leaf> {
    let get = |range: &std::ops::Range<usize>| line.get(range.clone()).unwrap_or_default();
    leaves
        .iter()
        .find(|leaf| get(&leaf.key) == b"resourceType" && crate::format::fhir::is_resource(get(&leaf.value)))
}

/// Whether an object is of who sends a message and who gets it, as Redox and others write above their messages.
pub(super) fn sends(parent: &[u8], grandparent: &[u8]) -> bool {
    grandparent == b"Meta" && matches!(parent, b"Source" | b"Destinations" | b"Transmission" | b"Message")
}

/// Keys that some stores write around each value for its type: DynamoDB, Firestore, MongoDB's extended JSON.
pub(super) fn typed(key: &[u8]) -> bool {
    matches!(
        key,
        b"S" | b"N"
            | b"stringValue"
            | b"integerValue"
            | b"doubleValue"
            | b"timestampValue"
            | b"$date"
            | b"$numberLong"
            | b"$numberInt"
    )
}

/// Whether a key tells nothing without the object around.
pub(super) fn generic(key: &[u8]) -> bool {
    list!("id number no num value date serial code identifier").contains(&hash(key))
}

/// Operators of queries, whose value is one of the key around them: `{"mrn":{"_eq":"0048213"}}`, `{"mrn":{"$in":["0048213"]}}`.
pub(super) fn operator(key: &[u8]) -> bool {
    matches!(key, [b'_' | b'$', rest @ ..] if list!(
        "eq ne neq in nin gt gte lt lte like nlike ilike nilike similar regex iregex contains not all is elemmatch"
    ).contains(&hash(rest)))
}

/// The same, of words that are keys of their own as well: Prisma's, Elasticsearch's, Sequelize's.
pub(super) fn compared(key: &[u8]) -> bool {
    list!(
        "value values eq equals in contains startswith endswith like ilike not gt gte lt lte query term match terms raw"
    )
    .contains(&hash(key))
}

/// A moment with its seconds and its zone, as loggers write their own: `2026-11-22T03:41:38Z`.
pub(super) fn moment(value: &[u8]) -> bool {
    (20..=40).contains(&value.len())
        && matches!(at(value, 10), b'T' | b' ')
        && at(value, 16) == b':'
        && at(value, 4) == b'-'
}

/// Whether a value is a number that a store of documents makes up (BSON).
pub(super) fn object_id(value: &[u8]) -> bool {
    value.len() == 24 && value.iter().all(u8::is_ascii_hexdigit)
}

/// Whether the value of a key is where something is.
pub(super) fn spot(key: &[u8]) -> bool {
    const WORDS: [&[u8]; 12] = [
        b"loc",
        b"location",
        b"gps",
        b"coords",
        b"coordinates",
        b"coord",
        b"latlng",
        b"latlon",
        b"lnglat",
        b"position",
        b"geo",
        b"point",
    ];
    WORDS.iter().any(|word| key.eq_ignore_ascii_case(word))
}

/// Degrees with four places or more behind the point.
pub(super) fn degrees(value: &[u8]) -> bool {
    let point = memchr::memchr(b'.', value).unwrap_or(value.len());
    (1..=4).contains(&point)
        && value.len() >= point + 5
        && value.iter().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'-'))
}

/// Whether a constant is a frequent family name that is no word, and none of the variables that are: `ROE`, not `LANG`.
fn family(value: &[u8]) -> bool {
    let flags = dictionary().get(hash(value));
    flags & FAMILY != 0
        && flags & COMMON != 0
        && flags & WORD == 0
        && !list!("lang shell term").contains(&hash(value))
}

/// Whether the object of a leaf tells of a person elsewhere than in a name and its value: `{"name":"LOPEZ","value":"7","dob":"…"}`.
fn told_beside(line: &[u8], leaves: &[Leaf], index: usize) -> bool {
    let get = |range: &std::ops::Range<usize>| line.get(range.clone()).unwrap_or_default();
    let own = |leaf: &Leaf, other: &Leaf| leaf.depth == other.depth && leaf.parent == other.parent;
    leaves.get(index).is_some_and(|leaf| {
        leaves.iter().skip(index.saturating_sub(6)).take(13).any(|other| {
            own(leaf, other)
                && !matches!(get(&other.key), b"name" | b"value")
                && matches!(classify(get(&other.key), b""), Class::Is(_) | Class::Part(_))
        })
    })
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
            // `{"name":"LANG","value":"C"}` of an environment.
            let constant =
                |text: &[u8]| text.iter().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || *b == b'_');
            let variable = key == b"name"
                && constant(get(&leaf.value))
                && leaves.get(index + 1).is_some_and(|next| get(&next.key) == b"value")
                && !told_beside(line, leaves, index)
                && !family(get(&leaf.value));
            if named.is_some() && holds || variable {
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
    for (index, leaf) in leaves.iter().enumerate() {
        let (key, value) = (get(&leaf.key), get(&leaf.value));
        // What no name, no place, no template and no number is passed by its first byte.
        let worded = leaf.string && value.first().is_some_and(|b| b.is_ascii_alphabetic() || *b >= 0x80);
        if worded
            && key.len() <= 24
            && let Some(one) = side(key).filter(|_| namelike(value))
        {
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
        } else if exact(value)
            && longitude(key) == Some(false)
            && (of_somebody(key)
                || leaves.iter().take(64).any(|leaf| leaf.string && get(&leaf.value).contains(&b'@')))
        {
            let other = near(index).find(|(_, other)| {
                longitude(get(&other.key)) == Some(true) && exact(get(&other.value)) && same(leaf, other)
            });
            if let Some((other, _)) = other {
                set(classes, index, Class::Is(I::Address));
                set(classes, other, Class::Is(I::Address));
            }
        } else if leaf.value.len() >= 16
            && list!("template embedding vector encoding features minutiae").contains(&hash(key))
            && leaves
                .iter()
                .skip(index.saturating_sub(8))
                .take(16)
                .any(|other| same(leaf, other) && bodily(get(&other.key), get(&other.value)))
        {
            set(classes, index, Class::Is(I::Biometric));
        } else if worded
            && let Some(name) = kind_of(key)
            && let Some(class) = numbered(value)
        {
            // `{"auditable_type":"Patient","auditable_id":482139}`: the kind stands beside the number.
            let other = leaves.iter().enumerate().skip(index.saturating_sub(4)).take(9).find(|(_, other)| {
                same(leaf, other)
                    && number_of(get(&other.key)).is_some_and(|other| other.eq_ignore_ascii_case(name))
            });
            // `{"type":"member","id":"48213"}`: of a cluster.
            let few = class == Class::Formed(I::HealthPlan);
            if let Some((other, _)) = other.filter(|(_, other)| !few || other.value.len() > 5) {
                set(classes, other, class);
            }
        } else if key == b"id"
            && value.len() > 4
            && list!("user usr customer member enduser").contains(&hash(get(&leaf.parent)))
            && near(index).any(|(_, other)| {
                same(leaf, other)
                    && list!("email mail username name phone ip ipaddress").contains(&hash(get(&other.key)))
            })
        {
            // `"user":{"id":"53877377","email":"…"}` of Sentry.
            set(classes, index, Class::Is(I::Other));
        } else if key.eq_ignore_ascii_case(b"key")
            && formed(value)
            && near(index).any(|(_, other)| get(&other.parent).eq_ignore_ascii_case(b"value"))
        {
            set(classes, index, Class::Loose);
        }
    }
}

/// What a key calls the kind of something: `auditable` of `auditable_type`, nothing of `type`; `entity` of `entity`.
fn kind_of(key: &[u8]) -> Option<&[u8]> {
    if list!("entity resource model object record target subject table").contains(&hash(key)) {
        return Some(key);
    }
    without(key, b"type").or_else(|| without(key, b"class"))
}

/// The same of a key of its number: `auditable_id`, `id`.
fn number_of(key: &[u8]) -> Option<&[u8]> {
    without(key, b"id").or_else(|| without(key, b"key")).or_else(|| without(key, b"pk"))
}

/// A key without its last word and what joins it.
fn without<'a>(key: &'a [u8], word: &[u8]) -> Option<&'a [u8]> {
    let (head, tail) = key.split_at_checked(key.len().checked_sub(word.len())?)?;
    let joined = head.is_empty() || head.ends_with(b"_") || tail.first().is_some_and(u8::is_ascii_uppercase);
    (tail.eq_ignore_ascii_case(word) && joined).then(|| head.strip_suffix(b"_").unwrap_or(head))
}

/// What the number of such a kind is: of a patient whatever its form, of a claim or a visit if it has one.
fn numbered(kind: &[u8]) -> Option<Class> {
    if kind.len() > 24 || !kind.iter().all(|b| b.is_ascii_alphabetic() || *b == b'_') {
        return None;
    }
    match classify_joined(kind, b"id") {
        Class::Is(I::Mrn) => Some(Class::Is(I::Mrn)),
        Class::Is(identifier @ (I::HealthPlan | I::Account | I::Other)) | Class::Formed(identifier) => {
            Some(Class::Formed(identifier))
        }
        _ => None,
    }
}

/// Whether a key or its value names a part of a body that is measured: `"modality":"fingerprint"`, `"finger":"R_INDEX"`.
fn bodily(key: &[u8], value: &[u8]) -> bool {
    list!("modality biometric biometrictype finger eye palm").contains(&hash(key))
        && value.first().is_some_and(u8::is_ascii_alphabetic)
}

pub(super) fn set(classes: &mut [Class], index: usize, class: Class) {
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
