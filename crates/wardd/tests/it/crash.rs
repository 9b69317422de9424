//! Section: the platform dies in the middle of many writes. No effect is without its entry, no entry says more than
//! was done.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use serde_json::{Value, json};
use ward_ledger::{Reader, series::parse_keys};
use ward_model::{
    ledger::{EntryKind, Event, Outcome},
    ocsf,
};

use crate::{
    door::Ask,
    installation::{CONSOLE, Installation},
    programs::until,
    set_up::World,
};

/// Requests of one round.
const BURST: usize = 48;
/// Requests at a time.
const SIDE_BY_SIDE: usize = 8;

/// Kills the platform after some, more, and most of the answers.
pub(crate) fn between_attempt_and_commit(ward: &mut Installation, world: &World) {
    for (round, answers) in [2, 13, 30].into_iter().enumerate() {
        burst(ward, world, round, answers);
        ward.start_wardd();
        ward.answers(Duration::from_secs(10));
        recorded(ward, world);
    }
    verified(ward, world);
}

fn burst(ward: &mut Installation, world: &World, round: usize, answers: usize) {
    let (next, answered) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let (next, answered) = (&next, &answered);
    let door = ward.door();
    let path = format!("/v1/organizations/{}/projects", world.organization);
    let (door, path) = (&door, path.as_str());
    std::thread::scope(|scope| {
        for _ in 0..SIDE_BY_SIDE {
            scope.spawn(move || {
                loop {
                    let n = next.fetch_add(1, Ordering::SeqCst);
                    if n >= BURST {
                        return;
                    }
                    let body = json!({ "name": format!("burst-{round}-{n}") }).to_string();
                    let token = Some(world.owner.as_str());
                    let ask = Ask { method: "POST", token, body: body.as_bytes(), ..Ask::get(path) };
                    // Without an answer, or with 502, it is unknown what became of it: the ledger knows.
                    if door.ask(CONSOLE, &ask).is_ok_and(|a| a.status == 201) {
                        answered.fetch_add(1, Ordering::SeqCst);
                    }
                }
            });
        }
        until("some requests are answered", Duration::from_secs(30), || {
            answered.load(Ordering::SeqCst) >= answers
        });
        ward.kill_wardd();
    });
    let done = answered.load(Ordering::SeqCst);
    assert!(done < BURST, "the burst was over before the platform died");
}

/// Compares store and ledger.
fn recorded(ward: &Installation, world: &World) {
    // Outcomes follow their commits by moments.
    until("each attempt has an outcome", Duration::from_secs(10), || {
        let events = events(&ward.control());
        let ended: BTreeSet<&str> =
            events.iter().filter(|e| e.kind == EntryKind::Outcome).map(|e| e.attempt.as_str()).collect();
        let mut created =
            events.iter().filter(|e| e.kind == EntryKind::Attempt && e.action == "project:create");
        created.all(|e| ended.contains(e.attempt.as_str()))
    });
    let events = events(&ward.control());
    let mut outcomes: BTreeMap<&str, Vec<&Event>> = BTreeMap::new();
    for event in &events {
        match event.kind {
            EntryKind::Attempt => {
                let before = outcomes.insert(&event.attempt, Vec::new());
                assert!(before.is_none(), "two attempts of one id: {event:?}");
            }
            EntryKind::Outcome => {
                outcomes.get_mut(event.attempt.as_str()).expect("an outcome follows its attempt").push(event);
            }
            EntryKind::Denied | EntryKind::Read | EntryKind::Notice => {}
        }
    }
    for (attempt, outcomes) in &outcomes {
        assert!(outcomes.len() < 2, "{attempt} has several outcomes: {outcomes:?}");
    }
    let created = || outcomes.values().flatten().filter(|e| e.action == "project:create");
    let succeeded: Vec<String> = created()
        .filter(|e| e.outcome == Some(Outcome::Success))
        .map(|e| e.detail["project"].as_str().expect("it names the project").to_owned())
        .collect();
    let unique: BTreeSet<String> = succeeded.iter().cloned().collect();
    assert_eq!(unique.len(), succeeded.len(), "one entry for each");
    assert_eq!(unique, rows(ward, world), "left: entries of success; right: rows");
    let aborted = created().filter(|e| e.outcome == Some(Outcome::Aborted)).count();
    eprintln!("crash: {} projects, {aborted} aborted attempts so far", unique.len());
}

