//! In logs, numbers that carry their kind, and numbers with the letters of an office in a line about care: `CLM-0048213`,
//! `RX7713204`, `/orders/lab/LB4482193.pdf`, `key=E0048213` of a topic of admissions.
//!
//! Letters and digits alone tell nothing: `AB482133` may be a build. What the letters stand for tells, or that a word of
//! what care keeps stands in the same text and no word of a machine before the number.

use std::ops::Range;

use super::{
    Reader,
    asked::CALLED,
    dicom, joined,
    key::parts,
    theirs::record,
    token::{Case, Kind, Token, at},
    weight,
};
use crate::{
    Identifier as I,
    check::digits,
    words::{among, hash, list},
};

/// What the numbers of patient systems begin with and others do not.
const KINDS: &[u64] = list!(
    "clm claim appt appointment rx rxn presc prescription accn accession mbr member subscriber eob enctr encounter visit \
     vst rfl refl rfrl referral ptid patient pat mrn csn har pauth preauth priorauth specimen admission episode elig"
);

/// What care keeps, numbers and sends to others.
const KEPT: &[u64] = list!(
    "lab labs lis adt oru orm siu mdm vxu radiology pacs dicom imaging xray labcorp quest surescripts pharmacy rx ncpdp \
     prescription prescriptions refill refills referral referrals encounter encounters patient patients chart charts \
     appointment appointments appt appts specimen specimens accession accessions claim claims eligibility remit \
     remittance remittances eob     immunization immunizations  vitals \
     allergies copay fhir emr ehr clinic hospital phlebotomy pathology biopsy subscriber     \
     episode episodes inpatient outpatient medication medications accn pathologist cytology histology autopsy       superbill ccda cda \
     ccd hl  mammogram ultrasound ultrasounds  discharged admitted triage telehealth"
);

/// Words right before a number that make it a machine's, beside those that stand beside a person.
const OF_MACHINES: &[u64] = list!(
    "build builds node host pod server commit branch revision version rack switch vm instance firmware image tag sku model \
     issue bug change thread worker pid port index shard rev vlan asset station terminal workstation region zone cluster \
     container cert certificate trace span request hash sha etag digest rid lsn lease deploy errno pci mac bssid fw pn \
     scope header rule signature timeout counter"
);

/// Those of them before which no number stands that carries its kind, either.
const SURELY: &[u64] = list!("build builds node host pod version firmware commit branch");

/// Words whose own number begins with their letter: `job J482133`.
const LETTERED: &[u64] = list!("job session batch run transaction table queue change");

/// What care keeps and others, too: two of them tell.
const WEAK: &[u64] = list!(
    "statement statements authorization authorizations admission admissions exam booking bookings discharge discharges mri \
     ris vaccine modality visit visits"
);

/// What stands around the names of branches and tickets.
const TRACKED: &[u64] =
    list!("commit branch merge merged jira feat fix git pr rebase cherry revert checkout refs race bug");

/// Letters before the numbers of errors, tickets, payments and messages.
const LETTERS: &[u64] = list!(
    "ah my msg eft ed hd cs hapi ora sql pg ts wo po so pr gh ex wi us bug dev ops sec app api db net sys adr eng inf \
     rsa sha aes md utf cp win ms kb hl fhir loinc icd ref scr stk trn ach chk err log job seq tkt inc ritm prb sctask chg rhsa usn ghsa msft aws sn qfx rfc utc hhh wfly jbas jms dba cwe cve ut"
);

/// Kinds of files in which something about one person is kept.
const FILES: &[u64] = list!(
    "pdf xml hl tif tiff jpg jpeg png heic dcm txt edi x doc docx zip rtf html htm cda ccd ccda zpl ps json wav mp er eml fhir"
);

/// Directories of what care keeps.
const DIRECTORIES: &[u64] = list!(
    "orders labs lab results referrals referral claims claim encounters encounter visits visit patients patient charts chart \
     rx prescriptions radiology imaging statements eob eobs era remits consents consent accessions specimens appointments \
     eligibility discharge discharges ccda ccd immunizations dictations transcripts pathology superbills facesheets intake \
     studies scans"
);

/// Nouns behind which a number is of what happens to a person.
const NOUNS: &[u64] = list!("appt appointment refill accn requisition referral prescription clm rfl encntr");

