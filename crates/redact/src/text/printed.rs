//! In logs, the commands of the printers of labels between the values they print: `^FDRoe^FS^FD4821337^FS`.

use super::{Hit, Reader, token::at, value::formed, weight};
use crate::{Identifier, shape::alphanumeric};

impl Reader<'_> {
    /// The commands between fields stay: `^FS^FD4821337^FS` holds one number.
    pub(super) fn commands(&mut self) {
        let text = self.text;
        if !memchr::memchr_iter(b'^', text).any(|place| text.get(place..place + 3) == Some(b"^FD")) {
            return;
        }
        let command = |place: usize| {
            at(text, place) == b'^'
                && at(text, place + 1).is_ascii_uppercase()
                && alphanumeric(at(text, place + 2))
        };
        let mut more = Vec::new();
        // What a label about a person prints as a bar code is its number.
        if self.person {
            for field in memchr::memmem::find_iter(text, b"^FD").take(16) {
                let start = field + 3;
                let rest = text.get(start..).unwrap_or_default();
                let length = rest.iter().position(|b| matches!(b, b'^' | b' ')).unwrap_or(rest.len());
                if formed(rest.get(..length).unwrap_or_default()) {
                    let end = start + length;
                    more.push(Hit {
                        start,
                        end,
                        identifier: Identifier::Other,
                        weight: weight::CONTEXT,
                        quoted: 0,
                    });
                }
            }
        }
        for hit in self.hits.iter_mut().skip(self.first) {
            let Hit { start, end, .. } = *hit;
            let commands = || (start.saturating_sub(2)..end).filter(|place| command(*place));
            let Some(first) = commands().next() else { continue };
            hit.end = first.max(start);
            // What stands behind `^FD` is a value, too.
            for field in commands().filter(|place| text.get(*place..place + 3) == Some(b"^FD")).take(16) {
                let from = (field + 3).max(start);
                let to = memchr::memchr(b'^', text.get(from..end).unwrap_or_default())
                    .map_or(end, |length| from + length);
                more.push(Hit { start: from, end: to, ..*hit });
            }
        }
        self.hits.extend(more);
        let first = self.first;
        super::retain_from(self.hits, first, |hit| hit.start < hit.end);
    }
}
