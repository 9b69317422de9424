//! Containers that run to their end.

use std::time::{Duration, Instant};

use ward_spine::engine::{Engine, EngineError};

use crate::host::{spec, with};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn exit_code_and_both_streams_are_kept_and_the_container_is_gone() {
    with(|engine, config| async move {
        let job = spec(&config, "job", &["sh", "-c", "echo out; echo err >&2; printf unfinished; exit 3"]);
        let output = engine.run(&job, Duration::from_secs(30)).await.unwrap();
        assert_eq!(
            (output.code, &output.stdout[..], &output.stderr[..]),
            (3, &b"out\nunfinished"[..], &b"err\n"[..])
        );
        assert!(engine.observe().await.unwrap().is_empty());
        let long = spec(&config, "job", &["seq", "1", "600000"]);
        let output = engine.run(&long, Duration::from_secs(30)).await.unwrap();
        assert_eq!(output.code, 0);
        let expected: String = (1..=600_000).map(|number| format!("{number}\n")).collect();
        assert!(output.stdout == expected.as_bytes(), "{} bytes of {}", output.stdout.len(), expected.len());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_command_that_takes_too_long_is_ended_and_removed() {
    with(|engine, config| async move {
        let start = Instant::now();
        let job = spec(&config, "job", &["sleep", "1000"]);
        let error = engine.run(&job, Duration::from_secs(1)).await.unwrap_err();
        assert!(matches!(error, EngineError::Timeout(_)), "{error}");
        assert!(start.elapsed() < Duration::from_secs(15));
        assert!(engine.observe().await.unwrap().is_empty());
        assert!(!config.run_dir.join("containers/job").exists());
    })
    .await;
}
