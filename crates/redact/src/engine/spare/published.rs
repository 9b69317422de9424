//! Reads definitions that FHIR servers publish: names and days below some of their keys are of who wrote them.
//!
//! Only the document's own `resourceType` counts. What a log wraps around a definition, or writes beside it, may be of
//! a patient, so that one key of a person anywhere in the document ends it.

use crate::{
    format::fhir,
    text::key,
    words::{hash, words},
};

/// Deeper documents are not looked at.
const DEEPEST: usize = 8;

/// Keys that tell who published a definition, and when.
const OF_WHO_PUBLISHES: &[u64] = words![
    "publisher",
    "contact",
    "name",
    "telecom",
    "value",
    "date",
    "approvaldate",
    "lastreviewdate",
    "effectiveperiod",
    "start",
    "end",
    "meta",
    "lastupdated"
];

/// The same in the document itself; a `name` there is the definition's.
const AT_THE_TOP: &[u64] =
    words!["publisher", "contact", "date", "approvaldate", "lastreviewdate", "effectiveperiod", "meta"];

/// Parts of keys that no definition has.
const OF_A_PERSON: &[u64] = words![
    "patient",
    "patients",
    "dob",
    "birth",
    "birthdate",
    "birthday",
    "deceased",
    "mrn",
    "ssn",
    "member",
    "subscriber",
    "guarantor",
    "beneficiary",
    "insured"
];

/// Whether the value at `place` is of who published the definition that the line is.
pub(super) fn published(line: &[u8], place: usize) -> bool {
    let (mut depth, mut at) = (0_usize, 0_usize);
    let mut open = [false; DEEPEST];
    let (mut kind_next, mut definition, mut theirs) = (false, false, false);
    if line.first() != Some(&b'{') {
        return false;
    }
    while let Some(byte) = line.get(at) {
        match byte {
            b'"' => {
                let end = closing(line, at + 1);
                let text = line.get(at + 1..end).unwrap_or_default();
                let behind = line.get(end + 1..).unwrap_or_default().trim_ascii_start();
                if behind.first() == Some(&b':') {
                    let whole = hash(text);
                    if key::parts(text).any(|part| OF_A_PERSON.contains(&hash(part)))
                        || OF_A_PERSON.contains(&whole)
                    {
                        return false;
                    }
                    kind_next = depth == 1 && text == b"resourceType";
                    let keys = if depth == 1 { AT_THE_TOP } else { OF_WHO_PUBLISHES };
                    if let Some(slot) = open.get_mut(depth) {
                        *slot = keys.contains(&whole);
                    }
                } else {
                    definition |= kind_next && fhir::of_nobody(text);
                    kind_next = false;
                    theirs |= at < place
                        && place < end
                        && depth > 0
                        && open.get(1..=depth).is_some_and(|keys| keys.iter().all(|key| *key));
                }
                at = end;
            }
            b'{' | b'[' => {
                depth += 1;
                kind_next = false;
                match open.get_mut(depth) {
                    Some(slot) => *slot = *byte == b'[',
                    None => return false,
                }
            }
            b'}' | b']' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return definition && theirs;
                }
            }
            _ => {}
        }
        at += 1;
    }
    // What broke off may go on with a patient.
    false
}

/// Where the string ends that began before `from`.
fn closing(line: &[u8], from: usize) -> usize {
    let mut at = from;
    while let Some(byte) = line.get(at) {
        match byte {
            b'"' => return at,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    line.len()
}

#[cfg(test)]
mod tests {
    use super::published;

    #[track_caller]
    fn of(line: &str, value: &str) -> bool {
        published(line.as_bytes(), line.find(value).unwrap())
    }

    #[test]
    fn who_wrote_a_definition_is_no_patient() {
        let line = r#"{"resourceType":"ValueSet","contact":[{"name":"Ada Brandt"}],"date":"2021-11-02"}"#;
        assert!(of(line, "Ada Brandt"));
        assert!(of(line, "2021-11-02"));
        assert!(of(r#"{"date":"2021-11-02","resourceType":"CodeSystem"}"#, "2021-11-02"));
    }

    #[test]
    fn what_stands_around_a_definition_may_be_a_patients() {
        for line in [
            r#"{"audit":{"resourceType":"ValueSet"},"date":"2021-11-02"}"#,
            r#"{"resourceType":"ValueSet","date":"2021-11-02","dob":"1980-01-02"}"#,
            r#"{"resourceType":"ValueSet","patient":{"date":"2021-11-02"}}"#,
            r#"{"resourceType":"ValueSet","text":"2021-11-02"}"#,
            r#"{"resourceType":"ValueSet"} 2021-11-02"#,
            r#"{"a":"\"resourceType\":\"ValueSet\"","date":"2021-11-02"}"#,
            r#"{"resourceType":"Patient","date":"2021-11-02"}"#,
            r#"{"resourceType":"ValueSet","date":"2021-11-02"#,
        ] {
            assert!(!of(line, "2021-11-02"), "{line}");
        }
    }
}
