//! What speaks against a name: diseases, tests and instruments that are named for persons, medicines and their doses.

use super::{
    Reader,
    token::{Case, Kind},
};
use crate::words::{
    COMMON, FAMILY, GIVEN, MEDICAL, WORD, list,
    vocabulary::{self as v},
    words,
};

/// What is named for the one who described it: `Murphy sign`, `Kocher clamp`, `Barrett's esophagus`.
const THINGS: &[u64] = list!(
    "disease diseases syndrome sign signs test tests testing catheter procedure procedures maneuver maneuvers \
     manoeuvre score scores scale criteria criterion classification grade grading level levels stage staging \
     type types class fracture fractures reflex point triangle fascia ligament space pouch gland glands duct \
     node nodes nodule nodules cell cells body bodies rod rods stain stains law method technique incision \
     repair operation shunt flap graft drain drains clamp clamps forceps retractor retractors scissors needle \
     tube tubes blade phenomenon effect palsy paralysis lymphoma tumor tumour carcinoma sarcoma esophagus \
     oesophagus ulcer ring rings diverticulum cyst hernia contractions contraction rule rules index inventory \
     questionnaire chart lens lamp bottle boot boots collar brace bandage splint dressing bag mask pump sensor \
     stent valve balloon filter tourniquet formula equation curve theorem protocol diet position angle line \
     lines hump spot spots plaques purpura virus fever anomaly malformation deformity contracture gait ataxia \
     chorea dementia aphasia encephalopathy thyroiditis arteritis ganglion nucleus canal foramen muscle tendon \
     artery vein nerve plexus capsule membrane layer tubercle crest fold knife agar stool anxiety depression \
     screen screening vaccine breathing respirations breaths murmur pulse pupil pupils exponent hose stockings \
     wrap strap implant plate nail screw wire wires hook elevator rongeur suture sutures stitch knot bypass \
     resection fundoplication arthroplasty osteotomy hysterectomy amputation anesthesia block impingement \
     negative positive exudative tracheostomy applicator speculum trocar port monitor machine device therapy \
     exercises exercise cough retinoscopy tonometry applanation malocclusion retainer plane papilla stone \
     hypothesis reaction agitation sedation neuralgia neuroma melanoma leukemia anemia rot cirrhosis \
     encephalitis meningitis nephritis colitis granulomatosis scotoma bone laceration tear lesion injury \
     hematoma stroke anastomosis loop stoma field fields ankle bleeding solution media medium unit units \
     cycle elimination decomposition equilibrium kappa alpha rho simulation prior posterior approach hierarchy \
     framework declaration convention treaty war battle pathogens inventories scales battery cart cuff cuffs \
     limits models process matrix transform theory theories postulates mechanism symptom reagent assessments \
     crystals casts antigen antibody factor assay blot model regression distribution estimate estimator"
);

/// What bears the possessive of a name that people bear too.
const OWNED: &[u64] = list!(
    "disease syndrome sign test palsy fascia ligament triangle esophagus point pouch gland lymphoma phenomenon law \
     contracture rule criteria sarcoma diverticulum reflex maneuver canal duct node nodes area angle chorea murmur \
     kappa alpha rho scale score cycle postulates hierarchy method stages"
);

/// First parts of eponyms of which both are frequent names, and their second parts.
const PAIR: &[u64] = list!(
    "jackson stanford hardy mann montgomery woodcock wolff parkinson calgary henderson johnson gibson wood \
     taylor murphy lee white bland kaplan king mason moore miller fisher"
);
const PAIRED: &[u64] = list!(
    "pratt binet weinberg whitney asberg johnson parkinson white cambridge hasselbalch thomson silverman \
     altman meier ellis evans robin devaux jones gruber dieker"
);

/// Words of the middle: `Goldmann visual field`, `Bristol stool type`.
const BETWEEN: &[u64] = list!(
    "and or visual stool ankle knee blood coma pain depression impairment cord mental hip valve nasal exact \
     hand spine shoulder risk bleeding surgical"
);

/// What is `of` somebody: `ligament of Treitz`, `tetralogy of Fallot`.
const OF: &[u64] = list!(
    "declaration treaty battle convention ligament tetralogy circle pouch space sphincter islets islet bundle foramen angle ampulla canal duct \
     fascia crypts loop node nodes organ zone line lines valve sinus layer triangle fossa glands cartilage \
     tubercle tendon artery aqueduct membrane sign maneuver spiral valves ring plexus cistern gland area \
     capsule"
);

