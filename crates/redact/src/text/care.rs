//! Numbers of samples, bands, meters and patients in what machines of care write: `sample ZZ-30-23489 pid 022929 GLU 92`,
//! `meter MDT331175 op E28344 pat 6013-621 glu 214 mg/dL`, `vent PB980 serial GM93398560: PEEP 5`.
//!
//! The nouns are everybody's, so a measure, an analyte or a medicine in the same text must tell what it is about.

use super::{
    Reader,
    token::Kind,
    value::{formed, machine_made},
    weight,
};
use crate::{
    Identifier as I,
    words::{COMMON, FAMILY, GIVEN, MEDICAL, WORD, list, words},
};

/// Nouns of specimens, orders and people.
const NOUNS: &[u64] = words![
    "sample",
    "samples",
    "specimen",
    "spec",
    "pat",
    "pid",
    "pt",
    "band",
    "wristband",
    "accession",
    "acc",
    "micro",
    "slide",
    "tube",
    "vial",
    "op",
    "operator",
    "order",
    "patient",
    "donor",
    "bag",
    "unit",
    "pair"
];

/// Nouns of devices.
const DEVICES: &[u64] = list!(
    "meter serial sn pump glucometer transmitter tag monitor implant pcu device cpap bipap apap ventilator spirometer \
     pacemaker defibrillator oximeter nebulizer wheelchair concentrator holter receiver"
);

/// What stands at a bed or is worn, and is nothing else: beside it a serial number is a patient's.
pub(crate) const APPLIANCES: &[u64] = list!(
    "bipap apap dialysis dialyzer nebulizer wheelchair walker telemetry holter ecg ekg oximeter glucometer cgm therapy \
     bedside medtronic dexcom resmed pump implant implanted pacemaker ventilator stent lens catheter infusion insulin \
     glucose cpap icd defibrillator prosthesis hearing lead valve monitor udi oxygen concentrator bed spirometer"
);

/// Those of them that tell it alone.
const SURELY: &[u64] = list!(
    "bipap apap nebulizer wheelchair holter oximeter glucometer cgm medtronic dexcom resmed pacemaker stent cpap \
     defibrillator prosthesis spirometer insulin glucose oximetry"
);

/// Units of measures, analytes and settings that only care writes.
const MEASURES: &[u64] = words![
    "mgdl",
    "mmol",
    "mmoll",
    "meq",
    "meql",
    "mmhg",
    "bpm",
    "cfu",
    "ngml",
    "pgml",
    "ugml",
    "iul",
    "uiuml",
    "mosm",
    "glu",
    "crea",
    "creat",
    "hgb",
    "hct",
    "wbc",
    "rbc",
    "plt",
    "tsh",
    "hba",
    "inr",
    "ptt",
    "bun",
    "alt",
    "ast",
    "crp",
    "psa",
    "bnp",
    "egfr",
    "ldl",
    "hdl",
    "trop",
    "peep",
    "fio",
    "spo",
    "etco",
    "abo",
    "crossmatch",
    "transfusion",
    "autoverify",
    "implanted",
    "pacer",
    "pacing",
    "autoverified",
    "hemolyzed",
    "hemolysis",
    "egv",
    "cgm",
    "poct",
    "ecg",
    "ekg",
    "brady",
    "tachy",
    "asystole",
    "sbp",
    "dbp",
    "oxycodone",
    "insulin",
    "glucose",
    "hemoglobin",
    "potassium",
    "sodium",
    "culture",
    "susceptibility",
    "mic",
    "gram",
    "biopsy",
    "cytology",
    "histology",
    "phlebotomy",
    "dose",
    "mg",
    "mcg",
    "ml",
    "prbc"
];

/// What is done with clients, subjects and residents who are people.
pub(super) const CARED_FOR: &[u64] = list!(
    "seen admitted admission discharged discharge arrived enrolled enrollment enrolment consented consent \
     screened screening visit visits appointment appointments appt encounter intake referral referred \
     hospitalized died deceased dob born birth birthday denies complains chart fell aged assessment \
     assessed evaluated evaluation exam examined scheduled rescheduled diagnosed diagnosis treatment \
     medication medications surgery vaccinated vaccination immunization randomized dosed followup"
);

