//! In logs, a given or a family name alone in a sentence of a program of care: `Orla checked in at kiosk 3`, `reminder sent
//! to Orla`, `Orla's chart is locked`.
//!
//! The word must be a name and nothing else, stand by itself, and do what people do there or have it done to them; and a
//! word of care must stand in the same text, as programs, hosts and towns bear such names too.

use super::{
    Reader,
    key::parts,
    token::{Case, Kind, at, before},
};
use crate::words::{
    CITY, COMMON, FAMILY, GIVEN, MEDICAL, WORD, among, dictionary, hash, list, vocabulary as v,
};

/// What persons do, right behind their name.
const ACTS: &[u64] = list!(
    "checked arrived signed declined confirmed accepted joined left rescheduled cancelled canceled requested asked called \
     texted replied admitted discharged transferred moved was is has had will wants needs missed no refused completed \
     answered reported viewed uploaded paid picked dropped waiting waits registered consented enrolled rebooked logged did \
     does says said booked scheduled accepts confirms cancels selected opted unsubscribed scored not runs ran typing wrote sent opened"
);

/// What stands right before the name of whom something is done to or for.
const LEADS: &[u64] = list!(
    "remind tell ask call text email notify page invite for to of with from by about called texted emailed mailed notified paged reminded contacted messaged calling serving \
     assigned told asked phoned rescheduled discharged admitted transferred moved greeted dialing reached and re via booked \
     cancelled canceled seated roomed is named against on behalf"
);

/// Those of them behind which a town may stand as well.
const TOWARDS: &[u64] = list!("to from on via for and of by with against is");

/// What is done with a person's name behind `to`, `from` or `by`.
const SENT: &[u64] = list!(
    "sent emailed texted sms text call called message reminder routed shown delivered mailed assigned given offered spoke \
     speaking talked reply voicemail signed requested confirmed cancelled canceled accepted declined pushed reminders \
     notification reassigned handed name caller fax bounced booked escalated typing transferred"
);

/// What programs, models and assistants are called.
const PROGRAMS: &[u64] = list!(
    "kong travis hudson jason buster alma flink nagle adam alexa siri maxwell julian winston bunyan morgan pino joi luke clair \
     argo loki dex kuma patroni dalli janus gatling oscar claude watson haskell ada juno hermes thor odin apollo polly joanna \
     kendra matthew vonk jarvis marvin jenkins kafka consul nomad vault cortana bixby gemini erin ruby jasper lambda tyler \
     redgate salesforce workday oracle linus turing pascal franz conda anaconda"
);

/// Acts that programs do as well: a frequent given name must do them.
const FAINT: &[u64] = list!(
    "is was has had does did will no not logged refused joined left moved wants needs runs ran called asked requested"
);

/// What stands behind the name of a part of a program.
const PARTS: &[u64] = list!(
    "agent agents stream socket gateway queue optimizer stock plugin service pod node api build index cluster server client \
     connector driver library sdk proxy broker worker runner model bot job task branch release"
);

/// What stands behind the name of a place.
const PLACED: &[u64] = list!(
    "region office site datacenter zone dc location clinic campus center centre branch area market hub store warehouse \
     facility county hospital pop edge cluster office data city state queue shard timezone tz"
);

/// What a person has.
const OWNED: &[u64] = list!(
    "chart medication medications med meds appointment appt visit labs lab refill prescription insurance consent record \
     records results mother father mom dad parent parents guardian caregiver daughter son wife husband dose coverage \
     allergies allergy vitals bed room account plan demographics intake form forms card copay balance referral phone \
     discharge labs message messages portal device pump immunizations vaccines photo pharmacy provider doctor nurse profile inbox son's child kids sister brother aunt mum family caretaker"
);

