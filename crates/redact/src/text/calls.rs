//! Numbers of telephones in what switches, gateways and faxes write, and whom they call: `"ROE JANE" <4155550123>`,
//! `sip:14155550123@…`, `To=%2B14155550123`, `dest_addr=14155550123`.

use super::{
    Reader,
    token::{Kind, at},
    weight,
};
use crate::{
    Identifier as I,
    shape::{
        alphanumeric, digits,
        phone::{self, Suspicion},
    },
    words::{COMMON, FAMILY, GIVEN, WORD, hash, vocabulary as v, words},
};

/// Words of switches for the number of one who calls or is called.
const CALLERS: &[u64] = words![
    "callerid",
    "ani",
    "clid",
    "mdn",
    "calleridnum",
    "callingnumber",
    "calledparty",
    "callingparty",
    "extension",
    "exten"
];

/// Keys of gateways for it.
const KEYS: &[u64] = words![
    "destaddr",
    "destinationaddr",
    "sourceaddr",
    "callerid",
    "calleridnum",
    "calleridnumber",
    "callernum",
    "ani",
    "clid",
    "mdn",
    "fromnumber",
    "tonumber",
    "callednumber",
    "callingnumber",
    "dialednumber",
    "destnumber",
    "remotenumber",
    "remotecsid",
    "rcpt",
    "dst",
    "src",
    "dialed",
    "callee",
    "caller"
];

