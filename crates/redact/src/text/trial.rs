//! What a text gives, for the tests of its readers.

use super::{Hit, Manner, read};

fn found_as(text: &str, manner: Manner) -> Vec<&str> {
    let (mut tokens, mut hits) = (Vec::new(), Vec::<Hit>::new());
    read(text.as_bytes(), manner, &mut tokens, &mut hits);
    hits.iter().map(|hit| &text[hit.start..hit.end]).collect()
}

/// What is found in a line of a log.
pub(super) fn found(text: &str) -> Vec<&str> {
    found_as(text, Manner::default())
}

/// The same of what people write.
pub(super) fn found_in_prose(text: &str) -> Vec<&str> {
    found_as(text, Manner { strict: true, ..Manner::default() })
}

/// The same of a line of a log, perhaps below others that are about a person.
pub(super) fn found_below(text: &str, block: bool) -> Vec<&str> {
    found_as(text, Manner { person: block, block, ..Manner::default() })
}
