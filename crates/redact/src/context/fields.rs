//! Values of HL7 v2 that stand in elements of XML, as documents are registered with them (IHE ITI TF-3, 4.2.3).

use std::ops::Range;

/// Fields of the segment of a patient, and the keys that they have.
const FIELDS: [(&[u8], &[u8]); 6] = [
    (b"PID-3|", b"mrn"),
    (b"PID-5|", b"full_name"),
    (b"PID-7|", b"birth_date"),
    (b"PID-11|", b"street_address"),
    (b"PID-13|", b"phone"),
    (b"PID-19|", b"ssn"),
];

/// Attributes of documents.
const ATTRIBUTES: [(&[u8], &[u8]); 6] = [
    (b"authorPerson", b"full_name"),
    (b"legalAuthenticator", b"full_name"),
    (b"creationTime", b"service_date"),
    (b"serviceStartTime", b"service_date"),
    (b"serviceStopTime", b"service_date"),
    (b"sourcePatientId", b"mrn"),
];

/// The key of a value and the part of it that is meant: an id without whose it is, a field behind its number.
pub(super) fn composite<'a>(key: &'a [u8], value: &[u8]) -> (&'a [u8], Range<usize>) {
    let (key, start) = match FIELDS.iter().find(|(prefix, _)| value.starts_with(prefix)) {
        Some((prefix, key)) => (*key, prefix.len()),
        None => (ATTRIBUTES.iter().find(|(name, _)| *name == key).map_or(key, |(_, key)| *key), 0),
    };
    let rest = value.get(start..).unwrap_or_default();
    // `482913^^^&1.2.840&ISO`: the number, and who gave it.
    let id = !rest.contains(&b' ') && memchr::memmem::find(rest, b"^^^&").is_some();
    let length = if id { memchr::memchr(b'^', rest).unwrap_or(rest.len()) } else { rest.len() };
    (key, start..start + length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_and_ids_of_registered_documents_are_known() {
        let told = |key: &str, value: &str| {
            let (key, range) = composite(key.as_bytes(), value.as_bytes());
            format!("{} {}", String::from_utf8_lossy(key), &value[range])
        };
        assert_eq!(told("sourcePatientInfo", "PID-7|19620314"), "birth_date 19620314");
        assert_eq!(told("sourcePatientId", "482913^^^&amp;1.2.3&amp;ISO"), "mrn 482913");
        assert_eq!(told("authorPerson", "^Quist^Orla^^^Dr"), "full_name ^Quist^Orla^^^Dr");
        assert_eq!(told("note", "well"), "note well");
    }
}
