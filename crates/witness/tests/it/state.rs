//! The state directory: one process, nothing lost, nothing begun anew.

use std::fs;

use ward_witness::{Added, Witness, follow, init};

use crate::fixture::{Bench, ORIGIN, TestLog};

fn open(dir: &std::path::Path) -> Result<Witness, String> {
    Witness::open(dir, Box::new(|| 1), Box::new(|_| ())).map_err(|e| e.to_string())
}

fn state_file(bench: &Bench) -> std::path::PathBuf {
    fs::read_dir(bench.path().join("logs")).unwrap().last().unwrap().unwrap().path()
}

#[test]
fn two_witnesses_never_serve_one_directory() {
    let log = TestLog::new(ORIGIN, 1);
    let bench = Bench::following(&[&log]);
    let second = open(bench.path()).err().unwrap();
    assert!(second.contains("another witness"), "{second}");
    let bench = bench.restart();
    assert!(bench.witness.logs().unwrap().len() == 1);
}

#[test]
fn a_log_can_be_followed_while_the_witness_serves() {
    let (first, second) = (TestLog::new(ORIGIN, 1), TestLog::new("b.example/x/1", 2).grow(3).clone());
    let bench = Bench::following(&[&first]);
    assert_eq!(bench.witness.add_checkpoint(&second.submission(0)).reply().status, 404);
    assert_eq!(follow(bench.path(), second.signer.verifier_key()).unwrap(), Added::New);
    bench.cosign(&second, 0);
    // Again changes nothing, above all not the size.
    assert_eq!(follow(bench.path(), second.signer.verifier_key()).unwrap(), Added::Already);
    assert_eq!(bench.size("b.example/x/1"), Some(3));
}

#[test]
fn a_log_never_changes_its_key() {
    let log = TestLog::new(ORIGIN, 1);
    let bench = Bench::following(&[&log]);
    let other = TestLog::new(ORIGIN, 2);
    let refused = follow(bench.path(), other.signer.verifier_key()).unwrap_err().to_string();
    assert!(refused.contains("another key"), "{refused}");
}

#[test]
fn a_missing_or_damaged_state_is_refused_and_not_begun_anew() {
    let log = TestLog::new(ORIGIN, 1).grow(5).clone();
    let bench = Bench::following(&[&log]);
    bench.cosign(&log, 0);
    let path = state_file(&bench);
    let good = fs::read(&path).unwrap();
    fs::remove_file(&path).unwrap();
    let refused = follow(bench.path(), log.signer.verifier_key()).unwrap_err().to_string();
    assert!(refused.contains("missing"), "following again must not begin anew: {refused}");
    let dir = bench.dir;
    drop(bench.witness);
    assert!(open(dir.path()).err().unwrap().contains("missing"));
    for cut in [0, 1, good.len() / 2, good.len() - 1] {
        fs::write(&path, &good[..cut]).unwrap();
        assert!(open(dir.path()).err().unwrap().contains("damaged"), "cut at {cut}");
    }
    // The state of another log in its place.
    let other = Bench::following(&[&TestLog::new("b.example/x/1", 2)]);
    let theirs = state_file(&other);
    fs::copy(&theirs, &path).unwrap();
    assert!(open(dir.path()).err().unwrap().contains("b.example"));
    fs::write(&path, &good).unwrap();
    open(dir.path()).unwrap();
}

#[test]
fn the_state_of_another_witness_is_no_state() {
    let log = TestLog::new(ORIGIN, 1).grow(5).clone();
    let bench = Bench::following(&[&log]);
    bench.cosign(&log, 0);
    let dir = tempfile::tempdir().unwrap();
    init(dir.path(), "witness.example/w1", [10; 32]).unwrap();
    for name in ["followed", "logs"] {
        let (from, to) = (bench.path().join(name), dir.path().join(name));
        if from.is_dir() {
            fs::copy(state_file(&bench), to.join(state_file(&bench).file_name().unwrap())).unwrap();
        } else {
            fs::copy(from, to).unwrap();
        }
    }
    assert!(open(dir.path()).err().unwrap().contains("damaged"));
}

#[test]
fn a_crash_while_a_log_is_added_leaves_it_followed_or_not() {
    let (log, other) = (TestLog::new(ORIGIN, 1), TestLog::new("b.example/x/1", 2));
    let bench = Bench::following(&[&log, &other]);
    let list = bench.path().join("followed");
    let text = fs::read_to_string(&list).unwrap();
    // The file of the second is there, its line is not.
    fs::write(&list, &text[..text.find('\n').unwrap() + 1]).unwrap();
    assert_eq!(bench.witness.logs().unwrap().len(), 1);
    assert_eq!(follow(bench.path(), other.signer.verifier_key()).unwrap(), Added::Already);
    assert_eq!(bench.witness.logs().unwrap().len(), 2);
    // A list that was cut by somebody else is refused, not guessed at.
    fs::write(&list, &text[..text.len() - 9]).unwrap();
    assert!(bench.witness.logs().is_err());
}
