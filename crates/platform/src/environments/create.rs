//! Creates an environment: its key, its network, and the floors it stands on.

use serde_json::json;
use ward_model::{
    Action, DataClass, EnvironmentId, ProjectId,
    environments::{Environment, NewEnvironment},
};
use ward_spine::{Ctx, Error, Result, WriteTx};

use super::sql;
use crate::{
    agreements, network, projects, regions,
    sql::{number, taken},
};

/// Citation of the safeguard behind the designation of a region.
const REGION_SAFEGUARD: &str = "45 CFR 164.310(a)(1), 164.308(a)(1)";

/// Creates an environment in a project.
///
/// # Errors
/// `invalid` for an unknown region; `floor` if it shall hold PHI without an active agreement or in a region that
/// is not designated; `conflict` if the name is taken or no network is free.
pub async fn create(ctx: &Ctx, project: ProjectId, new: NewEnvironment) -> Result<Environment> {
    let project = projects::find(&mut ctx.read().await?, project)
        .await?
        .ok_or_else(|| Error::not_found("project", project))?;
    let permit = ctx.permit(Action::EnvironmentCreate, &project).await?;
    let region = regions::find_by_name(&mut ctx.read().await?, &new.region).await?.ok_or_else(|| {
        Error::invalid(format!("there is no region {}", new.region), "list the regions: `ward regions list`")
    })?;
    agreements::require(ctx, project.organization, new.data_class).await?;
    if new.data_class == DataClass::Phi && !region.phi {
        return Err(Error::floor(
            REGION_SAFEGUARD,
            format!("the region {} is not designated for PHI", region.name),
            "choose a region that is, or have one designated after a risk analysis",
        ));
    }
    let environment = Environment {
        id: ctx.id::<EnvironmentId>(),
        organization: project.organization,
        project: project.id,
        name: new.name,
        data_class: new.data_class,
        region: region.id,
        created_at: ctx.now(),
        destroying: false,
    };
    let mut tx = permit.begin().await?;
    let kek = ctx.keyring().create_kek(&mut tx, &format!("environment {}", environment.id)).await?;
    let index = free_network(&mut tx, network::capacity(ctx.settings())).await?;
    sqlx::query(sql::INSERT)
        .bind(environment.id.to_string())
        .bind(environment.organization.to_string())
        .bind(environment.project.to_string())
        .bind(environment.name.to_string())
        .bind(environment.data_class.as_str().to_owned())
        .bind(environment.region.to_string())
        .bind(kek.to_string())
        .bind(i64::from(index))
        .bind(environment.created_at.micros())
        .execute(tx.conn())
        .await
        .map_err(|e| {
            taken(e, || format!("an environment {} exists already", environment.name), "choose another name")
        })?;
    let detail = json!({ "environment": environment.id, "name": environment.name, "data_class": environment.data_class });
    tx.commit(detail).await?;
    ctx.wake("network");
    Ok(environment)
}

/// The lowest network index that no living environment has.
async fn free_network(tx: &mut WriteTx, capacity: u16) -> Result<u16> {
    let used: Vec<(i64,)> = sqlx::query_as(sql::INDEXES).fetch_all(tx.conn()).await?;
    let used = used.into_iter().map(|(n,)| number::<u16>(n)).collect::<Result<Vec<_>>>()?;
    (0..capacity).find(|n| !used.contains(n)).ok_or_else(|| {
        Error::conflict(
            format!("this installation has {capacity} environments, as many as its network pool holds"),
            "destroy one, or give Ward a larger network pool",
        )
    })
}

#[cfg(test)]
mod tests {
    use ward_model::{ErrorCode, PageQuery, agreements::NewAgreement, organizations::NewRegion};
    use ward_testkit::TestServer;

    use super::*;
    use crate::{
        environments,
        testing::{self, name},
    };

    fn new(n: &str, class: DataClass, region: &str) -> NewEnvironment {
        NewEnvironment { name: name(n), data_class: class, region: name(region) }
    }

    async fn two_regions(server: &TestServer) {
        for (n, phi) in [("safe", true), ("open", false)] {
            let new = NewRegion { name: name(n), location: "here".into(), phi };
            regions::create(&server.operator(), new).await.unwrap();
        }
    }

