//! Decisions, by Cedar (45 CFR 164.308(a)(4), 164.312(a)(1)).
//!
//! Only this module names the policy engine. The rules and the schema are parsed once; for a decision the
//! principal's grants (a handful) are linked to role templates, so that the set that is evaluated stays small
//! and the answer names the grant that allowed it.

mod schema;
mod sql;

use std::collections::{HashMap, HashSet};
use std::str::FromStr;
use std::time::Duration;

use cedar_policy::{
    Authorizer, Context, Decision as CedarDecision, Entities, Entity, EntityUid, PolicyId, PolicySet,
    Request, RestrictedExpression, Schema, SlotId, ValidationMode, Validator,
};
use ward_model::{
    Action, OrganizationId, Principal, ResourceKind, Role, Target, Timestamp, principal::Credential,
};

use crate::{Db, Error, Result};

/// How long a second factor counts as fresh.
pub const STEP_UP: Duration = Duration::from_secs(300);

/// The policy engine.
pub struct Policy {
    rules: PolicySet,
    schema: Schema,
    authorizer: Authorizer,
}

/// A role somewhere, as the engine needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldRole {
    /// Grant id, or `token`.
    pub policy: String,
    /// Role.
    pub role: Role,
    /// Kind of the resource.
    pub kind: ResourceKind,
    /// Its id.
    pub id: String,
    /// Organization of the resource; None for the platform.
    pub organization: Option<OrganizationId>,
}

/// What was decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// Allowed, by these policies.
    Allow(Vec<String>),
    /// Denied.
    Deny {
        /// Why.
        why: Denial,
        /// Policies that forbade it; empty if none allowed it.
        policies: Vec<String>,
    },
}

/// Why something was denied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Denial {
    /// The second factor was not given in this session.
    SecondFactor,
    /// It would be allowed after a fresh second factor.
    StepUp,
    /// The principal knows the resource but may not do this.
    Forbidden,
    /// The principal holds nothing where the resource is: it must not learn that it exists.
    Unseen,
}

fn broken(source: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::internal("reading its policies", source)
}

fn uid(kind: &str, id: &str) -> Result<EntityUid> {
    Ok(EntityUid::from_type_name_and_id(
        format!("Ward::{kind}").parse().map_err(broken)?,
        cedar_policy::EntityId::new(id),
    ))
}

impl Policy {
    /// Parses and validates rules and schema.
    pub fn new() -> Result<Self> {
        let (schema, warnings) = Schema::from_cedarschema_str(&schema::text()).map_err(broken)?;
        if let Some(warning) = warnings.into_iter().next() {
            return Err(broken(warning));
        }
        let parsed = PolicySet::from_str(include_str!("rules.cedar")).map_err(broken)?;
        // The parser numbers policies; the record shall name them.
        let mut rules = PolicySet::new();
        for policy in parsed.policies() {
            let id = policy.annotation("id").unwrap_or_default();
            rules.add(policy.new_id(PolicyId::new(id))).map_err(broken)?;
        }
        for template in parsed.templates() {
            let id = template.annotation("id").unwrap_or_default();
            rules.add_template(template.new_id(PolicyId::new(id))).map_err(broken)?;
        }
        let verdict = Validator::new(schema.clone()).validate(&rules, ValidationMode::Strict);
        if !verdict.validation_passed() {
            return Err(Error::internal("validating its policies", verdict.to_string()));
        }
        Ok(Self { rules, schema, authorizer: Authorizer::new() })
    }

    /// Decides, with the roles that the principal holds now.
    pub async fn decide(
        &self,
        db: &Db,
        now: Timestamp,
        who: &Principal,
        action: Action,
        target: &Target,
    ) -> Result<Decision> {
        let held = match who {
            Principal::User { id, .. } => sql::held_roles(&mut db.read().await?, *id).await?,
            _ => Vec::new(),
        };
        self.decide_with(&held, now, who, action, target)
    }

    /// Decides with given roles: pure, so that the whole table can be tested.
    pub fn decide_with(
        &self,
        held: &[HeldRole],
        now: Timestamp,
        who: &Principal,
        action: Action,
        target: &Target,
    ) -> Result<Decision> {
        let facts = Facts::of(who, now);
        let decision = self.evaluate(held, who, action, target, facts)?;
        let Principal::User { id: _, credential } = who else { return Ok(decision) };
        if let (Decision::Allow(policies), Credential::Token { role, scope, .. }) = (&decision, credential) {
            // A token is the intersection of its owner's rights and its own.
            let own = [HeldRole {
                policy: "token".into(),
                role: *role,
                kind: scope.kind,
                id: scope.id.clone(),
                organization: scope.organization,
            }];
            return Ok(match self.evaluate(&own, who, action, target, facts)? {
                Decision::Allow(more) => Decision::Allow(policies.iter().cloned().chain(more).collect()),
                Decision::Deny { .. } => {
                    Decision::Deny { why: Denial::Forbidden, policies: vec!["token".into()] }
                }
            });
        }
        let Decision::Deny { policies, .. } = decision else { return Ok(decision) };
        // Which single fact, were it otherwise, would allow it? Never tell more to somebody who may not anyway.
        let allowed_if = |facts| {
            Ok::<_, Error>(matches!(self.evaluate(held, who, action, target, facts)?, Decision::Allow(_)))
        };
        let why =
            if !facts.second_factor && allowed_if(Facts { second_factor: true, step_up: true, ..facts })? {
                Denial::SecondFactor
            } else if facts.second_factor && !facts.step_up && allowed_if(Facts { step_up: true, ..facts })? {
                if facts.token { Denial::Forbidden } else { Denial::StepUp }
            } else if sees(held, who, target) {
                Denial::Forbidden
            } else {
                Denial::Unseen
            };
        Ok(Decision::Deny { why, policies })
    }

