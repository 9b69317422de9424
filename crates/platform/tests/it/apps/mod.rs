//! An app on a real engine, from its first deployment to the destruction of its environment.

mod front;
mod world;

use std::{
    collections::HashSet,
    sync::Arc,
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use ward_model::{
    PageQuery,
    apps::{ConfigChange, DeploymentState, Rollback, SecretValue},
};
use ward_platform::{apps, environments};
use ward_spine::engine::{ContainerState, Engine};

use crate::engine::{kill_9, until};
use world::{World, archive};

#[tokio::test(flavor = "multi_thread")]
async fn an_app_lives_from_its_first_deployment_to_its_destruction() {
    world::with(async |world: &mut World| {
        first_deployment(world).await;
        each_failure_leaves_the_old_release_serving(world).await;
        replaced_without_a_lost_request(world).await;
        configuration_and_rollback(world).await;
        healed_after_kill_9(world).await;
        strays_and_flushed_rules(world).await;
        a_deployment_survives_a_crash_of_ward(world).await;
        destroyed(world).await;
    })
    .await;
}

async fn first_deployment(world: &mut World) {
    let value = SecretValue { value: "s3cret-canary".into() };
    apps::set_secret(&world.owner, world.app.id, "API_KEY", value).await.unwrap();
    let values = [("GREETING".to_owned(), Some("hello".to_owned()))].into();
    apps::change_config(&world.owner, world.app.id, ConfigChange { values }).await.unwrap();
    let deployment = world.deploy(&world.source("v1", "")).await;
    world.succeeded(&deployment).await;
    assert_eq!(world.body("/").await.unwrap(), "v1");
    let env = world.body("/env").await.unwrap();
    for line in [
        "API_KEY=s3cret-canary",
        "GREETING=hello",
        "PORT=8080",
        "WARD_APP=clinic",
        "WARD_RELEASE=1",
        "WARD_ENVIRONMENT=prod",
    ] {
        assert!(env.lines().any(|l| l == line), "{line} in {env}");
    }
    let processes = apps::list_processes(&world.owner, world.app.id).await.unwrap().items;
    let seen: Vec<_> = processes.iter().map(|p| (p.process.as_str(), p.state.as_str(), p.healthy)).collect();
    assert_eq!(seen, [("web", "running", Some(true)), ("worker", "running", None)]);
    let app = apps::get(&world.owner, world.app.id).await.unwrap();
    assert_eq!(app.url.as_deref(), Some("https://clinic.ward.localhost:8443"));
    let data = &world.owner.settings().data_dir;
    for folder in ["sources", "builds"] {
        assert_eq!(
            std::fs::read_dir(data.join(folder)).unwrap().count(),
            0,
            "{folder} is empty after the build"
        );
    }
    let events = world
        .server
        .core
        .events
        .after(0, Some(app.organization), Some(&deployment.id.to_string()), 100)
        .await;
    let states: Vec<String> = events
        .unwrap()
        .iter()
        .filter(|e| e.kind == "deployment.state")
        .map(|e| e.data["state"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(states, ["pending", "building", "releasing", "starting", "switching", "succeeded"]);
}

async fn each_failure_leaves_the_old_release_serving(world: &mut World) {
    let missing = "FROM scratch\nCOPY missing /x\n";
    let broken = archive(&[("Dockerfile", 0o644, missing.as_bytes())]);
    let crashing = "[processes]\nweb = \"/app nothing\"\n";
    let crashing = archive(&[
        (
            "Dockerfile",
            0o644,
            b"FROM scratch\nCOPY version /version\nUSER 10001\nCMD [\"/app\"]\nCOPY app /app\n",
        ),
        ("ward.toml", 0o644, crashing.as_bytes()),
        ("version", 0o644, b"x"),
        ("app", 0o755, &std::fs::read("/bin/false").unwrap()),
    ]);
    let cases = [
        (world.source("v2", "[env]\nRELEASE_FAILS = \"1\"\n"), DeploymentState::Releasing, "patients.name"),
        (world.source("v2", "[env]\nHEALTH = \"bad\"\n"), DeploymentState::Starting, "503"),
        (broken, DeploymentState::Building, "missing"),
        (crashing, DeploymentState::Starting, ""),
    ];
    let before: HashSet<String> = world.containers().await.into_iter().map(|c| c.name).collect();
    for (source, step, text) in cases {
        let deployment = world.deploy(&source).await;
        let ended = world.ended(&deployment).await;
        assert_eq!(ended.state, DeploymentState::Failed, "{step:?}");
        let failure = ended.failure.unwrap();
        assert_eq!(failure.step, step, "{failure:?}");
        assert!(format!("{failure:?}").contains(text) && !failure.next_step.is_empty(), "{failure:?}");
        match step {
            DeploymentState::Releasing => assert_eq!(failure.exit_code, Some(3)),
            DeploymentState::Starting if text == "503" => {
                assert!(failure.health.is_some() && !failure.log_tail.is_empty())
            }
            DeploymentState::Starting => assert!(failure.exit_code.is_some(), "{failure:?}"),
            _ => {}
        }
        assert_eq!(world.body("/").await.unwrap(), "v1");
        until("only the old containers are left", Duration::from_secs(15), async || {
            world.containers().await.into_iter().map(|c| c.name).collect::<HashSet<_>>() == before
        })
        .await;
    }
}

async fn replaced_without_a_lost_request(world: &mut World) {
    let stop = Arc::new(AtomicBool::new(false));
    let hammer = tokio::spawn({
        let (front, stop) = (world.front.clone(), stop.clone());
        async move {
            let mut bodies = Vec::new();
            while !stop.load(Ordering::SeqCst) {
                let path = if bodies.len() % 20 == 0 { "/slow" } else { "/" };
                bodies.push(front.get("clinic.ward.localhost", path).await);
            }
            bodies
        }
    });
    let deployment = world.deploy(&world.source("v2", "")).await;
    world.succeeded(&deployment).await;
    stop.store(true, Ordering::SeqCst);
    let bodies = hammer.await.unwrap();
    assert!(bodies.iter().all(Result::is_ok), "{:?}", bodies.iter().find(|b| b.is_err()));
    assert!(bodies.len() > 50 && bodies.first().unwrap().as_ref().unwrap() == "v1");
    assert_eq!(world.body("/").await.unwrap(), "v2");
    assert_eq!(world.containers().await.len(), 2, "the old ones are gone");
}

async fn configuration_and_rollback(world: &mut World) {
    let values = [("GREETING".to_owned(), Some("hi".to_owned()))].into();
    apps::change_config(&world.owner, world.app.id, ConfigChange { values }).await.unwrap();
    let newest = apps::list_deployments(&world.owner, world.app.id, &PageQuery::default())
        .await
        .unwrap()
        .items
        .remove(0);
    world.succeeded(&newest).await;
    assert!(world.body("/env").await.unwrap().contains("GREETING=hi\n"));
    let back = apps::rollback(&world.owner, world.app.id, Rollback { release: Some(1) }).await.unwrap();
    world.succeeded(&back).await;
    assert_eq!(world.body("/").await.unwrap(), "v1");
    assert!(world.body("/env").await.unwrap().contains("GREETING=hello\n"), "with the configuration of then");
    let releases =
        apps::list_releases(&world.owner, world.app.id, &PageQuery::default()).await.unwrap().items;
    assert!(releases[0].current && releases[0].reason == "rollback to 1");
    let again = apps::restart(&world.owner, world.app.id).await.unwrap();
    let before: Vec<String> = world.containers().await.into_iter().map(|c| c.name).collect();
    world.succeeded(&again).await;
    assert!(world.containers().await.iter().all(|c| !before.contains(&c.name)));
}

async fn healed_after_kill_9(world: &mut World) {
    for container in world.containers().await {
        let ContainerState::Running { pid } = container.state else { panic!("{container:?}") };
        kill_9(pid);
    }
    until("both processes run and serve again", Duration::from_secs(10), async || {
        let all = world.containers().await;
        let running = all.iter().filter(|c| matches!(c.state, ContainerState::Running { .. })).count();
        running == 2 && world.body("/").await.is_ok()
    })
    .await;
    let name = world.containers().await.remove(0).name;
    world.engine.remove(&name).await.unwrap();
    until("a removed container is back", Duration::from_secs(15), async || {
        world.containers().await.len() == 2
    })
    .await;
    until("the restarts are counted", Duration::from_secs(10), async || {
        let processes = apps::list_processes(&world.owner, world.app.id).await.unwrap().items;
        processes.iter().all(|p| p.restarts >= 1 && p.state == "running")
    })
    .await;
}

async fn strays_and_flushed_rules(world: &mut World) {
    let wanted = world.engine.flows().await.unwrap().unwrap();
    assert_eq!(wanted.len(), 2, "both processes may reach the declared destination: {wanted:?}");
    world.engine.apply_flows(&[]).await.unwrap();
    until("flushed rules are back", Duration::from_secs(5), async || {
        world.engine.flows().await.unwrap().is_some_and(|f| f.len() == 2)
    })
    .await;
    assert!(world.front.snapshot().unwrap().routes.iter().any(|r| r.host == "console.ward.localhost"));
}

async fn a_deployment_survives_a_crash_of_ward(world: &mut World) {
    for state in [DeploymentState::Building, DeploymentState::Starting, DeploymentState::Switching] {
        let version = format!("after-{}", state.as_str());
        let deployment = world.deploy(&world.source(&version, "")).await;
        // As close to the state as can be seen from outside.
        let begin = std::time::Instant::now();
        while world.state(&deployment).await.state != state && !world.state(&deployment).await.state.ended() {
            assert!(begin.elapsed() < Duration::from_secs(60));
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        world.stop().await;
        assert!(world.body("/").await.is_ok(), "what served goes on serving without Ward");
        world.start();
        world.succeeded(&deployment).await;
        assert_eq!(world.body("/").await.unwrap(), version);
        until("nothing is left of the old", Duration::from_secs(15), async || {
            world.containers().await.len() == 2
        })
        .await;
    }
}

async fn destroyed(world: &mut World) {
    let owner = world.server.as_user(world.owner.who().user().unwrap());
    environments::destroy(&owner, world.environment.id).await.unwrap();
    let mut looks = 0;
    until("the environment is gone", Duration::from_secs(30), async || {
        looks += 1;
        // What each loop said last tells why it takes so long.
        assert!(looks < 250, "{:#?}", world.server.core.loops.status());
        environments::get(&owner, world.environment.id).await.is_err()
    })
    .await;
    assert!(world.containers().await.is_empty());
    let images = world.images().await;
    assert!(!images.contains("/app-"), "its images are gone: {images}");
    assert!(Engine::networks(&*world.engine).await.unwrap().is_empty());
    until("no rule is left", Duration::from_secs(10), async || {
        world.engine.flows().await.unwrap().is_none_or(|f| f.is_empty())
    })
    .await;
    let mut read = owner.read().await.unwrap();
    let (live,): (i64,) = sqlx::query_as(
        "select count(*) from keys where destroyed_at is null and context not like 'platform%'",
    )
    .fetch_one(read.conn())
    .await
    .unwrap();
    assert_eq!(live, 0, "every key of it is destroyed");
}
