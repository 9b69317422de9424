//! What the bar code of a driver's licence holds, as readers at desks and kiosks log it: `DCSROE DACJANE DBB03171962`.
//!
//! Each element begins with three letters (AAMVA DL/ID Card Design Standard, annex D, tables D.3 and D.4) and ends with
//! its line, which loggers write as a blank.

use super::{Reader, token::at, weight};
use crate::Identifier as I;

/// Elements that identify, and what they are.
const TELLING: [(&[u8; 3], I); 25] = [
    (b"DAA", I::Name),
    (b"DAB", I::Name),
    (b"DAC", I::Name),
    (b"DAD", I::Name),
    (b"DCS", I::Name),
    (b"DCT", I::Name),
    (b"DBN", I::Name),
    (b"DBO", I::Name),
    (b"DBP", I::Name),
    (b"DBQ", I::Name),
    (b"DBG", I::Name),
    (b"DBB", I::Date),
    (b"DBA", I::Date),
    (b"DBD", I::Date),
    (b"DDH", I::Date),
    (b"DDI", I::Date),
    (b"DDJ", I::Date),
    (b"DAG", I::Address),
    (b"DAH", I::Address),
    (b"DAI", I::City),
    (b"DAK", I::Zip),
    (b"DAQ", I::Licence),
    (b"DCF", I::Other),
    (b"DCK", I::Other),
    (b"DCJ", I::Other),
];

/// Elements that identify nobody, but end the one before.
const OTHERS: [&[u8; 3]; 30] = [
    b"DAJ", b"DAR", b"DAS", b"DAT", b"DAU", b"DAW", b"DAX", b"DAY", b"DAZ", b"DBC", b"DBE", b"DBF", b"DCA",
    b"DCB", b"DCD", b"DCE", b"DCG", b"DCH", b"DCI", b"DCL", b"DCM", b"DCN", b"DCU", b"DDA", b"DDB", b"DDC",
    b"DDD", b"DDE", b"DDF", b"DDK",
];

/// Most elements of a text that are looked at, and least of them that make it a licence's.
const MOST: usize = 64;
const LEAST: usize = 4;

impl Reader<'_> {
    /// Finds the elements.
    pub(super) fn scanned(&mut self) {
        // The number of the licence is mandatory.
        let licence = |end: usize| self.text.get(..end).is_some_and(|head| head.ends_with(b"DA"));
        if !memchr::memchr_iter(b'Q', self.text).any(licence) {
            return;
        }
        let mut begins = [0_usize; MOST];
        let mut count = 0;
        for place in memchr::memchr_iter(b'D', self.text) {
            let known = self.text.get(place..place + 3).is_some_and(|id| {
                TELLING.iter().any(|(known, _)| &known[..] == id)
                    || OTHERS.iter().any(|known| &known[..] == id)
            });
            let first = place == 0
                || matches!(at(self.text, place - 1), b' ' | b'\n' | b'\r' | 0x1e | b'|' | b',' | b';' | b'"' | b'\'')
                // `ANSI 636026080102DL00410288DAQ…`: the head of the bar code; an end of line that is written out.
                || at(self.text, place - 1).is_ascii_digit() && self.text.get(place..place + 3) == Some(b"DAQ")
                || place > 1
                    && at(self.text, place - 2) == b'\\'
                    && matches!(at(self.text, place - 1), b'n' | b'r');
            // `DCS=ROE DAC=JANE`: as programs write what they read.
            let sign = usize::from(matches!(at(self.text, place + 3), b'=' | b':'));
            if !(known && first) || !at(self.text, place + 3 + sign).is_ascii_alphanumeric() {
                continue;
            }
            let Some(slot) = begins.get_mut(count) else { break };
            (*slot, count) = (place, count + 1);
        }
        if count < LEAST {
            return;
        }
        for (nth, start) in begins.iter().take(count).enumerate() {
            let id = self.text.get(*start..start + 3).unwrap_or_default();
            let Some((_, identifier)) = TELLING.iter().find(|(known, _)| &known[..] == id) else { continue };
            let limit = begins.get(nth + 1).copied().filter(|_| nth + 1 < count).unwrap_or(self.text.len());
            let from = start + 3 + usize::from(matches!(at(self.text, start + 3), b'=' | b':'));
            let value = self.text.get(from..limit).unwrap_or_default();
            let mut length = value
                .iter()
                .take(64)
                .position(|b| matches!(b, b'\n' | b'\r' | 0x1e | b'|' | b'\\' | b'"' | b'\'' | b';'))
                .unwrap_or(value.len().min(64));
            // Behind the last element the logger goes on.
            if nth + 1 == count {
                let ends = |b: &u8| *b == if *identifier == I::Address { b'(' } else { b' ' };
                length = value.iter().take(length).position(ends).unwrap_or(length);
            }
            while length > 0 && matches!(at(value, length - 1), b' ' | b',') {
                length -= 1;
            }
            self.hit(from, from + length, *identifier, weight::KEY);
        }
        self.person = true;
    }
}

#[cfg(test)]
mod tests {
    use crate::text::trial::found;

    #[test]
    fn elements_of_a_licences_bar_code_are_found() {
        let found_in = |text: &str| found(text).into_iter().map(str::to_owned).collect::<Vec<_>>();
        let one = found_in(
            "scan ok DAQT48213377 DCSQUIST DACLOVETTA DADORLA DBB02031961 DAG12 ELM ROW DAIOLD SALEM DAJOR DAK973010000 DAU068 in",
        );
        for value in
            ["T48213377", "QUIST", "LOVETTA", "ORLA", "02031961", "12 ELM ROW", "OLD SALEM", "973010000"]
        {
            assert!(one.iter().any(|found| found == value), "{value}: {one:?}");
        }
        let raw = found_in(
            "@\\n\\rANSI 636026080102DL00410288DAQT48213377\\nDCSQUIST\\nDACLOVETTA\\nDBB02031961\\n",
        );
        for value in ["T48213377", "QUIST", "LOVETTA", "02031961"] {
            assert!(raw.iter().any(|found| found == value), "{value}: {raw:?}");
        }
        let signed = found_in(
            "kiosk-3 scan ok: AAMVA DCS=QUIST DAC=ORLA DBB=02031961 DAQ=T4821337 DAG=12 ELM ROW (fields 22)",
        );
        for value in ["QUIST", "ORLA", "02031961", "T4821337", "12 ELM ROW"] {
            assert!(signed.iter().any(|found| found == value), "{value}: {signed:?}");
        }
        for text in ["card DAQ6510 and DAC8 ready, DCS up", "NI DAQ 48213 sampled DACs"] {
            assert!(found(text).is_empty(), "{text}: {:?}", found(text));
        }
    }
}
