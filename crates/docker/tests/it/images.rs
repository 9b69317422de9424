//! Builds, with real Dockerfiles on the real base image; archives are kept in the cache (`WARD_CACHE`).

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use ward_docker::{
    Docker,
    images::{Images, ImagesConfig},
};
use ward_spine::engine::{BuildSpec, EngineError, LineSink};

use crate::scratch::Scratch;

#[expect(clippy::disallowed_methods, reason = "a test has no configuration but its environment")]
pub(crate) fn cache() -> PathBuf {
    std::env::var_os("WARD_CACHE").map_or_else(|| "/var/cache/ward".into(), PathBuf::from)
}

fn recorder() -> (LineSink, Arc<Mutex<Vec<String>>>) {
    let lines = Arc::new(Mutex::new(Vec::new()));
    let copy = Arc::clone(&lines);
    (Arc::new(move |line: &str| copy.lock().unwrap().push(line.to_owned())), lines)
}

fn context(files: &[(&str, &str)]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (name, text) in files {
        fs::write(dir.path().join(name), text).unwrap();
    }
    dir
}

fn spec(context: &Path, tag: &str) -> BuildSpec {
    BuildSpec {
        context: context.to_owned(),
        dockerfile: "Dockerfile".into(),
        tag: tag.into(),
        args: BTreeMap::from([("GREETING".into(), "hello; echo $(id)".into())]),
        timeout: Duration::from_secs(120),
    }
}

fn text(error: &EngineError) -> &str {
    match error {
        EngineError::Build(text) => text,
        other => panic!("not an error of the build: {other}"),
    }
}

/// Whatever a build could leave on the host.
fn nothing_is_left(instance: &str, state: &Path) {
    let mounts = fs::read_to_string("/proc/self/mountinfo").unwrap();
    let build = state.join("build");
    assert!(!mounts.contains(&*build.to_string_lossy()), "a mount is left");
    assert!(!build.join("work").exists(), "the source is left");
    for group in ["/sys/fs/cgroup/memory", "/sys/fs/cgroup/pids", "/sys/fs/cgroup"] {
        assert!(!Path::new(group).join(format!("ward-{instance}-build")).exists(), "a control group is left");
    }
    assert!(!Path::new("/sys/class/net").join(format!("w{instance}-b")).exists(), "a link is left");
    let processes = Command::new("ps").args(["-eo", "args"]).output().unwrap();
    let left = String::from_utf8_lossy(&processes.stdout).contains("ward-build-marker");
    assert!(!left, "a process is left");
}

#[tokio::test]
async fn builds_work_fail_clearly_reach_nothing_undeclared_and_leave_nothing() {
    Scratch::with(async |docker| builds(&docker).await).await;
}

