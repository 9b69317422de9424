//! What is left of an installation on the host.

use std::{fs, path::Path, process::Command};

use crate::programs::processes;

/// Everything that names the installation: mounts, loop devices, links, tables, groups, processes.
pub(crate) fn traces(instance: &str, home: &Path, run: &Path) -> Vec<String> {
    let names = [
        format!("ward-{instance}"),
        format!("ward_{instance}"),
        format!(" w{instance}-"),
        home.display().to_string(),
        run.display().to_string(),
    ];
    let mut found = Vec::new();
    let mut look = |what: &str, text: &str| {
        for line in text.lines().filter(|line| names.iter().any(|name| line.contains(name))) {
            found.push(format!("{what}: {line}"));
        }
    };
    look("mount", &fs::read_to_string("/proc/self/mountinfo").unwrap());
    look("table", &output("nft", &["list", "tables"]));
    look("link", &output("ip", &["-o", "link"]));
    for device in fs::read_dir("/sys/block").unwrap().flatten() {
        look("loop", &fs::read_to_string(device.path().join("loop/backing_file")).unwrap_or_default());
    }
    for (_, line) in processes() {
        look("process", &line);
    }
    for hierarchy in fs::read_dir("/sys/fs/cgroup").unwrap().flatten() {
        look("group", &hierarchy.path().display().to_string());
        for group in fs::read_dir(hierarchy.path()).into_iter().flatten().flatten() {
            look("group", &group.path().display().to_string());
        }
    }
    found
}

fn output(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output().unwrap();
    String::from_utf8_lossy(&output.stdout).into_owned()
}
