//! kill -9 of everything: what is observed is true, and apply makes it right.

use std::{fs, time::Duration};

use ward_docker::Docker;
use ward_spine::engine::{ContainerState, Engine};

use crate::host::{config, import, kill_9, monitor, observe, pid, spec, until, with};

async fn ended(engine: &Docker, name: &str) -> bool {
    matches!(observe(engine, name).await.state, ContainerState::Exited { code: 137, out_of_memory: false })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_container_is_seen_and_started_again() {
    with(|engine, config| async move {
        let web = spec(&config, "web", &["sleep", "1000"]);
        let before = pid(&engine.apply(&web).await.unwrap());
        kill_9(before);
        until("it is seen to have ended", || ended(&engine, "web")).await;
        let after = pid(&engine.apply(&web).await.unwrap());
        assert_ne!(before, after);
        assert_eq!(pid(&engine.apply(&web).await.unwrap()), after, "and then nothing is to be done");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_container_killed_together_with_its_monitor_is_seen_and_replaced() {
    with(|engine, config| async move {
        let web = spec(&config, "web", &["sleep", "1000"]);
        let before = pid(&engine.apply(&web).await.unwrap());
        kill_9(monitor(&engine, before));
        kill_9(before);
        until("it is seen to have ended", || ended(&engine, "web")).await;
        let after = pid(&engine.apply(&web).await.unwrap());
        assert_ne!(before, after);

        // The monitor alone: the container runs, but nobody takes its log or would see its end.
        let lost = monitor(&engine, after);
        kill_9(lost);
        until("the monitor is dead", || async {
            fs::read_to_string(format!("/proc/{lost}/stat")).map_or(true, |stat| stat.contains(") Z "))
        })
        .await;
        assert_eq!(pid(&observe(&engine, "web").await), after);
        let again = pid(&engine.apply(&web).await.unwrap());
        assert_ne!(again, after);
        assert!(!fs::exists(format!("/proc/{after}")).unwrap(), "the old one is gone");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_service_killed_three_times_comes_back_and_containers_do_not_notice() {
    with(|engine, config| async move {
        let web = spec(&config, "web", &["sleep", "1000"]);
        let before = engine.apply(&web).await.unwrap();
        for _ in 0..3 {
            let noted = fs::read_to_string(engine.paths().pid_file()).unwrap();
            kill_9(noted.split(' ').next().unwrap().parse().unwrap());
            assert_eq!(observe(&engine, "web").await, before, "the call waits until the service is back");
        }
        assert_eq!(engine.apply(&web).await.unwrap(), before);
        assert_eq!(fs::read_dir(engine.paths().containers()).unwrap().count(), 1);
    })
    .await;
}

#[test]
fn a_new_process_ends_the_old_service_and_adopts_what_runs() {
    let config = config();
    let runtime = || tokio::runtime::Runtime::new().unwrap();
    let web = spec(&config, "web", &["sleep", "1000"]);
    // The first runtime is thrown away with everything in it, as by kill -9: no line of ours runs after.
    let killed = runtime();
    let (before, service) = killed.block_on(async {
        let engine = Docker::start(config.clone()).await.unwrap();
        import(&engine, crate::host::IMAGE, "USER app").await;
        let observed = engine.apply(&web).await.unwrap();
        (observed, fs::read_to_string(engine.paths().pid_file()).unwrap())
    });
    killed.shutdown_timeout(Duration::from_secs(1));
    let alive = |noted: &str| fs::exists(format!("/proc/{}", noted.split(' ').next().unwrap())).unwrap();
    assert!(alive(&service), "the old service still runs");
    // What a killed run may leave beside it.
    let stale = config.run_dir.join("containers/gone/ward");
    fs::create_dir_all(&stale).unwrap();
    runtime().block_on(async {
        let engine = Docker::start(config.clone()).await.unwrap();
        assert!(!alive(&service), "it was ended");
        assert_eq!(observe(&engine, "web").await, before);
        assert_eq!(engine.apply(&web).await.unwrap(), before, "adopted as it is");
        assert!(!stale.exists());
        engine.shutdown().await;
        assert!(
            fs::exists(format!("/proc/{}", pid(&before))).unwrap(),
            "a shutdown leaves containers running"
        );
        let engine = Docker::start(config.clone()).await.unwrap();
        assert_eq!(observe(&engine, "web").await, before);
        engine.destroy().await.unwrap();
    });
    fs::remove_dir_all(&config.state_dir).unwrap();
}

#[test]
fn after_a_reboot_everything_can_be_applied_again() {
    let config = config();
    let runtime = || tokio::runtime::Runtime::new().unwrap();
    let web = spec(&config, "web", &["sleep", "1000"]);
    let (killed, namespace) = (runtime(), |pid: i32| {
        std::os::unix::fs::MetadataExt::ino(&fs::metadata(format!("/proc/{pid}/ns/net")).unwrap())
    });
    let (before, namespace) = killed.block_on(async {
        let engine = Docker::start(config.clone()).await.unwrap();
        import(&engine, crate::host::IMAGE, "USER app").await;
        let before = pid(&engine.apply(&web).await.unwrap());
        kill_9(
            fs::read_to_string(engine.paths().pid_file())
                .unwrap()
                .split(' ')
                .next()
                .unwrap()
                .parse()
                .unwrap(),
        );
        (before, namespace(before))
    });
    killed.shutdown_timeout(Duration::from_secs(1));
    // What a reboot does to the run directory; the container itself is ended by the start.
    nix::mount::umount2(&config.run_dir, nix::mount::MntFlags::MNT_DETACH).unwrap();
    // And what it does to the network namespace.
    for entry in fs::read_dir("/run/netns").unwrap().flatten() {
        let inode = fs::metadata(entry.path()).map(|meta| std::os::unix::fs::MetadataExt::ino(&meta));
        if inode.is_ok_and(|inode| inode == namespace) {
            nix::mount::umount2(&entry.path(), nix::mount::MntFlags::MNT_DETACH).unwrap();
            fs::remove_file(entry.path()).unwrap();
        }
    }
    runtime().block_on(async {
        let engine = Docker::start(config.clone()).await.unwrap();
        assert!(!fs::exists(format!("/proc/{before}")).unwrap(), "nothing runs that nobody watches");
        // Not the same address: that list is forgotten only if the machine really was booted.
        let other = std::net::Ipv4Addr::from(u32::from(web.address) ^ 1);
        let web = ward_spine::engine::ContainerSpec { address: other, ..web.clone() };
        assert_ne!(pid(&engine.apply(&web).await.unwrap()), before);
        engine.destroy().await.unwrap();
    });
    fs::remove_dir_all(&config.state_dir).unwrap();
}
