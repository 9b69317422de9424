//! Checks: what Ward observes on the live system, and what it saw.

use std::time::Duration;

use ward_model::{
    Page,
    posture::{CheckStatus, Observation, Verdict},
};

use crate::{
    output::{Field, Tone, maybe, plain},
    problem::Result,
    request::Request,
    run::Run,
    times::shown,
    url::encode,
};

/// Longest wait for checks to run.
const LONGEST_RUN: Duration = Duration::from_secs(15 * 60);

/// Verbs of checks.
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// List the checks with what they saw last
    List,
    /// Run checks now
    Run {
        /// Check ids; all if absent
        #[arg(value_name = "CHECK")]
        checks: Vec<String>,
    },
    /// Show what a check saw, newest first
    Show {
        /// Check id
        check: String,
    },
}

pub(crate) async fn run(run: &Run, command: Command) -> Result<()> {
    match command {
        Command::List => run.list("/v1/checks", &HEADER, "No checks.", row).await,
        Command::Run { checks } => {
            let body = if checks.is_empty() {
                serde_json::json!({})
            } else {
                serde_json::json!({ "checks": checks })
            };
            let spinner = run.terminal.spinner("Checking the live system");
            let shown = run
                .show(
                    Request::post("/v1/checks/run", &body)?.limit(Some(LONGEST_RUN)),
                    |terminal, page: Page<CheckStatus>| {
                        spinner.finish_and_clear();
                        terminal.table(&HEADER, page.items.into_iter().map(row).collect(), "No checks.")
                    },
                )
                .await;
            spinner.finish_and_clear();
            shown
        }
        Command::Show { check } => {
            let header = ["OBSERVED", "VERDICT", "TOOK", "SUMMARY", "OBSERVATION"];
            run.list(
                &format!("/v1/checks/{}/observations", encode(&check)),
                &header,
                "Not observed yet.",
                |o: Observation| {
                    vec![
                        plain(shown(o.observed_at)),
                        verdict(o.verdict),
                        plain(format!("{} ms", o.took_ms)),
                        plain(o.summary),
                        plain(o.id),
                    ]
                },
            )
            .await
        }
    }
}

const HEADER: [&str; 5] = ["CHECK", "VERDICT", "OBSERVED", "REQUIREMENTS", "SUMMARY"];

fn row(check: CheckStatus) -> Vec<Field> {
    let latest = check.latest.as_ref();
    vec![
        plain(&check.id),
        latest.map_or_else(|| plain("-"), |seen| verdict(seen.verdict)),
        maybe(latest.map(|seen| shown(seen.observed_at))),
        plain(check.requirements.join(", ")),
        plain(latest.map_or(check.observes.as_str(), |seen| seen.summary.as_str())),
    ]
}

fn verdict(verdict: Verdict) -> Field {
    let tone = match verdict {
        Verdict::Pass => Tone::Good,
        Verdict::Fail => Tone::Bad,
        Verdict::Unknown => Tone::Warn,
        Verdict::Empty => Tone::Plain,
    };
    Field::toned(verdict.as_str(), tone)
}
