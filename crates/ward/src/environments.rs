//! Environments of a project: the isolation boundary, of one data class for ever.

use ward_model::{
    DataClass, Name,
    environments::{Environment, NewEnvironment},
};

use crate::{
    output::{Field, Tone, plain},
    problem::Result,
    prompt,
    request::Request,
    run::Run,
    times::shown,
};

/// Verbs of environments.
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Create an environment in the project
    Create {
        /// Name, unique in the project
        name: Name,
        /// What data it may hold: phi or synthetic. It never changes
        #[arg(long = "data", value_name = "CLASS")]
        data_class: DataClass,
        /// Region; PHI needs one that is designated for it
        #[arg(long)]
        region: Name,
    },
    /// List the environments of the project
    List,
    /// Destroy an environment with all apps and databases in it
    Destroy {
        /// Environment
        #[arg(value_name = "ENV")]
        environment: String,
        /// Don't ask
        #[arg(long)]
        yes: bool,
    },
}

pub(crate) async fn run(run: &Run, command: Command) -> Result<()> {
    match command {
        Command::Create { name, data_class, region } => {
            let project = run.project().await?;
            let wish = NewEnvironment { name, data_class, region };
            run.show(
                Request::post(format!("/v1/projects/{project}/environments"), &wish)?,
                |terminal, e: Environment| {
                    terminal.line(&format!(
                        "Created the environment {} for {} data ({}).",
                        e.name, e.data_class, e.id
                    ))
                },
            )
            .await
        }
        Command::List => {
            let project = run.project().await?;
            let header = ["ENVIRONMENT", "DATA", "ID", "CREATED", ""];
            let none = "No environment yet: `ward env create NAME --data CLASS --region REGION` makes one.";
            run.list(&format!("/v1/projects/{project}/environments"), &header, none, |e: Environment| {
                vec![
                    plain(&e.name),
                    plain(e.data_class),
                    plain(e.id),
                    plain(shown(e.created_at)),
                    if e.destroying { Field::toned("being destroyed", Tone::Warn) } else { plain("") },
                ]
            })
            .await
        }
        Command::Destroy { environment, yes } => {
            let id = run.environment_named(&environment).await?;
            let environment: Environment = run.fetch(&format!("/v1/environments/{id}")).await?;
            prompt::confirm_name(
                &run.terminal,
                "the environment with all apps and databases in it",
                environment.name.as_str(),
                yes,
            )?;
            run.show(Request::delete(format!("/v1/environments/{id}")), |terminal, e: Environment| {
                terminal.line(&format!("The environment {} is being destroyed.", e.name))
            })
            .await
        }
    }
}
