//! Numbers of persons that no key announces: in paths, behind names, in UDIs, names of accounts, names of pictures.

use super::{
    Reader,
    token::{Kind, Token, at},
    weight,
};
use crate::{
    Identifier as I,
    shape::{alphanumeric, begins, digits, ends},
    words::{list, users, vocabulary as v, words},
};

/// Nouns whose number is a person's also in logs: `account 334598457055`.
pub(crate) const NUMBERED: &[u64] = list!(
    "account acct visit encounter policy member subscriber chart claim accession guarantor medicaid medicare \
     mrn patient insurance pt specimen prescription referral authorization enrollee beneficiary empi euid eid \
     csn har fin hicn mbi emr plate plates vehicle permit episode admission license licence passport auth rx \
     bcbs aetna cigna humana anthem kaiser tricare uhc requisition"
);

/// Words before a noun that make it a machine's.
pub(super) const ELSEWHERE: &[u64] = list!(
    "helm volume network retention jwt oidc service storage bucket iam cache pie bar web software raft \
     consumer queue mqtt kafka pubsub cloud aws gcp azure basic bearer oauth eviction restart tcp ssh ssl tls \
     key cert certificate host browser query public rsa git gpg pgp json"
);

/// Longest identifier of a device with its groups, in bytes.
const DEVICE: usize = 128;

