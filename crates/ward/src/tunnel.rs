//! `ward db psql`: the local psql on a database that no network reaches.
//!
//! Ward listens on a port of the loopback interface and carries each connection through the API (HTTP Upgrade).
//! Inside is PostgreSQL's own TLS, which psql verifies in full against the database's authority; neither
//! Ward's API nor another user of this machine can read it, and that user has no password for it. The
//! password reaches psql in its environment, not in its arguments, which everyone can read.

use std::{ffi::OsString, io::Write, process::ExitStatus};

use anyhow::Context;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use ward_model::{DatabaseId, databases::DatabaseUrl};

use crate::{
    client::Client,
    problem::{Exit, Failure, Result},
    request::Request,
    run::Run,
};

/// Opens psql, and returns when it ends.
pub(crate) async fn psql(run: &Run, database: DatabaseId, arguments: Vec<OsString>) -> Result<()> {
    let url: DatabaseUrl = run.fetch(&format!("/v1/databases/{database}/url")).await?;
    let parts = Parts::read(&url.url)
        .ok_or_else(|| Failure::new(Exit::Failed, "the server's connection URL can't be understood"))?;
    let listener =
        TcpListener::bind(("127.0.0.1", 0)).await.context("can't listen on the loopback interface")?;
    let port = listener.local_addr().context("can't listen on the loopback interface")?.port();
    let mut authority = tempfile::NamedTempFile::new().context("can't keep the database's authority")?;
    authority.write_all(url.ca_pem.as_bytes()).context("can't keep the database's authority")?;

    let mut program = tokio::process::Command::new("psql");
    program
        .args(arguments)
        .env_clear()
        .envs(run.surroundings.child_env.iter().map(|(name, value)| (name, value)));
    program.env("PGHOST", &parts.host).env("PGHOSTADDR", "127.0.0.1").env("PGPORT", port.to_string());
    program.env("PGUSER", &parts.user).env("PGPASSWORD", &parts.password).env("PGDATABASE", &parts.database);
    program.env("PGSSLMODE", "verify-full").env("PGSSLROOTCERT", authority.path());
    program.env("PGAPPNAME", "ward-psql").kill_on_drop(true);
    let mut child = program.spawn().map_err(|error| {
        Failure::new(Exit::Failed, format!("psql can't be started: {error}"))
            .next_step("install it (Debian: apt install postgresql-client), or use `ward db url`")
    })?;

    let client = run.client()?;
    let ended = loop {
        tokio::select! {
            status = child.wait() => break status.context("can't wait for psql")?,
            accepted = listener.accept() => {
                if let Ok((local, _)) = accepted {
                    let (client, terminal) = (client.clone(), run.terminal);
                    tokio::spawn(async move {
                        if let Err(failure) = carry(&client, database, local).await {
                            failure.report(&terminal);
                        }
                    });
                }
            }
            // Ctrl-C is psql's: it cancels a query.
            _ = tokio::signal::ctrl_c() => {}
        }
    };
    exit_of(ended)
}

fn exit_of(status: ExitStatus) -> Result<()> {
    // What was wrong psql said itself.
    if status.success() { Ok(()) } else { Err(Failure::Said(Exit::Failed)) }
}

/// Carries one connection.
async fn carry(client: &Client, database: DatabaseId, mut local: TcpStream) -> Result<()> {
    let request = Request::get(format!("/v1/databases/{database}/connect"))
        .limit(None)
        .header("connection", "Upgrade")
        .header("upgrade", "ward-tunnel");
    let response = client.stream(&request).await?;
    if response.status() != http::StatusCode::SWITCHING_PROTOCOLS {
        return Err(Failure::new(Exit::Failed, "the server did not open the tunnel"));
    }
    let upgraded = hyper::upgrade::on(response).await.context("the server did not open the tunnel")?;
    // A connection that breaks is seen, and said, by psql.
    let _ = tokio::io::copy_bidirectional(&mut local, &mut TokioIo::new(upgraded)).await;
    Ok(())
}

/// Parts of `postgresql://user:password@host[:port]/database[?…]`.
#[derive(PartialEq, Eq)]
#[cfg_attr(test, derive(Debug))]
struct Parts {
    user: String,
    password: String,
    host: String,
    database: String,
}

impl Parts {
    fn read(url: &str) -> Option<Self> {
        let rest = url.strip_prefix("postgresql://").or_else(|| url.strip_prefix("postgres://"))?;
        let (authority, path) = rest.split_once('/')?;
        let (account, place) = authority.rsplit_once('@')?;
        let (user, password) = account.split_once(':')?;
        let host = place.rsplit_once(':').map_or(place, |(host, _)| host);
        let database = path.split('?').next()?;
        let host_is_plain =
            !host.is_empty() && host.bytes().all(|b| b.is_ascii_alphanumeric() || b"-.".contains(&b));
        host_is_plain.then_some(())?;
        Some(Self {
            user: decode(user)?,
            password: decode(password)?,
            host: host.to_owned(),
            database: decode(database)?,
        })
    }
}

/// Undoes percent-encoding; none if the text is not well formed or holds a NUL.
fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => {
                let digits = [rest.next()?, rest.next()?];
                let digits =
                    std::str::from_utf8(&digits).ok().filter(|d| d.bytes().all(|b| b.is_ascii_hexdigit()))?;
                u8::from_str_radix(digits, 16).ok()?
            }
            byte => byte,
        });
    }
    String::from_utf8(bytes).ok().filter(|text| !text.contains('\0'))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_connection_url_is_taken_apart() {
        let parts =
            Parts::read("postgresql://app:p%40ss%3A@main.db.ward.internal:5432/clinic?sslmode=verify-full")
                .unwrap();
        let text = |s: &str| s.to_owned();
        let wanted = Parts {
            user: text("app"),
            password: text("p@ss:"),
            host: text("main.db.ward.internal"),
            database: text("clinic"),
        };
        assert_eq!(parts, wanted);
        assert!(Parts::read("postgresql://u:p@/x").is_none());
        assert!(Parts::read("postgresql://u:p%0@h/x").is_none());
        assert!(Parts::read("postgresql://u:p%00@h/x").is_none());
        assert!(Parts::read("postgresql://u:p@h,evil hostaddr=1/x").is_none());
    }

    proptest! {
        #[test]
        fn what_was_encoded_is_decoded(text in "[^\\x00]{0,30}") {
            prop_assert_eq!(decode(&crate::url::encode(&text)), Some(text));
        }

        #[test]
        fn any_text_is_a_url_or_none(text in "(postgresql://)?\\PC{0,40}") {
            let _ = Parts::read(&text);
        }
    }
}
