//! The quick look passes no line in which the readers find something.

use ward_redact::{Config, Field, Mode, Redactor, Treatment};

use crate::{
    corpus::{self, Set},
    redactor,
};

/// Values of the tuning set that the quick look is known to pass, though the readers find them.
const PASSED: usize = 14;

/// A rule for a field that occurs nowhere makes each line one to read.
fn always_reading() -> Redactor {
    let mut config = Config::new(Mode::Log);
    config.fields.push(Field { name: "occurs-nowhere".to_owned(), treatment: Treatment::Pass });
    Redactor::new(config).unwrap()
}

#[test]
fn what_the_readers_find_the_quick_look_stops_at() {
    let (quick, reading) = (redactor(Mode::Log), always_reading());
    let (mut found, mut lost) = (0, Vec::new());
    for document in corpus::documents(Set::Tuning, Set::Tuning.seed(), 3).unwrap() {
        if document.kind == corpus::Kind::Prose {
            continue;
        }
        let bytes = document.text.as_bytes();
        let with = quick.find(bytes);
        for finding in reading.find(bytes) {
            found += 1;
            if !with.iter().any(|f| f.span.start <= finding.span.start && f.span.end >= finding.span.end) {
                let text = &document.text;
                let line = text[..finding.span.start].rfind('\n').map_or(0, |at| at + 1);
                let shown: String = text[line..].chars().take_while(|c| *c != '\n').collect();
                lost.push(format!("{:?} {:?} in {shown}", finding.identifier, &text[finding.span]));
            }
        }
    }
    assert!(found > 3000, "{found} findings");
    assert!(lost.len() <= PASSED, "{} of {found} are passed:\n{}", lost.len(), lost.join("\n"));
}
