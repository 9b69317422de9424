//! Configuration of an app: names and values that are no secrets.

use std::collections::BTreeMap;

use http::Method;
use ward_model::apps::{Config, ConfigChange};

use crate::{
    output::plain,
    problem::{Failure, Result},
    request::Request,
    run::Run,
};

/// Verbs of configuration.
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Show names and values
    List,
    /// Set values; a running app gets a new release with them
    Set {
        /// NAME=VALUE
        #[arg(required = true, value_name = "NAME=VALUE")]
        values: Vec<String>,
    },
    /// Remove values; a running app gets a new release without them
    Unset {
        /// Names
        #[arg(required = true, value_name = "NAME")]
        names: Vec<String>,
    },
}

pub(crate) async fn run(run: &Run, command: Command) -> Result<()> {
    let values = match command {
        Command::List => {
            let app = run.app(None).await?;
            return run
                .show(Request::get(format!("/v1/apps/{app}/config")), |terminal, config: Config| {
                    let rows = config.values.into_iter().map(|(name, value)| vec![plain(name), plain(value)]);
                    terminal.table(
                        &["NAME", "VALUE"],
                        rows.collect(),
                        "No configuration: `ward config set NAME=VALUE` adds some.",
                    )
                })
                .await;
        }
        Command::Set { values } => assignments(&values)?,
        Command::Unset { names } => names.into_iter().map(|name| (name, None)).collect(),
    };
    let app = run.app(None).await?;
    run.show(Request::json(Method::PATCH, format!("/v1/apps/{app}/config"), &ConfigChange { values })?, |terminal, config: Config| {
        terminal.note(&format!("Changed: {} values now. If the app runs, a release with them is on its way: `ward deployments`.", config.values.len()));
        Ok(())
    })
    .await
}

/// `NAME=VALUE` each; the value may hold more of `=`.
fn assignments(texts: &[String]) -> Result<BTreeMap<String, Option<String>>> {
    let mut values = BTreeMap::new();
    for text in texts {
        let (name, value) = text
            .split_once('=')
            .filter(|(name, _)| !name.is_empty())
            .ok_or_else(|| Failure::usage(format!("{text:?} sets nothing")).next_step("write NAME=VALUE"))?;
        if values.insert(name.to_owned(), Some(value.to_owned())).is_some() {
            return Err(Failure::usage(format!("{name} is set twice")));
        }
    }
    Ok(values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn assignments_are_split_at_the_first_equals_sign() {
        let values = assignments(&["A=b=c".into(), "E=".into()]).unwrap();
        assert_eq!(values["A"].as_deref(), Some("b=c"));
        assert_eq!(values["E"].as_deref(), Some(""));
        for wrong in [vec!["A".to_owned()], vec!["=x".to_owned()], vec!["A=1".to_owned(), "A=2".to_owned()]] {
            assert!(assignments(&wrong).is_err(), "{wrong:?}");
        }
    }
}
