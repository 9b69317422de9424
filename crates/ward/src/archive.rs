//! The archive of the ledger: closed shards in an object store, and back.

use std::{io::Write as _, path::PathBuf, time::Duration};

use anyhow::Context as _;
use http::Method;
use ward_ledger::{
    VerifierKey,
    bundle::{self, Dest as _, ToFolder},
    source::{ItemKind, MAX_FILE_BYTES, Source},
    verify::Trust,
};
use ward_model::{
    Page, Timestamp,
    retention::{RetentionPolicy, ShardState, ShardStatus},
};

use crate::{
    output::{Field, Tone, maybe, plain},
    problem::{Exit, Failure, Result},
    request::{Reply, Request},
    retention::{self, OfLog},
    run::Run,
    stream::next_bytes,
    times::shown,
    url::encode,
};

/// Longest wait for the server to fetch and verify a shard.
const LONGEST: Duration = Duration::from_secs(4 * 3600);

/// Verbs of the archive.
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// List the shards of the log: here, archived, locked, held
    List(OfLog),
    /// Archive now what is closed, and try again what did not work
    Run(OfLog),
    /// Have the server read a shard back from the archive and verify all of it
    Verify {
        /// Shard: 2026-1
        shard: String,
        #[command(flatten)]
        of: OfLog,
    },
    /// Bring an archived shard back into a folder, and verify it here
    Restore {
        /// Shard: 2026-1
        shard: String,
        /// Folder to make; ledger-<shard> if absent
        #[arg(long, value_name = "DIR")]
        to: Option<PathBuf>,
        /// Public key of a shard of the log (vkey), from a source that you trust
        #[arg(long, value_name = "VKEY")]
        key: Option<VerifierKey>,
        #[command(flatten)]
        of: OfLog,
    },
}

pub(crate) async fn run(run: &Run, command: Command) -> Result<()> {
    match command {
        Command::List(of) => {
            let path = of.path(run, "/v1/ledger/archive").await?;
            let header =
                ["SHARD", "STATE", "CLOSED", "KEPT UNTIL", "LOCKED UNTIL", "VERIFIED", "HELD BY", "PROBLEM"];
            run.list(&path, &header, "No shard yet.", row).await
        }
        Command::Run(of) => {
            let path = of.path(run, "/v1/ledger/archive/run").await?;
            run.show(Request::new(Method::POST, path), |terminal, policy: RetentionPolicy| {
                retention::print(terminal, &policy)?;
                terminal.note("The loop is awake; look with `ward ledger archive list`.");
                Ok(())
            })
            .await
        }
        Command::Verify { shard, of } => {
            let asked = act(run, &of, &shard, "verify").await?;
            let before = asked.verified_at;
            let said = format!("The server reads {shard} back and verifies it");
            let reply =
                wait(run, &of, &shard, &said, |s| s.verified_at > before || s.problem.is_some()).await?;
            let status = of_shard(&reply, &shard)?;
            if let Some(problem) = status.problem {
                return Err(Failure::new(Exit::Failed, format!("{shard} does NOT verify: {problem}")).next_step(
                    "keep the object as it is; if the shard is still here, it is archived again by itself",
                ));
            }
            run.print(&reply, |terminal, _: serde_json::Value| {
                let entries = status.entries.unwrap_or_default();
                terminal.line(&format!("{shard} in the archive verifies: {entries} entries."))
            })
        }
        Command::Restore { shard, to, key, of } => restore(run, &of, &shard, to, key).await,
    }
}

/// Closes the shard and goes on in the next, under a new key.
pub(crate) async fn rotate_key(run: &Run, of: &OfLog) -> Result<()> {
    let path = of.path(run, "/v1/ledger/rotate-key").await?;
    run.show(Request::new(Method::POST, path), |terminal, shard: ShardStatus| {
        terminal.line(&format!("The log {} goes on in {} under a new key.", shard.log, shard.shard))
    })
    .await
}

fn row(shard: ShardStatus) -> Vec<Field> {
    let state = match shard.state {
        ShardState::Archived | ShardState::Pruned => Tone::Good,
        ShardState::Closed | ShardState::Archiving => Tone::Warn,
        ShardState::Open => Tone::Plain,
    };
    vec![
        plain(&shard.shard),
        Field::toned(shard.state.as_str(), state),
        maybe(shard.closed_at.map(shown)),
        maybe(shard.kept_until.map(shown)),
        maybe(shard.locked_until.map(shown)),
        maybe(shard.verified_at.map(shown)),
        plain(shard.held_by.join(", ")),
        shard.problem.map_or_else(|| plain(""), |problem| Field::toned(problem, Tone::Bad)),
    ]
}

