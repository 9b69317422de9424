//! Section: kill -9 of each part. What was wanted is so again within ten seconds, and the app serves meanwhile.

use std::time::Duration;

use serde_json::Value;

use crate::{
    installation::Installation,
    load::under_load,
    programs::{kill_9, until},
    set_up::World,
};

/// Ten seconds: the promise.
const SOON: Duration = Duration::from_secs(10);
/// How long what is not measured may take on a busy machine.
const BUSY: Duration = Duration::from_secs(60);

/// The app's container.
pub(crate) fn the_container(ward: &Installation, world: &World) {
    let killed = kill_the_app(ward);
    let took = healed(ward, world, &killed);
    eprintln!("container: back after {took:?}");
    // With another hardware address at each start the host would look for it in the wrong place for a while.
    let mut neighbours = std::process::Command::new("ip");
    neighbours.args(["-o", "neigh", "show", "dev", &format!("w{}-0i", ward.instance)]);
    let known = String::from_utf8(neighbours.output().unwrap().stdout).unwrap();
    let all: Vec<&str> = known.lines().filter(|l| l.contains("lladdr")).collect();
    assert!(!all.is_empty() && all.iter().all(|l| l.contains("lladdr 02:57:0a:")), "{known}");
}

fn kill_the_app(ward: &Installation) -> Vec<i32> {
    let all = ward.inside("server.pl");
    assert!(!all.is_empty(), "the app runs");
    all.iter().for_each(|pid| kill_9(*pid));
    all
}

/// Waits until the app serves from new processes.
fn healed(ward: &Installation, world: &World, killed: &[i32]) -> Duration {
    until("the app serves again", SOON, || {
        let all = ward.inside("server.pl");
        !all.is_empty()
            && !all.iter().any(|pid| killed.contains(pid))
            && world.body(ward, "/").as_deref() == Some("v1")
    })
}

/// The service of the engine: containers don't need it to run, and Ward brings it back to heal them.
pub(crate) fn the_service_of_the_engine(ward: &Installation, world: &World) {
    let app = ward.inside("server.pl");
    let (took, load) = under_load(&ward.door(), &world.host, "v1", |counter| {
        let service = ward.service().expect("Podman's service runs");
        kill_9(service);
        let took = until("the service is back", SOON, || ward.service().is_some_and(|pid| pid != service));
        counter.wait(100);
        took
    });
    eprintln!("engine: back after {took:?}; {} requests", load.asked);
    load.without_a_miss(100);
    assert_eq!(ward.inside("server.pl").first(), app.first(), "the container was left alone");
    healed(ward, world, &kill_the_app(ward));
}

/// The platform, while everything works; then while a container dies that nobody looks after.
pub(crate) fn wardd(ward: &mut Installation, world: &World) {
    let app = ward.inside("server.pl");
    let door = ward.door();
    let (took, load) = under_load(&door, &world.host, "v1", |counter| {
        ward.kill_wardd();
        counter.wait(200);
        ward.start_wardd();
        let took = ward.answers(SOON);
        counter.wait(50);
        took
    });
    eprintln!("wardd: back after {took:?}; {} requests", load.asked);
    load.without_a_miss(250);
    assert_eq!(ward.inside("server.pl").first(), app.first(), "the container was adopted");
    ward.kill_wardd();
    let killed = kill_the_app(ward);
    ward.start_wardd();
    healed(ward, world, &killed);
    ward.answers(BUSY);
    let path = format!("/v1/apps/{}", world.app);
    assert_eq!(ward.api(&world.owner, "GET", &path, &Value::Null).good()["release_number"], 1);
}

/// The ingress, with the platform and without it: it serves from the snapshot that it kept.
pub(crate) fn the_ingress(ward: &mut Installation, world: &World) {
    ward.kill_ingress();
    assert!(world.body(ward, "/").is_none(), "nobody serves");
    ward.start_ingress();
    until("the app is served", SOON, || world.body(ward, "/").as_deref() == Some("v1"));
    ward.answers(BUSY);
    ward.kill_wardd();
    ward.kill_ingress();
    ward.start_ingress();
    let took = until("served from the snapshot", SOON, || world.body(ward, "/").as_deref() == Some("v1"));
    let ((), load) = under_load(&ward.door(), &world.host, "v1", |counter| counter.wait(100));
    load.without_a_miss(100);
    eprintln!("ingress alone: back after {took:?}; {} requests", load.asked);
    ward.start_wardd();
    ward.answers(BUSY);
}
