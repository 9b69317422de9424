//! What leaves of JSON tell of each other: a type beside a number, a role beside a name, the end of a path.

use super::fields::{generic, set};
use crate::{
    Identifier as I,
    format::{fhir, json::Leaf},
    text::{
        key::{Class, classify, classify_joined, parts},
        value::machine_made,
    },
    words::{COMMON, FAMILY, GIVEN, WORD, dictionary, hash, list},
};

/// What a leaf is whose key alone told `class`, by the keys around.
pub(super) fn around(class: Class, key: &[u8], parent: &[u8], grandparent: &[u8]) -> Class {
    // To which pharmacy a message goes (NCPDP SCRIPT).
    if parent == b"Header" && key == b"To" {
        return Class::None;
    }
    // When a plan and its benefits begin and end, in answers about eligibility (X12 271 as JSON).
    if list!("plandateinformation benefitsdateinformation plandates benefitdates").contains(&hash(parent)) {
        return Class::Is(I::Date);
    }
    // `{"license":{"number":…}}`: the object tells what the number is of.
    if class == Class::None && generic(key) && !parent.is_empty() {
        return classify_joined(parent, key);
    }
    // `"county":{"number":"99","title":"LINCOLN COUNTY"}`.
    if class == Class::None && entitled(key) {
        let held = classify(parent, b"");
        if matches!(held, Class::Is(I::City | I::Name)) {
            return held;
        }
    }
    // Systems that send, and companies that carry, have names, too.
    if matches!(class, Class::Person | Class::Is(I::Name))
        && list!("source destination transmission carrier application").contains(&hash(parent))
        && entitled(key)
    {
        return Class::None;
    }
    // `"vitals":[{"t":"…"}]`: when it was.
    if matches!(class, Class::None | Class::Weak(_)) && moment_of_care(key, parent, grandparent) {
        return Class::Weak(I::Date);
    }
    // `"patient/contact/home_phone":"…"`: the last part of a path.
    if class == Class::None && memchr::memchr(b'/', key).is_some() {
        return path(key);
    }
    class
}

/// Whether a short value tells that what it reports is about records of persons: `DUP_MRN`.
pub(super) fn of_records(value: &[u8]) -> bool {
    value.len() < 32
        && value.split(|b| !b.is_ascii_alphabetic()).any(|word| word.eq_ignore_ascii_case(b"mrn"))
}

/// Whether a value is the unit of a measurement of somebody (UCUM): a document with one is about a person.
pub(super) fn measured(value: &[u8]) -> bool {
    value.len() <= 8
        && matches!(
            value,
            b"mg/dL"
                | b"mmHg"
                | b"mm[Hg]"
                | b"mmol/L"
                | b"[degF]"
                | b"Cel"
                | b"bpm"
                | b"/min"
                | b"{beats}/min"
        )
}

/// Whether a key stands for what the object around is called.
fn entitled(key: &[u8]) -> bool {
    (4..=11).contains(&key.len())
        && [&b"title"[..], b"name", b"text", b"display", b"description"]
            .iter()
            .any(|known| key.eq_ignore_ascii_case(known))
}

