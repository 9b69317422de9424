//! A Ward with one environment for PHI, and psql as people run it.

use std::{
    fs,
    process::{Command, Output},
    sync::Arc,
    time::{Duration, Instant},
};

use serde_json::json;
use ward_model::{
    Action, BackupId, DataClass, DatabaseId, EnvironmentId, Name, Target,
    agreements::NewAgreement,
    apps::{App, NewApp},
    databases::{Backup, BackupState, Database, DatabaseState},
    environments::NewEnvironment,
    organizations::{NewOrganization, NewProject, NewRegion},
};
use ward_platform::{
    agreements, apps, certificates,
    databases::{self, backups},
    environments, organizations, projects, regions,
};
use ward_spine::{Clock, Ctx, SystemClock, reconcile::Reconciler};
use ward_testkit::TestServer;

use crate::engine::Machine;

pub(super) fn name(text: &str) -> Name {
    text.parse().unwrap()
}

/// A Ward whose loops the test runs itself.
pub(super) struct World<'a> {
    pub(super) machine: &'a Machine,
    pub(super) server: TestServer,
    pub(super) owner: Ctx,
    pub(super) environment: EnvironmentId,
    pub(super) loops: Vec<Arc<dyn Reconciler>>,
}

impl<'a> World<'a> {
    pub(super) async fn new(machine: &'a Machine) -> Self {
        let server = TestServer::in_pool(machine.config.pool).await;
        // Certificates are checked by programs that know the real time.
        server.clock.advance(SystemClock.now().since(server.clock.now()));
        certificates::ensure(&server.as_loop("certificates")).await.unwrap();
        let owner = server.owner().await;
        let org = organizations::create(&owner, NewOrganization { name: name("mercy") }).await.unwrap().id;
        let region = NewRegion { name: name("here"), location: "this machine".into(), phi: true };
        regions::create(&owner, region).await.unwrap();
        let agreement = NewAgreement {
            counterparty: "Mercy Clinic".into(),
            document: "cabinet 4".into(),
            document_sha256: None,
            effective_at: None,
            expires_at: None,
        };
        agreements::create(&owner, org, agreement).await.unwrap();
        let project = projects::create(&owner, org, NewProject { name: name("records") }).await.unwrap().id;
        let new = NewEnvironment { name: name("live"), data_class: DataClass::Phi, region: name("here") };
        let environment = environments::create(&owner, project, new).await.unwrap().id;
        let loops = databases::loops(machine.engine());
        Self { machine, server, owner, environment, loops }
    }

    /// The owner with a second factor given just now.
    pub(super) fn fresh(&self) -> Ctx {
        self.server.as_user(self.owner.who().user().unwrap())
    }

    /// Runs all loops once.
    pub(super) async fn pass(&self) {
        for one in &self.loops {
            let ctx = self.server.as_loop(one.name());
            if let Err(error) = one.pass(&ctx).await {
                tracing::warn!(loop_name = one.name(), %error, "a pass failed");
            }
        }
    }

    pub(super) async fn database(&self, id: DatabaseId) -> Database {
        databases::get(&self.owner, id).await.unwrap()
    }

    pub(super) async fn state(&self, id: DatabaseId, wanted: DatabaseState) -> Database {
        let begin = Instant::now();
        loop {
            self.pass().await;
            let found = self.database(id).await;
            if found.state == wanted {
                return found;
            }
            assert!(begin.elapsed() < Duration::from_secs(60), "{:?}: {:?}", found.state, found.problem);
        }
    }

    pub(super) async fn backup(&self, id: DatabaseId) -> Backup {
        let asked = backups::create(&self.owner, id).await.unwrap();
        self.pass().await;
        let made = backups::get(&self.owner, id, asked.id).await.unwrap();
        assert_eq!(made.state, BackupState::Complete, "{:?}", made.problem);
        made
    }

    pub(super) async fn app(&self, text: &str) -> App {
        apps::create(&self.owner, self.environment, NewApp { name: name(text) }).await.unwrap()
    }

    /// The URL that an app gets.
    pub(super) async fn url_of(&self, app: &App) -> String {
        let mut read = self.owner.read().await.unwrap();
        let (env, files, hosts) = databases::env_for_app(&self.owner, &mut read, app.id).await.unwrap();
        assert!(files[0].0.ends_with("-ca.pem") && hosts.len() == files.len());
        let (_, url) = env.iter().find(|(name, _)| name == "DATABASE_URL").unwrap();
        String::from_utf8(url.0.to_vec()).unwrap()
    }

    /// Changes the store behind Ward's back, as somebody with the file would.
    pub(super) async fn tamper(&self, sql: &'static str, values: &[&str]) {
        let operator = self.server.operator();
        let permit = operator.permit(Action::OrganizationCreate, &Target::platform()).await.unwrap();
        let mut tx = permit.begin().await.unwrap();
        let mut query = sqlx::query(sql);
        for value in values {
            query = query.bind((*value).to_owned());
        }
        assert_eq!(query.execute(tx.conn()).await.unwrap().rows_affected(), 1);
        tx.commit(json!({})).await.unwrap();
    }

    pub(super) fn file(&self, database: DatabaseId, backup: BackupId) -> std::path::PathBuf {
        let data = &self.owner.settings().data_dir;
        data.join("backups").join(database.to_string()).join(format!("{backup}.ward"))
    }

    /// psql on the host with a URL, verifying the server in full; `mode` weakens it.
    pub(super) async fn psql(&self, url: &str, mode: &str, sql: &str) -> Output {
        let ca = certificates::ca_pem(&self.owner).await.unwrap().unwrap();
        let root = self.server.dir().join("ca.pem");
        fs::write(&root, ca).unwrap();
        let url = url.split('?').next().unwrap();
        let rest = url.strip_prefix("postgresql://").unwrap();
        let (account, place) = rest.split_once('@').unwrap();
        let (user, password) = account.split_once(':').unwrap();
        let host = place.split(':').next().unwrap();
        let database = host.split('.').next().unwrap();
        let mut read = self.owner.read().await.unwrap();
        let found = databases::find_by_name(&mut read, self.environment, &name(database)).await;
        let id = found.unwrap().unwrap().id;
        drop(read);
        let address = databases::connect(&self.fresh(), id).await.unwrap().ip().to_string();
        let mut psql = Command::new("psql");
        psql.args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-f", "-"]).env_clear();
        psql.env("PATH", "/usr/bin:/bin")
            .env("PGHOST", host)
            .env("PGHOSTADDR", address)
            .env("PGDATABASE", "app");
        psql.env("PGUSER", user)
            .env("PGPASSWORD", password)
            .env("PGSSLMODE", mode)
            .env("PGSSLROOTCERT", root);
        psql.env("PGCONNECT_TIMEOUT", "5").stdin(std::process::Stdio::piped());
        let mut child =
            psql.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped()).spawn().unwrap();
        std::io::Write::write_all(&mut child.stdin.take().unwrap(), sql.as_bytes()).unwrap();
        child.wait_with_output().unwrap()
    }

    /// The same; it must work.
    pub(super) async fn query(&self, url: &str, sql: &str) -> String {
        let output = self.psql(url, "verify-full", sql).await;
        assert!(output.status.success(), "{sql}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    pub(super) async fn refused(&self, url: &str, mode: &str, why: &str) {
        let output = self.psql(url, mode, "select 1;").await;
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && text.contains(why), "{text}");
    }
}