impl Reader<'_> {
    /// Finds them.
    pub(super) fn numbered(&mut self) {
        for index in 0..self.tokens.len() {
            let token = self.t(index);
            if token.kind == Kind::Word && matches!(self.byte(token.end), b'_' | b'-' | b':' | b'#') {
                self.joined(index);
            }
            match token.kind {
                Kind::Symbol if token.byte == b'/' => self.path(index),
                Kind::Symbol if token.byte == b'|' => self.system(index),
                Kind::Symbol if token.byte == b'#' && self.strict => self.hash(index),
                Kind::Word
                    if self.lower_is(index, words!["state"]) && self.lower_is(index + 1, words!["id"]) =>
                {
                    if let Some(range) = self.number_from(self.skip_signs(index + 2))
                        && (self.strict
                            || self.person
                                && super::value::formed(self.text.get(range.clone()).unwrap_or_default()))
                    {
                        self.hit(range.start, range.end, I::Licence, weight::CONTEXT);
                    }
                }
                Kind::Symbol if token.byte == b'(' => self.device(token.start),
                Kind::Symbol if token.byte == b'-' => self.logged_user(index),
                Kind::Word
                    if token.is(v::USER)
                        || self.lower_is(index, words!["account"])
                            && self.lower_is(
                                index.wrapping_sub(1),
                                words!["portal", "mychart", "user", "login", "web"],
                            ) =>
                {
                    self.user(index)
                }
                Kind::Word
                    if token.is(v::BIOMETRIC)
                        || self.lower_is(index, words!["print", "signature", "recording"])
                            && self.lower_is(
                                index.wrapping_sub(1),
                                words!["voice", "finger", "palm", "face", "retina"],
                            ) =>
                {
                    if self.picture_word(token) {
                        self.named_picture(index);
                    }
                    self.template(index);
                }
                Kind::Word
                    if self.lower_is(
                        index,
                        words!["png", "jpg", "jpeg", "heic", "tif", "tiff", "dcm", "bmp", "webp", "gif"],
                    ) =>
                {
                    self.picture(index)
                }
                Kind::Word
                    if self.lower_is(index, words!["s"])
                        && self.t(index + 1).symbol(b'/')
                        && self.lower_is(index + 2, words!["n"])
                        && self.glued(index) =>
                {
                    if self.person
                        && let Some(range) = self.number_from(self.skip_signs(index + 3))
                    {
                        self.hit(range.start, range.end, I::Device, weight::CONTEXT);
                    }
                }
                Kind::Mixed if token.len() == 5 => self.donation(index),
                Kind::Word if self.picture_word(token) => self.named_picture(index),
                Kind::Word
                    if token.is(v::MRN
                        | v::PLAN
                        | v::ACCOUNT
                        | v::LICENCE
                        | v::VEHICLE
                        | v::OTHER
                        | v::DEVICE
                        | v::PAYER) =>
                {
                    self.direct(index)
                }
                _ => {}
            }
        }
    }

    /// In prose: `LMFT #MD092104`, `old # 123456`.
    fn hash(&mut self, index: usize) {
        if let Some(range) = self.number_from(index + 1) {
            let value = self.text.get(range.clone()).unwrap_or_default();
            let licence = self.back(index, 1).is(v::SUFFIX);
            if crate::check::digits::count(value) >= 5 {
                self.hit(
                    range.start,
                    range.end,
                    if licence { I::Licence } else { I::Other },
                    weight::GUESS + 5,
                );
            }
        }
    }

    /// Whether the path around a place is one of a host's own directories.
    fn of_a_host(&self, place: usize) -> bool {
        let head = self.text.get(place.saturating_sub(96)..place).unwrap_or_default();
        let from = head.iter().rposition(|b| !b.is_ascii_alphanumeric() && !b"/_-.".contains(b));
        let path = head.get(from.map_or(0, |from| from + 1)..).unwrap_or_default();
        [&b"/var/"[..], b"/etc/", b"/opt/", b"/usr/", b"/run/", b"/proc/", b"/sys/"]
            .iter()
            .any(|own| path.starts_with(own))
    }

    /// `MRN054226`: the word for a number and the number as one.
    pub(super) fn prefixed(&mut self, token: &Token) -> Option<usize> {
        let bytes = self.bytes(token);
        let letters = bytes.iter().take_while(|b| b.is_ascii_alphabetic()).count();
        let (word, number) = bytes.split_at_checked(letters)?;
        let roles = v::vocabulary().get(crate::words::hash(word));
        let told = letters >= 3
            && roles & v::DIRECT != 0
            && roles & v::MRN != 0
            && (5..=12).contains(&number.len())
            && number.iter().all(u8::is_ascii_digit)
            && begins(self.text, token.start)
            && ends(self.text, token.end);
        told.then(|| {
            self.hit(token.start, token.end, I::Mrn, weight::CONTEXT);
            token.end
        })
    }

    /// `Jane Roe (12345678)`: a number in brackets behind a name.
    pub(super) fn number_behind(&mut self, end: usize) {
        let mut next = self.index_at(end);
        // `Roe,Jane M (PID 775-06-20)`.
        let told = self.t(next).symbol(b'(') && self.lower_is(next + 1, words!["pid", "mrn", "id", "mr"]);
        if told {
            next = self.skip_signs(next + 2) - 1;
        }
        if !(self.person || told) {
            return;
        }
        if told
            && let Some(range) = self.number_from(next + 1)
            && super::value::formed(self.text.get(range.clone()).unwrap_or_default())
        {
            self.hit(range.start, range.end, I::Mrn, weight::CONTEXT);
            return;
        }
        if !(self.t(next).symbol(b'(') || self.t(next).symbol(b'#')) {
            self.number_after(next);
            return;
        }
        if let Some(range) = self.number_from(next + 1) {
            let value = self.text.get(range.clone()).unwrap_or_default();
            let closed = self.byte(range.end) == b')' || self.t(next).symbol(b'#');
            if closed && crate::check::digits::count(value) >= 5 && !value.contains(&b'.') {
                self.hit(range.start, range.end, I::Mrn, weight::GUESS + 5);
            }
        }
    }

    /// In logs: `WHITFIELD, MARGARET - 5366582526`, `Margaret Whitfield 48213377`.
    fn number_after(&mut self, index: usize) {
        let mut first = index + usize::from(self.t(index).symbol(b'-') || self.t(index).symbol(b'|'));
        // `[QUIST, ORLA] id=98-6424-60`, `Quist, id: A551027`.
        let mut told = first;
        while told < index + 3 && matches!(self.t(told).byte, b']' | b')' | b',' | b';' | b'"' | b'\'') {
            told += 1;
        }
        if self.lower_is(told, words!["id", "no", "number", "mrn", "ident"]) && !self.strict {
            let next = self.skip_signs(told + 1);
            let noun = self.t(told);
            if self.t(next).start <= noun.end + 2
                && let Some(range) = self.number_from(next)
                && super::value::formed(self.text.get(range.clone()).unwrap_or_default())
            {
                self.hit(range.start, range.end, I::Mrn, weight::CONTEXT);
            }
            return;
        }
        if self.t(first).symbol(b'"') {
            first += 1;
        }
        if self.strict || self.t(first).start > self.back(index, 1).end + 4 {
            return;
        }
        let Some(range) = self.number_from(first) else { return };
        let value = self.text.get(range.clone()).unwrap_or_default();
        // `Roe, Jane|80053|$1666.93`: the code of a procedure, and what it costs.
        let charged = value.len() == 5 && at(self.text, range.end + 1) == b'$';
        let enough = crate::check::digits::count(value) >= 5 && super::value::formed(value) && !charged;
        if enough && range.start > self.back(index, 1).end && !self.measured(range.end) {
            self.hit(range.start, range.end, I::Mrn, weight::GUESS + 5);
        }
    }

    pub(super) fn skip_signs(&self, index: usize) -> usize {
        let mut next = index;
        while next < index + 3
            && self.t(next).kind == Kind::Symbol
            && matches!(self.t(next).byte, b':' | b'#' | b'.' | b'=' | b'"')
        {
            next += 1;
        }
        next
    }

    /// `/patients/12345`, `/members/AB-1/address`, `/claims/_doc/3511N646477`.
    fn path(&mut self, index: usize) {
        let mut noun = self.back(index, 1);
        if noun.end != self.t(index).start {
            return;
        }
        let mut place = index - 1;
        // A document of Elasticsearch stands below its index.
        if self.lower_is(place, words!["doc", "update", "source", "create"])
            && self.back(index, 2).symbol(b'_')
            && self.back(index, 3).symbol(b'/')
            && place >= 3
        {
            place -= 3;
            noun = self.t(place);
        }
        let nouns = list!(
            "members member subscribers persons person beneficiaries enrollees encounters chart charts clients claims \
             claim mrn visits visit encounter specimens accessions policies prescriptions prescription authorizations \
             authorization referrals episodes admissions enrollee beneficiary insured guarantors rx subscriber account \
             accounts appointment appointments appt appts refill refills accession residents families family household \
             households exam exams referrals prior_auths eligibility immunizations"
        );
        if !(noun.is(v::SUBJECT | v::PERSON)
            || self.lower_is(place, nouns)
            || self.resource(place)
            || self.of_a_portal(index))
        {
            return;
        }
        // `/var/lib/clients/4821/data`: a program has clients.
        if self.lower_is(place, words!["client", "clients"]) && !self.cares() && self.of_a_host(noun.start) {
            return;
        }
        let start = self.t(index).end;
        let rest = self.text.get(start..).unwrap_or_default();
        let length = rest
            .iter()
            .take(64)
            .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
            .count();
        let value = rest.get(..length).unwrap_or_default();
        // `/claims/E9125246437.835`, `/account/9752.61516/card`, `/members/W4607 21897/card`.
        let point = value.iter().rposition(|b| *b == b'.');
        let kind = point.and_then(|at| value.get(at + 1..)).unwrap_or_default();
        let digits = |part: &[u8]| part.iter().all(u8::is_ascii_digit);
        let message = [&b"835"[..], b"837", b"270", b"271", b"277", b"278"].contains(&kind);
        let (value, length) = match point {
            Some(at)
                if message || (2..=4).contains(&kind.len()) && kind.iter().all(u8::is_ascii_lowercase) =>
            {
                (value.get(..at).unwrap_or_default(), at)
            }
            _ => (value, length),
        };
        let halves = point.is_some_and(|at| {
            at >= 3
                && at < length
                && digits(value.get(..at).unwrap_or_default())
                && kind.len() >= 3
                && digits(kind)
        });
        let second =
            rest.get(length + 1..).unwrap_or_default().iter().take_while(|b| b.is_ascii_digit()).count();
        let apart =
            at(rest, length) == b' ' && second >= 4 && matches!(at(rest, length + 1 + second), b'/' | b'?');
        let length = if apart { length + 1 + second } else { length };
        let value = rest.get(..length).unwrap_or_default();
        // What people are asked for by name; other things are also asked for by day, kind or word.
        let person = noun.is(v::SUBJECT | v::PERSON | v::WHO)
            || self.resource(place)
            || self.lower_is(
                place,
                words!["clients", "residents", "families", "family", "households", "household"],
            );
        if self.of_a_server(index, place, start + length) {
            return;
        }
        // `/claims/claims-20240302.log`: what was written that day.
        let dated = value.len() > 8
            && crate::shape::date::compact(value.get(value.len() - 8..).unwrap_or_default(), 0) == Some(8)
            && value.first().is_some_and(u8::is_ascii_lowercase);
        let twilio = value.len() == 34 && value.starts_with(b"AC");
        if dated || twilio || super::coined::piece(value) {
            return;
        }
        let number = super::value::machine_made(value) || super::value::loosely_formed(value) || halves;
        if crate::check::digits::count(value) >= 2
            && noun.kind == Kind::Word
            && (!value.contains(&b'.') || halves)
            && (person || number || noun.is(v::MRN))
        {
            let plan = noun.is(v::PLAN) && !noun.is(v::SUBJECT);
            self.hit(start, start + length, if plan { I::HealthPlan } else { I::Mrn }, weight::CONTEXT);
        }
    }

    /// `/var/lib/clients/4821/data`, `GET /members/48213/metrics`: those whom a server serves.
    fn of_a_server(&self, index: usize, noun: usize, end: usize) -> bool {
        if self.cares()
            || !self.lower_is(
                noun,
                words![
                    "client",
                    "clients",
                    "member",
                    "members",
                    "subscriber",
                    "subscribers",
                    "subject",
                    "subjects",
                    "account",
                    "accounts",
                    "participant",
                    "recipient"
                ],
            )
        {
            return false;
        }
        let behind = self.index_at(end);
        let measured = self.t(behind).symbol(b'/')
            && self.lower_is(
                behind + 1,
                list!("metrics health healthz heartbeat stats lag quota connections sockets leases logs tls readyz livez ping offsets keys shards replicas sessions"),
            );
        let mut first = index;
        while first > 0
            && self.t(first - 1).end == self.t(first).start
            && (self.t(first - 1).kind != Kind::Symbol
                || matches!(self.t(first - 1).byte, b'/' | b'-' | b'_' | b'.'))
        {
            first -= 1;
        }
        let kept = self.t(first).symbol(b'/')
            && self.lower_is(first + 1, words!["var", "proc", "sys", "etc", "run", "usr", "opt", "dev"]);
        measured || kept
    }

    /// `/mychart/messages/40979660`, `/lab-results/A64336229`; `devices/NKR779535S/telemetry` in a line about a person.
    fn of_a_portal(&self, index: usize) -> bool {
        let noun = index.wrapping_sub(1);
        let portal = self
            .lower_is(noun, words!["messages", "message", "documents", "letters", "forms", "results"])
            && self.lower_is(
                index.wrapping_sub(3),
                words!["mychart", "portal", "patient", "patients", "chart", "charts", "inbox", "lab"],
            );
        let segment = self.text.get(self.t(index).end..).unwrap_or_default();
        let mut segment = segment.iter().take(24).take_while(|b| b.is_ascii_alphanumeric() || **b == b'-');
        let lettered = segment.any(u8::is_ascii_uppercase) || self.cares();
        portal
            || lettered && self.lower_is(noun, words!["results", "reports"])
            || self.person && self.lower_is(noun, words!["devices", "device", "orders"])
    }

    /// A unique device identifier as GS1 writes it (21 CFR 801.20): `(01)` and 14 digits, then other groups.
    fn device(&mut self, start: usize) {
        if self.text.get(start..start + 4) != Some(b"(01)") || digits(self.text, start + 4, 15) != 14 {
            return;
        }
        let mut end = start + 18;
        while end < start + DEVICE
            && at(self.text, end) == b'('
            && digits(self.text, end + 1, 3) == 2
            && at(self.text, end + 3) == b')'
        {
            end += 4;
            while alphanumeric(at(self.text, end))
                || matches!(at(self.text, end), b'-' | b'/' | b'.') && alphanumeric(at(self.text, end + 1))
            {
                end += 1;
            }
        }
        self.hit(start, end, I::Device, weight::CHECKED);
    }

    /// `- jroe [22/Nov/2026:…`: the user of an access log.
    fn logged_user(&mut self, index: usize) {
        let user = self.t(index + 1);
        if index > 60 || user.start != self.t(index).end + 1 || user.kind == Kind::None {
            return;
        }
        let end = self.account_end(user);
        if at(self.text, end) == b' ' && at(self.text, end + 1) == b'[' && digits(self.text, end + 2, 2) == 2
        {
            let value = self.text.get(user.start..end).unwrap_or_default();
            if users::personal(value) || users::written(value) {
                self.hit(user.start, end, I::Other, weight::CONTEXT);
            }
        }
    }

    fn account_end(&self, user: &Token) -> usize {
        let rest = self.text.get(user.start..).unwrap_or_default();
        let length = rest
            .iter()
            .take(64)
            .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
            .count();
        let mut end = user.start + length;
        while end > user.start && at(self.text, end - 1) == b'.' {
            end -= 1;
        }
        end
    }

    /// `user=jroe`, `login: jane.roe`, `for user jroe23`.
    fn user(&mut self, index: usize) {
        let mut next = index + 1;
        while next < index + 4
            && self.t(next).kind == Kind::Symbol
            && matches!(self.t(next).byte, b':' | b'=' | b'"' | b'\'' | b'_' | b'(' | b'[')
            || self.lower_is(
                next,
                words![
                    "name",
                    "id",
                    "by",
                    "as",
                    "is",
                    "ok",
                    "incorrect",
                    "failed",
                    "for",
                    "succeeded",
                    "denied"
                ],
            ) && next < index + 3
        {
            next += 1;
        }
        let user = self.t(next);
        if !matches!(user.kind, Kind::Word | Kind::Mixed) {
            return;
        }
        let end = self.account_end(user);
        let name = self.text.get(user.start..end).unwrap_or_default();
        let told = self.strict
            && name.len() >= 4
            && self.lower_is(next.wrapping_sub(1), words!["is"])
            && !self.t(next).known(crate::words::WORD);
        if users::personal(name) || self.strict && users::account(name) || told {
            self.hit(user.start, end, I::Other, weight::CONTEXT);
        }
    }
}
