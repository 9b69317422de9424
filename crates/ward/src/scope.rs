//! Which thing is meant: names or ids, from the arguments, else from the context (`ward use`).
//!
//! Names are resolved by the server; an id (it has an underscore, which no name has) is taken as it is, and a
//! name below an id is looked up in the list of that id.

use serde::de::DeserializeOwned;
use ward_model::{
    AppId, DatabaseId, EnvironmentId, ErrorCode, Id, OrganizationId, ProjectId, apps::App,
    databases::Database, environments::Environment, organizations::Project, system::Resolved,
};

use crate::{
    problem::{Failure, Result},
    run::Run,
    url::with_query,
};

impl Run {
    /// Id of the organization.
    pub(crate) async fn organization(&self) -> Result<OrganizationId> {
        let name = self.organization_name()?;
        match as_id(&name)? {
            Some(id) => Ok(id),
            None => found(self.resolve(&[&name]).await?.organization, "organization", &name),
        }
    }

    /// Id of the organization, if any is meant.
    pub(crate) async fn maybe_organization(&self) -> Result<Option<OrganizationId>> {
        if self.organization_name().is_ok() { self.organization().await.map(Some) } else { Ok(None) }
    }

    /// Id of the project.
    pub(crate) async fn project(&self) -> Result<ProjectId> {
        let name = self.project_name()?;
        if let Some(id) = as_id(&name)? {
            return Ok(id);
        }
        let organization = self.organization_name()?;
        if as_id::<OrganizationId>(&organization)?.is_some() {
            let path = format!("/v1/organizations/{organization}/projects");
            return self.named(&path, "project", &name, |p: &Project| (p.name.as_str(), p.id)).await;
        }
        found(self.resolve(&[&organization, &name]).await?.project, "project", &name)
    }

    /// Id of the environment.
    pub(crate) async fn environment(&self) -> Result<EnvironmentId> {
        let name = pick(&self.globals.env, &self.settings.environment, "environment", "--env")?;
        self.environment_named(&name).await
    }

    /// Id of an environment of the project.
    pub(crate) async fn environment_named(&self, name: &str) -> Result<EnvironmentId> {
        if let Some(id) = as_id(name)? {
            return Ok(id);
        }
        let (organization, project) = (self.organization_name(), self.project_name()?);
        if let Ok(organization) = &organization
            && !organization.contains('_')
            && !project.contains('_')
        {
            return found(
                self.resolve(&[organization, &project, name]).await?.environment,
                "environment",
                name,
            );
        }
        let project = self.project().await?;
        let path = format!("/v1/projects/{project}/environments");
        self.named(&path, "environment", name, |e: &Environment| (e.name.as_str(), e.id)).await
    }

    /// Name of the app: an argument, `--app`, else the manifest in this folder.
    pub(crate) fn app_name(&self, argument: Option<&str>) -> Result<String> {
        if let Some(name) = argument.or(self.globals.app.as_deref()) {
            return Ok(name.to_owned());
        }
        match crate::pack::app_of_manifest(std::path::Path::new("."))? {
            Some(name) => Ok(name),
            None => Err(Failure::usage("no app is named")
                .next_step("name it with --app NAME, or run in a folder with a ward.toml")),
        }
    }

    /// Id of the app.
    pub(crate) async fn app(&self, argument: Option<&str>) -> Result<AppId> {
        let name = self.app_name(argument)?;
        match self.find_app(&name).await? {
            Some(id) => Ok(id),
            None => Err(missing("app", &name)),
        }
    }

    /// Id of the app of this name, if it exists in the environment.
    pub(crate) async fn find_app(&self, name: &str) -> Result<Option<AppId>> {
        if let Some(id) = as_id(name)? {
            return Ok(Some(id));
        }
        let environment = self.environment().await?;
        let path = format!("/v1/environments/{environment}/apps");
        Ok(self.all::<App>(&path).await?.into_iter().find(|app| app.name.as_str() == name).map(|app| app.id))
    }

    /// Id of the database.
    pub(crate) async fn database(&self, name: &str) -> Result<DatabaseId> {
        if let Some(id) = as_id(name)? {
            return Ok(id);
        }
        let environment = self.environment().await?;
        let path = format!("/v1/environments/{environment}/databases");
        self.named(&path, "database", name, |d: &Database| (d.name.as_str(), d.id)).await
    }

    /// What a path of names stands for: `org[/project[/environment[/app-or-database]]]`.
    pub(crate) async fn resolve(&self, parts: &[&str]) -> Result<Resolved> {
        let path = with_query("/v1/resolve", &[("path", Some(parts.join("/")))]);
        self.fetch(&path).await.map_err(|failure| {
            // The server can't say which part it is, without telling that the others exist.
            if failure.is(ErrorCode::NotFound) {
                missing("organization, project, environment, app or database", &parts.join("/"))
            } else {
                failure
            }
        })
    }

    fn project_name(&self) -> Result<String> {
        pick(&self.globals.project, &self.settings.project, "project", "--project")
    }

    fn organization_name(&self) -> Result<String> {
        pick(&self.globals.org, &self.settings.organization, "organization", "--org")
    }

    async fn named<T: DeserializeOwned, I: Id>(
        &self,
        path: &str,
        kind: &str,
        name: &str,
        of: impl Fn(&T) -> (&str, I),
    ) -> Result<I> {
        let items = self.all::<T>(path).await?;
        items
            .iter()
            .map(of)
            .find(|(known, _)| *known == name)
            .map(|(_, id)| id)
            .ok_or_else(|| missing(kind, name))
    }
}

fn pick(argument: &Option<String>, context: &Option<String>, kind: &str, option: &str) -> Result<String> {
    argument.clone().or_else(|| context.clone()).ok_or_else(|| {
        Failure::usage(format!("no {kind} is named"))
            .next_step(format!("name it with {option} NAME, or once for all with `ward use ORG/PROJECT/ENV`"))
    })
}

/// The id, if the text is one; an error if it is one of another kind.
pub(crate) fn as_id<I: Id>(text: &str) -> Result<Option<I>> {
    if !text.contains('_') {
        return Ok(None);
    }
    text.parse().map(Some).map_err(|error: ward_model::InvalidId| Failure::usage(error.to_string()))
}

/// The id that the server gave for a name.
pub(crate) fn found<I: Id>(id: Option<String>, kind: &str, name: &str) -> Result<I> {
    let id = id.ok_or_else(|| missing(kind, name))?;
    id.parse().map_err(|error: ward_model::InvalidId| {
        Failure::new(crate::problem::Exit::Failed, format!("the server's answer is wrong: {error}"))
    })
}

fn missing(kind: &str, name: &str) -> Failure {
    Failure::not_found(format!("there is no {kind} {name:?} that you may see"))
        .next_step("check the name and the context (`ward whoami`)")
}
