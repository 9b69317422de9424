//! Records an agreement.

use serde_json::json;
use ward_model::{
    Action, AgreementId, OrganizationId,
    agreements::{Agreement, NewAgreement},
};
use ward_spine::{Ctx, Error, Result};

use super::{holds, sql};
use crate::{organizations, text};

/// Records an agreement that was signed elsewhere.
///
/// # Errors
/// `invalid` for empty texts, a hash that is none, or an end before the beginning.
pub async fn create(ctx: &Ctx, organization: OrganizationId, new: NewAgreement) -> Result<Agreement> {
    let found = organizations::find(&mut ctx.read().await?, organization).await?;
    let found = found.ok_or_else(|| Error::not_found("organization", organization))?;
    let permit = ctx.permit(Action::AgreementCreate, &found).await?;
    text::line("counterparty", &new.counterparty, 200)?;
    text::line("document", &new.document, 500)?;
    let is_hash =
        |h: &String| h.len() == 64 && h.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    if new.document_sha256.as_ref().is_some_and(|h| !is_hash(h)) {
        let message = "document_sha256 is not a SHA-256 in lower-case hex";
        return Err(Error::invalid(message, "give what `sha256sum` prints, or leave it out"));
    }
    let now = ctx.now();
    let mut agreement = Agreement {
        id: ctx.id::<AgreementId>(),
        organization,
        counterparty: new.counterparty,
        document: new.document,
        document_sha256: new.document_sha256,
        effective_at: new.effective_at.unwrap_or(now),
        expires_at: new.expires_at,
        ended_at: None,
        active: false,
    };
    if agreement.expires_at.is_some_and(|end| end <= agreement.effective_at) {
        let message = "the agreement would end before it begins";
        return Err(Error::invalid(message, "give an expires_at after effective_at"));
    }
    agreement.active = holds(&agreement, now);
    let mut tx = permit.begin().await?;
    sqlx::query(sql::INSERT)
        .bind(agreement.id.to_string())
        .bind(organization.to_string())
        .bind(agreement.counterparty.clone())
        .bind(agreement.document.clone())
        .bind(agreement.document_sha256.clone())
        .bind(agreement.effective_at.micros())
        .bind(agreement.expires_at.map(|t| t.micros()))
        .bind(now.micros())
        .bind(ctx.who().user().map(|u| u.to_string()))
        .execute(tx.conn())
        .await?;
    tx.commit(json!({ "agreement": agreement.id, "document_sha256": agreement.document_sha256 })).await?;
    Ok(agreement)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use ward_model::{ErrorCode, PageQuery};
    use ward_testkit::TestServer;

    use super::*;
    use crate::{agreements, testing};

    fn new() -> NewAgreement {
        NewAgreement {
            counterparty: "Mercy Clinic".into(),
            document: "cabinet 4".into(),
            document_sha256: None,
            effective_at: None,
            expires_at: None,
        }
    }

    #[tokio::test]
    async fn an_agreement_holds_from_its_first_moment_until_its_end() {
        let server = TestServer::new().await;
        let (owner, org) = testing::organization(&server, "mercy").await;
        let now = owner.now();
        let day = Duration::from_secs(86_400);
        let times =
            NewAgreement { effective_at: Some(now.plus(day)), expires_at: Some(now.plus(day * 3)), ..new() };
        assert!(!create(&owner, org, times).await.unwrap().active);
        for (after, expected) in [(day / 2, false), (day, true), (day * 2, true), (day * 3, false)] {
            let active =
                agreements::active(&mut owner.read().await.unwrap(), org, now.plus(after)).await.unwrap();
            assert_eq!(active, expected, "{after:?}");
        }
    }

    #[tokio::test]
    async fn an_ended_agreement_holds_no_more_and_ends_once() {
        let server = TestServer::new().await;
        let (owner, org) = testing::organization(&server, "mercy").await;
        let made = create(&owner, org, new()).await.unwrap();
        assert!(made.active);
        assert!(!agreements::end(&owner, org, made.id).await.unwrap().active);
        assert_eq!(agreements::end(&owner, org, made.id).await.unwrap_err().code(), ErrorCode::Conflict);
        let page = agreements::list(&owner, org, &PageQuery::default()).await.unwrap();
        assert!(page.items.len() == 1 && !page.items[0].active);
    }

    #[tokio::test]
    async fn wrong_input_and_another_organization_are_refused() {
        let server = TestServer::new().await;
        let (owner, org) = testing::organization(&server, "mercy").await;
        let (stranger, _) = testing::organization(&server, "other").await;
        let bad = [
            NewAgreement { counterparty: " ".into(), ..new() },
            NewAgreement { document_sha256: Some("zz".into()), ..new() },
            NewAgreement { expires_at: Some(owner.now().minus(Duration::from_secs(1))), ..new() },
        ];
        for new in bad {
            assert_eq!(create(&owner, org, new).await.unwrap_err().code(), ErrorCode::Invalid);
        }
        assert_eq!(create(&stranger, org, new()).await.unwrap_err().code(), ErrorCode::NotFound);
        let made = create(&owner, org, new()).await.unwrap();
        assert_eq!(agreements::end(&stranger, org, made.id).await.unwrap_err().code(), ErrorCode::NotFound);
        let other = testing::organization_of(&stranger).await;
        assert_eq!(agreements::end(&stranger, other, made.id).await.unwrap_err().code(), ErrorCode::NotFound);
    }
}
