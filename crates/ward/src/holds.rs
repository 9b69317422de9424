//! Legal holds on the ledger: what they cover is neither pruned nor destroyed.

use ward_model::{
    HoldId,
    retention::{Hold, NewHold, ReleaseHold},
};

use crate::{
    output::{Field, Tone, maybe, plain},
    problem::Result,
    prompt,
    request::Request,
    retention::OfLog,
    run::Run,
    times::{self, shown},
};

/// Verbs of legal holds.
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Put a legal hold on the log
    Add {
        /// Short name
        name: String,
        /// Why: the matter or its number. It is recorded; nothing of patients
        #[arg(long)]
        reason: String,
        /// From then on: a time, or 30d for so long ago; from the beginning if absent
        #[arg(long, value_name = "WHEN")]
        from: Option<String>,
        /// Before then; open if absent
        #[arg(long, value_name = "WHEN")]
        to: Option<String>,
        #[command(flatten)]
        of: OfLog,
    },
    /// List the legal holds, released ones too
    List(OfLog),
    /// Release a legal hold
    Release {
        /// Hold id
        hold: HoldId,
        /// Why. It is recorded; nothing of patients
        #[arg(long)]
        reason: String,
        /// Don't ask
        #[arg(long)]
        yes: bool,
    },
}

pub(crate) async fn run(run: &Run, command: Command) -> Result<()> {
    match command {
        Command::Add { name, reason, from, to, of } => {
            let path = of.path(run, "/v1/ledger/holds").await?;
            let when = |text: Option<String>| text.map(|text| times::ago(&text, times::now())).transpose();
            let new = NewHold { name, reason, from: when(from)?, to: when(to)? };
            run.show(Request::post(path, &new)?, |terminal, hold: Hold| {
                terminal.line(&format!("{} is on the log {} ({}).", hold.name, hold.log, hold.id))
            })
            .await
        }
        Command::List(of) => {
            let path = of.path(run, "/v1/ledger/holds").await?;
            let header = ["HOLD", "NAME", "STANDS", "FROM", "TO", "SINCE", "REASON"];
            run.list(&path, &header, "No legal hold.", |hold: Hold| {
                let stands = match hold.released_at {
                    None => Field::toned("yes", Tone::Warn),
                    Some(at) => plain(format!("released {}", shown(at))),
                };
                vec![
                    plain(hold.id),
                    plain(hold.name),
                    stands,
                    maybe(hold.from.map(shown)),
                    maybe(hold.to.map(shown)),
                    plain(shown(hold.created_at)),
                    plain(hold.reason),
                ]
            })
            .await
        }
        Command::Release { hold, reason, yes } => {
            let question = "Release this hold? What only it kept may be pruned afterwards.";
            prompt::confirm(&run.terminal, question, yes)?;
            let request = Request::post(format!("/v1/ledger/holds/{hold}/release"), &ReleaseHold { reason })?;
            run.show(request, |terminal, hold: Hold| terminal.line(&format!("{} is released.", hold.name)))
                .await
        }
    }
}
