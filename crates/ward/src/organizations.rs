//! Organizations: the tenants.

use ward_model::{
    Name,
    organizations::{NewOrganization, Organization},
};

use crate::{output::plain, problem::Result, request::Request, run::Run, times::shown};

/// Verbs of organizations.
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Create an organization; you become its owner
    Create {
        /// Name, unique on the platform
        name: Name,
    },
    /// List your organizations
    List,
    /// Show the organization of the context
    Show,
}

pub(crate) async fn run(run: &Run, command: Command) -> Result<()> {
    match command {
        Command::Create { name } => {
            run.show(
                Request::post("/v1/organizations", &NewOrganization { name })?,
                |terminal, o: Organization| {
                    terminal.line(&format!("Created the organization {} ({}).", o.name, o.id))
                },
            )
            .await
        }
        Command::List => {
            run.list(
                "/v1/organizations",
                &["ORGANIZATION", "ID", "CREATED"],
                "You belong to no organization yet.",
                |o: Organization| vec![plain(&o.name), plain(o.id), plain(shown(o.created_at))],
            )
            .await
        }
        Command::Show => {
            let id = run.organization().await?;
            run.show(Request::get(format!("/v1/organizations/{id}")), |terminal, o: Organization| {
                terminal.fields(&[
                    ("organization", plain(&o.name)),
                    ("id", plain(o.id)),
                    ("created", plain(shown(o.created_at))),
                ])
            })
            .await
        }
    }
}