impl Reader<'_> {
    /// A name alone, in a sentence that is about a person.
    pub(super) fn alone(&self, index: usize) -> Option<(usize, usize)> {
        if self.strict {
            return None;
        }
        if let Some(found) = self.with_an_initial(index).or_else(|| self.in_capitals(index)) {
            return Some(found);
        }
        if !self.stands_for_one(index) {
            return None;
        }
        let token = self.t(index);
        let found = Some((token.start, token.end));
        let town = token.known(CITY)
            && (!(token.known(GIVEN) && token.known(COMMON)) || self.lower_is(index + 1, PLACED));
        let frequent = token.known(GIVEN) && token.known(COMMON);
        let next = self.t(index + 1);
        // `Orla's chart`.
        if next.symbol(b'\'') && self.lower_is(index + 2, list!("s")) {
            return found.filter(|_| self.lower_is(index + 3, OWNED) && self.of_people());
        }
        let acts = next.start == token.end + 1
            && next.case == Case::Lower
            && self.lower_is(index + 1, ACTS)
            && (frequent || !self.lower_is(index + 1, FAINT) || self.person)
            && (self.begins_clause(index) || self.lower_is(index.wrapping_sub(1), LEADS));
        let before = self.back(index, 1);
        let whose =
            self.lower_is(index.wrapping_sub(1), list!("for of")) && !self.lower_is(index + 1, PLACED);
        let placed = token.known(CITY) && ((1..=3).any(|by| self.lower_is(index + by, PLACED)));
        let led = before.end + 1 == token.start
            && !placed
            && self.lower_is(index.wrapping_sub(1), LEADS)
            && !(self.lower_is(index.wrapping_sub(1), TOWARDS)
                && (token.known(CITY) && !whose && !self.lower_is(index.wrapping_sub(2), SENT)
                    || self.names_a_host(index)))
            && (frequent
                || !self.lower_is(index.wrapping_sub(1), list!("by from with on via at to is and"))
                || self.lower_is(index.wrapping_sub(2), SENT)
                || self.person && !self.lower_is(index.wrapping_sub(1), list!("by")))
            && !(self.lower_is(index.wrapping_sub(1), list!("is"))
                && !self.lower_is(index.wrapping_sub(2), list!("name")));
        // `rm 412-1 "Quist" bathroom cord`, `tag "Quist CBC"`.
        let labelled = self.byte(token.start.wrapping_sub(1)) == b'"'
            && token.known(FAMILY)
            && (2..=6).any(|by| {
                self.lower_is(
                    index.wrapping_sub(by),
                    list!("rm room bed tag label carrier wristband nurse patient pt caller"),
                )
            });
        // `family of Roe`, `(Jane, Tue Aug 31`.
        let theirs = self.lower_is(index.wrapping_sub(1), list!("of"))
            && self.lower_is(
                index.wrapping_sub(2),
                list!("family parents parent mother father guardian daughter son wife husband estate caregiver spouse"),
            )
            || self.byte(token.start.wrapping_sub(1)) == b'('
                && next.symbol(b',')
                && self.t(index + 2).is(v::WEEKDAY)
                && self.t(index + 2).capitalised();
        (acts && !town || led || labelled || theirs).then_some(found).flatten().filter(|_| self.of_people())
    }

    /// `Florie C.`, `M. Tran`: one part of a name and the initial of the other.
    fn with_an_initial(&self, index: usize) -> Option<(usize, usize)> {
        let token = self.t(index);
        let initial = |at: usize| {
            let one = self.t(at);
            one.case == Case::Single
                && one.kind == Kind::Word
                && one.byte.is_ascii_uppercase()
                && self.t(at + 1).symbol(b'.')
                && self.glued(at)
        };
        let left = self.byte(token.start.wrapping_sub(1));
        let opens = token.start == 0 || matches!(left, b' ' | b'"' | b'\'' | b'(' | b'=' | b':');
        let plain = |at: usize| {
            let part = self.t(at);
            part.kind == Kind::Word
                && part.case == Case::Capital
                && part.len() > 2
                && !part.known(WORD | MEDICAL)
                && part.roles & !(v::STRONG | v::SUFFIX) == 0
        };
        if !opens || token.kind != Kind::Word {
            return None;
        }
        if initial(index) && self.t(index + 2).start == self.t(index + 1).end + 1 && plain(index + 2) {
            // Behind a word in capitals or another initial it may be a title: `Part A. Smith`.
            let next = self.atom(index + 2)?;
            let closes = matches!(
                self.byte(self.t(next - 1).end),
                0 | b' ' | b',' | b';' | b'"' | b'\'' | b')' | b'|' | b'\\'
            );
            let family =
                self.t(index + 2).known(FAMILY) && (self.t(index + 2).known(COMMON) || self.of_people());
            return (closes && family && !self.t(next).capitalised())
                .then(|| (token.start, self.t(next - 1).end));
        }
        let behind = self.t(index + 3);
        let ends = self.byte(self.t(index + 2).end);
        let closes = matches!(ends, 0 | b' ' | b',' | b';' | b'"' | b'\'' | b')' | b'|' | b'\\' | b':')
            && !(behind.capitalised()
                && behind.start == self.t(index + 2).end + 1
                && behind.kind == Kind::Word);
        (plain(index)
            && token.known(GIVEN)
            && self.t(index + 1).start == token.end + 1
            && initial(index + 1)
            && closes
            && (token.known(COMMON) || self.of_people()))
        .then(|| (token.start, self.t(index + 2).end))
    }

    /// `FISHER INEZ paid`, `says: SMITH, HELENA active`, `"WALKER,HUNTER"`: capitals, in a text about care.
    fn in_capitals(&self, index: usize) -> Option<(usize, usize)> {
        let token = self.t(index);
        let upper = |at: usize| {
            let part = self.t(at);
            part.case == Case::Upper
                && part.kind == Kind::Word
                && part.len() > 2
                && part.roles & !(v::STRONG | v::STREET | v::DIRECTION | v::SUFFIX | v::EPONYM) == 0
        };
        let left = self.byte(token.start.wrapping_sub(1));
        if !upper(index)
            || !token.known(FAMILY)
            || token.start > 0 && !matches!(left, b' ' | b'"' | b'\'' | b'(')
        {
            return None;
        }
        let next = self.atom(index)?;
        let comma = self.t(next).symbol(b',');
        let second = next + usize::from(comma);
        let given = self.t(second);
        let near = given.start <= self.t(second - 1).end + 1;
        let glued = comma && given.start == self.t(next).end;
        let quote = matches!(left, b'"' | b'\'') && self.byte(given.end) == left;
        let sure = |at: &super::token::Token| !at.known(WORD);
        let paired = upper(second)
            && near
            && given.known(GIVEN)
            && (sure(given)
                || sure(token) && given.known(COMMON)
                || comma && quote && token.known(COMMON) && given.known(COMMON))
            && (sure(token) || token.known(COMMON));
        let end = given.end;
        let closes = matches!(self.byte(end), 0 | b' ' | b',' | b';' | b'"' | b'\'' | b')' | b'|' | b'\\')
            && !(self.t(second + 1).case == Case::Upper
                && self.t(second + 1).start == end + 1
                && self.t(second + 1).len() > 2);
        (paired && closes && (!glued || quote) && (comma && quote || self.of_people()))
            .then_some((token.start, end))
    }

    /// Whether a capitalised word is a name and nothing else, and no part of something longer.
    fn stands_for_one(&self, index: usize) -> bool {
        let token = self.t(index);
        if token.kind != Kind::Word
            || token.case != Case::Capital
            || token.len() < 3
            || !token.known(GIVEN | FAMILY)
            || token.known(WORD | MEDICAL)
            || token.roles & !(v::STRONG | v::SUFFIX) != 0
            || self.lower_is(index, PROGRAMS)
            || self.lower_is(index + 1, PARTS)
        {
            return false;
        }
        let (left, right) = (self.byte(token.start.wrapping_sub(1)), self.byte(token.end));
        let opens = token.start == 0 || matches!(left, b' ' | b'"' | b'\'' | b'(');
        let closes = match right {
            0 | b' ' | b',' | b';' | b'"' | b'\'' | b')' | b'!' => true,
            b'.' => !crate::shape::alphanumeric(self.byte(token.end + 1)),
            _ => false,
        };
        let near = |at: usize| {
            let other = self.t(at);
            matches!(other.kind, Kind::Word | Kind::Mixed | Kind::Number)
                && (other.kind != Kind::Word || other.capitalised())
        };
        let (before, after) = (self.back(index, 1), self.t(index + 1));
        // `Emailed Orla about`: the first word of a sentence is capitalised.
        let led = self.lower_is(index.wrapping_sub(1), LEADS) && before.case == Case::Capital;
        let joined = before.end + 1 == token.start && near(index.wrapping_sub(1)) && !led;
        // `tag "Quist CBC"`: what is asked for stands behind.
        let quoted = left == b'"' && after.case == Case::Upper;
        opens && closes && !joined && (quoted || !(after.start == token.end + 1 && near(index + 1)))
    }

    /// Whether nothing stands before a word in its clause, or the mark of a logger.
    fn begins_clause(&self, index: usize) -> bool {
        let before = self.back(index, 1);
        match before.kind {
            Kind::None => true,
            Kind::Symbol => matches!(
                before.byte,
                b'-' | b':' | b']' | b'"' | b'|' | b'.' | b';' | b',' | b'\'' | b'>' | b')'
            ),
            _ => self.lower_is(
                index.wrapping_sub(1),
                list!("and patient guardian parent caregiver resident nurse rn aide"),
            ),
        }
    }

    /// Whether what hosts do stands right before the preposition: `failover to Orla`.
    fn names_a_host(&self, index: usize) -> bool {
        self.lower_is(
            index.wrapping_sub(2),
            list!("failover failed over replica replicated migrated deploy deployed promoted ssh rsync restored replication"),
        )
    }

    /// Whether a word of care stands in the text.
    fn of_people(&self) -> bool {
        self.cares()
            || self.of_care()
            || *self.people.get_or_init(|| {
                self.tokens.iter().any(|token| {
                    token.kind == Kind::Word
                        && (of_care(token.hash)
                            || token.case == Case::Inner
                                && parts(self.bytes(token)).any(|part| of_care(hash(part))))
                })
            })
    }
}

