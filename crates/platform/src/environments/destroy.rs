//! Destroys an environment: marks the intent; the loop takes it apart.

use serde_json::json;
use ward_model::{Action, EnvironmentId, environments::Environment};
use ward_spine::{Ctx, Error, Result, events::NewEvent};

use super::{must, sql};

/// Marks the environment, and every app in it, as being destroyed.
///
/// # Errors
/// `not-found`; `conflict` if it is being destroyed already.
pub async fn destroy(ctx: &Ctx, id: EnvironmentId) -> Result<Environment> {
    let mut environment = must(ctx, id).await?.environment;
    let permit = ctx.permit(Action::EnvironmentDestroy, &environment).await?;
    let now = ctx.now();
    let mut tx = permit.begin().await?;
    let done = sqlx::query(sql::DESTROY).bind(now.micros()).bind(id.to_string()).execute(tx.conn()).await?;
    if done.rows_affected() == 0 {
        let message = format!("the environment {} is being destroyed already", environment.name);
        return Err(Error::conflict(message, "follow it: `ward environments list`"));
    }
    sqlx::query(sql::DESTROY_APPS).bind(now.micros()).bind(id.to_string()).execute(tx.conn()).await?;
    tx.tell(NewEvent {
        kind: "environment.state".into(),
        organization: Some(environment.organization),
        subject: id.to_string(),
        text: format!("environment {} is being destroyed", environment.name),
        data: json!({ "state": "destroying" }),
    });
    tx.commit(json!({ "environment": id })).await?;
    ctx.wake("environments");
    ctx.wake("apps");
    environment.destroying = true;
    Ok(environment)
}

#[cfg(test)]
mod tests {
    use ward_model::{ErrorCode, environments::NewEnvironment};
    use ward_testkit::TestServer;

    use super::*;
    use crate::{
        environments,
        testing::{self, name},
    };

    #[tokio::test]
    async fn destroying_is_said_once_and_nothing_new_is_put_in() {
        let server = TestServer::new().await;
        let (owner, env) = testing::environment(&server, "mercy").await;
        let (stranger, _) = testing::organization(&server, "other").await;
        assert_eq!(destroy(&stranger, env.id).await.unwrap_err().code(), ErrorCode::NotFound);
        assert!(destroy(&owner, env.id).await.unwrap().destroying);
        assert_eq!(destroy(&owner, env.id).await.unwrap_err().code(), ErrorCode::Conflict);
        let app = crate::apps::create(&owner, env.id, ward_model::apps::NewApp { name: name("late") }).await;
        assert_eq!(app.unwrap_err().code(), ErrorCode::Conflict);
        // The name is free only when the loop is done with it.
        let again =
            NewEnvironment { name: env.name.clone(), data_class: env.data_class, region: name("here") };
        let again = environments::create(&owner, env.project, again).await.unwrap_err();
        assert_eq!(again.code(), ErrorCode::Conflict);
    }
}
