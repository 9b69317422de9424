//! Projects of an organization.

use ward_model::{
    Name,
    organizations::{NewProject, Project},
};

use crate::{output::plain, problem::Result, request::Request, run::Run, times::shown};

/// Verbs of projects.
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Create a project in the organization
    Create {
        /// Name, unique in the organization
        name: Name,
    },
    /// List the projects of the organization
    List,
}

pub(crate) async fn run(run: &Run, command: Command) -> Result<()> {
    let path = format!("/v1/organizations/{}/projects", run.organization().await?);
    match command {
        Command::Create { name } => {
            run.show(Request::post(path, &NewProject { name })?, |terminal, p: Project| {
                terminal.line(&format!("Created the project {} ({}).", p.name, p.id))
            })
            .await
        }
        Command::List => {
            run.list(
                &path,
                &["PROJECT", "ID", "CREATED"],
                "No project yet: `ward project create NAME` makes one.",
                |p: Project| vec![plain(&p.name), plain(p.id), plain(shown(p.created_at))],
            )
            .await
        }
    }
}