/// Whether a word is of care, so that a name alone beside it may be a person's.
fn of_care(word: u64) -> bool {
    v::vocabulary().get(word) & v::ALONE != 0
}

/// Names that programs of users give themselves and the machine they run on: `(Macintosh; Intel Mac OS X 10_15_7)`.
const AGENTS: &[u64] = list!("mac macintosh safari windows edge");

/// Whether a name alone may stand near a word of care, as the quick look asks.
pub(crate) fn near(line: &[u8], start: usize, end: usize) -> bool {
    // A step of a path is no word of a sentence, nor is all that stands in quotes: `"topic":"refill"`.
    let (first, next) = (before(line, start), at(line, end));
    if matches!(first, b'/' | b'-' | b'.')
        || matches!(next, b'/' | b'?' | b'-')
        || first == b'"' && next == b'"'
    {
        return false;
    }
    let from = start.saturating_sub(72);
    let around = line.get(from..line.len().min(end + 72)).unwrap_or_default();
    let mut place = 0;
    while let Some([a, b]) = around.get(place..place + 2) {
        if !(a.is_ascii_uppercase() && b.is_ascii_lowercase()) {
            place += 1;
            continue;
        }
        let rest = around.get(place + 1..).unwrap_or_default();
        let length = 1 + rest.iter().take_while(|b| b.is_ascii_lowercase()).count();
        let joined =
            before(around, place).is_ascii_alphabetic() || at(around, place + length).is_ascii_alphabetic();
        if !joined && length > 2 {
            let word = hash(around.get(place..place + length).unwrap_or_default());
            let flags = dictionary().get(word);
            if flags & (GIVEN | FAMILY) != 0 && flags & (WORD | MEDICAL) == 0 && !among(AGENTS, word) {
                return true;
            }
        }
        place += length;
    }
    false
}

