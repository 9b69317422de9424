//! Section: from nothing to an app with its database, through the ingress.

use std::time::Duration;

use serde_json::{Value, json};

use crate::{app, door::Ask, installation::Installation, person::first_sign_in, programs::until};

/// What the other sections work with.
pub(crate) struct World {
    /// Session of the first owner.
    pub(crate) owner: String,
    pub(crate) organization: String,
    pub(crate) project: String,
    pub(crate) app: String,
    pub(crate) database: String,
    /// Name of the app at the ingress.
    pub(crate) host: String,
}

impl World {
    /// A run of the command line as the owner, in the environment; it has to succeed.
    pub(crate) fn ward(&self, ward: &Installation, arguments: &[&str]) -> String {
        let (code, text) = ward.ward(&self.owner, arguments, "");
        assert_eq!(code, 0, "ward {}: {text}", arguments.join(" "));
        text
    }

    /// What the app answers.
    pub(crate) fn body(&self, ward: &Installation, path: &str) -> Option<String> {
        let answer = ward.door().ask(&self.host, &Ask::get(path)).ok()?;
        (answer.status == 200).then_some(answer.body)
    }
}

/// Sets everything up.
pub(crate) fn everything(ward: &mut Installation) -> World {
    initialized(ward);
    ward.start_ingress();
    ward.start_wardd();
    ward.answers(Duration::from_secs(60));
    let owner = first_sign_in(ward, crate::installation::OWNER, PASSWORD);
    let post = |path: &str, body: Value| ward.api(&owner, "POST", path, &body).good();
    let id = |value: &Value| value["id"].as_str().unwrap().to_owned();
    let organization = id(&post("/v1/organizations", json!({ "name": "mercy" })));
    let of_it = |what: &str| format!("/v1/organizations/{organization}/{what}");
    post("/v1/regions", json!({ "name": "here", "location": "this machine", "phi": true }));
    let project = id(&post(&of_it("projects"), json!({ "name": "care" })));
    let environments = format!("/v1/projects/{project}/environments");
    let wanted = json!({ "name": "prod", "data_class": "phi", "region": "here" });
    let refused = ward.api(&owner, "POST", &environments, &wanted);
    assert_eq!(refused.problem(), (422, "floor".into()), "no PHI without an agreement: {refused:?}");
    post(&of_it("agreements"), json!({ "counterparty": "Example Hosting", "document": "contracts/baa.pdf" }));
    let environment = id(&post(&environments, wanted));
    let database =
        id(&post(&format!("/v1/environments/{environment}/databases"), json!({ "name": "records" })));
    let app = id(&post(&format!("/v1/environments/{environment}/apps"), json!({ "name": "clinic" })));
    let mut world = World { owner, organization, project, app, database, host: String::new() };
    world.ward(ward, &["use", "mercy/care/prod"]);
    ready(ward, &world);
    world.ward(ward, &["db", "attach", "records", "--app", "clinic"]);
    let made = "create table visits (id int primary key); insert into visits values (42)";
    world.ward(ward, &["db", "psql", "records", "--", "-v", "ON_ERROR_STOP=1", "-c", made]);
    let source = app::source(&ward.home, "v1", "");
    let said = world.ward(ward, &["deploy", source.to_str().unwrap(), "--app", "clinic"]);
    assert!(said.contains("Release v1 of clinic serves."), "{said}");
    let shown = ward.api(&world.owner, "GET", &format!("/v1/apps/{}", world.app), &Value::Null).good();
    let url = shown["url"].as_str().unwrap();
    world.host = url.trim_start_matches("https://").split(':').next().unwrap().to_owned();
    assert_eq!(world.body(ward, "/").as_deref(), Some("v1"));
    assert_eq!(world.body(ward, "/database").as_deref(), Some("postgresql"), "its address is injected");
    world
}

const PASSWORD: &str = "seven kettles under a green moon";

fn initialized(ward: &Installation) {
    let (code, text) = ward.wardd(&["serve"], "");
    assert!(code == 1 && text.contains("wardd init"), "nothing is served before set-up: {text}");
    let (code, text) = ward.init(&format!("{PASSWORD}\n"));
    assert!(code == 0 && text.contains("Ward is set up"), "{text}");
    let (code, text) = ward.init("nine spoons behind the barn door\n");
    assert!(code == 0 && text.contains("set up already; nothing was changed"), "{text}");
    let (code, text) = ward.wardd(&["images"], "");
    assert_eq!(code, 0, "{text}");
}

/// Waits for the database.
pub(crate) fn ready(ward: &Installation, world: &World) {
    until("the database is ready", Duration::from_secs(60), || {
        let path = format!("/v1/databases/{}", world.database);
        let found = ward.api(&world.owner, "GET", &path, &Value::Null).good();
        assert_ne!(found["state"], "failed", "{found}");
        found["state"] == "ready"
    });
}
