//! Commands in running containers.

use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use ward_spine::engine::{Engine, EngineError, ExecSpec};

use crate::host::{spec, with};

const MINUTE: Duration = Duration::from_secs(60);

fn command(parts: &[&str]) -> ExecSpec {
    ExecSpec { command: parts.iter().map(|part| (*part).to_owned()).collect(), user: None, env: vec![] }
}

/// Byte at a place of a stream that repeats nowhere within a page.
fn byte(at: usize) -> u8 {
    u8::try_from((at.wrapping_mul(2_654_435_761) >> 13) & 0xff).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_mebibytes_go_in_and_come_out_unharmed() {
    with(|engine, config| async move {
        engine.apply(&spec(&config, "web", &["sleep", "1000"])).await.unwrap();
        const SIZE: usize = 50 << 20;
        let stream =
            engine.exec_stream("web", &command(&["sh", "-c", "cat; echo done >&2; exit 5"])).await.unwrap();
        let (mut stdin, mut stdout, done) = (stream.stdin, stream.stdout, stream.done);
        let writer = tokio::spawn(async move {
            for start in (0..SIZE).step_by(1 << 16) {
                let part: Vec<u8> = (start..start + (1 << 16)).map(byte).collect();
                stdin.write_all(&part).await.unwrap();
            }
            stdin.shutdown().await.unwrap();
        });
        let mut at = 0;
        let mut part = vec![0; 1 << 16];
        loop {
            let read = stdout.read(&mut part).await.unwrap();
            if read == 0 {
                break;
            }
            assert!(
                part[..read].iter().enumerate().all(|(offset, seen)| *seen == byte(at + offset)),
                "at {at}"
            );
            at += read;
        }
        writer.await.unwrap();
        assert_eq!(at, SIZE);
        let (code, stderr) = done.await.unwrap();
        assert_eq!((code, &stderr[..]), (5, &b"done\n"[..]));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reader_that_waits_makes_the_command_wait_and_dropping_the_input_ends_it() {
    with(|engine, config| async move {
        engine.apply(&spec(&config, "web", &["sleep", "1000"])).await.unwrap();
        let mut stream = engine.exec_stream("web", &command(&["yes"])).await.unwrap();
        tokio::time::sleep(Duration::from_secs(1)).await;
        let mut first = [0; 4];
        stream.stdout.read_exact(&mut first).await.unwrap();
        assert_eq!(&first, b"y\ny\n");
        drop(stream);

        let stream = engine.exec_stream("web", &command(&["cat"])).await.unwrap();
        drop(stream.stdin);
        let (code, _) = tokio::time::timeout(MINUTE, stream.done).await.unwrap().unwrap();
        assert_eq!(code, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn exit_codes_users_and_environment_are_passed_and_a_slow_command_is_killed() {
    with(|engine, config| async move {
        let started = engine.apply(&spec(&config, "web", &["sleep", "1000"])).await.unwrap();
        for code in [0, 1, 42] {
            let text = format!("echo out; echo err >&2; exit {code}");
            let output = engine.exec("web", &command(&["sh", "-c", &text]), MINUTE).await.unwrap();
            assert_eq!(
                (output.code, &output.stdout[..], &output.stderr[..]),
                (code, &b"out\n"[..], &b"err\n"[..])
            );
        }
        let mut id = command(&["sh", "-c", "id -u; id -g; echo $X"]);
        id.user = Some(4711);
        id.env = vec![("X".into(), "a b;c".into())];
        assert_eq!(&engine.exec("web", &id, MINUTE).await.unwrap().stdout[..], b"4711\n4711\na b;c\n");

        let start = Instant::now();
        let slow = command(&["sleep", "77"]);
        let error = engine.exec("web", &slow, Duration::from_secs(1)).await.unwrap_err();
        assert!(matches!(error, EngineError::Timeout(_)), "{error}");
        assert!(start.elapsed() < Duration::from_secs(10));
        let left =
            engine.exec("web", &command(&["sh", "-c", "cat /proc/[0-9]*/cmdline"]), MINUTE).await.unwrap();
        assert!(!String::from_utf8_lossy(&left.stdout).contains("sleep\u{0}77"), "{left:?}");
        assert_eq!(engine.observe().await.unwrap(), [started]);

        let error = engine.exec("other", &command(&["id"]), MINUTE).await.unwrap_err();
        assert!(matches!(error, EngineError::NotFound { .. }), "{error}");
        assert!(engine.exec("web", &command(&[]), MINUTE).await.is_err());
        engine.stop("web", Duration::from_secs(2)).await.unwrap();
        assert!(engine.exec("web", &command(&["id"]), MINUTE).await.is_err());
    })
    .await;
}