async fn builds(docker: &Docker) {
    let images = docker.images();
    let (sink, lines) = recorder();
    let builtin = images.ensure_builtin(&cache(), sink.clone()).await.unwrap();
    assert_eq!(images.find("debian:bookworm-slim").await.unwrap(), Some(builtin.base.clone()));
    assert_eq!(images.find("ward/postgres:15").await.unwrap(), Some(builtin.postgres.clone()));
    let begin = Instant::now();
    assert_eq!(images.ensure_builtin(&cache(), sink.clone()).await.unwrap(), builtin);
    assert!(begin.elapsed() < Duration::from_secs(15), "nothing to do took {:?}", begin.elapsed());

    let instance = docker.networks().plan().instance().to_owned();
    let engine = docker.paths().engine().to_owned();

    // A build, its arguments, and its cache.
    let good = context(&[
        (
            "Dockerfile",
            "FROM debian:bookworm-slim\nARG GREETING\nCOPY file /file\nRUN echo \"got $GREETING\" && cat /file\nUSER 1000\nCMD [\"cat\", \"/file\"]\n",
        ),
        ("file", "content-of-file\n"),
    ]);
    let id = images.build(&spec(good.path(), "ward/app-1:v1"), sink.clone()).await.unwrap();
    assert!(id.starts_with("sha256:"));
    assert_eq!(images.find("ward/app-1:v1").await.unwrap().as_ref(), Some(&id));
    let seen = lines.lock().unwrap().join("\n");
    assert!(seen.contains("got hello; echo $(id)") && seen.contains("content-of-file"), "{seen}");
    let begin = Instant::now();
    assert_eq!(images.build(&spec(good.path(), "ward/app-1:v1"), sink.clone()).await.unwrap(), id);
    assert!(begin.elapsed() < Duration::from_secs(8), "an unchanged build took {:?}", begin.elapsed());
    nothing_is_left(&instance, &engine);

    // What a stranger's Dockerfile tries.
    let gateway = "10.255.255.53";
    let nosy = context(&[(
        "Dockerfile",
        &format!(
            "FROM debian:bookworm-slim\n\
         RUN ! grep -q ' 0 0 ' /proc/self/uid_map && test \"$(awk '{{print $2}}' /proc/self/uid_map)\" != 0\n\
         RUN test \"$(ls -d /proc/[0-9]* | wc -l)\" -lt 15\n\
         RUN ! timeout 3 bash -c 'echo x > /dev/tcp/{gateway}/53'\n\
         RUN ! timeout 3 bash -c 'echo x > /dev/tcp/192.0.2.1/80'\n\
         RUN ! timeout 3 bash -c \"echo x > /dev/tcp/$(ip route 2>/dev/null | awk '/default/{{print $3}}' || echo 169.254.169.254)/22\"\n\
         RUN ! getent hosts example.com\n\
         RUN getent hosts deb.debian.org && apt-get update -o Acquire::Retries=1 && apt-get install -y --no-install-recommends tree\n\
         RUN echo 127.0.0.1 && ! ls /work /home/*/.ssh /etc/shadow.host 2>/dev/null\n"
        ),
    )]);
    images.build(&spec(nosy.path(), "ward/nosy:1"), sink.clone()).await.unwrap();
    nothing_is_left(&instance, &engine);

    // What goes wrong is said.
    for (dockerfile, expected) in [
        ("FROM debian:bookworm-slim\nRUN echo about to fail && false\n", "about to fail"),
        ("FROM alpine:3.20\nRUN true\n", "alpine:3.20"),
        (
            "FROM debian:bookworm-slim\nRUN curl https://example.com || (echo Could not resolve host; exit 1)\n",
            "build_egress",
        ),
        ("FORM debian:bookworm-slim\n", "no FROM"),
        ("FROM debian:bookworm-slim\nCOPY missing /x\n", "missing"),
        ("FROM debian:bookworm-slim\nCOPY ../../etc/passwd /x\n", "passwd"),
    ] {
        let broken = context(&[("Dockerfile", dockerfile)]);
        let error = images.build(&spec(broken.path(), "ward/broken:1"), sink.clone()).await.unwrap_err();
        assert!(text(&error).contains(expected), "{dockerfile}: {error}");
        assert_eq!(images.find("ward/broken:1").await.unwrap(), None);
        nothing_is_left(&instance, &engine);
    }
    let empty = context(&[]);
    let error = images.build(&spec(empty.path(), "ward/empty:1"), sink.clone()).await.unwrap_err();
    assert!(text(&error).contains("there is no Dockerfile"), "{error}");
    let linked = context(&[]);
    std::os::unix::fs::symlink("/etc/passwd", linked.path().join("Dockerfile")).unwrap();
    let error = images.build(&spec(linked.path(), "ward/linked:1"), sink.clone()).await.unwrap_err();
    assert!(text(&error).contains("symbolic link"), "{error}");

    // Time is up: everything goes, also what ran away from its session.
    let slow = context(&[(
        "Dockerfile",
        "FROM debian:bookworm-slim\nRUN (setsid nohup bash -c 'exec -a ward-build-marker sleep 600' &) ; sleep 600\n",
    )]);
    let mut short = spec(slow.path(), "ward/slow:1");
    short.timeout = Duration::from_secs(6);
    let error = images.build(&short, sink.clone()).await.unwrap_err();
    assert!(matches!(error, EngineError::Timeout(_)), "{error}");
    nothing_is_left(&instance, &engine);

    // Nobody waits any more (wardd stops): the same.
    short.timeout = Duration::from_secs(60);
    let dropped = tokio::time::timeout(Duration::from_secs(5), images.build(&short, sink.clone())).await;
    assert!(dropped.is_err());
    assert_eq!(
        images.build(&spec(good.path(), "ward/app-1:v1"), sink.clone()).await.unwrap(),
        id,
        "the next one works"
    );
    nothing_is_left(&instance, &engine);

    // Limits: memory, and the cache of layers, which keeps the base.
    let mut config =
        ImagesConfig::new(docker.paths().clone(), docker.client().clone(), docker.networks().clone());
    (config.memory, config.cache) = (200 << 20, 1);
    let small = Images::new(config);
    let greedy = context(&[("Dockerfile", "FROM debian:bookworm-slim\nRUN tail /dev/zero\n")]);
    let error = small.build(&spec(greedy.path(), "ward/greedy:1"), sink.clone()).await.unwrap_err();
    assert!(text(&error).contains("out of memory"), "{error}");
    lines.lock().unwrap().clear();
    small.build(&spec(good.path(), "ward/app-2:v1"), sink.clone()).await.unwrap();
    let seen = lines.lock().unwrap().join("\n");
    assert!(seen.contains("is emptied") && !seen.contains("Using cache"), "{seen}");
    nothing_is_left(&instance, &engine);

    images.remove("ward/app-1:v1").await.unwrap();
    images.remove("ward/app-1:v1").await.unwrap();
    assert_eq!(images.find("ward/app-1:v1").await.unwrap(), None);
}
