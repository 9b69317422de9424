//! What carriers do to a text on its way: one line of JSON, the prefix of a collector, an escaped string in JSON.

use super::{Dice, Span, calendar::Day};

/// Rewrites each character and moves the spans along.
pub(super) fn rewrite(text: &str, spans: &mut [Span], mut each: impl FnMut(char, &mut String)) -> String {
    let (mut out, mut places) = (String::with_capacity(text.len()), vec![0; text.len() + 1]);
    for (at, c) in text.char_indices() {
        if let Some(place) = places.get_mut(at) {
            *place = out.len();
        }
        each(c, &mut out);
    }
    if let Some(last) = places.last_mut() {
        *last = out.len();
    }
    let moved = |at: usize| places.get(at).copied().unwrap_or(out.len());
    for span in spans {
        (span.start, span.end) = (moved(span.start), moved(span.end));
        for keep in &mut span.keep {
            *keep = (moved(keep.0), moved(keep.1));
        }
    }
    out
}

fn prefix(text: &str, spans: &mut [Span], before: &str, after: &str) -> String {
    for span in spans {
        (span.start, span.end) = (span.start + before.len(), span.end + before.len());
        for keep in &mut span.keep {
            *keep = (keep.0 + before.len(), keep.1 + before.len());
        }
    }
    format!("{before}{text}{after}")
}

/// JSON without its layout.
pub(super) fn compact(text: &str, spans: &mut [Span]) -> String {
    let (mut quoted, mut escaped) = (false, false);
    rewrite(text, spans, |c, out| {
        if quoted || !c.is_ascii_whitespace() {
            out.push(c);
        }
        if c == '"' && !escaped {
            quoted = !quoted;
        }
        escaped = c == '\\' && !escaped;
    })
}

/// The text as the inside of a JSON string.
fn escape(text: &str, spans: &mut [Span]) -> String {
    rewrite(text, spans, |c, out| match c {
        '"' => out.push_str("\\\""),
        '\\' => out.push_str("\\\\"),
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        c => out.push(c),
    })
}

/// One line in three goes through a carrier of logs.
pub(super) fn carried(text: String, spans: &mut [Span], today: Day, dice: &mut Dice) -> String {
    let stamp = |format: &str, dice: &mut Dice| today.stamp(format, dice).unwrap_or_default();
    match dice.range(0, 11) {
        0 => {
            let (inner, time) = (escape(&text, spans), stamp("nano", dice));
            let stream = dice.pick(&["stdout", "stderr"]);
            let after = format!("\\n\",\"stream\":\"{stream}\",\"time\":\"{time}\"}}");
            prefix(&inner, spans, "{\"log\":\"", &after)
        }
        1 if !text.contains('\n') => {
            let before = format!("{} {} F ", stamp("nano", dice), dice.pick(&["stdout", "stderr"]));
            prefix(&text, spans, &before, "")
        }
        2 if !text.contains('\n') => {
            let (host, app) =
                (dice.pick(&["web-2", "app01", "ip-10-0-3-17"]), dice.pick(&["portal", "intake", "api"]));
            let before = format!(
                "<{}>{} {host} {app}[{}]: ",
                dice.range(8, 190),
                stamp("syslog", dice),
                dice.number(5)
            );
            prefix(&text, spans, &before, "")
        }
        3 if !text.contains('\n') => {
            let before = format!(
                "[pod/{}-{}-{}/app] ",
                dice.pick(&["portal", "billing", "fhir"]),
                dice.hex(9),
                dice.hex(5)
            );
            prefix(&text, spans, &before, "")
        }
        _ => text,
    }
}
