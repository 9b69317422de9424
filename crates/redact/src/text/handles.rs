//! In prose: what people call themselves where they write: `<jroe82> thanks`, `@jroe82`, `Venmo roe-family`.

use super::{
    Reader,
    token::{Kind, at},
    weight,
};
use crate::{
    Identifier as I,
    words::{COMMON, GIVEN, PLAIN, WORD, dictionary, hash, list, users, words},
};

/// Services in which people have a name of their own.
const SERVICES: &[u64] = list!(
    "venmo zelle cashapp paypal twitter instagram insta ig facebook fb tiktok snapchat snap telegram discord skype \
     linkedin youtube whatsapp reddit threads bluesky mastodon pinterest twitch signal \
     handle handles tweets posts posted gamertag profile username"
);

/// Services whose names are words, too: `Signal: low_grade`.
const WORDS: &[u64] = list!("signal threads handle handles tweets posts posted profile");

/// Parts of a paper, which some write in the same brackets.
const SECTIONS: &[u64] = list!(
    "abstract aim aims background conclusion conclusions design discussion findings introduction limitations materials \
     method methods objective objectives outcome outcomes participants patients purpose results setting summary"
);

/// Elements of HTML, which stand in the same brackets.
const ELEMENTS: &[u64] =
    list!("b i p br div span html body table tr td th ul li ol pre code head meta href img form a");

impl Reader<'_> {
    /// Finds them.
    pub(super) fn handles(&mut self) {
        if !self.strict {
            return;
        }
        for index in 0..self.tokens.len() {
            let token = self.t(index);
            match token.kind {
                Kind::Symbol if token.byte == b'@' => self.mentioned(index),
                Kind::Symbol if token.byte == b'<' => self.nick(index),
                Kind::Word if self.lower_is(index, SERVICES) => self.of_a_service(index),
                _ => {}
            }
        }
    }

    /// End of what may be the name of an account: letters, digits and what joins them.
    fn handle_end(&self, start: usize) -> usize {
        let rest = self.text.get(start..).unwrap_or_default();
        let length = rest
            .iter()
            .take(40)
            .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-') || **b >= 0x80)
            .count();
        let mut end = start + length;
        while end > start && matches!(at(self.text, end - 1), b'-') {
            end -= 1;
        }
        end
    }

    /// Whether it is written as no word is.
    fn coined(&self, value: &[u8]) -> bool {
        let sign = value.get(..value.len().saturating_sub(1)).unwrap_or_default();
        let joined = sign.iter().any(|b| b.is_ascii_digit() || matches!(b, b'_' | b'.' | b'-'));
        let flags = dictionary().get(hash(value));
        value.iter().any(u8::is_ascii_alphabetic)
            && value.len() >= 3
            && (joined || users::personal(value) || flags & (WORD | PLAIN) == 0)
    }

    /// `@jroe82`, `@jane_`.
    fn mentioned(&mut self, sign: usize) {
        let start = self.t(sign).end;
        let before = self.byte(self.t(sign).start.wrapping_sub(1));
        let apart = self.t(sign).start == 0
            || matches!(before, b' ' | b'(' | b',' | b':' | b'\n' | b'"' | b'[' | b'/');
        if !apart
            || self.t(sign + 1).start != start
            || !matches!(self.t(sign + 1).kind, Kind::Word | Kind::Mixed)
        {
            return;
        }
        let mut end = self.handle_end(start);
        // The point of a sentence.
        if self.byte(end.wrapping_sub(1)) == b'.' {
            end -= 1;
        }
        let value = self.text.get(start..end).unwrap_or_default();
        let clock = self.byte(start).is_ascii_digit();
        let service = self.service_before(sign) && value.len() >= 3;
        if !clock && (service || self.coined(value)) {
            let from = if service { self.t(sign).start } else { start };
            self.hit(from, end, I::Other, weight::GUESS + 3);
        }
    }

    fn service_before(&self, index: usize) -> bool {
        (1..=6).any(|by| self.lower_is(index.wrapping_sub(by), SERVICES))
    }

    /// `<jroe82> thanks`: who speaks, at the beginning of a line or behind a time.
    fn nick(&mut self, open: usize) {
        let previous = self.back(open, 1);
        let begins = matches!(previous.kind, Kind::None | Kind::Number)
            || previous.symbol(b'\n')
            || previous.symbol(b']');
        let start = self.t(open).end;
        let end = self.handle_end(start);
        let value = self.text.get(start..end).unwrap_or_default();
        let closed = self.byte(end) == b'>' && self.byte(end + 1) == b' ';
        let marked = ELEMENTS.contains(&hash(value)) || SECTIONS.contains(&hash(value)) || value.is_empty();
        let spoken = self.text.get(end..).is_some_and(|rest| !rest.windows(2).take(512).any(|w| w == b"</"));
        if begins && closed && !marked && spoken && value.len() >= 3 {
            self.hit(start, end, I::Other, weight::GUESS + 3);
        }
    }

    /// `Venmo roe-family`, `IG: jane_roe`.
    fn of_a_service(&mut self, index: usize) {
        let mut next = index + 1;
        while next < index + 5
            && (self.t(next).kind == Kind::Symbol
                && matches!(self.t(next).byte, b':' | b'@' | b'(' | b'=' | b'"')
                || self.lower_is(
                    next,
                    words!["is", "handle", "username", "name", "id", "me", "at", "under", "account"],
                ))
        {
            next += 1;
        }
        let token = self.t(next);
        if !matches!(token.kind, Kind::Word | Kind::Mixed) {
            return;
        }
        let mut end = self.handle_end(token.start);
        while end > token.start && self.byte(end - 1) == b'.' {
            end -= 1;
        }
        let value = self.text.get(token.start..end).unwrap_or_default();
        let joined = value.iter().any(|b| b.is_ascii_digit() || matches!(b, b'_' | b'.' | b'-'));
        // Words that a sign joins are of whatever the word for the service means here.
        let plain = |part: &[u8]| {
            let flags = dictionary().get(hash(part));
            part.len() < 2 || flags & WORD != 0 && (flags & COMMON == 0 || flags & (PLAIN | GIVEN) == PLAIN)
        };
        if self.lower_is(index, WORDS)
            && value.iter().all(|b| !b.is_ascii_digit())
            && value.split(|b| matches!(b, b'_' | b'.' | b'-')).all(plain)
        {
            return;
        }
        if value.len() >= 4
            && (joined && self.coined(value) || users::personal(value))
            && self.byte(end) != b'@'
        {
            self.hit(token.start, end, I::Other, weight::GUESS + 3);
        }
    }
}
