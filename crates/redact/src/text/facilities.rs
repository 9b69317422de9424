//! Hospitals, clinics and practices, whose names tell a place.

use super::{
    Reader,
    token::{Case, Kind},
    weight,
};
use crate::words::words;
use crate::{
    Identifier,
    words::{CITY, COMMON, FAMILY, GIVEN, MEDICAL, WORD, list, vocabulary as v},
};

/// Words that tell what kind of place it is, and name none: `Sleep Center`, `National Cancer Institute`.
pub(super) const KINDS: &[u64] = list!(
    "endocrine digestive gastro infusion cardiac catheterization education visit sleep wound women men trauma level stroke comprehensive \
     rehabilitation rehab long short term acute chronic joint replacement excellence national international \
     american federal federally qualified skilled assisted nursing per stay same day ambulatory imaging \
     diagnostic diagnostics breast spine pain vein weight bariatric fertility birth birthing maternity \
     infectious travel flu vaccine vaccination testing clinical reference blood donor donation poison control \
     crisis endoscopy dialysis kidney liver transplant burn vascular pulmonary digestive outreach wellness \
     recovery addiction treatment counseling learning resource training simulation conference visitor welcome \
     student employee occupational memory adult senior teen youth school mobile virtual telehealth online \
     preferred local nearest free private public new old current previous tertiary referral teaching academic \
     affiliated participating critical access psychiatric mental stem cell sports joint hand foot ankle \
     movement disorder disorders headache allergy asthma arthritis osteoporosis diabetes thyroid lipid \
     hypertension anticoagulation coumadin oncology cardiology neurology nephrology urology pathology radiology \
     laboratory lab core medical health care family urgent primary emergency surgical cancer heart eye dental rural central main any every each all some another outside area regional i ii iii iv"
);