/// What a path tells by its last part that tells something: `ehr_status/subject/external_ref/id/value`, `ctx/composer_name`
/// of openEHR's flat format, `patient/contact/home_phone`.
fn path(path: &[u8]) -> Class {
    let bare = |part: &[u8]| part.iter().position(|b| matches!(b, b'|' | b':')).unwrap_or(part.len());
    let mut parts = path.rsplit(|b| *b == b'/').map(|part| part.get(..bare(part)).unwrap_or_default());
    // `…|unit`, `…|code`: what a value is measured in, and where it is listed.
    let tail = path.rsplit(|b| *b == b'|').next().filter(|tail| tail.len() < path.len()).unwrap_or_default();
    if !matches!(tail, b"" | b"name" | b"value" | b"id" | b"formatted_identifier") {
        return Class::None;
    }
    let mut numbered = false;
    for _ in 0..4 {
        let Some(part) = parts.next() else { return Class::None };
        match part {
            b"id" | b"value" | b"external_ref" | b"_identifier" | b"identifier" | b"namespace" => {
                numbered |= part != b"value";
            }
            b"subject" if numbered => return Class::Is(I::Mrn),
            b"composer_name"
            | b"participation_name"
            | b"performer"
            | b"composer"
            | b"_other_participation" => {
                return Class::Is(I::Name);
            }
            b"health_care_facility" | b"_health_care_facility" => return Class::Is(I::Facility),
            b"time"
            | b"start_time"
            | b"end_time"
            | b"origin"
            | b"history_origin"
            | b"action_archetype_time"
                if tail.is_empty() =>
            {
                return Class::Is(I::Date);
            }
            part => {
                return match classify(part, parts.next().unwrap_or_default()) {
                    Class::Person | Class::Staff | Class::User if numbered => Class::Formed(I::Mrn),
                    class => class,
                };
            }
        }
    }
    Class::None
}

/// Gives the number beside its type the class that the type tells: `{"ID":"804050","IDType":"MR"}`,
/// `{"type":"member id","value":"…"}`.
pub(super) fn typed_beside(line: &[u8], leaves: &[Leaf], classes: &mut [Class]) {
    let get = |range: &std::ops::Range<usize>| line.get(range.clone()).unwrap_or_default();
    let last = |key: &[u8]| parts(key).last().map_or(0, hash);
    // Asked of each leaf: by the end of its key first.
    let names_kind = |leaf: &Leaf| {
        let key = get(&leaf.key);
        let end = key.get(key.len().saturating_sub(4)..).unwrap_or_default();
        leaf.string
            && leaf.value.len() <= 32
            && (end.eq_ignore_ascii_case(b"type") || end.eq_ignore_ascii_case(b"kind"))
            && list!("type kind idtype").contains(&last(key))
    };
    let holds = |leaf: &Leaf| {
        let key = get(&leaf.key);
        key.len() <= 24 && list!("id value number no identifier val identification").contains(&last(key))
    };
    // Where the leaves of one object, or of a list of such objects, begin.
    let mut begin = 0;
    for (index, leaf) in leaves.iter().enumerate() {
        let goes_on =
            leaves.get(begin).is_some_and(|first| first.depth == leaf.depth && first.parent == leaf.parent);
        if !goes_on {
            begin = index;
        }
        if !names_kind(leaf) {
            continue;
        }
        let value = get(&leaf.value);
        let kind = fhir::table_0203(value).map(Class::Is).or_else(|| match classify(value, b"") {
            Class::Is(identifier) | Class::Formed(identifier) if identifier != I::Name => {
                Some(Class::Is(identifier))
            }
            _ => None,
        });
        let Some(kind) = kind else { continue };
        let same = |other: &&Leaf| other.depth == leaf.depth && other.parent == leaf.parent;
        // Of a list of such objects each begins with the same key.
        let first = leaves.get(begin);
        let before = first.is_some_and(|first| holds(first) && !names_kind(first));
        let place = if before { index.checked_sub(1) } else { index.checked_add(1) };
        if let Some(other) = place.and_then(|at| leaves.get(at)).filter(same)
            && holds(other)
            && crate::check::digits::count(get(&other.value)) >= 3
            // `{"type":"member","id":"8e9e05c52164694d"}`, `{"type":"member","id":"48213"}`: of a cluster.
            && !(kind == Class::Is(I::HealthPlan)
                && (machine_made(get(&other.value)) || other.value.len() < 6))
            && let Some(slot) = place.and_then(|at| classes.get_mut(at))
            && !matches!(slot, Class::Is(_) | Class::Machine)
        {
            *slot = kind;
        }
    }
}