/// Pieces of what is kept, as their files are called.
const PIECES: &[u64] = list!("part chunk batch shard run build tmp page segment offset seq log backup");

/// Longest number with its letters.
pub(super) const LONGEST: usize = 24;

/// Whether letters that are the kind of a number begin here, with the number behind them, as the quick look asks: where it
/// ends.
pub(crate) fn kinded(text: &[u8], start: usize) -> Option<usize> {
    let rest = text.get(start..)?;
    let letters = rest.iter().take(16).take_while(|b| b.is_ascii_alphabetic()).count();
    let kind = rest.get(..letters)?;
    if !(2..=13).contains(&letters) || !among(KINDS, hash(kind)) {
        return None;
    }
    let small = !kind.iter().all(u8::is_ascii_uppercase);
    let sign = usize::from(matches!(at(rest, letters), b'-' | b'_'));
    // `visit-48213377` may be a topic or an image: in small letters the noun is read where it is joined.
    let joined = sign == 1 && small;
    let number = rest.get(letters + sign..)?;
    let mut length = number.iter().take(LONGEST).take_while(|b| b.is_ascii_digit()).count();
    while at(number, length) == b'-' && at(number, length + 1).is_ascii_digit() && length < LONGEST {
        length += 1 + number.iter().skip(length + 1).take(LONGEST).take_while(|b| b.is_ascii_digit()).count();
    }
    let count = digits::count(number.get(..length)?);
    let end = start + letters + sign + length;
    let day = crate::shape::date::compact(number.get(..length)?, 0) == Some(8)
        || crate::shape::date::date(number, 0).is_some_and(|day| day.end == length);
    let least = 5;
    let open = at(text, end).is_ascii_alphanumeric()
        || matches!(at(text, end), b'.' | b':') && at(text, end + 1).is_ascii_digit();
    (!joined && !day && !open && (least..=14).contains(&count) && !(small && letters < 3)).then_some(end)
}

/// Whether letters and digits stand here as offices number: capitals, perhaps a hyphen, six digits or more.
fn of_an_office(text: &[u8], start: usize) -> Option<Range<usize>> {
    let rest = text.get(start..)?;
    let led = rest.iter().take(6).take_while(|b| b.is_ascii_uppercase()).count();
    let length = rest.iter().take(LONGEST).take_while(|b| b.is_ascii_alphanumeric() || **b == b'-').count();
    let length = if at(rest, length.wrapping_sub(1)) == b'-' { length - 1 } else { length };
    let value = rest.get(..length)?;
    let behind = value.get(led..)?;
    let numbered = behind.iter().all(|b| b.is_ascii_digit() || *b == b'-');
    let grouped = led == 0 && {
        let mut groups = value.split(|b| *b == b'-').map(<[u8]>::len);
        matches!((groups.next(), groups.next(), groups.next()), (Some(2), Some(5..=8), None))
    };
    let left = at(text, start.wrapping_sub(1));
    let right = (at(text, start + length), at(text, start + length + 1));
    let apart = start == 0
        || !(left.is_ascii_alphanumeric()
            || left >= 0x80
            || matches!(left, b'.' | b'$' | b'@' | b'%' | b'~' | b'+' | b'\\' | b'*'));
    let ends = !(right.0 >= 0x80
        || matches!(right.0, b'=' | b'@' | b'%' | b'{' | b'}')
        || matches!(right.0, b'.' | b':' | b',' | b'/') && right.1.is_ascii_digit());
    let count = digits::count(behind);
    let enough = count >= 6 || led > 1 && count >= 5;
    // `20260611T020000`, what an AAMVA card holds.
    let machine = left == b']'
        || matches!(value, [b'T' | b'Z', rest @ ..] if rest.len() == 6)
        || value.starts_with(b"DAQ")
        || led > 1 && among(LETTERS, hash(value.get(..led)?));
    (numbered && apart && ends && enough && !machine && (grouped || (1..=4).contains(&led)) && record(value))
        .then_some(start..start + length)
}

/// Whether such a number stands around these digits, as the quick look asks.
pub(crate) fn numbered(line: &[u8], start: usize) -> bool {
    let before = line.get(start.saturating_sub(12)..start).unwrap_or_default();
    let joined = |b: &&u8| b.is_ascii_uppercase() || b.is_ascii_digit() || **b == b'-';
    let back = before.iter().rev().take_while(joined).count();
    of_an_office(line, start - back).is_some()
}