#[cfg(test)]
mod tests {
    use crate::text::trial::found;

    #[test]
    fn a_name_alone_in_a_sentence_about_care_is_found() {
        for text in [
            "Orla checked in at kiosk 3",
            "checkin - Orla arrived for 10:30, copay collected",
            "reminder sent to Orla",
            "no insurance on file for Orla",
            "Orla's medication list is stale",
            "assigned Orla to bed 4",
            "left a voicemail, called Orla twice",
            "Guardian for Orla updated",
            "no consent for appt 7 (Orla, Tue Aug 31, 9:40), skipped",
        ] {
            assert!(found(text).contains(&"Orla"), "{text}: {:?}", found(text));
        }
    }

    #[test]
    fn names_with_an_initial_and_in_capitals_are_found() {
        for (text, value) in [
            ("slot given to Lucille C. (was free)", "Lucille C."),
            ("K 6.8 on M. Tran, specimen rejected", "M. Tran"),
            ("posted claim FISHER INEZ paid $4.20", "FISHER INEZ"),
            ("eligibility says: SMITH, HELENA active", "SMITH, HELENA"),
            ("LabelPrinter.Print(\"WALKER,HUNTER\", 2)", "WALKER,HUNTER"),
        ] {
            assert!(found(text).contains(&value), "{value} of {text}: {:?}", found(text));
        }
        for text in ["see Part A. Section 4", "HTTP GET ERROR DEBUG", "visit TRACE MASON DEPLOY done"] {
            assert!(found(text).is_empty(), "{text}: {:?}", found(text));
        }
    }

    #[test]
    fn programs_hosts_and_towns_stay() {
        for text in [
            "Orla checked out branch main",
            "worker Orla-3 started",
            "failover from host Orla to host Ines",
            "visit traffic failed over to Houston",
            "clinic: reminder for Dallas office",
            "visit-service: reminder for Kong via admin",
            "pharmacy: build assigned to Hudson agent",
            "emr: assigned Memphis to shard 4",
            "Flink joined visit stream",
            "backup for Marbury.example.org done",
            "Jenkins checked out the chart",
            "restore of Orla Cluster done",
            "reminder: rotate the key for Houston region",
            "Flyway Community by Redgate: migrating emr",
        ] {
            assert!(found(text).is_empty(), "{text}: {:?}", found(text));
        }
    }
}
