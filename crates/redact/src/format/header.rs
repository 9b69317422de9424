//! The head of a log line: what the logger wrote itself is set aside.

use crate::{
    shape::{date, digits},
    text::token::at,
    words::vocabulary::month,
};

/// Bytes of the line's own timestamp (with what stands before it: a priority, a bracket, a colour); none if there is
/// none.
pub(crate) fn length(line: &[u8]) -> usize {
    let mut place = 0;
    // `<34>1 `, `[`, `E, [`, colours, `- 1117838570 `: not more than three things stand before a timestamp.
    for _ in 0..4 {
        if let Some(end) = timestamp(line, place) {
            return end;
        }
        let next = skip(line, place);
        if next == place {
            break;
        }
        place = next;
    }
    0
}

/// The same of a text that may be of people: only where a level stands behind, as programs write it.
pub(crate) fn of_a_program(text: &[u8]) -> usize {
    let head = length(text);
    let rest = text.get(head..).unwrap_or_default();
    let mut words = rest.split(|b| !b.is_ascii_alphabetic()).filter(|word| !word.is_empty());
    let level = words.next().is_some_and(level);
    if level { head } else { 0 }
}

/// Whether a word is the level of a logger, as most write it. `SEVERE` of Java's own is a word of medicine, too.
pub(crate) fn level(word: &[u8]) -> bool {
    matches!(word, b"INFO" | b"WARN" | b"WARNING" | b"ERROR" | b"DEBUG" | b"TRACE" | b"FATAL" | b"NOTICE")
}

/// Whether the line begins with a day and a minute as people write them in what they note: `06/30/2026 15:27 Medic 12`.
/// Loggers write seconds.
pub(crate) fn by_hand(line: &[u8]) -> bool {
    let blanks = line.iter().take(16).take_while(|b| **b == b' ').count();
    let line = line.get(blanks..).unwrap_or_default();
    let Some(found) = date::date(line, 0) else { return false };
    let end = found.end;
    // `3/14/24, 9:02 AM - Odette: …`: messages as a telephone exports them; seconds are of machines.
    let gap =
        line.get(end..).unwrap_or_default().iter().take(3).take_while(|b| matches!(b, b',' | b' ')).count();
    let first = end + gap;
    let hour = digits(line, first, 3);
    let minute = first + hour;
    gap > 0
        && (1..=2).contains(&hour)
        && at(line, minute) == b':'
        && digits(line, minute + 1, 3) == 2
        && matches!(at(line, minute + 3), b' ' | b'a' | b'p' | b'A' | b'P' | b']' | 0)
}

fn skip(line: &[u8], place: usize) -> usize {
    match at(line, place) {
        // ANSI: escape, bracket, parameters, letter.
        0x1b => {
            let rest = line.get(place + 1..).unwrap_or_default();
            rest.iter().take(12).position(u8::is_ascii_alphabetic).map_or(place, |end| place + end + 2)
        }
        b'[' | b'(' | b' ' => place + 1,
        b'<' => {
            let count = digits(line, place + 1, 4);
            let version =
                usize::from(at(line, place + count + 2) == b'1' && at(line, place + count + 3) == b' ') * 2;
            if count > 0 && at(line, place + count + 1) == b'>' { place + count + 2 + version } else { place }
        }
        b'-' if at(line, place + 1) == b' ' => place + 2,
        // Ruby: `I, [`; levels in front: `INFO [`, `WARN  `.
        b'A'..=b'Z' | b'a'..=b'z' => {
            let rest = line.get(place..).unwrap_or_default();
            let word = rest.iter().take(9).take_while(|b| b.is_ascii_alphabetic()).count();
            let sign = usize::from(matches!(at(line, place + word), b',' | b':' | b']' | b'|'));
            let level = rest.get(..word).is_some_and(is_level);
            if level && at(line, place + word + sign) == b' ' { place + word + sign + 1 } else { place }
        }
        // The seconds of the epoch.
        b'0'..=b'9' => {
            let count = digits(line, place, 14);
            if (10..=13).contains(&count) && at(line, place + count) == b' ' {
                place + count + 1
            } else {
                place
            }
        }
        _ => place,
    }
}

fn is_level(word: &[u8]) -> bool {
    let mut small = [0; 9];
    for (to, from) in small.iter_mut().zip(word) {
        *to = from.to_ascii_lowercase();
    }
    matches!(
        small.get(..word.len()).unwrap_or_default(),
        b"info"
            | b"warn"
            | b"warning"
            | b"error"
            | b"debug"
            | b"trace"
            | b"fatal"
            | b"critical"
            | b"notice"
            | b"severe"
            | b"i"
            | b"w"
            | b"e"
            | b"d"
            | b"f"
            | b"t"
            | b"v"
            | b"err"
            | b"crit"
            | b"dbg"
            | b"inf"
            | b"wrn"
            | b"ts"
            | b"time"
    )
}

