//! Scores as a table for people and as JSON.

use std::fmt::Write;

use serde_json::{Value, json};

use super::{
    corpus::Label,
    score::{Count, Score},
};

fn ratio(value: Option<f64>) -> String {
    value.map_or_else(|| "-".to_owned(), |v| format!("{v:.3}"))
}

fn row(out: &mut String, name: &str, count: &Count) {
    let (recall, precision, f1) = (ratio(count.recall()), ratio(count.precision()), ratio(count.f1()));
    let missed = count.values - count.covered - count.partly;
    let _ = writeln!(
        out,
        "{name:<28} {:>7} {recall:>7} {:>7} {missed:>7} {precision:>9} {:>6} {f1:>6}",
        count.values, count.partly, count.wrong
    );
}

const NAMES: [&str; 3] = ["all", "prose", "logs and records"];

/// A table of a score.
pub(super) fn text(set: &str, name: &str, parts: &[Score; 3]) -> String {
    let [all, _, _] = parts;
    let mut out = format!("{} set, {name}\n", set);
    let head = ["values", "recall", "partly", "missed", "precision", "wrong", "F1"];
    let [values, recall, partly, missed, precision, wrong, f1] = head;
    let _ = writeln!(
        out,
        "{:<28} {values:>7} {recall:>7} {partly:>7} {missed:>7} {precision:>9} {wrong:>6} {f1:>6}",
        ""
    );
    for label in Label::ALL {
        row(&mut out, label.word(), &all.labels.get(&label).copied().unwrap_or_default());
    }
    let _ = writeln!(out);
    for ((kind, genre), count) in &all.genres {
        row(&mut out, &format!("{} {genre}", kind.word()), count);
    }
    let _ = writeln!(out);
    for (part, score) in NAMES.iter().zip(parts) {
        row(&mut out, part, &score.all());
        row(&mut out, &format!("{part}: form or field"), &score.structured());
        row(&mut out, &format!("{part}: names, places"), &score.free());
        row(&mut out, &format!("{part}: neither form nor field"), &score.bare);
    }
    if let Some(hits) = all.false_hits() {
        let _ = writeln!(
            out,
            "\nfalse hits in machine logs: {} in {} lines, {hits:.1} per 1,000",
            all.machine_wrong, all.machine_lines
        );
        let called: Vec<String> =
            all.machine_labels.iter().map(|(label, count)| format!("{} {count}", label.word())).collect();
        let _ = writeln!(out, "called: {}", called.join(", "));
    }
    out
}

fn count(count: &Count) -> Value {
    json!({
        "values": count.values, "covered": count.covered, "partly": count.partly,
        "right": count.right, "wrong": count.wrong,
        "recall": count.recall(), "precision": count.precision(), "f1": count.f1(),
    })
}

/// The same as JSON.
pub(super) fn json(set: &str, name: &str, parts: &[Score; 3]) -> Value {
    let [all, _, _] = parts;
    let labels: serde_json::Map<String, Value> =
        all.labels.iter().map(|(label, c)| (label.word().to_owned(), count(c))).collect();
    let genres: serde_json::Map<String, Value> =
        all.genres.iter().map(|((kind, genre), c)| (format!("{} {genre}", kind.word()), count(c))).collect();
    let sums: serde_json::Map<String, Value> = NAMES
        .iter()
        .zip(parts)
        .map(|(part, score)| {
            let sums = json!({"all": count(&score.all()), "structured": count(&score.structured()), "free": count(&score.free()), "bare": count(&score.bare)});
            ((*part).to_owned(), sums)
        })
        .collect();
    json!({
        "set": set, "name": name, "labels": labels, "genres": genres, "sums": sums,
        "machine": {"lines": all.machine_lines, "wrong": all.machine_wrong, "per_thousand": all.false_hits()},
    })
}
