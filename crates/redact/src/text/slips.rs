//! In prose: numbers that offices hand out and people note on slips: parcels, confirmations, cases of police and of
//! child protection, pagers, gate codes, licences with the letters of a board.

use std::ops::Range;

use super::{
    Reader,
    token::{Case, Kind},
    value::{formed, plausible},
    weight,
};
use crate::{
    Identifier as I,
    check::digits,
    shape::alphanumeric,
    words::{list, vocabulary as v, words},
};

/// What opens a house or a gate, before `code`.
const OPENED: &[u64] = list!(
    "gate door garage alarm entry lockbox keypad lock buzzer access building house security front back box callbox \
     garage elevator lobby apartment apt"
);

/// Codes that everybody looks up.
const LOOKED_UP: &[u64] = list!(
    "icd cpt hcpcs drg zip error ndc billing diagnosis dx status procedure rev revenue postal area country promo coupon \
     modifier condition occurrence value reject rejection denial reason carc rarc loinc snomed color colour exit fault \
     dress bar qr tax wrap cluster outbreak lot product item part order catalog ref hex"
);

/// Letters before the numbers of standards, of weaknesses and of rules: no one's.
const STANDARDS: &[u64] =
    list!("cve cwe rfc iso iec ansi astm ieee nist usc cfr ndc cas doi issn isbn din en fips kb chg rel");

