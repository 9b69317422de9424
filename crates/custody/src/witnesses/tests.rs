//! The room on a real store, a real ledger and real witnesses over HTTP.

use std::{path::Path, sync::Arc, time::Duration};

use tokio::{net::TcpListener, task::JoinHandle};
use ward_ledger::{Checkpoint, note::Note};
use ward_model::{
    ErrorCode, Role, Target,
    witnesses::{NewWitness, WitnessPolicy, WitnessState, WitnessedLog, Witnesses},
};
use ward_spine::{Clock as _, Ctx, reconcile::Reconciler as _};
use ward_testkit::{TestClock, TestServer};
use ward_witness::{Notice, Witness, follow, init, server};

use super::*;
use crate::outbound::Limits;

/// A witness on this machine.
struct Machine {
    dir: tempfile::TempDir,
    key: String,
    port: u16,
    serving: Option<JoinHandle<()>>,
}

impl Machine {
    fn new(seed: u8) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let key = init(dir.path(), &format!("w{seed}.example"), [seed; 32]).unwrap().to_string();
        Self { dir, key, port: 0, serving: None }
    }

    fn follow(&self, server: &TestServer, log: &str) {
        let shards = server.core.audit.series(log).unwrap().shards();
        follow(self.dir.path(), &shards.last().unwrap().key).unwrap();
    }

    /// Serves by the clock of the test; the same port each time.
    async fn serve(&mut self, clock: &Arc<TestClock>) {
        let listener = TcpListener::bind(("127.0.0.1", self.port)).await.unwrap();
        self.port = listener.local_addr().unwrap().port();
        let clock = Arc::clone(clock);
        let now = move || u64::try_from(clock.now().micros() / 1_000_000).unwrap();
        let tell = Box::new(|notice: &Notice| println!("{notice}"));
        let witness = Witness::open(self.dir.path(), Box::new(now), tell).unwrap();
        self.serving = Some(tokio::spawn(server::serve(listener, None, Arc::new(witness))));
    }

    async fn stop(&mut self) {
        if let Some(serving) = self.serving.take() {
            serving.abort();
            let _ = serving.await;
        }
    }

    fn wish(&self, name: &str) -> NewWitness {
        let url = format!("http://127.0.0.1:{}", self.port);
        NewWitness { name: name.parse().unwrap(), url, key: self.key.clone(), ca_pem: None }
    }
}

struct Bench {
    server: TestServer,
    owner: Ctx,
    looping: WitnessLoop,
}

impl Bench {
    async fn new() -> Self {
        let server = TestServer::new().await;
        let owner = server.owner().await;
        Self { server, owner, looping: WitnessLoop::new(quick()) }
    }

    async fn pass(&self) -> String {
        self.looping.pass(&self.server.as_loop(LOOP)).await.unwrap()
    }

    /// So many more entries in the platform's log, published.
    async fn grow(&self, entries: usize) {
        // Time passes: a new checkpoint may be submitted.
        self.server.clock.advance(Duration::from_secs(31));
        for _ in 0..entries {
            list(&self.server.anonymous()).await.unwrap_err();
        }
        self.published("platform").await;
    }

