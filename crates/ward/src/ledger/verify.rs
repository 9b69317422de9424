//! `ward ledger verify`: by the server's word, and without it.

use std::{path::PathBuf, time::Duration};

use anyhow::Context as _;
use http::Method;
use indicatif::ProgressBar;
use tokio::runtime::Handle;
use ward_ledger::{
    VerifierKey,
    note::CosignerKey,
    verify::{Progress, Trust},
};
use ward_model::ledger::LedgerVerdict;
use ward_verify::{Verdict, judge_files, judge_path};

use super::served::Place;
use crate::{
    output::{Field, Tone, maybe, plain},
    problem::{Exit, Failure, Result},
    request::Request,
    run::Run,
};

/// Longest wait for the server's own verification.
const LONGEST: Duration = Duration::from_secs(30 * 60);

#[derive(clap::Args)]
pub(crate) struct Verify {
    /// What to verify: a folder of logs, of one log or of one shard; a bundle, as a folder or .tar; the proof of an entry;
    /// https://HOST of a Ward that you are signed in to; or an address where any web server has such files
    #[arg(value_name = "PATH|URL")]
    target: Option<String>,
    /// Public key of a log (vkey) from a source that you trust. One of any shard is enough
    #[arg(long, value_name = "VKEY", requires = "target")]
    key: Vec<VerifierKey>,
    /// Checkpoint kept from before, which the ledger must continue
    #[arg(long, value_name = "FILE", requires = "target")]
    known: Vec<PathBuf>,
    /// Public key of a witness whose cosignature counts
    #[arg(long, value_name = "VKEY", requires = "target")]
    witness: Vec<CosignerKey>,
    /// How many of these witnesses must have cosigned; 1 if there are any
    #[arg(long, value_name = "N", requires = "witness")]
    needed: Option<usize>,
}

pub(super) async fn run(run: &Run, args: Verify) -> Result<()> {
    let Some(target) = args.target else { return ask(run).await };
    let needed = args.needed.unwrap_or(usize::from(!args.witness.is_empty()));
    if needed > args.witness.len() {
        let given = args.witness.len();
        return Err(Failure::usage(format!("{needed} witnesses are needed, and {given} given"))
            .next_step("name each with --witness"));
    }
    let mut known = Vec::new();
    for file in &args.known {
        known.push(
            std::fs::read_to_string(file)
                .with_context(|| format!("can't read the checkpoint {}", file.display()))?,
        );
    }
    let trust = Trust { keys: args.key, known, witnesses: args.witness, needed, ..Trust::default() };
    let bar = run.terminal.entry_bar();
    let verdict = if target.contains("://") {
        let place = Place::of_url(run, &target).await?;
        let (bar, runtime) = (bar.clone(), Handle::current());
        blocking(move || {
            judge_files(&place.source(runtime), &place.names, &target, &trust, &mut |p| step(&bar, p))
        })
        .await?
    } else {
        let bar = bar.clone();
        blocking(move || judge_path(target.as_ref(), &trust, &mut |p| step(&bar, p))).await?
    };
    bar.finish_and_clear();
    say(run, &verdict)
}

/// Does what blocks on another thread.
pub(super) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| Failure::new(Exit::Failed, format!("the work ended in the middle: {error}")))
}

/// Shows how far it is.
pub(super) fn step(bar: &ProgressBar, progress: Progress) {
    bar.set_length(progress.total);
    bar.set_position(progress.entries);
}

/// Says a verdict, and makes its code that of the program.
pub(super) fn say(run: &Run, verdict: &Verdict) -> Result<()> {
    if run.terminal.json {
        run.terminal.line(ward_verify::json(verdict).trim_end())?;
    } else {
        run.terminal.line(ward_verify::words(verdict).trim_end())?;
    }
    match verdict.code() {
        ward_verify::VERIFIED => Ok(()),
        code => Err(Failure::Verdict(code)),
    }
}

/// The server's own verdict.
async fn ask(run: &Run) -> Result<()> {
    let spinner = run.terminal.spinner("The server verifies its ledger");
    let request = Request::new(Method::POST, "/v1/ledger/verify").limit(Some(LONGEST));
    let reply = run.call(&request).await;
    spinner.finish_and_clear();
    let reply = reply?;
    let verdict: LedgerVerdict = reply.read()?;
    if run.terminal.json {
        run.terminal.body(&reply.body)?;
        return if verdict.verified { Ok(()) } else { Err(Failure::Said(Exit::Failed)) };
    }
    let rows = verdict.logs.into_iter().map(|log| {
        let word = if log.verified { ("verifies", Tone::Good) } else { ("does NOT verify", Tone::Bad) };
        let newest = log.shards.last().map(|shard| shard.shard.clone());
        vec![
            plain(log.log),
            Field::toned(word.0, word.1),
            plain(log.entries),
            maybe(newest),
            maybe(log.finding),
        ]
    });
    run.terminal.table(&["LOG", "VERDICT", "ENTRIES", "SHARD", "FINDING"], rows.collect(), "No logs.")?;
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
        "The server judged itself. To verify without trusting it, with a key that you have from elsewhere:\n  ward ledger verify {} --key '{}'",
        run.server().unwrap_or_default(),
        verdict.key
    ));
    Ok(())
}
