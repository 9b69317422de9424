//! Numbers that are joined to their noun, as keys of caches, queues and documents hold them: `member_card_W482139075`,
//! `pt-48213907-summary`, `visit:100482139:notes`.

use std::ops::Range;

use super::{
    Reader,
    token::{Case, Kind, at},
    value::formed,
    weight,
};
use crate::{
    Identifier as I,
    check::digits,
    shape::date,
    words::{list, vocabulary as v, words},
};

/// What of a person's may stand between the noun and the number.
const BETWEEN: &[u64] = list!(
    "card chart summary profile record records detail details id ids info data session sess cache demographics demo photo \
     consent eligibility elig mrn doc face sheet facesheet allergies meds vitals plan balance benefits history no num \
     number ref key"
);

/// Nouns that only keys have, whose number must have a letter or be long.
const SHORT: &[u64] = list!("pa priorauth elig eligibility enc acct coverage");

/// The same of nouns that nobody else has.
const BRIEF: &[u64] =
    list!("appt appointment exam csn clm rx vst accn mbr eob rfl refl rfrl ptid presc referral requisition");

/// Parts of what is deployed, of what keeps messages and of a cluster: the number that is joined to a noun behind such a
/// word is of that part.
const OF_MACHINES: &[u64] = list!(
    "topic partition stream image build container pod release branch tag commit package artifact volume bucket index \
     shard raft cluster quorum etcd helm docker registry namespace deployment stateful statefulset daemonset replica \
     gossip consul nomad zookeeper kafka subscription broker pulsar"
);

/// What is done with them.
const DEPLOYED: &[u64] = list!(
    "pushed pulled deployed installed upgraded uninstalled compacted rebalanced joined rejoined elected"
);

/// Most bytes of such a number.
const LONGEST: usize = 24;

/// The number that begins here: capitals and digits, groups of digits joined by hyphens; nothing of a hash, a day, a
/// moment, or of what a cluster calls its parts.
fn number(text: &[u8], start: usize) -> Option<Range<usize>> {
    let rest = text.get(start..)?;
    let run =
        |from: usize| rest.iter().skip(from).take(LONGEST).take_while(|b| b.is_ascii_alphanumeric()).count();
    let mut length = run(0);
    while at(rest, length) == b'-' {
        let group = run(length + 1);
        if group == 0 || !rest.iter().skip(length + 1).take(group).all(u8::is_ascii_digit) {
            break;
        }
        length += 1 + group;
    }
    let value = rest.get(..length)?;
    let day = matches!(value.len(), 8 | 14) && date::compact(value, 0).is_some();
    // `members-28401234-x7k2p`: a pod.
    let tail = run(length + 1);
    let pod = at(rest, length) == b'-'
        && tail == 5
        && rest.iter().skip(length + 1).take(5).all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    let enough = digits::count(value) >= if value.iter().any(u8::is_ascii_uppercase) { 5 } else { 6 };
    (enough && formed(value) && !digits::epoch(value) && !day && !pod).then(|| start..start + length)
}

/// Whether a sign joins a noun and a number.
fn joins(byte: u8) -> bool {
    matches!(byte, b'_' | b'-' | b':' | b'#')
}

/// Whether such a number stands behind a noun that ends here, as the quick look asks.
pub(crate) fn follows(line: &[u8], end: usize) -> bool {
    if !joins(at(line, end)) {
        return false;
    }
    let mut place = end;
    while place < end + 48 && (at(line, place).is_ascii_alphanumeric() || joins(at(line, place))) {
        let next = at(line, place + 1);
        if joins(at(line, place))
            && (next.is_ascii_digit() || next.is_ascii_uppercase())
            && number(line, place + 1).is_some()
        {
            return true;
        }
        place += 1;
    }
    false
}

/// Whether it is the name of a kind of message between systems: `hl7`, `271`.
pub(super) fn message(word: &[u8]) -> bool {
    [&b"hl7"[..], b"x12", b"837p", b"837i", b"a01", b"a08", b"r01"]
        .iter()
        .any(|kind| word.eq_ignore_ascii_case(kind))
}

