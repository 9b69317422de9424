//! Transmission security (45 CFR 164.312(e)): what the ingress and the databases agree to on the wire.

mod aead;
mod database;
mod external;

pub(crate) use aead::Aead;
pub(crate) use database::Database;
pub(crate) use external::External;

use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};

use ward_model::Timestamp;

use crate::{Probe, checks::Unseen, sql};

/// A managed database that should answer.
pub(crate) struct Server {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) address: Ipv4Addr,
}

impl Server {
    /// Where it listens.
    pub(crate) fn socket(&self) -> SocketAddr {
        SocketAddrV4::new(self.address, 5432).into()
    }
    /// Name in its certificate.
    pub(crate) fn host(&self) -> String {
        format!("{}.db.ward.internal", self.name)
    }
}

pub(crate) type DatabaseRow = (String, String, Option<String>, String, String, String, i64, i64);

/// Databases that are ready.
pub(crate) async fn servers(probe: &Probe) -> Result<Vec<Server>, Unseen> {
    let rows: Vec<DatabaseRow> = sqlx::query_as(sql::DATABASES).fetch_all(probe.read().await?.conn()).await?;
    rows.into_iter()
        .filter(|(_, _, _, _, state, ..)| state == "ready")
        .map(|(id, _, _, name, _, address, ..)| {
            let address = address.parse().map_err(|_| Unseen("a database has no address".into()))?;
            Ok(Server { id, name, address })
        })
        .collect()
}

/// Whole days from now to a time in seconds since 1970; negative if it is over.
fn days_left(now: Timestamp, seconds: i64) -> i64 {
    (seconds - now.micros() / 1_000_000).div_euclid(86_400)
}

/// Whether a suite authenticates what it encrypts, by its IANA name.
fn is_aead(suite: &str) -> bool {
    suite.contains("_GCM_") || suite.contains("CHACHA20_POLY1305") || suite.contains("_CCM")
}
