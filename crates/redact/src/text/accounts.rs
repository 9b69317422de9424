//! Names of accounts that no key announces: of a role that a person took on, `AROA…:jroe`; and
//! addresses of mail that lost the point of their host, `jane.roe@gmailcom`.

use super::{Reader, token::Kind, weight};
use crate::{
    Identifier as I,
    shape::{email, internet},
    words::{WORD, users},
};

/// Most names of a text whose accounts are looked for.
const MOST: usize = 8;

impl Reader<'_> {
    /// Finds them.
    pub(super) fn logins(&mut self) {
        for index in 1..self.tokens.len() {
            let token = self.t(index);
            match token.byte {
                _ if token.kind != Kind::Symbol => {}
                b':' => self.of_a_role(index),
                b'@' => {
                    if let Some(found) = email::pointless(self.text, token.start) {
                        self.hit(found.start, found.end, I::Email, weight::SHAPE);
                    }
                }
                _ => {}
            }
        }
    }

    /// The hardware of who is named or logged in: `Login OK: [jroe] … cli 89:10:f5:5e:6a:d2`.
    pub(super) fn carried_along(&mut self) {
        let somebody = self.person
            || self
                .hits
                .iter()
                .skip(self.first)
                .take(MOST)
                .any(|hit| matches!(hit.identifier, I::Other | I::Name) && hit.weight >= weight::CONTEXT);
        if !somebody || memchr::memchr_iter(b':', self.text).nth(4).is_none() {
            return;
        }
        let mut done = 0;
        for index in 0..self.tokens.len() {
            let token = self.t(index);
            if token.start >= done
                && token.len() <= 2
                && matches!(self.byte(token.end), b':')
                && let Some(end) = internet::mac(self.text, token.start)
            {
                self.hit(token.start, end, I::Device, weight::SHAPE);
                done = end;
            }
        }
    }

    /// `AROAEXAMPLEID1234567:jroe`: the session of a role is named for who took it on.
    fn of_a_role(&mut self, index: usize) {
        let (sign, role) = (self.t(index), self.back(index, 1));
        let id = self.bytes(role);
        let unique = id.starts_with(b"AROA")
            && (16..=32).contains(&id.len())
            && id.iter().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
        if !unique || role.end != sign.start {
            return;
        }
        let rest = self.text.get(sign.end..).unwrap_or_default();
        let length = rest
            .iter()
            .take(64)
            .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
            .count();
        let value = rest.get(..length).unwrap_or_default();
        if users::account(value) && rest.get(length) != Some(&b'@') {
            self.hit(sign.end, sign.end + length, I::Other, weight::CONTEXT);
        }
    }

    /// Names of accounts that are made of a name that was found: `MROE95` beside `Roe, Margaret`, `MARGARET.ROE`.
    pub(super) fn derived(&mut self) {
        let names: Vec<(usize, usize)> = self
            .hits
            .iter()
            .skip(self.first)
            .filter(|hit| hit.identifier == I::Name)
            .take(MOST)
            .map(|hit| (hit.start, hit.end))
            .collect();
        for (from, to) in names {
            let (first, last) = (self.index_at(from), self.index_at(to));
            for part in first..last.min(first + 6) {
                let (name, token) = (self.bytes(self.t(part)), self.t(part));
                if token.kind == Kind::Word && name.len() >= 4 && name.is_ascii() {
                    self.derived_from(name);
                }
            }
        }
    }

    fn derived_from(&mut self, name: &[u8]) {
        for index in 0..self.tokens.len() {
            let token = self.t(index);
            let bytes = self.bytes(token);
            if !matches!(token.kind, Kind::Word | Kind::Mixed)
                || bytes.len() < name.len()
                || bytes.len() > name.len() + 5
                || matches!(self.byte(token.start.wrapping_sub(1)), b'.' | b'/' | b'@' | b'_' | b'-' | b'\'')
            {
                continue;
            }
            let letters = bytes.iter().take_while(|b| b.is_ascii_alphabetic()).count();
            let (word, number) = bytes.split_at(letters);
            let own = |part: &[u8]| part.eq_ignore_ascii_case(name);
            let initial = word.get(1..).is_some_and(own) && !token.known(WORD);
            let joined = own(word)
                && matches!(self.byte(token.end), b'.' | b'_')
                && self.t(index + 2).kind == Kind::Word
                && self.t(index + 2).start == token.end + 1;
            let made = initial || own(word) && !number.is_empty() || joined;
            if !made || !number.iter().all(u8::is_ascii_digit) {
                continue;
            }
            let end = if joined { self.t(index + 2).end } else { token.end };
            if !matches!(self.byte(end), b'.' | b'/' | b'@' | b'(' | b'=' | b'-') {
                self.hit(token.start, end, I::Other, weight::GUESS + 5);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::text::trial::found;

    #[test]
    fn accounts_that_no_key_announces_are_found() {
        for (text, value) in [
            ("GET /reports 443 CLINIC\\mwhitfield 10.0.0.4", "mwhitfield"),
            ("logon by EAST2\\margaret.whitfield from 10.0.0.4", "margaret.whitfield"),
            ("principal AROA3XFRBF535PLBIFPI4:mwhitfield assumed", "mwhitfield"),
            ("invalid recipient 'margaret.whitfield@gmailcom'", "margaret.whitfield@gmailcom"),
        ] {
            assert!(found(text).contains(&value), "{value} of {text}: {:?}", found(text));
        }
        assert!(found("AUDIT|MWHITFIELD95|Whitfield, Margaret|opened").contains(&"MWHITFIELD95"));
        for text in [
            "HKLM\\software\\policies read",
            "NT AUTHORITY\\system logged on",
            "CORP\\svc-backup started",
            "C:\\temp\\lewis.txt",
            "AROA3XFRBF535PLBIFPI4:ecs-task-runner",
            "push to deploy@livehost-12",
        ] {
            assert!(found(text).is_empty(), "{text}: {:?}", found(text));
        }
    }
}
