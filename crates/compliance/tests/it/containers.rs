//! The real engine: hardening, segmentation, drift, assets, secrets and raw disks, each made wrong and right again.
//!
//! One instance serves all steps, because starting one takes seconds. Needs root and Podman.

use std::{
    collections::BTreeMap,
    fs,
    net::Ipv4Addr,
    os::unix::fs::PermissionsExt,
    panic::AssertUnwindSafe,
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
    time::Duration,
};

use futures::FutureExt;
use ward_compliance::Probe;
use ward_docker::{Docker, DockerConfig, volumes};
use ward_model::{AppId, DatabaseId, posture::Verdict};
use ward_spine::engine::{
    ContainerSpec, Engine, Flow, NetworkSpec, SecretBytes, VolumeKey, VolumeMount, VolumeSpec, label,
};
use ward_testkit::TestServer;
use zeroize::Zeroizing;

use crate::rig::Rig;

const IMAGE: &str = "localhost/ward-test:1";

struct House {
    engine: Arc<Docker>,
    config: DockerConfig,
    rig: Rig,
}

impl House {
    async fn start() -> Self {
        let process = std::process::id();
        let instance = format!("c{:05x}", process & 0xf_ffff);
        let state_dir = PathBuf::from(format!("/var/tmp/ward-test-{instance}"));
        fs::create_dir_all(&state_dir).unwrap();
        fs::set_permissions(&state_dir, fs::Permissions::from_mode(0o711)).unwrap();
        let prepared = volumes::prepare_loop(&state_dir, 128 << 20).await.unwrap();
        let pool =
            (Ipv4Addr::from(10 << 24 | (192 + process % 60) << 16 | (process / 60 % 16 * 16) << 8), 20);
        let first = 1_800_000_000 + process % 1000 * 262_144;
        let config = DockerConfig {
            run_dir: PathBuf::from(format!("/run/ward-test-{instance}")),
            instance,
            volumes_dir: Some(prepared.path.join("ward")),
            state_dir,
            pool,
            init_binary: init(),
            uid_range: (first, first + 262_144),
            build_egress: None,
            build_ca: None,
        };
        let engine = Docker::start(config.clone()).await.unwrap();
        let server = TestServer::in_pool(pool).await;
        let rig = Rig::over(server, engine.clone());
        let disk_dirs = vec![config.state_dir.clone(), rig.server.dir().to_owned()];
        let volumes_dir = config.volumes_dir.clone().unwrap();
        let rig = Rig { probe: Probe { disk_dirs, volumes_dir, ..rig.probe }, ..rig };
        Self { engine, config, rig }
    }

    async fn end(self) {
        let destroyed = self.engine.destroy().await;
        let unmounted = volumes::remove_loop(&self.config.state_dir).await;
        let _ = fs::remove_dir_all(&self.config.state_dir);
        destroyed.unwrap();
        unmounted.unwrap();
    }

    fn address(&self, environment: u16, host: u32) -> Ipv4Addr {
        Ipv4Addr::from(u32::from(self.engine.subnet(environment).0) + host)
    }

    fn spec(&self, name: &str, environment: u16, host: u32, app: Option<AppId>) -> ContainerSpec {
        let mut labels = BTreeMap::from([(label::ENVIRONMENT.to_owned(), format!("env_{environment}"))]);
        labels.extend(app.map(|id| (label::APP.to_owned(), id.to_string())));
        ContainerSpec {
            name: name.into(),
            labels,
            image: IMAGE.into(),
            command: Some(
                ["busybox", "httpd", "-f", "-p", "8080", "-h", "/data"].map(str::to_owned).to_vec(),
            ),
            env: Vec::new(),
            files: Vec::new(),
            user: None,
            network: environment,
            address: self.address(environment, host),
            hosts: Vec::new(),
            egress: false,
            uid_base: self.config.uid_range.0 + 65_536 * u32::from(environment),
            memory: 64 << 20,
            cpu_millis: 1000,
            pids: 64,
            mounts: Vec::new(),
            tmpfs: Vec::new(),
            grace: Duration::from_secs(1),
        }
    }

