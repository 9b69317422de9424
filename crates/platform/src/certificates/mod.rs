//! Ward's own certificate authority, and the certificates it issues (45 CFR 164.312(e)(1), transmission security).
//!
//! The authority is created once; its key is sealed under the platform's DEK and is open in memory only while it
//! signs. Its name constraints cover the apps' domain, `ward.internal` (databases) and the network pool, nothing
//! else. The certificate of the ingress is renewed at two thirds of its life.

mod ensure;
mod issue;
mod reconcile;
pub(crate) mod sql;

pub use ensure::{ca_pem, ensure};
pub use issue::issue;
pub use reconcile::Certificates;

use std::time::Duration;

use ward_model::{KeyId, Timestamp};
use ward_spine::{Ctx, Error, ReadTx, Result, keyring::PLATFORM_DATA};
use ward_vault::certs::CertificateAuthority;
use zeroize::Zeroizing;

use crate::sql::damaged;

/// Suffix of the names of databases inside the installation.
pub const INTERNAL_DOMAIN: &str = "ward.internal";
/// Life of a server certificate.
pub const LIFE: Duration = Duration::from_secs(60 * 86_400);

const AUTHORITY_AAD: &str = "authority platform key";
const INGRESS_AAD: &str = "certificate ingress key";

/// Certificate chain and key for the ingress.
pub struct IngressCertificate {
    /// Names, exact or `*.suffix`.
    pub names: Vec<String>,
    /// Chain, PEM, leaf first.
    pub chain_pem: String,
    /// Private key, PEM.
    pub key_pem: Zeroizing<String>,
}

/// The platform's DEK, once [`ensure`] has run.
pub(crate) async fn platform_dek(ctx: &Ctx, read: &mut ReadTx) -> Result<KeyId> {
    let dek = ctx.keyring().find(read, PLATFORM_DATA).await?;
    dek.ok_or_else(|| {
        Error::unavailable("the platform's keys are not set up yet", format!("no {PLATFORM_DATA}"))
    })
}

/// Opens the authority.
pub(crate) async fn authority(ctx: &Ctx) -> Result<CertificateAuthority> {
    let mut read = ctx.read().await?;
    let row: Option<(String, Vec<u8>)> = sqlx::query_as(sql::AUTHORITY).fetch_optional(read.conn()).await?;
    let Some((cert, key)) = row else {
        return Err(Error::unavailable("the certificate authority is not set up yet", "no authority"));
    };
    let dek = platform_dek(ctx, &mut read).await?;
    let key = ctx.keyring().decrypt(read.conn(), dek, AUTHORITY_AAD, &key).await?;
    let key = std::str::from_utf8(&key).map_err(|e| damaged("the authority's key", e))?;
    CertificateAuthority::from_pem(&cert, key)
        .map_err(|e| Error::internal("opening its certificate authority", e))
}

/// The certificate that the ingress presents; None before the loop issued it.
pub async fn ingress(ctx: &Ctx) -> Result<Option<IngressCertificate>> {
    let mut read = ctx.read().await?;
    let row: Option<(String, String, Vec<u8>, i64, i64)> =
        sqlx::query_as(sql::INGRESS).fetch_optional(read.conn()).await?;
    let Some((names, chain_pem, key, _, _)) = row else { return Ok(None) };
    let dek = platform_dek(ctx, &mut read).await?;
    let key = ctx.keyring().decrypt(read.conn(), dek, INGRESS_AAD, &key).await?;
    let key = std::str::from_utf8(&key).map_err(|e| damaged("a certificate's key", e))?;
    Ok(Some(IngressCertificate {
        names: names.split(' ').map(str::to_owned).collect(),
        chain_pem,
        key_pem: Zeroizing::new(key.to_owned()),
    }))
}

/// A time as the certificate library wants it.
fn jiff_time(now: Timestamp) -> Result<jiff::Timestamp> {
    jiff::Timestamp::from_microsecond(now.micros()).map_err(|e| Error::internal("reading the clock", e))
}
