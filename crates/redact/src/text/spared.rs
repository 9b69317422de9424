//! In prose: what was taken for a value and is none: ranges of a laboratory, doses, lots of vaccines, codes of billing,
//! numbers of shops, payers and makers that bear a name, diseases with an apostrophe.
//!
//! Each tells of the value itself or of the words that touch it, never of a word elsewhere in the text.

use super::{
    Hit, Reader,
    facilities::KINDS,
    practices::SHOPS,
    token::{Case, Kind},
};
use crate::{
    Identifier as I,
    words::{COMMON, FAMILY, GIVEN, WORD, list, vocabulary as v, words},
};

/// Units behind a dose.
const UNITS: &[u64] =
    list!("mg mcg g gm ml mls iu meq units unit tabs tab tablets tablet caps capsules kg mmol puffs drops");

/// Payers that bear a name of persons.
const NAMED: &[u64] =
    list!("oscar kaiser molina centene anthem humana harvard clover devoted bright alignment ambetter");

/// Systems of blood groups, each named for its first bearer.
const GROUPS: &[u64] =
    list!("kell duffy lewis kidd lutheran diego colton dombrock cartwright gerbich cromer knops");

/// What is said of such a system, and hardly of a person.
const TYPED: &[u64] = list!("antigen antigens antibody antibodies phenotype phenotyping");

/// Firms that make devices.
const MAKERS: &[u64] = list!(
    "zimmer stryker medtronic biotronik arthrex synthes depuy baxter abbott bard cook boston philips siemens hologic \
     allyn fresenius becton"
);

/// Of those, which hardly a person is called.
const MAKERS_ALONE: &[u64] = list!("zimmer stryker medtronic biotronik arthrex synthes depuy");

/// Genes that bring the diseases that bear a name.
const GENES: &[&[u8]] = &[
    b"MLH1", b"MSH2", b"MSH6", b"PMS2", b"BRCA1", b"BRCA2", b"PALB2", b"TP53", b"CHEK2", b"STK11", b"FBN1",
    b"ATP7B", b"GBA1", b"COL3A1", b"COL5A1", b"TGFBR1", b"TGFBR2", b"PTPN11", b"SMAD4", b"NF1", b"NF2",
    b"MECP2",
];

/// Keys of forms that are short and stand in a column of their own.
const KEYS: &[u64] = list!(
    "rel race lang loc ord att attn adm resp type sex room bed unit dept phone fax email date time code plan site dose \
     temp pulse meds diet prov svc serv eff work"
);

/// What stands behind the name of a firm.
const OF_FIRMS: &[u64] =
    list!("tech technical customer support rep reps helpdesk hotline service services field device clinical");

/// What a lot is of that is given or tested with, and is no part of a person.
const GIVEN_OR_TESTED: &[u64] = list!(
    "vaccine vaccines vaccination immunization dose im subq sq deltoid thigh ppd tst tb test flu covid tdap td dtap \
     dtp ipv opv mmr mmrv pcv pcv13 pcv15 pcv20 ppsv ppsv23 hpv hib hepa hepb hep rota varicella rsv zoster shingles meningitis \
     menacwy menb rabies typhoid tubersol aplisol induration vis vfc pentacel imm imms pfizer moderna novavax strip strips kit cartridge cassette qc \
     control controls reagent reagents strep rapid inr coaguchek istat glucose meter poc poct contrast omnipaque isovue botox kenalog depo toradol ketorolac rocephin ceftriaxone b12 rhogam"
);

/// What stands behind the lot of such a thing; a medicine there is another sentence.
const BEHIND_THE_LOT: &[u64] =
    list!("vaccine dose subq sq deltoid thigh qc control controls strip strips vis vfc induration");

/// What numbs a place, and is given before much else.
const NUMBING: &[u64] = list!("lido lidocaine bupivacaine");

/// Parts of persons that have lots, too.
const WORN: &[u64] = list!(
    "iud nexplanon implanon mirena kyleena skyla liletta paragard loop recorder pump port catheter component tray insert \
     replacement arthroplasty tka tha device sensor mesh stent implant implants implanted prosthesis femur tibia femoral tibial acetabular screw screws plate lens iol graft valve lead leads \
     pacemaker generator cage rod rods anchor anchors cup stem head liner allograft apligraf breast"
);

fn digits_and_hyphen(bytes: &[u8]) -> bool {
    bytes.iter().all(|b| b.is_ascii_digit() || *b == b'-')
}

