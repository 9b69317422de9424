//! Connections tried from inside a container's network namespace.
//!
//! A thread of its own enters the namespace and ends with it, so no other work ever runs there. What counts as
//! reached: an accepted connection, and also a refused one, because the packet came through and was answered.

use std::{
    fs::File,
    io::{self, ErrorKind},
    net::{SocketAddr, SocketAddrV4, TcpStream},
    thread,
    time::Duration,
};

use nix::sched::{CloneFlags, setns};

/// Wait for one connection. A dropped packet looks like this; a neighbour answers in well under a millisecond.
const WAIT: Duration = Duration::from_millis(700);

/// What became of a try.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Reach {
    /// Somebody accepted.
    Accepted,
    /// Somebody answered that nobody listens: the path is open.
    Refused,
    /// Nothing came back, or there is no way.
    Blocked,
}

impl Reach {
    /// Whether the path is open.
    pub(crate) fn open(self) -> bool {
        self != Self::Blocked
    }
}

/// Tries all targets at once from the namespace of a process.
pub(crate) async fn from_inside(
    pid: i32,
    targets: Vec<SocketAddrV4>,
) -> io::Result<Vec<(SocketAddrV4, Reach)>> {
    let tries: Vec<_> = targets
        .into_iter()
        .map(|target| {
            let (sender, receiver) = tokio::sync::oneshot::channel();
            let spawned = thread::Builder::new().name("reach".into()).spawn(move || {
                let _ = sender.send(try_one(pid, target));
            });
            (target, spawned, receiver)
        })
        .collect();
    let mut out = Vec::with_capacity(tries.len());
    for (target, spawned, receiver) in tries {
        spawned?;
        let reach = receiver.await.map_err(|_| io::Error::other("the thread that tries ended early"))??;
        out.push((target, reach));
    }
    Ok(out)
}

fn try_one(pid: i32, target: SocketAddrV4) -> io::Result<Reach> {
    let namespace = File::open(format!("/proc/{pid}/ns/net"))?;
    setns(namespace, CloneFlags::CLONE_NEWNET)?;
    match TcpStream::connect_timeout(&SocketAddr::V4(target), WAIT) {
        Ok(_) => Ok(Reach::Accepted),
        Err(error) => match error.kind() {
            ErrorKind::ConnectionRefused | ErrorKind::ConnectionReset => Ok(Reach::Refused),
            ErrorKind::TimedOut
            | ErrorKind::WouldBlock
            | ErrorKind::NetworkUnreachable
            | ErrorKind::HostUnreachable
            | ErrorKind::PermissionDenied => Ok(Reach::Blocked),
            _ => Err(error),
        },
    }
}
