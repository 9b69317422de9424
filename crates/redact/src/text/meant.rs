//! Names that only their place tells: behind a role, at the end of a message, beside another name, before a relative.
//!
//! A word that is a frequent name, or no word at all, is a name where one is due, whatever else it could mean.

use super::{
    Reader,
    token::{Case, Kind},
};
use crate::words::{COMMON, FAMILY, GIVEN, MEDICAL, PLAIN, WORD, list, vocabulary as v, words};

/// People beside the roles of the vocabulary, as notes name them.
const PEOPLE: &[u64] = list!(
    "proband member subscriber subscr mom boy girl baby assigned routed user manager supervisor boss principal ex children kids parents siblings colleague coworker coach teacher \
     assistant anesthesia anesthetist hygienist circulator scrub scribe tech sponsor officer detective deputy \
     sergeant trooper sheriff contact employer landlord nanny sitter babysitter sib sibs fob mob poa dpoa hcp \
     author cosigner grandkids grandchildren grandchild sons daughters brothers sisters mommy daddy mum granny \
     grandpa nana hubby wifey gf bf pcp aide classmate tenant widow widower law donor twin triplet lawyer \
     attorney judge chaplain interpreter translator supervisee trainee operator driver foster godmother \
     godfather witness son stepdad stepmom rep advocate coordinator worker lead recipient presenter volunteer facilitator preceptor moderator homeroom hijo hija esposo esposa madre \
     padre hermano hermana abuela abuelo paciente enfermera supervising sonographer ref referring reviewer rider guard \
     escort prescriber verifier requester requestor endoscopist proceduralist perfusionist collateral informant historian \
     ec pi subi airway recorder charge rph embalmer notary clerk dispatcher medic firefighter marshal parole mds owner \
     visitor ride surrogate agent paralegal passenger receptionist greeter secretary scheduler biller coder registrar \
     cashier stylist barber butcher baker mechanic plumber electrician mentor mentee godparent godson goddaughter kiddo \
     stepbrother stepsister sitter daycare headmaster dean nun deacon bishop imam cantor minister celebrant counselor \
     fireman policeman investigator adjuster examiner arbitrator mediator conservator trustee executor payee delegate \
     reporter complainant respondent grievant appellant petitioner plaintiff defendant victim suspect abuser perpetrator \
     neighbour flatmate bunkmate cellmate inmate detainee soldier sailor marine veteran spouse bride groom fiance hospitalist \
     anesthesiologist doula auntie aunty papa gramps grammy memaw pawpaw alternate hcpoa dpoahc anes surg circ attendant companion liaison facilitator collector taker rehab dietary activities"
);

/// Letters behind names and before them.
const LETTERS: &[u64] = list!(
    "np rn pa md do crna lpn cna msw lcsw pharmd dds dmd ma dnp cnm rd rt pt ot slp lvn emt sw cm nnp fnp aprn rph cpht cst lmsw"
);

/// Verbs and nouns before `by`, `with`, `to`, `from`, and words that do without one.
const AGENTS: &[u64] = list!(
    "see with w by to from per for s tc lm vm cc via and re contacted called notified informed told asked saw met \
     paged texted emailed thanked daughter"
);

/// What follows a person in the passive.
const SUFFERED: &[u64] = list!(
    "had been accompanied seen brought admitted born referred given told started discharged found transferred evaluated \
     examined intubated able diagnosed asked advised informed here tearful happy upset anxious calm \
     cooperative alert awake asleep hospitalized raised married divorced adopted treated consented notified \
     interviewed unable doing having feeling taking in on at still also not very now being my his her our"
);

