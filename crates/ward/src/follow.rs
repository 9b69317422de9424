//! Follows a deployment to its end: its log and its steps from the event stream, its state by asking.
//!
//! The stream is for people and may break off; the state that was asked for decides. So a deployment is followed
//! through a restart of the server, and by who may not read the stream.

use std::time::Duration;

use hyper::body::Incoming;
use tokio::time::{Instant, MissedTickBehavior, interval, timeout};
use ward_model::{
    apps::{App, Deployment, DeploymentFailure, DeploymentState},
    events::StreamEvent,
};

use crate::{
    problem::{Exit, Failure, Result},
    request::{Reply, Request},
    run::Run,
    stream::{Events, next_bytes},
    url::with_query,
};

/// How long the server may be away before following is given up.
const LONGEST_ABSENCE: Duration = Duration::from_secs(60);

// Whether to follow a deployment. No doc comment: clap would make it the help of each command that has this.
#[derive(clap::Args)]
pub(crate) struct Follow {
    /// Don't wait for the end
    #[arg(long)]
    pub(crate) detach: bool,
}

impl Follow {
    /// Follows the deployment that an answer holds, or only names it.
    pub(crate) async fn from(&self, run: &Run, reply: &Reply) -> Result<()> {
        if self.detach {
            return run.print(reply, |terminal, deployment: Deployment| {
                terminal.line(&format!("Deployment {} is on its way.", deployment.id))?;
                terminal.note("Look at it with `ward deployments`.");
                Ok(())
            });
        }
        let deployment: Deployment = reply.read()?;
        let app: App = run.fetch(&format!("/v1/apps/{}", deployment.app)).await?;
        let watch = Watch {
            run,
            stream_path: with_query(
                "/v1/events",
                &[
                    ("organization", Some(app.organization.to_string())),
                    ("subject", Some(deployment.id.to_string())),
                ],
            ),
            path: format!("/v1/apps/{}/deployments/{}", deployment.app, deployment.id),
            stream: None,
            events: Events::default(),
            last: 0,
            refused: false,
            state: None,
        };
        tokio::select! {
            reply = watch.until_ended() => ended(run, &reply?).await,
            _ = tokio::signal::ctrl_c() => {
                Err(Failure::new(Exit::Failed, "no longer followed: the deployment goes on").next_step("look at it with `ward deployments`"))
            }
        }
    }
}

struct Watch<'a> {
    run: &'a Run,
    stream_path: String,
    path: String,
    stream: Option<Incoming>,
    events: Events,
    last: i64,
    refused: bool,
    state: Option<DeploymentState>,
}

impl Watch<'_> {
    async fn until_ended(mut self) -> Result<Reply> {
        let mut tick = interval(Duration::from_secs(1));
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut seen = Instant::now();
        loop {
            tokio::select! {
                () = self.take_events() => {}
                _ = tick.tick() => match self.run.call(&Request::get(&self.path)).await {
                    Ok(reply) => {
                        seen = Instant::now();
                        let deployment: Deployment = reply.read()?;
                        if deployment.state.ended() {
                            // The last lines of the log may still be on their way.
                            let _ = timeout(Duration::from_millis(400), async { while self.stream.is_some() { self.take_events().await } }).await;
                            return Ok(reply);
                        }
                        if self.stream.is_none() && self.state != Some(deployment.state) {
                            self.run.terminal.note(&format!("==> {}", deployment.state.as_str()));
                        }
                        self.state = Some(deployment.state);
                        self.open().await;
                    }
                    Err(failure) if matches!(failure.exit(), 1 | 6) && seen.elapsed() < LONGEST_ABSENCE => {}
                    Err(failure) => return Err(failure),
                }
            }
        }
    }

    /// Opens the stream where it broke off. Without it the state is still asked for.
    async fn open(&mut self) {
        if self.stream.is_some() || self.refused || self.run.terminal.json {
            return;
        }
        let request = Request::get(&self.stream_path)
            .limit(None)
            .header("accept", "text/event-stream")
            .header("last-event-id", self.last.to_string());
        match timeout(Duration::from_secs(5), self.run.stream(&request)).await {
            Ok(Ok(response)) => {
                self.events = Events::default();
                self.stream = Some(response.into_body());
            }
            Ok(Err(failure)) => self.refused = failure.exit() != Exit::Unreachable as u8,
            Err(_) => {}
        }
    }

    /// Takes what comes next from the stream; for ever pending without one.
    async fn take_events(&mut self) {
        let Some(stream) = &mut self.stream else { return std::future::pending().await };
        let bytes = match next_bytes(stream).await {
            Ok(Some(bytes)) => bytes,
            Ok(None) | Err(_) => {
                self.stream = None;
                return;
            }
        };
        let Ok(events) = self.events.push(&bytes) else {
            self.stream = None;
            self.refused = true;
            return;
        };
        for event in events {
            let Ok(event) = serde_json::from_str::<StreamEvent>(&event.data) else { continue };
            if event.sequence <= self.last {
                continue;
            }
            self.last = event.sequence;
            let mark = if event.kind == "deployment.log" { "    " } else { "==> " };
            self.run.terminal.note(&format!("{mark}{}", event.text.trim_end()));
        }
    }
}

/// Says how it ended.
async fn ended(run: &Run, reply: &Reply) -> Result<()> {
    let deployment: Deployment = reply.read()?;
    if run.terminal.json {
        run.terminal.body(&reply.body)?;
        return if deployment.state == DeploymentState::Succeeded {
            Ok(())
        } else {
            Err(Failure::Said(Exit::Failed))
        };
    }
    match (deployment.state, &deployment.failure) {
        (DeploymentState::Succeeded, _) => {
            let app: App = run.fetch(&format!("/v1/apps/{}", deployment.app)).await?;
            let number = deployment.release_number.map_or_else(String::new, |number| format!(" v{number}"));
            run.terminal.line(&format!("Release{number} of {} serves.", app.name))?;
            app.url.map_or(Ok(()), |url| run.terminal.line(&url))
        }
        (_, Some(failure)) => Err(explained(failure)),
        (DeploymentState::Superseded, None) => {
            Err(Failure::new(Exit::Conflict, "a newer deployment took its place")
                .next_step("look at it with `ward deployments`"))
        }
        (state, None) => {
            Err(Failure::new(Exit::Failed, format!("the deployment ended as {}", state.as_str())))
        }
    }
}

/// A failed deployment, with all that helps to mend it.
fn explained(failure: &DeploymentFailure) -> Failure {
    let mut details = Vec::new();
    details.extend(failure.process.iter().map(|process| format!("process: {process}")));
    details.extend(failure.exit_code.iter().map(|code| format!("exit code: {code}")));
    details.extend(failure.health.iter().map(|health| format!("health check answered: {health}")));
    if !failure.log_tail.is_empty() {
        details.push("last lines of the log:".to_owned());
        details.extend(failure.log_tail.iter().map(|line| format!("  {}", line.trim_end())));
    }
    Failure::new(
        Exit::Failed,
        format!("the deployment failed while {}: {}", failure.step.as_str(), failure.message),
    )
    .details_of(details)
    .next_step(failure.next_step.clone())
}
