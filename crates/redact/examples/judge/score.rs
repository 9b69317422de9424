//! How findings are held against labels; the same for Ward and for any other program.
//!
//! A labelled value counts as covered if every letter and digit of it that may not stay lies inside of findings,
//! whatever they call it: half a masked name is a leak. A finding counts as right if at least half of its letters and
//! digits lie inside of labelled values; one that lies on tolerated values alone counts neither way.

use std::collections::BTreeMap;

use super::corpus::{Document, Kind, Label, Span};

/// What a program found: a label, and bytes from and to.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    pub(crate) label: Label,
    pub(crate) start: usize,
    pub(crate) end: usize,
}

/// Counts of one identifier, genre or kind.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Count {
    /// Labelled values.
    pub(crate) values: usize,
    /// Of them, covered to the last character.
    pub(crate) covered: usize,
    /// Of them, covered in part: a leak that looks like none.
    pub(crate) partly: usize,
    /// Findings that lie on labelled values.
    pub(crate) right: usize,
    /// Findings that don't.
    pub(crate) wrong: usize,
}

impl Count {
    pub(crate) fn recall(&self) -> Option<f64> {
        (self.values > 0).then(|| self.covered as f64 / self.values as f64)
    }

    pub(crate) fn precision(&self) -> Option<f64> {
        let all = self.right + self.wrong;
        (all > 0).then(|| self.right as f64 / all as f64)
    }

    pub(crate) fn f1(&self) -> Option<f64> {
        let (recall, precision) = (self.recall()?, self.precision()?);
        (recall + precision > 0.0).then(|| 2.0 * recall * precision / (recall + precision))
    }

    pub(crate) const fn add(&mut self, other: &Self) {
        self.values += other.values;
        self.covered += other.covered;
        self.partly += other.partly;
        self.right += other.right;
        self.wrong += other.wrong;
    }
}

/// A value that was missed, or a finding that is none, with its surroundings.
#[derive(Clone, Debug)]
pub(crate) struct Fault {
    pub(crate) what: &'static str,
    pub(crate) label: Label,
    pub(crate) genre: String,
    pub(crate) shown: String,
}

/// What came of a corpus.
#[derive(Clone, Debug, Default)]
pub(crate) struct Score {
    pub(crate) labels: BTreeMap<Label, Count>,
    /// Of them, identifiers that have neither a form nor a field where they stand; names and places aside.
    pub(crate) bare: Count,
    pub(crate) genres: BTreeMap<(Kind, String), Count>,
    /// Lines of the kind [`Kind::Machine`], and findings in them that lie on nothing.
    pub(crate) machine_lines: usize,
    pub(crate) machine_wrong: usize,
    /// The same by what they were called.
    pub(crate) machine_labels: BTreeMap<Label, usize>,
    pub(crate) faults: Vec<Fault>,
}

/// Names and places that prose tells; the other identifiers have a form or a field.
const FREE: [Label; 5] = [Label::Name, Label::Address, Label::City, Label::Hospital, Label::Relative];

