//! Section: stopping everything, and going on.

use std::time::Duration;

use serde_json::Value;

use crate::{
    crash,
    installation::Installation,
    programs::until,
    set_up::{World, ready},
};

/// Stops containers and takes the volumes' keys out of the kernel; after the next start all is as it was.
pub(crate) fn the_data_is_there_after_stop_and_serve(ward: &mut Installation, world: &World) {
    let (code, text) = ward.wardd(&["stop"], "");
    assert!(code == 1 && text.contains("another wardd runs"), "not under a running daemon: {text}");
    ward.end_wardd();
    let (code, text) = ward.wardd(&["stop"], "");
    assert!(code == 0 && text.contains("stopped 2 containers"), "{text}");
    assert!(ward.inside("").is_empty(), "no process of a container is left");
    assert!(world.body(ward, "/").is_none());
    ward.start_wardd();
    ward.answers(Duration::from_secs(20));
    until("the app serves again", Duration::from_secs(30), || world.body(ward, "/").as_deref() == Some("v1"));
    ready(ward, world);
    let answer = psql(ward, world);
    assert!(answer.contains("42"), "{answer}");
    let path = format!("/v1/organizations/{}/agreements", world.organization);
    let agreements = ward.api(&world.owner, "GET", &path, &Value::Null).good();
    assert_eq!(agreements["items"][0]["active"], true, "{agreements}");
    crash::verified(ward, world);
}

/// The database may be a moment later than its state.
fn psql(ward: &Installation, world: &World) -> String {
    let mut last = String::new();
    until("the database answers", Duration::from_secs(20), || {
        let select = ["db", "psql", "records", "--", "-At", "-c", "select id from visits"];
        let (code, text) = ward.ward(&world.owner, &select, "");
        last = text;
        code == 0
    });
    last
}
