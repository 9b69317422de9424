//! Creates a project.

use serde_json::json;
use ward_model::{
    Action, OrganizationId, ProjectId,
    organizations::{NewProject, Project},
};
use ward_spine::{Ctx, Error, Result};

use super::sql;
use crate::{organizations, sql::taken};

/// Creates a project in an organization.
///
/// # Errors
/// `conflict` if the organization has one of this name.
pub async fn create(ctx: &Ctx, organization: OrganizationId, new: NewProject) -> Result<Project> {
    let found = organizations::find(&mut ctx.read().await?, organization).await?;
    let found = found.ok_or_else(|| Error::not_found("organization", organization))?;
    let permit = ctx.permit(Action::ProjectCreate, &found).await?;
    let project = Project { id: ctx.id::<ProjectId>(), organization, name: new.name, created_at: ctx.now() };
    let mut tx = permit.begin().await?;
    sqlx::query(sql::INSERT)
        .bind(project.id.to_string())
        .bind(organization.to_string())
        .bind(project.name.to_string())
        .bind(project.created_at.micros())
        .execute(tx.conn())
        .await
        .map_err(|e| {
            taken(e, || format!("a project {} exists already", project.name), "choose another name")
        })?;
    tx.commit(json!({ "project": project.id, "name": project.name })).await?;
    Ok(project)
}

#[cfg(test)]
mod tests {
    use ward_model::{ErrorCode, PageQuery};
    use ward_testkit::TestServer;

    use super::*;
    use crate::{
        projects,
        testing::{self, name},
    };

    #[tokio::test]
    async fn a_project_is_unique_in_its_organization_and_unseen_outside() {
        let server = TestServer::new().await;
        let (owner, org) = testing::organization(&server, "mercy").await;
        let (stranger, other) = testing::organization(&server, "other").await;
        let made = create(&owner, org, NewProject { name: name("records") }).await.unwrap();
        let again = create(&owner, org, NewProject { name: name("records") }).await.unwrap_err();
        assert_eq!(again.code(), ErrorCode::Conflict);
        create(&stranger, other, NewProject { name: name("records") }).await.unwrap();
        assert_eq!(projects::get(&stranger, made.id).await.unwrap_err().code(), ErrorCode::NotFound);
        let list = projects::list(&stranger, org, &PageQuery::default()).await;
        assert_eq!(list.unwrap_err().code(), ErrorCode::NotFound);
        let into = create(&stranger, org, NewProject { name: name("x") }).await;
        assert_eq!(into.unwrap_err().code(), ErrorCode::NotFound);
        assert_eq!(projects::list(&owner, org, &PageQuery::default()).await.unwrap().items.len(), 1);
    }

    #[tokio::test]
    async fn pages_follow_each_other_without_gaps() {
        let server = TestServer::new().await;
        let (owner, org) = testing::organization(&server, "mercy").await;
        for n in 0..5 {
            create(&owner, org, NewProject { name: name(&format!("p{n}")) }).await.unwrap();
        }
        let mut seen = Vec::new();
        let mut page = PageQuery { cursor: None, limit: Some(2) };
        loop {
            let got = projects::list(&owner, org, &page).await.unwrap();
            seen.extend(got.items.iter().map(|p| p.name.to_string()));
            let Some(next) = got.next else { break };
            page.cursor = Some(next);
        }
        seen.sort();
        assert_eq!(seen, ["p0", "p1", "p2", "p3", "p4"]);
    }
}
