//! One entry of a log: `2026-11-22T00:33:27.230578108+00:00 stdout F text`, the kubelet's CRI log format.

use ward_spine::engine::LogLine;

/// Longest line; what is longer is cut into several.
const LONGEST: usize = 256 << 10;

/// An entry; a line longer than the monitor's buffer, or written in pieces, comes as several.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Entry<'a> {
    /// Microseconds since 1970.
    pub(crate) time: i64,
    pub(crate) stderr: bool,
    /// Whether the line goes on in the next entry of the same stream.
    pub(crate) partial: bool,
    pub(crate) text: &'a [u8],
}

/// Reads an entry, without its newline; None if it is none.
pub(crate) fn parse(entry: &[u8]) -> Option<Entry<'_>> {
    let mut fields = entry.splitn(4, |byte| *byte == b' ');
    let time: jiff::Timestamp = std::str::from_utf8(fields.next()?).ok()?.parse().ok()?;
    let stderr = match fields.next()? {
        b"stdout" => false,
        b"stderr" => true,
        _ => return None,
    };
    let partial = match fields.next()? {
        b"F" => false,
        b"P" => true,
        _ => return None,
    };
    Some(Entry { time: time.as_microsecond(), stderr, partial, text: fields.next().unwrap_or_default() })
}

/// Joins the pieces of lines, per stream.
#[derive(Default)]
pub(super) struct Joiner {
    open: [Option<(i64, Vec<u8>)>; 2],
}

impl Joiner {
    /// Takes an entry and gives the line that it completes.
    pub(super) fn push(&mut self, entry: &Entry<'_>) -> Option<LogLine> {
        let [stdout, stderr] = &mut self.open;
        let open = if entry.stderr { stderr } else { stdout };
        let (time, mut text) = open.take().unwrap_or((entry.time, Vec::new()));
        text.extend_from_slice(entry.text);
        if entry.partial && text.len() < LONGEST {
            *open = Some((time, text));
            return None;
        }
        Some(line(time, entry.stderr, &text))
    }

    /// Lines that were never completed.
    pub(super) fn rest(&mut self) -> Vec<LogLine> {
        let [stdout, stderr] = &mut self.open;
        let mut lines: Vec<LogLine> = [(stdout.take(), false), (stderr.take(), true)]
            .into_iter()
            .filter_map(|(open, stderr)| open.map(|(time, text)| line(time, stderr, &text)))
            .collect();
        lines.sort_by_key(|line| line.time);
        lines
    }
}

fn line(time: i64, stderr: bool, text: &[u8]) -> LogLine {
    LogLine { time, stderr, text: String::from_utf8_lossy(text).into_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_read_with_its_time_in_microseconds() {
        let entry = parse(b"2026-11-22T00:33:27.230578108+00:00 stderr F a  b ").unwrap();
        assert_eq!(
            entry,
            Entry { time: 1_795_307_607_230_578, stderr: true, partial: false, text: b"a  b " }
        );
        assert_eq!(parse(b"2026-11-22T00:33:27.230578108+00:00 stdout F").unwrap().text, b"");
        assert_eq!(parse(b"garbage"), None);
    }

    #[test]
    fn pieces_of_two_streams_do_not_mix() {
        let mut joiner = Joiner::default();
        let entry = |stderr, partial, text| Entry { time: 1, stderr, partial, text };
        assert_eq!(joiner.push(&entry(false, true, b"a")), None);
        assert_eq!(joiner.push(&entry(true, true, b"x")), None);
        assert_eq!(joiner.push(&entry(false, false, b"b")).unwrap().text, "ab");
        assert_eq!(joiner.rest()[0].text, "x");
    }

    proptest::proptest! {
        #[test]
        fn nothing_a_container_writes_makes_the_reader_fail(
            bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..200)
        ) {
            let _ = parse(&bytes);
            let mut entry = b"2026-11-22T00:33:27.230578108+00:00 stdout F ".to_vec();
            entry.extend(bytes.iter().filter(|byte| **byte != b'\n'));
            proptest::prop_assert!(parse(&entry).is_some());
        }
    }
}
