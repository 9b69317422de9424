//! `tls.database`: comes to each database without TLS, with old TLS, and rightly (45 CFR 164.312(e)(1)).

use std::{io, time::Duration};

use async_trait::async_trait;
use serde_json::json;

use super::{Server, servers};
use crate::{
    Probe,
    checks::{Check, Finding, Tally, Unseen, minutes},
    wire::{
        hello::Version,
        postgres::{self, Plain},
        tls,
    },
};

/// Users that a stranger would try.
const USERS: [(&str, &str); 3] = [("ward_admin", "app"), ("postgres", "postgres"), ("stranger", "app")];

/// Plain connections are refused before any password is asked for; so are old versions; a good handshake verifies.
pub(crate) struct Database;

#[async_trait]
impl Check for Database {
    fn id(&self) -> &'static str {
        "tls.database"
    }
    fn every(&self) -> Duration {
        minutes(10)
    }
    fn gap(&self) -> Option<&'static str> {
        Some(
            "a client that does not verify the server's certificate; a server can't tell, so Ward hands out URLs with verify-full",
        )
    }
    async fn observe(&self, probe: &Probe) -> Result<Finding, Unseen> {
        let mut tally = Tally::of("databases");
        for server in servers(probe).await? {
            for (user, database) in USERS {
                match postgres::plain(server.socket(), user, database).await {
                    Ok(Plain::Refuses(code)) => {
                        tally.note(json!({ "database": server.id, "user": user, "refused": code }))
                    }
                    Ok(Plain::Talks) => tally.fault(&server.id, "a database talks to a client without TLS"),
                    Err(error) => {
                        tally.blind(&server.id, format!("a database did not answer a plain client: {error}"))
                    }
                }
            }
            for version in [Version::Tls10, Version::Tls11] {
                match old(&server, version).await {
                    Ok(None) => {}
                    Ok(Some(_)) => tally.fault(&server.id, format!("a database accepted {}", version.name())),
                    Err(error) => {
                        tally.blind(&server.id, format!("a handshake with {} broke: {error}", version.name()))
                    }
                }
            }
            good(probe, &server, &mut tally).await?;
        }
        Ok(tally.finish("refuse clients without TLS and old versions, and show a valid certificate"))
    }
}

async fn old(server: &Server, version: Version) -> io::Result<Option<(u16, u16)>> {
    let Some(mut stream) = postgres::request_tls(server.socket()).await? else { return Ok(None) };
    tls::offer(&mut stream, version, &tls::old_suites(), &server.host()).await
}

async fn good(probe: &Probe, server: &Server, tally: &mut Tally) -> Result<(), Unseen> {
    let Some(roots) = probe.roots().await? else {
        tally.blind(&server.id, "there is no certificate authority to verify with");
        return Ok(());
    };
    match postgres::request_tls(server.socket()).await {
        Ok(None) => tally.fault(&server.id, "a database refuses TLS"),
        Ok(Some(stream)) => {
            match tls::verified(stream, &server.host(), roots, &[]).await.and_then(|s| tls::agreed(&s)) {
                Ok(agreed) => tally.fact(json!({ "database": server.id, "agreed": agreed })),
                Err(error) => {
                    tally.fault(&server.id, format!("a verified handshake with a database failed: {error}"))
                }
            }
        }
        Err(error) => tally.blind(&server.id, format!("a database did not answer: {error}")),
    }
    Ok(())
}
