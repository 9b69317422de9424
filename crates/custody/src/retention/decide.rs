//! Whether a shard may leave this machine. Pure, so that every case can be tested.

use std::fmt;

use ward_model::{
    Timestamp,
    retention::{Hold, Pruning, months_after},
};

use super::Policy;

/// All that the decision looks at.
#[derive(Debug, Clone)]
pub struct Facts<'a> {
    /// When the first entry of the shard was made.
    pub opened: Timestamp,
    /// When its last entry was made; none while it takes entries.
    pub closed: Option<Timestamp>,
    /// When its archived object was last read back and verified, whole.
    pub verified: Option<Timestamp>,
    /// Until when the object store refuses to delete the object; none if it does not lock.
    pub locked_until: Option<Timestamp>,
    /// What the owner decided.
    pub policy: &'a Policy,
    /// Holds on the log.
    pub holds: &'a [Hold],
    /// Now.
    pub now: Timestamp,
}

/// Why a shard stays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kept {
    /// It takes entries.
    Open,
    /// No owner said that anything is pruned.
    Never,
    /// A legal hold covers it.
    Held(String),
    /// It is not in the archive, or was not read back and verified.
    NotArchived,
    /// Until then.
    Until(Timestamp),
    /// The object store does not lock the object long enough for this machine's copy to go early.
    NotLocked(Timestamp),
}

impl fmt::Display for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Open => f.write_str("it takes entries"),
            Self::Never => f.write_str("the policy prunes nothing"),
            Self::Held(name) => write!(f, "the legal hold {name:?} covers it"),
            Self::NotArchived => f.write_str("it is not archived and verified"),
            Self::Until(until) => write!(f, "it is kept until {until}"),
            Self::NotLocked(until) => write!(f, "its object is not locked until {until}"),
        }
    }
}

