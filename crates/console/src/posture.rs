//! The posture: each requirement, where it stands, why, and the checks behind it.

use askama::Template;
use axum::{extract::Path, response::Response};
use ward_compliance::posture;
use ward_model::{
    OrganizationId, PageQuery, Timestamp,
    posture::{Posture, RequirementCheck, RequirementPosture, Standing, Verdict},
};
use ward_platform::organizations;

use crate::{
    caller::{Caller, Query},
    chart::{self, Part},
    failure::Failure,
    shell::{Shell, page, see_other},
    words::{self, Moment},
};

#[derive(Template)]
#[template(path = "posture.html")]
struct PosturePage {
    shell: Shell,
    /// Name of the organization; none for the platform.
    of: Option<String>,
    /// Address without a filter.
    path: String,
    places: Vec<Place>,
    at: Moment,
    bar: Vec<Part>,
    length: u32,
    total: usize,
    shown: usize,
    filter: &'static str,
    filters: Vec<(&'static str, &'static str, usize)>,
    rules: Vec<Rule>,
    links_checks: bool,
}

/// A posture to switch to.
struct Place {
    path: String,
    name: String,
    here: bool,
}

struct Rule {
    title: String,
    safeguards: Vec<Safeguard>,
}

struct Safeguard {
    title: String,
    requirements: Vec<RequirementRow>,
}

struct RequirementRow {
    requirement: RequirementPosture,
    standing: &'static str,
    tone: &'static str,
    why: String,
    checks: Vec<CheckRow>,
}

struct CheckRow {
    id: String,
    verdict: &'static str,
    tone: &'static str,
    seen: Option<Moment>,
    summary: Option<String>,
}

/// The posture of the platform; whoever holds no role there is led to an organization's.
pub(crate) async fn platform(caller: Caller, query: Query) -> Result<Response, Failure> {
    if !caller.watches_platform() {
        let first = organizations::list(&caller.ctx, &PageQuery::default()).await?.items.into_iter().next();
        if let Some(first) = first {
            return Ok(see_other(&format!("/organizations/{}/posture", first.id)));
        }
    }
    let read = posture::read(&caller.ctx, None).await?;
    show(&caller, &query, None, read).await
}

/// The posture of an organization.
pub(crate) async fn organization(
    caller: Caller,
    Path(id): Path<String>,
    query: Query,
) -> Result<Response, Failure> {
    let id = id.parse::<OrganizationId>()?;
    let read = posture::read(&caller.ctx, Some(id)).await?;
    show(&caller, &query, Some(id), read).await
}

async fn show(
    caller: &Caller,
    query: &Query,
    of: Option<OrganizationId>,
    read: Posture,
) -> Result<Response, Failure> {
    let now = caller.ctx.now();
    let (places, name) = places(caller, of).await?;
    let count = |f: &Filter| read.requirements.iter().filter(|r| (f.wants)(r)).count();
    let filters = FILTERS.iter().map(|f| (f.key, f.label, count(f))).collect();
    let filter = FILTERS.iter().find(|f| f.key == query.text("show")).or(FILTERS.first());
    let wants = |r: &RequirementPosture| filter.is_none_or(|f| (f.wants)(r));
    let failing = read.requirements.iter().filter(|r| fails(r)).count();
    let failing = u32::try_from(failing).unwrap_or(read.not_proven);
    let counts = [
        ("good", "Proven live", read.proven_live),
        ("wait", "Recorded", read.recorded),
        ("plain", "Not proven yet", read.not_proven.saturating_sub(failing)),
        ("bad", "Not proven: a check fails", failing),
    ];
    let total = read.requirements.len();
    let wanted: Vec<_> = read.requirements.into_iter().filter(wants).collect();
    page(&PosturePage {
        shell: caller.shell("posture"),
        of: name,
        path: of.map_or_else(|| "/posture".to_owned(), |id| format!("/organizations/{id}/posture")),
        places,
        at: Moment::new(now, read.at),
        bar: chart::bar(&counts),
        length: chart::LENGTH,
        total,
        shown: wanted.len(),
        filter: filter.map_or("all", |f| f.key),
        filters,
        rules: grouped(wanted, now),
        links_checks: caller.watches_platform(),
    })
}

struct Filter {
    key: &'static str,
    label: &'static str,
    wants: fn(&RequirementPosture) -> bool,
}

const FILTERS: [Filter; 5] = [
    Filter { key: "all", label: "All", wants: |_| true },
    Filter { key: "failing", label: "A check fails", wants: fails },
    Filter { key: "not-proven", label: "Not proven", wants: |r| r.standing == Standing::NotProven },
    Filter { key: "recorded", label: "Recorded", wants: |r| r.standing == Standing::Recorded },
    Filter { key: "proven-live", label: "Proven live", wants: |r| r.standing == Standing::ProvenLive },
];