    async fn published(&self, log: &str) -> u64 {
        self.server.core.audit.settle().await.unwrap();
        let series = self.server.core.audit.series(log).unwrap();
        for _ in 0..200 {
            let shard = series.shards().pop().unwrap();
            let size = series.size(&shard.name).unwrap();
            let bytes = std::fs::read(shard.dir.join("checkpoint")).unwrap_or_default();
            if Checkpoint::open(&bytes, &shard.key).is_ok_and(|c| c.size == size) {
                return size;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("{log} does not publish");
    }

    async fn all(&self) -> Witnesses {
        survey(&self.server.core, self.server.clock.now()).await.unwrap()
    }

    async fn platform(&self) -> WitnessedLog {
        self.all().await.logs.into_iter().find(|log| log.log == "platform").unwrap()
    }

    /// The owner, with a second factor that was given just now.
    fn owner(&self) -> Ctx {
        self.server.as_user(self.owner.who().user().unwrap())
    }
}

fn quick() -> Limits {
    Limits { connect: Duration::from_secs(2), total: Duration::from_secs(2), ..Limits::default() }
}

#[tokio::test]
async fn verbs_check_what_they_are_given_and_who_asks() {
    let bench = Bench::new().await;
    let (owner, machine) = (bench.owner(), Machine::new(1));
    let code = |result: Result<ward_model::witnesses::Witness>| result.unwrap_err().code();
    let wrong = |change: &dyn Fn(&mut NewWitness)| {
        let mut wish = NewWitness { url: "https://w.example".into(), ..machine.wish("first") };
        change(&mut wish);
        wish
    };
    for wish in [
        wrong(&|w| w.key = "w1.example+00000000+xx".into()),
        wrong(&|w| w.key = bench.server.core.audit.platform().shards()[0].key.to_string()),
        wrong(&|w| w.url = "w.example".into()),
        wrong(&|w| w.url = "tls://w.example".into()),
        wrong(&|w| w.url = "https://w.example/?a=b".into()),
        wrong(&|w| w.ca_pem = Some("no certificate".into())),
    ] {
        assert_eq!(code(add(&owner, wish.clone()).await), ErrorCode::Invalid, "{wish:?}");
    }
    let first = add(&owner, wrong(&|w| w.url = "https://W.example/a/".into())).await.unwrap();
    assert_eq!(first.url, "https://w.example/a");
    assert!(first.counts);
    assert_eq!(code(add(&owner, wrong(&|_| ())).await), ErrorCode::Conflict, "the same machine");
    let second = NewWitness { key: Machine::new(2).key.clone(), ..wrong(&|_| ()) };
    assert_eq!(code(add(&owner, second.clone()).await), ErrorCode::Conflict, "the same name");
    let second = add(&owner, NewWitness { name: "second".parse().unwrap(), ..second }).await.unwrap();

    let set = async |needed, stale_after_minutes| {
        set_policy(&owner, WitnessPolicy { needed, stale_after_minutes }).await
    };
    for (needed, stale) in [(0, 15), (3, 15), (1, 1), (1, 1441)] {
        assert_eq!(set(needed, stale).await.unwrap_err().code(), ErrorCode::Invalid, "{needed} {stale}");
    }
    set(2, 30).await.unwrap();
    assert_eq!(remove(&owner, second.id).await.unwrap_err().code(), ErrorCode::Conflict);
    set(1, 30).await.unwrap();
    remove(&owner, second.id).await.unwrap();
    assert_eq!(remove(&owner, second.id).await.unwrap_err().code(), ErrorCode::NotFound);
    remove(&owner, first.id).await.unwrap();
    let again = add(&owner, wrong(&|_| ())).await.unwrap();
    assert_ne!(again.id, first.id);

    let auditor = bench.server.user_with(Role::Auditor, &Target::platform()).await;
    assert_eq!(list(&auditor).await.unwrap().witnesses.len(), 1);
    assert_eq!(remove(&auditor, again.id).await.unwrap_err().code(), ErrorCode::Forbidden);
    assert_eq!(code(add(&auditor, wrong(&|_| ())).await), ErrorCode::Forbidden);
    let stranger =
        bench.server.user_with(Role::Owner, &Target::organization(bench.server.operator().id())).await;
    assert!(list(&stranger).await.is_err());
}

#[tokio::test]
async fn a_witness_cosigns_and_the_files_show_it_and_the_ledger_does_not_grow_by_it() {
    let bench = Bench::new().await;
    let mut machine = Machine::new(1);
    machine.serve(&bench.server.clock).await;
    assert_eq!(bench.platform().await.state, WitnessState::Unwitnessed);
    assert_eq!(bench.pass().await, "", "nobody to ask");
    let added = add(&bench.owner(), machine.wish("first")).await.unwrap();
    bench.published("platform").await;
    let said = bench.pass().await;
    assert!(said.contains("does not follow this log"), "{said}");
    let log = bench.platform().await;
    assert_eq!(log.state, WitnessState::Awaited);
    assert!(log.witnesses[0].error.as_ref().unwrap().contains("ward witness follow"));

    machine.follow(&bench.server, "platform");
    bench.server.clock.advance(Duration::from_secs(31));
    assert_eq!(bench.pass().await, "first cosigned 1");
    let size = bench.published("platform").await;
    let log = bench.platform().await;
    assert_eq!((log.state, log.witnessed_entries), (WitnessState::Witnessed, Some(size)));
    assert_eq!((log.witnesses[0].entries, log.witnesses[0].error.clone()), (Some(size), None));
    // The file is what any verifier reads.
    let shard = bench.server.core.audit.platform().shards().pop().unwrap();
    let note = Note::parse(&std::fs::read(shard.dir.join("witnessed")).unwrap()).unwrap();
    let key: CosignerKey = machine.key.parse().unwrap();
    key.verify(&note).unwrap();
    note.verify(&shard.key).unwrap();
    // Nothing moved: nothing is asked until it would become stale, and no pass wrote an entry.
    assert_eq!(bench.pass().await, "");
    for _ in 0..4 {
        bench.server.clock.advance(Duration::from_secs(301));
        assert_eq!(bench.pass().await, "first cosigned 1");
    }
    assert_eq!(bench.published("platform").await, size);
    assert_eq!(bench.platform().await.state, WitnessState::Witnessed);
    // The witness is stopped: after a while the log is stale, however new its last cosignature looked then.
    machine.stop().await;
    bench.server.clock.advance(Duration::from_secs(16 * 60));
    let said = bench.pass().await;
    assert!(said.contains("connect"), "{said}");
    let log = bench.platform().await;
    assert_eq!(log.state, WitnessState::Stale);
    assert_eq!(log.witnesses[0].entries, Some(size), "what it cosigned last stays known");
    let alerts = bench.server.core.alerts.list(None, true).await.unwrap();
    assert!(alerts.iter().any(|a| a.topic == "witnesses:stale"), "{alerts:?}");
    remove(&bench.owner(), added.id).await.unwrap();
    bench.server.clock.advance(Duration::from_secs(61));
    bench.pass().await;
    assert!(bench.server.core.alerts.list(None, true).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_witness_with_an_authority_of_its_own_is_asked_over_tls() {
    let bench = Bench::new().await;
    let mut machine = Machine::new(1);
    machine.follow(&bench.server, "platform");
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let (certificate, key) = (machine.dir.path().join("cert.pem"), machine.dir.path().join("cert.key"));
    std::fs::write(&certificate, made.cert.pem()).unwrap();
    std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    let tls = server::load_tls(&certificate, &key).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    machine.port = listener.local_addr().unwrap().port();
    let clock = Arc::clone(&bench.server.clock);
    let now = move || u64::try_from(clock.now().micros() / 1_000_000).unwrap();
    let witness = Witness::open(machine.dir.path(), Box::new(now), Box::new(|_| ())).unwrap();
    machine.serving = Some(tokio::spawn(server::serve(listener, Some(tls), Arc::new(witness))));
    let url = format!("https://localhost:{}", machine.port);
    let wish = |name: &str, ca_pem| NewWitness { url: url.clone(), ca_pem, ..machine.wish(name) };
    let untrusted = add(&bench.owner(), wish("untrusted", None)).await.unwrap();
    bench.published("platform").await;
    let said = bench.pass().await;
    assert!(said.contains("TLS"), "{said}");
    remove(&bench.owner(), untrusted.id).await.unwrap();
    add(&bench.owner(), wish("trusted", Some(made.cert.pem()))).await.unwrap();
    assert_eq!(bench.pass().await, "trusted cosigned 1");
    machine.stop().await;
}

#[tokio::test]
async fn a_dead_witness_delays_no_other_and_two_are_needed_where_the_policy_says_so() {
    let bench = Bench::new().await;
    let (mut alive, mut dead) = (Machine::new(1), Machine::new(2));
    alive.serve(&bench.server.clock).await;
    // It takes connections and never answers.
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    dead.port = silent.local_addr().unwrap().port();
    let owner = bench.owner();
    add(&owner, alive.wish("alive")).await.unwrap();
    add(&owner, dead.wish("dead")).await.unwrap();
    set_policy(&owner, WitnessPolicy { needed: 2, stale_after_minutes: 15 }).await.unwrap();
    alive.follow(&bench.server, "platform");
    dead.follow(&bench.server, "platform");
    bench.published("platform").await;
    let began = std::time::Instant::now();
    let said = bench.pass().await;
    assert!(began.elapsed() < Duration::from_secs(4), "{:?}", began.elapsed());
    assert!(said.contains("alive cosigned 1") && said.contains("dead cosigned 0"), "{said}");
    let log = bench.platform().await;
    assert_eq!((log.state, log.witnessed_at), (WitnessState::Awaited, None), "one of two is not enough");
    assert!(log.witnesses[1].error.as_ref().unwrap().contains("answer"), "{:?}", log.witnesses[1]);
    // It is left alone for a while; the other is asked on.
    bench.grow(1).await;
    assert_eq!(bench.pass().await, "alive cosigned 1");
    // It comes back, and cosigns the same checkpoint as the other.
    drop(silent);
    dead.serve(&bench.server.clock).await;
    tokio::time::sleep(Duration::from_secs(6)).await;
    let said = bench.pass().await;
    assert_eq!(said, "dead cosigned 1");
    let log = bench.platform().await;
    assert_eq!(log.state, WitnessState::Witnessed, "{log:?}");
    assert_eq!(log.witnessed_entries, log.witnesses[0].entries);
}

#[tokio::test]
async fn a_log_that_goes_on_in_a_new_shard_takes_its_witness_along() {
    let bench = Bench::new().await;
    let mut machine = Machine::new(1);
    machine.serve(&bench.server.clock).await;
    add(&bench.owner(), machine.wish("first")).await.unwrap();
    machine.follow(&bench.server, "platform");
    bench.published("platform").await;
    assert_eq!(bench.pass().await, "first cosigned 1");
    let series = bench.server.core.audit.platform();
    // Two steps at once: a witness that was away for longer is led through both.
    for name in ["2026-2", "2027-1"] {
        series.roll(name, bench.server.clock_millis()).await.unwrap();
    }
    bench.server.clock.advance(Duration::from_secs(31));
    bench.published("platform").await;
    assert_eq!(bench.pass().await, "first cosigned 1");
    let log = bench.platform().await;
    assert_eq!((log.shard.as_str(), log.state), ("2027-1", WitnessState::Witnessed));
    assert_eq!(log.witnesses[0].shard.as_deref(), Some("2027-1"));
    let followed = ward_witness::logs(machine.dir.path()).unwrap();
    assert_eq!(followed.len(), 3);
    assert!(followed[0].next.is_some() && followed[1].previous.is_some());
    // The end of each closed shard is witnessed too.
    for shard in series.shards() {
        let (_, checkpoint) = witnessed::read(&shard).unwrap();
        assert_eq!(checkpoint.size, series.size(&shard.name).unwrap(), "{}", shard.name);
    }
}

#[tokio::test]
async fn a_log_that_no_witness_follows_is_held_by_the_anchors_in_the_platforms_log() {
    let bench = Bench::new().await;
    let mut machine = Machine::new(1);
    machine.serve(&bench.server.clock).await;
    add(&bench.owner(), machine.wish("first")).await.unwrap();
    machine.follow(&bench.server, "platform");
    let organization: ward_model::OrganizationId = bench.server.operator().id();
    organization_log(&bench, organization).await;
    let name = organization.to_string();
    bench.published(&name).await;
    bench.published("platform").await;
    bench.pass().await;
    let all = bench.all().await;
    let state = |log: &str| all.logs.iter().find(|l| l.log == log).unwrap().state;
    assert_eq!((state("platform"), state(&name)), (WitnessState::Witnessed, WitnessState::Anchored));
    // Followed, it is witnessed itself.
    machine.follow(&bench.server, &name);
    bench.server.clock.advance(Duration::from_secs(301));
    bench.pass().await;
    let all = bench.all().await;
    assert!(all.logs.iter().all(|log| log.state == WitnessState::Witnessed), "{all:?}");
}

/// Makes the organization, and an entry in its log.
async fn organization_log(bench: &Bench, id: ward_model::OrganizationId) {
    let mut tx = bench.server.core.db.bookkeeping().await.unwrap();
    sqlx::query("insert into organizations (id, name, created_at) values ($1, 'acme', 1)")
        .bind(id.to_string())
        .execute(tx.conn())
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let ctx = bench.owner();
    let permit = ctx.permit(ward_model::Action::ProjectCreate, &Target::organization(id)).await.unwrap();
    permit.begin().await.unwrap().commit(serde_json::json!({})).await.unwrap();
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &to);
        } else {
            std::fs::copy(entry.path(), to).unwrap();
        }
    }
}

#[tokio::test]
async fn a_machine_that_is_set_back_to_an_older_state_is_caught() {
    let bench = Bench::new().await;
    let mut machine = Machine::new(1);
    machine.serve(&bench.server.clock).await;
    add(&bench.owner(), machine.wish("first")).await.unwrap();
    machine.follow(&bench.server, "platform");
    let old = bench.published("platform").await;
    assert_eq!(bench.pass().await, "first cosigned 1");
    // All that is on the machine: store, ledger, vault.
    let backup = tempfile::tempdir().unwrap();
    copy(bench.server.dir(), backup.path());
    bench.grow(3).await;
    assert_eq!(bench.pass().await, "first cosigned 1");
    let new = bench.platform().await.witnessed_entries.unwrap();
    assert!(new > old);

    let Bench { server, owner, .. } = bench;
    server.core.audit.close().await.unwrap();
    server.core.db.close().await;
    let place = server.dir().to_owned();
    for entry in std::fs::read_dir(&place).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            std::fs::remove_dir_all(path).unwrap()
        } else {
            std::fs::remove_file(path).unwrap()
        }
    }
    copy(backup.path(), &place);
    let server = server.restart().await;
    let bench = Bench { server, owner, looping: WitnessLoop::new(quick()) };
    bench.published("platform").await;
    bench.server.clock.advance(Duration::from_secs(31));
    let said = bench.pass().await;
    assert!(said.contains("the log was rolled back") && said.contains(&new.to_string()), "{said}");
    let log = bench.platform().await;
    assert_eq!(log.state, WitnessState::Contradicted);
    let alerts = bench.server.core.alerts.list(None, true).await.unwrap();
    assert!(alerts.iter().any(|a| a.topic == "witnesses:contradicted:platform"), "{alerts:?}");
    // It grows again beyond what was cosigned, otherwise than before.
    bench.grow(5).await;
    let said = bench.pass().await;
    assert!(said.contains("forked or rewritten"), "{said}");
    assert_eq!(bench.platform().await.state, WitnessState::Contradicted);
}
