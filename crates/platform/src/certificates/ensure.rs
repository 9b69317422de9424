//! Sets up the platform's keys and its certificate authority, once.

use serde_json::json;
use ward_model::{Action, Target};
use ward_spine::{Ctx, Error, Result, keyring::PLATFORM_DATA};
use ward_vault::certs::{CertificateAuthority, MAX_AUTHORITY_VALIDITY, Scope};

use super::{AUTHORITY_AAD, INTERNAL_DOMAIN, jiff_time, platform_dek, sql};

/// Makes sure that the platform has its KEK, its DEK and its authority. Can be called again at any time.
///
/// # Errors
/// Those of the gate: the operator and loops may.
pub async fn ensure(ctx: &Ctx) -> Result<()> {
    let dek = ctx.keyring().find(&mut ctx.read().await?, PLATFORM_DATA).await?;
    if dek.is_none() {
        let mut tx = ctx.permit(Action::CertificateIssue, &Target::platform()).await?.begin().await?;
        let dek = ctx.keyring().platform_dek(&mut tx).await?;
        tx.commit(json!({ "key": dek })).await?;
    }
    if ca_pem(ctx).await?.is_none() {
        create_authority(ctx).await?;
    }
    Ok(())
}

async fn create_authority(ctx: &Ctx) -> Result<()> {
    let permit = ctx.permit(Action::CertificateIssue, &Target::platform()).await?;
    let failed = |e| Error::internal("creating its certificate authority", e);
    let settings = ctx.settings();
    let pool = format!("{}/{}", settings.network_pool.0, settings.network_pool.1);
    let scope = Scope::new(&[settings.domain.as_str(), INTERNAL_DOMAIN], &[pool]).map_err(failed)?;
    let now = ctx.now();
    let authority = CertificateAuthority::create(
        &format!("Ward CA {}", settings.domain).chars().take(64).collect::<String>(),
        &scope,
        MAX_AUTHORITY_VALIDITY,
        jiff_time(now)?,
    )
    .map_err(failed)?;
    let sealed = {
        let mut read = ctx.read().await?;
        let dek = platform_dek(ctx, &mut read).await?;
        ctx.keyring().encrypt(read.conn(), dek, AUTHORITY_AAD, authority.key_pem().as_bytes()).await?
    };
    let mut tx = permit.begin().await?;
    sqlx::query(sql::INSERT_AUTHORITY)
        .bind(authority.cert_pem().to_owned())
        .bind(sealed)
        .bind(now.micros())
        .bind(authority.not_after().map_err(failed)?.as_microsecond())
        .execute(tx.conn())
        .await?;
    tx.commit(json!({ "authority": authority.fingerprint() })).await
}

/// The authority's certificate, PEM, for whoever shall trust it; None before it is set up.
///
/// # Errors
/// Those of the store.
pub async fn ca_pem(ctx: &Ctx) -> Result<Option<String>> {
    let mut read = ctx.read().await?;
    let row: Option<(String, Vec<u8>)> = sqlx::query_as(sql::AUTHORITY).fetch_optional(read.conn()).await?;
    Ok(row.map(|(cert, _)| cert))
}

#[cfg(test)]
mod tests {
    use ward_model::ErrorCode;
    use ward_testkit::TestServer;

    use super::*;
    use crate::{certificates, testing};

    #[tokio::test]
    async fn the_authority_is_made_once_and_its_key_is_sealed() {
        let server = TestServer::new().await;
        let operator = server.operator();
        assert!(ca_pem(&operator).await.unwrap().is_none());
        ensure(&operator).await.unwrap();
        let first = ca_pem(&operator).await.unwrap().unwrap();
        ensure(&operator).await.unwrap();
        assert_eq!(ca_pem(&operator).await.unwrap().unwrap(), first);
        let mut read = operator.read().await.unwrap();
        let (_, key): (String, Vec<u8>) =
            sqlx::query_as(sql::AUTHORITY).fetch_one(read.conn()).await.unwrap();
        assert!(!String::from_utf8_lossy(&key).contains("PRIVATE KEY"));
    }

    #[tokio::test]
    async fn a_user_can_not_have_certificates_issued() {
        let server = TestServer::new().await;
        let (owner, _) = testing::organization(&server, "mercy").await;
        assert_eq!(ensure(&owner).await.unwrap_err().code(), ErrorCode::Forbidden);
    }

    #[tokio::test]
    async fn names_outside_the_scope_are_refused() {
        let server = TestServer::new().await;
        let operator = server.operator();
        ensure(&operator).await.unwrap();
        let name = format!("db.{INTERNAL_DOMAIN}");
        assert!(certificates::issue(&operator, &[name]).await.is_ok());
        let outside = certificates::issue(&operator, &["bank.example".to_owned()]).await.unwrap_err();
        assert_eq!(outside.code(), ErrorCode::Invalid);
    }
}
