//! Every answer that the specification knows, one test each.

use ward_ledger::{Hash, note::Note};
use ward_witness::wire::{Answer, SIZE_TYPE};

use crate::fixture::{Bench, ORIGIN, TestLog};

fn log(size: u64) -> TestLog {
    TestLog::new(ORIGIN, 1).grow(size).clone()
}

#[test]
fn a_log_that_grows_is_cosigned_each_time() {
    let mut log = log(1);
    let bench = Bench::following(&[&log]);
    let mut old = 0;
    for size in [1, 2, 3, 7, 8, 9, 64, 257, 258] {
        bench.cosign(log.grow(size), old);
        old = size;
    }
    assert_eq!(bench.size(ORIGIN), Some(258));
    let bench = bench.restart();
    assert_eq!(bench.size(ORIGIN), Some(258), "the state outlives the process");
    bench.cosign(log.grow(300), 258);
}

#[test]
fn the_same_checkpoint_is_cosigned_again_with_a_later_time() {
    let log = log(5);
    let bench = Bench::following(&[&log]);
    bench.cosign(&log, 0);
    let first = bench.witness.logs().unwrap()[0].last.unwrap().2;
    bench.cosign(&log, 5);
    assert!(bench.witness.logs().unwrap()[0].last.unwrap().2 > first);
}

#[test]
fn an_empty_log_is_cosigned_and_may_grow() {
    let mut log = log(0);
    let bench = Bench::following(&[&log]);
    bench.cosign(&log, 0);
    bench.cosign(log.grow(3), 0);
}

#[test]
fn status_404_an_unknown_origin() {
    let (followed, other) = (log(3), TestLog::new("other.example/log", 1).grow(3).clone());
    let bench = Bench::following(&[&followed]);
    let answer = bench.witness.add_checkpoint(&other.submission(0));
    assert_eq!(answer.reply().status, 404);
    assert!(bench.notices.lock().unwrap().is_empty(), "strangers cause no notice");
}

#[test]
fn status_403_no_signature_of_a_trusted_key() {
    let good = log(3);
    let bench = Bench::following(&[&good]);
    // Another key under the same name.
    let other = TestLog::new(ORIGIN, 2).grow(3).clone();
    assert_eq!(bench.witness.add_checkpoint(&other.submission(0)).reply().status, 403);
    // The right key, a broken signature.
    let mut broken = good.submission(0);
    let mut line = broken.note.signatures()[0].clone();
    line.bytes[3] ^= 1;
    broken.note.attach(line).unwrap();
    assert_eq!(bench.witness.add_checkpoint(&broken).reply().status, 403);
    // The right signature under another text.
    let mut moved = log(4).submission(0);
    moved.note.attach(good.note(3).signatures()[0].clone()).unwrap();
    assert_eq!(bench.witness.add_checkpoint(&moved).reply().status, 403);
    assert_eq!(bench.size(ORIGIN), None);
}

#[test]
fn signatures_of_unknown_keys_are_ignored_and_not_kept() {
    let log = log(3);
    let bench = Bench::following(&[&log]);
    let mut request = log.submission(0);
    let mut other = TestLog::new("friend.example/w", 7).grow(1).note(1).signatures()[0].clone();
    other.bytes.truncate(10);
    request.note.attach(other).unwrap();
    assert_eq!(bench.witness.add_checkpoint(&request).reply().status, 200);
    let files = std::fs::read_dir(bench.path().join("logs")).unwrap();
    let text = std::fs::read_to_string(files.last().unwrap().unwrap().path()).unwrap();
    assert!(text.contains("witness.example/w1") && !text.contains("friend.example"), "{text}");
}

#[test]
fn status_400_an_old_size_above_the_new_one_and_text_that_is_no_checkpoint() {
    let log = log(3);
    let bench = Bench::following(&[&log]);
    let mut request = log.submission(0);
    request.old = 4;
    assert_eq!(bench.witness.add_checkpoint(&request).reply().status, 400);
    for text in [format!("{ORIGIN}\n"), format!("{ORIGIN}\nx\ny\n"), format!("{ORIGIN}\n3\nAAAA\n")] {
        request.note = Note::parse(log.signer.sign(&text).as_bytes()).unwrap();
        request.old = 0;
        assert_eq!(bench.witness.add_checkpoint(&request).reply().status, 400, "{text}");
    }
}

#[test]
fn status_409_an_old_size_that_is_not_the_one_cosigned_last_with_that_size() {
    let mut log = log(5);
    let bench = Bench::following(&[&log]);
    bench.cosign(&log, 0);
    log.grow(9);
    for old in [0, 4, 6, 9] {
        let reply = bench.witness.add_checkpoint(&log.submission(old)).reply();
        assert_eq!((reply.status, reply.size()), (409, Some(5)), "old {old}");
        assert_eq!(reply.content_type.as_deref(), Some(SIZE_TYPE));
        assert_eq!(reply.body, b"5\n");
    }
    bench.cosign(&log, 5);
}

#[test]
fn status_422_a_proof_that_does_not_hold() {
    let mut log = log(5);
    let bench = Bench::following(&[&log]);
    let mut first = log.submission(0);
    first.proof.push(Hash([0; 32]));
    assert_eq!(bench.witness.add_checkpoint(&first).reply().status, 422, "a proof from nothing is empty");
    bench.cosign(&log, 0);
    log.grow(9);
    let good = log.submission(5);
    for damage in 0..good.proof.len() {
        let mut bad = good.clone();
        bad.proof[damage].0[0] ^= 1;
        assert_eq!(bench.witness.add_checkpoint(&bad).reply().status, 422);
    }
    let mut short = good.clone();
    short.proof.pop();
    assert_eq!(bench.witness.add_checkpoint(&short).reply().status, 422);
    assert_eq!(bench.size(ORIGIN), Some(5));
    assert!(matches!(bench.witness.add_checkpoint(&good), Answer::Cosigned(_)));
}

#[test]
fn status_500_when_the_state_is_damaged_or_gone_and_nothing_is_signed() {
    let log = log(5);
    let bench = Bench::following(&[&log]);
    bench.cosign(&log, 0);
    let path = std::fs::read_dir(bench.path().join("logs")).unwrap().last().unwrap().unwrap().path();
    let good = std::fs::read(&path).unwrap();
    let mut bad = good.clone();
    bad[60] ^= 1;
    std::fs::write(&path, &bad).unwrap();
    assert_eq!(bench.witness.add_checkpoint(&log.submission(5)).reply().status, 500);
    std::fs::remove_file(&path).unwrap();
    let reply = bench.witness.add_checkpoint(&log.submission(0)).reply();
    assert_eq!(reply.status, 500, "a lost state is not an unknown log");
    assert!(!reply.said().contains(bench.path().to_str().unwrap()), "strangers learn no path");
    std::fs::write(&path, &good).unwrap();
    bench.cosign(&log, 5);
}

#[test]
fn status_500_when_the_state_can_not_be_written() {
    let mut log = log(5);
    let bench = Bench::following(&[&log]);
    bench.cosign(&log, 0);
    // A directory in the place of the draft: the write fails, for root too.
    let path = std::fs::read_dir(bench.path().join("logs")).unwrap().last().unwrap().unwrap().path();
    let draft = format!("{}.{}.tmp", path.display(), std::process::id());
    std::fs::create_dir(&draft).unwrap();
    assert_eq!(bench.witness.add_checkpoint(&log.grow(6).submission(5)).reply().status, 500);
    assert_eq!(bench.size(ORIGIN), Some(5));
    std::fs::remove_dir(&draft).unwrap();
    bench.cosign(&log, 5);
}
