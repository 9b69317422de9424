//! How the log of an app is masked, on the server.

use std::{io::Read as _, path::PathBuf};

use anyhow::Context as _;
use http::Method;
use ward_model::redaction::{Quarantine, RedactionPolicy, RedactionReport};

use crate::{
    output::{maybe, plain},
    problem::{Failure, Result},
    request::Request,
    run::Run,
    times::shown,
};

/// Verbs of masking.
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Show the policy
    Show,
    /// Change the policy, from the next line of the log on
    ///
    /// In an environment that may hold PHI it can be made stricter, not weaker. Without FILE the options change the
    /// policy that is there.
    Set(Set),
    /// Show what was masked in the last 24 hours: counts, never values
    Report,
    /// Print lines that could not be masked; they may hold PHI, and reading them is recorded
    Quarantine,
}

#[derive(clap::Args)]
pub(crate) struct Set {
    /// The whole policy, a JSON file; - is standard input
    #[arg(value_name = "FILE", conflicts_with_all = ["mode", "action"], required_unless_present_any = ["mode", "action"])]
    file: Option<PathBuf>,
    /// How eagerly: log for logs of machines, strict for free text
    #[arg(long, value_parser = ["log", "strict"])]
    mode: Option<String>,
    /// What is put in place of a value
    #[arg(long, value_parser = ["mask", "keep-last4", "pseudonym", "generalise", "drop"])]
    action: Option<String>,
}

pub(crate) async fn run(run: &Run, command: Command) -> Result<()> {
    let app = run.app(None).await?;
    let path = format!("/v1/apps/{app}/redaction");
    match command {
        Command::Show => {
            run.show(Request::get(path), |terminal, policy: RedactionPolicy| {
                terminal.line(&serde_json::to_string_pretty(&policy).unwrap_or_default())
            })
            .await
        }
        Command::Set(args) => {
            let policy = match args.file {
                Some(file) => read(&file)?,
                None => {
                    let now = run.call(&Request::get(path.clone())).await?;
                    let mut policy: serde_json::Value = now.read()?;
                    for (name, value) in [("mode", args.mode), ("action", args.action)] {
                        if let (Some(map), Some(value)) = (policy.as_object_mut(), value) {
                            map.insert(name.to_owned(), value.into());
                        }
                    }
                    serde_json::from_value(policy)
                        .context("the server sent another policy than this program knows")?
                }
            };
            run.show(Request::json(Method::PUT, path, &policy)?, |terminal, _: RedactionPolicy| {
                terminal.note("Changed: it holds from the next line of the log on.");
                Ok(())
            })
            .await
        }
        Command::Report => {
            run.show(Request::get(format!("{path}/report")), |terminal, report: RedactionReport| {
                terminal.line(&format!(
                    "Since {}: {} lines, {} changed, {} quarantined.",
                    shown(report.since),
                    report.lines,
                    report.changed,
                    report.quarantined
                ))?;
                let rows = report.items.into_iter().map(|item| {
                    vec![plain(item.identifier), plain(item.count), plain(shown(item.last_hour))]
                });
                terminal.table(&["IDENTIFIER", "FOUND", "LAST HOUR"], rows.collect(), "Nothing was found.")
            })
            .await
        }
        Command::Quarantine => {
            run.show(Request::get(format!("{path}/quarantine")), |terminal, found: Quarantine| {
                let rows = found.items.into_iter().map(|line| {
                    vec![
                        plain(shown(line.time)),
                        plain(line.process),
                        plain(line.reason),
                        maybe(Some(line.raw)),
                    ]
                });
                terminal.table(
                    &["TIME", "PROCESS", "WHY", "BYTES (BASE64)"],
                    rows.collect(),
                    "No line was quarantined.",
                )
            })
            .await
        }
    }
}

fn read(file: &std::path::Path) -> Result<RedactionPolicy> {
    let mut text = String::new();
    if file.as_os_str() == "-" {
        std::io::stdin().lock().read_to_string(&mut text).context("can't read the policy")?;
    } else {
        text = std::fs::read_to_string(file).with_context(|| format!("can't read {}", file.display()))?;
    }
    serde_json::from_str(&text).map_err(|e| {
        Failure::usage(format!("{} is no policy: {e}", file.display()))
            .next_step("`ward redaction show --json` prints one")
    })
}