impl Reader<'_> {
    /// Finds capitalised phrases that end in a word for a facility, or `Hospital of …`.
    pub(super) fn facilities(&mut self) {
        for index in 0..self.tokens.len() {
            let token = self.t(index);
            if token.kind != Kind::Word || !token.is(v::FACILITY) || !token.capitalised() {
                continue;
            }
            // The last of several: `Medical Center Hospital`.
            let next = self.t(index + 1);
            if next.is(v::FACILITY) && next.capitalised() {
                continue;
            }
            self.facility(index);
        }
    }

    fn facility(&mut self, index: usize) {
        let (mut first, mut proper, mut words) = (index, false, 0);
        let sure = self.lower_is(
            index,
            words![
                "hospital",
                "clinic",
                "hospice",
                "infirmary",
                "center",
                "centre",
                "hosp",
                "pavilion",
                "pharmacy",
                "institute",
                "healthcare",
                "hospitals",
                "clinics",
            ],
        );
        let pair =
            |one: &[u64], two: &[u64]| self.lower_is(index.wrapping_sub(1), one) && self.lower_is(index, two);
        let sure = sure
            || pair(words!["urgent", "health", "primary"], words!["care"])
            || pair(words!["nursing"], words!["home", "facility", "center"])
            || pair(words!["skilled"], words!["nursing"])
            || pair(words!["assisted"], words!["living"])
            || pair(words!["medical", "physicians"], words!["group", "associates"])
            || pair(words!["family"], words!["practice", "medicine", "health"])
            || pair(words!["surgery", "dialysis"], words!["center"]);
        // `Trust Center`, `Data Center`: in logs these are of machines.
        let machine = words![
            "trust",
            "data",
            "operations",
            "security",
            "action",
            "notification",
            "control",
            "update",
            "software",
            "network",
            "computer",
            "technology",
            "message",
            "command",
            "distribution",
            "contact",
            "call",
            "help",
            "admin",
            "management",
            "developer",
            "support",
            "system",
            "download",
            "sync",
            "event",
        ];
        if !self.strict
            && self.lower_is(index, words!["center", "centre"])
            && self.lower_is(index.wrapping_sub(1), machine)
        {
            return;
        }
        // `INSURED'S POLICY GROUP`, `Age Group`.
        if self.lower_is(index, words!["group"])
            && self.lower_is(
                index.wrapping_sub(1),
                words![
                    "policy",
                    "plan",
                    "age",
                    "support",
                    "peer",
                    "blood",
                    "risk",
                    "study",
                    "control",
                    "treatment"
                ],
            )
        {
            return;
        }
        // `RELEASE OF PROTECTED HEALTH INFORMATION`.
        if self.lower_is(index.wrapping_sub(1), words!["protected"]) {
            return;
        }
        let mut at = index;
        while let Some(before) = at.checked_sub(1) {
            let token = self.t(before);
            let word = token.kind == Kind::Word && token.capitalised() && !token.is(v::TITLE & !v::STREET)
                || token.is(v::FACILITYMID) && token.capitalised();
            let small = self.lower_is(before, words!["of", "and", "the", "for", "de", "at"])
                && token.kind == Kind::Word
                && self.back(before, 1).capitalised()
                && words > 0
                && !(self.lower_is(before, words!["at", "for", "and"]))
                && !(self.strict
                    && self.lower_is(before, words!["the"])
                    && !self.lower_is(before.wrapping_sub(1), words!["of"]));
            let sign = token.kind == Kind::Symbol
                && (matches!(token.byte, b'\'' | b'-' | b'&')
                    || token.byte == b'.' && self.lower_is(before.wrapping_sub(1), words!["st", "mt", "ft"]));
            let possessive = self.lower_is(before, words!["s"]) && self.back(before, 1).symbol(b'\'');
            // `Roe, Jane, NP   HF CLINIC`, `Dr. Deleon      Pharmacy:`: another column.
            let column = self.strict && token.end + 2 < self.t(at).start;
            if !(word || small || sign || possessive) || words > 6 || column {
                break;
            }
            // The level of a log line.
            if token.case == Case::Upper
                && self.t(index).case != Case::Upper
                && self
                    .lower_is(before, words!["info", "warn", "warning", "error", "debug", "trace", "fatal"])
            {
                break;
            }
            // The end of another sentence.
            if self.t(before).symbol(b'.') && !self.lower_is(before.wrapping_sub(1), words!["st", "mt", "ft"])
            {
                break;
            }
            // `HF CLINIC`: the letters of a department.
            if self.strict
                && word
                && words == 0
                && token.case == Case::Upper
                && token.len() <= 3
                && !token.is(v::FACILITYMID)
                && self.t(index).case == Case::Upper
                && self.lower_is(index, words!["clinic", "center", "group"])
            {
                return;
            }
            if word {
                words += 1;
                first = before;
                let named = token.is(v::FACILITYMID)
                    && !self.lower_is(
                        before,
                        words![
                            "medical",
                            "health",
                            "care",
                            "family",
                            "urgent",
                            "general",
                            "community",
                            "surgical",
                            "primary",
                            "emergency",
                            "skilled",
                            "rehabilitation",
                            "eye",
                            "dental",
                            "heart",
                            "cancer",
                            "central",
                            "city",
                            "county",
                            "regional",
                            "orthopedic",
                            "university",
                            "pediatric",
                            "behavioral",
                            "specialty"
                        ],
                    );
                let generic = self
                    .lower_is(before, words!["inpatient", "outpatient", "ambulatory", "campus", "off"])
                    || !named && token.is(v::KNOWN) && !token.known(GIVEN | FAMILY)
                    || self.strict && self.lower_is(before, KINDS)
                    || self.strict && token.known(MEDICAL) && !token.known(COMMON | CITY) && !named
                    || token.is(v::FACILITY | v::CARER | v::PERSON | v::MACHINE) && !token.is(v::FACILITYMID);
                let article = self.lower_is(
                    before,
                    words![
                        "the",
                        "a",
                        "our",
                        "this",
                        "at",
                        "in",
                        "her",
                        "his",
                        "to",
                        "from",
                        "on",
                        "transferred",
                        "seen",
                        "admitted",
                        "use",
                        "see",
                        "via",
                        "call",
                        "per",
                        "visit",
                        "contact",
                        "ask",
                        "notify",
                        "refer",
                    ],
                );
                if article {
                    first = before + 1;
                    break;
                }
                proper |= !generic
                    && !(token.known(WORD)
                        && !token.is(v::FACILITYMID)
                        && self.begins_sentence(before)
                        && token.roles != 0
                        && !token.known(FAMILY));
            }
            at = before;
        }
        let mut end = self.t(index).end;
        // `Skilled Nursing Facility`, `Health System`.
        let tail = self.t(index + 1);
        if self.strict
            && tail.capitalised()
            && tail.start == end + 1
            && self.lower_is(
                index + 1,
                words![
                    "facility", "system", "systems", "network", "campus", "partners", "unit", "group",
                    "services"
                ],
            )
        {
            end = tail.end;
        }
        // `Hospital of the University of …`, `Clinic at Oak Hill`.
        let mut after = index + 1;
        if self.lower_is(after, words!["of"]) || self.lower_is(after, words!["at"]) && words > 0 {
            after += 1;
            while self.lower_is(after, words!["the"]) {
                after += 1;
            }
            if self.t(after).capitalised()
                && !self.t(after).is(v::MONTH | v::WEEKDAY)
                && !self.lower_is(after, words!["excellence"])
            {
                let beyond = self.capitals_from(after, 5);
                if beyond > end && sure {
                    end = beyond;
                    proper = true;
                }
            }
        }
        // `Mercy General`, `Boston Health`: weaker words need a name before them that is no ordinary word.
        let enough = if sure {
            proper
        } else {
            self.strict
                && proper
                && words > 0
                && (first..index).any(|i| {
                    self.t(i).capitalised() && !self.t(i).known(WORD) && !self.t(i).is(v::KNOWN)
                        || self.t(i).is(v::FACILITYMID) && words > 1
                })
        };
        if enough && self.t(first).case != Case::Lower {
            self.hit(self.t(first).start, end, Identifier::Facility, weight::PLACE + 2);
        }
    }
}
