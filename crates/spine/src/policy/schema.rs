//! The Cedar schema, made from the table of actions.

use std::fmt::Write as _;

use ward_model::{Action, ResourceKind, Role, action::Also};

/// Name of a resource kind as a Cedar entity type.
pub(crate) const fn entity_type(kind: ResourceKind) -> &'static str {
    match kind {
        ResourceKind::Platform => "Platform",
        ResourceKind::Organization => "Organization",
        ResourceKind::Project => "Project",
        ResourceKind::Environment => "Environment",
        ResourceKind::App => "App",
        ResourceKind::Database => "Database",
        ResourceKind::User => "User",
    }
}

/// Groups that an action is in.
fn groups(action: Action) -> Vec<String> {
    let mut groups: Vec<String> = action.roles().iter().map(|r| format!("role-{r}")).collect();
    match action.also() {
        Also::NoOne => {}
        Also::Self_ => groups.push("self".into()),
        Also::SelfBeforeSecondFactor => groups.extend(["self".into(), "before-second-factor".into()]),
        Also::Anyone => groups.push("anyone".into()),
        Also::Loop => groups.push("loop".into()),
        Also::SignedIn => groups.push("signed-in".into()),
    }
    if action.step_up() {
        groups.push("step-up".into());
    }
    groups
}

/// The schema's text.
pub(crate) fn text() -> String {
    let mut out = String::from(
        "namespace Ward {\n\
         entity Platform;\n\
         entity Organization in [Platform];\n\
         entity Project in [Organization];\n\
         entity Environment in [Project] { phi: Bool };\n\
         entity App in [Environment];\n\
         entity Database in [Environment];\n\
         entity User in [Platform];\n\
         entity Loop;\n\
         entity Anonymous;\n\
         entity Operator;\n",
    );
    let fixed = ["self", "before-second-factor", "anyone", "loop", "signed-in", "step-up"];
    for group in Role::ALL.iter().map(|r| format!("role-{r}")).chain(fixed.iter().map(|s| (*s).to_owned())) {
        let _ = writeln!(out, "action \"{group}\";");
    }
    for action in Action::ALL {
        let groups = groups(*action);
        let within =
            if groups.is_empty() { String::new() } else { format!(" in [\"{}\"]", groups.join("\", \"")) };
        let _ = writeln!(
            out,
            "action \"{action}\"{within} appliesTo {{ principal: [User, Loop, Anonymous, Operator], resource: [{}], \
             context: {{ second_factor: Bool, step_up: Bool, token: Bool }} }};",
            entity_type(action.resource())
        );
    }
    out.push_str("}\n");
    out
}
