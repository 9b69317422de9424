//! `cfg.baseline`: what the kernel lets each container do, read from `/proc`.

use std::{fs, time::Duration};

use async_trait::async_trait;
use serde_json::json;

use crate::{
    Probe,
    checks::{Check, Finding, Tally, Unseen, minutes},
    host::{self, Status},
    probe::Running,
};

/// Capabilities, privileges, seccomp, ids, root file system, writable places, limits, namespaces.
pub(crate) struct Baseline;

#[async_trait]
impl Check for Baseline {
    fn id(&self) -> &'static str {
        "cfg.baseline"
    }
    fn every(&self) -> Duration {
        minutes(10)
    }
    fn gap(&self) -> Option<&'static str> {
        Some("a hardening benchmark of the host itself")
    }
    async fn observe(&self, probe: &Probe) -> Result<Finding, Unseen> {
        let mut tally = Tally::of("containers");
        for running in probe.running().await? {
            tally.saw();
            if let Err(error) = one(&running, &mut tally) {
                // One that ended meanwhile is no fault.
                if error.kind() != std::io::ErrorKind::NotFound {
                    tally.blind(&running.container.name, format!("a process can't be looked at: {error}"));
                }
            }
        }
        Ok(tally.finish("run without privileges, with a read-only root and limits"))
    }
}

fn one(running: &Running, tally: &mut Tally) -> std::io::Result<()> {
    let (name, pid) = (running.container.name.as_str(), running.pid);
    let status = Status::of(pid)?;
    for set in ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"] {
        if status.field(set).is_empty() || status.field(set).bytes().any(|b| b != b'0') {
            tally.fault(name, format!("a container has capabilities ({set})"));
        }
    }
    if status.field("NoNewPrivs") != "1" {
        tally.fault(name, "a container may gain privileges");
    }
    if status.field("Seccomp") != "2" {
        tally.fault(name, "a container runs without a seccomp filter");
    }
    for map in ["uid_map", "gid_map"] {
        let text = host::read(pid, map)?;
        let outside: Vec<u64> =
            text.lines().filter_map(|l| l.split_whitespace().nth(1)?.parse().ok()).collect();
        if outside.is_empty() || outside.iter().any(|first| *first < 65_536) {
            tally.fault(name, "a container's ids are those of the host");
        }
    }
    if status.field("Uid").split_whitespace().any(|uid| uid.parse::<u64>().map_or(true, |uid| uid < 65_536)) {
        tally.fault(name, "a container runs as a user of the host");
    }
    for namespace in ["user", "net", "pid", "mnt", "ipc", "uts"] {
        let of = |who: &str| fs::read_link(format!("/proc/{who}/ns/{namespace}"));
        if of(&pid.to_string())? == of("self")? {
            tally.fault(name, format!("a container shares the host's {namespace} namespace"));
        }
    }
    mounts(name, &host::read(pid, "mountinfo")?, tally);
    let limits = host::read(pid, "limits")?;
    for limit in ["Max open files", "Max processes"] {
        if host::limit(&limits, limit).is_none() {
            tally.fault(name, format!("a container has no limit: {}", limit.to_lowercase()));
        }
    }
    match memory_limit(&host::read(pid, "cgroup")?) {
        Some(bytes) => tally.note(json!({ "container": name, "memory_limit": bytes })),
        None => tally.fault(name, "a container has no memory limit"),
    }
    Ok(())
}

fn mounts(name: &str, text: &str, tally: &mut Tally) {
    let table = host::mounts(text);
    let has = |options: &[String], wanted: &str| options.iter().any(|o| o == wanted);
    // What is mounted last on a point is what is seen there.
    match table.iter().rev().find(|(point, ..)| point == "/") {
        Some((_, _, options, _)) if has(options, "ro") => {}
        _ => tally.fault(name, "a container's root file system is writable"),
    }
    for (point, kind, options, _) in &table {
        let device = point.starts_with("/dev") || point.starts_with("/proc") || point.starts_with("/sys");
        if kind == "tmpfs"
            && has(options, "rw")
            && !device
            && !(has(options, "noexec") && has(options, "nosuid"))
        {
            tally.fault(name, "a writable directory of a container may hold programs that run");
        }
    }
}

/// Memory limit of the control group, on version 1 and 2; None if there is none.
fn memory_limit(groups: &str) -> Option<u64> {
    let row = |line: &str| {
        let mut parts = line.splitn(3, ':');
        Some((parts.next()?.to_owned(), parts.next()?.to_owned(), parts.next()?.to_owned()))
    };
    let rows: Vec<_> = groups.lines().filter_map(row).collect();
    let v1 = rows.iter().find(|(_, controllers, _)| controllers.split(',').any(|c| c == "memory"));
    let file = match v1 {
        Some((_, _, path)) => format!("/sys/fs/cgroup/memory{path}/memory.limit_in_bytes"),
        None => {
            let (_, _, path) = rows.iter().find(|(number, ..)| number == "0")?;
            format!("/sys/fs/cgroup{path}/memory.max")
        }
    };
    // Version 1 says "no limit" with a number near 2^63.
    fs::read_to_string(file).ok()?.trim().parse().ok().filter(|bytes| *bytes < 1 << 60)
}
