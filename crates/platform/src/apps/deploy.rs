//! Deploys new source: takes the archive, checks it, queues the deployment.

use serde_json::json;
use tokio::io::AsyncRead;
use ward_model::{Action, AppId, apps::Deployment};
use ward_spine::{Ctx, Error, Result};

use super::{
    deployments::{Kind, NewDeployment, enqueue},
    manifest::check_floors,
    must, open, source,
};
use crate::agreements;

/// Takes a tar.gz of the source and queues its deployment. The archive is checked whole before this returns.
///
/// # Errors
/// `too-large`; `invalid` for a bad archive, a bad manifest, a missing Dockerfile or a manifest of another app;
/// `floor` for a manifest below a floor, or without an active agreement. After an error nothing is left behind.
pub async fn deploy(
    ctx: &Ctx,
    app: AppId,
    archive: &mut (dyn AsyncRead + Send + Unpin),
) -> Result<Deployment> {
    let found = must(ctx, app).await?;
    let permit = ctx.permit(Action::AppDeploy, &found.app).await?;
    open(&found.app)?;
    agreements::require(ctx, found.app.organization, found.app.data_class).await?;
    let mut new = NewDeployment::new(ctx, Kind::Source, "deploy");
    let received = source::receive(ctx, found.dek, new.id, archive).await?;
    if let Some(named) = received.manifest.app.as_ref().filter(|n| *n != found.app.name.as_str()) {
        let message = format!("ward.toml is that of the app {named:?}, but this is {}", found.app.name);
        return Err(Error::invalid(message, "deploy to the app it names, or change `app` in ward.toml"));
    }
    check_floors(&received.manifest, found.app.data_class)?;
    new.manifest = Some(received.manifest.clone());
    let mut tx = permit.begin().await?;
    let deployment = enqueue(ctx, &mut tx, &found, new).await?;
    tx.commit(json!({ "deployment": deployment.id })).await?;
    received.keep();
    ctx.wake("apps");
    Ok(deployment)
}

#[cfg(test)]
mod tests {
    use ward_model::{DataClass, ErrorCode, PageQuery, apps::DeploymentState};
    use ward_testkit::TestServer;

    use super::*;
    use crate::{apps, testing};

    const DOCKERFILE: (&str, &str) = ("Dockerfile", "FROM scratch\n");

    fn files(server: &TestServer) -> usize {
        std::fs::read_dir(server.core.settings.data_dir.join("sources")).map_or(0, Iterator::count)
    }

    #[tokio::test]
    async fn source_is_accepted_sealed_and_queued_and_a_newer_one_takes_its_place() {
        let server = TestServer::new().await;
        let (owner, app) = testing::app(&server, "mercy").await;
        let archive = testing::archive(&[DOCKERFILE, ("secret.txt", "marker-of-plaintext")]);
        let first = deploy(&owner, app.id, &mut archive.as_slice()).await.unwrap();
        assert_eq!(first.state, DeploymentState::Pending);
        let stored = std::fs::read(source::sealed_path(&owner, first.id)).unwrap();
        assert!(!stored.windows(6).any(|w| w == &archive[..6]), "the archive is sealed");
        let second = deploy(&owner, app.id, &mut archive.as_slice()).await.unwrap();
        let listed = apps::list_deployments(&owner, app.id, &PageQuery::default()).await.unwrap().items;
        assert_eq!(listed.iter().map(|d| d.id).collect::<Vec<_>>(), [second.id, first.id]);
        assert_eq!(listed[1].state, DeploymentState::Superseded);
    }