    /// Rows that stand for two environments, an app in the first and its container.
    async fn rows(&self, app: AppId) {
        let now = self.rig.server.operator().now().micros();
        let environment = |n: u16| {
            format!(
                "insert into environments (id, organization_id, project_id, name, data_class, region_id, kek_id, network_index, last_host, created_at) values ('env_{n}', 'org_1', 'prj_1', 'e{n}', 'phi', 'reg_1', 'k', {n}, 1, {now})"
            )
        };
        self.rig
            .sql(&format!(
                "insert into organizations (id, name, created_at) values ('org_1', 'mercy', {now});\n\
                 insert into projects (id, organization_id, name, created_at) values ('prj_1', 'org_1', 'p', {now});\n\
                 insert into regions (id, name, location, phi, created_at) values ('reg_1', 'here', 'h', 1, {now});\n\
                 {};\n{};\n\
                 insert into apps (id, organization_id, project_id, environment_id, name, host, dek_id, uid_base, public, created_at) values ('{app}', 'org_1', 'prj_1', 'env_0', 'clinic', 'clinic.ward.localhost', 'k', 1, 1, {now});\n\
                 insert into releases (id, app_id, number, image, manifest, config_version, secrets, reason, created_at) values ('rel_1', '{app}', 1, 'i', '{{}}', 1, '{{}}', 'r', {now});\n\
                 insert into deployments (id, app_id, kind, state, reason, created_at) values ('dep_1', '{app}', 'source', 'live', 'r', {now})",
                environment(0),
                environment(1)
            ))
            .await;
        for (name, address) in
            [("web", self.address(0, 10)), ("worker", self.address(0, 11)), ("far", self.address(1, 10))]
        {
            self.rig.sql(&format!("insert into instances (name, app_id, deployment_id, release_id, process, address, created_at, draining, observed, restarts) values ('{name}', '{app}', 'dep_1', 'rel_1', 'web', '{address}', {now}, 0, 'running', 0)")).await;
        }
    }

