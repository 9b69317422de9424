//! The ledger: its entries and logs, verification without trust, bundles and proofs to take away.

mod export;
mod prove;
mod served;
mod verify;

use ward_model::{
    Page,
    ledger::{Erase, Erased, LedgerEntry},
};

use crate::{
    archive, holds,
    output::{Field, Tone, maybe, plain},
    problem::Result,
    prompt,
    request::Request,
    retention::{self, OfLog},
    run::Run,
    times::{self, shown},
    url::with_query,
    users::user_id,
    witnesses,
};

/// Verbs of the ledger.
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// List entries, newest first
    List(List),
    /// Search entries by words, newest first
    Search(Search),
    /// List the logs with their shards and public keys
    Logs(OfLog),
    /// Verify the ledger
    ///
    /// Without PATH or URL the server is asked, which proves nothing against the server itself. With one, all is hashed
    /// and checked here, with nothing but the log's public key.
    ///
    /// Exit codes then, as of ward-verify: 0 it verifies, and a given key vouches for it; 1 it does NOT verify, and the
    /// first wrong entry, file or checkpoint is named; 2 used wrongly; 3 it can't be read, so nothing is known; 4 it agrees
    /// with itself, but no --key was given that vouches for it.
    #[command(verbatim_doc_comment)]
    Verify(verify::Verify),
    /// Write a bundle of the log, or of a part of it, that verifies offline
    Export(export::Export),
    /// Print one entry with its proof: a small text file (c2sp.org/tlog-proof)
    Prove(prove::Prove),
    /// Print the newest signed checkpoint
    ///
    /// Keep it: `ward ledger verify --known` shows later that nothing was rolled back.
    Checkpoint(prove::Checkpoint),
    /// Erase a disabled user from the ledger, for ever
    ///
    /// The key behind their pseudonym is destroyed. Their entries stay and verify, and nobody can tell any more whom they
    /// are about.
    ForgetPerson(ForgetPerson),
    /// Witnesses, who countersign it
    #[command(subcommand, visible_alias = "witness")]
    Witnesses(witnesses::Command),
    /// How long the ledger is kept: six years at least
    #[command(subcommand)]
    Retention(retention::Command),
    /// Legal holds: what they cover is neither pruned nor destroyed
    #[command(subcommand, visible_alias = "holds")]
    Hold(holds::Command),
    /// Closed shards in an object store, and back
    #[command(subcommand)]
    Archive(archive::Command),
    /// Close the log's shard and go on under a new key
    ///
    /// The old private key is destroyed, so that nobody can sign that part of history again. It happens by itself at the
    /// turn of the year.
    RotateKey(OfLog),
}

#[derive(clap::Args)]
pub(crate) struct Search {
    /// One to three words, all of which the entry has
    #[arg(required = true, num_args = 1..=3)]
    words: Vec<String>,
    #[command(flatten)]
    list: List,
}

#[derive(clap::Args)]
pub(crate) struct ForgetPerson {
    /// Id, or e-mail address in the organization
    user: String,
    /// Reason, for the record; without naming the person
    #[arg(long)]
    reason: String,
    /// Don't ask
    #[arg(long)]
    yes: bool,
}

#[derive(clap::Args)]
pub(crate) struct List {
    /// Only this actor: user id or name of a loop
    #[arg(long, value_name = "ID")]
    actor: Option<String>,
    /// Only this action (app:deploy), or all of a kind (app)
    #[arg(long)]
    action: Option<String>,
    /// Only what was done to this
    #[arg(long, value_name = "ID")]
    object: Option<String>,
    /// Only this kind
    #[arg(long, value_parser = ["attempt", "outcome", "denied", "read", "notice"])]
    kind: Option<String>,
    /// Only this outcome
    #[arg(long, value_parser = ["success", "failed", "aborted"])]
    outcome: Option<String>,
    /// Only entries with all of these words, one to three
    #[arg(long, value_name = "WORDS")]
    text: Option<String>,
    /// From then on: 2h, 30d, a day, or a time
    #[arg(long, value_name = "WHEN")]
    from: Option<String>,
    /// Before then
    #[arg(long, value_name = "WHEN")]
    to: Option<String>,
    /// Entries wanted, 1 to 200
    #[arg(short = 'n', long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=200))]
    limit: u32,
    /// Where the page before ended
    #[arg(long)]
    cursor: Option<String>,
    #[command(flatten)]
    of: OfLog,
}

