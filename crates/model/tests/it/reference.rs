//! docs/reference/events.md: the form of entries, made from the table and from what `encode` makes. `WARD_UPDATE=1` writes it.

use std::{fmt::Write as _, path::PathBuf};

use serde_json::{Map, Value};
use ward_model::{
    Action,
    action::Effect,
    ledger::{EntryKind, Outcome},
    ocsf::{Class, TABLE, encode},
};

use crate::{
    events::{OUTCOMES, example},
    schema::sorted,
};

const INTRO: &str = "\
# Entries of the ledger

Generated from the table in `crates/model/src/ocsf/table.rs`; `WARD_UPDATE=1 cargo test -p ward-model --test it` writes it
anew.

Each entry is an event of the Open Cybersecurity Schema Framework, OCSF 1.8.0, as JSON in its canonical form (RFC 8785):
keys in order, no white space, UTF-8. The tree of the ledger hashes exactly these bytes. An entry has at most 65,535 of
them. [The JSON Schema](../../crates/model/schema/ward-ocsf-1.8.0.schema.json) (draft 2020-12) is made from the schema of
OCSF; any validator checks entries with it, offline. It is stricter than OCSF: what Ward never writes is refused.

## What is where

| question | attribute |
| --- | --- |
| who | `actor.user.uid`: a pseudonym (`sub_…`) for a person, a name for a loop of Ward; `actor.user.type_id` is 1 for a user, 4 for a loop, 2 for the operator at the machine, 0 for nobody yet (then `name` says so) |
| with what | `actor.session.uid` for a session, `actor.user.programmatic_credentials[0].uid` for an API token |
| what | `api.operation`: [the action](actions.md); `class_uid`, `activity_id` and `type_uid` by the table below |
| when | `time` in milliseconds since 1970, `time_dt` the same moment to the microsecond |
| when written | `metadata.logged_time`, milliseconds since 1970, never decreasing along a log |
| from where | `src_endpoint.uid`: a pseudonym (`adr_…`) of the address; `src_endpoint.svc_name` is `Ward` if it came from inside; `unmapped.source` in the classes without a place for it (1007, 2004) |
| to what | `unmapped.object` is what the gate decided on: `kind` and `id`; what the class asks for is in `entity`, `user`, `resources`, `process`, `dst_endpoint` or `finding_info` |
| whose | `metadata.tenant_uid`: the organization; `cloud.account.uid`: the project; `unmapped.environment` |
| permitted by | `authorizations[].decision` (`allowed`, `denied`) and `authorizations[].policy.uid`; `action_id` 1 allowed, 2 denied, 3 observed |
| outcome | `unmapped.kind` and `status_id` by the table below; `status_code` says `success`, `failed` or `aborted` on an outcome |
| why | `status_detail`; all of it in `unmapped.detail` |
| which request | `api.request.uid`; `metadata.correlation_uid` ties an outcome to its attempt; `metadata.uid` names one entry |
| the form | `metadata.version` (OCSF), `metadata.log_version` (Ward's own, 1), `metadata.product.version` (which Ward wrote it) |
| the log | `unmapped.shard`: link to the shard before or after; `unmapped.payload`: SHA-256 and length of what is too large for an entry |

| `unmapped.kind` | means | `status_id` |
| --- | --- | --- |
| `attempt` | permitted, and about to be done: durable before any effect | 99, `status` is `Attempt` |
| `outcome` | what became of an attempt | 1 for `success`; 2 for `failed`, and for `aborted`: the process ended in the middle, nothing was committed |
| `denied` | denied; nothing was done | 2 |
| `read` | something sensitive was permitted to be read; durable before the data was handed out | 1 |
| `notice` | Ward did or saw something by itself | 1 |

`status_id` of a Detection Finding counts otherwise in OCSF: 1 is a new finding, 4 a resolved one.

`severity_id` is 1 (informational), but 2 (low) for what was denied or failed, 3 (medium) for what was aborted. A check
that failed has 4 (high); an alert 1 (`info`), 3 (`warning`) or 5 (`critical`).

Numbers in `unmapped.detail` are written as RFC 8785 asks, so `1.0` is `1`. An integer that a double can't hold exactly is
a string of its digits.

## Classes

| class | name | profiles |
| --- | --- | --- |
";

fn entry(action: &str) -> Value {
    let became = match action.parse::<Action>().map(Action::effect) {
        Ok(Effect::Read) => (EntryKind::Denied, None),
        Ok(Effect::SensitiveRead) => (EntryKind::Read, None),
        Err(_) if action.starts_with("alert:") || action.starts_with("ledger:") => (EntryKind::Notice, None),
        _ => (EntryKind::Outcome, Some(Outcome::Success)),
    };
    assert!(OUTCOMES.contains(&became));
    serde_json::from_slice(&encode(&example(action, became)).unwrap()).unwrap()
}

/// The part of an entry that its class asks for.
fn subject(entry: &Value) -> String {
    const PARTS: [&str; 10] = [
        "entity",
        "user",
        "privileges",
        "resources",
        "session",
        "auth_factors",
        "device",
        "process",
        "dst_endpoint",
        "finding_info",
    ];
    let parts: Map<String, Value> =
        PARTS.iter().filter_map(|name| Some(((*name).to_owned(), entry.get(*name)?.clone()))).collect();
    sorted(Value::Object(parts)).to_string()
}

fn render() -> String {
    let mut page = INTRO.to_owned();
    for class in Class::ALL {
        let profiles: Vec<_> = class.profiles().iter().map(|p| format!("`{p}`")).collect();
        let _ = writeln!(page, "| {} | {} | {} |", class.uid(), class.caption(), profiles.join(", "));
    }
    page.push_str(
        "\n## Actions\n\nThe example is the part that the class asks for, on the outcome (or on the entry of a read, a \
         denial, a notice). An action\nthat is not in the table is an API Activity with activity 99. `app:exec` and \
         `app:shell` are kept for later.\n\n| action | class | activity | `type_uid` | example |\n| --- | --- | --- | --- | --- |\n",
    );
    for (action, mapping) in TABLE {
        let example = subject(&entry(action));
        let _ = writeln!(
            page,
            "| `{action}` | {} {} | {} {} | {} | `{example}` |",
            mapping.class.uid(),
            mapping.class.caption(),
            mapping.activity,
            mapping.activity_name,
            mapping.type_uid(),
        );
    }
    page.push_str(
        "\nA check that did not fail (`observation:record`) is an API Activity, 600301, and so is the attempt to record \
         one.\n\n## Examples\n\nWith white space here, for reading.\n",
    );
    for (class, action) in [
        (Class::Process, "app:restart"),
        (Class::Finding, "observation:record"),
        (Class::Account, "user:create"),
        (Class::Authentication, "session:verify"),
        (Class::Entity, "project:create"),
        (Class::Access, "grant:create"),
        (Class::Ssh, "app:shell"),
        (Class::Api, "log:read"),
    ] {
        let text = serde_json::to_string_pretty(&sorted(entry(action))).unwrap();
        let _ =
            write!(page, "\n### {} {}: `{action}`\n\n```json\n{text}\n```\n", class.uid(), class.caption());
    }
    page
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the switch that writes the page")]
fn the_page_of_events_is_what_the_code_does() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference/events.md");
    let wanted = render();
    if std::env::var_os("WARD_UPDATE").is_some() {
        std::fs::write(&path, &wanted).unwrap();
    }
    assert!(
        std::fs::read_to_string(&path).unwrap_or_default() == wanted,
        "docs/reference/events.md is not what the code does; run `WARD_UPDATE=1 cargo test -p ward-model --test it`"
    );
}

#[test]
fn every_action_is_on_the_page_once() {
    let page = render();
    for (action, _) in TABLE {
        assert_eq!(page.matches(&format!("\n| `{action}` |")).count(), 1, "{action}");
    }
    for class in Class::ALL {
        assert!(page.contains(&format!("\n### {} ", class.uid())), "{class:?}");
    }
}