/// Instruments and scores that go by the name alone, although people bear it too.
const BARE: &[u64] = list!(
    "foley kocher gleason apgar braden morse doppler holter mohs hickman allis mayo penrose bovie swan \
     bair barlow beck romberg weber rinne glasgow whipple roux nissen lewy lyme pap ace ames lap \
     steri salem dukes graves still sweet means chance child light lights \
     garden katz berg holden tanner down downs boston denver \
     montreal ottawa nottingham bethesda columbia edinburgh allen rankin waddell babcock strasberg"
);

impl Reader<'_> {
    /// Whether an eponym is read as one without a noun behind it.
    pub(super) fn eponym_alone(&self, index: usize) -> bool {
        let token = self.t(index);
        token.is(v::EPONYM) && (!token.known(COMMON) || self.lower_is(index, BARE) && !token.is(v::STRONG))
    }

    /// Whether a capitalised word that could be a name stands here for a thing.
    pub(super) fn thing(&self, index: usize) -> bool {
        self.t(index).known(MEDICAL) && !self.t(index).known(COMMON)
            || self.eponym(index)
            || self.bound(index)
            || self.lower_is(index, words!["monte", "hong"])
                && self.lower_is(index + 1, words!["carlo", "kong"])
            || self.lower_is(index, words!["carlo", "kong"])
                && self.lower_is(index.wrapping_sub(1), words!["monte", "hong"])
            || self.dosed(index)
            || self.gauged(index)
            || self.tested(index)
            || self.edition(index)
            || self.among_things(index)
    }

    /// `Murphy sign`, `Barrett's esophagus`, `Salter-Harris II fracture`, `ligament of Treitz`, `Borg 12`.
    pub(super) fn eponym(&self, index: usize) -> bool {
        if self.lower_is(index.wrapping_sub(1), words!["of"]) && self.lower_is(index.wrapping_sub(2), OF) {
            return true;
        }
        let mut next = self.atom(index).unwrap_or(index + 1);
        // `Salter-Harris`: one part that is no frequent name is enough.
        if (index + 1..next).any(|at| self.t(at).is(v::EPONYM | v::KNOWN) && !self.t(at).known(COMMON))
            || next > index + 1 && self.t(index).is(v::EPONYM | v::KNOWN) && !self.t(index).known(COMMON)
        {
            return true;
        }
        // `Jackson-Pratt`, `Mann-Whitney`: pairs of frequent names.
        let pair = next == index + 3 && self.lower_is(index, PAIR) && self.lower_is(index + 2, PAIRED);
        let series = next > index + 3 && self.lower_is(index, PAIR) && self.lower_is(index + 2, PAIR);
        // `negative Lachman`, `Positive McMurray`.
        let finding = self.lower_is(index.wrapping_sub(1), words!["positive", "negative"])
            && self.t(index - 1).end + 1 == self.t(index).start
            && !(self.t(index).known(COMMON) && self.t(next).capitalised());
        // `no Hoffmann`, `Ramsay Hunt syndrome`.
        let absent = self.lower_is(index.wrapping_sub(1), words!["no", "without", "absent"])
            && self.t(index).is(v::EPONYM);
        let second = self.t(next).case == Case::Capital
            && self.t(next).known(FAMILY)
            && self.t(next).start == self.t(next - 1).end + 1
            && self.owned(self.atom(next).unwrap_or(next + 1));
        if pair || series || finding || absent || second {
            return true;
        }
        let owner = self.t(index).known(COMMON) && !self.t(index).is(v::EPONYM);
        for _ in 0..4 {
            // `Graves' disease`.
            if self.t(next).symbol(b'\'') && self.lower_is(next + 1, OWNED) {
                return true;
            }
            if self.t(next).symbol(b'\'') && self.lower_is(next + 1, words!["s"]) {
                next += 2;
                // `Amy's cough` is hers; `Barrett's esophagus` is not.
                if owner {
                    return self.lower_is(next, OWNED);
                }
            }
            let token = self.t(next);
            if token.kind == Kind::Word && token.start > self.t(index).end + 40 {
                return false;
            }
            if self.lower_is(next, THINGS) {
                return true;
            }
            let numeral = self.lower_is(next, words!["i", "ii", "iii", "iv"]) && token.capitalised();
            let other = token.capitalised()
                && (token.is(v::EPONYM) || self.t(index).is(v::EPONYM) && token.known(FAMILY));
            let lettered =
                token.case == Case::Single && token.kind == Kind::Word && matches!(token.byte, b'A'..=b'D');
            if !(self.lower_is(next, BETWEEN) || numeral || other || lettered) {
                break;
            }
            next = self.atom(next).unwrap_or(next + 1);
        }
        false
    }

    /// Whether what was taken for a name is of a form or of a record of questions: `INSURED'S I.D. NUMBER`,
    /// `NAME (Last, First, MI)`, `Q. State your name`, `A. No`.
    pub(super) fn caption(&self, start: usize, end: usize) -> bool {
        let (first, last) = (self.index_at(start), self.index_at(end));
        let words = || (first..last).filter(|at| self.t(*at).kind == Kind::Word);
        let form = words().all(|at| {
            self.lower_is(
                at,
                words![
                    "last", "first", "middle", "mi", "initial", "name", "i", "d", "given", "surname",
                    "suffix"
                ],
            )
        });
        // `Mon-Fri`.
        let days = words().all(|at| self.t(at).is(v::WEEKDAY));
        // `L as in Larry`.
        let spelled = self.lower_is(first.wrapping_sub(1), words!["in"])
            && self.lower_is(first.wrapping_sub(2), words!["as"])
            && self.back(first, 3).len() == 1;
        let asked = matches!(self.t(first).byte, b'Q' | b'A')
            && self.t(first).case == Case::Single
            && self.t(first + 1).symbol(b'.')
            && words().skip(1).all(|at| {
                self.t(at).known(WORD)
                    && !self.t(at).is(v::STRONG)
                    && (self.t(first).byte == b'Q' || !self.t(at).known(COMMON))
            });
        self.strict && (form || days || spelled || asked)
    }

    /// Whether what stands behind a name of two parts is a disease or a sign: `Ramsay Hunt syndrome`.
    pub(super) fn owned(&self, next: usize) -> bool {
        self.lower_is(next, OWNED) && self.t(next).case == Case::Lower
    }

    /// `Blake 19F`, `Malecot 24Fr`: an instrument and its gauge.
    pub(super) fn gauged(&self, index: usize) -> bool {
        let size = self.t(self.atom(index).unwrap_or(index + 1));
        let bytes = self.bytes(size);
        size.kind == Kind::Mixed
            && self.t(index).is(v::EPONYM | v::KNOWN)
            && (bytes.ends_with(b"F") || bytes.ends_with(b"Fr") || bytes.ends_with(b"fr"))
            && crate::shape::value(bytes, 0, 2) < 37
            && bytes.len() <= 4
    }

    /// `Hawkins-Kennedy neg`, `Derefield L neg`, `Phalen +`: a test and what it showed.
    pub(super) fn tested(&self, index: usize) -> bool {
        let token = self.t(index);
        if token.known(COMMON) && !token.is(v::EPONYM) {
            return false;
        }
        let mut next = self.atom(index).unwrap_or(index + 1);
        if self.t(next).case == Case::Single && matches!(self.t(next).byte, b'L' | b'R') {
            next += 1;
        }
        self.lower_is(next, words!["neg", "pos"]) && self.t(next).case == Case::Lower
    }

    /// `Pax-8`, `Jo-1`, `Bayley-4`: a stain, an antibody, an edition.
    pub(super) fn edition(&self, index: usize) -> bool {
        let next = self.atom(index).unwrap_or(index + 1);
        let number = self.t(next + 1);
        self.t(next).symbol(b'-')
            && self.glued(next - 1)
            && self.glued(next)
            && matches!(number.kind, Kind::Number | Kind::Mixed)
            && number.len() <= 3
    }

    /// `Max tokens`, `Max Connections`: a bound of something.
    pub(super) fn bound(&self, index: usize) -> bool {
        self.lower_is(index, words!["max", "min"])
            && self.t(index + 1).known(WORD)
            && !self.t(index + 1).known(COMMON)
            && (self.t(index + 1).capitalised()
                || self.lower_is(
                    index + 1,
                    words!["tokens", "retries", "dose", "size", "length", "temp", "rate"],
                ))
    }

    /// An unknown word before a capitalised ordinary one, or an adjective: `Cyber Security`, `Bayesian approach`.
    pub(super) fn qualifies(&self, index: usize) -> bool {
        let token = self.t(index);
        if token.known(GIVEN | FAMILY) {
            return false;
        }
        let next = self.atom(index).unwrap_or(index + 1);
        let after = self.t(next);
        let plain = after.kind == Kind::Word
            && (after.known(WORD) || after.is(v::KNOWN | v::CARER))
            && after.start == self.t(next - 1).end + 1
            && after.len() > 2
            && !after.known(GIVEN | FAMILY | COMMON);
        let bytes = self.bytes(token);
        let adjective = bytes.ends_with(b"ian") || bytes.ends_with(b"ean") || bytes.ends_with(b"oides");
        plain
            && (after.case == Case::Capital
                && token.case == Case::Capital
                && !after.is(v::TITLE | v::SUFFIX | v::PERSON | v::KIN)
                && !self.t(next + 1).symbol(b':')
                || adjective && after.case == Case::Lower && after.roles == 0)
    }

    /// A name that is not frequent, with a number behind it: `Killip 2`, `Borg 12`.
    pub(super) fn scored(&self, index: usize) -> bool {
        let token = self.t(index);
        let next = self.atom(index).unwrap_or(index + 1);
        let number = self.t(next).kind == Kind::Number
            && (self.t(next).len() < 4 || !token.known(GIVEN | FAMILY))
            || self.t(next).symbol(b'#') && !token.known(GIVEN | FAMILY)
            || self.lower_is(next, words!["ii", "iii", "iv"]) && !token.known(GIVEN)
            // `Philips Ingenia 3T`.
            || self.t(next).kind == Kind::Mixed && self.t(next).len() <= 3 && !token.known(GIVEN | FAMILY);
        // `Clark IV`.
        let level = token.is(v::EPONYM)
            && self.lower_is(next, words!["i", "ii", "iii", "iv", "v"])
            && self.t(next).capitalised();
        number && !token.known(COMMON) || level
    }

    /// `Zepbound 5 mg`, `Kenalog injection`.
    fn dosed(&self, index: usize) -> bool {
        if self.t(index).known(GIVEN) {
            return false;
        }
        let mut next = self.atom(index).unwrap_or(index + 1);
        if self.t(next).kind == Kind::Number {
            next += 1;
            if self.t(next).symbol(b'.') && self.t(next + 1).kind == Kind::Number {
                next += 2;
            }
            if self.t(next).symbol(b'%') {
                return true;
            }
        } else if self.t(next).kind == Kind::Mixed {
            let unit = self.bytes(self.t(next));
            return [&b"mg"[..], b"mcg", b"ml", b"g"].iter().any(|u| unit.ends_with(u));
        }
        self.lower_is(
            next,
            list!(
    "mg mcg g ml units iu meq tab tabs tablet tablets capsule capsules cream ointment gel drops inhaler \
     injection injections patch spray bid tid qid prn qhs po iv infusion drip gtt pen nebs nebulizer"
),
        )
    }

    /// An unknown word in a row of medicines or the like: `Wegovy, Zepbound, Saxenda`.
    fn among_things(&self, index: usize) -> bool {
        if self.t(index).known(GIVEN | FAMILY) {
            return false;
        }
        let thing = |at: usize| {
            let token = self.t(at);
            token.capitalised()
                && (token.is(v::KNOWN) && !token.is(v::MONTH | v::WEEKDAY) || token.known(MEDICAL))
                && !token.known(GIVEN | FAMILY)
        };
        let joins = |at: usize| {
            let token = self.t(at);
            token.symbol(b',') || token.symbol(b'/') || self.lower_is(at, words!["and", "or", "vs", "versus"])
        };
        let next = self.atom(index).unwrap_or(index + 1);
        // `Medtronic Evera`: what a maker's name is before.
        if index > 0 && thing(index - 1) && self.t(index - 1).end + 1 == self.t(index).start {
            return true;
        }
        let before = index >= 2 && joins(index - 1) && thing(index - 2)
            || index >= 3 && joins(index - 1) && joins(index - 2) && thing(index - 3);
        before || joins(next) && (thing(next + 1) || joins(next + 1) && thing(next + 2))
    }

    /// Whether a word stands among capitalised ordinary words, as in headings.
    pub(super) fn in_heading(&self, index: usize) -> bool {
        let ordinary = |at: usize| {
            let token = self.t(at);
            token.kind == Kind::Word
                && token.capitalised()
                && token.len() > 2
                && (token.known(WORD) && !token.known(COMMON)
                    || token.is(v::KNOWN) && !token.known(GIVEN | FAMILY))
        };
        index > 0 && ordinary(index - 1) && ordinary(index + 1)
    }
}
