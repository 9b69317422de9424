//! Runs a step of a build in namespaces and limits of its own.
//!
//! A Dockerfile is code of a stranger. It runs as a user id that owns nothing on this host, sees no file of the host but
//! its programs, no process, and of the network only the declared package mirrors. When it ends, or its time is up, or
//! Ward dies, the kernel takes all of it away: process 1 of the pid namespace ends, and with it every process, mount
//! and network interface.

use std::{collections::VecDeque, fs, net::Ipv4Addr, process::Stdio, time::Duration};

use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    process::{Child, ChildStdin},
    time::{sleep, timeout},
};
use ward_spine::engine::{EngineError, LineSink};

use super::{ImagesConfig, limits::Limits};
use crate::{child, network::Networks, podman::broken};

/// Constant; user data only ever comes as its arguments.
const SCRIPT: &str = include_str!("confined.sh");
/// Waits for its control group, then becomes the next program.
const ENTER: &str = "read -r _go && exec \"$@\"";
const SETUP: Duration = Duration::from_secs(20);
/// Lines kept for the error message.
const KEPT: usize = 30;
/// Longest line passed on, in bytes.
const LONGEST_LINE: usize = 4096;

/// How a step ended.
pub(super) struct Ended {
    pub(super) success: bool,
    pub(super) last_lines: Vec<String>,
}

/// Runs one step; `reach` is what it may connect to.
pub(super) async fn run(
    config: &ImagesConfig,
    step: &[String],
    reach: &[(Ipv4Addr, u16)],
    sink: &LineSink,
    limit: Duration,
) -> Result<Ended, EngineError> {
    let limits = Limits::create(config)?;
    let result = timeout(limit, inside(config, step, reach, sink, &limits)).await;
    // On every way out: no process is left (the child is killed when dropped), the filter is closed again.
    limits.remove().await;
    let closed = if reach.is_empty() { Ok(()) } else { config.networks.allow_builds(Vec::new()).await };
    let ended =
        result.map_err(|_| EngineError::Timeout(format!("the build (limit {} s)", limit.as_secs())))??;
    closed.map(|()| ended)
}

async fn inside(
    config: &ImagesConfig,
    step: &[String],
    reach: &[(Ipv4Addr, u16)],
    sink: &LineSink,
    limits: &Limits,
) -> Result<Ended, EngineError> {
    let doing = |error: std::io::Error| broken("confining the build", error);
    let holder = Holder::start(config.uid_base).await?;
    let mut command = child::command("sh");
    command
        .args(["-c", ENTER, "ward-build", "nsenter"])
        .arg(format!("--user=/proc/{}/ns/user", holder.pid))
        .args(["--setuid", "0", "--setgid", "0", "--", "unshare"])
        .args(["--mount", "--pid", "--net", "--ipc", "--uts", "--fork", "--kill-child", "--"])
        .args(["sh", "-c", SCRIPT, "ward-build"])
        .args(step)
        .env("HOME", "/root")
        .env("TMPDIR", "/work/tmp")
        .current_dir(&config.dir)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut build = command.spawn().map_err(doing)?;
    let pid = build.id().ok_or_else(|| broken("confining the build", "it ended at once"))?;
    limits.enter(pid)?;
    let mut stdin = build.stdin.take().ok_or_else(|| broken("confining the build", "no standard input"))?;
    stdin.write_all(b"go\n").await.map_err(doing)?;

    let mut last = Tail { sink, lines: VecDeque::new() };
    let stdout = build.stdout.take().ok_or_else(|| broken("confining the build", "no standard output"))?;
    let stderr = build.stderr.take().ok_or_else(|| broken("confining the build", "no standard error"))?;
    let (mut stdout, mut stderr) = (BufReader::new(stdout), BufReader::new(stderr));
    let ready = timeout(SETUP, read_line(&mut stdout))
        .await
        .map_err(|_| EngineError::Timeout("confining the build".into()))?;
    if ready.map_err(doing)?.as_deref() != Some("ward-ready") {
        let mut why = Vec::new();
        while let Ok(Some(line)) = read_line(&mut stderr).await {
            why.push(line);
        }
        return Err(EngineError::Unsupported {
            what: "confine builds",
            why: format!("namespaces could not be set up: {}", why.join("; ")),
        });
    }
    drop(holder);
    if !reach.is_empty() {
        link(&config.networks, pid).await?;
        config.networks.allow_builds(reach.to_vec()).await?;
    }
    stdin.write_all(b"go\n").await.map_err(doing)?;
    follow(&mut build, stdin, stdout, stderr, &mut last).await
}

