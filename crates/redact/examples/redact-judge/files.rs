//! Corpora and findings of other programs, from JSON lines.

use std::{collections::BTreeMap, error::Error};

use serde_json::Value;

use super::{
    corpus::{Document, Kind, Label, Span},
    score::Found,
};

/// What another program found, by the `id` of the document.
pub(super) fn predictions(text: &str) -> Result<BTreeMap<String, Vec<Found>>, Box<dyn Error>> {
    let mut all = BTreeMap::new();
    for line in text.lines() {
        let told: Value = serde_json::from_str(line)?;
        let found = told.get("found").and_then(Value::as_array).ok_or("a line has no list `found`")?;
        let found =
            found.iter().map(one).collect::<Option<Vec<_>>>().ok_or("a finding has no label or place")?;
        let id = told.get("id").and_then(Value::as_str).ok_or("a line has no `id`")?;
        all.insert(id.to_owned(), found);
    }
    Ok(all)
}

fn one(told: &Value) -> Option<Found> {
    let (label, start, end) = place(told)?;
    Some(Found { label, start, end })
}

fn place(told: &Value) -> Option<(Label, usize, usize)> {
    let label = Label::from_word(told.get("label")?.as_str()?)?;
    Some((label, number(told.get("start")?)?, number(told.get("end")?)?))
}

fn number(told: &Value) -> Option<usize> {
    told.as_u64().and_then(|n| usize::try_from(n).ok())
}

/// A corpus as redact-corpus writes it. `keep` may be absent; `kind` is prose, log, record or machine.
pub(super) fn documents(text: &str) -> Result<Vec<Document>, Box<dyn Error>> {
    let mut all = Vec::new();
    for (at, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let told: Value = serde_json::from_str(line).map_err(|why| format!("line {}: {why}", at + 1))?;
        let wrong = || {
            format!(
                "line {}: no document with id, genre, kind (prose, log, record, machine), text and spans, each with a \
                 label of the table, start and end",
                at + 1
            )
        };
        let document = document(&told).ok_or_else(wrong)?;
        if let Some(off) =
            document.spans.iter().find(|s| document.text.get(s.start..s.end).is_none_or(str::is_empty))
        {
            let (label, start, end) = (off.label.word(), off.start, off.end);
            return Err(format!(
                "line {}: the span {label} from {start} to {end} is no part of the text; offsets are in bytes of UTF-8",
                at + 1
            )
            .into());
        }
        all.push(document);
    }
    Ok(all)
}

fn document(told: &Value) -> Option<Document> {
    let text = |key: &str| told.get(key).and_then(Value::as_str).map(str::to_owned);
    let kinds = [Kind::Prose, Kind::Log, Kind::Record, Kind::Machine];
    let kind = text("kind")?;
    let spans = told.get("spans")?.as_array()?.iter().map(span).collect::<Option<Vec<_>>>()?;
    Some(Document {
        id: text("id")?,
        genre: text("genre")?,
        kind: kinds.into_iter().find(|k| k.word() == kind)?,
        text: text("text")?,
        spans,
    })
}

fn span(told: &Value) -> Option<Span> {
    let (label, start, end) = place(told)?;
    let parts = told.get("keep").and_then(Value::as_array).into_iter().flatten();
    let keep =
        parts.map(|part| Some((number(part.get(0)?)?, number(part.get(1)?)?))).collect::<Option<_>>()?;
    let bare = told.get("bare").and_then(Value::as_bool).unwrap_or_default();
    Some(Span { start, end, label, keep, bare })
}
