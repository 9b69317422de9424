//! docs/reference/actions.md: the table of actions and roles, made from `ward_model::Action`. `WARD_UPDATE=1` writes it.

use std::fmt::Write as _;

use ward_model::{
    Action, Role,
    action::{Also, Effect},
};

use crate::tree;

const HEAD: &str = "\
# Actions and roles

Generated from the table in `crates/model/src/action.rs`; `WARD_UPDATE=1 cargo test -p ward-testkit reference` writes it
anew. The Cedar schema and the role policies are made from the same table.

A role counts where it was granted and below: on the platform, an organization, a project or an environment. \"Recorded\" says
what an allowed use leaves in the ledger: an attempt and its outcome, an entry before the data is handed out, or nothing. A
denied use is always an entry. \"Step-up\" means that the second factor must have been given in the last five minutes; an API
token never can.

| action | what | on | owner | admin | developer | auditor | also | step-up | recorded |
| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
";

/// The first doc line of each action, from the source: `text` in `/// text` above the line that names it.
fn meaning(source: &str, action: Action) -> String {
    let named = format!("\"{action}\"");
    let mut doc = "";
    for line in source.lines().map(str::trim) {
        if let Some(text) = line.strip_prefix("/// ") {
            doc = text;
        } else if line.split_whitespace().nth(1) == Some(named.as_str()) {
            return doc.trim_end_matches('.').to_owned();
        }
    }
    panic!("{action} is not in the table")
}

fn render() -> String {
    let source = tree::read(&tree::root().join("crates/model/src/action.rs"));
    let mut page = HEAD.to_owned();
    for action in Action::ALL {
        let may = |role| if action.roles().contains(&role) { "yes" } else { "" };
        let also = match action.also() {
            Also::NoOne => "",
            Also::Self_ => "oneself",
            Also::SelfBeforeSecondFactor => "oneself, even before the second factor",
            Also::Anyone => "anybody",
            Also::Loop => "Ward's loops",
            Also::SignedIn => "whoever is signed in",
        };
        let recorded = match action.effect() {
            Effect::Write => "attempt, outcome",
            Effect::SensitiveRead => "before the read",
            Effect::Read => "",
        };
        let _ = writeln!(
            page,
            "| `{action}` | {} | {} | {} | {} | {} | {} | {also} | {} | {recorded} |",
            meaning(&source, *action),
            action.resource().as_str(),
            may(Role::Owner),
            may(Role::Admin),
            may(Role::Developer),
            may(Role::Auditor),
            if action.step_up() { "yes" } else { "" },
        );
    }
    page
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the switch that writes the page")]
fn the_page_of_actions_is_the_table_in_the_code() {
    let (path, wanted) = (tree::root().join("docs/reference/actions.md"), render());
    if std::env::var_os("WARD_UPDATE").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, &wanted).unwrap();
    }
    assert!(
        tree::read(&path) == wanted,
        "docs/reference/actions.md is not what the code says; run `WARD_UPDATE=1 cargo test -p ward-testkit reference`"
    );
}

#[test]
fn every_action_is_on_the_page_once_and_has_a_meaning() {
    let page = render();
    for action in Action::ALL {
        let rows: Vec<_> = page.lines().filter(|l| l.starts_with(&format!("| `{action}` | "))).collect();
        assert_eq!(rows.len(), 1, "{action}");
        assert!(!rows[0].contains("|  | platform") && rows[0].matches(" |").count() >= 10, "{}", rows[0]);
    }
}
