//! The rule of judgement: pure, strict, and partial truth is said.
//!
//! - Anything that fails: not proven.
//! - `proven-live`: every check of the catalog that stands for the requirement is run by Ward, observes its whole
//!   pass condition, passes, and is not stale; where there is nothing to observe a check is left out, but at least
//!   one live check passes.
//! - `recorded`: not that, but every check that stands for a record passes, none is stale, and no live check that
//!   Ward runs fails or can't be observed.
//! - Else not proven, with what is missing.

use std::fmt::Write as _;

use ward_model::posture::{Standing, Verdict};

use crate::catalog::{Automation, Requirement};

/// What is known of one check.
#[derive(Debug, Clone)]
pub struct Known {
    /// Id.
    pub id: String,
    /// How far it can be automated.
    pub automation: Automation,
    /// Whether it stands for a record of people.
    pub record: bool,
    /// Whether Ward runs it.
    pub implemented: bool,
    /// Part of the pass condition that is not observed.
    pub gap: Option<&'static str>,
    /// Newest verdict.
    pub verdict: Option<Verdict>,
    /// Whether that is too old.
    pub stale: bool,
    /// Its summary.
    pub summary: String,
}

impl Known {
    fn fresh(&self, verdict: Verdict) -> bool {
        self.implemented && !self.stale && self.verdict == Some(verdict)
    }
    /// Passes now, at least for the part that is observed.
    fn passes(&self) -> bool {
        self.fresh(Verdict::Pass)
    }
    fn whole(&self) -> bool {
        self.passes() && self.gap.is_none()
    }
}

/// Where a requirement stands, and why.
pub fn judge(requirement: &Requirement, checks: &[Known]) -> (Standing, String) {
    let why = explain(requirement, checks);
    // A failure counts however old it is: nothing has shown that it is over.
    if checks.iter().any(|c| c.implemented && c.verdict == Some(Verdict::Fail)) {
        return (Standing::NotProven, why);
    }
    let nothing_left = checks.iter().all(|c| c.whole() || c.fresh(Verdict::Empty));
    if nothing_left && checks.iter().any(|c| c.whole() && c.automation.is_live()) {
        return (Standing::ProvenLive, why);
    }
    let mut records = checks.iter().filter(|c| c.record).peekable();
    let recorded = records.peek().is_some() && records.all(Known::passes);
    let live = checks.iter().filter(|c| c.automation.is_live() && c.implemented);
    if recorded && live.into_iter().all(|c| c.passes() || c.fresh(Verdict::Empty)) {
        return (Standing::Recorded, why);
    }
    (Standing::NotProven, why)
}

