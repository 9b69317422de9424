//! The verdict, in words and as JSON.

use std::fmt::Write as _;

use serde_json::{Value, json};
use ward_ledger::verify::{Report, SeriesReport, ShardReport};

use crate::VERIFIED;
use crate::date::utc;
use crate::judge::Verdict;

/// The verdict in words, lines that end in a line feed.
pub fn words(verdict: &Verdict) -> String {
    let mut text = String::new();
    match verdict {
        Verdict::Logs(logs) => {
            for (name, report) in logs {
                log(&mut text, name.as_deref(), report);
            }
        }
        Verdict::Shard(report) => {
            let _ = writeln!(text, "VERIFIED: {} entries.", report.entries);
            shard(&mut text, report);
            notes(&mut text, "", &report.notes);
        }
        Verdict::Proof(proven) => {
            let checkpoint = &proven.checkpoint;
            let _ = writeln!(text, "VERIFIED: this is entry {} of {}.", proven.index, checkpoint.origin);
            let _ = writeln!(text, "under: {} entries, root {}", checkpoint.size, checkpoint.root);
            for (name, time) in &proven.witnesses {
                let time = i64::try_from(*time).unwrap_or(i64::MAX).saturating_mul(1000);
                let _ = writeln!(text, "cosigned: {name}, {}", utc(time));
            }
            let _ = writeln!(text, "entry: {}", plain(&String::from_utf8_lossy(&proven.entry)));
        }
        Verdict::Wrong(finding) if finding.unreadable => {
            let _ = writeln!(text, "UNKNOWN: {}", plain(&finding.to_string()));
        }
        Verdict::Wrong(finding) => {
            let _ = writeln!(text, "DOES NOT VERIFY: {}", plain(&finding.to_string()));
            text.push_str("Keep this copy as it is, with this output, and treat it as an incident.\n");
        }
        Verdict::BadProof(bad) => {
            let _ = writeln!(text, "DOES NOT VERIFY: {}", plain(&bad.to_string()));
        }
        Verdict::Usage(what) => {
            let _ = writeln!(text, "{what}");
        }
        Verdict::Unreadable(what) => {
            let _ = writeln!(text, "UNKNOWN: {}", plain(what));
        }
    }
    text
}

/// Text from the files, without what could play with a terminal.
fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

fn log(text: &mut String, name: Option<&str>, report: &SeriesReport) {
    let name = name.map(|name| format!("{name}: ")).unwrap_or_default();
    let word = if report.anchored { "VERIFIED" } else { "AGREES WITH ITSELF" };
    let shards = report.shards.len();
    let _ = writeln!(text, "{name}{word}: {} entries in {shards} shard{}.", report.entries(), plural(shards));
    for ShardReport { line, report } in &report.shards {
        let closed = line.closed.map_or_else(|| "open".to_owned(), |ms| format!("to {}", utc(ms)));
        let _ = writeln!(text, "  {} from {} {closed}, key {}", line.shard, utc(line.opened), line.key);
        if let Some(report) = report {
            shard(text, report);
            notes(text, &line.shard, &report.notes);
        }
    }
    notes(text, "", &report.notes);
    if !report.anchored {
        text.push_str(
            "No key was given that is a key of this log, so these files vouch for themselves only. Get a key of the\n\
             log from somewhere else and give it with --key.\n",
        );
    }
}

fn shard(text: &mut String, report: &Report) {
    if let Some((first, end)) = report.part {
        let _ =
            writeln!(text, "    entries {first} to {end} of {}, and {} in all", report.size, report.entries);
    } else {
        let _ = writeln!(
            text,
            "    {} entries, {} tiles, {} checkpoints",
            report.size, report.tiles, report.checkpoints
        );
    }
    if let Some((first, last)) = report.times {
        let _ = writeln!(text, "    sequenced from {} to {}", utc(first), utc(last));
    }
    if report.payloads > 0 {
        let _ = writeln!(text, "    {} payload{}", report.payloads, plural(report.payloads as usize));
    }
    match &report.witnessed {
        Some(seen) if !seen.by.is_empty() => {
            let _ = writeln!(text, "    cosigned at {} entries by {}", seen.size, seen.by.join(", "));
        }
        _ => {}
    }
    let _ = writeln!(text, "    root {} (keep the checkpoint for --known)", report.root);
}

fn notes(text: &mut String, shard: &str, notes: &[String]) {
    for note in notes {
        let _ = writeln!(text, "  note: {shard}{}{}", if shard.is_empty() { "" } else { ": " }, plain(note));
    }
}

fn plural(count: usize) -> &'static str {
    if count == 1 { "" } else { "s" }
}

/// The verdict as JSON, one line.
pub fn json(verdict: &Verdict) -> String {
    let verified = verdict.code() == VERIFIED;
    let mut value = match verdict {
        Verdict::Logs(logs) => json!({
            "anchored": logs.iter().all(|(_, report)| report.anchored),
            "logs": logs.iter().map(|(name, report)| log_json(name.as_deref(), report)).collect::<Vec<_>>(),
        }),
        Verdict::Shard(report) => report_json(report),
        Verdict::Proof(proven) => json!({
            "log": proven.checkpoint.origin,
            "index": proven.index,
            "size": proven.checkpoint.size,
            "root": proven.checkpoint.root.to_string(),
            "witnesses": proven.witnesses.iter().map(|(name, time)| json!({"name": name, "time": time})).collect::<Vec<_>>(),
            "entry": String::from_utf8_lossy(&proven.entry),
        }),
        Verdict::Wrong(finding) => json!({
            "finding": finding.to_string(),
            "log": finding.log,
            "shard": finding.shard,
            "place": finding.place.to_string(),
            "entry": finding.entry,
            "expected": finding.expected,
            "found": finding.found,
        }),
        Verdict::BadProof(bad) => json!({ "finding": bad.to_string() }),
        Verdict::Usage(what) | Verdict::Unreadable(what) => json!({ "finding": what }),
    };
    if let Value::Object(members) = &mut value {
        members.insert("verified".to_owned(), verified.into());
        members.insert("exit".to_owned(), verdict.code().into());
    }
    format!("{value}\n")
}

fn log_json(name: Option<&str>, report: &SeriesReport) -> Value {
    let shards: Vec<Value> = report.shards.iter().map(shard_json).collect();
    json!({
        "log": name,
        "anchored": report.anchored,
        "entries": report.entries(),
        "shards": shards,
        "notes": report.notes,
    })
}

fn shard_json(shard: &ShardReport) -> Value {
    let line = &shard.line;
    json!({
        "shard": line.shard,
        "key": line.key.to_string(),
        "opened": line.opened,
        "closed": line.closed,
        "archived": shard.report.is_none(),
        "report": shard.report.as_ref().map(report_json),
    })
}

fn report_json(report: &Report) -> Value {
    json!({
        "size": report.size,
        "root": report.root.to_string(),
        "checkpoint": report.checkpoint,
        "entries": report.entries,
        "part": report.part,
        "times": report.times,
        "checkpoints": report.checkpoints,
        "tiles": report.tiles,
        "segments": report.segments,
        "payloads": report.payloads,
        "witnessed": report.witnessed.as_ref().map(|seen| json!({"size": seen.size, "by": seen.by, "oldest": seen.oldest})),
        "notes": report.notes,
    })
}