    #[tokio::test]
    async fn a_phi_environment_needs_an_agreement_and_a_designated_region() {
        let server = TestServer::new().await;
        two_regions(&server).await;
        let (owner, org) = testing::organization(&server, "mercy").await;
        let project = testing::project(&owner, org, "records").await;
        let without = create(&owner, project, new("prod", DataClass::Phi, "safe")).await.unwrap_err();
        assert_eq!(without.code(), ErrorCode::Floor);
        assert_eq!(without.safeguard(), Some(agreements::SAFEGUARD));
        testing::agreement(&owner, org).await;
        let undesignated = create(&owner, project, new("prod", DataClass::Phi, "open")).await.unwrap_err();
        assert_eq!(
            (undesignated.code(), undesignated.safeguard()),
            (ErrorCode::Floor, Some(REGION_SAFEGUARD))
        );
        let made = create(&owner, project, new("prod", DataClass::Phi, "safe")).await.unwrap();
        let kek =
            owner.keyring().find(&mut owner.read().await.unwrap(), &format!("environment {}", made.id)).await;
        assert!(kek.unwrap().is_some());
        create(&owner, project, new("dev", DataClass::Synthetic, "open")).await.unwrap();
    }

    #[tokio::test]
    async fn an_agreement_that_begins_tomorrow_is_none_today() {
        let server = TestServer::new().await;
        two_regions(&server).await;
        let (owner, org) = testing::organization(&server, "mercy").await;
        let project = testing::project(&owner, org, "records").await;
        let tomorrow = owner.now().plus(std::time::Duration::from_secs(86_400));
        let agreement = NewAgreement {
            counterparty: "Mercy".into(),
            document: "d".into(),
            document_sha256: None,
            effective_at: Some(tomorrow),
            expires_at: None,
        };
        agreements::create(&owner, org, agreement).await.unwrap();
        let refused = create(&owner, project, new("prod", DataClass::Phi, "safe")).await.unwrap_err();
        assert_eq!(refused.code(), ErrorCode::Floor);
    }

    #[tokio::test]
    async fn wrong_input_leaves_nothing_and_strangers_see_nothing() {
        let server = TestServer::new().await;
        two_regions(&server).await;
        let (owner, org) = testing::organization(&server, "mercy").await;
        let (stranger, _) = testing::organization(&server, "other").await;
        let project = testing::project(&owner, org, "records").await;
        let unknown = create(&owner, project, new("dev", DataClass::Synthetic, "nowhere")).await.unwrap_err();
        assert_eq!(unknown.code(), ErrorCode::Invalid);
        let foreign = create(&stranger, project, new("dev", DataClass::Synthetic, "open")).await.unwrap_err();
        assert_eq!(foreign.code(), ErrorCode::NotFound);
        let made = create(&owner, project, new("dev", DataClass::Synthetic, "open")).await.unwrap();
        let again = create(&owner, project, new("dev", DataClass::Synthetic, "open")).await.unwrap_err();
        assert_eq!(again.code(), ErrorCode::Conflict);
        assert_eq!(environments::get(&stranger, made.id).await.unwrap_err().code(), ErrorCode::NotFound);
        let listed = environments::list(&owner, project, &PageQuery::default()).await.unwrap();
        assert_eq!(listed.items.len(), 1);
    }

    #[tokio::test]
    async fn each_environment_gets_a_network_of_its_own_and_the_last_one_is_refused() {
        let server = TestServer::new().await;
        two_regions(&server).await;
        let (owner, org) = testing::organization(&server, "mercy").await;
        let project = testing::project(&owner, org, "records").await;
        let mut seen = Vec::new();
        for n in 0..3 {
            let made =
                create(&owner, project, new(&format!("e{n}"), DataClass::Synthetic, "open")).await.unwrap();
            seen.push(
                environments::find(&mut owner.read().await.unwrap(), made.id).await.unwrap().unwrap().network,
            );
        }
        assert_eq!(seen, [0, 1, 2]);
        let permit =
            owner.permit(Action::ProjectCreate, &ward_model::Target::organization(org)).await.unwrap();
        let full = free_network(&mut permit.begin().await.unwrap(), 3).await.unwrap_err();
        assert_eq!(full.code(), ErrorCode::Conflict);
    }
}