fn explain(requirement: &Requirement, checks: &[Known]) -> String {
    let passing = checks.iter().filter(|c| c.passes()).count();
    let mut out = format!("{passing} of {} checks pass", checks.len());
    let mut list = |title: &str, of: &dyn Fn(&Known) -> bool| {
        let names: Vec<&str> = checks.iter().filter(|c| of(c)).map(|c| c.id.as_str()).collect();
        if !names.is_empty() {
            let _ = write!(out, "; {title}: {}", names.join(", "));
        }
    };
    list("failing", &|c| c.implemented && c.verdict == Some(Verdict::Fail));
    list("seen in part", &|c| c.passes() && c.gap.is_some());
    list("could not be observed", &|c| c.implemented && !c.stale && c.verdict == Some(Verdict::Unknown));
    list("stale", &|c| c.implemented && c.stale && c.verdict != Some(Verdict::Fail));
    list("nothing to observe", &|c| c.fresh(Verdict::Empty));
    list("not observed yet", &|c| c.implemented && c.verdict.is_none());
    list("not built yet", &|c| !c.implemented);
    if let Some(failing) = checks.iter().find(|c| c.implemented && c.verdict == Some(Verdict::Fail)) {
        let _ = write!(out, ". {}: {}", failing.id, failing.summary);
    }
    if requirement.responsibility == "customer" {
        out.push_str(". This is the organization's own duty; Ward can only show its part");
    }
    if let Some(whom) = &requirement.applicability {
        let _ = write!(out, ". Applies to: {whom}");
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn requirement() -> Requirement {
        serde_json::from_value(serde_json::json!({
            "id": "164.1", "citation": "45 CFR 164.1", "title": "t", "kind": "standard", "designation": null,
            "applicability": null, "summary": "s", "responsibility": "shared", "checks": []
        }))
        .unwrap()
    }

    fn known(automation: Automation, verdict: Option<Verdict>) -> Known {
        let summary = "door open".into();
        Known {
            id: "a.b".into(),
            automation,
            record: !automation.is_live(),
            implemented: true,
            gap: None,
            verdict,
            stale: false,
            summary,
        }
    }

    const PASS: Option<Verdict> = Some(Verdict::Pass);

    fn standing(checks: &[Known]) -> Standing {
        judge(&requirement(), checks).0
    }

    #[test]
    fn all_live_checks_passing_is_proven_live_and_each_thing_missing_takes_that_away() {
        let good = known(Automation::Live, PASS);
        assert_eq!(standing(&[good.clone(), good.clone()]), Standing::ProvenLive);
        let bad = [
            Known { implemented: false, verdict: None, ..good.clone() },
            Known { stale: true, ..good.clone() },
            Known { gap: Some("the rest"), ..good.clone() },
            known(Automation::Live, None),
            known(Automation::Live, Some(Verdict::Fail)),
            known(Automation::Live, Some(Verdict::Unknown)),
            known(Automation::Record, None),
            Known { implemented: false, ..known(Automation::Record, None) },
        ];
        for bad in bad {
            assert_eq!(standing(&[good.clone(), bad.clone()]), Standing::NotProven, "{bad:?}");
        }
        let nothing = known(Automation::Live, Some(Verdict::Empty));
        assert_eq!(standing(&[good, nothing.clone()]), Standing::ProvenLive);
        assert_eq!(standing(&[nothing]), Standing::NotProven, "nothing to observe proves nothing");
    }

    #[test]
    fn a_record_alone_is_recorded_and_a_live_failure_beside_it_is_not() {
        let record = known(Automation::Record, PASS);
        assert_eq!(standing(std::slice::from_ref(&record)), Standing::Recorded);
        let unbuilt = Known { implemented: false, ..known(Automation::Live, None) };
        assert_eq!(standing(&[record.clone(), unbuilt]), Standing::Recorded);
        for verdict in [Verdict::Fail, Verdict::Unknown] {
            assert_eq!(
                standing(&[record.clone(), known(Automation::Live, Some(verdict))]),
                Standing::NotProven
            );
        }
        assert_eq!(standing(&[Known { stale: true, ..record.clone() }]), Standing::NotProven);
        let other = known(Automation::Record, Some(Verdict::Empty));
        assert_eq!(
            standing(&[record, other]),
            Standing::NotProven,
            "each record that it asks for must be there"
        );
    }

    #[test]
    fn a_record_that_a_live_check_sees_in_part_is_recorded_and_no_more() {
        let agreement = Known { record: true, gap: Some("signatures"), ..known(Automation::Live, PASS) };
        assert_eq!(standing(std::slice::from_ref(&agreement)), Standing::Recorded);
        let clauses = Known { implemented: false, ..known(Automation::Record, None) };
        assert_eq!(standing(&[agreement, clauses]), Standing::NotProven);
    }

    #[test]
    fn the_reason_names_what_is_missing() {
        let checks = [
            known(Automation::Live, PASS),
            Known { id: "c.d".into(), implemented: false, ..known(Automation::Live, None) },
            Known { id: "e.f".into(), ..known(Automation::Live, Some(Verdict::Fail)) },
        ];
        let (_, why) = judge(&requirement(), &checks);
        assert_eq!(why, "1 of 3 checks pass; failing: e.f; not built yet: c.d. e.f: door open");
        let customer = Requirement { responsibility: "customer".into(), ..requirement() };
        assert!(judge(&customer, &checks).1.contains("own duty"));
    }

    fn any_known() -> impl Strategy<Value = Known> {
        let automation =
            prop_oneof![Just(Automation::Live), Just(Automation::LiveAndRecord), Just(Automation::Record)];
        let verdict = proptest::option::of(prop_oneof![
            Just(Verdict::Pass),
            Just(Verdict::Fail),
            Just(Verdict::Unknown),
            Just(Verdict::Empty)
        ]);
        (automation, verdict, any::<bool>(), any::<bool>(), any::<bool>()).prop_map(
            |(a, v, implemented, stale, gap)| Known {
                implemented,
                stale,
                gap: gap.then_some("x"),
                ..known(a, v)
            },
        )
    }

    proptest! {
        #[test]
        fn it_never_claims_more_than_was_seen(checks in proptest::collection::vec(any_known(), 1..6)) {
            let (standing, why) = judge(&requirement(), &checks);
            if standing == Standing::ProvenLive {
                prop_assert!(checks.iter().all(|c| c.implemented && !c.stale && (c.verdict == Some(Verdict::Empty) || (c.verdict == PASS && c.gap.is_none()))));
                prop_assert!(checks.iter().any(|c| c.verdict == PASS && c.automation.is_live()));
            }
            if standing != Standing::NotProven {
                prop_assert!(checks.iter().all(|c| !(c.implemented && c.verdict == Some(Verdict::Fail))));
            }
            let text = why.to_lowercase();
            prop_assert!(!text.contains("certif") && !text.contains("complian"));
        }
    }
}