impl Reader<'_> {
    /// Drops them.
    pub(super) fn spared(&mut self) {
        if !self.strict || self.hits.len() == self.first {
            return;
        }
        let mut hits = std::mem::take(self.hits);
        super::retain_from(&mut hits, self.first, |hit| !self.is_spared(hit));
        *self.hits = hits;
    }

    fn is_spared(&self, hit: &Hit) -> bool {
        let index = self.index_at(hit.start);
        match hit.identifier {
            I::Name => {
                self.of_a_form(index, hit) || self.of_a_firm(index, hit) || self.of_a_finding(index, hit)
            }
            // `Pharmacy: Walgreens`: a firm with thousands of shops.
            I::Facility => {
                self.t(index).end == hit.end
                    && self.lower_is(index, KINDS)
                    && !self.t(index).is(v::FACILITYMID)
                    || (index..self.index_at(hit.end)).all(|at| {
                        self.of_a_chain(at)
                            || self.lower_is(at, words!["pharmacy", "aid", "diagnostics", "drug"])
                                && at > index
                    })
            }
            I::Licence | I::Mrn | I::HealthPlan | I::Account | I::Device | I::Other => {
                self.no_number(index, hit)
            }
            _ => false,
        }
    }

    fn no_number(&self, index: usize, hit: &Hit) -> bool {
        let bytes = self.text.get(hit.start..hit.end).unwrap_or_default();
        let next = self.index_at(hit.end);
        let digits = bytes.iter().all(u8::is_ascii_digit);
        // `mg/dL  70-99`: no driver's licence.
        let of_a_range =
            self.lower_is(index.wrapping_sub(1), words!["dl"]) && self.back(index, 2).symbol(b'/');
        // `Rx 500 mg #30`.
        let dose = digits && bytes.len() <= 4 && self.lower_is(next, UNITS);
        // `T102.1`, `P54`: a temperature, a pulse.
        let sign = matches!(bytes, [b'T' | b'P' | b'R' | b'Q', rest @ ..]
            if rest.len() <= 5 && rest.iter().all(|b| b.is_ascii_digit() || *b == b'.') && rest.contains(&b'.'));
        // `claim 99213 denied`: a visit's code (CPT, evaluation and management).
        let visit = matches!(bytes, [b'9', b'9', b'2'..=b'4', b, c] if b.is_ascii_digit() && c.is_ascii_digit())
            && self.lower_is(
                index.wrapping_sub(1),
                list!(
                    "claim claims bill bills billed billing code codes coded cpt visit charge charged charges"
                ),
            );
        // `payer id 60054`.
        let payer = bytes.len() == 5
            && self.lower_is(index.wrapping_sub(1), words!["id"])
            && self.lower_is(index.wrapping_sub(2), words!["payer", "payor"]);
        // `Walgreens #26460`: which of its shops.
        let shop = digits
            && self.back(index, 1).symbol(b'#')
            && (self.lower_is(index.wrapping_sub(2), SHOPS)
                || self.lower_is(index.wrapping_sub(2), words!["store"])
                || self.lower_is(index.wrapping_sub(2), words!["aid"])
                    && self.lower_is(index.wrapping_sub(3), words!["rite"]));
        // `Policy 4.12.3`: a paragraph.
        let paragraph = bytes.iter().filter(|b| **b == b'.').count() >= 2
            && bytes.len() < 9
            && self.lower_is(
                index.wrapping_sub(1),
                words!["policy", "section", "sec", "procedure", "paragraph", "chapter", "rule", "standard"],
            );
        // `Plan Code 332/832`, `Payer: Aetna 60054`: of the plan, not of who has it.
        let of_a_plan = self.lower_is(index.wrapping_sub(1), words!["code"])
            && self.lower_is(index.wrapping_sub(2), words!["plan"])
            && bytes.len() < 9
            || digits
                && bytes.len() == 5
                && self.back(index, 1).is(v::PAYER | v::PLAN)
                && !self.lower_is(
                    index.wrapping_sub(1),
                    list!("member policy subscriber group medicaid medicare id plan insurance insured enrollee beneficiary certificate"),
                )
                && (2..=4).any(|by| self.lower_is(index.wrapping_sub(by), words!["payer", "payor"]));
        // `RA lead 5076-52`: a model.
        let model = bytes.len() == 7
            && bytes.get(4) == Some(&b'-')
            && digits_and_hyphen(bytes)
            && self.t(next).kind == Kind::Mixed
            && self.t(next).len() >= 9;
        // `Zendesk #84692`: a ticket at a desk of support.
        let ticket = digits
            && self.back(index, 1).symbol(b'#')
            && (self.lower_is(
                index.wrapping_sub(2),
                words!["zendesk", "jira", "freshdesk", "servicenow", "github"],
            ) || self.lower_is(index.wrapping_sub(2), words!["issue", "pr", "ticket", "bug"])
                && (self.back(index, 3).kind != Kind::Word
                    || self.lower_is(
                        index.wrapping_sub(3),
                        list!("github gitlab jira support helpdesk it see fixes closes open opened our the this a in per"),
                    )));
        // `code G0439`: a service (HCPCS level II).
        let service = matches!(bytes, [b'A'..=b'V', rest @ ..] if rest.len() == 4 && rest.iter().all(u8::is_ascii_digit))
            && (self.lower_is(index.wrapping_sub(1), words!["hcpcs", "cpt"])
                || self.lower_is(index.wrapping_sub(1), words!["code", "codes"])
                    && (self.back(index, 2).kind != Kind::Word
                        || self.lower_is(
                            index.wrapping_sub(2),
                            list!("hcpcs cpt billing billed bill service services procedure the with by under for use using"),
                        )));
        of_a_plan
            || service
            || model
            || ticket
            || paragraph
            || of_a_range
            || dose
            || sign
            || visit
            || payer
            || shop
            || self.lot_of_a_dose(index)
    }

    /// `Tubersol lot C5774AA`, `(lot W4821, QC ok)`: what was given or tested with, and no part of a person.
    fn lot_of_a_dose(&self, index: usize) -> bool {
        let by = (1..=3).find(|by| {
            self.lower_is(index.wrapping_sub(*by), words!["lot", "lots"])
                && (1..*by).all(|sign| {
                    let token = self.back(index, sign);
                    token.kind == Kind::Symbol
                        || self.lower_is(index.wrapping_sub(sign), words!["no", "number"])
                })
        });
        let Some(lot) = by.map(|by| index.wrapping_sub(by)) else { return false };
        let before =
            |reach: usize, words: &[u64]| (1..=reach).any(|by| self.lower_is(lot.wrapping_sub(by), words));
        let behind = |reach: usize, words: &[u64]| (1..=reach).any(|by| self.lower_is(index + by, words));
        let given = before(9, GIVEN_OR_TESTED) || before(2, NUMBING) || behind(4, BEHIND_THE_LOT);
        given && !before(12, WORN) && !behind(8, WORN)
    }

    /// `6 West`, `Page 1 of 2`, `    Rel: PARENT`, `book_slot`: one word of a ward, of a form, of a program.
    fn of_a_form(&self, index: usize, hit: &Hit) -> bool {
        let (token, before, next) = (self.t(index), self.back(index, 1), self.t(index + 1));
        if self.lower_is(index, words!["da"]) && self.lower_is(index + 1, words!["vinci"]) {
            return true;
        }
        if self.lower_is(index, words!["kaiser"]) && self.lower_is(index + 1, words!["permanente"]) {
            return true;
        }
        // `Medical Records`, `Law Office`: a department.
        let department = self.lower_is(index, words!["records", "office", "department"])
            && before.capitalised()
            && self.lower_is(index.wrapping_sub(1), words!["medical", "law", "health", "front", "billing"]);
        if token.end != hit.end {
            return false;
        }
        let unit = self.lower_is(index, words!["west", "east", "north", "south"])
            && before.kind == Kind::Number
            && before.len() <= 2
            && !self.lower_is(index.wrapping_sub(2), words!["bed", "room", "rm"])
            && !(next.capitalised() && next.known(FAMILY) && next.start == token.end + 1);
        let page = self.lower_is(index, words!["page"])
            && next.kind == Kind::Number
            && next.len() <= 3
            && (matches!(self.t(index + 2).kind, Kind::None | Kind::Symbol)
                || self.lower_is(index + 2, words!["of"]));
        // A key in another column.
        let column = (next.symbol(b':')
            || self.t(index + 2).symbol(b':')
                && self.lower_is(index + 1, words!["ph", "no", "dt", "date", "id"]))
            && !before.is(v::TITLE)
            && before.kind != Kind::None
            && before.end + 2 <= token.start
            && self.lower_is(index, KEYS);
        // Both sides in small letters, and no name among them.
        let word = |at: usize| {
            let token = self.t(at);
            token.case == Case::Lower
                && token.known(WORD)
                && !(token.known(GIVEN | FAMILY) && token.known(COMMON))
        };
        let program = (word(index) || self.lower_is(index, words!["book"]) && token.case == Case::Lower)
            && (self.byte(token.end) == b'_' && word(index + 2)
                || self.byte(token.start.wrapping_sub(1)) == b'_' && word(index.wrapping_sub(2)));
        let payer = token.is(v::PAYER) && self.lower_is(index + 1, words!["permanente"])
            || self.lower_is(index, words!["permanente"]);
        department || unit || page || column || program || payer
    }

    /// `insured by Oscar (ID …)`, `Baxter tech support`: one word that is a payer or a maker here.
    fn of_a_firm(&self, index: usize, hit: &Hit) -> bool {
        let (token, before) = (self.t(index), self.back(index, 1));
        let next = self.index_at(hit.end);
        // `sent to Kroger, Conway`.
        let shop = (self.lower_is(index, SHOPS) || self.lower_is(index, words!["labcorp"]))
            && token.case == Case::Capital
            && !before.is(v::TITLE)
            && !(before.symbol(b'.') && self.back(index, 2).is(v::TITLE))
            && (token.end == hit.end || self.t(index + 1).symbol(b','))
            && (!token.known(FAMILY | GIVEN) || self.sells(index));
        if shop {
            return true;
        }
        let alone = token.end == hit.end
            && !before.is(v::TITLE | v::KIN | v::PERSON | v::CARER)
            && !(before.symbol(b'.')
                && (self.back(index, 2).is(v::TITLE) || self.back(index, 2).case == Case::Single))
            && !(before.capitalised() && before.known(GIVEN) && before.end + 1 == token.start)
            && !(self.t(next).capitalised()
                && self.t(next).known(FAMILY)
                && self.t(next).start == hit.end + 1);
        if !alone {
            return false;
        }
        let payer = (self.lower_is(index, NAMED) || token.is(v::PAYER))
            && if token.known(GIVEN | FAMILY) {
                self.payer_beside(index, next)
            } else {
                self.payer_in_reach(index)
            };
        let maker = self.lower_is(index, MAKERS)
            && self.lower_is(next, OF_FIRMS)
            && self.t(next).case == Case::Lower
            && self.lower_is(
                next + 1,
                list!("support rep reps service services desk line hotline engineer department"),
            );
        // `Rep: Zimmer`.
        let vendor = before.symbol(b':')
            && (self.lower_is(index, MAKERS)
                && self.lower_is(index.wrapping_sub(2), words!["mfr", "manufacturer", "maker", "brand"])
                || self.lower_is(index, MAKERS_ALONE)
                    && self.lower_is(index.wrapping_sub(2), words!["rep", "vendor"]))
            && !self.t(next).capitalised();
        payer || maker || vendor
    }

    /// `at Kroger`, `the Meijer on Elm`, `Kroger pharmacy`, `refill sent to Kroger`: words that touch the name say that it is
    /// a shop, which `Kroger called` and `note from Meijer` don't.
    fn sells(&self, index: usize) -> bool {
        let behind = index + 1;
        if self.t(behind).symbol(b'\'') {
            return false;
        }
        let kind = self.lower_is(
            behind,
            words!["pharmacy", "pharm", "rx", "drug", "drugs", "store", "grocery", "supermarket", "optical"],
        ) || self.t(behind).symbol(b'#');
        let led = self.lower_is(index.wrapping_sub(1), words!["at", "the", "local", "via", "near"])
            || self.back(index, 1).symbol(b':')
                && self.lower_is(index.wrapping_sub(2), words!["pharmacy", "pharm", "rx", "store", "shop"]);
        let sent = self.lower_is(index.wrapping_sub(1), words!["to", "from", "with", "in", "into"])
            && (2..=7).any(|by| {
                self.lower_is(
                    index.wrapping_sub(by),
                    list!(
                        "rx script scripts prescription prescriptions refill refills refilled fill fills filled pickup \
                         escribed eprescribed prescribed meds med medication medications pharmacy sent"
                    ),
                )
            });
        kind || led || sent
    }

    /// `insured by Oscar`, `Payer: Molina`, `Kaiser HMO`: words that touch the name say that it pays.
    fn payer_beside(&self, index: usize, next: usize) -> bool {
        // `Oscar denied pain`, `Oscar plans to come`: these say nothing of it.
        let named = self
            .lower_is(next, words!["insurance", "ins", "hmo", "ppo", "epo", "medicaid", "medicare"])
            || self.t(next).case == Case::Capital && self.lower_is(next, words!["health", "healthcare"]);
        let key = if self.back(index, 1).symbol(b':') { 2 } else { 1 };
        let labelled =
            self.lower_is(index.wrapping_sub(key), words!["payer", "payor", "insurer", "insurance", "ins"]);
        let by = self.lower_is(index.wrapping_sub(1), words!["by", "through", "thru", "via"])
            && (2..=3).any(|by| {
                self.lower_is(
                    index.wrapping_sub(by),
                    words!["insured", "insurance", "plan", "plans", "policy"],
                )
            });
        // `insured through Oscar, her husband`.
        let person = (0..=3).any(|by| {
            self.t(next + by).is(v::KIN)
                || self.lower_is(next + by, words!["his", "her", "their", "she", "he"])
        });
        (named || labelled || by) && !person
    }

    /// `60% (Simpson)`, `rule out Huntington's.`, `Kell, Duffy and Lewis typing`.
    fn of_a_finding(&self, index: usize, hit: &Hit) -> bool {
        let token = self.t(index);
        if token.end != hit.end {
            return false;
        }
        let next = self.index_at(hit.end);
        let method = self.lower_is(index, words!["simpson", "teichholz", "simpsons"])
            && (self.back(index, 1).symbol(b'(')
                && matches!(self.back(index, 2).byte, b'%' | b'0'..=b'9')
                && self.t(next).symbol(b')')
                || self.lower_is(index.wrapping_sub(1), words!["by"]) && self.back(index, 2).symbol(b'%'));
        let closes = matches!(self.t(next + 2).kind, Kind::None)
            || self.t(next + 2).kind == Kind::Symbol
                && matches!(self.t(next + 2).byte, b'.' | b',' | b';' | b')' | b'\n' | b'/');
        let disease = token.is(v::EPONYM)
            && self.t(next).symbol(b'\'')
            && self.lower_is(next + 1, words!["s"])
            && closes
            && !self.lower_is(index.wrapping_sub(1), words!["at", "from", "than", "is", "was"]);
        // Two of the groups side by side and a word of blood banks, or one and what is said of it.
        let banked = || {
            (1..=7).any(|by| {
                [index.wrapping_sub(by), next + by - 1].into_iter().any(|at| {
                    self.lower_is(at, TYPED) || self.lower_is(at, words!["typing", "anti", "kell", "duffy"])
                })
            })
        };
        let grouped = self.lower_is(index, GROUPS)
            && !self.back(index, 1).is(v::TITLE)
            && (self.lower_is(next, TYPED)
                || (1..=2).any(|by| {
                    self.lower_is(next + by, GROUPS) || self.lower_is(index.wrapping_sub(1 + by), GROUPS)
                }) && banked()
                || self.lower_is(index.wrapping_sub(2), words!["anti"])
                || (1..=9).any(|by| {
                    self.lower_is(index.wrapping_sub(by), words!["kell"])
                        && (1..=3)
                            .any(|behind| self.lower_is(index.wrapping_sub(by) + behind, words!["duffy"]))
                }));
        // `with Lynch (MLH1)`: a disease and its gene.
        let gene = self.t(next + 1);
        let inherited = token.is(v::EPONYM)
            && self.t(next).symbol(b'(')
            && GENES.contains(&self.bytes(gene))
            && self.t(next + 2).symbol(b')');
        method || disease || grouped || inherited
    }
}