impl Reader<'_> {
    /// Finds the numbers, and names of callers before them.
    pub(super) fn calls(&mut self) {
        for index in 0..self.tokens.len() {
            let token = self.t(index);
            match token.byte {
                b'<' if token.kind == Kind::Symbol => self.caller(index),
                b'%' if token.kind == Kind::Symbol => self.encoded_number(token.start),
                b'=' if token.kind == Kind::Symbol => self.gateway(index),
                b'@' if token.kind == Kind::Symbol
                    && self.back(index, 1).kind == Kind::Number
                    && self.glued(index - 1) =>
                {
                    self.whole_number(self.back(index, 1).start);
                }
                b'[' | b'/'
                    if token.kind == Kind::Symbol && self.byte(token.end) == b'1' && self.of_calls() =>
                {
                    self.whole_number(token.end);
                }
                _ if token.kind != Kind::Word => {}
                _ if self.lower_is(index, words!["sip", "sips", "tel", "callto"])
                    && self.byte(token.end) == b':' =>
                {
                    self.whole_number(token.end + 1 + usize::from(self.byte(token.end + 1) == b'+'));
                }
                _ if self.lower_is(index, CALLERS)
                    || self.lower_is(
                        index,
                        words![
                            "dest", "dialing", "calling", "dial", "number", "to", "from", "caller", "callee",
                            "called", "pin", "peer", "party", "recv", "leg"
                        ],
                    ) && self.of_calls() =>
                {
                    let next = self.skip_signs(index + 1);
                    let quoted = self.t(next).symbol(b'\'') && self.t(next).end == self.t(next + 1).start;
                    let first = self.t(next + usize::from(quoted));
                    self.whole_number(first.start);
                    // `RECV from "415 555 0123"`.
                    if self.back(next, 1).symbol(b'"')
                        && first.kind == Kind::Number
                        && let Some(end) = phone::phone(self.text, first.start, Suspicion::Context)
                        && self.byte(end) == b'"'
                    {
                        self.hit(first.start, end, I::Phone, weight::CONTEXT);
                    }
                }
                _ => {}
            }
        }
    }

    /// Ten digits of North America, or eleven with its prefix, that begin here and stand by themselves.
    fn number_at(&self, start: usize) -> Option<usize> {
        if start >= self.text.len() || alphanumeric(self.byte(start.wrapping_sub(1))) && start > 0 {
            return None;
        }
        let count = digits(self.text, start, 12);
        let local = match (count, self.byte(start)) {
            (10, _) => start,
            (11, b'1') => start + 1,
            _ => return None,
        };
        // Read as one that stands by itself, whatever its prefix joins it to.
        let ten = self.text.get(local..local + 10)?;
        let end = phone::phone(ten, 0, Suspicion::Context)? + local;
        (end == start + count
            && !alphanumeric(self.byte(end))
            && !(self.byte(end) == b'.' && self.byte(end + 1).is_ascii_digit()))
        .then_some(end)
    }

    /// Whether one of the first words is of a program that sends faxes or messages.
    fn of_calls(&self) -> bool {
        (0..self.tokens.len().min(32)).any(|index| {
            self.t(index).is(v::FAX)
                || self.lower_is(
                    index,
                    words![
                        "efax",
                        "hylafax",
                        "sms",
                        "voicemail",
                        "ivr",
                        "csid",
                        "sip",
                        "pjsip",
                        "dial",
                        "dahdi",
                        "sofia",
                        "pstn",
                        "twilio",
                        "smpp",
                        "faxq",
                        "pager",
                        "pagerd",
                        "asterisk",
                        "freeswitch",
                        "pbx",
                        "cdr",
                        "trunk",
                        "callqueue",
                        "telephony"
                    ],
                )
        })
    }

    fn whole_number(&mut self, start: usize) {
        if let Some(end) = self.number_at(start) {
            self.hit(start, end, I::Phone, weight::CONTEXT);
        }
    }

    /// The number of a token, whose sign before it is no part of it.
    fn token_number(&mut self, start: usize) {
        let start = start + usize::from(self.byte(start) == b'+');
        let count = digits(self.text, start, 16);
        if (10..=15).contains(&count) && !alphanumeric(self.byte(start + count)) {
            self.hit(start, start + count, I::Phone, weight::CONTEXT);
        }
    }

    /// `%2B14155550123`: a number with its country, encoded.
    fn encoded_number(&mut self, start: usize) {
        let (code, from) = (self.text.get(start..start + 3), start + 3);
        let count = digits(self.text, from, 16);
        if matches!(code, Some(b"%2B" | b"%2b"))
            && (10..=15).contains(&count)
            && !alphanumeric(self.byte(from + count))
        {
            self.hit(from, from + count, I::Phone, weight::SHAPE);
        }
    }

    fn gateway(&mut self, sign: usize) {
        let end = self.t(sign).start;
        let head = self.text.get(end.saturating_sub(32)..end).unwrap_or_default();
        let joined = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.');
        let start = head.iter().rposition(|b| !joined(b)).map_or(0, |at| at + 1);
        let key = hash(head.get(start..).unwrap_or_default());
        // A token of FHIR's search: `telecom=phone%7C4155550123`.
        if words!["telecom", "phone"].contains(&key) {
            let first = self.t(sign).end;
            let rest = self.text.get(first..).unwrap_or_default();
            let encoded = rest.iter().take_while(|b| b.is_ascii_alphabetic()).count();
            match rest.get(encoded..) {
                Some([b'%', b'7', b'C' | b'c', ..]) => self.token_number(first + encoded + 3),
                Some([b'|', ..]) => self.token_number(first + encoded + 1),
                _ => {}
            }
        }
        if KEYS.contains(&key) {
            let first = self.t(sign).end;
            self.whole_number(first + usize::from(matches!(self.byte(first), b'"' | b'\'')));
        }
    }

    /// `"ROE JANE" <4155550123>`, `JANE ROE <4155550123>`.
    fn caller(&mut self, open: usize) {
        let sign = self.t(open);
        let start = sign.end + usize::from(self.byte(sign.end) == b'+');
        let count = digits(self.text, start, 16);
        let international = start > sign.end && (8..=15).contains(&count);
        let end = if international { start + count } else { self.number_at(start).unwrap_or(0) };
        let before = self.back(open, 1);
        let apart = before.kind != Kind::None && before.end < sign.start || before.symbol(b'"');
        if at(self.text, end) != b'>' || end == 0 || !apart {
            return;
        }
        self.hit(sign.end, end, I::Phone, weight::SHAPE);
        let mut last = open;
        while last > 0 && self.t(last - 1).symbol(b'"') {
            last -= 1;
        }
        let (mut first, mut known) = (last, false);
        while first > 0 && last - first < 4 {
            let token = self.t(first - 1);
            let part = token.capitalised()
                && !token.is(v::FACILITY | v::FACILITYMID | v::MACHINE | v::KNOWN | v::STATE | v::CARER)
                || token.kind == Kind::Symbol
                    && matches!(token.byte, b',' | b'-' | b'\'' | b'.')
                    && first < last;
            let other = token.kind == Kind::Word
                && (token.known(WORD) && !token.known(GIVEN | FAMILY)
                    || token.case != self.t(last - 1).case && token.len() > 1);
            if !part || other {
                break;
            }
            known |= token.known(GIVEN | FAMILY) && (!token.known(WORD) || token.known(COMMON));
            first -= 1;
        }
        while self.t(first).kind == Kind::Symbol && first < last {
            first += 1;
        }
        if known && last - first >= 2 {
            self.hit(self.t(first).start, self.t(last - 1).end, I::Name, weight::NAME);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::text::trial::found;

    #[test]
    fn numbers_of_switches_and_gateways_are_found() {
        for (text, values) in [
            ("dial: \"QUIST ORLA\" <4155550123> to ext 12", &["QUIST ORLA", "4155550123"][..]),
            ("Processing MARGARET QUIST <14155550123>->queue", &["MARGARET QUIST", "14155550123"]),
            ("INVITE sip:14155550123@10.0.0.4 SIP/2.0", &["14155550123"]),
            ("POST /Messages To=%2B14155550123 201", &["14155550123"]),
            ("submit_sm dest_addr=14155550123 status=0", &["14155550123"]),
            ("NoOp(\"trunk\", \"CallerID 4155550123 in\")", &["4155550123"]),
        ] {
            let found = found(text);
            for value in values {
                assert!(found.contains(value), "{value} of {text}: {found:?}");
            }
        }
    }

    #[test]
    fn other_numbers_of_machines_stay() {
        for text in [
            "array<4155550123> freed",
            "at <4155550123 bytes>",
            "sip:frontdesk@10.0.0.4",
            "offset %2B0000 seq=4155550123",
            "src=10.0.0.4 dst=10.0.0.5",
            "dest_addr=48213",
        ] {
            assert!(found(text).is_empty(), "{text}: {:?}", found(text));
        }
    }
}
