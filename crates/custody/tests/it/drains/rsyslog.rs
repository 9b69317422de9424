//! Debian's rsyslog as the receiver: RFC 5425 over TLS, and octet counting over TCP to this machine.

use std::{
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use ward_custody::drains::Entry;
use ward_model::drains::Destination;

use super::{
    crash,
    rig::{Rig, once, wish},
};
use crate::receiver::Certificates;

struct Rsyslog {
    child: Child,
    port: u16,
    out: PathBuf,
}

impl Rsyslog {
    fn start(dir: &Path, tls: Option<&Certificates>) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let path = |name: &str| dir.join(name).to_str().unwrap().to_owned();
        let (global, module) = match tls {
            Some(c) => {
                std::fs::write(path("ca.pem"), &c.ca).unwrap();
                std::fs::write(path("cert.pem"), &c.certificate).unwrap();
                std::fs::write(path("key.pem"), &c.key).unwrap();
                (
                    format!(
                        "DefaultNetstreamDriver=\"ossl\" DefaultNetstreamDriverCAFile=\"{}\" \
                         DefaultNetstreamDriverCertFile=\"{}\" DefaultNetstreamDriverKeyFile=\"{}\"",
                        path("ca.pem"),
                        path("cert.pem"),
                        path("key.pem")
                    ),
                    "StreamDriver.Name=\"ossl\" StreamDriver.Mode=\"1\" StreamDriver.AuthMode=\"anon\"",
                )
            }
            None => (String::new(), ""),
        };
        let config = format!(
            "global(workDirectory=\"{}\" maxMessageSize=\"128k\" parser.escapeControlCharactersOnReceive=\"off\" {global})\n\
             module(load=\"imtcp\" {module})\n\
             template(name=\"line\" type=\"string\" string=\"%pri%\\t%app-name%\\t%msgid%\\t%structured-data%\\t%msg%\\n\")\n\
             ruleset(name=\"in\") {{ action(type=\"omfile\" file=\"{}\" template=\"line\") }}\n\
             input(type=\"imtcp\" address=\"127.0.0.1\" port=\"{port}\" ruleset=\"in\")\n",
            dir.display(),
            path("received"),
        );
        std::fs::write(path("rsyslog.conf"), config).unwrap();
        let child = Command::new("/usr/sbin/rsyslogd")
            .args(["-n", "-f", &path("rsyslog.conf"), "-i", &path("pid")])
            .env_clear()
            .stdout(Stdio::null())
            // It minds the connection below, which says nothing.
            .stderr(Stdio::null())
            .spawn()
            .expect("rsyslog is installed by scripts/install-dependencies.sh --test");
        let found = Self { child, port, out: dir.join("received") };
        let began = Instant::now();
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(began.elapsed() < Duration::from_secs(20), "rsyslog does not listen");
            std::thread::sleep(Duration::from_millis(50));
        }
        found
    }

    /// What it wrote, read by its own parsing of the structured data.
    fn received(&self) -> Vec<Entry> {
        let text = std::fs::read_to_string(&self.out).unwrap();
        text.lines()
            .map(|line| {
                let fields: Vec<&str> = line.splitn(5, '\t').collect();
                // Facility 13, and the severity that the entry itself says.
                let event: serde_json::Value = serde_json::from_str(fields[4]).unwrap();
                let expected = 13 * 8 + 7 - event["severity_id"].as_u64().unwrap();
                assert_eq!(fields[..2], [expected.to_string().as_str(), "ward"], "{line}");
                assert_eq!(fields[2], event["api"]["operation"]);
                let value = |name: &str| {
                    let (_, rest) = fields[3].split_once(&format!("{name}=\"")).unwrap();
                    rest.split_once('"').unwrap().0.to_owned()
                };
                Entry {
                    log: value("log"),
                    shard: value("shard"),
                    index: value("index").parse().unwrap(),
                    bytes: fields[4].as_bytes().to_vec(),
                }
            })
            .collect()
    }
}

impl Drop for Rsyslog {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

async fn arrives_whole_over_kills(tls: bool) {
    let dir = tempfile::tempdir().unwrap();
    let (ward, received) = (dir.path().join("ward"), dir.path().join("rsyslog"));
    std::fs::create_dir_all(&ward).unwrap();
    std::fs::create_dir_all(&received).unwrap();
    let certificates = tls.then(Certificates::new);
    let rsyslog = Rsyslog::start(&received, certificates.as_ref());
    let rig = Rig::open(&ward).await;
    let scheme = if tls { "tls" } else { "tcp" };
    let url = format!("{scheme}://127.0.0.1:{}", rsyslog.port);
    let mut new = wish("siem", Destination::Syslog { url });
    new.ca_pem = certificates.map(|c| c.ca);
    rig.create(new).await;
    rig.close().await;
    // Killed again and again while it makes entries and sends them.
    for round in 0..4_u64 {
        let mut child = crash::start(&ward, false);
        tokio::time::sleep(Duration::from_millis(1500 + round * 233)).await;
        child.kill().unwrap();
        child.wait().unwrap();
    }
    let mut last = crash::start(&ward, true);
    assert!(last.wait().unwrap().success());
    let rig = Rig::open(&ward).await;
    // What was entered by opening it once more is not sent any more.
    let mut arrived = once(rsyslog.received());
    // Each batch has a connection of its own, and rsyslog may write a later connection's messages first. Receivers put
    // them in order by shard and index, which every message bears.
    arrived.sort_by_key(|e| e.index);
    let entered = rig.entries("platform");
    assert!(arrived.len() > 100, "{}", arrived.len());
    // Not `assert_eq`: it would print a thousand entries.
    let wrong = arrived.iter().zip(&entered).find(|(a, e)| a != e);
    assert!(wrong.is_none(), "{wrong:?}");
    assert!(entered.len() - arrived.len() <= 4, "{} of {}", arrived.len(), entered.len());
    rig.close().await;
}

#[tokio::test]
async fn rsyslog_receives_every_entry_over_tls_though_the_sender_is_killed() {
    arrives_whole_over_kills(true).await;
}

#[tokio::test]
async fn rsyslog_receives_every_entry_over_tcp_though_the_sender_is_killed() {
    arrives_whole_over_kills(false).await;
}
