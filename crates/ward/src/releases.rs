//! Releases and deployments of an app: list them, go back, start again.

use ward_model::apps::{Deployment, DeploymentState, Release, Rollback as Wish};

use crate::{
    apps::AppArgument,
    follow::Follow,
    output::{Field, Tone, maybe, plain},
    problem::Result,
    request::Request,
    run::Run,
    times::shown,
};

/// Go back to an earlier release
#[derive(clap::Args)]
pub(crate) struct Rollback {
    /// Number of the release; the one before the current if absent
    #[arg(value_name = "N", value_parser = number)]
    release: Option<u32>,
    #[command(flatten)]
    follow: Follow,
}

/// Start all processes of an app again, one after the other
#[derive(clap::Args)]
pub(crate) struct Restart {
    #[command(flatten)]
    app: AppArgument,
    #[command(flatten)]
    follow: Follow,
}

/// `3` or `v3`.
fn number(text: &str) -> std::result::Result<u32, String> {
    text.strip_prefix('v')
        .unwrap_or(text)
        .parse()
        .map_err(|_| "write the number of a release, like 3".to_owned())
}

pub(crate) async fn releases(run: &Run, args: AppArgument) -> Result<()> {
    let app = args.id(run).await?;
    let header = ["RELEASE", "CREATED", "WHY", "IMAGE", "BY", ""];
    run.list(
        &format!("/v1/apps/{app}/releases"),
        &header,
        "No release yet: `ward deploy` makes the first.",
        |r: Release| {
            let image: String = r.image.chars().take(19).collect();
            let current = if r.current { Field::toned("serves", Tone::Good) } else { plain("") };
            vec![
                plain(format!("v{}", r.number)),
                plain(shown(r.created_at)),
                plain(r.reason),
                plain(image),
                maybe(r.created_by),
                current,
            ]
        },
    )
    .await
}

pub(crate) async fn deployments(run: &Run, args: AppArgument) -> Result<()> {
    let app = args.id(run).await?;
    let header = ["DEPLOYMENT", "STATE", "RELEASE", "CREATED", "PROBLEM"];
    run.list(&format!("/v1/apps/{app}/deployments"), &header, "No deployment yet.", |d: Deployment| {
        let tone = match d.state {
            DeploymentState::Succeeded => Tone::Good,
            DeploymentState::Failed => Tone::Bad,
            _ => Tone::Plain,
        };
        vec![
            plain(d.id),
            Field::toned(d.state.as_str(), tone),
            maybe(d.release_number.map(|number| format!("v{number}"))),
            plain(shown(d.created_at)),
            maybe(d.failure.map(|failure| failure.message)),
        ]
    })
    .await
}

pub(crate) async fn rollback(run: &Run, args: Rollback) -> Result<()> {
    let app = run.app(None).await?;
    let reply = run
        .call(&Request::post(format!("/v1/apps/{app}/rollback"), &Wish { release: args.release })?)
        .await?;
    args.follow.from(run, &reply).await
}

pub(crate) async fn restart(run: &Run, args: Restart) -> Result<()> {
    let app = args.app.id(run).await?;
    let reply = run.call(&Request::new(http::Method::POST, format!("/v1/apps/{app}/restart"))).await?;
    args.follow.from(run, &reply).await
}
