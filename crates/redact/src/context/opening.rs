//! The quick look at a line of which nothing is known: could it announce something for the lines below?
//!
//! Asked for each line of a log, so it looks at the ends of the line first, and gives up at the first sign that headers
//! and labels don't hold.

/// Longest line that is looked at as a header.
pub(super) const HEADER: usize = 2048;

/// Longest line that is looked at as a label of its own.
pub(super) const LABEL: usize = 48;

/// Whether a line may be a header, a label, or the beginning of a document.
pub(super) fn possible(line: &[u8]) -> bool {
    let Some(first) = line.first().copied() else { return false };
    let last = match line.last().copied().unwrap_or(0) {
        byte if byte > b' ' => byte,
        _ => line.trim_ascii_end().last().copied().unwrap_or(0),
    };
    match first {
        b's' if last == b';' => line.starts_with(b"sqlite> "),
        b'0'..=b'9' | b' ' if last == b'"' && numbered(line).is_some() => true,
        // One document on a line, whole or cut short; with blanks inside it may be the first line of several.
        b'{' => {
            last != b'}' && (line.len() < 3 || matches!(last, b'{' | b'[' | b',') && !line.ends_with(b"},"))
        }
        b'<' => line.get(1).is_some_and(|b| b.is_ascii_alphabetic() || matches!(b, b'?' | b'!')),
        b'[' if last == b']' => {
            line.len() <= LABEL && line.get(1).is_some_and(|b| b.is_ascii_alphabetic() || *b == b'[')
        }
        b'0'..=b'9' | b'[' => matches!(last, b'{' | b'[' | b'(' | b':'),
        _ if matches!(last, b'{' | b'[' | b'(' | b':' | b'>') => true,
        b'a'..=b'z' | b'A'..=b'Z' | b' ' | b'\t' | b'|' | b'"' | b'\'' | b'#' | b'*' | 0x80.. => {
            begins(line) || header_like(line)
        }
        b'(' | b',' => header_like(line),
        b'@' => line.starts_with(b"@@ -"),
        b'+' => super::table::compared(line).is_some_and(header_like),
        b'-' if super::table::compared(line).is_some_and(header_like) => true,
        b'-' => line.starts_with(b"-[ RECORD") || line.starts_with(b"- ") && line.len() <= HEADER,
        _ => false,
    }
}

/// The text of a numbered line of Redis, in its quotes, and its number: ` 1) "patient_id"`.
pub(crate) fn numbered(line: &[u8]) -> Option<(usize, std::ops::Range<usize>)> {
    let start = line.iter().take(8).take_while(|b| **b == b' ').count();
    let digits = line.get(start..)?.iter().take(5).take_while(|b| b.is_ascii_digit()).count();
    let open = start + digits + 3;
    let number = std::str::from_utf8(line.get(start..start + digits)?).ok()?.parse().ok()?;
    let end = line.trim_ascii_end().len().checked_sub(1)?;
    let whole = line.get(start + digits..open)? == b") \"" && line.get(end) == Some(&b'"') && open <= end;
    whole.then_some((number, open..end))
}

/// Words that only the first lines of messages, cards and entries begin with.
fn begins(line: &[u8]) -> bool {
    match line.first() {
        Some(b'M' | b'I') if line.starts_with(b"MSH") || line.starts_with(b"ISA") => line.len() > 8,
        Some(b'B') => line.starts_with(b"BEGIN:V"),
        Some(b'C' | b'c') => line.get(..FORM.len()).is_some_and(|head| head.eq_ignore_ascii_case(FORM)),
        Some(b'd') => line.starts_with(b"dn: "),
        Some(b'I' | b'i') => super::dump::opens_tuples(line),
        Some(b'*') => line.starts_with(b"*****"),
        _ => false,
    }
}

/// Begins a part of a form that is sent (RFC 7578).
pub(super) const FORM: &[u8] = b"Content-Disposition: form-data";

/// Whether a line is made of what names of columns are made of.
pub(super) fn header_like(line: &[u8]) -> bool {
    if line.len() > HEADER || line.len() < 3 || matches!(line.last(), Some(b'.' | b'!' | b'?')) {
        // The last of many questions of a survey.
        let several = |sign: u8| memchr::memchr_iter(sign, line).take(2).count() > 1;
        if line.last() != Some(&b'?') || !(several(b',') || several(b'\t')) {
            return false;
        }
    }
    let (mut breaks, mut previous) = (0, b' ');
    for (place, byte) in line.iter().copied().enumerate() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => {}
            // `line_1`, `Phone 2`; a number is none.
            b'0'..=b'9' => {
                let next = line.get(place + 1).copied().unwrap_or(b' ');
                // `0-30`, `31-60`: days that an account is old.
                let aged = breaks > 1
                    && next == b'-'
                    && line.first().is_some_and(u8::is_ascii_uppercase)
                    && line.get(place + 2).is_some_and(u8::is_ascii_digit);
                let ends = previous == b'-' && breaks > 1;
                if aged || ends {
                    previous = byte;
                    continue;
                }
                if !(previous.is_ascii_alphanumeric() || previous == b'_')
                    && (next.is_ascii_alphanumeric() || matches!(next, b'.' | b'-' | b'/'))
                {
                    return false;
                }
            }
            b',' | b';' | b'|' | b'\t' => breaks += 1,
            // A stroke of a box: `│`.
            0x94 | 0x95 if previous == 0xe2 => breaks += 1,
            b' ' => breaks += usize::from(previous == b' ' && place > 1),
            b'?' if breaks > 0 => {}
            b'"' | b'\'' | b'`' | b'#' | b'/' | b'.' | b'-' | b'&' | b'(' | b')' | b'*' | b'%' | b'+'
            | b'\r' => {}
            0x80.. => {}
            _ => return false,
        }
        previous = byte;
    }
    breaks > 0 || line.len() <= LABEL && line.first().is_some_and(u8::is_ascii_uppercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_logs_announce_nothing() {
        for line in [
            r#"{"ts":"2026-11-22T03:41:38Z","level":"info","msg":"done"}"#,
            "2026-11-22 03:41:38,123 INFO [main] c.e.App - started in 3.2 s",
            "10.0.0.9 - - [22/Nov/2026:03:41:38 +0000] \"GET / HTTP/1.1\" 200 12",
            "Nov 22 03:41:38 web-1 sshd[1234]: Connection closed",
            "level=info msg=\"request completed\" status=200",
            "The worker was started, as it should be.",
            "<34>Nov 22 03:41:38 host x",
            "",
        ] {
            assert!(!possible(line.as_bytes()), "{line}");
        }
    }

    #[test]
    fn headers_labels_and_openings_may() {
        for line in [
            "first_name,last_name,dob",
            "\"Last Name\";\"First Name\"",
            " name | dob ",
            "| MRN | Address 1 |",
            "NAME        DOB",
            "Patient Name:",
            "Date of Birth",
            "{",
            "  \"name\": [",
            "{ \"resourceType\": \"Patient\",",
            "2026-11-22 03:41:38 INFO response: {",
            "<patient>",
            "patient:",
            "-[ RECORD 1 ]---",
            "MSH#^~\\&#A#B",
        ] {
            assert!(possible(line.as_bytes()), "{line}");
        }
    }
}
