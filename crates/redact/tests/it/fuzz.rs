//! What must hold for any bytes; the fuzz target includes this file, and a test runs it over the corpora.

use std::sync::LazyLock;

use ward_redact::{Config, Mode, Redactor};

static REDACTORS: LazyLock<[Redactor; 2]> =
    LazyLock::new(|| [Mode::Log, Mode::Strict].map(|mode| Redactor::new(Config::new(mode)).unwrap()));

fn streamed(redactor: &Redactor, input: &[u8], size: usize) -> Vec<u8> {
    let (mut stream, mut out) = (redactor.stream(), Vec::new());
    for chunk in input.chunks(size) {
        stream.push(chunk, &mut out);
    }
    stream.finish(&mut out);
    out
}

/// Redacts any bytes: the first one chooses the mode and the size of the chunks.
pub(crate) fn target(data: &[u8]) {
    let Some((first, input)) = data.split_first() else { return };
    let [log, strict] = &*REDACTORS;
    let redactor = if first & 1 == 0 { log } else { strict };
    let whole = streamed(redactor, input, usize::MAX);
    assert_eq!(streamed(redactor, input, usize::from(first >> 1) + 1), whole, "chunks change the output");
    assert_eq!(streamed(redactor, &whole, usize::MAX), whole, "what was redacted is redacted again");
    if std::str::from_utf8(input).is_ok() {
        assert!(std::str::from_utf8(&whole).is_ok(), "a character was split");
    }
    let ends = |bytes: &[u8]| bytes.iter().filter(|b| **b == b'\n').count();
    assert_eq!(ends(input), ends(&whole), "a line was lost");
    for finding in redactor.find(input) {
        assert!(finding.span.start < finding.span.end && finding.span.end <= input.len());
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::target;
    use crate::documents;

    #[test]
    fn it_holds_for_every_text_of_the_corpora_cut_short_anywhere() {
        for (number, document) in documents().iter().enumerate() {
            let text = document.text.as_bytes();
            let (seed, end) = (number as u8, number * 37 % (text.len() + 1));
            target(&[&[seed], text].concat());
            target(&[&[seed], text.get(..end).unwrap()].concat());
        }
    }

    #[test]
    fn it_holds_for_the_corpus_of_the_fuzz_target() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fuzz/corpus/redact");
        let items: Vec<_> = std::fs::read_dir(folder).unwrap().map(|item| item.unwrap().path()).collect();
        assert!(items.len() > 10, "the corpus was not found");
        for item in items {
            target(&std::fs::read(item).unwrap());
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]

        #[test]
        fn it_holds_for_any_bytes(data in proptest::collection::vec(any::<u8>(), 0..200)) {
            target(&data);
        }
    }
}