/// Whether the shard may be removed from this machine.
///
/// # Errors
/// The first reason why it stays.
pub fn may_prune(facts: &Facts<'_>) -> Result<(), Kept> {
    let closed = facts.closed.ok_or(Kept::Open)?;
    if let Some(hold) = facts.holds.iter().find(|h| h.covers(facts.opened, Some(closed))) {
        return Err(Kept::Held(hold.name.clone()));
    }
    if facts.policy.pruning == Pruning::Never {
        return Err(Kept::Never);
    }
    facts.verified.ok_or(Kept::NotArchived)?;
    let over = facts.policy.months.until(closed);
    if facts.now >= over {
        return Ok(());
    }
    match (facts.policy.pruning, facts.policy.local_months) {
        (Pruning::Local, Some(months)) => {
            let leaves = months_after(closed, months);
            if facts.now < leaves {
                Err(Kept::Until(leaves))
            } else if facts.locked_until.is_none_or(|until| until < over) {
                Err(Kept::NotLocked(over))
            } else {
                Ok(())
            }
        }
        _ => Err(Kept::Until(over)),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;
    use ward_model::retention::{LogName, Retention};

    use super::*;

    const DAY: Duration = Duration::from_secs(86_400);

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn policy(pruning: Pruning, months: u32, local_months: Option<u32>) -> Policy {
        Policy { months: Retention::of_months(months).unwrap(), pruning, local_months, ..Policy::floor() }
    }

    fn facts(policy: &Policy, now: Timestamp) -> Facts<'_> {
        Facts {
            opened: at("2026-01-01T00:00:00Z"),
            closed: Some(at("2026-12-31T23:59:00Z")),
            verified: Some(at("2027-01-01T00:10:00Z")),
            locked_until: None,
            policy,
            holds: &[],
            now,
        }
    }

    #[test]
    fn a_shard_leaves_only_when_its_six_years_are_over() {
        let policy = policy(Pruning::AfterRetention, 72, None);
        let over = at("2032-12-31T23:59:00Z");
        assert_eq!(may_prune(&facts(&policy, over.minus(DAY))), Err(Kept::Until(over)));
        assert_eq!(may_prune(&facts(&policy, over)), Ok(()));
        let never = Policy::floor();
        assert_eq!(may_prune(&facts(&never, over.plus(DAY * 4000))), Err(Kept::Never));
        let open = Facts { closed: None, ..facts(&policy, over) };
        assert_eq!(may_prune(&open), Err(Kept::Open));
        let unverified = Facts { verified: None, ..facts(&policy, over) };
        assert_eq!(may_prune(&unverified), Err(Kept::NotArchived));
    }

    #[test]
    fn a_shard_leaves_early_only_if_the_archive_is_locked_long_enough() {
        let policy = policy(Pruning::Local, 72, Some(12));
        let over = at("2032-12-31T23:59:00Z");
        let year = at("2027-12-31T23:59:00Z");
        let locked = |now| Facts { locked_until: Some(over), ..facts(&policy, now) };
        assert_eq!(may_prune(&locked(year.minus(DAY))), Err(Kept::Until(year)));
        assert_eq!(may_prune(&locked(year)), Ok(()));
        assert_eq!(may_prune(&facts(&policy, year)), Err(Kept::NotLocked(over)));
        let short = Facts { locked_until: Some(over.minus(DAY)), ..facts(&policy, year) };
        assert_eq!(may_prune(&short), Err(Kept::NotLocked(over)));
    }

    fn some_hold() -> impl Strategy<Value = Hold> {
        let time = proptest::option::of(0i64..4_000_000_000_000_000);
        (time.clone(), time, any::<bool>()).prop_map(|(from, to, released)| Hold {
            id: "hld_00000000000000000000000000000001".parse().unwrap(),
            log: LogName::Platform,
            name: "h".into(),
            reason: "r".into(),
            from: from.map(Timestamp::from_micros),
            to: to.map(Timestamp::from_micros),
            created_at: Timestamp::from_micros(0),
            created_by: None,
            released_at: released.then_some(Timestamp::from_micros(1)),
            released_by: None,
            release_reason: None,
        })
    }

    proptest! {
        /// Whatever is stored and whatever the clock says: nothing younger than six years leaves unless a lock keeps the
        /// archived copy that long, and nothing under a hold leaves at all.
        #[test]
        fn nothing_leaves_too_early_or_under_a_hold(
            months in any::<i64>(),
            pruning in prop::sample::select(vec!["never", "after-retention", "local", "now"]),
            local in proptest::option::of(-5i64..100),
            opened in 0i64..2_000_000_000_000_000,
            length in 1i64..60_000_000_000_000,
            now in 0i64..4_000_000_000_000_000,
            verified in proptest::option::of(0i64..4_000_000_000_000_000),
            locked in proptest::option::of(0i64..4_000_000_000_000_000),
            holds in prop::collection::vec(some_hold(), 0..3),
        ) {
            let months = if months % 3 == 0 { months } else { months.rem_euclid(200) };
            let policy = Policy::of((months, pruning.into(), local, 0, None));
            let (opened, closed) = (Timestamp::from_micros(opened), Timestamp::from_micros(opened + length));
            let time = Timestamp::from_micros;
            let facts = Facts {
                opened,
                closed: Some(closed),
                verified: verified.map(time),
                locked_until: locked.map(time),
                policy: &policy,
                holds: &holds,
                now: time(now),
            };
            prop_assert!(policy.months >= Retention::FLOOR);
            if may_prune(&facts).is_ok() {
                let over = Retention::FLOOR.until(closed);
                prop_assert!(time(now) >= over || locked.is_some_and(|l| time(l) >= over));
                prop_assert!(!holds.iter().any(|h| h.covers(opened, Some(closed))));
                prop_assert!(verified.is_some() && policy.pruning != Pruning::Never);
                prop_assert!(time(now) >= months_after(closed, 12));
            }
        }
    }
}
