//! Ends a deployment that failed: the new containers go, the old release goes on as before.

use serde_json::json;
use ward_model::apps::{DeploymentFailure, DeploymentState as State};
use ward_spine::{Error, Result};

use super::{
    super::{deployments, source},
    Job, build, instance, sql,
};
use crate::engine_error;

/// Records why, wants the new containers no more, and removes them. What is not removed here because Ward ends
/// meanwhile, the next pass removes.
pub(super) async fn fail(job: &mut Job, failure: DeploymentFailure) -> Result<()> {
    let id = job.deployment.deployment.id;
    let plain = serde_json::to_vec(&failure).map_err(|e| Error::internal("recording a failure", e))?;
    let mut tx = job.permit().await?;
    let instances = instance::of_deployment(tx.conn(), id).await?;
    let aad = deployments::failure_aad(id);
    let sealed = job.ctx.keyring().encrypt(tx.conn(), job.app.dek, &aad, &plain).await?;
    sqlx::query(sql::END)
        .bind(State::Failed.as_str().to_owned())
        .bind(job.ctx.now().micros())
        .bind(Some(sealed))
        .bind(id.to_string())
        .execute(tx.conn())
        .await?;
    for instance in &instances {
        instance::forget(&mut tx, &instance.name).await?;
    }
    // Only what Ward itself says: the app's own output stays sealed.
    let text = format!("{} failed while {}: see the deployment", job.app.app.name, failure.step.as_str());
    tx.tell(deployments::told(&job.app.app, id, State::Failed, text));
    tx.commit(json!({ "state": State::Failed, "step": failure.step, "exit_code": failure.exit_code }))
        .await?;
    job.deployment.deployment.state = State::Failed;
    for instance in &instances {
        let removed = job.engine.remove(&instance.name).await.map_err(engine_error("removing a container"));
        if let Err(error) = removed {
            tracing::warn!(container = %instance.name, %error, "it is removed by the next pass");
        }
    }
    if job.deployment.kind == deployments::Kind::Source {
        // What never served can't be gone back to.
        let removed = job.engine.remove_image(&build::image_name(job.app.app.id, id)).await;
        if let Err(error) = removed {
            tracing::warn!(deployment = %id, %error, "its image stays until the app is destroyed");
        }
    }
    source::discard(&job.ctx, id).await?;
    job.ctx.wake("network");
    Ok(())
}
