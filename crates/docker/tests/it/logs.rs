//! What containers write, read back.

use std::time::Duration;

use futures::{StreamExt, TryStreamExt};
use ward_docker::Docker;
use ward_spine::engine::{Engine, EngineError, LogLine, LogOptions};

use crate::host::{spec, until, with};

async fn lines(engine: &Docker, options: LogOptions) -> Vec<LogLine> {
    engine.logs("web", &options).await.unwrap().try_collect().await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_last_lines_lines_since_a_time_and_new_ones_are_read() {
    with(|engine, config| async move {
        let text = "seq 1 500; echo oops >&2; sleep 3; echo late; printf end";
        engine.apply(&spec(&config, "web", &["sh", "-c", text])).await.unwrap();
        until("the first part is written", || async {
            lines(&engine, LogOptions::default()).await.len() >= 501
        })
        .await;
        let all = lines(&engine, LogOptions::default()).await;
        assert_eq!(all.iter().filter(|line| !line.stderr).map(|line| line.text.as_str()).next(), Some("1"));
        assert_eq!(all.iter().find(|line| line.stderr).unwrap().text, "oops");
        let last = lines(&engine, LogOptions { tail: Some(3), ..Default::default() }).await;
        assert_eq!(last, all[all.len() - 3..]);
        assert!(lines(&engine, LogOptions { tail: Some(0), ..Default::default() }).await.is_empty());
        let newest = all.iter().map(|line| line.time).max().unwrap();
        assert!(lines(&engine, LogOptions { since: Some(newest), ..Default::default() }).await.is_empty());

        // Following: what was, what comes, also while the service dies, and the end with the container.
        let options = LogOptions { tail: Some(1), follow: true, ..Default::default() };
        let mut stream = engine.logs("web", &options).await.unwrap();
        assert_eq!(stream.next().await.unwrap().unwrap(), all[all.len() - 1]);
        let noted = std::fs::read_to_string(engine.paths().pid_file()).unwrap();
        crate::host::kill_9(noted.split(' ').next().unwrap().parse().unwrap());
        let rest = tokio::time::timeout(Duration::from_secs(20), stream.try_collect::<Vec<_>>()).await;
        let rest: Vec<_> = rest.unwrap().unwrap().into_iter().map(|line| line.text).collect();
        assert_eq!(rest, ["late", "end"]);

        let error = engine.logs("other", &options).await.map(drop).unwrap_err();
        assert!(matches!(error, EngineError::NotFound { .. }), "{error}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_follower_survives_the_log_being_started_anew() {
    with(|engine, config| async move {
        let text = "sleep 1; seq 1000000 1200000; echo last";
        engine.apply(&spec(&config, "web", &["sh", "-c", text])).await.unwrap();
        let options = LogOptions { follow: true, ..Default::default() };
        let stream = engine.logs("web", &options).await.unwrap();
        let count = stream
            .fold((0, String::new()), |(count, _), line| async move { (count + 1, line.unwrap().text) });
        let (count, last) = tokio::time::timeout(Duration::from_secs(60), count).await.unwrap();
        // Lines written between two looks may be gone with a log that was started anew; the end never is.
        assert!(count > 1000, "{count}");
        assert_eq!(last, "last");
        let size = std::fs::metadata(config.run_dir.join("containers/web/log")).unwrap().len();
        assert!(size <= 9 << 20, "the log is bounded: {size}");
    })
    .await;
}
