//! The loop `certificates`: sets up the authority, issues and renews the certificate of the ingress.

use std::time::Duration;

use async_trait::async_trait;
use serde_json::json;
use ward_model::{Action, Target, Timestamp};
use ward_spine::{Ctx, Result, reconcile::Reconciler};

use super::{INGRESS_AAD, ensure, issue, platform_dek, sql};

/// The loop `certificates`.
pub struct Certificates;

/// Whether two thirds of the life are over.
fn due(issued_at: Timestamp, not_after: Timestamp, now: Timestamp) -> bool {
    let life = not_after.since(issued_at);
    now.since(issued_at) >= life * 2 / 3
}

#[async_trait]
impl Reconciler for Certificates {
    fn name(&self) -> &'static str {
        "certificates"
    }

    fn every(&self) -> Duration {
        Duration::from_secs(600)
    }

    async fn pass(&self, ctx: &Ctx) -> Result<String> {
        if ctx.core().vault.is_sealed() {
            return Ok(String::new());
        }
        ensure(ctx).await?;
        let domain = &ctx.settings().domain;
        let names = [format!("*.{domain}"), domain.clone()];
        let row: Option<(String, String, Vec<u8>, i64, i64)> =
            sqlx::query_as(sql::INGRESS).fetch_optional(ctx.read().await?.conn()).await?;
        let at = Timestamp::from_micros;
        if row
            .is_some_and(|(had, _, _, from, to)| had == names.join(" ") && !due(at(from), at(to), ctx.now()))
        {
            return Ok(String::new());
        }
        let permit = ctx.permit(Action::CertificateIssue, &Target::platform()).await?;
        let issued = issue(ctx, &names).await?;
        let sealed = {
            let mut read = ctx.read().await?;
            let dek = platform_dek(ctx, &mut read).await?;
            ctx.keyring().encrypt(read.conn(), dek, INGRESS_AAD, issued.key_pem.as_bytes()).await?
        };
        let mut tx = permit.begin().await?;
        sqlx::query(sql::PUT_INGRESS)
            .bind(names.join(" "))
            .bind(issued.cert_chain_pem)
            .bind(sealed)
            .bind(ctx.now().micros())
            .bind(issued.not_after.as_microsecond())
            .execute(tx.conn())
            .await?;
        tx.commit(json!({ "names": names, "not_after": issued.not_after.to_string() })).await?;
        ctx.wake("routes");
        Ok(format!("certificate for {} issued", names.join(", ")))
    }
}

#[cfg(test)]
mod tests {
    use ward_testkit::TestServer;

    use super::*;
    use crate::certificates;

    #[test]
    fn a_certificate_is_due_at_two_thirds_of_its_life() {
        let at = |days: i64| Timestamp::from_micros(days * 86_400_000_000);
        assert!(!due(at(0), at(60), at(39)));
        assert!(due(at(0), at(60), at(40)));
    }

    #[tokio::test]
    async fn the_ingress_gets_a_certificate_once_and_a_new_one_when_it_is_due() {
        let server = TestServer::new().await;
        let ctx = server.as_loop("certificates");
        assert!(!Certificates.pass(&ctx).await.unwrap().is_empty());
        let first = certificates::ingress(&ctx).await.unwrap().unwrap();
        assert!(first.names.contains(&format!("*.{}", ctx.settings().domain)));
        assert!(first.key_pem.contains("PRIVATE KEY"));
        assert!(Certificates.pass(&ctx).await.unwrap().is_empty());
        server.clock.advance(Duration::from_secs(41 * 86_400));
        assert!(!Certificates.pass(&ctx).await.unwrap().is_empty());
        assert_ne!(certificates::ingress(&ctx).await.unwrap().unwrap().chain_pem, first.chain_pem);
    }
}
