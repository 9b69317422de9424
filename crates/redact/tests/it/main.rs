//! What the redactor promises, tried on the corpora that it is judged by.
#![expect(
    clippy::unwrap_used,
    reason = "a test fails by panicking; the lint spares test functions but not what they call"
)]

#[path = "../../examples/corpus/mod.rs"]
#[expect(dead_code, reason = "the examples use the rest")]
mod corpus;
#[path = "../../examples/judge/score.rs"]
#[expect(dead_code, reason = "the examples use the rest")]
mod score;
#[path = "../../examples/judge/ward.rs"]
mod ward;

mod addresses;
mod allocations;
mod cards;
mod chunks;
mod effort;
mod fuzz;
mod glance;
mod lines;
mod long;
mod loose;
mod machines;
mod names;
mod notes;
mod prose;
mod quality;
mod records;
mod rows;
mod secrecy;
mod settled;
mod structure;

use corpus::{Document, Set};
use ward_redact::{Config, Mode, Redactor};

/// Both sets, each template once.
fn documents() -> Vec<Document> {
    let mut all = corpus::documents(Set::Tuning, 1, 1).unwrap();
    all.extend(corpus::documents(Set::Judging, 1, 1).unwrap());
    all
}

fn redactor(mode: Mode) -> Redactor {
    Redactor::new(Config::new(mode)).unwrap()
}

/// The input through a stream, cut where the sizes say and then in one piece.
fn streamed(redactor: &Redactor, input: &[u8], sizes: &[usize]) -> Vec<u8> {
    let (mut stream, mut out, mut rest) = (redactor.stream(), Vec::new(), input);
    for size in sizes {
        let (chunk, after) = rest.split_at((*size).min(rest.len()));
        stream.push(chunk, &mut out);
        rest = after;
    }
    stream.push(rest, &mut out);
    stream.finish(&mut out);
    out
}