/// Whether a check behind it saw the safeguard not work. Such a requirement is never proven.
fn fails(requirement: &RequirementPosture) -> bool {
    requirement.standing == Standing::NotProven
        && requirement.checks.iter().any(|c| c.verdict == Some(Verdict::Fail))
}

/// The postures that can be switched to, and the name of this one.
async fn places(
    caller: &Caller,
    of: Option<OrganizationId>,
) -> Result<(Vec<Place>, Option<String>), Failure> {
    let mut places = Vec::new();
    if caller.watches_platform() {
        places.push(Place { path: "/posture".to_owned(), name: "Platform".to_owned(), here: of.is_none() });
    }
    let mut name = None;
    for organization in
        organizations::list(&caller.ctx, &PageQuery { cursor: None, limit: Some(50) }).await?.items
    {
        let here = of == Some(organization.id);
        if here {
            name = Some(organization.name.to_string());
        }
        places.push(Place {
            path: format!("/organizations/{}/posture", organization.id),
            name: organization.name.to_string(),
            here,
        });
    }
    Ok((places, name))
}

/// By rule, and in a rule by section; both in the order of the catalog.
fn grouped(requirements: Vec<RequirementPosture>, now: Timestamp) -> Vec<Rule> {
    let mut rules: Vec<Rule> = Vec::new();
    for requirement in requirements {
        let (rule, section) = (rule_title(&requirement.rule), section_title(&requirement.id));
        let at = rules.iter().position(|r| r.title == rule).unwrap_or(rules.len());
        if at == rules.len() {
            rules.push(Rule { title: rule, safeguards: Vec::new() });
        }
        let Some(rule) = rules.get_mut(at) else { continue };
        let row = requirement_row(requirement, now);
        match rule.safeguards.iter_mut().find(|s| s.title == section) {
            Some(known) => known.requirements.push(row),
            None => rule.safeguards.push(Safeguard { title: section, requirements: vec![row] }),
        }
    }
    rules
}

fn rule_title(rule: &str) -> String {
    match rule {
        "security" => "Security Rule".to_owned(),
        "breach" => "Breach Notification Rule".to_owned(),
        "privacy-ba" => "Privacy Rule, for business associates".to_owned(),
        other => other.to_owned(),
    }
}

fn section_title(id: &str) -> String {
    let section = id.split(['(', '-', ' ']).next().unwrap_or(id);
    let title = match section {
        "164.306" => "General rules",
        "164.308" => "Administrative safeguards",
        "164.310" => "Physical safeguards",
        "164.312" => "Technical safeguards",
        "164.314" => "Organizational requirements",
        "164.316" => "Policies, procedures and documentation",
        "164.402" => "Definitions",
        "164.404" => "Notification to individuals",
        "164.406" => "Notification to the media",
        "164.408" => "Notification to the Secretary",
        "164.410" => "Notification by a business associate",
        "164.412" => "Law enforcement delay",
        "164.414" => "Burden of proof",
        "164.502" => "Uses and disclosures",
        "164.504" => "Business associate contracts",
        "164.514" => "Other requirements on uses and disclosures",
        "164.524" => "Access of individuals",
        "164.526" => "Amendment",
        "164.528" => "Accounting of disclosures",
        "164.530" => "Administrative requirements",
        _ => return format!("Section {section}"),
    };
    format!("{section} {title}")
}

fn requirement_row(mut requirement: RequirementPosture, now: Timestamp) -> RequirementRow {
    let (standing, tone) = match requirement.standing {
        Standing::ProvenLive => ("Proven live", "good"),
        Standing::Recorded => ("Recorded", "wait"),
        Standing::NotProven if fails(&requirement) => ("Not proven: a check fails", "bad"),
        Standing::NotProven => ("Not proven yet", "plain"),
    };
    let checks = std::mem::take(&mut requirement.checks).into_iter().map(|c| check_row(c, now)).collect();
    RequirementRow { standing, tone, why: words::sentence(&requirement.why), checks, requirement }
}

fn check_row(check: RequirementCheck, now: Timestamp) -> CheckRow {
    let (verdict, tone) = match check.verdict {
        Some(verdict) if check.implemented => spoken(verdict),
        None if check.implemented => ("not observed yet", "wait"),
        _ => ("not built yet", "plain"),
    };
    let seen = check.observed_at.map(|at| Moment::new(now, at));
    CheckRow { id: check.id, verdict, tone, seen, summary: check.summary.as_deref().map(words::sentence) }
}

/// A verdict in a word, and its tone.
pub(crate) fn spoken(verdict: Verdict) -> (&'static str, &'static str) {
    match verdict {
        Verdict::Pass => ("pass", "good"),
        Verdict::Fail => ("fail", "bad"),
        Verdict::Unknown => ("unknown", "wait"),
        Verdict::Empty => ("nothing to observe", "plain"),
    }
}
