//! The event stream: what happens, as server-sent events (WHATWG HTML 9.2).
//!
//! It begins after `Last-Event-ID`, or with what happens from now on. Events are kept for a while only; the record is
//! the ledger.

use std::{collections::VecDeque, convert::Infallible, time::Duration};

use axum::{
    extract::State,
    http::HeaderMap,
    response::sse::{Event, KeepAlive, Sse},
};
use futures::{Stream, StreamExt as _, stream};
use serde::Deserialize;
use tokio::sync::watch::Receiver;
use ward_model::{Action, OrganizationId, Resource as _, Target, events::StreamEvent};
use ward_platform::organizations;
use ward_spine::{Ctx, Error};

use crate::{ApiState, caller::Watcher, extract::Query, problem::Failure, watch::Watch};

/// Time between two comments that keep the connection open.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// Events that are read at once.
const BATCH: u32 = 200;

/// Which events are wanted.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    /// Organization id; the platform's own events if absent.
    organization: Option<String>,
    /// Only events about this id: a deployment, a database, a backup.
    subject: Option<String>,
}

/// What happens, as it happens. `id` is the number of the event: send the last one as `Last-Event-ID` to go on.
#[utoipa::path(
    get,
    path = "/v1/events",
    tag = "events",
    params(Wanted, ("Last-Event-ID" = Option<i64>, Header, description = "Begin after this event; 0 for all that are kept.")),
    responses((status = 200, body = StreamEvent, content_type = "text/event-stream")),
    extensions(("x-ward-action" = json!("organization:read")), ("x-ward-otherwise" = json!("platform-posture:read")))
)]
pub(crate) async fn follow(
    State(state): State<ApiState>,
    watcher: Watcher,
    Query(wanted): Query<Wanted>,
    headers: HeaderMap,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Failure> {
    let ctx = &watcher.ctx;
    let organization: Option<OrganizationId> =
        wanted.organization.as_deref().map(str::parse).transpose().map_err(Error::from)?;
    let (action, target) = match organization {
        Some(id) => {
            let found = organizations::find(&mut ctx.read().await?, id).await?;
            (Action::OrganizationRead, found.ok_or_else(|| Error::not_found("organization", id))?.target())
        }
        // Verdicts of the checks of the platform, which not everybody may read.
        None => (Action::PlatformPostureRead, Target::platform()),
    };
    ctx.permit(action, &target).await?;
    let last = match headers.get("last-event-id") {
        Some(value) => {
            value.to_str().ok().and_then(|text| text.trim().parse().ok()).filter(|n| *n >= 0).ok_or_else(
                || {
                    Failure::invalid(
                        "Last-Event-ID is no number of an event",
                        "send the `id` of the last event, or 0",
                    )
                },
            )?
        }
        None => state.core.events.newest().await?,
    };
    let source = Source {
        ctx: ctx.clone(),
        news: state.core.events.subscribe(),
        organization,
        subject: wanted.subject,
        last,
        waiting: VecDeque::new(),
    };
    let watch = Watch { watcher, action, target, every: state.recheck, sent: None };
    let events = stream::unfold(source, Source::next).take_until(Box::pin(watch.until_over()));
    Ok(Sse::new(events.map(Ok)).keep_alive(KeepAlive::new().interval(HEARTBEAT).text("here")))
}

struct Source {
    ctx: Ctx,
    news: Receiver<i64>,
    organization: Option<OrganizationId>,
    subject: Option<String>,
    last: i64,
    waiting: VecDeque<StreamEvent>,
}

impl Source {
    /// The next event; the end if the store fails: the client comes back with the last number.
    async fn next(mut self) -> Option<(Event, Self)> {
        loop {
            if let Some(event) = self.waiting.pop_front() {
                self.last = event.sequence;
                let text = serde_json::to_string(&event).ok()?;
                return Some((Event::default().id(event.sequence.to_string()).data(text), self));
            }
            // Seen before looking, so that what comes meanwhile wakes again.
            self.news.borrow_and_update();
            let events = &self.ctx.core().events;
            let batch = events.after(self.last, self.organization, self.subject.as_deref(), BATCH).await;
            match batch {
                Ok(batch) if batch.is_empty() => self.news.changed().await.ok()?,
                Ok(batch) => self.waiting.extend(batch),
                Err(error) => {
                    tracing::warn!(request_id = %self.ctx.request_id(), %error, "an event stream ended");
                    return None;
                }
            }
        }
    }
}
