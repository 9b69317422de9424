//! A log that goes on under a new key is followed only on the word of the old one.

use ward_ledger::VerifierKey;
use ward_witness::{
    Notice,
    client::{self, Refusal},
    wire::Answer,
};

use crate::fixture::{Bench, Direct, ORIGIN, TestLog};

const NEXT: &str = "acme.example/ledger/0123/platform/2027-1";

/// A shard that was closed, and the one that it names.
fn year() -> (TestLog, TestLog) {
    let next = TestLog::new(NEXT, 2).grow(4).clone();
    let mut old = TestLog::new(ORIGIN, 1).grow(9).clone();
    old.close(&next);
    (old, next)
}

#[tokio::test]
async fn the_next_shard_is_followed_when_the_closed_one_vouches_for_it() {
    let (old, next) = year();
    let bench = Bench::following(&[&old]);
    assert_eq!(bench.witness.add_checkpoint(&next.submission(0)).reply().status, 404);
    bench.cosign(&old, 0);
    let transport = Direct(bench.witness.clone());
    for _ in 0..2 {
        client::add_shard(&transport, &old.closing(), next.signer.verifier_key()).await.unwrap();
    }
    let continued = Notice::Continued { origin: ORIGIN.into(), next: next.signer.verifier_key().clone() };
    assert_eq!(bench.notices.lock().unwrap().iter().filter(|n| **n == continued).count(), 1);
    drop(transport);
    let bench = bench.restart();
    bench.cosign(&next, 0);
    let logs = bench.witness.logs().unwrap();
    assert_eq!(logs[1].previous.as_deref(), Some(ORIGIN));
    assert_eq!(logs[0].next.as_ref(), Some(next.signer.verifier_key()));
}

#[test]
fn a_closed_shard_never_grows_again() {
    let (mut old, _) = year();
    let bench = Bench::following(&[&old]);
    bench.cosign(&old, 0);
    bench.witness.add_shard(&old.closing());
    bench.cosign(&old, 10);
    let answer = bench.witness.add_checkpoint(&old.grow(11).submission(10));
    assert!(matches!(&answer, Answer::Unproven(why) if why.contains("closed at 10")), "{answer:?}");
}

#[test]
fn a_closing_entry_must_be_the_last_one_that_was_cosigned() {
    let (old, next) = year();
    let bench = Bench::following(&[&old]);
    assert_eq!(bench.witness.add_shard(&old.closing()), Answer::Conflict(0), "nothing is cosigned yet");
    // The log went on after the entry: then it was no closing one.
    let mut longer = old.clone();
    longer.grow(12);
    bench.cosign(&longer, 0);
    assert_eq!(bench.witness.add_shard(&old.closing()), Answer::Conflict(12));
    let mut request = old.closing();
    request.index = u64::MAX;
    assert_eq!(bench.witness.add_shard(&request), Answer::Conflict(12));
    assert_eq!(bench.witness.add_checkpoint(&next.submission(0)).reply().status, 404);
}

#[test]
fn what_the_old_shard_did_not_say_is_not_believed() {
    let (old, next) = year();
    let bench = Bench::following(&[&old]);
    bench.cosign(&old, 0);
    let refused = |request| {
        let answer = bench.witness.add_shard(&request);
        assert!(matches!(answer, Answer::Unproven(_)), "{answer:?}");
    };
    // The right place, another entry.
    let mut forged = old.closing();
    let mut thief = TestLog::new(ORIGIN, 1);
    thief.close(&TestLog::new(NEXT, 66));
    forged.entry.clone_from(&thief.entries[0]);
    refused(forged);
    let mut damaged = old.closing();
    damaged.proof[0].0[0] ^= 1;
    refused(damaged);
    let mut unknown = old.closing();
    unknown.shard = NEXT.into();
    assert_eq!(bench.witness.add_shard(&unknown).reply().status, 404);
    assert_eq!(bench.witness.add_checkpoint(&next.submission(0)).reply().status, 404);
}

#[test]
fn an_ordinary_last_entry_and_a_link_out_of_the_series_vouch_for_nothing() {
    let plain = TestLog::new(ORIGIN, 1).grow(5).clone();
    let bench = Bench::following(&[&plain]);
    bench.cosign(&plain, 0);
    assert!(matches!(bench.witness.add_shard(&plain.closing()), Answer::Unproven(_)));
    let mut astray = TestLog::new(ORIGIN, 1).grow(5).clone();
    astray.close(&TestLog::new("evil.example/ledger/0123/platform/2027-1", 3));
    bench.cosign(&astray, 5);
    let answer = bench.witness.add_shard(&astray.closing());
    assert!(matches!(&answer, Answer::Unproven(why) if why.contains("base")), "{answer:?}");
    assert!(bench.witness.logs().unwrap().len() == 1);
}

#[test]
fn a_key_that_is_followed_already_is_not_replaced() {
    let (old, _) = year();
    let other = TestLog::new(NEXT, 77);
    let bench = Bench::following(&[&old, &other]);
    bench.cosign(&old, 0);
    assert_eq!(bench.witness.add_shard(&old.closing()).reply().status, 403);
    let logs = bench.witness.logs().unwrap();
    assert!(logs.iter().any(|log| log.key == *other.signer.verifier_key()) && logs.len() == 2);
}

#[tokio::test]
async fn a_witness_without_add_shard_is_told_from_one_that_does_not_follow() {
    struct Plain;
    #[async_trait::async_trait]
    impl client::Transport for Plain {
        async fn post(&self, _: &str, _: Vec<u8>) -> Result<ward_witness::wire::Reply, String> {
            Ok(Answer::Unknown("no such path; a witness answers POST /add-checkpoint".into()).reply())
        }
    }
    let (old, next) = year();
    let key: VerifierKey = next.signer.verifier_key().clone();
    let refused = client::add_shard(&Plain, &old.closing(), &key).await.unwrap_err();
    assert!(matches!(refused, Refusal::Strange(_)));
}
