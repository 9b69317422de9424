//! Section: deployments that can't come to a good end.

use std::{fs, time::Duration};

use serde_json::Value;

use crate::{
    app, installation::Installation, load::under_load, programs::until, set_up::World,
    wrong_archives::nothing_is_left,
};

/// Each says why, with its exit code; the old release serves on without a lost request.
pub(crate) fn leave_the_old_release_serving(ward: &Installation, world: &World) {
    let deploy = |folder: &std::path::Path| {
        ward.ward(&world.owner, &["deploy", folder.to_str().unwrap(), "--app", "clinic"], "")
    };
    let before = ward.containers();
    assert_eq!(before.len(), 2, "the app and its database: {before:?}");
    let bare = app::source(&ward.home, "bare", "");
    fs::remove_file(bare.join("Dockerfile")).unwrap();
    let unknown = app::source(&ward.home, "unknown", "");
    fs::write(unknown.join("ward.toml"), "app = \"clinic\"\n[http_servce]\n").unwrap();
    let broken = app::source(&ward.home, "broken", "");
    fs::write(broken.join("Dockerfile"), "FROM debian:bookworm-slim\nCOPY missing /x\n").unwrap();
    let release = app::source(&ward.home, "release", "[env]\nRELEASE_FAILS = \"1\"\n");
    let unwell = app::source(&ward.home, "unwell", "[env]\nHEALTH = \"bad\"\n");
    let cases: [(_, i32, &[&str]); 5] = [
        (bare, 2, &["no Dockerfile", "next: "]),
        (unknown, 2, &["http_servce", "did you mean http_service?"]),
        (broken, 1, &["failed while building", "missing", "next: "]),
        (
            release,
            1,
            &["failed while releasing", "exit code: 3", "column patients.name does not exist", "next: "],
        ),
        (unwell, 1, &["failed while starting", "process: web", "503", "listening on", "next: "]),
    ];
    for (folder, exit, texts) in cases {
        let ((code, text), load) = under_load(&ward.door(), &world.host, "v1", |_| deploy(&folder));
        assert_eq!(code, exit, "{}: {text}", folder.display());
        for wanted in texts {
            assert!(text.contains(wanted), "{wanted:?} in {text}");
        }
        load.without_a_miss(1);
        until("only the old containers are left", Duration::from_secs(15), || ward.containers() == before);
        nothing_is_left(ward);
    }
    let path = format!("/v1/apps/{}", world.app);
    let app = ward.api(&world.owner, "GET", &path, &Value::Null).good();
    assert_eq!(app["release_number"], 1, "{app}");
}
