//! Lines longer than what is read at once, and bytes that are no text.

use ward_redact::{LINE_LIMIT, Mode};

use crate::{corpus::Dice, redactor, streamed};

const FILLER: &[u8] = b"lorem ipsum dolor sit amet consectetur adipiscing elit ";

fn filled(length: usize) -> Vec<u8> {
    FILLER.iter().copied().cycle().take(length).collect()
}

fn holds(haystack: &[u8], needle: &[u8]) -> bool {
    memchr::memmem::find(haystack, needle).is_some()
}

#[test]
fn a_value_at_the_border_of_a_window_does_not_leak() {
    let redactor = redactor(Mode::Log);
    let value = b" ssn 219-09-9412 ";
    for at in LINE_LIMIT - 24..LINE_LIMIT + 8 {
        let mut line = filled(LINE_LIMIT + 4096);
        line.splice(at..at, value.iter().copied());
        let out = streamed(&redactor, &line, &[]);
        for part in [&b"219-09"[..], b"9412", b"09-94"] {
            assert!(!holds(&out, part), "a part of the value at {at} is in the output");
        }
        assert!(out.len() + 64 > line.len(), "the line at {at} was not passed whole");
    }
}

#[test]
fn a_value_at_the_border_of_a_window_does_not_leak_in_small_chunks() {
    let redactor = redactor(Mode::Strict);
    let value = b" call Dr. Margaret Whitfield at margaret.whitfield@example.org ";
    for at in (LINE_LIMIT - 64..LINE_LIMIT).step_by(9) {
        let mut line = filled(LINE_LIMIT + 4096);
        line.splice(at..at, value.iter().copied());
        let out = streamed(&redactor, &line, &[4093; 80]);
        assert!(!holds(&out, b"hitfield"), "a part of the value at {at} is in the output");
        assert_eq!(out, streamed(&redactor, &line, &[]), "chunks change the output at {at}");
    }
}

#[test]
fn every_value_of_a_megabyte_in_one_line_is_masked() {
    let (redactor, mut dice) = (redactor(Mode::Log), Dice::new(5, &[]));
    let mut line = Vec::new();
    let mut values = Vec::new();
    while line.len() < 1 << 20 {
        let filler = usize::try_from(dice.range(500, 40_000)).unwrap();
        line.extend(filled(filler));
        let value = format!("{}-{:02}-{:04}", dice.range(100, 665), dice.range(1, 99), dice.range(1, 9999));
        line.extend_from_slice(format!(" ssn={value} ").as_bytes());
        values.push(value);
    }
    let out = streamed(&redactor, &line, &[64 * 1024; 20]);
    for value in &values {
        assert!(!holds(&out, value.as_bytes()), "one of {} values is in the output", values.len());
    }
    assert!(out.len() > line.len() - 8 * values.len(), "the line was not passed whole");
}

#[test]
fn a_line_without_an_end_is_not_held_in_memory() {
    let redactor = redactor(Mode::Log);
    let (mut stream, mut out) = (redactor.stream(), Vec::new());
    let (chunk, mut written) = (filled(64 * 1024), 0);
    let counted = allocation_counter::measure(|| {
        for _ in 0..64 {
            stream.push(&chunk, &mut out);
            written += out.len();
            out.clear();
        }
    });
    assert!(written + 2 * LINE_LIMIT > 64 * chunk.len(), "only {written} bytes came out");
    assert!(counted.bytes_max < 16 * LINE_LIMIT as u64, "{} bytes were held", counted.bytes_max);
}

#[test]
fn binary_passes_as_it_is() {
    for mode in [Mode::Log, Mode::Strict] {
        let (redactor, mut dice) = (redactor(mode), Dice::new(11, &[]));
        for _ in 0..40 {
            let length = dice.range(1, 4000);
            // Compressed data: every byte is as likely.
            let bytes: Vec<u8> = (0..length).map(|_| dice.next().to_le_bytes()[3]).collect();
            assert_eq!(streamed(&redactor, &bytes, &[]), bytes);
            assert_eq!(streamed(&redactor, &bytes, &vec![7; bytes.len() / 7]), bytes);
        }
    }
}

#[test]
fn an_ssn_between_binary_bytes_is_masked() {
    let redactor = redactor(Mode::Log);
    let bytes = b"\x00\x01\xff\xfe\x80 219-09-9412 \x00\x02\xff\xfe\x81\x9c\x00";
    let out = streamed(&redactor, bytes, &[]);
    assert!(!holds(&out, b"9412"));
    assert!(out.starts_with(b"\x00\x01\xff\xfe\x80") && out.ends_with(b"\x81\x9c\x00"));
}
