//! Section: names and archives that try to get out.

use std::{fs, path::Path};

use serde_json::{Value, json};
use tar::EntryType;

use crate::{
    app::archive,
    door::Ask,
    installation::{CONSOLE, Installation},
    set_up::World,
};

/// Names that a shell, a path or a DNS name would read otherwise.
const NAMES: [&str; 9] = [
    "a;touch owned",
    "$(touch owned)",
    "`touch owned`",
    "a|b",
    "a&b",
    "../../etc",
    "a\nb",
    "--help-me",
    "A.B",
];

/// Each is refused by program and API.
pub(crate) fn are_refused_and_leave_nothing(ward: &Installation, world: &World) {
    let paths = [
        format!("/v1/organizations/{}/projects", world.organization),
        "/v1/organizations".to_owned(),
        format!("/v1/projects/{}/environments", world.project),
    ];
    for name in NAMES {
        for path in &paths {
            let body = json!({ "name": name, "data_class": "phi", "region": "here" });
            let body = if path.ends_with("environments") { body } else { json!({ "name": name }) };
            let answer = ward.api(&world.owner, "POST", path, &body);
            assert_eq!(answer.problem(), (400, "invalid".into()), "{name:?}: {answer:?}");
            assert!(answer.body.contains("name"), "{answer:?}");
        }
        for noun in ["project", "apps", "org"] {
            let (code, text) = ward.ward(&world.owner, &[noun, "create", "--", name], "");
            assert_eq!(code, 2, "ward {noun} create {name:?}: {text}");
            assert!(text.contains("name") || text.contains("can't be in a name"), "{text}");
        }
    }
    archives(ward, world);
    nothing_is_left(ward);
}

fn archives(ward: &Installation, world: &World) {
    let path = format!("/v1/apps/{}/deployments", world.app);
    let deployments = || ward.api(&world.owner, "GET", &path, &Value::Null).good()["items"].clone();
    let before = deployments();
    let outside = ward.home.join("evil").display().to_string();
    for (kind, name, target, text) in [
        (EntryType::Regular, "../evil", "", "leads out of the archive"),
        (EntryType::Regular, "a/../../evil", "", "leads out of the archive"),
        (EntryType::Regular, outside.as_str(), "", "absolute path"),
        (EntryType::Symlink, "link", "/etc/passwd", "a link that leads out of the archive"),
        (EntryType::Symlink, "a/link", "../../evil", "a link that leads out of the archive"),
        (EntryType::Link, "hard", "/etc/passwd", "a hard link"),
        (EntryType::Char, "null", "", "a device or a pipe"),
        (EntryType::Block, "disk", "", "a device or a pipe"),
        (EntryType::Fifo, "pipe", "", "a device or a pipe"),
    ] {
        let answer = upload(ward, world, &archive(kind, name, target));
        assert_eq!(answer.problem(), (400, "invalid".into()), "{name} {answer:?}");
        assert!(answer.body.contains(text) && answer.body.contains("ward deploy"), "{name}: {answer:?}");
    }
    let answer = upload(ward, world, b"no archive");
    assert_eq!(answer.problem(), (400, "invalid".into()), "{answer:?}");
    assert!(!Path::new(&outside).exists());
    assert_eq!(deployments(), before, "none was queued");
}

fn upload(ward: &Installation, world: &World, body: &[u8]) -> crate::door::Answer {
    let path = format!("/v1/apps/{}/deployments", world.app);
    let token = Some(world.owner.as_str());
    let ask = Ask { method: "POST", token, kind: "application/gzip", body, ..Ask::get(&path) };
    ward.door().ask(CONSOLE, &ask).unwrap()
}

/// Neither a source nor an unpacked tree is there.
pub(crate) fn nothing_is_left(ward: &Installation) {
    for folder in ["sources", "builds"] {
        let left: Vec<_> = fs::read_dir(ward.control().join(folder)).unwrap().flatten().collect();
        assert!(left.is_empty(), "{folder}: {left:?}");
    }
}
