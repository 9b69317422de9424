//! Why witnesses exist: a log that shows two histories, or an old one, is caught.

use ward_witness::{
    Notice,
    client::{self, Refusal},
    wire::Answer,
};

use crate::fixture::{Bench, Direct, ORIGIN, TestLog};

/// The same log with another entry in the middle, signed by the same key.
fn rewritten(log: &TestLog, at: usize) -> TestLog {
    let mut other = TestLog { entries: Vec::new(), leaves: Default::default(), ..log.clone() };
    for (index, entry) in log.entries.iter().enumerate() {
        other.push(if index == at { b"another entry".to_vec() } else { entry.clone() });
    }
    other
}

async fn submit(bench: &Bench, log: &TestLog, known: u64) -> Result<client::Cosigned, Refusal> {
    let prover = |old, new| Ok(log.consistency(old, new));
    let transport = Direct(bench.witness.clone());
    client::add_checkpoint(&transport, &bench.key(), &log.note(log.size()), known, &prover).await
}

#[tokio::test]
async fn a_rewritten_log_is_refused_at_every_place_of_the_change() {
    let log = TestLog::new(ORIGIN, 1).grow(20).clone();
    for at in 0..20 {
        let bench = Bench::following(&[&log]);
        bench.cosign(&log, 0);
        let fork = rewritten(&log, at).grow(25).clone();
        assert_eq!(bench.witness.add_checkpoint(&fork.submission(20)).reply().status, 422);
        assert_eq!(submit(&bench, &fork, 0).await, Err(Refusal::Forked { at: 20 }), "changed at {at}");
        assert_eq!(bench.size(ORIGIN), Some(20));
    }
}

#[tokio::test]
async fn a_fork_of_the_same_size_is_caught_and_both_checkpoints_are_kept() {
    let log = TestLog::new(ORIGIN, 1).grow(20).clone();
    let bench = Bench::following(&[&log]);
    bench.cosign(&log, 0);
    let fork = rewritten(&log, 7);
    assert_eq!(bench.witness.add_checkpoint(&fork.submission(20)), Answer::Conflict(20));
    assert_eq!(submit(&bench, &fork, 20).await, Err(Refusal::Forked { at: 20 }));
    assert!(bench.notices.lock().unwrap().contains(&Notice::Forked { origin: ORIGIN.into(), size: 20 }));
    assert!(bench.witness.logs().unwrap()[0].forked);
    // Whoever has the log's key can verify both notes: it signed two roots for one size.
    let kept = std::fs::read_dir(bench.path().join("forks")).unwrap().next().unwrap().unwrap().path();
    let kept =
        ward_ledger::Checkpoint::open(&std::fs::read(kept).unwrap(), log.signer.verifier_key()).unwrap();
    assert_eq!((kept.size, kept.root), (20, fork.root(20)));
    assert_ne!(kept.root, log.root(20));
    // The honest history goes on.
    bench.cosign(log.clone().grow(21), 20);
}

#[tokio::test]
async fn a_log_that_was_rolled_back_is_caught() {
    let log = TestLog::new(ORIGIN, 1).grow(20).clone();
    let bench = Bench::following(&[&log]);
    bench.cosign(&log, 0);
    let old = TestLog::new(ORIGIN, 1).grow(12).clone();
    for known in [0, 12, 20] {
        let refused = submit(&bench, &old, known).await.unwrap_err();
        assert_eq!(refused, Refusal::RolledBack { witnessed: 20, ours: 12 });
        assert!(refused.is_alarm() && refused.to_string().contains("rolled back"));
    }
    // It grew again, otherwise than before.
    let mut other = old.clone();
    other.push("something else");
    let regrown = other.grow(30).clone();
    assert_eq!(submit(&bench, &regrown, 0).await, Err(Refusal::Forked { at: 20 }));
    assert_eq!(bench.size(ORIGIN), Some(20));
}