    #[tokio::test]
    async fn what_was_sent_is_what_is_unpacked() {
        let server = TestServer::new().await;
        let (owner, app) = testing::app(&server, "mercy").await;
        let big = "x".repeat(300_000);
        let archive = testing::archive(&[DOCKERFILE, ("a/b.txt", &big)]);
        let made = deploy(&owner, app.id, &mut archive.as_slice()).await.unwrap();
        let dek = must(&owner, app.id).await.unwrap().dek;
        let tree = source::unpack(&owner, dek, made.id).await.unwrap();
        assert_eq!(std::fs::read_to_string(tree.join("a/b.txt")).unwrap(), big);
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(std::fs::metadata(&tree).unwrap().permissions().mode() & 0o777, 0o700);
        source::unpack(&owner, dek, made.id).await.unwrap();
        source::discard(&owner, made.id).await.unwrap();
        assert!(!tree.exists() && files(&server) == 0);
    }

    #[tokio::test]
    async fn every_refusal_says_why_and_leaves_nothing() {
        let server = TestServer::new().await;
        let (owner, app) = testing::app(&server, "mercy").await;
        let good = testing::archive(&[DOCKERFILE]);
        let cut = &good[..good.len() - 6];
        let mut flipped = good.clone();
        let end = flipped.len() - 5;
        flipped[end] ^= 1;
        let cases: Vec<(Vec<u8>, ErrorCode, &str)> = vec![
            (b"no gzip at all".to_vec(), ErrorCode::Invalid, "readable"),
            (Vec::new(), ErrorCode::Invalid, "readable"),
            (cut.to_vec(), ErrorCode::Invalid, "readable"),
            (flipped, ErrorCode::Invalid, "readable"),
            (testing::archive(&[("a", "b")]), ErrorCode::Invalid, "Dockerfile"),
            (
                testing::archive(&[DOCKERFILE, ("ward.toml", "aap = 1")]),
                ErrorCode::Invalid,
                "did you mean app",
            ),
            (testing::archive(&[DOCKERFILE, ("ward.toml", "app = \"other\"")]), ErrorCode::Invalid, "other"),
        ];
        for (bytes, code, text) in cases {
            let refused = deploy(&owner, app.id, &mut bytes.as_slice()).await.unwrap_err();
            assert_eq!(refused.code(), code, "{refused}");
            assert!(refused.message().contains(text), "{refused}");
            assert_eq!(files(&server), 0, "{refused}");
        }
        let listed = apps::list_deployments(&owner, app.id, &PageQuery::default()).await.unwrap();
        assert!(listed.items.is_empty());
    }

    #[tokio::test]
    async fn floors_and_other_organizations() {
        let server = TestServer::new().await;
        let (owner, env) = testing::environment_of(&server, "mercy", DataClass::Phi).await;
        let app = testing::app_in(&owner, &env, "clinic").await;
        let (stranger, _) = testing::app(&server, "other").await;
        let archive = testing::archive(&[DOCKERFILE, ("ward.toml", "[env]\nAPI_TOKEN = \"x\"\n")]);
        let refused = deploy(&owner, app.id, &mut archive.as_slice()).await.unwrap_err();
        assert!(refused.code() == ErrorCode::Floor && refused.next_step().contains("ward secrets set"));
        let foreign = deploy(&stranger, app.id, &mut archive.as_slice()).await.unwrap_err();
        assert_eq!(foreign.code(), ErrorCode::NotFound);
        assert_eq!(files(&server), 0);
        apps::destroy(&owner, app.id).await.unwrap();
        let gone = deploy(&owner, app.id, &mut archive.as_slice()).await.unwrap_err();
        assert_eq!(gone.code(), ErrorCode::Conflict);
    }

    #[tokio::test]
    async fn a_request_that_is_dropped_in_the_middle_leaves_nothing() {
        let server = TestServer::new().await;
        let (owner, app) = testing::app(&server, "mercy").await;
        let (mut sender, mut receiver) = tokio::io::duplex(1024);
        let sending = tokio::io::AsyncWriteExt::write_all(&mut sender, b"half");
        sending.await.unwrap();
        let wait = std::time::Duration::from_millis(300);
        assert!(tokio::time::timeout(wait, deploy(&owner, app.id, &mut receiver)).await.is_err());
        assert_eq!(files(&server), 0);
    }
}