pub(crate) async fn run(run: &Run, command: Command) -> Result<()> {
    match command {
        Command::List(args) => list(run, args).await,
        Command::Search(Search { words, list: args }) => {
            list(run, List { text: Some(words.join(" ")), ..args }).await
        }
        Command::Logs(of) => prove::logs(run, &of).await,
        Command::Verify(args) => verify::run(run, args).await,
        Command::Export(args) => export::run(run, args).await,
        Command::Prove(args) => prove::prove(run, args).await,
        Command::Checkpoint(args) => prove::checkpoint(run, args).await,
        Command::ForgetPerson(args) => forget(run, args).await,
        Command::Witnesses(command) => witnesses::run(run, command).await,
        Command::Retention(command) => retention::run(run, command).await,
        Command::Hold(command) => holds::run(run, command).await,
        Command::Archive(command) => archive::run(run, command).await,
        Command::RotateKey(of) => archive::rotate_key(run, &of).await,
    }
}

async fn forget(run: &Run, args: ForgetPerson) -> Result<()> {
    let id = user_id(run, &args.user).await?;
    prompt::confirm(
        &run.terminal,
        &format!("Erase {} from the ledger? Nobody can undo that.", args.user),
        args.yes,
    )?;
    let request = Request::post(format!("/v1/ledger/subjects/{id}/erase"), &Erase { reason: args.reason })?;
    run.show(request, |terminal, erased: Erased| {
        terminal.line(&format!("Erased. {} stands for nobody any more.", erased.subject))
    })
    .await
}

async fn list(run: &Run, args: List) -> Result<()> {
    let organization = args.of.organization(run).await?;
    let now = times::now();
    let when = |text: Option<String>| {
        text.map(|text| times::ago(&text, now).map(|time| time.to_string())).transpose()
    };
    let path = with_query(
        "/v1/ledger/entries",
        &[
            ("organization", organization.map(|id| id.to_string())),
            ("actor", args.actor),
            ("action", args.action),
            ("object", args.object),
            ("kind", args.kind),
            ("outcome", args.outcome),
            ("text", args.text),
            ("from", when(args.from)?),
            ("to", when(args.to)?),
            ("cursor", args.cursor),
            ("limit", Some(args.limit.to_string())),
        ],
    );
    run.show(Request::get(path), |terminal, page: Page<LedgerEntry>| {
        // The platform sees the entries of all logs.
        let all = organization.is_none();
        let header = ["SHARD", "INDEX", "TIME", "KIND", "ACTION", "OUTCOME", "ACTOR", "OBJECT"];
        terminal.table(
            &header,
            page.items.into_iter().map(|entry| row(entry, all)).collect(),
            "No entries.",
        )?;
        if let Some(next) = page.next {
            terminal.note(&format!("More: --cursor {next}"));
        }
        Ok(())
    })
    .await
}

fn row(entry: LedgerEntry, all: bool) -> Vec<Field> {
    let event = entry.event;
    let kind = if event.kind.as_str() == "denied" { Tone::Bad } else { Tone::Plain };
    let actor = if event.actor.id.is_empty() { event.actor.kind } else { event.actor.id };
    let outcome = event.outcome.map(|outcome| outcome.as_str());
    vec![
        plain(if all { format!("{} {}", entry.log, entry.shard) } else { entry.shard }),
        plain(entry.index),
        plain(shown(event.time)),
        Field::toned(event.kind.as_str(), kind),
        plain(event.action),
        maybe(outcome),
        plain(actor),
        plain(event.object.id),
    ]
}