impl Reader<'_> {
    /// Whether a capitalised word may be a name where one is due.
    pub(super) fn may_be_meant(&self, index: usize) -> bool {
        let token = self.t(index);
        let written =
            matches!(token.case, Case::Capital) || token.case == Case::Inner && self.atom(index).is_some();
        // `O'Kennedy`.
        let joined = token.case == Case::Single
            && self.t(index + 1).symbol(b'\'')
            && self.glued(index)
            && self.glued(index + 1)
            && matches!(self.t(index + 2).case, Case::Capital | Case::Inner);
        if joined && token.kind == Kind::Word && self.t(index + 2).kind == Kind::Word {
            return true;
        }
        if token.kind != Kind::Word || !written || token.len() < 2 {
            return false;
        }
        let roles = token.otherwise() & !v::UNIT;
        let named = token.known(GIVEN | FAMILY);
        let listed =
            token.is(v::KNOWN | v::MONTH | v::STATE | v::SUFFIX | v::UNIT) && !(named && token.known(COMMON));
        if roles != 0 || listed || self.eponym(index) || token.known(MEDICAL) && !named {
            return false;
        }
        let heading = {
            let next = self.t(self.atom(index).unwrap_or(index + 1));
            next.kind == Kind::Word
                && next.capitalised()
                && next.len() > 2
                && (next.known(WORD) && !next.known(COMMON) || next.is(v::KNOWN) && !next.known(FAMILY))
        };
        !heading
            && (named && (token.known(COMMON) || !token.known(WORD))
                || !token.known(WORD) && token.len() > 3 && !self.medical(self.bytes(token)))
    }

    /// The name that begins here, with a second part and what joins it.
    fn meant_from(&self, first: usize) -> Option<(usize, usize)> {
        let start = self.t(first).start;
        // `MA S. White`, `Tech J Workman`, `Tech: E WELLS`.
        let initial = self.t(first).case == Case::Single && self.t(first).kind == Kind::Word;
        let family = first + 1 + usize::from(self.t(first + 1).symbol(b'.') && self.glued(first));
        let loud = self.t(family);
        let plain = loud.kind == Kind::Word
            && loud.case == Case::Upper
            && loud.len() > 2
            && loud.otherwise() == 0
            && (loud.known(FAMILY) && (loud.known(COMMON) || !loud.known(WORD))
                || !loud.known(WORD | MEDICAL))
            && self.back(first, 1).symbol(b':');
        let near = self.t(family).start <= self.t(family.wrapping_sub(1)).end.saturating_add(1);
        if initial && near && plain {
            return Some((start, self.t(self.atom(family)? - 1).end));
        }
        let first = if initial && near && self.may_be_meant(family) { family } else { first };
        let over = self.over_particles(first);
        let first = if over > first && self.t(over).capitalised() { over } else { first };
        if !self.may_be_meant(first) {
            return None;
        }
        let mut next = self.atom(first)?;
        let mut end = self.t(next - 1).end;
        for _ in 0..3 {
            if self.t(next).case == Case::Single
                && self.t(next).kind == Kind::Word
                && self.t(next + 1).symbol(b'.')
                && self.may_be_meant(next + 2)
            {
                next += 2;
            }
            if !self.may_be_meant(next) || self.t(next).start != end + 1 && !self.t(next - 1).symbol(b'.') {
                break;
            }
            next = self.atom(next)?;
            end = self.t(next - 1).end;
        }
        Some((start, end))
    }

    /// `Fr. Okafor`, `Dep. Hoffman`; `14 Fr. coude` is a gauge.
    fn abbreviates(&self, index: usize) -> bool {
        self.lower_is(index, list!("fr dep det sr bro msgr cpl tpr insp supt atty"))
            && self.t(index).capitalised()
            && self.t(index + 1).symbol(b'.')
            && self.back(index, 1).kind != Kind::Number
    }

    /// In prose: a name behind a role, a title, a greeting, `I'm`, or a preposition of persons.
    pub(super) fn meant(&self, index: usize) -> Option<(usize, usize)> {
        if !self.strict {
            return None;
        }
        let token = self.t(index);
        let letters = token.case == Case::Upper && self.lower_is(index, LETTERS);
        // The head of a mail.
        let headed = self.lower_is(index, words!["subject"])
            && self.t(index + 1).symbol(b':')
            && (self.back(index, 1).kind == Kind::None || self.back(index, 1).symbol(b'\n'));
        let role = !headed && token.is(v::PERSON | v::KIN | v::CARER)
            || self.lower_is(index, PEOPLE)
            || token.is(v::TITLE) && !self.lower_is(index, words!["dr"])
            || self.abbreviates(index)
            // `viable male "Daisy"`.
            || self.lower_is(index, words!["male", "female"]) && self.t(index + 1).symbol(b'"');
        let follow = self.lower_is(index, words!["u"]) && self.back(index, 1).symbol(b'/');
        // `parents of May Brady`, `pt of Sharp`; `Paged Hunter`.
        let of = self.lower_is(index, words!["of"])
            && (self.back(index, 1).is(v::PERSON | v::KIN)
                || self.lower_is(
                    index.wrapping_sub(1),
                    list!("parents parent family guardian guardians pt estate"),
                ));
        let paged = self.begins_sentence(index)
            && self.lower_is(index, list!("paged called texted notified informed emailed phoned"))
            && self.t(index).case == Case::Capital;
        let agent = follow
            || of
            || paged
            || token.case == Case::Lower && self.lower_is(index, AGENTS)
            || token.is(v::GREETING)
            || self.lower_is(index, words!["hey", "thx", "best", "hiya"]);
        let myself = self.lower_is(index, words!["m", "am"])
            && (self.back(index, 2).byte | 0x20 == b'i' || self.lower_is(index.wrapping_sub(1), words!["i"]))
            || self.lower_is(index, words!["is"])
                && self.lower_is(
                    index.wrapping_sub(1),
                    words!["this", "name", "doctor", "caregiver", "poa", "its"],
                )
            || self.lower_is(index, words!["its"]);
        if !(letters || role || agent || myself) {
            return None;
        }
        let mut next = index + 1;
        for _ in 0..3 {
            let sign = self.t(next);
            let bridge = sign.kind == Kind::Symbol
                && (matches!(sign.byte, b':' | b'(' | b'"' | b'@')
                    || matches!(sign.byte, b',' | b'/' | b'.' | b'-') && !agent)
                || role
                    && self.lower_is(next, words!["is", "was", "named", "called", "md", "rn", "np", "pa"])
                || agent && sign.byte == b'/' && self.lower_is(index, words!["w", "s"]);
            let greeted = token.is(v::GREETING) && sign.symbol(b',');
            if !(bridge || greeted) {
                break;
            }
            next += 1;
        }
        let head = self.t(next);
        // A role at the end of a clause, and a new one that begins with a word.
        let apart = (self.t(next - 1).symbol(b'.') && !(next == index + 2 && self.abbreviates(index)))
            || self.t(next - 1).symbol(b'-');
        if apart && (head.known(PLAIN) || !head.known(COMMON)) {
            return None;
        }
        // `Agent: May I have …`: who speaks, and the first word.
        if self.t(next - 1).symbol(b':')
            && matches!(self.back(index, 1).kind, Kind::None)
            && head.known(WORD)
            && (self.t(next + 1).case == Case::Lower || self.t(next + 1).case == Case::Single)
            && self.t(next + 1).kind == Kind::Word
        {
            return None;
        }
        let preposition =
            agent && self.lower_is(index, words!["to", "for", "from", "by", "re", "and", "via", "per", "s"]);
        let place = head.is(v::STATE) || head.known(crate::words::CITY) && preposition && !head.known(GIVEN);
        if place || (preposition || follow) && (!head.known(GIVEN | FAMILY) || head.is(v::EPONYM)) {
            return None;
        }
        if let Some(found) = self.fielded(next) {
            return Some(found);
        }
        let (start, end) = self.meant_from(next)?;
        // A given and a family name may go further.
        let whole = self.full_name(next).filter(|whole| whole.0 == start && whole.1 > end);
        Some(whole.unwrap_or((start, end)))
    }

    /// In prose: `initials J.R.`, `transcribed by J.R.`
    pub(super) fn initials(&self, index: usize) -> Option<(usize, usize)> {
        if !self.strict || !self.lower_is(index, words!["initials", "initialed", "by"]) {
            return None;
        }
        let letter = |at: usize| {
            self.t(at).case == Case::Single
                && self.t(at).kind == Kind::Word
                && self.t(at + 1).symbol(b'.')
                && self.glued(at)
        };
        let first = index + 1 + usize::from(self.t(index + 1).symbol(b':'));
        if !letter(first) || !letter(first + 2) || !self.glued(first + 1) {
            return None;
        }
        let last = if letter(first + 4) && self.glued(first + 3) { first + 5 } else { first + 3 };
        Some((self.t(first).start, self.t(last).end))
    }

    /// In prose: `Grace's mother`, `the Hill family`, `Viola was seen`, `Allen (post-op day 2)`, `@Mark`.
    pub(super) fn told(&self, index: usize) -> Option<(usize, usize)> {
        let token = self.t(index);
        if !self.strict || !token.capitalised() || !self.may_be_meant(index) {
            return None;
        }
        let next = self.atom(index)?;
        let found = Some((token.start, self.t(next - 1).end));
        let given = token.known(GIVEN) && token.known(COMMON);
        let family = token.known(FAMILY) && token.known(COMMON);
        if self.t(next).symbol(b'\'')
            && self.lower_is(next + 1, words!["s"])
            && (self.t(next + 2).is(v::KIN | v::CARER)
                || self.lower_is(next + 2, PEOPLE)
                || self.lower_is(
                    next + 2,
                    words![
                        "surgery",
                        "appointment",
                        "appt",
                        "visit",
                        "ear",
                        "meds",
                        "blood",
                        "family",
                        "insurance",
                        "chart",
                        "room",
                        "house",
                        "school",
                        "care",
                        "pain"
                    ],
                ))
        {
            return found;
        }
        if family && self.lower_is(next, words!["family", "household"]) {
            return found;
        }
        // The end of a message: a line that is a given name, or one with an initial.
        let alone = self.back(index, 1).kind == Kind::None || self.back(index, 1).symbol(b'\n');
        let ends = |at: usize| matches!(self.t(at).kind, Kind::None) || self.t(at).symbol(b'\n');
        let initial = self.t(next).case == Case::Single && self.t(next).kind == Kind::Word;
        if alone && token.known(GIVEN) && ends(next) && !token.known(WORD)
            || alone
                && token.known(GIVEN)
                && initial
                && (ends(next + 1) || self.t(next + 1).symbol(b'.') && ends(next + 2))
        {
            let last = if initial { next } else { next - 1 };
            return Some((token.start, self.t(last).end));
        }
        // `… sugar 141. Arolde` at the end of a message; `Grace,` on a line before one.
        let known = token.known(GIVEN) && (!token.known(WORD) || given && !token.known(PLAIN));
        let closes = ends(next)
            && (matches!(self.back(index, 1).byte, b'.' | b'!' | b'?')
                && self.back(index, 1).kind == Kind::Symbol
                && self.back(index, 2).kind != Kind::None
                && self.back(index, 2).case != Case::Single
                && !self.back(index, 2).is(v::TITLE)
                || self.lower_is(index.wrapping_sub(1), words!["love", "xo", "hugs"]));
        let greeted = alone && self.t(next).symbol(b',') && ends(next + 1) && (given || !token.known(WORD));
        // `RTC 6 wk. Rios`: the family name alone, behind the last sentence.
        let family_closes = closes
            && self.t(next).kind == Kind::None
            && family
            && !token.known(WORD)
            && self.back(index, 1).symbol(b'.')
            && token.start > self.back(index, 1).end;
        if closes && known || greeted || family_closes {
            return found;
        }
        // `Singleton Gene, 60`: the family name first.
        let second = self.t(next);
        if family
            && (alone || self.back(index, 1).symbol(b':'))
            && second.known(GIVEN)
            && second.known(COMMON)
            && second.case == token.case
            && (self.t(next + 1).symbol(b',') && self.t(next + 2).kind == Kind::Number)
        {
            return Some((token.start, second.end));
        }
        // `is Virginia (wife) there`, `Mark, daughter, at bedside`.
        let related = |at: usize| {
            (self.t(at).is(v::KIN) || self.lower_is(at, PEOPLE)) && self.t(at).case == Case::Lower
        };
        let bracket = self.t(next).symbol(b'(') && related(next + 1) && self.t(next + 2).symbol(b')');
        let comma = self.t(next).symbol(b',')
            && related(next + 1)
            && (self.t(next + 2).symbol(b',')
                || self.lower_is(next + 2, words!["at", "here", "present", "in", "with"]));
        if (bracket || comma) && token.known(GIVEN | FAMILY) {
            return found;
        }
        // `Farley at window`.
        let waits = self.lower_is(next, words!["at"])
            && self.lower_is(next + 1, list!("window desk counter door bedside registration front checkin"));
        if waits && (given || family || !token.known(WORD)) {
            return found;
        }
        let aux = self.lower_is(next, words!["was", "is", "has", "had", "been"]);
        if given
            && aux
            && (self.lower_is(next + 1, SUFFERED) || self.lower_is(next + 1, words!["been"]))
            && (!token.known(PLAIN)
                || self.lower_is(
                    next + 1,
                    words![
                        "accompanied",
                        "seen",
                        "admitted",
                        "born",
                        "discharged",
                        "brought",
                        "here",
                        "tearful"
                    ],
                ))
        {
            return found;
        }
        let line = self.back(index, 1).kind == Kind::None
            || self.back(index, 1).symbol(b'\n')
            || self.back(index, 1).symbol(b',')
            || self.back(index, 1).symbol(b':')
            || self.back(index, 1).symbol(b';');
        // A list of patients: the name, then what is to be known.
        if line
            && family
            && !token.known(WORD)
            && self.t(next).symbol(b'(')
            && self.t(next + 1).kind == Kind::Word
            && !self.t(next + 1).capitalised()
        {
            return found;
        }
        let mention = self.back(index, 1).symbol(b'@')
            && self.back(index, 1).end == token.start
            && (self.back(index, 2).kind == Kind::None
                || self.back(index, 2).end < self.back(index, 1).start);
        if mention && (given || !token.known(WORD)) {
            return found;
        }
        // A speaker behind the time of a chat.
        let speaks = self.t(next).symbol(b':')
            && self.byte(self.t(next).end) == b' '
            && self.back(index, 1).symbol(b']');
        (speaks && given).then_some(found).flatten()
    }

    /// `--Nancy`, `- Bill Woods, front desk` at the beginning or the end of a line.
    pub(super) fn signed(&self, index: usize) -> Option<(usize, usize)> {
        let dash = |by: usize| self.back(index, by).symbol(b'-') || self.back(index, by).symbol(b'~');
        if !self.strict || !dash(1) || !self.may_be_meant(index) {
            return None;
        }
        let double = dash(2) && self.back(index, 2).end == self.back(index, 1).start;
        let begins = self.back(index, 2).kind == Kind::None || self.back(index, 2).symbol(b'\n');
        let (start, end) = self.meant_from(index)?;
        let last = self.index_at(end);
        let closes =
            self.t(last).kind == Kind::None || self.t(last).symbol(b'\n') || self.t(last).symbol(b',');
        let several = last > index + 1;
        let given = self.t(index).known(GIVEN) && self.t(index).known(COMMON);
        let sure = double && closes && (given || several)
            || begins && closes && (several && given || given && !self.t(index).known(WORD));
        let dated = self.t(last).symbol(b',') && self.t(last + 1).kind == Kind::Number;
        // `TMPRSS2 not done. - Coffey` at the end of all.
        let below = self.t(last).kind == Kind::None
            && matches!(self.back(index, 2).byte, b'.' | b'!' | b')')
            && self.back(index, 2).kind == Kind::Symbol
            && self.back(index, 1).end < self.t(index).start
            && !(self.t(index).known(PLAIN) && !several);
        let tail = !begins
            && (self.t(last).kind == Kind::None || dated)
            && self.back(index, 2).end < self.back(index, 1).start
            && self.back(index, 1).end < self.t(index).start
            && given
            && (several || !self.t(index).known(WORD));
        (sure || tail || below).then_some((start, end))
    }

    /// `DOE^JANE^A` of DICOM and HL7, in texts that are neither.
    pub(super) fn careted(&self, index: usize) -> Option<(usize, usize)> {
        let token = self.t(index);
        if !self.t(self.atom(index)?).symbol(b'^')
            || token.len() < 2
            || matches!(self.byte(token.start.wrapping_sub(1)), b'^' | b'/' | b'\\' | b'.')
        {
            return None;
        }
        let mut next = self.atom(index)?;
        let borne = |t: &super::token::Token| {
            t.known(GIVEN | FAMILY) && (!t.known(WORD) || t.known(COMMON) || self.strict)
        };
        let (mut known, mut end, mut parts) = (borne(token), self.t(next - 1).end, 1);
        while self.t(next).symbol(b'^') && self.t(next).start == end && parts < 6 {
            let part = self.t(next + 1);
            if part.symbol(b'^') && part.start == end + 1 {
                next += 1;
                end += 1;
                continue;
            }
            if part.start != end + 1 || !part.capitalised() {
                break;
            }
            known |= borne(part) && part.len() > 2;
            next = self.atom(next + 1)?;
            end = self.t(next - 1).end;
            parts += 1;
        }
        (known && parts > 1).then_some((token.start, end))
    }
}
