//! `ward posture`: where each requirement of the rule stands, and why.

use ward_model::posture::{Posture, RequirementPosture, Standing, Verdict};

use crate::{
    output::{Field, Tone, plain},
    problem::Result,
    request::Request,
    run::Run,
    times::shown,
};

/// Show the state of all safeguards
///
/// `proven-live`: all checks of the requirement pass on the live system. `recorded`: the record that it asks for
/// is there. `not-proven`: neither, and the table says why. Without --all, requirements that nothing in this
/// installation speaks for yet are counted and not listed.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// List also what nothing speaks for yet
    #[arg(long)]
    all: bool,
    /// List only requirements with a check that fails or can't be observed
    #[arg(long, conflicts_with = "all")]
    failing: bool,
    /// The platform's own safeguards, not those of the organization
    #[arg(long)]
    platform: bool,
}

pub(crate) async fn run(run: &Run, args: Args) -> Result<()> {
    let organization = if args.platform { None } else { run.maybe_organization().await? };
    let path =
        organization.map_or_else(|| "/v1/posture".to_owned(), |id| format!("/v1/organizations/{id}/posture"));
    run.show(Request::get(path), |terminal, posture: Posture| {
        let shown_ones = posture
            .requirements
            .iter()
            .filter(|r| if args.failing { fails(r) } else { args.all || speaks(r) });
        let mut groups: Vec<(&str, Vec<&RequirementPosture>)> = Vec::new();
        for requirement in shown_ones {
            match groups.iter_mut().find(|(rule, _)| *rule == requirement.rule) {
                Some((_, group)) => group.push(requirement),
                None => groups.push((&requirement.rule, vec![requirement])),
            }
        }
        let listed: usize = groups.iter().map(|(_, group)| group.len()).sum();
        for (rule, mut group) in groups {
            group.sort_by_key(|r| (!fails(r), order(r.standing)));
            terminal.line(title(rule))?;
            terminal.table(
                &["STANDING", "REQUIREMENT", "TITLE", "CHECKS", "WHY"],
                group.into_iter().map(row).collect(),
                "",
            )?;
            terminal.line("")?;
        }
        let of = posture.proven_live + posture.recorded + posture.not_proven;
        terminal.line(&format!(
            "{} proven live, {} recorded, {} not proven, of {of} at {}",
            posture.proven_live,
            posture.recorded,
            posture.not_proven,
            shown(posture.at)
        ))?;
        if listed < posture.requirements.len() {
            terminal.note(&format!("{} of them are listed; `ward posture --all` lists the rest.", listed));
        }
        Ok(())
    })
    .await
}

fn row(r: &RequirementPosture) -> Vec<Field> {
    let tone = match r.standing {
        _ if fails(r) => Tone::Bad,
        Standing::ProvenLive => Tone::Good,
        Standing::Recorded => Tone::Plain,
        Standing::NotProven => Tone::Warn,
    };
    let run = r.checks.iter().filter(|check| check.implemented).count();
    let pass = r.checks.iter().filter(|check| check.verdict == Some(Verdict::Pass)).count();
    let checks = if run == 0 { "-".to_owned() } else { format!("{pass}/{run}") };
    vec![
        Field::toned(r.standing.as_str(), tone),
        plain(&r.citation),
        plain(&r.title),
        plain(checks),
        plain(&r.why),
    ]
}

/// A check of it was seen to fail, or could not observe.
fn fails(r: &RequirementPosture) -> bool {
    r.checks.iter().any(|check| matches!(check.verdict, Some(Verdict::Fail | Verdict::Unknown)))
}

/// Something in this installation speaks for it or against it.
fn speaks(r: &RequirementPosture) -> bool {
    r.standing != Standing::NotProven || r.checks.iter().any(|check| check.implemented)
}

fn order(standing: Standing) -> u8 {
    match standing {
        Standing::NotProven => 0,
        Standing::ProvenLive => 1,
        Standing::Recorded => 2,
    }
}

fn title(rule: &str) -> &str {
    match rule {
        "security" => "Security Rule (45 CFR 164 subpart C)",
        "breach" => "Breach Notification Rule (45 CFR 164 subpart D)",
        "privacy-ba" => "Privacy Rule, as it binds business associates (45 CFR 164 subpart E)",
        other => other,
    }
}
