//! What is told about a stream never holds what was in it.

use ward_redact::{Identifier, Mode};

use crate::{corpus::Label, documents, redactor};

#[test]
fn statistics_hold_counts_alone() {
    let redactor = redactor(Mode::Strict);
    let (mut stream, mut out) = (redactor.stream(), Vec::new());
    let documents = documents();
    for document in &documents {
        stream.push(document.text.as_bytes(), &mut out);
        stream.push(b"\n", &mut out);
    }
    stream.finish(&mut out);
    let statistics = stream.statistics();
    let found: u64 = statistics.iter().map(|(_, count)| count).sum();
    assert!(found > 500, "only {found} were found");
    let shown =
        format!("{statistics:?} {redactor_shown:?}", redactor_shown = statistics.iter().collect::<Vec<_>>());
    let known: Vec<String> = Identifier::ALL.iter().map(|i| format!("{i:?}")).collect();
    for document in &documents {
        for span in document.spans.iter().filter(|s| s.label != Label::Tolerated) {
            let value = document.text.get(span.start..span.end).unwrap();
            let number = value.bytes().all(|b| b.is_ascii_digit());
            let own = number || known.iter().any(|word| word.contains(value));
            assert!(own || !shown.contains(value), "statistics tell {}", span.label.word());
        }
    }
    assert!(shown.bytes().all(|b| b.is_ascii()), "{shown}");
}

#[test]
fn every_line_and_every_byte_is_counted() {
    let redactor = redactor(Mode::Log);
    let (mut stream, mut out) = (redactor.stream(), Vec::new());
    let text = b"one\ntwo ssn=219-09-9412\nthree";
    stream.push(text, &mut out);
    stream.finish(&mut out);
    let statistics = stream.statistics();
    assert_eq!((statistics.lines(), statistics.bytes(), statistics.changed()), (3, text.len() as u64, 1));
    assert_eq!(statistics.found(Identifier::Ssn), 1);
}
