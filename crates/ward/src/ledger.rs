//! The ledger: list its entries, and verify it, by the server's word or without it.

use std::{path::PathBuf, time::Duration};

use anyhow::Context;
use http::Method;
use ward_ledger::{VerifierKey, verify};
use ward_model::{
    Page,
    ledger::{LedgerEntry, LedgerVerdict},
};

use crate::{
    archive, holds,
    output::{Field, Tone, maybe, plain},
    problem::{Exit, Failure, Result},
    request::Request,
    retention,
    run::Run,
    times::{self, shown},
    url::with_query,
    witnesses,
};

/// Longest wait for the server's own verification.
const LONGEST_VERIFY: Duration = Duration::from_secs(30 * 60);

/// Verbs of the ledger.
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// List entries, newest first
    List(List),
    /// Verify the ledger
    ///
    /// Without PATH the server is asked, which proves nothing against the server itself. With PATH, a copy of the
    /// ledger's directory, all is hashed and checked here, with nothing but the log's public key.
    Verify(Verify),
    /// Print the newest signed checkpoint
    Checkpoint,
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
    RotateKey(retention::OfLog),
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
    #[arg(long, value_parser = ["attempt", "outcome", "denied", "read"])]
    kind: Option<String>,
    /// Only this outcome
    #[arg(long, value_parser = ["success", "failed", "aborted"])]
    outcome: Option<String>,
    /// From then on: 2h, 30d, or a time
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
    /// The platform's entries, not the organization's
    #[arg(long)]
    platform: bool,
}

#[derive(clap::Args)]
pub(crate) struct Verify {
    /// Copy of the ledger's directory
    #[arg(requires = "key")]
    path: Option<PathBuf>,
    /// Public key of the log (vkey), from a source that you trust
    #[arg(long, value_name = "VKEY", requires = "path")]
    key: Option<VerifierKey>,
    /// Checkpoint kept from before, which the ledger must continue
    #[arg(long, value_name = "FILE", requires = "path")]
    known: Vec<PathBuf>,
}

pub(crate) async fn run(run: &Run, command: Command) -> Result<()> {
    match command {
        Command::List(args) => list(run, args).await,
        Command::Checkpoint => {
            let reply = run.call(&Request::get("/v1/ledger/checkpoint")).await?;
            run.terminal.bytes(&reply.body)
        }
        Command::Verify(Verify { path: Some(path), key: Some(key), known }) => {
            offline(run, path, key, &known)
        }
        Command::Verify(_) => ask(run).await,
        Command::Witnesses(command) => witnesses::run(run, command).await,
        Command::Retention(command) => retention::run(run, command).await,
        Command::Hold(command) => holds::run(run, command).await,
        Command::Archive(command) => archive::run(run, command).await,
        Command::RotateKey(of) => archive::rotate_key(run, &of).await,
    }
}

async fn list(run: &Run, args: List) -> Result<()> {
    let organization = if args.platform { None } else { run.maybe_organization().await? };
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
            ("from", when(args.from)?),
            ("to", when(args.to)?),
            ("cursor", args.cursor),
            ("limit", Some(args.limit.to_string())),
        ],
    );
    run.show(Request::get(path), |terminal, page: Page<LedgerEntry>| {
        let header = ["INDEX", "TIME", "KIND", "ACTION", "OUTCOME", "ACTOR", "OBJECT"];
        terminal.table(&header, page.items.into_iter().map(row).collect(), "No entries.")?;
        if let Some(next) = page.next {
            terminal.note(&format!("More: --cursor {next}"));
        }
        Ok(())
    })
    .await
}

fn row(entry: LedgerEntry) -> Vec<Field> {
    let event = entry.event;
    let kind = if event.kind.as_str() == "denied" { Tone::Bad } else { Tone::Plain };
    let actor = if event.actor.id.is_empty() { event.actor.kind } else { event.actor.id };
    let outcome = event.outcome.map(|outcome| outcome.as_str());
    vec![
        plain(entry.index),
        plain(shown(event.time)),
        Field::toned(event.kind.as_str(), kind),
        plain(event.action),
        maybe(outcome),
        plain(actor),
        plain(event.object.id),
    ]
}

/// The server's own verdict.
async fn ask(run: &Run) -> Result<()> {
    let spinner = run.terminal.spinner("The server verifies its ledger");
    let request = Request::new(Method::POST, "/v1/ledger/verify").limit(Some(LONGEST_VERIFY));
    let reply = run.call(&request).await;
    spinner.finish_and_clear();
    let reply = reply?;
    let verdict: LedgerVerdict = reply.read()?;
    if run.terminal.json {
        run.terminal.body(&reply.body)?;
        return if verdict.verified { Ok(()) } else { Err(Failure::Said(Exit::Failed)) };
    }
    if !verdict.verified {
        let finding = verdict.finding.unwrap_or_else(|| "no finding was named".to_owned());
        return Err(Failure::new(Exit::Failed, format!("the ledger does NOT verify: {finding}")).next_step(
            "keep a copy of the ledger's directory and of this output, and treat it as an incident",
        ));
    }
    run.terminal.line(&format!("The server says: {} entries verify.", verdict.entries))?;
    run.terminal.line(&format!("key: {}", verdict.key))?;
    run.terminal.line(verdict.checkpoint.trim_end())?;
    run.terminal.note(&format!(
        "The server judged itself. To verify without trusting it, copy the ledger's directory and run:\n  ward ledger verify PATH --key '{}'",
        verdict.key
    ));
    Ok(())
}

/// A verdict of one's own.
fn offline(run: &Run, path: PathBuf, key: VerifierKey, known: &[PathBuf]) -> Result<()> {
    let mut notes = Vec::new();
    for file in known {
        notes.push(
            std::fs::read_to_string(file)
                .with_context(|| format!("can't read the checkpoint {}", file.display()))?,
        );
    }
    if !path.is_dir() {
        return Err(Failure::usage(format!("{} is no folder", path.display()))
            .next_step("name a copy of the ledger's directory"));
    }
    let bar = run.terminal.spinner("Verifying");
    let result = verify::verify_against(&path, &key, &notes, &mut |progress| {
        bar.set_message(format!("Verifying: {} of {} entries", progress.entries, progress.total));
    });
    bar.finish_and_clear();
    match result {
        Ok(report) if run.terminal.json => {
            let report = serde_json::json!({
                "verified": true, "entries": report.size, "checkpoint": report.checkpoint, "key": key.to_string(),
                "checkpoints": report.checkpoints, "tiles": report.tiles, "segments": report.segments, "notes": report.notes,
            });
            run.terminal.line(&report.to_string())
        }
        Ok(report) => {
            run.terminal.line(&format!(
                "Verified: {} entries, {} checkpoints, {} tiles, {} segments.",
                report.size, report.checkpoints, report.tiles, report.segments
            ))?;
            for note in &report.notes {
                run.terminal.line(&format!("note: {note}"))?;
            }
            run.terminal.line(report.checkpoint.trim_end())?;
            run.terminal
                .note("Keep this checkpoint: with --known it shows later that nothing was rolled back.");
            Ok(())
        }
        Err(finding) if run.terminal.json => {
            let report = serde_json::json!({ "verified": false, "finding": finding.to_string(), "entry": finding.entry, "key": key.to_string() });
            run.terminal.line(&report.to_string())?;
            Err(Failure::Said(Exit::Failed))
        }
        Err(finding) => Err(Failure::new(Exit::Failed, format!("the ledger does NOT verify: {finding}"))
            .next_step(
                "check that the key is the log's, keep the copy as it is, and treat it as an incident",
            )),
    }
}
