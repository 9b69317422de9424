//! Where a stream is cut changes nothing.

use proptest::prelude::*;
use ward_redact::Mode;

use crate::{documents, redactor, streamed};

/// Texts up to this size are cut at each of their bytes, and so many of them, spread over the corpora: more take too long
/// for every run.
const SHORT: usize = 260;
const TRIED: usize = 160;

#[test]
fn a_cut_at_any_byte_gives_the_same_output() {
    let redactor = redactor(Mode::Strict);
    let mut tried = 0;
    let documents = documents();
    let short: Vec<_> = documents.iter().filter(|d| d.text.len() <= SHORT && !d.spans.is_empty()).collect();
    for document in short.iter().step_by((short.len() / TRIED).max(1)) {
        let text = document.text.as_bytes();
        let whole = streamed(&redactor, text, &[]);
        for at in 1..text.len() {
            let cut = streamed(&redactor, text, &[at]);
            assert_eq!(cut, whole, "{} cut at {at}", document.id);
        }
        tried += 1;
    }
    assert!(tried > 50, "only {tried} texts were tried");
}

#[test]
fn one_byte_at_a_time_gives_the_same_output() {
    for mode in [Mode::Log, Mode::Strict] {
        let redactor = redactor(mode);
        for document in documents() {
            let text = document.text.as_bytes();
            let whole = streamed(&redactor, text, &[]);
            assert_eq!(streamed(&redactor, text, &vec![1; text.len()]), whole, "{}", document.id);
        }
    }
}

/// Pieces that recognizers look at, glued at random, with line ends and bytes that are no text among them.
fn pieces() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        4 => "[ -~]{0,12}".prop_map(String::into_bytes),
        1 => Just(b"123-45-6789".to_vec()),
        1 => Just(b"Dr. Mary O'Neil".to_vec()),
        1 => Just("José Núñez".as_bytes().to_vec()),
        1 => Just(b"jane.doe@example.org".to_vec()),
        1 => Just(b"{\"ssn\":\"".to_vec()),
        1 => Just(b"\\u00e9\\\"".to_vec()),
        1 => Just(b"PID|1||4821^^^H^MR||DOE^JANE".to_vec()),
        1 => Just(b"(617) 555-0142".to_vec()),
        1 => Just(b"4111 1111 1111 1111".to_vec()),
        1 => Just(b"dob=1985-03-04".to_vec()),
        1 => Just(b"12 Elm St, Salem, MA 01970".to_vec()),
        2 => Just(b"\n".to_vec()),
        1 => Just(b"\r\n".to_vec()),
        1 => proptest::collection::vec(any::<u8>(), 0..6),
    ];
    proptest::collection::vec(piece, 0..14).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn random_cuts_of_random_bytes_give_the_same_output(
        input in pieces(),
        sizes in proptest::collection::vec(0_usize..24, 0..24),
    ) {
        let redactor = redactor(Mode::Strict);
        prop_assert_eq!(streamed(&redactor, &input, &sizes), streamed(&redactor, &input, &[]));
    }

    #[test]
    fn text_in_utf_8_stays_text_in_utf_8(
        words in proptest::collection::vec("[\\PC]{0,6}|Müller|Nguyễn|山田|🩺|Dr\\. Łukasz|1985-03-04", 0..20),
        sizes in proptest::collection::vec(0_usize..7, 0..40),
    ) {
        let text = words.join(" ");
        for mode in [Mode::Log, Mode::Strict] {
            let out = streamed(&redactor(mode), text.as_bytes(), &sizes);
            prop_assert!(String::from_utf8(out).is_ok());
        }
    }
}
