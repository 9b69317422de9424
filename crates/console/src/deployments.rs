//! A deployment, and why it failed.
//!
//! The list on an app's page leaves out what the app itself wrote. The page of one deployment shows it to those who
//! may read the app's logs, and then it is recorded as reading them.

use askama::Template;
use axum::{extract::Path, response::Response};
use ward_model::{
    AppId, DeploymentId, Timestamp,
    apps::{Deployment, DeploymentFailure, DeploymentState},
};
use ward_platform::apps;

use crate::{
    caller::Caller,
    failure::Failure,
    shell::{Shell, page},
    words::{self, Moment},
};

#[derive(Template)]
#[template(path = "deployment.html")]
struct DeploymentPage {
    shell: Shell,
    app: AppId,
    name: String,
    row: DeploymentRow,
}

/// A deployment as pages show it.
pub(crate) struct DeploymentRow {
    /// Id.
    pub(crate) id: String,
    /// Number of its release, if it has one.
    pub(crate) release: Option<u32>,
    /// State.
    pub(crate) state: &'static str,
    /// `good`, `bad`, `wait` or `plain`.
    pub(crate) tone: &'static str,
    /// When it began.
    pub(crate) began: Moment,
    /// How long it took, if it is over.
    pub(crate) took: Option<String>,
    /// Why it failed.
    pub(crate) failure: Option<FailureText>,
}

/// Why a deployment failed, as pages show it.
pub(crate) struct FailureText {
    /// Step at which it failed.
    pub(crate) step: &'static str,
    /// All that is known.
    pub(crate) failure: DeploymentFailure,
    /// What happened.
    pub(crate) message: String,
    /// What to do next.
    pub(crate) next_step: String,
}

impl DeploymentRow {
    /// A deployment as seen now.
    pub(crate) fn new(deployment: Deployment, now: Timestamp) -> Self {
        let failure = deployment.failure.map(|failure| FailureText {
            step: failure.step.as_str(),
            message: words::sentence(&failure.message),
            next_step: words::sentence(&failure.next_step),
            failure,
        });
        Self {
            id: deployment.id.to_string(),
            release: deployment.release_number,
            state: deployment.state.as_str(),
            tone: match deployment.state {
                DeploymentState::Succeeded => "good",
                DeploymentState::Failed => "bad",
                DeploymentState::Superseded => "plain",
                _ => "wait",
            },
            began: Moment::new(now, deployment.created_at),
            took: deployment.ended_at.map(|end| words::span(end.since(deployment.created_at).as_secs())),
            failure,
        }
    }
}

/// Shows it.
pub(crate) async fn show(
    caller: Caller,
    Path((app, id)): Path<(String, String)>,
) -> Result<Response, Failure> {
    let (app, id, ctx) = (app.parse::<AppId>()?, id.parse::<DeploymentId>()?, &caller.ctx);
    let name = apps::get(ctx, app).await?.name.to_string();
    let row = DeploymentRow::new(apps::get_deployment(ctx, app, id).await?, ctx.now());
    page(&DeploymentPage { shell: caller.shell("overview"), app, name, row })
}