/// Asks for something to be done with a shard.
async fn act(run: &Run, of: &OfLog, shard: &str, verb: &str) -> Result<ShardStatus> {
    let path = of.path(run, &format!("/v1/ledger/archive/{}/{verb}", encode(shard))).await?;
    run.call(&Request::new(Method::POST, path)).await?.read()
}

/// Waits until the shard is as it should be.
async fn wait(
    run: &Run,
    of: &OfLog,
    shard: &str,
    said: &str,
    ended: impl Fn(&ShardStatus) -> bool,
) -> Result<Reply> {
    let path = of.path(run, "/v1/ledger/archive?limit=200").await?;
    let is_it = |page: &Page<ShardStatus>| page.items.iter().any(|s| s.shard == shard && ended(s));
    run.wait(&path, said, LONGEST, is_it).await
}

fn of_shard(reply: &Reply, shard: &str) -> Result<ShardStatus> {
    let page: Page<ShardStatus> = reply.read()?;
    page.items
        .into_iter()
        .find(|status| status.shard == shard)
        .ok_or_else(|| Failure::not_found(format!("the log has no shard {shard}")))
}

async fn restore(
    run: &Run,
    of: &OfLog,
    shard: &str,
    to: Option<PathBuf>,
    key: Option<VerifierKey>,
) -> Result<()> {
    let to = to.unwrap_or_else(|| PathBuf::from(format!("ledger-{shard}")));
    let mut dest = ToFolder::new(&to).with_context(|| format!("{} can't be used", to.display()))?;
    let asked: Option<Timestamp> = act(run, of, shard, "restore").await?.restore_asked_at;
    let said = format!("The server brings {shard} back");
    let ready = |s: &ShardStatus| s.restored_at.is_some_and(|at| Some(at) >= asked) || s.problem.is_some();
    let status = of_shard(&wait(run, of, shard, &said, ready).await?, shard)?;
    if let (None, Some(problem)) = (status.restored_at, &status.problem) {
        return Err(Failure::new(Exit::Failed, format!("{shard} can't be brought back: {problem}")));
    }
    let path = of.path(run, &format!("/v1/ledger/archive/{}/bundle", encode(shard))).await?;
    let mut body = run.stream(&Request::get(path)).await?.into_body();
    let mut file = tempfile::NamedTempFile::new().context("making a temporary file")?;
    while let Some(bytes) = next_bytes(&mut body).await? {
        file.write_all(&bytes).context("writing a temporary file")?;
    }
    file.flush().context("writing a temporary file")?;
    let source = bundle::open(file.path()).context("reading the bundle")?;
    let trust = Trust { keys: key.iter().cloned().collect(), ..Trust::default() };
    let report = bundle::verify(&*source, &trust, &mut |_| {}).map_err(|finding| {
        Failure::new(Exit::Failed, format!("what was brought back does NOT verify: {finding}"))
            .next_step("check that the key is the log's, and treat it as an incident")
    })?;
    copy(&*source, "", &mut dest).with_context(|| format!("writing {}", to.display()))?;
    run.terminal.line(&format!(
        "{shard} is in {}: {} entries, verified here.",
        to.display(),
        status.entries.unwrap_or_else(|| report.entries())
    ))?;
    if key.is_none() {
        run.terminal
            .note("The bundle vouched for itself. With --key it is checked against a key that you trust.");
    }
    Ok(())
}

/// Copies the files of a bundle into a folder.
fn copy(source: &dyn Source, folder: &str, dest: &mut ToFolder) -> std::io::Result<()> {
    for item in source.list(folder)?.unwrap_or_default() {
        let path = if folder.is_empty() { item.name } else { format!("{folder}/{}", item.name) };
        match item.kind {
            ItemKind::Folder => copy(source, &path, dest)?,
            ItemKind::File => {
                let bytes = source.read(&path, MAX_FILE_BYTES)?.unwrap_or_default();
                dest.file(&path, &mut bytes.as_slice(), bytes.len() as u64)?;
            }
            ItemKind::Other => {}
        }
    }
    Ok(())
}