impl Score {
    /// Counts the findings of one document; `found` in any order.
    pub(crate) fn add(&mut self, document: &Document, found: &[Found]) {
        let text = document.text.as_bytes();
        let mut masked = vec![false; text.len()];
        for f in found {
            masked.get_mut(f.start..f.end.min(text.len())).unwrap_or_default().fill(true);
        }
        let (mut labelled, mut tolerated) = (vec![false; text.len()], vec![false; text.len()]);
        for span in &document.spans {
            let part = if span.label == Label::Tolerated { &mut tolerated } else { &mut labelled };
            part.get_mut(span.start..span.end).unwrap_or_default().fill(true);
        }
        let mut of_document = Count::default();
        for span in document.spans.iter().filter(|span| span.label != Label::Tolerated) {
            let (needed, covered) = coverage(span, text, &masked);
            let one = Count {
                values: 1,
                covered: usize::from(covered == needed),
                partly: usize::from(covered > 0 && covered < needed),
                ..Count::default()
            };
            self.labels.entry(span.label).or_default().add(&one);
            of_document.add(&one);
            if span.bare && !FREE.contains(&span.label) {
                self.bare.add(&one);
            }
            if covered < needed {
                let what = if covered > 0 { "partly" } else { "missed" };
                self.fault(what, span.label, document, span.start, span.end);
            }
        }
        for f in found {
            let letters: Vec<usize> = (f.start..f.end).filter(|at| counts(text, *at)).collect();
            let on = |map: &[bool]| letters.iter().filter(|at| map.get(**at) == Some(&true)).count();
            let (right, either) = (on(&labelled), on(&tolerated));
            if right == 0 && either * 2 >= letters.len() {
                continue;
            }
            let right = (right + either) * 2 >= letters.len();
            let one = Count { right: usize::from(right), wrong: usize::from(!right), ..Count::default() };
            if document.kind == Kind::Machine {
                self.machine_wrong += one.wrong;
                if !right {
                    *self.machine_labels.entry(f.label).or_default() += 1;
                }
            } else {
                self.labels.entry(f.label).or_default().add(&one);
                of_document.add(&one);
            }
            if !right {
                self.fault("wrong", f.label, document, f.start, f.end);
            }
        }
        if document.kind == Kind::Machine {
            self.machine_lines += document.text.lines().count();
        } else {
            self.genres.entry((document.kind, document.genre.clone())).or_default().add(&of_document);
        }
    }

    /// Everything of some labels.
    pub(crate) fn sum(&self, wanted: impl Fn(Label) -> bool) -> Count {
        let mut sum = Count::default();
        for (_, count) in self.labels.iter().filter(|(label, _)| wanted(**label)) {
            sum.add(count);
        }
        sum
    }

    pub(crate) fn all(&self) -> Count {
        self.sum(|_| true)
    }

    /// Identifiers with a form or a field of their own.
    pub(crate) fn structured(&self) -> Count {
        let all = self.sum(|label| !FREE.contains(&label));
        Count {
            values: all.values - self.bare.values,
            covered: all.covered - self.bare.covered,
            partly: all.partly - self.bare.partly,
            ..all
        }
    }

    /// Names, addresses, places and relative dates.
    pub(crate) fn free(&self) -> Count {
        self.sum(|label| FREE.contains(&label))
    }

    /// False hits in 1,000 lines without PHI.
    pub(crate) fn false_hits(&self) -> Option<f64> {
        (self.machine_lines > 0).then(|| self.machine_wrong as f64 * 1000.0 / self.machine_lines as f64)
    }

    fn fault(&mut self, what: &'static str, label: Label, document: &Document, start: usize, end: usize) {
        let text = document.text.as_bytes();
        let (from, to) = (start.saturating_sub(60), (end + 40).min(text.len()));
        let part = |a: usize, b: usize| {
            String::from_utf8_lossy(text.get(a..b).unwrap_or_default()).replace(['\n', '\r'], "⏎")
        };
        let shown = format!("{}⟦{}⟧{}", part(from, start), part(start, end), part(end, to));
        self.faults.push(Fault { what, label, genre: document.genre.clone(), shown });
    }
}

/// Letters and digits count; spaces and punctuation may stay or go.
fn counts(text: &[u8], at: usize) -> bool {
    text.get(at).is_some_and(|b| b.is_ascii_alphanumeric() || !b.is_ascii())
}

/// How many characters of a value must go, and how many are gone.
fn coverage(span: &Span, text: &[u8], masked: &[bool]) -> (usize, usize) {
    let must = |at: &usize| counts(text, *at) && !span.keep.iter().any(|(a, b)| (*a..*b).contains(at));
    let needed: Vec<usize> = (span.start..span.end).filter(must).collect();
    (needed.len(), needed.iter().filter(|at| masked.get(**at) == Some(&true)).count())
}