/// Whether a key is of the moment of what is listed in a record of care: `{"vitals":[{"t":…}]}`.
fn moment_of_care(key: &[u8], parent: &[u8], grandparent: &[u8]) -> bool {
    let listed = |key: &[u8]| {
        list!(
            "vitals vitalsigns observations readings measurements labs labresults glucose encounters visits appointments \
             admissions medications doses administrations immunizations vaccinations procedures notes episodes stays"
        )
        .contains(&hash(key))
    };
    key.len() <= 9
        && list!("t ts time at on when timestamp date datetime").contains(&hash(key))
        && (listed(parent) || listed(grandparent))
}

/// Makes prose about a person of what answers a question for a name or a day of birth: `[{"text":"May I have your name?"},
/// {"text":"orla quist"}]`.
pub(super) fn answered(line: &[u8], leaves: &[Leaf], classes: &mut [Class]) {
    let get = |range: &std::ops::Range<usize>| line.get(range.clone()).unwrap_or_default();
    let said = |leaf: &Leaf| {
        leaf.string
            && list!("text content message body utterance transcript said").contains(&hash(get(&leaf.key)))
    };
    let asks = |text: &[u8]| {
        let text = text.get(text.len().saturating_sub(96)..).unwrap_or_default().to_ascii_lowercase();
        text.ends_with(b"?")
            && [
                &b"your name"[..],
                b"full name",
                b"date of birth",
                b"birthday",
                b"your address",
                b"patient's name",
            ]
            .iter()
            .any(|asked| memchr::memmem::find(&text, asked).is_some())
    };
    let mut asked: Option<usize> = None;
    for (index, leaf) in leaves.iter().enumerate() {
        let value = get(&leaf.value);
        if asked.is_none() && value.last() != Some(&b'?') || !said(leaf) {
            continue;
        }
        if asked.is_some_and(|before| index - before <= 6) {
            // Words of a name and nothing else.
            let named = value.split(|b| *b == b' ').filter(|word| !word.is_empty());
            let whole = (2..=3).contains(&named.clone().count())
                && named.clone().all(|word| {
                    word.iter().all(|b| b.is_ascii_alphabetic() || *b >= 0x80 || matches!(b, b'-' | b'\''))
                })
                && named.clone().any(|word| dictionary().get(hash(word)) & (GIVEN | FAMILY) != 0)
                && !named.clone().all(|word| dictionary().get(hash(word)) & WORD != 0);
            set(classes, index, if whole { Class::Is(I::Name) } else { Class::Prose });
        }
        asked = if value.last() == Some(&b'?') && asks(value) { Some(index) } else { None };
    }
}

/// Whether all words of a value are names or letters, and none of them is an ordinary word that few people bear, or a given
/// name comes first and a family name last: `Houston Roe`, `May Y.`, `River Stone`, not `Raft Node`, `Houston DC`.
fn borne(value: &[u8]) -> bool {
    let flags = |word: &[u8]| dictionary().get(hash(word));
    let words = || value.split(|b| matches!(b, b' ' | b',' | b'-')).filter(|word| !word.is_empty());
    let whole = words().count() > 1
        && words().next().is_some_and(|first| flags(first) & GIVEN != 0)
        && words().next_back().is_some_and(|last| flags(last) & FAMILY != 0);
    whole
        || words().all(|word| {
            let letter = matches!(word, [b'A'..=b'Z'] | [b'A'..=b'Z', b'.']);
            let unknown =
                word.len() > 2 && flags(word) & WORD == 0 && word.iter().any(u8::is_ascii_lowercase);
            letter || unknown || flags(word) & COMMON != 0 && flags(word) & (GIVEN | FAMILY) != 0
        })
}

