//! How long the ledger is kept: six years at least, longer if an owner says so.

use http::Method;
use ward_model::{
    OrganizationId,
    retention::{Pruning, RetentionPolicy, SetRetention},
};

use crate::{
    output::{Field, Terminal, Tone, maybe, plain},
    problem::Result,
    request::Request,
    run::Run,
    times::shown,
    url::with_query,
};

/// Verbs of retention.
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Show how long the log is kept, and what leaves this machine when
    Show(OfLog),
    /// Set how long the log is kept: 72 months at least, whoever asks
    Set(Set),
}

/// Which log.
#[derive(clap::Args)]
pub(crate) struct OfLog {
    /// The platform's log, not the organization's
    #[arg(long)]
    pub(crate) platform: bool,
}

#[derive(clap::Args)]
pub(crate) struct Set {
    /// Months from the last entry of a shard, 72 to 1200
    #[arg(long)]
    months: Option<u32>,
    /// When closed shards leave this machine: never, after-retention, or local (needs an archive with a lock)
    #[arg(long, value_name = "WHEN", value_parser = pruning)]
    pruning: Option<Pruning>,
    /// Months that they stay here, with `--pruning local`: 12 or more
    #[arg(long, value_name = "MONTHS")]
    local_months: Option<u32>,
    #[command(flatten)]
    of: OfLog,
}

fn pruning(text: &str) -> std::result::Result<Pruning, String> {
    text.parse()
}

impl OfLog {
    /// The organization whose log it is; none for the platform.
    pub(crate) async fn organization(&self, run: &Run) -> Result<Option<OrganizationId>> {
        if self.platform { Ok(None) } else { run.maybe_organization().await }
    }

    /// Name of the log.
    pub(crate) async fn log(&self, run: &Run) -> Result<String> {
        Ok(self.organization(run).await?.map_or_else(|| "platform".to_owned(), |id| id.to_string()))
    }

    /// The path with whose log it is about.
    pub(crate) async fn path(&self, run: &Run, path: &str) -> Result<String> {
        let organization = self.organization(run).await?;
        Ok(with_query(path, &[("organization", organization.map(|id| id.to_string()))]))
    }
}

pub(crate) async fn run(run: &Run, command: Command) -> Result<()> {
    match command {
        Command::Show(of) => {
            let path = of.path(run, "/v1/ledger/retention").await?;
            run.show(Request::get(path), |terminal, policy| print(terminal, &policy)).await
        }
        Command::Set(args) => {
            let path = args.of.path(run, "/v1/ledger/retention").await?;
            let wish =
                SetRetention { months: args.months, pruning: args.pruning, local_months: args.local_months };
            let request = Request::json(Method::PUT, path, &wish)?;
            run.show(request, |terminal, policy| print(terminal, &policy)).await
        }
    }
}

/// Shows a policy.
pub(crate) fn print(terminal: &Terminal, policy: &RetentionPolicy) -> Result<()> {
    let months = policy.months.months();
    let leaves = match (policy.pruning, policy.local_months) {
        (Pruning::Never, _) => "never".to_owned(),
        (Pruning::AfterRetention, _) => "when the retention is over".to_owned(),
        (Pruning::Local, months) => {
            format!("after {} months, if the archive is locked for the rest", months.unwrap_or_default())
        }
    };
    let archive = match (&policy.archive, &policy.archive_problem) {
        (None, _) => Field::toned("none is configured", Tone::Warn),
        (Some(place), None) => plain(place),
        (Some(place), Some(problem)) => Field::toned(format!("{place}: {problem}"), Tone::Bad),
    };
    terminal.fields(&[
        ("log", plain(policy.log)),
        ("kept", plain(format!("{months} months ({} years), never below 72", months / 12))),
        ("leaves this machine", plain(leaves)),
        ("legal holds", plain(policy.holds)),
        ("archive", archive),
        ("set", maybe(policy.set_at.map(shown))),
    ])
}