/// Whether a line has a word of what care keeps.
pub(crate) fn keeps(line: &[u8]) -> bool {
    let of = |word: &[u8]| among(KEPT, hash(word)) || among(WEAK, hash(word));
    line.split(|b| !b.is_ascii_alphanumeric()).filter(|word| word.len() > 1).any(|word| {
        if word.iter().any(u8::is_ascii_digit) {
            return joined::message(word);
        }
        of(word) || word.len() > 5 && word.iter().skip(1).any(u8::is_ascii_uppercase) && parts(word).any(of)
    })
}

/// Whether a name is of a piece of something: `part-00048213`.
pub(super) fn piece(name: &[u8]) -> bool {
    let letters = name.iter().take_while(|b| b.is_ascii_lowercase()).count();
    matches!(at(name, letters), b'-' | b'_') && among(PIECES, hash(name.get(..letters).unwrap_or_default()))
}

impl Reader<'_> {
    /// Finds them.
    pub(super) fn kept_numbers(&mut self) {
        let mut care = None;
        for index in 0..self.tokens.len() {
            let token = self.t(index);
            let piece = self.back(index, 1).symbol(b'-')
                && self.back(index, 1).end == token.start
                && self.lower_is(index.wrapping_sub(2), PIECES);
            if token.start < self.coined_to(index) || piece {
                continue;
            }
            if token.kind == Kind::Number && token.len() >= 6 {
                self.number_of_a_document(index);
            }
            let lettered = matches!(token.kind, Kind::Word | Kind::Mixed);
            if lettered && let Some(end) = self.kind_of_number(index) {
                self.hit(token.start, end, I::Other, weight::GUESS + 5);
                continue;
            }
            if token.kind == Kind::Number
                && token.len() == 1
                && let Some(end) = dicom::uid(self.text, token.start)
            {
                self.hit(token.start, end, I::Other, weight::GUESS + 5);
                continue;
            }
            // The customer of a service of payment.
            if token.kind == Kind::Word
                && self.lower_is(index, list!("cus"))
                && self.t(index + 1).symbol(b'_')
            {
                let end = self.glued_value(index);
                let value = self.text.get(token.end + 1..end).unwrap_or_default();
                if (8..=28).contains(&value.len())
                    && value.iter().all(u8::is_ascii_alphanumeric)
                    && digits::count(value) > 0
                {
                    self.hit(token.start, end, I::Other, weight::GUESS + 5);
                }
            }
            if token.case == Case::Inner {
                self.behind_a_key(index);
            }
            if token.symbol(b'(') {
                self.arguments(index);
                continue;
            }
            let numbered = match token.kind {
                Kind::Mixed => token.byte.is_ascii_uppercase(),
                Kind::Word => {
                    matches!(token.case, Case::Upper | Case::Single) && self.byte(token.end) == b'-'
                }
                Kind::Number => token.len() == 2 && self.byte(token.end) == b'-',
                _ => false,
            };
            if !numbered {
                continue;
            }
            let Some(range) = of_an_office(self.text, token.start) else { continue };
            if self.numbered_by_a_machine(index) || self.measured(range.end) {
                continue;
            }
            if *care.get_or_insert_with(|| self.keeps()) {
                self.hit(range.start, range.end, I::Other, weight::GUESS);
            }
        }
    }

    /// `/orders/lab/48213377.pdf`, `referrals/2026/ref_884213.tif`, `rx.refill.7713204`, `no phone for appt 884213`: digits
    /// alone, told by the directory, the routing or the noun.
    fn number_of_a_document(&mut self, index: usize) {
        let token = self.t(index);
        let bytes = self.bytes(token);
        let (left, right) = (self.byte(token.start.wrapping_sub(1)), self.byte(token.end));
        let moment = matches!((bytes.len(), bytes), (10 | 13, [b'1', b'4'..=b'9', ..]));
        let day = matches!(bytes.len(), 8 | 14) && crate::shape::date::compact(bytes, 0).is_some();
        if token.len() > 12 || moment || day || self.measured(token.end) || token.start == 0 {
            return;
        }
        let file = self.t(index + 1).symbol(b'.')
            && self.glued(index)
            && self.glued(index + 1)
            && matches!(self.t(index + 2).kind, Kind::Word | Kind::Mixed)
            && {
                let kind = self.bytes(self.t(index + 2));
                let letters = kind.iter().take_while(|b| b.is_ascii_alphabetic()).count();
                kind.len() <= 5 && among(FILES, hash(kind.get(..letters).unwrap_or_default()))
            };
        let kept = file && matches!(left, b'/' | b'_' | b'-' | b'\\') && self.below_a_directory(index);
        let routed = left == b'.'
            && self.back(index, 2).kind == Kind::Word
            && (among(NOUNS, self.back(index, 2).hash) || among(CALLED, self.back(index, 2).hash))
            && self.back(index, 3).symbol(b'.')
            && !(right == b'.' && self.byte(token.end + 1).is_ascii_digit());
        let told = left == b' '
            && self.back(index, 1).end + 1 == token.start
            && self.lower_is(index.wrapping_sub(1), NOUNS)
            && !matches!(right, b'.' | b':' | b'-' | b'/' if self.byte(token.end + 1).is_ascii_digit());
        if kept || routed || told {
            self.hit(token.start, token.end, I::Other, weight::GUESS + 5);
        }
    }

    /// Whether a directory above the file that this number is of is one of what care keeps.
    fn below_a_directory(&self, index: usize) -> bool {
        let mut at = index;
        while at > 0 && at + 24 > index {
            let before = self.t(at - 1);
            if before.end != self.t(at).start {
                return false;
            }
            // `part-00048213.json`: a piece of something.
            if before.kind == Kind::Word
                && self.lower_is(
                    at - 1,
                    list!("part chunk batch shard run build tmp page segment offset seq log backup"),
                )
            {
                return false;
            }
            if before.kind == Kind::Word
                && among(DIRECTORIES, before.hash)
                && matches!(self.byte(before.end), b'/' | b'\\')
            {
                return true;
            }
            at -= 1;
        }
        false
    }

    /// Where the token before ends that is glued to this one by a hyphen: `ACC-23-0048213` is read once.
    fn coined_to(&self, index: usize) -> usize {
        let glued = self.back(index, 1).symbol(b'-')
            && self.back(index, 1).end == self.t(index).start
            && matches!(self.back(index, 2).kind, Kind::Number | Kind::Mixed)
            && self.back(index, 2).end == self.back(index, 1).start;
        if glued { self.t(index).end } else { 0 }
    }

    /// The end of a number that begins with its kind, and is neither of a host nor of a part of a program.
    fn kind_of_number(&self, index: usize) -> Option<usize> {
        let token = self.t(index);
        let left = self.byte(token.start.wrapping_sub(1));
        let apart = token.start == 0
            || !(crate::shape::alphanumeric(left) || matches!(left, b'.' | b'$' | b'@' | b'-' | b'\\'));
        if !apart || !token.byte.is_ascii_alphabetic() {
            return None;
        }
        let end = kinded(self.text, token.start)?;
        // `feature/VISIT-48213-fix`, `[PATIENT-48213] fix race`, `eth0: RX4821337 TX4821337`.
        let near = || (1..=6).map(|by| index.wrapping_sub(by)).chain(index + 1..index + 7);
        let tracked = near().any(|at| self.lower_is(at, TRACKED))
            || left == b'/'
                && self.lower_is(index.wrapping_sub(2), list!("feature fix bugfix hotfix chore story"));
        let received = self.bytes(token).starts_with(b"RX")
            && near().any(|at| {
                self.bytes(self.t(at)).starts_with(b"TX")
                    || self.bytes(self.t(at)).starts_with(b"eth")
                    || self.lower_is(at, list!("uart overflow dropped packets bytes serial"))
            });
        let surely = self.back(index, 1).kind == Kind::Word && among(SURELY, self.back(index, 1).hash);
        (!self.measured(end) && !tracked && !received && !surely).then_some(end)
    }

    /// Whether the word before a number, a sign between or not, is a machine's.
    fn numbered_by_a_machine(&self, index: usize) -> bool {
        let mut before = index;
        while before > 0
            && index - before < 3
            && self.back(before, 1).kind == Kind::Symbol
            && matches!(
                self.back(before, 1).byte,
                b':' | b'=' | b'"' | b'\'' | b'#' | b'[' | b'(' | b'-' | b'_'
            )
        {
            before -= 1;
        }
        // `request id R48213377`.
        let id = list!("id no number num nr key ids");
        if self.lower_is(before.wrapping_sub(1), id) && before > 1 {
            before -= 1;
            while before > 0
                && self.back(before, 1).kind == Kind::Symbol
                && matches!(self.back(before, 1).byte, b'_' | b'-' | b'.')
            {
                before -= 1;
            }
        }
        let word = self.back(before, 1);
        let lettered = among(LETTERED, word.hash) && word.byte | 0x20 == self.t(index).byte | 0x20;
        word.kind == Kind::Word && (among(OF_MACHINES, word.hash) || lettered || self.camel_ends(word))
    }

    /// `buildNumber`, `hostId`: the last words of a key.
    fn camel_ends(&self, word: &Token) -> bool {
        word.case == Case::Inner && parts(self.bytes(word)).any(|part| among(OF_MACHINES, hash(part)))
    }

    /// Whether a word of what care keeps stands in the text, or two that others use as well.
    fn keeps(&self) -> bool {
        if self.person {
            return true;
        }
        let mut weak = 0;
        self.tokens.iter().any(|token| match token.kind {
            Kind::Word => {
                weak += usize::from(among(WEAK, token.hash));
                weak > 1
                    || among(KEPT, token.hash)
                    || token.case == Case::Inner
                        && parts(self.bytes(token)).any(|part| among(KEPT, hash(part)))
            }
            Kind::Mixed => joined::message(self.bytes(token)),
            _ => false,
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::text::trial::found;

    #[test]
    fn numbers_that_carry_their_kind_are_found() {
        for (text, value) in [
            ("enqueued with [\"CLM-0071825\"]", "CLM-0071825"),
            ("APPT-718254 moved", "APPT-718254"),
            ("fill RX7182540 done", "RX7182540"),
            ("adt error: E0071825", "E0071825"),
            ("print job LB7182540 of the lab", "LB7182540"),
            ("error RX7182540 refill refused", "RX7182540"),
            ("wrote /orders/lab/LB7182540.pdf (4821 bytes)", "LB7182540"),
            ("wrote /spool/results/lab/ACC-23-0071825.hl7", "ACC-23-0071825"),
            ("put labs/23-0071825.pdf ok", "23-0071825"),
            ("consumed adt offset=4 key=E0071825 partition=3", "E0071825"),
            ("task lab.push_result: order_id=LB-718254", "LB-718254"),
            ("loadPatient(71825) took 4 ms", "71825"),
            ("put referrals/2026/03/ref_718254.tif", "718254"),
            ("routing_key=rx.refill.7182540", "7182540"),
            ("no phone for appt 718254", "718254"),
            ("sent for PatientVisitId 718254 pages", "718254"),
            ("card has memId '1AB5TE3MK34' front", "1AB5TE3MK34"),
            ("No such customer: 'cus_P6N052E1E8J'", "cus_P6N052E1E8J"),
            ("get_encounter('7182543') -> 200", "7182543"),
            ("Patient.merge(71825, 71826)", "71826"),
        ] {
            let found = found(text);
            assert!(found.iter().any(|one| one.contains(value)), "{value} of {text}: {found:?}");
        }
    }

    #[test]
    fn letters_and_digits_of_machines_stay() {
        for text in [
            "prepared statement S482133 does not exist",
            "admission webhook rule A482133 denied",
            "pharmacy-api: CHG0048213 approved",
            "git commit -m VISIT-48213 fix null",
            "eth0: RX4821337 TX4821337 ok",
            "pharmacy-api etag=A482133",
            "build AB482133 of claims-api",
            "visits-api host=EM482133 up",
            "wrote /artifacts/AB482133.tgz",
            "claims job ID-20240302 done",
            "CVE-2024-48213 in pharmacy-api",
            "rx queue 4 on eth0, rx-4 busy",
            "ERR-482133 in parser",
            "chart-4.17.2 installed",
            "labs-api request REQ-482133 done",
            "labs-api request id R48213377 done",
            "[Note] [MY-010914] visits flushed",
            "wrote /data/visits/part-00048213.json done",
            "moved /archive/claims/claims-20240302.edi",
            "loaded CPT 99213 for claims",
            "sleep(48213) in worker",
            "Member.find(48213)",
        ] {
            assert!(found(text).is_empty(), "{text}: {:?}", found(text));
        }
    }
}