impl Reader<'_> {
    /// Finds them.
    pub(super) fn slips(&mut self) {
        if !self.strict {
            return;
        }
        for index in 0..self.tokens.len() {
            let token = self.t(index);
            match token.kind {
                Kind::Number if token.len() == 4 => self.certified(index),
                Kind::Number if token.len() == 3 => self.dialled_abroad(index),
                Kind::Number if token.len() == 10 => self.ten_digits(index),
                Kind::Number if token.len() == 2 => self.accession(index),
                Kind::Mixed if token.len() == 18 => self.parcel(index),
                Kind::Mixed if token.len() <= 5 && self.t(index + 1).symbol(b'-') => {
                    self.case_of_a_laboratory(index)
                }
                Kind::Mixed if (9..=12).contains(&token.len()) => self.behind_a_model(index),
                Kind::Symbol if token.byte == b'#' => self.numbered_licence(index),
                Kind::Word if token.case == Case::Upper && self.t(index + 1).symbol(b'-') => {
                    self.run_by_year(index);
                    self.opener(index);
                }
                Kind::Word => self.opener(index),
                _ => {}
            }
        }
    }

    pub(super) fn stands_alone(&self, start: usize, end: usize) -> bool {
        let before = self.byte(start.wrapping_sub(1));
        !(start > 0 && (alphanumeric(before) || matches!(before, b'-' | b'/' | b'.' | b'_')))
            && !alphanumeric(self.byte(end))
            && !(matches!(self.byte(end), b'-' | b'/' | b'_') && alphanumeric(self.byte(end + 1)))
    }

    pub(super) fn number_of(&mut self, range: Range<usize>, identifier: I) {
        let value = self.text.get(range.clone()).unwrap_or_default();
        if identifier == I::Other && !plausible(identifier, value) {
            return;
        }
        self.hit(range.start, range.end, identifier, weight::GUESS + 6);
    }

    /// `6712386925 or email …`: what could be dialled, and nothing says that it counts goods.
    fn ten_digits(&mut self, index: usize) {
        let token = self.t(index);
        let dialled = matches!(self.bytes(token), [b'2'..=b'9', b'0'..=b'8', _, b'2'..=b'9', ..]);
        let goods = list!(
            "lot ndc isbn upc gtin ref model part order po invoice catalog sku item asset version batch npi taxonomy sn serial"
        );
        let of_goods = (1..=3).any(|by| self.lower_is(index.wrapping_sub(by), goods));
        if dialled && !of_goods && self.stands_alone(token.start, token.end) && !self.measured(token.end) {
            self.hit(token.start, token.end, I::Phone, weight::GUESS);
        }
    }

    /// `7019 0700 0000 6587 7591`: certified mail, in groups of four (Publication 199 of the postal service).
    fn certified(&mut self, index: usize) {
        if !matches!(self.bytes(self.t(index)), [b'7', b'0' | b'1', ..] | [b'9', b'1'..=b'5', ..]) {
            return;
        }
        let mut last = index;
        while last < index + 5
            && self.t(last + 1).kind == Kind::Number
            && self.t(last + 1).start == self.t(last).end + 1
            && self.byte(self.t(last).end) == b' '
            && (self.t(last + 1).len() == 4 || last == index + 4 && self.t(last + 1).len() == 2)
        {
            last += 1;
        }
        let (start, end) = (self.t(index).start, self.t(last).end);
        if last >= index + 4 && self.stands_alone(start, end) {
            self.hit(start, end, I::Other, weight::CHECKED + 1);
        }
    }

    /// `1Z999AA10123456784`: a parcel, its sender's account within.
    fn parcel(&mut self, index: usize) {
        let token = self.t(index);
        let bytes = self.bytes(token);
        let upper = bytes.iter().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase());
        if bytes.starts_with(b"1Z")
            && upper
            && digits::count(bytes) >= 6
            && self.stands_alone(token.start, token.end)
        {
            self.number_of(token.start..token.end, I::Other);
        }
    }

    /// `011 52 55 3170 7944`: a telephone abroad, as it is dialled from North America.
    fn dialled_abroad(&mut self, index: usize) {
        if self.bytes(self.t(index)) != b"011" {
            return;
        }
        let (mut last, mut count) = (index, 3);
        while last < index + 12 {
            let sign = usize::from(
                matches!(self.t(last + 1).byte, b'-' | b'.') && self.t(last + 1).kind == Kind::Symbol,
            );
            let group = self.t(last + 1 + sign);
            if group.kind != Kind::Number || group.start > self.t(last).end + 1 || group.len() > 11 {
                break;
            }
            count += group.len();
            last += 1 + sign;
        }
        let (start, end) = (self.t(index).start, self.t(last).end);
        if (11..=18).contains(&count) && last > index && self.stands_alone(start, end) {
            self.hit(start, end, I::Phone, weight::CONTEXT);
        }
    }

    /// `GRV-24-11479`, `WC-2024-0417`: letters of an office, the year, a number that runs.
    fn run_by_year(&mut self, index: usize) {
        let (letters, year, number) = (self.t(index), self.t(index + 2), self.t(index + 4));
        let shaped = (2..=5).contains(&letters.len())
            && self.t(index + 3).symbol(b'-')
            && year.kind == Kind::Number
            && matches!(year.len(), 2 | 4)
            && number.kind == Kind::Number
            && (4..=7).contains(&number.len())
            && (index..index + 4).all(|at| self.glued(at))
            && !self.lower_is(index, STANDARDS);
        if shaped && self.stands_alone(letters.start, number.end) {
            self.number_of(letters.start..number.end, I::Other);
        }
    }

    /// What a word announces that no table of nouns holds.
    fn opener(&mut self, index: usize) {
        match () {
            () if self
                .lower_is(index, words!["code", "pin", "combo", "combination", "lockbox", "keypad"]) =>
            {
                self.gate_code(index);
            }
            () if self.lower_is(index, words!["pager", "pgr", "beeper", "bpr", "pagers", "p", "pg"]) => {
                self.pager(index);
            }
            () if self.lower_is(index, words!["iban"]) => self.bank_abroad(index),
            () if self.lower_is(index, words!["chk", "check", "ck", "cheque"]) => self.cheque(index),
            () if self.lower_is(index, words!["lic", "license", "licence", "cert", "registration"]) => {
                self.board(index);
            }
            () if self.lower_is(index, words!["confirmation", "conf", "pnr", "booking"]) => {
                // `Confirmation QWAF21`.
                let value = self.t(self.beyond(index + 1, 3));
                let bytes = self.bytes(value);
                if value.kind == Kind::Mixed
                    && (5..=8).contains(&bytes.len())
                    && !bytes.iter().any(u8::is_ascii_lowercase)
                    && self.stands_alone(value.start, value.end)
                {
                    self.number_of(value.start..value.end, I::Other);
                }
            }
            () if self.lower_is(index, words!["npn", "nmls", "crd"]) => {
                // National producer number: who sells insurance.
                if let Some(range) = self.stated_value(self.beyond(index + 1, 3), 5) {
                    self.number_of(range, I::Licence);
                }
            }
            () if self.lower_is(index, words!["grp", "rxgrp"]) => {
                // `PCN A4  Grp 14-28599`: the group of a plan.
                if let Some(range) = self.stated_value(self.beyond(index + 1, 3), 5) {
                    self.number_of(range, I::HealthPlan);
                }
            }
            () if self.lower_is(index, words!["merge", "merged", "merging", "dupe", "dup", "duplicate"]) => {
                self.merged_records(index);
            }
            () if self.lower_is(index, words!["record"]) && self.lower_is(index + 1, words!["id"]) => {
                let value = self.t(self.skip_signs(index + 2));
                let redcap =
                    (1..=4).any(|by| self.lower_is(index.wrapping_sub(by), words!["redcap", "study"]));
                if redcap && value.kind == Kind::Number && value.len() < 6 {
                    self.number_of(value.start..value.end, I::Other);
                }
            }
            () if self.lower_is(index, words!["account", "login", "acct"]) => self.portal_account(index),
            () if self.lower_is(index, words!["ref", "reference"]) => {
                let range = self.stated_value(self.beyond(index + 1, 3), 5);
                // `REF 42-5026-066-01`: what a maker calls a thing.
                let catalogued = self.t(index).case == Case::Upper && !self.t(index + 1).symbol(b'#')
                    || (2..=6).any(|by| {
                        self.lower_is(index + by, words!["lot", "sn", "serial", "exp", "size", "sz"])
                    });
                if let Some(range) = range.filter(|range| {
                    let value = self.text.get(range.clone()).unwrap_or_default();
                    !catalogued
                        && formed(value)
                        && digits::count(value) >= 6
                        && value.iter().filter(|b| **b == b'-').count() < 2
                }) {
                    self.number_of(range, I::Other);
                }
            }
            () => {}
        }
    }

    /// `Gate code 7487`, `lockbox is 4471`, `code NCZ-Q409`.
    fn gate_code(&mut self, index: usize) {
        let alone = self.lower_is(index, words!["lockbox", "keypad"]);
        let opens = alone || self.lower_is(index.wrapping_sub(1), OPENED);
        let next = self.beyond(index + 1, 3) + usize::from(alone && self.lower_is(index + 1, words!["code"]));
        let value = self.t(next);
        if opens
            && value.kind == Kind::Number
            && (3..=6).contains(&value.len())
            && self.stands_alone(value.start, value.end)
        {
            self.number_of(value.start..value.end, I::Other);
            return;
        }
        let Some(range) = self.number_from(next) else { return };
        let bytes = self.text.get(range.clone()).unwrap_or_default();
        let letters = bytes.iter().filter(|b| b.is_ascii_uppercase()).count();
        let parted = bytes.iter().filter(|b| **b == b'-').count() == 1;
        let written = bytes.iter().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || *b == b'-');
        let looked_up = (1..=2).any(|by| self.lower_is(index.wrapping_sub(by), LOOKED_UP));
        if self.lower_is(index, words!["code"])
            && !looked_up
            && parted
            && written
            && letters >= 2
            && letters + digits::count(bytes) >= 7
            && digits::count(bytes) >= 2
        {
            self.number_of(range, I::Other);
        }
    }

    /// `pager 49756`, `Pager 5-2048`, `Dr. Roe, p 5766`.
    fn pager(&mut self, index: usize) {
        let short = self.t(index).len() < 3;
        if short && !(self.back(index, 1).symbol(b',') && self.t(index).case == Case::Lower) {
            return;
        }
        let first = self.beyond(index + 1, 3);
        let (value, second) = (self.t(first), self.t(first + 2));
        let parted = value.kind == Kind::Number
            && value.len() == 1
            && self.t(first + 1).symbol(b'-')
            && second.kind == Kind::Number
            && second.len() == 4;
        let end = if parted { second.end } else { value.end };
        let plain = value.kind == Kind::Number && (4..=6).contains(&value.len());
        if (plain || parted)
            && self.stands_alone(value.start, end)
            && !(self.byte(end) == b'.' && self.byte(end + 1).is_ascii_digit())
            && !self.measured(end)
        {
            self.number_of(value.start..end, I::Phone);
        }
    }

    /// `IBAN DE73 5750 6744 9909 2074 53`: also one that was typed wrong (ISO 13616: country, two digits, up to thirty).
    fn bank_abroad(&mut self, index: usize) {
        let first = self.skip_signs(index + 1);
        let head = self.bytes(self.t(first));
        if !matches!(head, [a, b, c, d, ..] if a.is_ascii_uppercase() && b.is_ascii_uppercase() && c.is_ascii_digit() && d.is_ascii_digit())
        {
            return;
        }
        let (mut last, mut count) = (first, head.len());
        while head.len() == 4
            && last < first + 8
            && self.t(last + 1).start == self.t(last).end + 1
            && self.t(last + 1).len() <= 4
            && (self.t(last + 1).kind == Kind::Number
                || matches!(self.t(last + 1).kind, Kind::Mixed | Kind::Word)
                    && !self.bytes(self.t(last + 1)).iter().any(u8::is_ascii_lowercase))
        {
            last += 1;
            count += self.t(last).len();
        }
        if (15..=34).contains(&count) {
            self.hit(self.t(first).start, self.t(last).end, I::Account, weight::CHECKED);
        }
    }

    /// `Chk # 4360`, `check no. 1182`.
    fn cheque(&mut self, index: usize) {
        let sign = self.t(index + 1).symbol(b'#') || self.lower_is(index + 1, words!["no", "number", "num"]);
        let value = self.t(self.beyond(index + 1, 3));
        if sign
            && value.kind == Kind::Number
            && (3..=8).contains(&value.len())
            && self.stands_alone(value.start, value.end)
        {
            self.number_of(value.start..value.end, I::Account);
        }
    }

    /// `Lic# OPT 58688`, `license no. G 48213`: letters of a board, and the number.
    fn board(&mut self, index: usize) {
        let first = self.beyond(index + 1, 3);
        let (letters, value) = (self.t(first), self.t(first + 1));
        if letters.kind == Kind::Word
            && matches!(letters.case, Case::Upper | Case::Single)
            && letters.len() <= 4
            && value.kind == Kind::Number
            && (4..=8).contains(&value.len())
            && value.start == letters.end + 1
            && self.stands_alone(letters.start, value.end)
        {
            self.number_of(letters.start..value.end, I::Licence);
        }
    }

    /// `FD# 8702`, `RPh# 20417`: letters of a trade, and the number of its licence.
    fn numbered_licence(&mut self, index: usize) {
        let value = self.t(index + 1);
        if self
            .lower_is(index.wrapping_sub(1), list!("fd bc bci rph lic cert reg fdl emb pt ot slp crna pharm"))
            && self.back(index, 1).end == self.t(index).start
            && value.kind == Kind::Number
            && (4..=8).contains(&value.len())
            && self.stands_alone(value.start, value.end)
        {
            self.number_of(value.start..value.end, I::Licence);
        }
    }

    /// `merge MR2702396 into 574579`, `dup of 92-74-15`: records of one person.
    fn merged_records(&mut self, index: usize) {
        let mut next = self.beyond(index + 1, 4);
        if self.lower_is(
            next,
            words!["account", "accounts", "record", "records", "chart", "charts", "mrn", "mrns"],
        ) {
            next = self.beyond(next + 1, 3);
        }
        for _ in 0..2 {
            let Some(range) = self.stated_value(next, 5) else { return };
            if !formed(self.text.get(range.clone()).unwrap_or_default()) {
                return;
            }
            next = self.index_at(range.end);
            self.number_of(range, I::Mrn);
            let joins = self.lower_is(next, words!["into", "with", "to", "and", "from"])
                || self.t(next).symbol(b'/')
                || self.t(next).symbol(b'&');
            if !joins {
                return;
            }
            next = self.beyond(next + 1, 2);
        }
    }

    /// `portal account jroe74 (…)`: letters and digits as people call their accounts.
    fn portal_account(&mut self, index: usize) {
        let user = self.t(self.skip_signs(index + 1));
        if user.start > self.t(index).end + 3 || !matches!(user.kind, Kind::Word | Kind::Mixed) {
            return;
        }
        let rest = self.text.get(user.start..).unwrap_or_default();
        let length = rest
            .iter()
            .take(40)
            .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'))
            .count();
        let value = rest.get(..length).unwrap_or_default();
        let value = value.strip_suffix(b".").unwrap_or(value);
        let signs = value.iter().any(|b| b.is_ascii_digit() || matches!(b, b'.' | b'_'));
        // `yuxin_krishnamurthy (`: two parts that no list knows, and whose it is behind it.
        let mut parts = value.split(|b| *b == b'_');
        let paired = matches!((parts.next(), parts.next(), parts.next()), (Some(one), Some(two), None)
            if one.len() > 2 && two.len() > 2)
            && value.iter().all(|b| b.is_ascii_lowercase() || *b == b'_')
            && rest.get(value.len()..).is_some_and(|after| after.starts_with(b" ("));
        if value.first().is_some_and(u8::is_ascii_lowercase)
            && signs
            && (paired || crate::words::users::account(value))
        {
            let end = user.start + value.len();
            self.hit(user.start, end, I::Other, weight::GUESS + 6);
        }
    }

    /// Whether what stands here is followed by what makes it the number of a plan: used where a payer is named.
    pub(super) fn payer_in_reach(&self, index: usize) -> bool {
        let told = |at: usize| {
            self.t(at).is(v::PLAN | v::PAYER)
                || self.lower_is(
                    at,
                    list!(
                        "insured insurance insurer payer payor carrier plan claim denied denial appeal auth pa coverage covered \
                         eff ded deductible copay hmo ppo ins network medicaid medicare billed eligibility prior precert"
                    ),
                )
        };
        (1..=6).any(|by| told(index.wrapping_sub(by)) || told(index + by))
    }
}

