//! Runs the release command: with the new release's environment, before anything of it serves.

use std::time::Duration;

use serde_json::json;
use ward_model::apps::DeploymentState as State;
use ward_spine::{Error, engine::EngineError};

use super::{
    Job, instance,
    log::{LONGEST_LINE, TAIL},
    spec,
    steps::{Step, Stop},
};

impl Job {
    /// Runs it to its end. It must succeed; if Ward ends meanwhile it is run again, so it has to be one that can be
    /// (migrations are).
    pub(super) async fn run_release(&mut self) -> Step<()> {
        let id = self.deployment.deployment.id;
        let (release, stored) = self.release().await?;
        let instances = instance::of_deployment(self.ctx.read().await?.conn(), id).await?;
        let Some(instance) = instances.into_iter().next() else {
            return Err(Stop::Retry(Error::internal("running a release command", "it has no place")));
        };
        self.network.sync(&self.ctx).await?;
        let spec = spec::spec(&self.ctx, &self.app, &instance, &stored).await?;
        // What an earlier attempt left.
        self.engine.remove(&instance.name).await.map_err(|e| self.engine_stop(None, e))?;
        let limit = Duration::from_secs(stored.manifest.release_timeout);
        let output = match self.engine.run(&spec, limit).await {
            Ok(output) => output,
            Err(EngineError::Timeout(_)) => {
                let message = format!("the release command took over {} seconds", limit.as_secs());
                let next = "make it shorter, or raise [deploy] release_command_timeout";
                return Err(Stop::Failed(Box::new(self.failure(message, next))));
            }
            Err(other) => return Err(self.engine_stop(Some("release"), other)),
        };
        if output.code != 0 {
            let message = format!("the release command ended with exit code {}", output.code);
            let mut failure =
                self.failure(message, "mend what the last lines say, then deploy again; nothing was changed");
            failure.process = Some("release".into());
            failure.exit_code = Some(output.code);
            failure.log_tail = tail(&[output.stdout.as_ref(), output.stderr.as_ref()]);
            return Err(Stop::Failed(Box::new(failure)));
        }
        let mut tx = self.permit().await?;
        if !self.advance(&mut tx, State::Starting, None).await? {
            return Ok(());
        }
        instance::forget(&mut tx, &instance.name).await?;
        let all = stored.manifest.processes.keys().map(String::as_str);
        instance::place(&self.ctx, &mut tx, &self.app, id, release, all).await?;
        tx.commit(json!({ "state": State::Starting })).await?;
        self.deployment.deployment.state = State::Starting;
        Ok(())
    }
}

/// The last lines of both outputs, standard error last.
fn tail(outputs: &[&[u8]]) -> Vec<String> {
    let text: Vec<String> = outputs.iter().map(|o| String::from_utf8_lossy(o).into_owned()).collect();
    let lines: Vec<&str> = text.iter().flat_map(|t| t.lines()).collect();
    let from = lines.len().saturating_sub(TAIL);
    lines.iter().skip(from).map(|l| l.chars().take(LONGEST_LINE).collect()).collect()
}
