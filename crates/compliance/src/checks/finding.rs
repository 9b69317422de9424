//! What a look found, and the tally that most checks keep while they look at many things.

use serde_json::{Value, json};
use ward_model::posture::Verdict;

/// Most items of a list that go into evidence; the counts are always whole.
const LISTED: usize = 40;

/// What a look found.
#[derive(Debug, Clone)]
pub struct Finding {
    /// Result.
    pub verdict: Verdict,
    /// One sentence for people: counts and reasons, no ids of tenants.
    pub summary: String,
    /// What was seen. Never PHI, never secrets.
    pub evidence: Value,
}

impl Finding {
    /// The safeguard was seen to work.
    pub fn pass(summary: impl Into<String>, evidence: Value) -> Self {
        Self { verdict: Verdict::Pass, summary: summary.into(), evidence }
    }
    /// The safeguard was seen not to work.
    pub fn fail(summary: impl Into<String>, evidence: Value) -> Self {
        Self { verdict: Verdict::Fail, summary: summary.into(), evidence }
    }
    /// Nothing to observe.
    pub fn empty(summary: impl Into<String>) -> Self {
        Self { verdict: Verdict::Empty, summary: summary.into(), evidence: json!({}) }
    }
    /// It could not be observed.
    pub fn unknown(summary: impl Into<String>, evidence: Value) -> Self {
        Self { verdict: Verdict::Unknown, summary: summary.into(), evidence }
    }
}

/// Why a check could not look.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unseen(pub String);

macro_rules! unseen {
    ($($kind:ty => $doing:literal),*) => {$(
        impl From<$kind> for Unseen {
            fn from(source: $kind) -> Self {
                Self(format!(concat!($doing, ": {}"), source))
            }
        }
    )*};
}
unseen! {
    ward_spine::Error => "the platform could not be asked",
    sqlx::Error => "the store could not be read",
    ward_spine::engine::EngineError => "the engine could not be asked",
    std::io::Error => "a file could not be read",
    ward_ledger::ReadError => "the ledger could not be read",
    tokio::task::JoinError => "the look was broken off"
}

/// Counts what was looked at, with what was wrong and what could not be seen.
pub(crate) struct Tally {
    what: &'static str,
    seen: usize,
    faults: Vec<(String, String)>,
    blind: Vec<(String, String)>,
    facts: Vec<Value>,
}

impl Tally {
    /// Of these things, in the plural: `databases`.
    pub(crate) fn of(what: &'static str) -> Self {
        Self { what, seen: 0, faults: Vec::new(), blind: Vec::new(), facts: Vec::new() }
    }

    /// One more was looked at.
    pub(crate) fn saw(&mut self) {
        self.seen += 1;
    }

    /// One more was looked at, with something to keep as evidence.
    pub(crate) fn fact(&mut self, fact: Value) {
        self.seen += 1;
        self.facts.push(fact);
    }

    /// More evidence about what was counted already.
    pub(crate) fn note(&mut self, fact: Value) {
        self.facts.push(fact);
    }

    /// Something is wrong with `subject`. The reason goes into the summary, the subject only into evidence.
    pub(crate) fn fault(&mut self, subject: impl ToString, reason: impl Into<String>) {
        self.faults.push((subject.to_string(), reason.into()));
    }

    /// Something could not be seen.
    pub(crate) fn blind(&mut self, subject: impl ToString, reason: impl Into<String>) {
        self.blind.push((subject.to_string(), reason.into()));
    }

    /// What follows; `good` completes "all 3 databases …".
    pub(crate) fn finish(self, good: &str) -> Finding {
        let list = |items: &[(String, String)]| -> Vec<Value> {
            items.iter().take(LISTED).map(|(s, r)| json!({ "subject": s, "reason": r })).collect()
        };
        let evidence = json!({
            "looked_at": self.what,
            "seen": self.seen,
            "faults": self.faults.len(),
            "faults_listed": list(&self.faults),
            "not_observed": list(&self.blind),
            "facts": self.facts.iter().take(LISTED).collect::<Vec<_>>(),
        });
        let reasons = |items: &[(String, String)]| {
            let mut all: Vec<&str> = items.iter().map(|(_, r)| r.as_str()).collect();
            all.dedup();
            let more = if all.len() > 3 { format!("; and {} more", all.len() - 3) } else { String::new() };
            format!("{}{more}", all.iter().take(3).copied().collect::<Vec<_>>().join("; "))
        };
        if !self.faults.is_empty() {
            return Finding::fail(reasons(&self.faults), evidence);
        }
        if !self.blind.is_empty() {
            return Finding::unknown(format!("could not be observed: {}", reasons(&self.blind)), evidence);
        }
        if self.seen == 0 {
            return Finding::empty(format!("there are no {} to observe", self.what));
        }
        let all = if self.seen == 1 { "1 of 1".to_owned() } else { format!("all {}", self.seen) };
        Finding::pass(format!("{all} {} {good}", self.what), evidence)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_seen_is_empty_and_something_unseen_is_never_a_pass() {
        assert_eq!(Tally::of("things").finish("are fine").verdict, Verdict::Empty);
        let mut tally = Tally::of("things");
        tally.saw();
        tally.blind("a", "it hides");
        assert_eq!(tally.finish("are fine").verdict, Verdict::Unknown);
        let mut tally = Tally::of("things");
        tally.saw();
        tally.blind("a", "it hides");
        tally.fault("b", "it is broken");
        let finding = tally.finish("are fine");
        assert_eq!((finding.verdict, finding.summary.as_str()), (Verdict::Fail, "it is broken"));
        assert_eq!(finding.evidence["faults_listed"][0]["subject"], "b");
    }
}
