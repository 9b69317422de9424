//! `acc.default-deny`: calls every route as a stranger, and asks the gate as somebody without a role.

use std::time::Duration;

use async_trait::async_trait;
use http::{Method, StatusCode};
use serde_json::{Value, json};
use ward_model::{
    Action, Id as _, OrganizationId, Principal, ProjectId, ResourceKind, Target, UserId, action::Also,
    principal::Credential,
};
use ward_spine::policy::Decision;

use crate::{
    Probe,
    checks::{Check, Finding, Tally, Unseen, hours, minutes},
    wire::http::Client,
};

/// Routes that are open on purpose; anything else must refuse a stranger.
const OPEN: &[(&str, &str)] =
    &[("get", "/v1/health"), ("get", "/v1/openapi.json"), ("post", "/v1/unseal"), ("post", "/v1/sessions")];

/// Every route of the API's own description, without a token and with a forged one; every action without a role.
pub(crate) struct DefaultDeny;

#[async_trait]
impl Check for DefaultDeny {
    fn id(&self) -> &'static str {
        "acc.default-deny"
    }
    fn every(&self) -> Duration {
        hours(1)
    }
    fn limit(&self) -> Duration {
        minutes(5)
    }
    fn gap(&self) -> Option<&'static str> {
        Some("calls refused before anybody is known are in the access log, not in the ledger")
    }
    async fn observe(&self, probe: &Probe) -> Result<Finding, Unseen> {
        let mut tally = Tally::of("routes and actions");
        gate(probe, &mut tally)?;
        doors(probe, &mut tally).await?;
        Ok(tally.finish("refuse somebody without a right"))
    }
}

/// A resource of each kind that nobody owns.
pub(crate) fn target_of(probe: &Probe, kind: ResourceKind) -> Target {
    let ctx = probe.ctx();
    let organization = Target::organization(ctx.id::<OrganizationId>());
    let project = || ctx.id::<ProjectId>();
    let class = ward_model::DataClass::Phi;
    let environment = || {
        Target::environment(organization.organization.unwrap_or_else(|| ctx.id()), project(), ctx.id(), class)
    };
    match kind {
        ResourceKind::Platform => Target::platform(),
        ResourceKind::Organization => organization,
        ResourceKind::Project => {
            Target::project(organization.organization.unwrap_or_else(|| ctx.id()), project())
        }
        ResourceKind::Environment => environment(),
        ResourceKind::App | ResourceKind::Database => {
            environment().inside(kind, ward_model::AppId::from_uuid(ctx.id::<UserId>().uuid()))
        }
        ResourceKind::User => Target::user(ctx.id()),
    }
}

/// Asks the gate's own policies for a signed-in user without any grant.
fn gate(probe: &Probe, tally: &mut Tally) -> Result<(), Unseen> {
    let now = probe.core.clock.now();
    let ctx = probe.ctx();
    let credential = Credential::Session { id: ctx.id(), second_factor_at: Some(now) };
    let nobody = Principal::User { id: ctx.id(), credential };
    for action in Action::ALL {
        // What anybody who is signed in may: see that the platform lives, list what is theirs (nothing).
        if action.also() == Also::SignedIn {
            continue;
        }
        tally.saw();
        let target = target_of(probe, action.resource());
        if let Decision::Allow(by) = probe.core.policy.decide_with(&[], now, &nobody, *action, &target)? {
            tally.fault(action, format!("the gate lets somebody without a role do {action}"));
            tally.note(json!({ "action": action.as_str(), "by": by }));
        }
    }
    Ok(())
}

async fn doors(probe: &Probe, tally: &mut Tally) -> Result<(), Unseen> {
    let door = probe.door()?;
    let roots = probe.roots().await?.ok_or_else(|| Unseen("there is no certificate authority".into()))?;
    let host = format!("console.{}", probe.core.settings.domain);
    let (mut client, _) = Client::https(door.https, &host, roots).await?;
    let document = client.send(Method::GET, "/v1/openapi.json", None, None).await?;
    if document.status != StatusCode::OK {
        tally.blind(
            "/v1/openapi.json",
            format!("the API's description is answered with {}", document.status.as_u16()),
        );
        return Ok(());
    }
    let document: Value = serde_json::from_slice(&document.body)
        .map_err(|e| Unseen(format!("the API's description is no JSON: {e}")))?;
    let forged = ward_vault::random::token("ward_ses_");
    for (path, operations) in document.get("paths").and_then(Value::as_object).into_iter().flatten() {
        for method in operations.as_object().into_iter().flatten().map(|(m, _)| m.as_str()) {
            let Some(verb) = verb(method) else { continue };
            if OPEN.contains(&(method, path.as_str())) {
                continue;
            }
            tally.saw();
            let filled = fill(path);
            let body = (verb != Method::GET).then_some("{}");
            for bearer in [None, Some("ward_ses_forged"), Some(forged.as_str())] {
                let answer = client.send(verb.clone(), &filled, bearer, body).await;
                match answer {
                    Ok(answer) if answer.status == StatusCode::UNAUTHORIZED => {}
                    Ok(answer) => {
                        let status = answer.status.as_u16();
                        tally.fault(
                            format!("{method} {path}"),
                            format!("a stranger is answered with {status}, not 401"),
                        );
                    }
                    Err(error) => {
                        tally.blind(format!("{method} {path}"), format!("a route did not answer: {error}"));
                        let roots =
                            probe.roots().await?.ok_or_else(|| Unseen("no certificate authority".into()))?;
                        client = Client::https(door.https, &host, roots).await?.0;
                    }
                }
            }
        }
    }
    Ok(())
}

fn verb(method: &str) -> Option<Method> {
    match method {
        "get" => Some(Method::GET),
        "post" => Some(Method::POST),
        "put" => Some(Method::PUT),
        "patch" => Some(Method::PATCH),
        "delete" => Some(Method::DELETE),
        _ => None,
    }
}

/// Puts well-formed ids into a path's places.
fn fill(path: &str) -> String {
    let part = |part: &str| {
        let Some(name) = part.strip_prefix('{').and_then(|p| p.strip_suffix('}')) else {
            return part.to_owned();
        };
        let prefix = match name.trim_start_matches('*') {
            "organization" => "org_",
            "project" => "prj_",
            "environment" => "env_",
            "app" => "app_",
            "database" => "db_",
            "deployment" => "dep_",
            "backup" => "bak_",
            "user" => "usr_",
            "grant" => "grt_",
            "agreement" => "agr_",
            "session" => "ses_",
            "token" => "tok_",
            _ => return "x".to_owned(),
        };
        format!("{prefix}{:032x}", 1)
    };
    path.split('/').map(part).collect::<Vec<_>>().join("/")
}
