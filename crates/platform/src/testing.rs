//! Fixtures of this crate's tests: an organization with an owner, and what lies below it.

use flate2::{Compression, write::GzEncoder};
use ward_model::{
    Action, DataClass, DeploymentId, Name, OrganizationId, PageQuery, ProjectId, ReleaseId, Role, Target,
    agreements::NewAgreement,
    apps::{App, NewApp},
    environments::{Environment, NewEnvironment},
    organizations::{NewOrganization, NewProject, NewRegion},
};
use ward_spine::Ctx;
use ward_testkit::TestServer;

use crate::{agreements, apps, environments, organizations, projects, regions};

pub(crate) fn name(text: &str) -> Name {
    text.parse().unwrap()
}

/// An organization and its owner.
pub(crate) async fn organization(server: &TestServer, called: &str) -> (Ctx, OrganizationId) {
    let new = NewOrganization { name: name(called) };
    let id = organizations::create(&server.operator(), new).await.unwrap().id;
    (server.user_with(Role::Owner, &Target::organization(id)).await, id)
}

/// The only organization of a user.
pub(crate) async fn organization_of(ctx: &Ctx) -> OrganizationId {
    organizations::list(ctx, &PageQuery::default()).await.unwrap().items[0].id
}

pub(crate) async fn project(owner: &Ctx, organization: OrganizationId, called: &str) -> ProjectId {
    projects::create(owner, organization, NewProject { name: name(called) }).await.unwrap().id
}

pub(crate) async fn agreement(owner: &Ctx, organization: OrganizationId) {
    let new = NewAgreement {
        counterparty: "Mercy Clinic".into(),
        document: "cabinet 4".into(),
        document_sha256: None,
        effective_at: None,
        expires_at: None,
    };
    agreements::create(owner, organization, new).await.unwrap();
}

/// An organization with an environment `prod` in the region `here`.
pub(crate) async fn environment_of(
    server: &TestServer,
    called: &str,
    class: DataClass,
) -> (Ctx, Environment) {
    let (owner, organization) = organization(server, called).await;
    let region = NewRegion { name: name("here"), location: "this room".into(), phi: true };
    // The second organization of a test finds it there.
    let _ = regions::create(&server.operator(), region).await;
    agreement(&owner, organization).await;
    let project = project(&owner, organization, "records").await;
    let new = NewEnvironment { name: name("prod"), data_class: class, region: name("here") };
    let made = environments::create(&owner, project, new).await.unwrap();
    (owner, made)
}

/// The same for made-up data.
pub(crate) async fn environment(server: &TestServer, called: &str) -> (Ctx, Environment) {
    environment_of(server, called, DataClass::Synthetic).await
}

pub(crate) async fn app_in(owner: &Ctx, environment: &Environment, called: &str) -> App {
    apps::create(owner, environment.id, NewApp { name: name(called) }).await.unwrap()
}

/// An organization with an app `clinic`.
pub(crate) async fn app(server: &TestServer, called: &str) -> (Ctx, App) {
    let (owner, environment) = environment(server, called).await;
    let app = app_in(&owner, &environment, "clinic").await;
    (owner, app)
}

/// Another user of the app's organization.
pub(crate) async fn colleague(server: &TestServer, app: &App, role: Role) -> Ctx {
    server.user_with(role, &Target::organization(app.organization)).await
}

/// A tar.gz of text files.
pub(crate) fn archive(files: &[(&str, &str)]) -> Vec<u8> {
    let mut tar = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    for (path, text) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(text.len() as u64);
        header.set_mode(0o644);
        tar.append_data(&mut header, path, text.as_bytes()).unwrap();
    }
    tar.into_inner().unwrap().finish().unwrap()
}

/// A release as the loop would have made it; one that served is the current one.
pub(crate) async fn release(owner: &Ctx, app: &App, number: i64, served: bool) {
    let mut tx = owner.permit(Action::AppDeploy, app).await.unwrap().begin().await.unwrap();
    let manifest = serde_json::to_string(&apps::manifest::Manifest::read(None, None).unwrap()).unwrap();
    let (id, at) = (owner.id::<ReleaseId>().to_string(), owner.now().micros());
    sqlx::query(apps::rollout::sql::INSERT_RELEASE)
        .bind(id.clone())
        .bind(app.id.to_string())
        .bind(number)
        .bind("sha256:0")
        .bind(manifest)
        .bind(0_i64)
        .bind("{}")
        .bind("deploy")
        .bind(None::<String>)
        .bind(at)
        .execute(tx.conn())
        .await
        .unwrap();
    if served {
        sqlx::query(apps::rollout::sql::SERVED).bind(at).bind(id.clone()).execute(tx.conn()).await.unwrap();
        sqlx::query(apps::rollout::sql::SERVE)
            .bind(id)
            .bind(owner.id::<DeploymentId>().to_string())
            .bind(0_i64)
            .bind(app.id.to_string())
            .execute(tx.conn())
            .await
            .unwrap();
    }
    tx.commit(serde_json::json!({})).await.unwrap();
}