#[cfg(test)]
mod tests {
    use crate::text::trial::found_in_prose as found;

    #[test]
    fn what_is_of_nobody_stays() {
        for text in [
            "Sodium 138 mmol/L, urea 31 mg/dL 15-40 and so on",
            "Rx 250 mg twice",
            "claim 99214 was denied",
            "payer id 87726 is right",
            "MMR dose given in the left deltoid, lot K004412",
            "EF 58% (Simpson), no effusion",
            "has Barrett's, on a pump inhibitor",
            "antigen typing: Kell, Duffy and Kidd negative",
            "the plan is through Molina, prior approval pending",
            "asked Baxter technical support about it",
            "sent to Walgreens #04417",
            "refill was sent to Kroger, will pick up",
            "works nights at Meijer and sleeps badly",
            "the Kroger pharmacy is out of it",
        ] {
            assert!(found(text).is_empty(), "{text}: {:?}", found(text));
        }
    }

    #[test]
    fn who_bears_the_same_name_goes() {
        for (text, value) in [
            ("Mr. Molina asked about his plan", "Molina"),
            ("his son Oscar is on the plan too", "Oscar"),
            ("hip stem, lot 4471823, size 5, implanted today", "4471823"),
            ("seen with Dr. Lewis, typing pending", "Lewis"),
            ("claim no. 48213377 denied", "48213377"),
            ("Lewis Kidd called about his bill", "Lewis Kidd"),
            ("patient Kroger wants the refill", "Kroger"),
            ("note from patient Meijer about his knee", "Meijer"),
            ("RTC 3/12 with Lopez", "3/12"),
        ] {
            assert!(found(text).contains(&value), "{value} of {text}: {:?}", found(text));
        }
    }
}
