//! `ward deploy`: packs a folder, uploads it, and follows the deployment to its end.

use std::{path::PathBuf, sync::Arc};

use http::Method;
use ward_model::{
    AppId, Name,
    apps::{App, NewApp},
};

use crate::{
    follow::Follow,
    output::Terminal,
    pack::{app_of_manifest, pack},
    problem::{Failure, Result},
    prompt,
    request::{Reply, Request},
    run::Run,
};

/// Deploy a folder with a Dockerfile
///
/// In a git work tree the files that git tracks or does not ignore are sent; elsewhere all files but those
/// named in .dockerignore or .wardignore. The app is --app, else `app` in ward.toml.
#[derive(clap::Args)]
pub(crate) struct Deploy {
    /// Folder to deploy
    #[arg(default_value = ".")]
    dir: PathBuf,
    /// Create the app without asking if it does not exist
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    follow: Follow,
}

pub(crate) async fn run(run: &Run, args: Deploy) -> Result<()> {
    let name = match &run.globals.app {
        Some(name) => name.clone(),
        None => app_of_manifest(&args.dir)?.ok_or_else(|| {
            Failure::usage("no app is named")
                .next_step("write `app = \"NAME\"` into ward.toml, or give --app NAME")
        })?,
    };
    let packed = pack(&args.dir, &run.surroundings.child_env)?;
    for path in &packed.left_out {
        run.terminal.note(&format!("{} is no file, and stays here.", path.display()));
    }
    let app = match run.find_app(&name).await? {
        Some(app) => app,
        None => create(run, &name, args.yes).await?,
    };
    run.terminal.note(&format!(
        "Uploading {} files, {} KiB.",
        packed.files,
        packed.archive.len().div_ceil(1024)
    ));
    let reply = upload(run, app, packed.archive).await?;
    args.follow.from(run, &reply).await
}

async fn create(run: &Run, name: &str, yes: bool) -> Result<AppId> {
    let wanted: Name =
        name.parse().map_err(|error: ward_model::InvalidName| Failure::usage(error.to_string()))?;
    prompt::confirm(&run.terminal, &format!("There is no app {name} here yet. Create it?"), yes)?;
    let environment = run.environment().await?;
    let app: App = run
        .call(&Request::post(format!("/v1/environments/{environment}/apps"), &NewApp { name: wanted })?)
        .await?
        .read()?;
    run.terminal.note(&format!("Created the app {name}."));
    Ok(app.id)
}

async fn upload(run: &Run, app: AppId, archive: bytes::Bytes) -> Result<Reply> {
    let bar = Terminal::upload_bar(&run.terminal, archive.len() as u64);
    let shown = bar.clone();
    let request = Request {
        body: archive,
        content_type: Some("application/gzip"),
        progress: Some(Arc::new(move |sent| shown.set_position(sent))),
        ..Request::new(Method::POST, format!("/v1/apps/{app}/deployments")).limit(None)
    };
    let reply = run.call(&request).await;
    bar.finish_and_clear();
    reply
}
