//! After destroy nothing of an instance is on the host.

use std::{collections::BTreeMap, fs, path::Path, process::Command};

use ward_docker::{Docker, DockerConfig};
use ward_spine::engine::{Engine, Flow, NetworkSpec};

use crate::host::{IMAGE, config, import, kill_9, monitor, pid, spec};

/// Everything on the host that names the instance.
fn traces(config: &DockerConfig) -> Vec<String> {
    let mut found = Vec::new();
    let names =
        [config.instance.as_str(), config.state_dir.to_str().unwrap(), config.run_dir.to_str().unwrap()];
    let mut look = |what: &str, text: &str| {
        for line in text.lines().filter(|line| names.iter().any(|name| line.contains(name))) {
            found.push(format!("{what}: {line}"));
        }
    };
    look("mount", &fs::read_to_string("/proc/self/mountinfo").unwrap());
    let output = |program: &str, arguments: &[&str]| {
        String::from_utf8_lossy(&Command::new(program).args(arguments).output().unwrap().stdout).into_owned()
    };
    look("table", &output("nft", &["list", "tables"]));
    look("link", &output("ip", &["-o", "link"]));
    for entry in fs::read_dir("/proc").unwrap().flatten() {
        let line = fs::read(entry.path().join("cmdline")).unwrap_or_default();
        look("process", &String::from_utf8_lossy(&line).replace(['\0', '\n'], " "));
    }
    for hierarchy in fs::read_dir("/sys/fs/cgroup").unwrap().flatten() {
        for group in fs::read_dir(hierarchy.path()).into_iter().flatten().flatten() {
            look("group", &group.path().display().to_string());
        }
        look("group", &hierarchy.path().display().to_string());
    }
    for directory in [config.state_dir.join("engine"), config.run_dir.clone()] {
        if directory.exists() {
            found.push(format!("directory: {}", directory.display()));
        }
    }
    found
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn destroy_leaves_no_mount_group_process_table_link_or_file() {
    let config = config();
    let engine = Docker::start(config.clone()).await.unwrap();
    import(&engine, IMAGE, "USER app").await;
    engine.apply_network(&NetworkSpec { index: 0, labels: BTreeMap::new() }).await.unwrap();
    let mut web = spec(&config, "web", &["sleep", "1000"]);
    web.egress = true;
    let observed = engine.apply(&web).await.unwrap();
    engine
        .apply_flows(&[Flow { from: web.address, to: web.address, port: 1, reason: "test".into() }])
        .await
        .unwrap();
    // One that Podman takes for running though it is dead, one that ended, one whose service was killed.
    let mut dead = spec(&config, "dead", &["sleep", "1000"]);
    dead.uid_base += 65_536;
    let dead = pid(&engine.apply(&dead).await.unwrap());
    kill_9(monitor(&engine, dead));
    kill_9(dead);
    engine.apply(&spec(&config, "ended", &["echo", "x"])).await.unwrap();
    let before = traces(&config);
    for kind in ["mount", "process", "group", "table", "link", "directory"] {
        assert!(
            before.iter().any(|trace| trace.starts_with(kind)),
            "the search would not see a {kind}: {before:?}"
        );
    }
    let inode =
        |pid: i32| std::os::unix::fs::MetadataExt::ino(&fs::metadata(format!("/proc/{pid}/ns/net")).unwrap());
    let namespace = inode(pid(&observed));
    assert!(netns().contains(&namespace));
    let noted = fs::read_to_string(engine.paths().pid_file()).unwrap();
    kill_9(noted.split(' ').next().unwrap().parse().unwrap());

    engine.destroy().await.unwrap();
    assert_eq!(traces(&config), Vec::<String>::new());
    assert!(!Path::new(&format!("/proc/{}", pid(&observed))).exists());
    assert!(!netns().contains(&namespace), "its network namespace is gone");
    assert!(engine.destroy().await.is_err(), "a second time the service is not there, which is said");
    fs::remove_dir(&config.state_dir).unwrap();
}

/// Inodes of the network namespaces that Podman keeps by name, of all instances.
fn netns() -> Vec<u64> {
    fs::read_dir("/run/netns")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| fs::metadata(entry.path()).ok())
        .map(|meta| std::os::unix::fs::MetadataExt::ino(&meta))
        .collect()
}
