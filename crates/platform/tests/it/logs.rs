//! Logs of apps, from real containers.

use std::{collections::BTreeMap, time::Duration};

use futures::StreamExt;
use ward_model::{
    AppId, DataClass,
    apps::NewApp,
    environments::NewEnvironment,
    organizations::{NewOrganization, NewProject, NewRegion},
};
use ward_platform::{
    apps, environments,
    logs::{self, LogQuery},
    organizations, projects, regions,
};
use ward_spine::{
    Ctx,
    engine::{ContainerSpec, Engine, SecretBytes, label},
    reconcile::Reconciler,
};
use ward_testkit::TestServer;

use crate::engine::{self, Machine};

const PHI: &str = "patient ssn 078-05-1120 admitted";
/// The same as it is stored and shown.
const MASKED: &str = "patient ssn [SSN] admitted";

async fn app(owner: &Ctx) -> AppId {
    let name = |text: &str| text.parse().unwrap();
    let org = organizations::create(owner, NewOrganization { name: name("mercy") }).await.unwrap().id;
    let region = NewRegion { name: name("here"), location: "this machine".into(), phi: false };
    regions::create(owner, region).await.unwrap();
    let project = projects::create(owner, org, NewProject { name: name("records") }).await.unwrap().id;
    let new = NewEnvironment { name: name("test"), data_class: DataClass::Synthetic, region: name("here") };
    let environment = environments::create(owner, project, new).await.unwrap().id;
    apps::create(owner, environment, NewApp { name: name("web") }).await.unwrap().id
}

fn spec(machine: &Machine, app: AppId, script: &str) -> ContainerSpec {
    let labels = BTreeMap::from([
        (label::APP.to_owned(), app.to_string()),
        (label::PROCESS.to_owned(), "web".to_owned()),
    ]);
    ContainerSpec {
        name: "web-1".into(),
        labels,
        image: "localhost/ward/base:bookworm".into(),
        command: Some(["sh", "-c", script].map(str::to_owned).to_vec()),
        env: vec![("PHI".into(), SecretBytes::new(PHI))],
        files: vec![],
        user: Some(1000),
        network: 0,
        address: std::net::Ipv4Addr::from(u32::from(machine.config.pool.0) + 9),
        hosts: vec![],
        egress: false,
        uid_base: machine.config.uid_range.0,
        memory: 64 << 20,
        cpu_millis: 1000,
        pids: 64,
        mounts: vec![],
        tmpfs: vec![],
        grace: Duration::from_secs(1),
    }
}

#[tokio::test]
async fn what_a_container_writes_is_collected_once_sealed_and_followed() {
    engine::with(async |machine: &Machine| {
        let server = TestServer::in_pool(machine.config.pool).await;
        let owner = server.owner().await;
        let app = app(&owner).await;
        let pass = async |one: &dyn Reconciler| one.pass(&server.as_loop("logs")).await.unwrap();
        let texts = async |query: LogQuery| {
            let lines = logs::read(&owner, app, query).await.unwrap();
            lines.map(|line| line.unwrap().text).collect::<Vec<_>>().await
        };
        let script = "echo \"$PHI\"; echo oops >&2; i=0; while [ $i -lt 500 ]; do echo line $i; i=$((i+1)); done; \
                      while [ ! -e /tmp/go ]; do sleep 0.1; done; echo last";
        machine.engine.apply(&spec(machine, app, script)).await.unwrap();
        let first = logs::Logs::new(machine.engine());
        pass(&first).await;
        let wait = Duration::from_secs(15);
        engine::until("502 lines are stored", wait, async || texts(LogQuery::default()).await.len() >= 502).await;
        // Ward is killed and starts again: nothing is lost, nothing comes twice.
        drop(first);
        let second = logs::Logs::new(machine.engine());
        pass(&second).await;
        let query = LogQuery { tail: Some(2), follow: true, ..LogQuery::default() };
        let mut follow = logs::read(&owner, app, query).await.unwrap();
        // The line on standard error may stand anywhere among the others.
        let two = [follow.next().await.unwrap().unwrap().text, follow.next().await.unwrap().unwrap().text];
        assert!(two.contains(&"line 499".to_owned()), "{two:?}");
        let touch = ward_spine::engine::ExecSpec {
            command: vec!["touch".into(), "/tmp/go".into()],
            user: None,
            env: vec![],
        };
        machine.engine.exec("web-1", &touch, wait).await.unwrap();
        let last = tokio::time::timeout(wait, follow.next()).await.unwrap().unwrap().unwrap();
        assert_eq!((last.text.as_str(), last.process.as_str(), last.stderr), ("last", "web", false));
        // The container has ended; looking again takes nothing twice.
        for _ in 0..3 {
            pass(&second).await;
            tokio::time::sleep(Duration::from_millis(300)).await;
        }
        let all = texts(LogQuery::default()).await;
        assert_eq!(all.len(), 503, "lost or repeated lines");
        // Two streams have no common order; each has its own.
        let stdout: Vec<&String> = all.iter().filter(|text| *text != "oops").collect();
        assert!(stdout.len() == 502 && stdout[0] == MASKED && stdout[501] == "last");
        assert!(stdout[1..501].iter().enumerate().all(|(n, text)| **text == format!("line {n}")));
        // Sealed on the disk.
        let directory = owner.settings().data_dir.join("logs").join(app.to_string());
        let mut bytes = Vec::new();
        for entry in std::fs::read_dir(&directory).unwrap() {
            bytes.extend(std::fs::read(entry.unwrap().path()).unwrap());
        }
        assert!(bytes.len() > 1000);
        for text in [&PHI.as_bytes()[..11], b"line 499"] {
            assert!(!bytes.windows(text.len()).any(|w| w == text), "a line is on the disk in clear");
        }
        machine.engine.remove("web-1").await.unwrap();
    })
    .await;
}
