//! Floors under what is found, so that it can't get worse unseen.
//!
//! The floors are a little below the figures in docs/concepts/redaction.md, on the judging set with another seed. Raise
//! them when the figures rise.

use ward_redact::Mode;

use crate::{
    corpus::{self, Kind, Set},
    redactor,
    score::{Found, Score},
    ward,
};

/// Prose in strict mode, all else in log mode; of the part of the judging set whose documents have such names.
fn judged(part: &str) -> [Score; 2] {
    let (log, strict) = (redactor(Mode::Log), redactor(Mode::Strict));
    let [mut prose, mut rest] = [Score::default(), Score::default()];
    for document in corpus::documents(Set::Judging, 99, 2).unwrap() {
        if !document.id.starts_with(part) {
            continue;
        }
        if document.kind == Kind::Prose {
            prose.add(&document, &ward::find(&strict, &document.text));
        } else {
            rest.add(&document, &ward::find(&log, &document.text));
        }
    }
    [prose, rest]
}

/// Says which figures of a part lie below their floors: recall of identifiers with a form, of names and places, and
/// precision in prose; recall of those with a form and precision elsewhere; most false hits in 1,000 lines of machines.
fn below(part: &str, floors: [f64; 5], hits_at_most: f64) -> Vec<String> {
    let [prose, rest] = judged(part);
    let figures = [
        ("prose, form or field: recall", prose.structured().recall()),
        ("prose, names and places: recall", prose.free().recall()),
        ("prose: precision", prose.all().precision()),
        ("logs and records, form or field: recall", rest.structured().recall()),
        ("logs and records: precision", rest.all().precision()),
    ];
    let mut low = Vec::new();
    for ((what, value), floor) in figures.into_iter().zip(floors) {
        let value = value.unwrap();
        if value < floor {
            low.push(format!("{what} is {value:.3}, below {floor}"));
        }
    }
    let hits = rest.false_hits().unwrap();
    if hits > hits_at_most {
        low.push(format!("{hits:.1} false hits in 1,000 lines of machines"));
    }
    low
}

#[test]
fn recall_and_precision_stay_above_their_floors() {
    let low = below("judging-", [0.985, 0.97, 0.95, 0.975, 0.98], 5.0);
    assert!(low.is_empty(), "{}", low.join("\n"));
}

#[test]
fn they_do_so_on_the_part_that_came_last() {
    let low = below("fresh-", [0.97, 0.94, 0.95, 0.935, 0.965], 15.0);
    assert!(low.is_empty(), "{}", low.join("\n"));
}

/// The judge must be able to fail: nothing found is no recall, everything masked is no precision.
#[test]
fn the_judge_tells_a_leak_from_a_mask() {
    let documents = corpus::documents(Set::Tuning, 7, 1).unwrap();
    let [mut nothing, mut exact, mut half, mut all] = [(); 4].map(|()| Score::default());
    for document in &documents {
        nothing.add(document, &[]);
        let spans = document.spans.iter().filter(|s| s.label != corpus::Label::Tolerated);
        let found: Vec<_> = spans.map(|s| Found { label: s.label, start: s.start, end: s.end }).collect();
        exact.add(document, &found);
        let cut: Vec<_> =
            found.iter().map(|f| Found { end: f.start + (f.end - f.start) / 2, ..f.clone() }).collect();
        half.add(document, &cut);
        all.add(document, &[Found { label: corpus::Label::Name, start: 0, end: document.text.len() }]);
    }
    assert_eq!(nothing.all().recall(), Some(0.0));
    assert_eq!((exact.all().recall(), exact.all().precision()), (Some(1.0), Some(1.0)));
    assert_eq!(exact.machine_wrong, 0);
    // The day and the month of a date are its first half.
    assert!(half.all().recall().unwrap() < 0.15, "{:?}", half.all());
    assert!(half.all().partly > 300, "{:?}", half.all());
    assert_eq!(all.all().recall(), Some(1.0));
    assert!(all.all().precision().unwrap() < 0.7 && all.machine_wrong > 40, "{:?}", all.all());
}
