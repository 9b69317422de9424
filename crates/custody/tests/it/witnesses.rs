//! The loop with the `ward` program as the witness, as a person runs it on another machine.

use std::{
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use ward_custody::witnesses::{self, WitnessLoop, survey};
use ward_ledger::Checkpoint;
use ward_model::witnesses::{NewWitness, WitnessState};
use ward_spine::{Clock as _, Ctx, reconcile::Reconciler as _};
use ward_testkit::TestServer;

/// The command line, built beside this test.
fn program() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let ward = test.parent().unwrap().parent().unwrap().join("ward");
    let hint = "build it with `cargo build -p ward` (`cargo test --workspace` does)";
    assert!(ward.is_file(), "{} is missing: {hint}", ward.display());
    ward
}

fn ward(arguments: &[&str]) -> String {
    let output = Command::new(program()).args(arguments).env_clear().stdin(Stdio::null()).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// `ward witness serve`; killed when it goes out of scope.
struct Serving(Child, String);

impl Serving {
    fn start(state: &str, listen: &str) -> Self {
        let mut child = Command::new(program())
            .args(["witness", "serve", "--state", state, "--listen", listen])
            .env_clear()
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let url = line.trim().strip_prefix("Listening on ").map(str::to_owned);
        Self(child, url.unwrap_or_else(|| line.clone()))
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The clock of the test goes on from the real time: the program has the machine's.
#[expect(clippy::disallowed_methods, reason = "what a program of its own takes for now")]
fn catch_up(server: &TestServer) {
    let real = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let here = Duration::from_micros(u64::try_from(server.clock.now().micros()).unwrap());
    server.clock.advance(real.saturating_sub(here));
}

async fn published(server: &TestServer) -> u64 {
    server.core.audit.settle().await.unwrap();
    let series = server.core.audit.platform();
    loop {
        let shard = series.shards().pop().unwrap();
        let size = series.size(&shard.name).unwrap();
        let bytes = std::fs::read(shard.dir.join("checkpoint")).unwrap_or_default();
        if Checkpoint::open(&bytes, &shard.key).is_ok_and(|c| c.size == size) {
            return size;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn state(server: &TestServer) -> (WitnessState, Option<u64>) {
    let all = survey(&server.core, server.clock.now()).await.unwrap();
    let log = all.logs.into_iter().find(|log| log.log == "platform").unwrap();
    (log.state, log.witnessed_entries)
}

async fn pass(looping: &WitnessLoop, server: &TestServer) -> String {
    looping.pass(&server.as_loop(witnesses::LOOP)).await.unwrap()
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
async fn the_program_cosigns_is_missed_when_it_is_stopped_and_finds_a_ledger_that_was_set_back() {
    let server = TestServer::new().await;
    catch_up(&server);
    let owner: Ctx = server.owner().await;
    let elsewhere = tempfile::tempdir().unwrap();
    let dir = elsewhere.path().join("state").display().to_string();
    let key = ward(&["witness", "init", "--name", "laptop.example", "--state", &dir]).trim().to_owned();
    // The keys as the log publishes them.
    let keys = server.core.audit.platform().dir().join("keys").display().to_string();
    assert!(ward(&["witness", "follow", "--state", &dir, "--keys", &keys]).contains("platform/2026"));
    let serving = Serving::start(&dir, "127.0.0.1:0");
    let url = serving.1.clone();
    let wish = NewWitness { name: "laptop".parse().unwrap(), url: url.clone(), key, ca_pem: None };
    witnesses::add(&owner, wish).await.unwrap();

    let looping = WitnessLoop::default();
    let old = published(&server).await;
    assert_eq!(pass(&looping, &server).await, "laptop cosigned 1");
    assert_eq!(state(&server).await, (WitnessState::Witnessed, Some(old)));
    let backup = tempfile::tempdir().unwrap();
    copy(server.dir(), backup.path());

    // More is recorded, and witnessed.
    server.clock.advance(Duration::from_secs(31));
    for _ in 0..3 {
        witnesses::list(&server.anonymous()).await.unwrap_err();
    }
    let new = published(&server).await;
    assert!(new > old);
    assert_eq!(pass(&looping, &server).await, "laptop cosigned 1");
    assert_eq!(state(&server).await, (WitnessState::Witnessed, Some(new)));

    // The witness is stopped; it is missed as soon as the policy says, and not before.
    drop(serving);
    server.clock.advance(Duration::from_secs(10 * 60));
    assert!(pass(&looping, &server).await.contains("laptop cosigned 0"));
    assert_eq!(state(&server).await.0, WitnessState::Witnessed);
    server.clock.advance(Duration::from_secs(6 * 60));
    assert_eq!(state(&server).await.0, WitnessState::Stale);

    // The machine is set back to its backup: nothing on it can tell. The witness can, after a restart as well.
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
    let listen = url.strip_prefix("http://").unwrap();
    let _serving = Serving::start(&dir, listen);
    let looping = WitnessLoop::default();
    published(&server).await;
    let said = pass(&looping, &server).await;
    assert!(
        said.contains(&format!("it has cosigned {new} entries")) && said.contains("rolled back"),
        "{said}"
    );
    assert_eq!(state(&server).await.0, WitnessState::Contradicted);
    let shown = ward(&["witness", "show", "--state", &dir]);
    assert!(shown.contains(&new.to_string()), "the witness keeps what it knows: {shown}");
}
