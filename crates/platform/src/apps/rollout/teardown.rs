//! Takes a destroyed app apart: routes, containers, images, sources; then its values, and its key last.

use serde_json::json;
use ward_model::Action;
use ward_spine::{Ctx, Result, engine::label, events::NewEvent};

use super::{
    super::{Stored, source},
    Inner, build, instance, sql,
};
use crate::{engine_error, network};

pub(super) async fn teardown(inner: &Inner, ctx: &Ctx, app: &Stored) -> Result<()> {
    let id = app.app.id.to_string();
    // An ingress that does not answer serves 502 for the host; destroying goes on.
    if let Err(error) = inner.routes.sync(ctx).await {
        tracing::warn!(%error, "the routes of a destroyed app are taken back later");
    }
    let observed = inner.engine.observe().await.map_err(engine_error("looking at containers"))?;
    for container in observed.iter().filter(|o| o.labels.get(label::APP) == Some(&id)) {
        inner.engine.remove(&container.name).await.map_err(engine_error("removing a container"))?;
    }
    let (built, open) = {
        let mut read = ctx.read().await?;
        let built: Vec<(String,)> =
            sqlx::query_as(sql::BUILT).bind(id.clone()).fetch_all(read.conn()).await?;
        let open: Vec<(String,)> =
            sqlx::query_as(super::apps_sql::OPEN_OF_APP).bind(id.clone()).fetch_all(read.conn()).await?;
        (built, open)
    };
    for (deployment,) in built {
        let image = build::image_name(app.app.id, deployment.parse()?);
        inner.engine.remove_image(&image).await.map_err(engine_error("removing an image"))?;
    }
    for (deployment,) in open {
        source::discard(ctx, deployment.parse()?).await?;
    }
    let now = ctx.now().micros();
    let mut tx = ctx.permit(Action::DeploymentAdvance, &app.app).await?.begin().await?;
    for instance in instance::of_app(tx.conn(), app.app.id).await? {
        instance::forget(&mut tx, &instance.name).await?;
    }
    sqlx::query(sql::END_ALL).bind(now).bind(id.clone()).execute(tx.conn()).await?;
    for query in [sql::FORGET_EGRESS, sql::FORGET_SECRETS, sql::FORGET_CONFIGS, sql::FORGET_ATTACHMENTS] {
        sqlx::query(query).bind(id.clone()).execute(tx.conn()).await?;
    }
    network::release_uid_range(&mut tx, &id).await?;
    ctx.keyring().destroy(&mut tx, app.dek).await?;
    sqlx::query(sql::GONE).bind(now).bind(id.clone()).execute(tx.conn()).await?;
    tx.tell(NewEvent {
        kind: "app.state".into(),
        organization: Some(app.app.organization),
        subject: id.clone(),
        text: format!("app {} is destroyed, and its key with it", app.app.name),
        data: json!({ "state": "destroyed" }),
    });
    tx.commit(json!({ "destroyed": id, "key_destroyed": app.dek })).await?;
    for bell in ["network", "environments"] {
        ctx.wake(bell);
    }
    Ok(())
}
