//! Alerts: what needs a person's attention.

use ward_model::alerts::{Alert, AlertList, Severity};

use crate::{
    output::{Field, Tone, maybe, plain},
    problem::Result,
    request::Request,
    run::Run,
    times::shown,
    url::with_query,
};

/// Show what needs attention
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Also what is over
    #[arg(long)]
    all: bool,
    /// Those of the platform and of all organizations, not the organization's alone
    #[arg(long)]
    platform: bool,
}

pub(crate) async fn run(run: &Run, args: Args) -> Result<()> {
    let organization = if args.platform { None } else { run.maybe_organization().await? };
    let path = with_query(
        "/v1/alerts",
        &[
            ("organization", organization.map(|id| id.to_string())),
            ("all", args.all.then(|| "true".to_owned())),
        ],
    );
    run.show(Request::get(path), |terminal, alerts: AlertList| {
        let header = ["SINCE", "SEVERITY", "WHAT", "TOPIC", "OVER"];
        terminal.table(&header, alerts.items.into_iter().map(row).collect(), "No alerts.")
    })
    .await
}

fn row(alert: Alert) -> Vec<Field> {
    let tone = match alert.severity {
        _ if alert.cleared_at.is_some() => Tone::Plain,
        Severity::Info => Tone::Plain,
        Severity::Warning => Tone::Warn,
        Severity::Critical => Tone::Bad,
    };
    vec![
        plain(shown(alert.raised_at)),
        Field::toned(alert.severity.as_str(), tone),
        plain(format!("{}: {}", alert.title, alert.text)),
        plain(alert.topic),
        maybe(alert.cleared_at.map(shown)),
    ]
}
