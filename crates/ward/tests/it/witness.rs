//! `ward witness`, from its key to a fork that it catches, as a person would run it.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::Path,
    process::{Child, ChildStderr, Command, Stdio},
    time::Duration,
};

use ward_ledger::{
    Checkpoint, Signer, leaf_hash,
    note::{CosignerKey, Note, Signature},
    tree::{Frontier, node_hash},
};
use ward_witness::wire::AddCheckpoint;

use crate::stand_in::{Answer, Ran, StandIn, id};

fn program(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ward"));
    // A profile that can't be read must not matter: a witness has no server.
    command.args(arguments).env_clear().env("WARD_CONFIG_DIR", "/dev/null/none").stdin(Stdio::null());
    command
}

fn ward(arguments: &[&str]) -> Ran {
    Ran::of(program(arguments).output().unwrap())
}

/// A witness that serves.
struct Serving {
    child: Child,
    port: u16,
    stderr: BufReader<ChildStderr>,
}

impl Serving {
    fn start(state: &str) -> Self {
        let mut command = program(&["witness", "serve", "--state", state, "--listen", "127.0.0.1:0"]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let port = line.trim().rsplit_once(':').unwrap_or_else(|| panic!("{line:?}")).1.parse().unwrap();
        let stderr = BufReader::new(child.stderr.take().unwrap());
        Self { child, port, stderr }
    }

    fn post(&self, path: &str, body: &[u8]) -> (u16, String) {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: w\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        stream.write_all(&[head.as_bytes(), body].concat()).unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        (text[9..12].parse().unwrap(), text.split_once("\r\n\r\n").unwrap().1.to_owned())
    }

    /// The next line that it says.
    fn said(&mut self) -> String {
        let mut line = String::new();
        self.stderr.read_line(&mut line).unwrap();
        line
    }

    fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

const ORIGIN: &str = "acme.example/ledger/00/platform/2026-1";

fn signer() -> Signer {
    Signer::from_seed(ORIGIN, [1; 32]).unwrap()
}

/// A checkpoint of a log of one or two entries.
fn note(entries: &[&str]) -> Note {
    let mut tree = Frontier::new();
    entries.iter().for_each(|entry| tree.push(leaf_hash(entry.as_bytes()), |_, _| ()));
    let (origin, size, root) = (ORIGIN.to_owned(), entries.len() as u64, tree.root());
    let text = Checkpoint { origin, size, root, extensions: Vec::new() }.to_text();
    Note::parse(signer().sign(&text).as_bytes()).unwrap()
}

fn made(dir: &Path) -> (String, CosignerKey) {
    let state = dir.join("state").display().to_string();
    let ran = ward(&["witness", "init", "--name", "witness.example/laptop", "--state", &state]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let key = ran.out.trim().parse().unwrap();
    (state, key)
}

#[test]
fn a_witness_is_made_follows_cosigns_and_remembers_after_a_kill() {
    let dir = tempfile::tempdir().unwrap();
    let (state, key) = made(dir.path());
    let mut serving = Serving::start(&state);
    assert!(serving.said().contains("follows 0 logs") && serving.said().contains("ward witness follow"));
    let first = AddCheckpoint { old: 0, proof: Vec::new(), note: note(&["a"]) };
    assert_eq!(serving.post("/add-checkpoint", &first.to_bytes()).0, 404);
    // From a file as a ledger publishes it, while the witness serves.
    let keys = dir.path().join("keys");
    std::fs::write(&keys, format!("2026-1 {} 1767225600000 -\n", signer().verifier_key())).unwrap();
    let ran = ward(&["witness", "follow", "--state", &state, "--keys", &keys.display().to_string()]);
    assert_eq!((ran.code, ran.out.trim()), (0, format!("follows {ORIGIN}").as_str()), "{}", ran.err);

    let (status, body) = serving.post("/add-checkpoint", &first.to_bytes());
    assert_eq!(status, 200, "{body}");
    let mut cosigned = note(&["a"]);
    Signature::parse_lines(&body).unwrap().into_iter().for_each(|s| cosigned.attach(s).unwrap());
    assert!(key.verify(&cosigned).unwrap().time > 1_760_000_000, "by the clock of this machine");
    serving.kill();

    let mut serving = Serving::start(&state);
    serving.said();
    let leaf = leaf_hash(b"b");
    let grown = AddCheckpoint { old: 1, proof: vec![leaf], note: note(&["a", "b"]) };
    assert_eq!(serving.post("/add-checkpoint", &grown.to_bytes()).0, 200);
    assert!(serving.said().contains("cosigned"));
    // Another history of the same size, signed with the log's own key.
    let fork = AddCheckpoint { old: 2, proof: Vec::new(), note: note(&["a", "c"]) };
    assert_eq!(serving.post("/add-checkpoint", &fork.to_bytes()), (409, "2\n".to_owned()));
    let said = serving.said();
    assert!(said.contains("FORK") && said.contains(ORIGIN), "{said}");
    // Rolled back.
    assert_eq!(serving.post("/add-checkpoint", &first.to_bytes()), (409, "2\n".to_owned()));
    assert!(serving.said().contains("rolled back"));
    let shown = ward(&["witness", "show", "--state", &state]);
    assert!(shown.out.contains("FORKED") && shown.out.contains(&key.to_string()), "{}", shown.out);
    let shown: serde_json::Value =
        serde_json::from_str(&ward(&["--json", "witness", "show", "--state", &state]).out).unwrap();
    assert_eq!(shown["logs"][0]["cosigned"]["size"], 2);
    assert_eq!(node_hash(&leaf_hash(b"a"), &leaf).to_string(), shown["logs"][0]["cosigned"]["root"]);
}

#[test]
fn what_goes_wrong_is_said_with_what_to_do() {
    let dir = tempfile::tempdir().unwrap();
    let (state, key) = made(dir.path());
    let says = |arguments: &[&str], code: i32, words: &[&str]| {
        let ran = ward(arguments);
        assert_eq!(ran.code, code, "{arguments:?}: {}", ran.err);
        words.iter().for_each(|word| assert!(ran.err.contains(word), "{arguments:?}: {}", ran.err));
    };
    says(&["witness", "init", "--name", "w.example", "--state", &state], 1, &["a key already"]);
    says(&["witness", "init", "--name", "two words", "--state", "/tmp/never"], 1, &["key name"]);
    let none = dir.path().join("none").display().to_string();
    says(&["witness", "serve", "--state", &none], 1, &["there is no key", "init"]);
    says(&["witness", "follow", "--state", &state], 2, &["VKEY"]);
    says(&["witness", "follow", "--state", &state, "nonsense"], 2, &["not a verifier key", "next:"]);
    says(&["witness", "follow", "--state", &state, &key.to_string()], 2, &["key of a witness"]);
    let other = Signer::from_seed(ORIGIN, [2; 32]).unwrap().verifier_key().to_string();
    assert_eq!(ward(&["witness", "follow", "--state", &state, &other]).code, 0);
    let log = signer().verifier_key().to_string();
    says(&["witness", "follow", "--state", &state, &log], 1, &["under another key"]);
    says(&["witness", "serve", "--state", &state, "--tls-cert", "x"], 2, &["--tls-key"]);
    says(&["witness", "serve", "--state", &state, "--tls-cert", "/x", "--tls-key", "/x"], 1, &["/x", "PEM"]);
    let _serving = Serving::start(&state);
    says(&["witness", "serve", "--state", &state, "--listen", "127.0.0.1:0"], 1, &["another witness serves"]);
}

#[test]
fn the_witnesses_of_a_server_are_listed_added_removed_and_their_policy_set() {
    let vkey = ward_ledger::note::Cosigner::from_seed("w.example", [3; 32]).unwrap().key().to_string();
    let log = signer().verifier_key().to_string();
    let (witness, all) = (
        serde_json::json!({
            "id": id("wit", 1), "name": "laptop", "url": "https://w.example", "key": vkey, "counts": true,
            "created_at": "2026-11-22T08:00:00Z",
        }),
        log.clone(),
    );
    let known = witness.clone();
    let server = StandIn::signed_in(move |asked, _| match asked.line.as_str() {
        "GET /v1/witnesses" => Answer::Json(
            200,
            serde_json::json!({
                "policy": { "needed": 1, "stale_after_minutes": 15 },
                "witnesses": [known.clone()],
                "logs": [{
                    "log": "platform", "shard": "2026-1", "key": all, "entries": 120, "state": "stale",
                    "witnessed_entries": 99, "witnessed_at": "2026-11-22T07:00:00Z",
                    "witnesses": [{ "witness": id("wit", 1), "name": "laptop", "error": "it can't be reached", "contradicts": false }],
                }],
            }),
        ),
        "POST /v1/witnesses" => Answer::Json(201, known.clone()),
        "PUT /v1/witnesses/policy" => {
            Answer::Json(200, serde_json::json!({ "needed": 2, "stale_after_minutes": 15 }))
        }
        _ => Answer::Bytes(204, "text/plain", Vec::new()),
    });
    let run = |arguments: &[&str]| {
        let ran = server.ward(&[&["ledger", "witnesses"], arguments].concat(), &[]);
        (ran.code, ran.out, ran.err)
    };
    let (code, out, err) = run(&["list"]);
    assert_eq!(code, 0, "{err}");
    for part in ["laptop", "platform", "stale", "120", "99", "it can't be reached"] {
        assert!(out.contains(part), "{part} is not in {out}");
    }
    assert_eq!(run(&["keys"]).1, format!("{log}\n"), "what `ward witness follow --keys` reads");
    let (code, _, err) = run(&["add", "laptop", "--url", "https://w.example", "--key", &log]);
    assert!(code == 2 && err.contains("not the key of a cosigner"), "{err}");
    let (code, out, err) = run(&["add", "laptop", "--url", "https://w.example", "--key", &vkey]);
    assert!(code == 0 && out.contains("laptop") && err.contains("ward witness follow"), "{out}{err}");
    assert_eq!(server.asked().last().unwrap().json()["key"], vkey);
    assert_eq!(run(&["policy"]).1.matches("1 cosignatures of 1").count(), 1);
    assert_eq!(run(&["policy", "--needed", "2"]).1.matches("2 cosignatures").count(), 1);
    assert_eq!(
        server.asked().last().unwrap().json(),
        serde_json::json!({ "needed": 2, "stale_after_minutes": 15 })
    );
    assert_eq!(run(&["remove", "nobody"]).0, 4);
    assert_eq!(run(&["remove", "laptop"]).0, 0);
    assert_eq!(server.lines().last().unwrap(), &format!("DELETE /v1/witnesses/{}", id("wit", 1)));
}
