//! Logs of an app: lines of JSON, as they are written if wanted.

use std::io;

use axum::{
    body::Body,
    extract::State,
    http::{HeaderValue, header},
    response::Response,
};
use bytes::Bytes;
use futures::StreamExt as _;
use serde::Deserialize;
use ward_model::{Action, AppId, Resource as _, Timestamp, apps::AppLogLine};
use ward_platform::{apps, logs};
use ward_spine::Error;

use crate::{
    ApiState,
    caller::Watcher,
    extract::{Path, Query},
    problem::Failure,
    watch::Watch,
};

/// Which lines are wanted.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    /// Only the last so many.
    tail: Option<usize>,
    /// Only lines after this time.
    since: Option<Timestamp>,
    /// Only lines of this process.
    process: Option<String>,
    /// Go on with new lines as they come.
    #[serde(default)]
    follow: bool,
}

/// Lines of the app's log, oldest first. Reading them is recorded.
#[utoipa::path(
    get,
    path = "/v1/apps/{app}/logs",
    tag = "logs",
    params(Wanted),
    responses((status = 200, body = AppLogLine, content_type = "application/x-ndjson")),
    extensions(("x-ward-action" = json!("log:read")))
)]
pub(crate) async fn read(
    State(state): State<ApiState>,
    watcher: Watcher,
    Path(app): Path<AppId>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Failure> {
    let Wanted { tail, since, process, follow } = wanted;
    let ctx = &watcher.ctx;
    let lines = logs::read(ctx, app, logs::LogQuery { tail, since, process, follow }).await?;
    let found =
        apps::find(ctx, &mut ctx.read().await?, app).await?.ok_or_else(|| Error::not_found("app", app))?;
    let target = found.app.target();
    let request_id = ctx.request_id();
    let watch = Watch { watcher, action: Action::LogRead, target, every: state.recheck, sent: None };
    let lines = lines.take_until(Box::pin(watch.until_over())).map(move |line| {
        let bytes = line.map_err(io::Error::other).and_then(|line| json_line(&line));
        // An error breaks the connection off, so that the client does not take it for the end of the log.
        bytes.inspect_err(|error| tracing::error!(%request_id, %error, "a log could not be read to its end"))
    });
    let mut response = Response::new(Body::from_stream(lines));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/x-ndjson"));
    Ok(response)
}

fn json_line(line: &AppLogLine) -> io::Result<Bytes> {
    let mut bytes = serde_json::to_vec(line)?;
    bytes.push(b'\n');
    Ok(bytes.into())
}