impl Reader<'_> {
    /// Whether a noun with a number names a part of a machine: `kafka topic visit-12345678`, `app/chart:48213377 pushed`.
    pub(super) fn of_a_part(&self, index: usize, end: usize) -> bool {
        let behind = self.index_at(end);
        !self.person
            && ((1..=5).any(|by| self.lower_is(index.wrapping_sub(by), OF_MACHINES))
                || self.lower_is(behind, DEPLOYED))
    }

    /// Takes the number that is joined to a noun.
    pub(super) fn joined(&mut self, index: usize) {
        let noun = self.t(index);
        let brief = self.lower_is(index, BRIEF);
        let short = self.lower_is(index, SHORT);
        if self.strict
            || !(short || brief || noun.is(v::STRONG_NOUN | v::WHO))
            || !follows(self.text, noun.end)
        {
            return;
        }
        let mut last = index;
        for _ in 0..3 {
            let (sign, next) = (self.t(last + 1), self.t(last + 2));
            if !(sign.kind == Kind::Symbol && joins(sign.byte) && self.glued(last) && self.glued(last + 1)) {
                return;
            }
            // `pa-PA-8076585`.
            let led = next.kind == Kind::Word
                && next.case == Case::Upper
                && number(self.text, next.start).is_some();
            if led || matches!(next.kind, Kind::Number | Kind::Mixed) {
                let Some(range) = number(self.text, next.start) else { return };
                let lettered =
                    self.text.get(range.clone()).is_some_and(|v| v.iter().any(u8::is_ascii_uppercase));
                // `group member-0048213 joined`: of a protocol.
                let protocol = self.lower_is(index, words!["member", "members", "subscriber", "subscribers"])
                    && last == index
                    && sign.byte == b'-';
                if !lettered && (protocol || short && range.len() < 8 || self.of_a_part(index, range.end)) {
                    return;
                }
                let identifier = match () {
                    () if noun.is(v::MRN | v::SUBJECT) => I::Mrn,
                    () if noun.is(v::PLAN) => I::HealthPlan,
                    () if noun.is(v::ACCOUNT) => I::Account,
                    () if noun.is(v::LICENCE) => I::Licence,
                    () => I::Other,
                };
                // `appt_884213`: the kind is of the number.
                let whole = brief && last == index && noun.len() <= 5 && matches!(sign.byte, b'_' | b'-');
                let start = if whole { noun.start } else { range.start };
                self.hit(start, range.end, identifier, weight::CONTEXT);
                return;
            }
            if !self.lower_is(last + 2, BETWEEN) {
                return;
            }
            last += 2;
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::text::trial::found;

    #[test]
    fn numbers_joined_to_their_noun_are_found() {
        for (text, value) in [
            ("SET member_card_W448120937 ex 3600", "W448120937"),
            ("get pt-55120844-summary", "55120844"),
            ("evict key=chart:55120844:v2", "55120844"),
            ("del sess:mrn_44-81-20 ok", "44-81-20"),
            ("bull:reminders:appt_551208 stalled", "appt_551208"),
            ("key appointment_551208_details missed", "551208"),
            ("lock subscriber_id_KXJ551208442", "KXJ551208442"),
            ("raft of patient member_id_48120937", "48120937"),
            ("cache visit-48120937 dropped", "48120937"),
        ] {
            let found = found(text);
            assert!(found.contains(&value), "{value} of {text}: {found:?}");
        }
    }

    #[test]
    fn names_of_parts_of_programs_stay() {
        for text in [
            "pod claim-7d9f8b6c5-x2v4k ready",
            "pod patient-28401234-x7k2p done",
            "image member-20241122 pushed",
            "lease visit-1732247400 renewed",
            "shard encounter-3 moved",
            "topic claim-batch-000123 compacted",
            "chart-4.17.2 installed",
            "raft member_id_48120937 left",
            "kafka topic visit-48120937 created",
            "helm chart-48120937 pushed",
            "kafka topic visit-55120844 made",
            "build chart-55120844 done",
            "registry push chart-55120844",
            "raft member_id_55120844 is new",
        ] {
            assert!(found(text).is_empty(), "{text}: {:?}", found(text));
        }
    }
}
