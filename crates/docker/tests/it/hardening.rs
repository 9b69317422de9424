//! What the kernel says of a running container.

use std::{fs, time::Duration};

use ward_spine::engine::{Engine, EngineError, ExecSpec, SecretBytes};

use crate::host::{IMAGE, import, pid, spec, until, with};

fn command(parts: &[&str]) -> ExecSpec {
    ExecSpec { command: parts.iter().map(|part| (*part).to_owned()).collect(), user: None, env: vec![] }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_container_has_no_privilege_that_the_kernel_knows() {
    with(|engine, config| async move {
        let web = engine.apply(&spec(&config, "web", &["sleep", "1000"])).await.unwrap();
        let first = pid(&web);
        let children = || fs::read_to_string(format!("/proc/{first}/task/{first}/children")).unwrap();
        until("catatonit has a child", || async { !children().is_empty() }).await;
        let child: i32 = children().split_whitespace().next().unwrap().parse().unwrap();
        // By now it is not the init program any more.
        until("the command runs", || async {
            fs::read_to_string(format!("/proc/{child}/comm")).unwrap().trim() == "sleep"
        })
        .await;
        for pid in [first, child] {
            let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
            let field = |name: &str| {
                let line = status.lines().find(|line| line.starts_with(name)).unwrap();
                line.split_whitespace().skip(1).collect::<Vec<_>>().join(" ")
            };
            for set in ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"] {
                assert_eq!(field(set), "0000000000000000", "{set}");
            }
            assert_eq!(field("NoNewPrivs"), "1");
            assert_eq!(field("Seccomp:"), "2");
            let (uid, gid) = (config.uid_range.0 + 1001, config.uid_range.0 + 1002);
            assert_eq!(field("Uid"), format!("{uid} {uid} {uid} {uid}"));
            assert_eq!(field("Gid"), format!("{gid} {gid} {gid} {gid}"));
            for map in ["uid_map", "gid_map"] {
                let map = fs::read_to_string(format!("/proc/{pid}/{map}")).unwrap();
                let map: Vec<_> = map.split_whitespace().collect();
                assert_eq!(map, ["0", &config.uid_range.0.to_string(), "65536"]);
            }
            for namespace in ["user", "net", "pid", "mnt", "ipc", "uts"] {
                let here = fs::read_link(format!("/proc/self/ns/{namespace}")).unwrap();
                assert_ne!(
                    fs::read_link(format!("/proc/{pid}/ns/{namespace}")).unwrap(),
                    here,
                    "{namespace}"
                );
            }
        }
        let mounts = fs::read_to_string(format!("/proc/{first}/mounts")).unwrap();
        for line in mounts.lines() {
            let fields: Vec<_> = line.split(' ').collect();
            let options: Vec<_> = fields[3].split(',').collect();
            if fields[1] == "/" {
                assert!(options.contains(&"ro"), "{line}");
            }
            let writable_files = fields[2] == "tmpfs" && options.contains(&"rw");
            if writable_files {
                assert!(options.contains(&"noexec") && options.contains(&"nosuid"), "{line}");
            }
        }
        let limits = fs::read_to_string(format!("/proc/{first}/limits")).unwrap();
        assert!(limits.contains("16384                16384                files"), "{limits}");

        let minute = Duration::from_secs(60);
        let exec = |parts: &'static [&'static str]| {
            let engine = &engine;
            async move { engine.exec("web", &command(parts), minute).await.unwrap() }
        };
        assert_ne!(exec(&["touch", "/srv/x"]).await.code, 0, "the root is read-only");
        assert_eq!(exec(&["touch", "/tmp/x"]).await.code, 0, "/tmp is writable whatever the image's mode");
        let copied = exec(&["sh", "-c", "cp /bin/busybox /tmp/ls && /tmp/ls /"]).await;
        assert_eq!(copied.code, 126, "{copied:?}");
        let hosts = exec(&["cat", "/etc/hosts", "/etc/resolv.conf"]).await;
        assert!(!String::from_utf8_lossy(&hosts.stdout).contains("containers.internal"), "{hosts:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn root_is_refused_whoever_asks_for_it() {
    with(|engine, config| async move {
        import(&engine, "localhost/rooted:1", "USER root").await;
        import(&engine, "localhost/nobody-said:1", "ENV A=1").await;
        for image in ["localhost/rooted:1", "localhost/nobody-said:1"] {
            let mut rooted = spec(&config, "web", &["sleep", "1000"]);
            rooted.image = image.into();
            let error = engine.apply(&rooted).await.unwrap_err();
            assert!(error.to_string().contains("USER 1000"), "{error}");
            rooted.user = Some(1000);
            engine.apply(&rooted).await.unwrap();
            engine.remove("web").await.unwrap();
        }
        let mut rooted = spec(&config, "web", &["sleep", "1000"]);
        rooted.user = Some(0);
        assert!(matches!(engine.apply(&rooted).await, Err(EngineError::Unsupported { .. })));
        let mut missing = spec(&config, "web", &["sleep", "1000"]);
        missing.image = format!("{IMAGE}0");
        assert!(matches!(engine.apply(&missing).await, Err(EngineError::NotFound { what: "image", .. })));
        assert!(engine.observe().await.unwrap().is_empty(), "nothing is left of what was refused");

        engine.apply(&spec(&config, "web", &["sleep", "1000"])).await.unwrap();
        let mut id = command(&["id", "-u"]);
        id.user = Some(0);
        assert!(engine.exec("web", &id, Duration::from_secs(9)).await.is_err());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn system_calls_that_reach_beyond_the_container_fail_in_it_and_others_work() {
    with(|engine, config| async move {
        let mut probe = spec(&config, "probe", &["probe"]);
        probe.env = vec![("UNUSED".into(), SecretBytes::new(*b"1"))];
        let output = engine.run(&probe, Duration::from_secs(30)).await.unwrap();
        let text = String::from_utf8(output.stdout.to_vec()).unwrap();
        let mut seen = 0;
        for line in text.lines() {
            let (name, error) = line.split_once(' ').unwrap();
            let error: i32 = error.parse().unwrap();
            if name.starts_with("ok-") {
                assert_eq!(error, 0, "{line}");
            } else {
                assert!(error == nix::libc::EPERM || error == nix::libc::ENOSYS, "{line}");
            }
            seen += 1;
        }
        // The probe's last line comes from both sides of its fork.
        assert!(seen >= 22, "{text} {output:?}");
    })
    .await;
}
