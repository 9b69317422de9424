//! What is compared in documents about faces and fingers: templates, pictures, the number of whom they are of.

use crate::{Identifier as I, format::json::Leaf, text::key::Class};

/// Words of what a document is about that compares bodies.
const BODIES: [&[u8]; 12] = [
    b"face",
    b"facial",
    b"faces",
    b"finger",
    b"fingerprint",
    b"iris",
    b"retina",
    b"voice",
    b"voiceprint",
    b"palm",
    b"biometric",
    b"biometrics",
];

/// Keys of what is compared there, and of pictures of it.
const TEMPLATES: [&[u8]; 8] = [
    b"template",
    b"templateid",
    b"template_id",
    b"embedding",
    b"descriptor",
    b"enrollee_template",
    b"minutiae",
    b"hash",
];

const PROBES: [&[u8]; 9] = [
    b"probe",
    b"gallery",
    b"image",
    b"frame",
    b"capture",
    b"reference",
    b"snapshot",
    b"candidate",
    b"enrolled",
];

/// Gives what is compared in a document about faces or fingers its class: `{"service":"face-match","template":"a22e…"}`.
pub(super) fn of_faces(line: &[u8], leaves: &[Leaf], classes: &mut [Class]) {
    let get = |range: &std::ops::Range<usize>| line.get(range.clone()).unwrap_or_default();
    let one_of = |key: &[u8], list: &[&[u8]]| list.iter().any(|word| key.eq_ignore_ascii_case(word));
    let compared = |leaf: &Leaf| one_of(get(&leaf.key), &TEMPLATES) || one_of(get(&leaf.key), &PROBES);
    if !leaves.iter().any(compared) {
        return;
    }
    let about = |text: &[u8]| {
        text.len() <= 48 && text.split(|b| !b.is_ascii_alphabetic()).any(|word| one_of(word, &BODIES))
    };
    if !leaves.iter().any(|leaf| leaf.string && (about(get(&leaf.value)) || about(get(&leaf.key)))) {
        return;
    }
    for (leaf, class) in leaves.iter().zip(classes) {
        let (key, value) = (get(&leaf.key), get(&leaf.value));
        let pictured = [&b".jpg"[..], b".jpeg", b".png", b".heic", b".bmp", b".tif"].iter().any(|end| {
            let last = value.len().checked_sub(end.len()).and_then(|at| value.get(at..));
            value.len() > end.len() && last.is_some_and(|last| last.eq_ignore_ascii_case(end))
        });
        if !leaf.string || matches!(class, Class::Is(_)) {
        } else if one_of(key, &PROBES) && pictured {
            *class = Class::Is(I::Photo);
        } else if one_of(key, &TEMPLATES) && value.len() >= 8 {
            *class = Class::Is(I::Biometric);
        } else if key.eq_ignore_ascii_case(b"subject") || key.eq_ignore_ascii_case(b"subject_id") {
            *class = Class::Is(I::Mrn);
        }
    }
}
