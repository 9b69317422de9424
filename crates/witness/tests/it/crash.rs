//! Crashes: a witness that is killed has lost nothing that it answered.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};
use std::time::Duration;

use ward_ledger::note::{Cosigner, Signature};
use ward_witness::{Witness, follow, init};

use crate::fixture::{ORIGIN, TestLog};

/// How often it is killed. `cargo test` must stay quick; the number is not a limit.
const KILLS: u64 = 40;

fn server() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    test.parent().unwrap().parent().unwrap().join("examples/witness-server")
}

/// One request over a connection of its own; none if the witness died meanwhile.
pub(crate) fn post(port: u16, path: &str, body: &[u8]) -> Option<(u16, String)> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(10))).ok()?;
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: w\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body)).ok()?;
    let mut text = String::new();
    stream.read_to_string(&mut text).ok()?;
    let status = text.get(9..12)?.parse().ok()?;
    let (head, body) = text.split_once("\r\n\r\n")?;
    let length: usize = head
        .lines()
        .find_map(|l| l.to_ascii_lowercase().strip_prefix("content-length: ").map(str::to_owned))?
        .parse()
        .ok()?;
    (body.len() == length).then(|| (status, body.to_owned()))
}

#[test]
fn a_killed_witness_remembers_all_that_it_answered() {
    let dir = tempfile::tempdir().unwrap();
    let own = Cosigner::from_seed("witness.example/w1", [9; 32]).unwrap();
    init(dir.path(), own.key().name(), [9; 32]).unwrap();
    let mut log = TestLog::new(ORIGIN, 1);
    log.grow(3000);
    let log = Arc::new(log);
    follow(dir.path(), log.signer.verifier_key()).unwrap();
    let answered = Arc::new(AtomicU64::new(0));
    let mut dice = 0x9e37_79b9_7f4a_7c15_u64;
    for kill in 0..KILLS {
        let mut child =
            Command::new(server()).arg(dir.path()).env_clear().stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let port: u16 = line.trim().parse().unwrap();
        let (log, own_key, answered) = (log.clone(), own.key().clone(), answered.clone());
        let submitter = std::thread::spawn(move || {
            let mut old = answered.load(Ordering::SeqCst);
            loop {
                let size = old + 1;
                let mut request = log.submission(0);
                (request.old, request.note) = (old, log.note(size));
                request.proof = log.consistency(old, size);
                match post(port, "/add-checkpoint", &request.to_bytes()) {
                    Some((200, body)) => {
                        let mut note = log.note(size);
                        Signature::parse_lines(&body)
                            .unwrap()
                            .into_iter()
                            .for_each(|s| note.attach(s).unwrap());
                        own_key.verify(&note).unwrap();
                        answered.store(size, Ordering::SeqCst);
                        old = size;
                    }
                    // The answer of the round before did not come through, the state did.
                    Some((409, body)) => {
                        let known: u64 = body.trim().parse().unwrap();
                        assert_eq!(known, old + 1, "the witness forgot, or knows what nobody submitted");
                        // It has said so: from now on it must not know less.
                        answered.store(known, Ordering::SeqCst);
                        old = known;
                    }
                    Some(other) => panic!("{other:?}"),
                    None => return,
                }
            }
        });
        dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(u64::from(child.id()) + kill);
        std::thread::sleep(Duration::from_micros(3_000 + (dice >> 33) % 40_000));
        child.kill().unwrap();
        child.wait().unwrap();
        submitter.join().unwrap();
    }
    let witness = Witness::open(dir.path(), Box::new(|| 1), Box::new(|_| ())).unwrap();
    let (size, root, _) = witness.logs().unwrap()[0].last.unwrap();
    let answered = answered.load(Ordering::SeqCst);
    assert!(answered > KILLS, "the witness did not get to work: {answered}");
    assert!(size == answered || size == answered + 1, "{answered} answered, {size} remembered");
    assert_eq!(root, log.root(size));
}
