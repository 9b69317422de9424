//! Limits hold, and striking them is seen.

use std::{fs, time::Duration};

use ward_spine::engine::{ContainerState, Engine, ExecSpec};

use crate::host::{observe, pid, spec, until, with};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_memory_limit_kills_and_is_named_as_the_reason() {
    with(|engine, config| async move {
        let greedy = spec(&config, "greedy", &["dd", "if=/dev/zero", "of=/dev/null", "bs=200M", "count=1"]);
        engine.apply(&greedy).await.unwrap();
        until("it has ended", || async {
            matches!(observe(&engine, "greedy").await.state, ContainerState::Exited { .. })
        })
        .await;
        let state = observe(&engine, "greedy").await.state;
        assert!(matches!(state, ContainerState::Exited { code: 137, out_of_memory: true }), "{state:?}");

        // The same end by somebody's hand is not taken for it.
        let calm = spec(&config, "calm", &["sleep", "1000"]);
        crate::host::kill_9(pid(&engine.apply(&calm).await.unwrap()));
        until("it has ended", || async {
            observe(&engine, "calm").await.state == ContainerState::Exited { code: 137, out_of_memory: false }
        })
        .await;

        // And started again it begins without the mark.
        let again = engine.apply(&greedy).await.unwrap();
        assert!(!matches!(again.state, ContainerState::Created));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fork_bomb_is_held_by_the_limit_on_processes() {
    with(|engine, config| async move {
        let mut bomb = spec(
            &config,
            "bomb",
            &["sh", "-c", "(for i in $(seq 1 500); do sleep 30 & done); exec sleep 30"],
        );
        bomb.pids = 20;
        let observed = engine.apply(&bomb).await.unwrap();
        let group = fs::read_to_string(format!("/proc/{}/cgroup", pid(&observed))).unwrap();
        let line = group.lines().find(|line| line.contains(":pids:") || line.starts_with("0::")).unwrap();
        let path = line.rsplit(':').next().unwrap();
        let directory = ["/sys/fs/cgroup/pids", "/sys/fs/cgroup"]
            .iter()
            .map(|root| format!("{root}{path}"))
            .find(|directory| fs::exists(format!("{directory}/pids.max")).unwrap())
            .unwrap();
        assert_eq!(fs::read_to_string(format!("{directory}/pids.max")).unwrap().trim(), "20");
        tokio::time::sleep(Duration::from_secs(1)).await;
        let now: u32 = fs::read_to_string(format!("{directory}/pids.current"))
            .unwrap_or("0".into())
            .trim()
            .parse()
            .unwrap();
        assert!((15..=20).contains(&now), "{now}");
        // The host is well: another container starts.
        engine.apply(&spec(&config, "calm", &["sleep", "1000"])).await.unwrap();
        engine.remove("bomb").await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn writable_directories_have_their_size_and_belong_to_the_user() {
    with(|engine, config| async move {
        let mut web = spec(&config, "web", &["sleep", "1000"]);
        web.tmpfs =
            vec![("/srv".into(), 1 << 20), ("/run/app".into(), 1 << 20), ("/dev/shm".into(), 2 << 20)];
        engine.apply(&web).await.unwrap();
        let run = async |text: &str| {
            let spec =
                ExecSpec { command: vec!["sh".into(), "-c".into(), text.into()], user: None, env: vec![] };
            engine.exec("web", &spec, Duration::from_secs(30)).await.unwrap()
        };
        let written = run("touch /srv/a /run/app/b /tmp/c /dev/shm/d /var/tmp/e").await;
        assert_eq!(written.code, 0, "{written:?}");
        let full = run("dd if=/dev/zero of=/srv/a bs=1M count=2").await;
        assert_ne!(full.code, 0, "{full:?}");
        let full = run("dd if=/dev/zero of=/dev/shm/a bs=1M count=3").await;
        assert_ne!(full.code, 0, "{full:?}");
        engine.stop("web", Duration::from_secs(2)).await.unwrap();
        engine.apply(&web).await.unwrap();
        assert_eq!(
            run("ls /srv /run/app /tmp").await.stdout.windows(4).filter(|w| w == b"/a\n\n").count(),
            0
        );
        assert_ne!(run("cat /srv/a").await.code, 0, "a restart begins with empty ones");
    })
    .await;
}