#[cfg(test)]
mod tests {
    use crate::text::trial::found_in_prose as found;

    #[test]
    fn what_offices_hand_out_is_found() {
        for (text, value) in [
            ("letter went certified 7021 2720 0001 4821 3377 on Tuesday", "7021 2720 0001 4821 3377"),
            ("shipped by UPS 1Z999AA10123456784 today", "1Z999AA10123456784"),
            ("please dial 011 44 20 7946 0018 after six", "011 44 20 7946 0018"),
            ("grievance APL-2025-00481 was closed", "APL-2025-00481"),
            ("key under mat, garage code is 5531", "5531"),
            ("lockbox 8821 on the rail", "8821"),
            ("call the fellow, pager 33107", "33107"),
            ("beeper 4-7781 overnight", "4-7781"),
            ("wire to IBAN GB00 WEST 1234 5698 7654 32 please", "GB00 WEST 1234 5698 7654 32"),
            ("check no. 1182 came back", "1182"),
            ("license # PSY 20417", "PSY 20417"),
            ("please merge 00482913 into A5520771", "A5520771"),
            ("we reset account quist_o81 (portal)", "quist_o81"),
            ("CPS intake 24-118203 called in", "24-118203"),
        ] {
            assert!(found(text).contains(&value), "{value} of {text}: {:?}", found(text));
        }
    }

    #[test]
    fn what_only_looks_like_it_stays() {
        for text in [
            "see CVE-2024-12345 and ISO-13485-2016",
            "billing code G0439 and code 99214",
            "error code AB-1234",
            "check 4 times a day",
            "p 0.05 was the cut",
            "in ward 4821 beds were 2200 then 1800",
            "REF 42-5026-066-01 of the tray",
        ] {
            assert!(found(text).is_empty(), "{text}: {:?}", found(text));
        }
    }
}
