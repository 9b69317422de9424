//! Secrets of an app: they go in, and nobody reads them back.

use std::io::Read;

use anyhow::Context;
use http::Method;
use ward_model::apps::{Secret, SecretValue};

use crate::{
    output::{maybe, plain},
    problem::{Failure, Result},
    prompt,
    request::Request,
    run::Run,
    times::shown,
    url::encode,
};

/// Verbs of secrets.
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// List names and versions; values are never shown
    List,
    /// Set secrets; a running app gets a new release with them
    ///
    /// NAME alone asks for the value without showing it, NAME=- reads it from standard input, NAME=VALUE takes it
    /// from the command line, where the shell's history keeps it.
    Set {
        /// NAME, NAME=- or NAME=VALUE
        #[arg(required = true, value_name = "NAME[=VALUE]")]
        secrets: Vec<String>,
    },
    /// Remove secrets
    Unset {
        /// Names
        #[arg(required = true, value_name = "NAME")]
        names: Vec<String>,
    },
}

pub(crate) async fn run(run: &Run, command: Command) -> Result<()> {
    match command {
        Command::List => {
            let app = run.app(None).await?;
            let header = ["NAME", "VERSION", "SET", "BY"];
            run.list(
                &format!("/v1/apps/{app}/secrets"),
                &header,
                "No secrets: `ward secrets set NAME` adds one.",
                |s: Secret| vec![plain(s.name), plain(s.version), plain(shown(s.set_at)), maybe(s.set_by)],
            )
            .await
        }
        Command::Set { secrets } => {
            if secrets.iter().filter(|text| text.ends_with("=-")).count() > 1 {
                return Err(Failure::usage("standard input holds one value, not several"));
            }
            // All values first: nothing is set when one of them is wrong.
            let values = secrets.iter().map(|text| value_of(run, text)).collect::<Result<Vec<_>>>()?;
            let app = run.app(None).await?;
            for (name, value) in values {
                let path = format!("/v1/apps/{app}/secrets/{}", encode(&name));
                run.show(
                    Request::json(Method::PUT, path, &SecretValue { value })?,
                    |terminal, secret: Secret| {
                        terminal.note(&format!("Set {} (version {}).", secret.name, secret.version));
                        Ok(())
                    },
                )
                .await?;
            }
            Ok(())
        }
        Command::Unset { names } => {
            let app = run.app(None).await?;
            for name in names {
                let path = format!("/v1/apps/{app}/secrets/{}", encode(&name));
                run.done(Request::delete(path), &format!("Removed {name}.")).await?;
            }
            Ok(())
        }
    }
}

/// Name and value of one secret.
fn value_of(run: &Run, text: &str) -> Result<(String, String)> {
    let (name, value) = match text.split_once('=') {
        None => (
            text,
            prompt::hidden(
                &run.terminal,
                &format!("Value of {text}:"),
                &format!("{text}=- and standard input"),
            )?,
        ),
        Some((name, "-")) => (name, from_stdin()?),
        Some((name, value)) => (name, value.to_owned()),
    };
    if name.is_empty() {
        return Err(
            Failure::usage(format!("{text:?} names no secret")).next_step("write NAME, NAME=- or NAME=VALUE")
        );
    }
    Ok((name.to_owned(), value))
}

/// Standard input, without the line feed at its end.
pub(crate) fn from_stdin() -> Result<String> {
    let mut text = String::new();
    std::io::stdin().take(1 << 20).read_to_string(&mut text).context("can't read standard input")?;
    let value = text.strip_suffix('\n').map_or(text.as_str(), |text| text.strip_suffix('\r').unwrap_or(text));
    Ok(value.to_owned())
}
