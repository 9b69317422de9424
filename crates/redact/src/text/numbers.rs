//! Values that begin with a digit or a sign: each is asked for its shape, the most certain first.

mod phone;

use std::net::IpAddr;

use super::{
    Reader,
    token::{Kind, Token, before},
    weight,
};
use crate::words::words;
use crate::{
    Identifier as I,
    check::digits,
    shape::{self, card, date, email, internet, ssn, url},
    words::vocabulary as v,
};

impl Reader<'_> {
    /// Finds what has a shape of its own.
    pub(super) fn numbers(&mut self) {
        let mut done = 0;
        for index in 0..self.tokens.len() {
            let token = self.t(index);
            if token.start < done {
                if token.symbol(b'@') {
                    self.mail(token.start, 1);
                }
                continue;
            }
            let end = match token.kind {
                Kind::Symbol => self.at_symbol(index, token),
                Kind::Number => self.at_number(index, token),
                Kind::Mixed => self.at_mixed(index, token),
                Kind::Word => self.at_word(token),
                Kind::Marker | Kind::None => None,
            };
            done = end.unwrap_or(done);
        }
    }

    fn mail(&mut self, sign: usize, length: usize) -> Option<usize> {
        let found = email::email(self.text, sign, length)?;
        if !self.strict && self.mail_of_a_machine(found.start, found.end, sign) {
            return Some(found.end);
        }
        self.hit(found.start, found.end, I::Email, weight::CHECKED);
        Some(found.end)
    }

    /// The id of a message (RFC 5322, 3.6.4), a service of Kerberos (`HTTP/app.example.org@EXAMPLE.ORG`), the account of a
    /// repository (`git@host:path`), a list of mails.
    fn mail_of_a_machine(&self, start: usize, end: usize, sign: usize) -> bool {
        let head = self.text.get(start.saturating_sub(16)..start).unwrap_or_default();
        let id = [&b"id=<"[..], b"id: <"].iter().any(|mark| {
            let word = head.len().checked_sub(mark.len()).and_then(|at| head.split_at_checked(at));
            word.is_some_and(|(word, end)| {
                let message = [&b"message-"[..], b"message_", b"message", b"msg", b"msg-", b"msg_"];
                end.eq_ignore_ascii_case(mark)
                    && message.iter().any(|m| {
                        word.len() >= m.len()
                            && word.get(word.len() - m.len()..).is_some_and(|w| w.eq_ignore_ascii_case(m))
                    })
            })
        });
        let (local, host) = (self.text.get(start..sign), self.text.get(sign + 1..end).unwrap_or_default());
        let services: [&[u8]; 7] =
            [b"HTTP/", b"host/", b"cifs/", b"ldap/", b"krbtgt/", b"nfs/", b"postgres/"];
        let realm = services.iter().any(|service| head.ends_with(service))
            && !host.iter().any(u8::is_ascii_lowercase);
        let list = host.starts_with(b"lists.");
        id || realm || list || matches!(local, Some(b"git" | b"hg" | b"svn"))
    }

    fn at_symbol(&mut self, index: usize, token: &Token) -> Option<usize> {
        match token.byte {
            b'@' => self.mail(token.start, 1),
            b'%' if self.text.get(token.start..token.start + 3) == Some(b"%40") => self.mail(token.start, 3),
            b'+' | b'(' if self.t(index + 1).kind == Kind::Number && self.glued(index) => {
                self.phone(index, token.start)
            }
            b'*' | b'#' => self.crossed(token.start),
            b':' => self.v6(token.start),
            _ => None,
        }
    }

    fn crossed(&mut self, start: usize) -> Option<usize> {
        let end = ssn::crossed(self.text, start)?;
        self.hit(start, end, I::Ssn, weight::SHAPE);
        Some(end)
    }

    fn at_number(&mut self, index: usize, token: &Token) -> Option<usize> {
        let start = token.start;
        let address = match self.byte(token.end) {
            b'.' => self.v4(index, start),
            b':' => self.v6(start),
            _ => None,
        };
        address
            .or_else(|| self.mac(start))
            .or_else(|| self.social(index, start))
            .or_else(|| self.card(index, start))
            .or_else(|| self.provider(index, token))
            .or_else(|| date::date(self.text, start).map(|date| date.end))
            .or_else(|| self.phone(index, start))
    }

    fn at_mixed(&mut self, index: usize, token: &Token) -> Option<usize> {
        let start = token.start;
        let address = if self.byte(token.end) == b':' { self.v6(start) } else { None };
        address
            .or_else(|| self.mac(start))
            .or_else(|| self.mbi(start))
            .or_else(|| self.vin(index, token))
            .or_else(|| self.dea(index, token))
            .or_else(|| self.iban(start))
            .or_else(|| self.crossed(start))
            .or_else(|| self.prefixed(token))
    }

    fn at_word(&mut self, token: &Token) -> Option<usize> {
        let address = self.byte(token.end) == b':';
        match token.byte {
            b'w' | b'W' if self.byte(token.end) == b'.' => self.url(token),
            b'h' | b'H' if address => self.url(token),
            b'f' | b'F' if address => self.url(token).or_else(|| self.v6(token.start)),
            b'X' | b'x' => self.crossed(token.start),
            b'a'..=b'e' | b'A'..=b'E' if token.len() <= 4 => {
                let found = if address { self.v6(token.start) } else { None };
                found.or_else(|| self.mac(token.start))
            }
            _ => None,
        }
    }

    fn url(&mut self, token: &Token) -> Option<usize> {
        let found = url::url(self.text, token.start)?;
        if let Ok(address) = std::str::from_utf8(self.text.get(found.host.clone())?)
            .unwrap_or("")
            .split(':')
            .next()
            .unwrap_or("")
            .parse::<IpAddr>()
            && (self.strict || internet::public(address))
        {
            self.hit(found.host.start, found.host.end, I::Ip, weight::SHAPE);
        }
        if url::of_a_standard(self.text, &found) {
            return Some(found.end);
        }
        if self.strict {
            self.hit(found.start, found.end, I::Url, weight::SHAPE);
            return Some(found.end);
        }
        // In logs only what it tells of a person is masked; the parts are read as what they are.
        Some(found.host.end)
    }

    fn v4(&mut self, index: usize, start: usize) -> Option<usize> {
        let (end, address) = internet::v4(self.text, start)?;
        if self.versioned(index) {
            return Some(end);
        }
        let asked =
            self.near(index, v::NETWORK, 3) && self.near(index, v::SUBJECT, 6) || self.hint == Some(I::Ip);
        let named = self.near(index, v::NETWORK | v::AGENT | v::URL, 5)
            || matches!(before(self.text, start), b'/' | b'@' | b'[')
            || index == 0
            || self.told_address(index, end);
        let small = address.octets().iter().all(|octet| *octet < 20);
        // `1.2.5.1-2`, `1.2.5.1+dfsg`: a version of a package.
        if small && matches!(self.byte(end), b'-' | b'+' | b'~') && shape::alphanumeric(self.byte(end + 1)) {
            return Some(end);
        }
        if internet::public(IpAddr::V4(address)) && (named || !small)
            || self.strict && !address.is_loopback() && !address.is_unspecified() && !small
            || asked
        {
            self.hit(start, end, I::Ip, weight::SHAPE);
        }
        Some(end)
    }

    /// Whether a word just before (`rhost=1.2.3.4`, `client 8.8.8.8`, `Ban 1.2.3.4`) or a port behind tells an address from
    /// a version.
    fn told_address(&self, index: usize, end: usize) -> bool {
        let port =
            matches!(self.byte(end), b':' | b'#') && matches!(shape::digits(self.text, end + 1, 6), 2..=5);
        let mut last = index.wrapping_sub(1);
        while index - last.min(index) < 3
            && self.t(last).kind == Kind::Symbol
            && matches!(self.t(last).byte, b'=' | b':' | b'(' | b'\'' | b'"')
        {
            last = last.wrapping_sub(1);
        }
        let words = words![
            "client",
            "host",
            "rhost",
            "rip",
            "lip",
            "peer",
            "src",
            "dst",
            "source",
            "destination",
            "remote",
            "ban",
            "unban",
            "banned",
            "blocked",
            "ping",
            "server",
            "router",
            "gateway",
            "nameserver",
            "address",
            "addr",
            "saddr",
            "daddr",
            "srcip",
            "dstip",
            "clientip",
            "for",
            "of",
            "action",
            "origin",
            "resolver",
        ];
        port || self.lower_is(last, words) && self.byte(end) != b'-'
    }

    fn v6(&mut self, start: usize) -> Option<usize> {
        let (end, address) = internet::v6(self.text, start)?;
        if internet::public(IpAddr::V6(address))
            || self.strict && !address.is_loopback() && !address.is_unspecified()
        {
            self.hit(start, end, I::Ip, weight::SHAPE);
        }
        Some(end)
    }

    fn mac(&mut self, start: usize) -> Option<usize> {
        let end = internet::mac(self.text, start)?;
        if self.person {
            self.hit(start, end, I::Device, weight::SHAPE);
        }
        Some(end)
    }

    fn social(&mut self, index: usize, start: usize) -> Option<usize> {
        if !matches!(self.t(index).len(), 3 | 4 | 9) {
            return None;
        }
        let context = self.hint == Some(I::Ssn) || self.near(index, v::SSN, 6) || self.social_behind(index);
        let prose = self.strict && !self.near(index, v::PHONE | v::FAX, 4);
        if context && self.four_of_ssn(index) {
            self.hit(start, start + 4, I::Ssn, weight::CONTEXT);
            return Some(start + 4);
        }
        let end = ssn::ssn(self.text, start, context)
            .or_else(|| ssn::ssn(self.text, start, true).filter(|end| prose && end - start == 11))?;
        self.hit(start, end, I::Ssn, weight::CHECKED);
        Some(end)
    }

    /// `SSN ending in 6789`, `last four of SSN: 6789`.
    fn four_of_ssn(&self, index: usize) -> bool {
        let token = self.t(index);
        token.len() == 4
            && shape::begins(self.text, token.start)
            && shape::ends(self.text, token.end)
            && (1..=7)
                .any(|by| self.lower_is(index.wrapping_sub(by), words!["last", "ending", "ends", "last4"]))
    }

    fn card(&mut self, index: usize, start: usize) -> Option<usize> {
        card::card(self.text, start, true)?;
        let context = self.hint == Some(I::Card) || self.near(index, v::CARD, 6);
        let end = card::card(self.text, start, context)?;
        if !context && (self.dumped(index, end) || self.counted(index, end)) {
            return None;
        }
        self.hit(start, end, I::Card, weight::CHECKED);
        Some(end)
    }

    /// Whether a word of programs stands just before a number without blanks: `tid 378564661290667`, `offset=4111…`.
    fn counted(&self, index: usize, end: usize) -> bool {
        let mut last = index.wrapping_sub(1);
        while index - last.min(index) < 4
            && (self.t(last).kind == Kind::Symbol
                && matches!(self.t(last).byte, b'=' | b':' | b'"' | b'_' | b'\'')
                || self.lower_is(last, words!["id", "ms", "ns", "us", "nanos", "micros", "millis", "no"]))
        {
            last = last.wrapping_sub(1);
        }
        self.t(index).end == end
            && self.lower_is(
                last,
                words![
                    "tid",
                    "thread",
                    "pid",
                    "seq",
                    "sequence",
                    "offset",
                    "lsn",
                    "scn",
                    "xid",
                    "txid",
                    "txn",
                    "flow",
                    "span",
                    "trace",
                    "nanos",
                    "timestamp",
                    "ts",
                    "time",
                    "epoch",
                    "bytes",
                    "size",
                    "len",
                    "length",
                    "crc",
                    "checksum",
                    "cursor",
                    "generation",
                    "revision",
                    "etag",
                    "inode",
                    "blk",
                    "block",
                    "addr",
                    "ptr",
                    "clock",
                    "shard",
                    "snowflake",
                    "hash",
                    "seed",
                    "nonce",
                    "counter",
                    "count",
                    "usec",
                    "nsec",
                ],
            )
    }

    /// Whether groups of four stand in a dump of memory: `3130 3234 2020 5175 6572`.
    fn dumped(&self, index: usize, end: usize) -> bool {
        let four = |token: &Token| {
            matches!(token.kind, Kind::Number | Kind::Mixed | Kind::Word)
                && token.len() == 4
                && self.bytes(token).iter().all(u8::is_ascii_hexdigit)
        };
        let (first, after) = (self.t(index), self.index_at(end));
        first.len() == 4
            && (four(self.back(index, 1)) && self.back(index, 1).end + 1 == first.start
                || four(self.t(after)) && end + 1 == self.t(after).start)
    }

    fn mbi(&mut self, start: usize) -> Option<usize> {
        let end = shape::mbi::mbi(self.text, start)?;
        self.hit(start, end, I::HealthPlan, weight::CHECKED);
        Some(end)
    }

    /// Ten digits that are an NPI by their check digit, where a word says so or prose is read.
    fn provider(&mut self, index: usize, token: &Token) -> Option<usize> {
        if token.len() == 10
            && (self.strict || self.hint == Some(I::Npi) || self.near(index, v::PROVIDER, 4))
            && (digits::npi(self.bytes(token)) || self.near(index, v::PROVIDER, 3))
            && shape::ends(self.text, token.end)
        {
            self.hit(token.start, token.end, I::Npi, weight::CHECKED);
            return Some(token.end);
        }
        None
    }

    fn vin(&mut self, index: usize, token: &Token) -> Option<usize> {
        let bytes = self.bytes(token);
        if bytes.len() != 17 {
            return None;
        }
        let capitals = bytes.iter().all(|b| !b.is_ascii_lowercase());
        let context = self.near(index, v::VEHICLE, 6);
        let free = shape::begins(self.text, token.start) && shape::ends(self.text, token.end);
        if free && digits::vin(bytes) && (capitals || context) {
            self.hit(token.start, token.end, I::Vehicle, weight::CHECKED);
            return Some(token.end);
        }
        None
    }

    fn dea(&mut self, index: usize, token: &Token) -> Option<usize> {
        let bytes = self.bytes(token);
        if bytes.len() != 9 {
            return None;
        }
        let capitals = bytes.first().is_some_and(u8::is_ascii_uppercase);
        let context = self.near(index, v::PROVIDER | v::LICENCE, 4);
        let free = shape::begins(self.text, token.start) && shape::ends(self.text, token.end);
        if capitals && free && digits::dea(bytes) && (context || self.person) {
            self.hit(token.start, token.end, I::Dea, weight::CHECKED);
            return Some(token.end);
        }
        None
    }

    fn iban(&mut self, start: usize) -> Option<usize> {
        let end = shape::iban::iban(self.text, start)?;
        self.hit(start, end, I::Account, weight::CHECKED);
        Some(end)
    }
}
