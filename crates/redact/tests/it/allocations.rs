//! Lines in which nothing is found cost no memory.

use ward_redact::Mode;

use crate::{
    corpus::{self, Set},
    redactor,
};

#[test]
fn a_line_without_phi_allocates_nothing() {
    let redactor = redactor(Mode::Log);
    // The lines that speed is measured with: those of other seeds need not hold what makes the reader look.
    let documents = corpus::documents(Set::Bench, Set::Bench.seed(), 100).unwrap();
    let mut clean = Vec::new();
    let mut lines = 0;
    for document in documents.iter().filter(|d| d.genre.ends_with("-clean")) {
        if redactor.line(document.text.as_bytes()).is_none() {
            clean.extend_from_slice(document.text.as_bytes());
            clean.push(b'\n');
            lines += 1;
        }
    }
    assert!(lines > 1000, "only {lines} lines have nothing");
    let (mut stream, mut out) = (redactor.stream(), Vec::with_capacity(2 * clean.len()));
    stream.push(&clean, &mut out);
    out.clear();
    let counted = allocation_counter::measure(|| stream.push(&clean, &mut out));
    assert_eq!(out, clean);
    assert_eq!(counted.count_total, 0, "{} allocations for {lines} lines", counted.count_total);
}
