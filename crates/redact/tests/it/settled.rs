//! Redacting twice is redacting once.

use proptest::prelude::*;
use ward_redact::Mode;

use crate::{documents, redactor, streamed};

#[test]
fn what_was_redacted_is_not_redacted_again() {
    for mode in [Mode::Log, Mode::Strict] {
        let redactor = redactor(mode);
        for document in documents() {
            let once = streamed(&redactor, document.text.as_bytes(), &[]);
            let twice = streamed(&redactor, &once, &[]);
            let (once, twice) = (String::from_utf8_lossy(&once), String::from_utf8_lossy(&twice));
            assert_eq!(once, twice, "{} in {mode:?}", document.id);
            // What doesn't settle is taken out whole, and so settles.
            assert!(!once.contains("[QUARANTINED:unsettled]"), "{} in {mode:?}", document.id);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn random_text_settles_at_once(
        words in proptest::collection::vec(
            "[ -~]{0,10}|[A-Z][a-z]{2,7}|[0-9]{1,11}|ssn|name:|\"|,|DOE\\^JANE|[0-9]{3}-[0-9]{2}-[0-9]{4}|x@y\\.org|\\[NAME\\]|\\[DATE|March|at",
            0..16,
        ),
    ) {
        let text = words.join(" ");
        for mode in [Mode::Log, Mode::Strict] {
            let redactor = redactor(mode);
            let once = streamed(&redactor, text.as_bytes(), &[]);
            let twice = streamed(&redactor, &once, &[]);
            prop_assert_eq!(String::from_utf8_lossy(&once), String::from_utf8_lossy(&twice));
        }
    }
}