impl Reader<'_> {
    /// Finds them.
    pub(super) fn cared(&mut self) {
        let noun = |reader: &Self, index: usize| {
            reader.t(index).kind == Kind::Word
                && (reader.lower_is(index, NOUNS) || reader.lower_is(index, DEVICES))
                && reader.numbered_behind(index).is_some()
        };
        if self.strict {
            return;
        }
        let Some(first) = (0..self.tokens.len()).find(|index| noun(self, *index)) else { return };
        if !(self.person || self.of_care()) {
            return;
        }
        for index in first..self.tokens.len() {
            if self.t(index).kind != Kind::Word {
                continue;
            }
            let device = self.lower_is(index, DEVICES);
            if (device || self.lower_is(index, NOUNS))
                && let Some(range) = self.numbered_behind(index)
            {
                let patient = self.lower_is(index, words!["pat", "pid", "pt", "patient"]);
                let identifier = match () {
                    () if device => I::Device,
                    () if patient => I::Mrn,
                    () => I::Other,
                };
                self.hit(range.start, range.end, identifier, weight::GUESS + 5);
            }
        }
    }

    /// The number with the form of an office's that stands directly behind a noun.
    fn numbered_behind(&self, index: usize) -> Option<std::ops::Range<usize>> {
        let noun = self.t(index);
        let mut first = index + 1;
        while first < index + 3
            && self.t(first).kind == Kind::Symbol
            && (matches!(self.t(first).byte, b'#' | b':')
                || self.t(first).symbol(b'=')
                    && self.lower_is(
                        index,
                        words!["meter", "pump", "glucometer", "transmitter", "implant", "pcu"],
                    ))
        {
            first += 1;
        }
        let range = self.number_from(first).filter(|range| range.start <= noun.end + 2)?;
        let value = self.text.get(range.clone())?;
        let certain = value.iter().any(u8::is_ascii_uppercase)
            || value.contains(&b'-')
            || value.starts_with(b"0")
            || value.len() >= 7
            || self.person && value.len() >= 5 && !self.lower_is(index, words!["pid"]);
        // A package of a medicine (21 CFR 207.33): everybody's.
        let parts = || value.split(|b| *b == b'-').map(<[u8]>::len);
        let package = value.iter().all(|b| b.is_ascii_digit() || *b == b'-')
            && parts().count() == 3
            && parts().zip([4..=5, 3..=4, 1..=2]).all(|(length, fits)| fits.contains(&length));
        (certain && !package && formed(value) && !machine_made(value) && !self.measured(range.end))
            .then_some(range)
    }

    /// Whether the text tells of measures, medicines or diseases.
    pub(super) fn of_care(&self) -> bool {
        *self.care.get_or_init(|| (0..self.tokens.len()).any(|index| self.of_medicine(index)))
    }

    fn of_medicine(&self, index: usize) -> bool {
        let token = self.t(index);
        token.kind == Kind::Word
            && (self.lower_is(index, MEASURES)
                || self.lower_is(index, SURELY)
                || self.lower_is(index, words!["aid", "aids"])
                    && self.lower_is(index.wrapping_sub(1), words!["hearing"])
                || token.known(MEDICAL) && !token.known(WORD | COMMON | GIVEN | FAMILY) && token.len() > 5
                || self.lower_is(index, words!["mg", "mmol", "meq", "ng", "ug"])
                    && self.t(index + 1).symbol(b'/')
                    && self.lower_is(index + 2, words!["dl", "l", "ml"]))
    }
}

#[cfg(test)]
mod tests {
    use crate::text::trial::found;

    #[test]
    fn numbers_of_machines_of_care_are_found() {
        for (text, values) in [
            ("analyzer QX9: sample ZY-30-23489 pid 022929 GLU 92 flags none", &["ZY-30-23489", "022929"][..]),
            (
                "poct: meter QDT331175 op E28344 pat 6013-621 glu 214 mg/dL",
                &["QDT331175", "E28344", "6013-621"],
            ),
            ("vent QB980 serial GM93398560: mode AC, PEEP 5", &["GM93398560"]),
            ("blood bank: unit W4828 issued, band 787133890, crossmatch ok", &["787133890"]),
        ] {
            let found = found(text);
            for value in values {
                assert!(found.contains(value), "{value} of {text}: {found:?}");
            }
        }
    }

    #[test]
    fn the_same_nouns_of_other_machines_stay() {
        for text in [
            "sample 0048213 of 4821377 taken in 12 ms",
            "pid 0048213 exited with code 1",
            "disk serial GM93398560 replaced",
            "order 48213377 shipped",
        ] {
            assert!(found(text).is_empty(), "{text}: {:?}", found(text));
        }
    }
}
