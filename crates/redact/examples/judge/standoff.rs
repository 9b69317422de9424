//! Documents and findings as JSON lines: text beside spans, offsets in bytes of UTF-8.

use serde_json::{Value, json};

use super::corpus::Document;

/// One line of a corpus.
pub(crate) fn line(document: &Document) -> String {
    let spans: Vec<Value> = document
        .spans
        .iter()
        .map(|s| json!({"start": s.start, "end": s.end, "label": s.label.word(), "keep": s.keep, "bare": s.bare}))
        .collect();
    json!({
        "id": document.id,
        "genre": document.genre,
        "kind": document.kind.word(),
        "text": document.text,
        "spans": spans,
    })
    .to_string()
}
