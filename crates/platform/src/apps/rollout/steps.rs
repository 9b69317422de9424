//! From state to state, until the end.

use std::time::Duration;

use serde_json::json;
use ward_model::{
    Action, ReleaseId,
    apps::{DeploymentFailure, DeploymentState as State},
};
use ward_spine::{Error, Result, WriteTx, engine::EngineError};

use super::{
    super::deployments::{self, Kind, told},
    Job, fail, sql,
};

/// Why a step did not end well.
pub(super) enum Stop {
    /// The deployment failed; the developer is told why.
    Failed(Box<DeploymentFailure>),
    /// Something that is needed does not answer: the step is done again.
    Retry(Error),
}

pub(super) type Step<T> = std::result::Result<T, Stop>;

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Retry(error)
    }
}

impl From<sqlx::Error> for Stop {
    fn from(error: sqlx::Error) -> Self {
        Self::Retry(error.into())
    }
}

/// Drives one deployment to its end.
pub(super) async fn drive(mut job: Job) {
    let mut tries = 0_u32;
    loop {
        match one(&mut job).await {
            Ok(()) if job.deployment.deployment.state.ended() => break,
            Ok(()) => tries = 0,
            Err(Stop::Failed(failure)) => match fail::fail(&mut job, *failure).await {
                Ok(()) => break,
                Err(error) => pause(&job, &error, &mut tries).await,
            },
            Err(Stop::Retry(error)) => pause(&job, &error, &mut tries).await,
        }
    }
    // The next deployment of this app may be waiting.
    job.ctx.wake("apps");
}

async fn pause(job: &Job, error: &Error, tries: &mut u32) {
    *tries = tries.saturating_add(1);
    let source = std::error::Error::source(error).map(ToString::to_string);
    let deployment = job.deployment.deployment.id;
    tracing::warn!(%deployment, state = job.deployment.deployment.state.as_str(), %error, source, "a step is tried again");
    tokio::time::sleep(Duration::from_millis(250 * u64::from((*tries).min(20)))).await;
}

async fn one(job: &mut Job) -> Step<()> {
    match job.deployment.deployment.state {
        State::Pending => job.begin().await,
        State::Building => job.build().await,
        State::Releasing => job.run_release().await,
        State::Starting => job.start().await,
        State::Switching => job.switch().await,
        State::Succeeded | State::Failed | State::Superseded => Ok(()),
    }
}

impl Job {
    /// From pending to the first step that its kind has.
    async fn begin(&mut self) -> Step<()> {
        match self.deployment.kind {
            Kind::Source => {
                let mut tx = self.permit().await?;
                if !self.advance(&mut tx, State::Building, None).await? {
                    return Ok(());
                }
                tx.commit(json!({ "state": State::Building })).await?;
                self.deployment.deployment.state = State::Building;
                Ok(())
            }
            Kind::Config | Kind::Rollback | Kind::Restart => self.release_again().await,
        }
    }

    /// A write transaction under the loop's own permit.
    pub(super) async fn permit(&self) -> Result<WriteTx> {
        let detail = json!({ "deployment": self.deployment.deployment.id });
        self.ctx.permit_with(Action::DeploymentAdvance, &self.app.app, detail).await?.begin().await
    }

    /// Writes the next state, if the store still has the one this job knows; else takes over what the store has.
    pub(super) async fn advance(
        &mut self,
        tx: &mut WriteTx,
        to: State,
        release: Option<ReleaseId>,
    ) -> Result<bool> {
        let id = self.deployment.deployment.id;
        let done = sqlx::query(sql::ADVANCE)
            .bind(to.as_str().to_owned())
            .bind(release.map(|r| r.to_string()))
            .bind(id.to_string())
            .bind(self.deployment.deployment.state.as_str().to_owned())
            .execute(tx.conn())
            .await?;
        if done.rows_affected() == 0 {
            let query = sqlx::query_as(super::apps_sql::DEPLOYMENT).bind(id.to_string());
            let row: deployments::Row = query.bind(self.app.app.id.to_string()).fetch_one(tx.conn()).await?;
            self.deployment = deployments::stored(row)?;
            return Ok(false);
        }
        tx.tell(told(&self.app.app, id, to, format!("{}: {}", self.app.app.name, to.as_str())));
        Ok(true)
    }

    /// What an engine's error means for a step: wait for the engine, or fail with its text.
    pub(super) fn engine_stop(&self, process: Option<&str>, error: EngineError) -> Stop {
        match error {
            EngineError::Unavailable(_) => {
                Stop::Retry(Error::unavailable("the container engine does not answer", error))
            }
            other => {
                let next_step = match &other {
                    EngineError::Unsupported { .. } => "see what the host lacks: `ward server status`",
                    _ => "the server's log has more; deploy again, and tell the operator if it stays",
                };
                let mut failure = self.failure(other.to_string(), next_step);
                failure.process = process.map(str::to_owned);
                Stop::Failed(Box::new(failure))
            }
        }
    }

    /// A failure of the step that the deployment is in.
    pub(super) fn failure(
        &self,
        message: impl Into<String>,
        next_step: impl Into<String>,
    ) -> DeploymentFailure {
        DeploymentFailure {
            step: self.deployment.deployment.state,
            process: None,
            message: message.into(),
            exit_code: None,
            log_tail: Vec::new(),
            health: None,
            next_step: next_step.into(),
        }
    }
}