/// End of a timestamp with a time of day that begins here.
fn timestamp(line: &[u8], place: usize) -> Option<usize> {
    // A slice, so that the end of a colour before is not taken for a part of the date.
    let numeric =
        line.get(place..).and_then(|rest| date::date(rest, 0)).filter(|d| d.time).map(|d| place + d.end);
    let named = || {
        let mut start = place;
        // `Sun Dec 04 04:47:44 2005`.
        if at(line, start + 3) == b' ' && month(line.get(start + 4..start + 7)?).is_some()
            || at(line, start + 3) == b','
        {
            start += if at(line, start + 3) == b',' { 5 } else { 4 };
        }
        let first = line.get(start..start + 3)?;
        if month(first).is_some() && first.iter().all(u8::is_ascii_alphabetic) {
            // `Nov 22 03:41:38`, `Nov  2 03:41:38`.
            let blank = usize::from(at(line, start + 4) == b' ');
            let day = digits(line, start + 4 + blank, 2);
            return (day > 0 && at(line, start + 3) == b' ').then_some(start + 4 + blank + day);
        }
        // `22/Nov/2026:03:41:38`, `22 Nov 2026 03:41:38`.
        let day = digits(line, start, 2);
        let joined = matches!(at(line, start + day), b'/' | b' ' | b'-');
        let name = line.get(start + day + 1..start + day + 4)?;
        let year = digits(line, start + day + 5, 4);
        (day > 0 && joined && month(name).is_some() && year == 4).then_some(start + day + 9)
    };
    // `I1122 03:41:38.123456`.
    let klog = || {
        let letter = matches!(at(line, place), b'I' | b'W' | b'E' | b'F');
        (letter && digits(line, place + 1, 5) == 4 && at(line, place + 5) == b' ').then_some(place + 5)
    };
    let end = numeric.or_else(named).or_else(klog)?;
    date::time_follows(line, end).then(|| after_time(line, end))
}

fn after_time(line: &[u8], end: usize) -> usize {
    let rest = line.get(end..).unwrap_or_default();
    let time = rest
        .iter()
        .skip(1)
        .take(18)
        .take_while(|b| b.is_ascii_digit() || matches!(b, b':' | b'.' | b',' | b'Z' | b'+' | b'-'))
        .count();
    let mut end = end + 1 + time;
    // `Sun Dec 04 04:47:44 2005]`: the year stands behind.
    if at(line, end) == b' ' && digits(line, end + 1, 5) == 4 && matches!(at(line, end + 5), b']' | b' ' | 0)
    {
        end += 5;
    }
    end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timestamps_of_loggers_are_set_aside() {
        for (line, head) in [
            ("2026-11-22T03:41:38.123Z INFO x", "2026-11-22T03:41:38.123Z"),
            ("2026-11-22 03:41:38,123 INFO x", "2026-11-22 03:41:38,123"),
            ("Nov 22 03:41:38 host sshd[1]: x", "Nov 22 03:41:38"),
            ("<34>Nov  2 03:41:38 host x", "<34>Nov  2 03:41:38"),
            ("<34>1 2026-11-22T03:41:38Z host x", "<34>1 2026-11-22T03:41:38Z"),
            ("[Sun Dec 04 04:47:44 2005] [error] x", "[Sun Dec 04 04:47:44 2005"),
            ("17/06/09 20:10:40 INFO x", "17/06/09 20:10:40"),
            ("I1122 03:41:38.123456 1 x", "I1122 03:41:38.123456"),
            ("2026/11/22 03:41:38 [x]", "2026/11/22 03:41:38"),
            ("[22/Nov/2026:03:41:38 +0000] x", "[22/Nov/2026:03:41:38"),
            ("I, [2026-11-22T03:41:38 #12] x", "I, [2026-11-22T03:41:38"),
            ("\u{1b}[32m2026-11-22 03:41:38\u{1b}[0m x", "\u{1b}[32m2026-11-22 03:41:38"),
        ] {
            assert_eq!(&line[..length(line.as_bytes())], head);
        }
    }

    #[test]
    fn a_date_of_a_patient_is_no_head() {
        for line in ["1970-01-31 is the date of birth", "March 3, 2024: seen", "DOB 1970-01-31 10:00:00", ""]
        {
            assert_eq!(length(line.as_bytes()), 0, "{line}");
        }
    }
}
