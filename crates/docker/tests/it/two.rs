//! Two instances on one host.

use std::fs;

use ward_docker::Docker;
use ward_spine::engine::{Engine, EngineError};

use crate::host::{IMAGE, config, import, observe, pid, spec, with};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_instances_see_and_touch_nothing_of_each_other() {
    with(|one, one_config| async move {
        let two_config = config();
        let two = Docker::start(two_config.clone()).await.unwrap();
        let mine = one.apply(&spec(&one_config, "web", &["sleep", "1000"])).await.unwrap();
        let error = two.apply(&spec(&two_config, "web", &["sleep", "1000"])).await.unwrap_err();
        assert!(matches!(error, EngineError::NotFound { what: "image", .. }), "{error}");
        assert!(two.observe().await.unwrap().is_empty());
        import(&two, IMAGE, "USER app").await;
        let theirs = two.apply(&spec(&two_config, "web", &["sleep", "1000"])).await.unwrap();
        assert_ne!(pid(&mine), pid(&theirs));
        assert_eq!(one.observe().await.unwrap().len(), 1);
        two.remove("web").await.unwrap();
        assert_eq!(observe(&one, "web").await, mine);
        two.destroy().await.unwrap();
        fs::remove_dir_all(&two_config.state_dir).unwrap();
        assert_eq!(observe(&one, "web").await, mine, "destroying one leaves the other");
        assert_eq!(one.networks().list().await.unwrap(), [0]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn capabilities_are_probed_with_a_reason_each() {
    with(|engine, _| async move {
        let all = engine.capabilities().await.unwrap();
        for name in [
            "engine",
            "runtime",
            "user-namespaces",
            "seccomp",
            "overlay",
            "memory-files",
            "init-program",
            "cgroup-memory",
            "cgroup-pids",
            "cgroup-cpu",
            "nftables",
        ] {
            let found =
                all.iter().find(|one| one.name == name).unwrap_or_else(|| panic!("{name} is missing"));
            assert!(found.present && !found.detail.is_empty(), "{found:?}");
        }
        assert!(all.iter().any(|one| one.name == "fscrypt" && !one.detail.is_empty()));
        // Sabotage: an init program that needs a C library is seen.
        let init = engine.paths().init();
        fs::remove_file(&init).unwrap();
        fs::copy("/proc/self/exe", &init).unwrap();
        let all = engine.capabilities().await.unwrap();
        assert!(all.iter().any(|one| one.name == "init-program" && !one.present), "{all:?}");
    })
    .await;
}