/// Passes lines on until the build ends. `alive` is the pipe whose closing ends it.
async fn follow(
    build: &mut Child,
    alive: ChildStdin,
    mut stdout: BufReader<tokio::process::ChildStdout>,
    mut stderr: BufReader<tokio::process::ChildStderr>,
    last: &mut Tail<'_>,
) -> Result<Ended, EngineError> {
    let doing = |error: std::io::Error| broken("following the build", error);
    let (mut out_open, mut err_open) = (true, true);
    let (mut out_line, mut err_line) = (Vec::new(), Vec::new());
    while out_open || err_open {
        tokio::select! {
            read = stdout.read_until(b'\n', &mut out_line), if out_open => {
                out_open = read.map_err(doing)? > 0;
                last.take(&mut out_line);
            }
            read = stderr.read_until(b'\n', &mut err_line), if err_open => {
                err_open = read.map_err(doing)? > 0;
                last.take(&mut err_line);
            }
        }
    }
    let status = build.wait().await.map_err(doing)?;
    drop(alive);
    Ok(Ended { success: status.success(), last_lines: last.lines.drain(..).collect() })
}

struct Tail<'a> {
    sink: &'a LineSink,
    lines: VecDeque<String>,
}

impl Tail<'_> {
    fn take(&mut self, bytes: &mut Vec<u8>) {
        let cut = bytes.get(..LONGEST_LINE.min(bytes.len())).unwrap_or_default();
        let line = String::from_utf8_lossy(cut).trim_end().to_owned();
        let empty = bytes.is_empty();
        bytes.clear();
        if empty {
            return;
        }
        (self.sink)(&line);
        if self.lines.len() == KEPT {
            self.lines.pop_front();
        }
        self.lines.push_back(line);
    }
}

async fn read_line<R: tokio::io::AsyncRead + Unpin>(
    reader: &mut BufReader<R>,
) -> std::io::Result<Option<String>> {
    let mut line = Vec::new();
    let read = reader.read_until(b'\n', &mut line).await?;
    Ok((read > 0).then(|| String::from_utf8_lossy(&line).trim_end().to_owned()))
}

/// A link from the host into the build's network namespace. It goes when the namespace goes.
async fn link(networks: &Networks, pid: u32) -> Result<(), EngineError> {
    let plan = networks.plan();
    let (name, (address, prefix)) = (plan.build_link(), plan.build());
    let at = |host: u32| Ipv4Addr::from(u32::from(address) + host).to_string();
    let pid = pid.to_string();
    let ip = |arguments: Vec<String>| async move { child::check("ip", &arguments, SETUP).await.map(drop) };
    let words = |text: String| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
    crate::network::remove_link(&name).await?;
    ip(words(format!("link add {name} type veth peer name eth0 netns {pid}"))).await?;
    ip(words(format!("address add {}/{prefix} dev {name}", at(1)))).await?;
    ip(words(format!("link set {name} up"))).await?;
    for inner in [
        format!("address add {}/{prefix} dev eth0", at(2)),
        "link set eth0 up".to_owned(),
        format!("route add default via {}", at(1)),
    ] {
        let mut arguments = vec![format!("--net=/proc/{pid}/ns/net"), "ip".to_owned()];
        arguments.extend(words(inner));
        child::check("nsenter", &arguments, SETUP).await?;
    }
    // The kernel's switch for routing at all. Podman turns it on for every network with a route out, too.
    let forwarding = "/proc/sys/net/ipv4/ip_forward";
    if fs::read_to_string(forwarding).is_ok_and(|value| value.trim() == "0") {
        tracing::info!("turning on net.ipv4.ip_forward for builds");
        fs::write(forwarding, "1").map_err(|error| broken("turning on net.ipv4.ip_forward", error))?;
    }
    Ok(())
}

/// A process that holds a new user namespace open until the build is in it.
struct Holder {
    _child: Child,
    pid: u32,
}

impl Holder {
    async fn start(uid_base: u32) -> Result<Self, EngineError> {
        let doing = |error: std::io::Error| broken("making a user namespace for the build", error);
        let mut command = child::command("unshare");
        command
            .args(["--user", "--", "cat"])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let child = command.spawn().map_err(doing)?;
        let pid =
            child.id().ok_or_else(|| broken("making a user namespace for the build", "it ended at once"))?;
        let own = fs::read_link("/proc/self/ns/user").map_err(doing)?;
        let namespace = format!("/proc/{pid}/ns/user");
        for _ in 0..500 {
            if fs::read_link(&namespace).map_err(doing)? != own {
                let map = format!("0 {uid_base} 65536\n");
                fs::write(format!("/proc/{pid}/uid_map"), &map).map_err(doing)?;
                fs::write(format!("/proc/{pid}/gid_map"), &map).map_err(doing)?;
                return Ok(Self { _child: child, pid });
            }
            sleep(Duration::from_millis(10)).await;
        }
        Err(EngineError::Unsupported {
            what: "confine builds",
            why: "user namespaces are switched off (kernel.unprivileged_userns_clone, user.max_user_namespaces)".into(),
        })
    }
}
