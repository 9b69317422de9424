//! Builds the image from the source.

use std::time::Duration;

use ward_model::{AppId, DeploymentId, Id as _};
use ward_spine::engine::{BuildSpec, EngineError};

use super::{
    super::source,
    Job,
    log::BuildLog,
    steps::{Step, Stop},
};

/// Longest build.
const LONGEST: Duration = Duration::from_secs(1800);

/// Name of the image that a deployment builds. Images are removed by name: one that another deployment built too,
/// byte for byte, stays until its last name goes.
pub(super) fn image_name(app: AppId, deployment: DeploymentId) -> String {
    format!("localhost/ward/app-{}:{}", app.uuid().simple(), deployment.uuid().simple())
}

impl Job {
    /// Unpacks the source, builds it, makes the release. After a crash it is built again from the start.
    pub(super) async fn build(&mut self) -> Step<()> {
        let id = self.deployment.deployment.id;
        let Some(manifest) = self.deployment.manifest.clone() else {
            return Err(Stop::Failed(Box::new(
                self.failure("the deployment has no manifest", "deploy again"),
            )));
        };
        if !source::sealed_path(&self.ctx, id).exists() {
            let failure = self.failure("the stored source is gone", "deploy again");
            return Err(Stop::Failed(Box::new(failure)));
        }
        let context = source::unpack(&self.ctx, self.app.dek, id).await?;
        let spec = BuildSpec {
            context,
            dockerfile: manifest.dockerfile.clone(),
            tag: image_name(self.app.app.id, id),
            args: manifest.build_args.clone(),
            timeout: LONGEST,
        };
        let log = BuildLog::start(self.ctx.clone(), &self.app.app, id);
        let built = self.engine.build(&spec, log.sink()).await;
        let tail = log.end().await;
        let _ = tokio::fs::remove_dir_all(source::build_path(&self.ctx, id)).await;
        let image = match built {
            Ok(image) => image,
            Err(EngineError::Build(text)) => {
                let mut failure = self.failure(text, "mend the Dockerfile or the source, then deploy again");
                failure.log_tail = tail;
                return Err(Stop::Failed(Box::new(failure)));
            }
            Err(EngineError::Timeout(_)) => {
                let message = format!("the build took over {} minutes", LONGEST.as_secs() / 60);
                let mut failure = self.failure(message, "make the build shorter, then deploy again");
                failure.log_tail = tail;
                return Err(Stop::Failed(Box::new(failure)));
            }
            Err(other) => return Err(self.engine_stop(None, other)),
        };
        self.make_release(&image, &manifest).await?;
        source::discard(&self.ctx, id).await?;
        Ok(())
    }
}
