//! The client's side of the conversation, with witnesses that behave and others that don't.

use async_trait::async_trait;
use ward_ledger::note::{Algorithm, Cosigner, CosignerKey, Signature};
use ward_witness::{
    client::{self, Refusal, Transport},
    wire::{AddCheckpoint, Answer, Reply},
};

use crate::fixture::{Bench, Direct, ORIGIN, TestLog};

/// Always answers the same.
struct Says(Reply);

#[async_trait]
impl Transport for Says {
    async fn post(&self, _: &str, _: Vec<u8>) -> Result<Reply, String> {
        Ok(self.0.clone())
    }
}

/// Can't be reached.
struct Dead;

#[async_trait]
impl Transport for Dead {
    async fn post(&self, _: &str, _: Vec<u8>) -> Result<Reply, String> {
        Err("connection refused".to_owned())
    }
}

fn log() -> TestLog {
    TestLog::new(ORIGIN, 1).grow(20).clone()
}

async fn ask(transport: &dyn Transport, key: &CosignerKey) -> Result<client::Cosigned, Refusal> {
    let log = log();
    client::add_checkpoint(transport, key, &log.note(20), 0, &|old, new| Ok(log.consistency(old, new))).await
}

#[tokio::test]
async fn a_client_without_memory_asks_for_the_size_and_gets_its_cosignature() {
    let mut small = TestLog::new(ORIGIN, 1).grow(13).clone();
    let bench = Bench::following(&[&small]);
    bench.cosign(&small, 0);
    small.grow(20);
    let cosigned = ask(&Direct(bench.witness.clone()), &bench.key()).await.unwrap();
    assert!(cosigned.verified && cosigned.time >= 1_800_000_000);
    let mut note = small.note(20);
    note.attach(cosigned.signature).unwrap();
    assert_eq!(bench.key().verify(&note).unwrap().time, cosigned.time);
}

#[tokio::test]
async fn wrong_answers_are_told_apart() {
    let key = Cosigner::from_seed("witness.example/w1", [9; 32]).unwrap();
    let other = Cosigner::from_seed("witness.example/w1", [8; 32]).unwrap();
    let text = log().text(20);
    let say = |answer: Answer| Says(answer.reply());
    let own = key.key();
    let strange = |answer: Answer| async move {
        let refused = ask(&Says(answer.reply()), own).await.unwrap_err();
        assert!(matches!(refused, Refusal::Strange(_)), "{refused:?}");
    };
    strange(Answer::Cosigned(vec![other.cosign(&text, 5)])).await;
    strange(Answer::Cosigned(vec![key.cosign(&log().text(19), 5)])).await;
    strange(Answer::Cosigned(Vec::new())).await;
    let refused = ask(&say(Answer::Unknown("no".into())), key.key()).await;
    assert_eq!(refused, Err(Refusal::NotFollowed));
    let refused = ask(&say(Answer::Forbidden("no".into())), key.key()).await;
    assert_eq!(refused, Err(Refusal::Key("no".into())));
    let refused = ask(&say(Answer::Broken("disk".into())), key.key()).await;
    assert_eq!(refused, Err(Refusal::Failed { status: 500, said: "disk".into() }));
    assert_eq!(ask(&Dead, key.key()).await, Err(Refusal::Unreachable("connection refused".into())));
    // A size that is never content.
    assert_eq!(ask(&say(Answer::Conflict(3)), key.key()).await, Err(Refusal::Busy));
    let untyped = Reply { content_type: None, ..Answer::Conflict(3).reply() };
    assert!(matches!(ask(&Says(untyped), key.key()).await, Err(Refusal::Strange(_))));
}

#[tokio::test]
async fn a_cosignature_of_a_kind_that_can_not_be_verified_is_marked() {
    let key = CosignerKey::new("pq.example/w", Algorithm::MlDsa44, &[7; 1312]).unwrap();
    let bytes = [&77_u64.to_be_bytes()[..], &[9; 2420]].concat();
    let line = Signature { name: "pq.example/w".into(), key_id: key.key_id(), bytes };
    let cosigned = ask(&Says(Answer::Cosigned(vec![line]).reply()), &key).await.unwrap();
    assert_eq!((cosigned.time, cosigned.verified), (77, false));
}

#[tokio::test]
async fn cosignatures_of_keys_that_nobody_asked_for_are_ignored() {
    let (key, other) = (
        Cosigner::from_seed("w.example", [9; 32]).unwrap(),
        Cosigner::from_seed("x.example", [8; 32]).unwrap(),
    );
    let text = log().text(20);
    let answer = Answer::Cosigned(vec![other.cosign(&text, 9), key.cosign(&text, 5), key.cosign(&text, 6)]);
    assert_eq!(ask(&Says(answer.reply()), key.key()).await.unwrap().time, 6);
}

#[test]
fn a_request_says_what_the_witness_reads() {
    let request = log().submission(7);
    assert_eq!(AddCheckpoint::parse(&request.to_bytes()).unwrap(), request);
}