/// Ids of all projects in the store.
fn rows(ward: &Installation, world: &World) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut cursor = String::new();
    loop {
        let path = format!("/v1/organizations/{}/projects?limit=200{cursor}", world.organization);
        let page = ward.api(&world.owner, "GET", &path, &Value::Null).good();
        found.extend(page["items"].as_array().unwrap().iter().map(|p| p["id"].as_str().unwrap().to_owned()));
        match page["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return found,
        }
    }
}

fn key(control: &Path) -> String {
    std::fs::read_to_string(control.join("ledger.vkey")).unwrap().trim().to_owned()
}

/// All entries of all logs, read from the ledger's files alone.
fn events(control: &Path) -> Vec<Event> {
    let mut found = Vec::new();
    for log in std::fs::read_dir(control.join("ledger")).unwrap() {
        let log = log.unwrap().path();
        for shard in parse_keys(&std::fs::read_to_string(log.join("keys")).unwrap()).unwrap() {
            let reader = Reader::open(log.join(&shard.shard), &shard.key).unwrap();
            let mut at = 0;
            while at < reader.size() {
                for (index, bytes) in reader.entries(at..reader.size()).unwrap() {
                    found.push(ocsf::decode(&bytes).unwrap().event);
                    at = index + 1;
                }
            }
        }
    }
    found
}

/// A stranger with the key alone verifies it; with another key, or after one changed byte, not.
pub(crate) fn verified(ward: &Installation, world: &World) {
    let copy = ward.home.join("copy");
    let copied =
        std::process::Command::new("cp").arg("-a").arg(ward.control().join("ledger")).arg(&copy).status();
    assert!(copied.unwrap().success());
    let verify = || {
        let mut command = ward.ward_command("");
        command.args(["ledger", "verify"]).arg(&copy).args(["--key", &key(&ward.control())]);
        crate::programs::said(&crate::programs::run(command, ""))
    };
    let (code, text) = verify();
    assert_eq!(code, 0, "{text}");
    assert!(
        text.contains("platform: VERIFIED") && text.contains(&format!("{}: VERIFIED", world.organization)),
        "{text}"
    );
    let size = events(&ward.control()).len();
    assert!(size > 100, "{size} entries");
    let keys = std::fs::read_to_string(copy.join("platform/keys")).unwrap();
    let shard = parse_keys(&keys).unwrap().pop().unwrap().shard;
    let entries = copy.join("platform").join(&shard).join("tile/entries");
    // The first tile if it is full, else the longest of the partial ones.
    let partial = std::fs::read_dir(entries.join("000.p")).into_iter().flatten().flatten();
    let longest = partial.map(|e| e.path()).max_by_key(|p| p.metadata().unwrap().len());
    let changed = Some(entries.join("000")).filter(|p| p.is_file()).or(longest).expect("a tile of entries");
    let mut bytes = std::fs::read(&changed).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&changed, bytes).unwrap();
    let (code, text) = verify();
    assert_eq!(code, 1, "a changed byte is found: {text}");
    assert!(text.contains(&format!("platform: {shard}: tile/entries/")), "{text}");
    // A whole log that is gone is missed by the platform's.
    std::fs::remove_dir_all(&copy).unwrap();
    let ledger = ward.control().join("ledger");
    assert!(std::process::Command::new("cp").arg("-a").arg(ledger).arg(&copy).status().unwrap().success());
    std::fs::remove_dir_all(copy.join(&world.organization)).unwrap();
    let (code, text) = verify();
    assert!(code == 1 && text.contains(&world.organization), "{text}");
    std::fs::remove_dir_all(&copy).unwrap();
    world.ward(ward, &["ledger", "verify"]);
}