    /// A container that somebody started past Ward, without any of its protection.
    async fn rogue(&self, options: &[&str]) {
        let label = format!("{}={}", label::INSTANCE, self.config.instance);
        let mut command = self.engine.paths().command("podman");
        command.args(["run", "-d", "--name", "rogue", "--label", &label, "--network", "none", "--user", "0"]);
        // More than the host may give is refused.
        command.args(["--ulimit", "nofile=1024:1024", "--ulimit", "nproc=1024:1024"]);
        let output = command.args(options).args([IMAGE, "busybox", "sleep", "1000"]).output().await.unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    async fn remove_rogue(&self) {
        let output = self
            .engine
            .paths()
            .command("podman")
            .args(["rm", "-f", "-t", "0", "rogue"])
            .output()
            .await
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
}

fn init() -> PathBuf {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../init/src/main.rs");
    let program =
        Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("compliance-init-{}", std::process::id()));
    let options = ["--edition", "2024", "-O", "-C", "target-feature=+crt-static", "-o"];
    assert!(Command::new("rustc").args(options).arg(&program).arg(&source).status().unwrap().success());
    let lasting = program.with_file_name("compliance-init");
    fs::rename(&program, &lasting).unwrap();
    lasting
}

async fn import(engine: &Docker) {
    let archive = engine.paths().temporary().join("image.tar");
    let mut tar = tar::Builder::new(fs::File::create(&archive).unwrap());
    let mut add = |path: &str, kind, mode, bytes: &[u8]| {
        let mut header = tar::Header::new_gnu();
        header.set_entry_type(kind);
        header.set_size(u64::try_from(bytes.len()).unwrap());
        header.set_mode(mode);
        tar.append_data(&mut header, path, bytes).unwrap();
    };
    for path in ["bin/", "etc/", "tmp/", "data/"] {
        add(path, tar::EntryType::Directory, 0o755, &[]);
    }
    let busybox = fs::read("/bin/busybox").expect("install the package busybox-static");
    for path in ["bin/busybox", "bin/cat", "bin/sh"] {
        add(path, tar::EntryType::Regular, 0o755, &busybox);
    }
    add("etc/passwd", tar::EntryType::Regular, 0o644, b"root:x:0:0::/:/bin/sh\napp:x:1001:1001::/:/bin/sh\n");
    add("etc/group", tar::EntryType::Regular, 0o644, b"root:x:0:\napp:x:1001:\n");
    tar.into_inner().unwrap().sync_all().unwrap();
    let mut command = engine.paths().command("podman");
    let output = command
        .args(["import", "--quiet", "--change", "USER app"])
        .arg(&archive)
        .arg(IMAGE)
        .output()
        .await
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    fs::remove_file(archive).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn checks_of_containers_see_each_real_fault_and_pass_when_it_is_gone() {
    let house = House::start().await;
    let result = AssertUnwindSafe(async {
        import(&house.engine).await;
        empty(&house).await;
        let app: AppId = house.rig.server.operator().id();
        house.rows(app).await;
        for index in [0, 1] {
            house.engine.apply_network(&NetworkSpec { index, labels: BTreeMap::new() }).await.unwrap();
        }
        house.engine.apply_flows(&[]).await.unwrap();
        let secret = ward_vault::random::token("canary_");
        let mut web = house.spec("web", 0, 10, Some(app));
        web.env = vec![("API_KEY".into(), SecretBytes::new(secret.as_bytes()))];
        house.engine.apply(&web).await.unwrap();
        house.engine.apply(&house.spec("worker", 0, 11, Some(app))).await.unwrap();
        house.engine.apply(&house.spec("far", 1, 10, None)).await.unwrap();
        tokio::time::sleep(Duration::from_millis(800)).await;
        segmentation(&house).await;
        drift(&house).await;
        hardening(&house).await;
        secrets(&house, app, &secret).await;
        disks(&house).await;
    })
    .catch_unwind()
    .await;
    house.end().await;
    if let Err(panic) = result {
        std::panic::resume_unwind(panic);
    }
}

async fn empty(house: &House) {
    for id in [
        "net.segmentation",
        "cfg.baseline",
        "enc.volumes",
        "enc.databases",
        "acc.ephi-labelled",
        "int.config-drift",
    ] {
        house.rig.expect(id, Verdict::Empty).await;
    }
}

async fn segmentation(house: &House) {
    let seen = house.rig.expect("net.segmentation", Verdict::Pass).await;
    assert!(seen.evidence["seen"].as_u64().unwrap() >= 12, "{:#}", seen.evidence);
    // A declared flow is no fault, and it is seen to work.
    let flow = Flow {
        from: house.address(0, 10),
        to: house.address(0, 11),
        port: 8080,
        reason: "web -> worker".into(),
    };
    house.engine.apply_flows(std::slice::from_ref(&flow)).await.unwrap();
    let seen = house.rig.expect("net.segmentation", Verdict::Pass).await;
    assert!(seen.evidence.to_string().contains("\"declared_flows_tried\":1"), "{:#}", seen.evidence);
    // The filter is opened by somebody else.
    let table = house.engine.networks().plan().table();
    for family in ["inet", "bridge"] {
        // Which of the two there is depends on the kernel.
        let _ = Command::new("nft")
            .args(["insert", "rule", family, &table, "decide", "accept"])
            .stderr(std::process::Stdio::null())
            .status();
    }
    let seen = house.rig.expect("net.segmentation", Verdict::Fail).await;
    let text = seen.evidence.to_string();
    assert!(text.contains("a container reaches") || seen.summary.contains("reaches"), "{:#}", seen.evidence);
    house.engine.apply_flows(&[]).await.unwrap();
    house.rig.expect("net.segmentation", Verdict::Pass).await;
}

async fn drift(house: &House) {
    house.rig.expect("int.config-drift", Verdict::Pass).await;
    let flow = Flow {
        from: house.address(0, 10),
        to: house.address(0, 11),
        port: 9999,
        reason: "nobody said so".into(),
    };
    house.engine.apply_flows(&[flow]).await.unwrap();
    let seen = house.rig.expect("int.config-drift", Verdict::Fail).await;
    assert!(seen.summary.contains("nobody declared"), "{}", seen.summary);
    house.engine.apply_flows(&[]).await.unwrap();
    house.rig.expect("int.config-drift", Verdict::Pass).await;
}

async fn hardening(house: &House) {
    house.rig.expect("cfg.baseline", Verdict::Pass).await;
    house.rig.expect("inv.assets", Verdict::Pass).await;
    house.rig.expect("acc.ephi-labelled", Verdict::Pass).await;
    for (options, wanted) in [
        (&["--privileged"][..], "capabilities"),
        (&["--cap-drop", "ALL", "--read-only"], "as a user of the host"),
    ] {
        house.rogue(options).await;
        let seen = house.rig.expect("cfg.baseline", Verdict::Fail).await;
        assert!(seen.evidence.to_string().contains(wanted), "{:#}", seen.evidence);
        house.rig.expect("inv.assets", Verdict::Fail).await;
        house.rig.expect("acc.ephi-labelled", Verdict::Fail).await;
        house.remove_rogue().await;
    }
    house.rig.expect("cfg.baseline", Verdict::Pass).await;
    house.rig.expect("inv.assets", Verdict::Pass).await;
    house.rig.expect("acc.ephi-labelled", Verdict::Pass).await;
    house.rogue(&["--ulimit", "core=-1"]).await;
    let seen = house.rig.expect("enc.swap-coredump", Verdict::Fail).await;
    assert!(seen.evidence.to_string().contains("a container may write a core file"), "{:#}", seen.evidence);
    house.remove_rogue().await;
    let seen = house.rig.look("enc.swap-coredump").await;
    assert!(!seen.evidence.to_string().contains("a container may write"), "{:#}", seen.evidence);
}

async fn secrets(house: &House, app: AppId, secret: &str) {
    house.rig.expect("enc.secrets", Verdict::Empty).await;
    house.rig.sql(&format!("insert into secrets (app_id, name, version, sealed, set_at) values ('{app}', 'API_KEY', 1, '', 1)")).await;
    let seen = house.rig.expect("enc.secrets", Verdict::Pass).await;
    assert!(seen.evidence["facts"][0]["files"].as_u64().unwrap() > 10, "{:#}", seen.evidence);
    let leak = house.config.state_dir.join("notes.txt");
    fs::write(&leak, format!("key={secret}\n")).unwrap();
    let seen = house.rig.expect("enc.secrets", Verdict::Fail).await;
    let text = format!("{} {}", seen.summary, seen.evidence);
    assert!(text.contains("API_KEY") && text.contains("notes.txt") && !text.contains(secret), "{text}");
    fs::remove_file(leak).unwrap();
    house.rig.expect("enc.secrets", Verdict::Pass).await;
}

async fn disks(house: &House) {
    let id: DatabaseId = house.rig.server.operator().id();
    let name = id.to_string().replace('_', "-");
    let uid_base = house.config.uid_range.0 + 131_072;
    house.rig.sql(&format!("insert into databases (id, organization_id, project_id, environment_id, name, engine, state, dek_id, address, uid_base, backup_every, admin_password, created_at) values ('{id}', 'org_1', 'prj_1', 'env_0', 'main', 'postgres 15', 'creating', 'k', '{}', {uid_base}, 86400, '', 1)", house.address(0, 20))).await;
    house.rig.expect("enc.databases", Verdict::Fail).await;
    let volume = VolumeSpec { id: name.clone(), uid_base, owner: 1001 };
    let key = VolumeKey(Zeroizing::new(ward_vault::random::bytes::<64>()));
    let path = house.engine.unlock_volume(&volume, &key).await.unwrap();
    let text: String = (0..2000).map(|n| format!("row {n} of a table\n")).collect();
    fs::write(path.join("table"), &text).unwrap();
    let seen = house.rig.expect("enc.volumes", Verdict::Pass).await;
    assert_eq!(seen.evidence["facts"][0]["files_compared"], 1, "{:#}", seen.evidence);
    let database = |mounts: Vec<VolumeMount>| {
        let mut spec = house.spec(&name, 0, 20, None);
        spec.labels.insert(label::DATABASE.to_owned(), id.to_string());
        spec.uid_base = uid_base;
        spec.command = Some(["busybox", "sleep", "1000"].map(str::to_owned).to_vec());
        spec.mounts = mounts;
        spec
    };
    let mount = VolumeMount { volume: name.clone(), target: "/data".into(), read_only: false };
    house.engine.apply(&database(vec![mount.clone()])).await.unwrap();
    house.rig.expect("enc.databases", Verdict::Pass).await;
    house.engine.apply(&database(vec![])).await.unwrap();
    let seen = house.rig.expect("enc.databases", Verdict::Fail).await;
    assert!(seen.summary.contains("without its volume"), "{}", seen.summary);
    house.engine.remove(&name).await.unwrap();
    // The same name, but a plain directory: what a restore by hand might leave.
    house.engine.destroy_volume(&name).await.unwrap();
    fs::create_dir(&path).unwrap();
    fs::write(path.join("table"), &text).unwrap();
    house.rig.expect("enc.volumes", Verdict::Fail).await;
    house.rig.expect("enc.databases", Verdict::Fail).await;
    fs::remove_dir_all(&path).unwrap();
    house.engine.unlock_volume(&volume, &key).await.unwrap();
    fs::write(path.join("table"), &text).unwrap();
    house.rig.expect("enc.volumes", Verdict::Pass).await;
    house.engine.apply(&database(vec![mount])).await.unwrap();
    house.rig.expect("enc.databases", Verdict::Pass).await;
    house.engine.remove(&name).await.unwrap();
    house.engine.destroy_volume(&name).await.unwrap();
}
