//! Secrets reach the app and no disk.

use std::{fs, path::Path, time::Duration};

use futures::TryStreamExt;
use ward_spine::engine::{Engine, ExecSpec, LogOptions, SecretBytes};

use crate::host::{spec, until, with};

/// Files below a directory whose bytes hold the marker.
fn holding(directory: &Path, marker: &[u8], found: &mut Vec<String>) -> usize {
    let mut files = 0;
    for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
        let kind = entry.file_type().unwrap();
        if kind.is_dir() {
            files += holding(&entry.path(), marker, found);
        } else if kind.is_file() {
            files += 1;
            let bytes = fs::read(entry.path()).unwrap_or_default();
            if bytes.windows(marker.len()).any(|window| window == marker) {
                found.push(entry.path().display().to_string());
            }
        }
    }
    files
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn environment_and_files_arrive_and_are_in_no_file_of_the_state_directory() {
    with(|engine, config| async move {
        let marker = format!("canary-{}-in-clear", std::process::id());
        let mut web = spec(
            &config,
            "web",
            &["sh", "-c", "echo env=$CANARY; echo file=$(cat /run/ward/token); exec sleep 1000"],
        );
        web.env = vec![("CANARY".into(), SecretBytes::new(marker.as_bytes()))];
        web.files = vec![("token".into(), SecretBytes::new(marker.as_bytes()))];
        engine.apply(&web).await.unwrap();
        until("both lines are in the log", || async {
            let lines: Vec<_> =
                engine.logs("web", &LogOptions::default()).await.unwrap().try_collect().await.unwrap();
            lines.iter().any(|line| line.text == format!("env={marker}"))
                && lines.iter().any(|line| line.text == format!("file={marker}"))
        })
        .await;
        let exec =
            ExecSpec { command: vec!["cat".into(), "/run/ward/token".into()], user: None, env: vec![] };
        let output = engine.exec("web", &exec, Duration::from_secs(20)).await.unwrap();
        assert_eq!(output.stdout, marker.as_bytes());
        let other = ExecSpec { user: Some(4711), ..exec };
        let output = engine.exec("web", &other, Duration::from_secs(20)).await.unwrap();
        assert_ne!(output.code, 0, "another user of the container can't read it");

        let mut found = Vec::new();
        let files = holding(&config.state_dir, marker.as_bytes(), &mut found);
        assert!(files > 20, "the search saw only {files} files");
        assert_eq!(found, Vec::<String>::new());
        // The search can find: the same marker is on the tmpfs.
        holding(&config.run_dir, marker.as_bytes(), &mut found);
        assert!(found.len() >= 3, "{found:?}");

        engine.remove("web").await.unwrap();
        found.clear();
        holding(&config.run_dir, marker.as_bytes(), &mut found);
        assert_eq!(found, Vec::<String>::new(), "secrets go with their container");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_command_that_is_not_in_the_image_ends_with_127_and_says_so() {
    with(|engine, config| async move {
        let output =
            engine.run(&spec(&config, "web", &["no-such-program"]), Duration::from_secs(20)).await.unwrap();
        assert_eq!(output.code, 127);
        assert!(String::from_utf8_lossy(&output.stderr).contains("no-such-program"), "{output:?}");
        let output =
            engine.run(&spec(&config, "web", &["/etc/passwd"]), Duration::from_secs(20)).await.unwrap();
        assert_eq!(output.code, 126);
    })
    .await;
}
