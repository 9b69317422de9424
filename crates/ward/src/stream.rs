//! Streams of lines: newline-delimited JSON and server-sent events (WHATWG HTML 9.2), cut anywhere by the network.

use http_body_util::BodyExt;
use hyper::body::Incoming;

use crate::problem::{Exit, Failure, Result};

/// Longest line, in bytes. A longer one ends the stream: it would fill the memory.
const LONGEST_LINE: usize = 1 << 20;

/// Cuts bytes into lines, without their ends.
#[derive(Default)]
pub(crate) struct Lines {
    partial: Vec<u8>,
}

/// A line that does not end.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct TooLong;

impl Lines {
    /// Takes bytes, gives the lines that they complete.
    pub(crate) fn push(&mut self, bytes: &[u8]) -> std::result::Result<Vec<String>, TooLong> {
        self.partial.extend_from_slice(bytes);
        let Some(end) = self.partial.iter().rposition(|byte| *byte == b'\n') else {
            return if self.partial.len() > LONGEST_LINE { Err(TooLong) } else { Ok(Vec::new()) };
        };
        let rest = self.partial.split_off(end + 1);
        let whole = std::mem::replace(&mut self.partial, rest);
        let lines = whole.strip_suffix(b"\n").unwrap_or(&whole).split(|byte| *byte == b'\n');
        Ok(lines
            .map(|line| String::from_utf8_lossy(line.strip_suffix(b"\r").unwrap_or(line)).into_owned())
            .collect())
    }
}

/// One event.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Event {
    /// Its id, also of the events before it.
    pub(crate) id: String,
    /// Its data, lines joined.
    pub(crate) data: String,
}

/// Reads events. Line feeds with or without a carriage return before them end a line.
#[derive(Default)]
pub(crate) struct Events {
    lines: Lines,
    id: String,
    data: Vec<String>,
    size: usize,
}

impl Events {
    /// Takes bytes, gives the events that they complete.
    pub(crate) fn push(&mut self, bytes: &[u8]) -> std::result::Result<Vec<Event>, TooLong> {
        let mut events = Vec::new();
        for line in self.lines.push(bytes)? {
            let (field, value) = line.split_once(':').unwrap_or((line.as_str(), ""));
            let value = value.strip_prefix(' ').unwrap_or(value);
            match field {
                "" if line.is_empty() && !self.data.is_empty() => {
                    self.size = 0;
                    events
                        .push(Event { id: self.id.clone(), data: std::mem::take(&mut self.data).join("\n") });
                }
                "id" if !value.contains('\0') => value.clone_into(&mut self.id),
                "data" => {
                    self.size += value.len() + 1;
                    if self.size > LONGEST_LINE {
                        return Err(TooLong);
                    }
                    self.data.push(value.to_owned());
                }
                // Comments (`:`), `event` and `retry` say nothing that Ward uses.
                _ => {}
            }
        }
        Ok(events)
    }
}

/// The next bytes of a body; none at its end. Dropping the future loses nothing.
pub(crate) async fn next_bytes(body: &mut Incoming) -> Result<Option<bytes::Bytes>> {
    loop {
        match body.frame().await {
            None => return Ok(None),
            Some(Err(error)) => {
                return Err(Failure::new(Exit::Unreachable, format!("the stream broke off: {error}")));
            }
            Some(Ok(frame)) => {
                if let Ok(data) = frame.into_data() {
                    return Ok(Some(data));
                }
            }
        }
    }
}

impl From<TooLong> for Failure {
    fn from(_: TooLong) -> Self {
        Self::new(Exit::Failed, "the server sent a line of more than 1 MiB")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn in_pieces(bytes: &[u8], size: usize) -> Vec<Event> {
        let mut events = Events::default();
        bytes.chunks(size).flat_map(|piece| events.push(piece).unwrap()).collect()
    }

    #[test]
    fn events_have_their_id_and_joined_data() {
        let text = b": hello\nid: 7\nevent: x\ndata: {\"a\":1}\n\ndata:two\r\ndata: lines\r\n\r\n\n\nid\ndata\n\ndata: cut";
        let event = |id: &str, data: &str| Event { id: id.into(), data: data.into() };
        assert_eq!(in_pieces(text, 1000), [event("7", "{\"a\":1}"), event("7", "two\nlines"), event("", "")]);
    }

    #[test]
    fn a_line_that_never_ends_ends_the_stream() {
        let mut lines = Lines::default();
        assert_eq!(lines.push(&vec![b'x'; LONGEST_LINE + 1]), Err(TooLong));
        let mut events = Events::default();
        let many = b"data: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n".repeat(20_000);
        assert_eq!(events.push(&many), Err(TooLong));
    }

    proptest! {
        #[test]
        fn pieces_of_any_size_give_the_same_events(
            fields in prop::collection::vec("(id|data|event|retry|)(: ?[a-zé\\x00]{0,6})?\r?\n{1,2}", 0..20),
            size in 1_usize..9,
        ) {
            let text = fields.concat();
            prop_assert_eq!(in_pieces(text.as_bytes(), size), in_pieces(text.as_bytes(), 1 << 16));
        }

        #[test]
        fn any_bytes_are_read_without_a_fault(bytes in prop::collection::vec(any::<u8>(), 0..300), size in 1_usize..9) {
            let events = in_pieces(&bytes, size);
            prop_assert!(events.len() <= bytes.len());
        }
    }
}