/// Gives a name the class of one where its object tells whom it is of: `{"role":"patient","displayName":"May Y."}`.
pub(super) fn named_beside(line: &[u8], leaves: &[Leaf], classes: &mut [Class]) {
    let get = |range: &std::ops::Range<usize>| line.get(range.clone()).unwrap_or_default();
    let role = |leaf: &Leaf| {
        leaf.string
            && (5..=11).contains(&leaf.value.len())
            && (4..=15).contains(&leaf.key.len())
            && list!("role type kind participanttype usertype relationship").contains(&hash(get(&leaf.key)))
            && list!(
                "patient member subscriber guarantor guardian caregiver mother father spouse parent child dependent resident \
                 beneficiary enrollee insured"
            )
            .contains(&hash(get(&leaf.value)))
    };
    let called = |leaf: &Leaf| {
        leaf.string
            && list!("name displayname fullname label title").contains(&hash(get(&leaf.key)))
            && leaf.value.len() <= 48
            && !get(&leaf.value).iter().any(u8::is_ascii_digit)
            && get(&leaf.value).first().is_some_and(|b| b.is_ascii_uppercase() || *b >= 0x80)
    };
    // A cluster has members, and a tree of folders parents and children: what these are called must be a name of people.
    let machines =
        |leaf: &Leaf| list!("member parent child dependent resident").contains(&hash(get(&leaf.value)));
    for (index, leaf) in leaves.iter().enumerate() {
        if !role(leaf) {
            continue;
        }
        let near = leaves.iter().enumerate().skip(index.saturating_sub(2)).take(5);
        for (other, beside) in
            near.filter(|(_, other)| other.depth == leaf.depth && other.parent == leaf.parent)
        {
            // `{"kind":"member","title":"Houston DC"}`, `{"type":"member","name":"Raft Node"}`: of a cluster or a group.
            let thing = machines(leaf)
                && list!("type kind").contains(&hash(get(&leaf.key)))
                && (list!("title label").contains(&hash(get(&beside.key))) || !borne(get(&beside.value)));
            if called(beside) && !thing {
                set(classes, other, Class::Is(I::Name));
            }
        }
    }
}

/// Takes the class of an age from what stands among headers of HTTP, where it tells how long an answer has been kept
/// (RFC 9111, 5.1): `{"Age":"103","X-Cache":"HIT"}`.
pub(super) fn kept_answers(line: &[u8], leaves: &[Leaf], classes: &mut [Class]) {
    let get = |range: &std::ops::Range<usize>| line.get(range.clone()).unwrap_or_default();
    let kept = |key: &[u8]| list!("cachecontrol etag xcache cfcachestatus xcachehits").contains(&hash(key));
    let header = |key: &[u8]| {
        kept(key)
            || matches!(key, [b'X', b'-', ..])
            || list!("contenttype contentlength vary expires lastmodified acceptranges contentencoding")
                .contains(&hash(key))
    };
    for (index, leaf) in leaves.iter().enumerate() {
        let key = get(&leaf.key);
        if classes.get(index) != Some(&Class::Is(I::Age)) || !key.eq_ignore_ascii_case(b"age") {
            continue;
        }
        let (from, to) = (index.saturating_sub(24), (index + 25).min(leaves.len()));
        let held = list!("headers header responseheaders httpheaders").contains(&hash(get(&leaf.parent)));
        let (mut headers, mut sure, mut person) = (0, held, false);
        for (at, other) in leaves.iter().enumerate().take(to).skip(from) {
            if at == index || other.depth != leaf.depth || other.parent != leaf.parent {
                continue;
            }
            let other = get(&other.key);
            headers += usize::from(header(other));
            sure |= kept(other);
            person |= list!("sex gender name dob mrn patient").contains(&hash(other))
                || matches!(
                    classes.get(at),
                    Some(
                        Class::Person
                            | Class::Part(_)
                            | Class::Is(I::Name | I::Date | I::Mrn | I::HealthPlan | I::Ssn)
                    )
                );
        }
        if !person && (sure || headers > 1 || headers > 0 && key == b"Age") {
            set(classes, index, Class::None);
        }
    }
}
