//! Apply does what is needed and no more.

use std::time::Duration;

use ward_spine::engine::{ContainerState, Engine, EngineError, SecretBytes, label};

use crate::host::{observe, pid, spec, until, with};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_spec_changes_nothing_and_any_other_replaces() {
    with(|engine, config| async move {
        let mut web = spec(&config, "web", &["sleep", "1000"]);
        web.labels.insert(label::APP.into(), "a1".into());
        web.env = vec![("A".into(), SecretBytes::new(*b"one"))];
        let first = engine.apply(&web).await.unwrap();
        assert_eq!(first.address, Some(web.address));
        assert_eq!(first.labels[label::APP], "a1");
        assert_eq!(first.labels[label::INSTANCE], config.instance);
        assert!(first.started_at > 1_700_000_000_000_000);
        assert_eq!(engine.apply(&web).await.unwrap(), first);

        web.env = vec![("A".into(), SecretBytes::new(*b"two"))];
        let second = engine.apply(&web).await.unwrap();
        assert_ne!(pid(&second), pid(&first), "another value of a secret");
        assert_ne!(second.labels[label::SPEC], first.labels[label::SPEC]);
        web.memory += 1 << 20;
        let third = engine.apply(&web).await.unwrap();
        assert_ne!(pid(&third), pid(&second));
        assert_eq!(engine.observe().await.unwrap(), [third]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stopped_container_stays_stopped_until_applied_and_removing_twice_is_no_error() {
    with(|engine, config| async move {
        let web = spec(&config, "web", &["sleep", "1000"]);
        let before = pid(&engine.apply(&web).await.unwrap());
        engine.stop("web", Duration::from_secs(5)).await.unwrap();
        let state = observe(&engine, "web").await.state;
        assert!(matches!(state, ContainerState::Exited { code: 143, out_of_memory: false }), "{state:?}");
        engine.stop("web", Duration::from_secs(5)).await.unwrap();
        assert_ne!(pid(&engine.apply(&web).await.unwrap()), before);

        let deaf = spec(&config, "deaf", &["sh", "-c", "trap '' TERM; while :; do sleep 1; done"]);
        engine.apply(&deaf).await.unwrap();
        tokio::time::sleep(Duration::from_millis(300)).await;
        engine.stop("deaf", Duration::from_millis(500)).await.unwrap();
        let state = observe(&engine, "deaf").await.state;
        assert!(matches!(state, ContainerState::Exited { code: 137, out_of_memory: false }), "{state:?}");

        engine.remove("web").await.unwrap();
        engine.remove("web").await.unwrap();
        engine.remove("deaf").await.unwrap();
        assert!(engine.observe().await.unwrap().is_empty());
        assert!(matches!(engine.stop("web", Duration::ZERO).await, Err(EngineError::NotFound { .. })));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_callers_at_once_make_one_container() {
    with(|engine, config| async move {
        let web = spec(&config, "web", &["sleep", "1000"]);
        let all = futures::future::join_all((0..6).map(|_| engine.apply(&web))).await;
        let pids: Vec<_> = all.into_iter().map(|one| pid(&one.unwrap())).collect();
        assert!(pids.windows(2).all(|pair| pair[0] == pair[1]), "{pids:?}");
        let others = ["b", "c", "d"].map(|name| spec(&config, name, &["sleep", "1000"]));
        for one in futures::future::join_all(others.iter().map(|one| engine.apply(one))).await {
            pid(&one.unwrap());
        }
        let gone = futures::future::join_all(["web", "b", "c", "d"].map(|name| engine.remove(name))).await;
        assert!(gone.iter().all(Result::is_ok), "{gone:?}");
        until("all are gone", || async { engine.observe().await.unwrap().is_empty() }).await;
    })
    .await;
}
