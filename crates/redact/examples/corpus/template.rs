//! Templates: text with slots `<<…>>` and choices `((one~~other~~))`, which may hold slots and choices again.
//!
//! `<<?…>>` is a value that nothing around it tells: see [`Span::bare`](super::Span::bare).

/// A part of a template.
#[derive(Clone, Debug)]
pub(super) enum Piece {
    Text(String),
    Slot(String),
    Choice(Vec<Vec<Piece>>),
}

/// The templates of a file, with their genres.
///
/// `### genre` begins a template that ends at the next `###`; `### genre, each line` makes every line below a template.
pub(super) fn split(text: &str) -> Result<Vec<(String, Vec<Piece>)>, String> {
    let mut all = Vec::new();
    for block in text.split("\n### ").skip(1) {
        let (head, body) = block.split_once('\n').ok_or("a head without a template")?;
        if let Some(genre) = head.strip_suffix(", each line") {
            for line in body.lines().filter(|line| !line.is_empty()) {
                all.push((genre.to_owned(), parse(line)?));
            }
        } else {
            all.push((head.to_owned(), parse(body.trim_end())?));
        }
    }
    Ok(all)
}

fn parse(text: &str) -> Result<Vec<Piece>, String> {
    let (pieces, rest) = sequence(text, false)?;
    if rest.is_empty() { Ok(pieces) } else { Err(format!("a choice ends that never began: {rest:.40}")) }
}

/// Pieces up to the end, or up to `~~` or `))` inside a choice.
fn sequence(mut rest: &str, inside: bool) -> Result<(Vec<Piece>, &str), String> {
    let mut pieces = Vec::new();
    loop {
        let marks: &[&str] = if inside { &["<<", "((", "~~", "))"] } else { &["<<", "(("] };
        let next = marks.iter().filter_map(|mark| rest.find(mark)).min().unwrap_or(rest.len());
        let (text, found) = rest.split_at(next);
        if !text.is_empty() {
            pieces.push(Piece::Text(text.to_owned()));
        }
        if found.starts_with("<<<") {
            pieces.push(Piece::Text("<".to_owned()));
            rest = found.get(1..).unwrap_or_default();
        } else if let Some(slot) = found.strip_prefix("<<") {
            let (name, after) =
                slot.split_once(">>").ok_or_else(|| format!("a slot never ends: {slot:.40}"))?;
            pieces.push(Piece::Slot(name.to_owned()));
            rest = after;
        } else if let Some(mut after) = found.strip_prefix("((") {
            let mut ways = Vec::new();
            loop {
                let (way, left) = sequence(after, true)?;
                ways.push(way);
                if let Some(left) = left.strip_prefix("))") {
                    rest = left;
                    break;
                }
                after = left.strip_prefix("~~").ok_or_else(|| format!("a choice never ends: {after:.40}"))?;
            }
            pieces.push(Piece::Choice(ways));
        } else {
            return Ok((pieces, found));
        }
    }
}