    fn evaluate(
        &self,
        held: &[HeldRole],
        who: &Principal,
        action: Action,
        target: &Target,
        facts: Facts,
    ) -> Result<Decision> {
        let principal = match who {
            Principal::Anonymous => uid("Anonymous", "anonymous")?,
            Principal::User { id, .. } => uid("User", &id.to_string())?,
            Principal::Loop { name } => uid("Loop", name)?,
            Principal::Operator => uid("Operator", "operator")?,
        };
        let mut policies = self.rules.clone();
        for role in held {
            let slots = HashMap::from([
                (SlotId::principal(), principal.clone()),
                (SlotId::resource(), uid(schema::entity_type(role.kind), &role.id)?),
            ]);
            policies
                .link(PolicyId::new(format!("role-{}", role.role)), PolicyId::new(&role.policy), slots)
                .map_err(broken)?;
        }
        let (entities, resource) = self.entities(target, &principal)?;
        let context = Context::from_pairs([
            ("second_factor".to_owned(), RestrictedExpression::new_bool(facts.second_factor)),
            ("step_up".to_owned(), RestrictedExpression::new_bool(facts.step_up)),
            ("token".to_owned(), RestrictedExpression::new_bool(facts.token)),
        ])
        .map_err(broken)?;
        let action = uid("Action", action.as_str())?;
        let request =
            Request::new(principal, action, resource, context, Some(&self.schema)).map_err(broken)?;
        let answer = self.authorizer.is_authorized(&request, &policies, &entities);
        if let Some(error) = answer.diagnostics().errors().next() {
            return Err(Error::internal("deciding", error.to_string()));
        }
        let mut reasons: Vec<String> = answer.diagnostics().reason().map(ToString::to_string).collect();
        reasons.sort();
        Ok(match answer.decision() {
            CedarDecision::Allow => Decision::Allow(reasons),
            CedarDecision::Deny => Decision::Deny { why: Denial::Forbidden, policies: reasons },
        })
    }

    /// The resource with the chain above it.
    fn entities(&self, target: &Target, principal: &EntityUid) -> Result<(Entities, EntityUid)> {
        let platform = uid("Platform", "ward")?;
        let mut all = vec![Entity::new_no_attrs(platform.clone(), HashSet::new())];
        let mut parent = platform.clone();
        let chain = [
            (ResourceKind::Organization, target.organization.map(|i| i.to_string())),
            (ResourceKind::Project, target.project.map(|i| i.to_string())),
            (ResourceKind::Environment, target.environment.map(|i| i.to_string())),
        ];
        for (kind, id) in chain.into_iter().filter_map(|(k, id)| id.map(|id| (k, id))) {
            let this = uid(schema::entity_type(kind), &id)?;
            let phi = target.data_class == Some(ward_model::DataClass::Phi);
            let attributes = match kind {
                ResourceKind::Environment => {
                    HashMap::from([("phi".to_owned(), RestrictedExpression::new_bool(phi))])
                }
                _ => HashMap::new(),
            };
            all.push(Entity::new(this.clone(), attributes, HashSet::from([parent])).map_err(broken)?);
            parent = this;
        }
        let resource = uid(schema::entity_type(target.kind), &target.id)?;
        if !all.iter().any(|e| e.uid() == resource) {
            all.push(Entity::new_no_attrs(resource.clone(), HashSet::from([parent])));
        }
        if !all.iter().any(|e| e.uid() == *principal) {
            all.push(Entity::new_no_attrs(principal.clone(), HashSet::new()));
        }
        Ok((Entities::from_entities(all, Some(&self.schema)).map_err(broken)?, resource))
    }
}

/// What the rules need to know of the credential.
#[derive(Debug, Clone, Copy)]
struct Facts {
    second_factor: bool,
    step_up: bool,
    token: bool,
}

impl Facts {
    fn of(who: &Principal, now: Timestamp) -> Self {
        match who {
            Principal::User {
                credential: Credential::Session { second_factor_at: Some(at), .. }, ..
            } => {
                // A time in the future proves nothing.
                Self { second_factor: true, step_up: *at <= now && now.since(*at) <= STEP_UP, token: false }
            }
            Principal::User { credential: Credential::Session { second_factor_at: None, .. }, .. } => {
                Self { second_factor: false, step_up: false, token: false }
            }
            // Made under a fresh second factor; can't give one now.
            Principal::User { credential: Credential::Token { .. }, .. } => {
                Self { second_factor: true, step_up: false, token: true }
            }
            _ => Self { second_factor: false, step_up: false, token: false },
        }
    }
}

/// Whether the principal may know that the target exists: it holds a role on it, above it, or below its organization.
fn sees(held: &[HeldRole], who: &Principal, target: &Target) -> bool {
    match target.kind {
        ResourceKind::Platform => true,
        ResourceKind::User => who.user().is_some_and(|u| target.owner == Some(u)),
        ResourceKind::Organization => {
            held.iter().any(|h| h.kind == ResourceKind::Platform || h.organization == target.organization)
        }
        _ => {
            let chain = [
                target.organization.map(|i| i.to_string()),
                target.project.map(|i| i.to_string()),
                target.environment.map(|i| i.to_string()),
            ];
            held.iter().any(|h| {
                h.kind == ResourceKind::Platform
                    || h.id == target.id
                    || chain.iter().flatten().any(|id| *id == h.id)
            })
        }
    }
}

#[cfg(test)]
mod tests;
