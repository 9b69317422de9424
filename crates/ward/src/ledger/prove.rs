//! `ward ledger prove`, `checkpoint` and `logs`: what is public of a log, and one entry with its proof.

use std::path::PathBuf;

use ward_model::ledger::{LedgerLog, LedgerLogs, LedgerShard};

use crate::{
    output::{Field, Tone, maybe, plain},
    problem::{Exit, Failure, Result},
    request::Request,
    retention::OfLog,
    run::Run,
    times::shown,
    url::{encode, with_query},
};

#[derive(clap::Args)]
pub(crate) struct Prove {
    /// Index of the entry in its shard
    index: u64,
    /// Shard, such as 2026-1; the newest if absent
    #[arg(long, value_name = "SHARD")]
    shard: Option<String>,
    /// Write the proof to this new file
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    of: OfLog,
}

#[derive(clap::Args)]
pub(crate) struct Checkpoint {
    /// Shard, such as 2026-1; the newest if absent
    #[arg(long, value_name = "SHARD")]
    shard: Option<String>,
    #[command(flatten)]
    of: OfLog,
}

async fn list(run: &Run, of: &OfLog) -> Result<LedgerLogs> {
    let organization = of.organization(run).await?.map(|id| id.to_string());
    run.fetch(&with_query("/v1/ledger/logs", &[("organization", organization)])).await
}

/// The wanted shard of the wanted log.
async fn shard(run: &Run, of: &OfLog, wanted: Option<String>) -> Result<(String, LedgerShard)> {
    let log = of.log(run).await?;
    let found = list(run, of).await?.items.into_iter().find(|item| item.log == log);
    let LedgerLog { shards, .. } =
        found.ok_or_else(|| Failure::not_found(format!("there is no log {log}")))?;
    let shard = match &wanted {
        Some(name) => shards.into_iter().find(|shard| shard.shard == *name),
        None => shards.into_iter().next_back(),
    };
    let name = wanted.unwrap_or_default();
    let shard = shard.ok_or_else(|| {
        Failure::not_found(format!("the log {log} has no shard {name}"))
            .next_step("list them with `ward ledger logs`")
    })?;
    if shard.archived {
        return Err(Failure::new(Exit::Conflict, format!("shard {} is archived", shard.shard))
            .next_step("bring it back with `ward ledger archive restore`"));
    }
    Ok((log, shard))
}

pub(super) async fn prove(run: &Run, args: Prove) -> Result<()> {
    let (log, shard) = shard(run, &args.of, args.shard).await?;
    let path = format!("/v1/ledger/logs/{log}/{}/proof/{}", encode(&shard.shard), args.index);
    let reply = run.call(&Request::get(path)).await?;
    if let Some(path) = &args.output {
        let cannot = |error| Failure::new(Exit::Failed, format!("can't write {}: {error}", path.display()));
        let mut file = std::fs::File::create_new(path).map_err(cannot)?;
        std::io::Write::write_all(&mut file, &reply.body).map_err(cannot)?;
    }
    if run.terminal.json {
        let proof = String::from_utf8_lossy(&reply.body);
        let said = serde_json::json!({
            "log": log, "shard": shard.shard, "index": args.index, "key": shard.key, "proof": proof,
        });
        return run.terminal.line(&said.to_string());
    }
    match &args.output {
        None => run.terminal.bytes(&reply.body)?,
        Some(path) => run.terminal.line(&format!(
            "Wrote the proof of entry {} of {log} {} to {}.",
            args.index,
            shard.shard,
            path.display()
        ))?,
    }
    run.terminal.note(&format!(
        "Verify it with a key that you have from elsewhere: ward ledger verify FILE --key '{}'",
        shard.key
    ));
    Ok(())
}

pub(super) async fn checkpoint(run: &Run, args: Checkpoint) -> Result<()> {
    let (log, shard) = shard(run, &args.of, args.shard).await?;
    let path = format!("/v1/ledger/logs/{log}/{}/checkpoint", encode(&shard.shard));
    let reply = run.call(&Request::get(path)).await?;
    if run.terminal.json {
        let note = String::from_utf8_lossy(&reply.body);
        let said =
            serde_json::json!({ "log": log, "shard": shard.shard, "key": shard.key, "checkpoint": note });
        return run.terminal.line(&said.to_string());
    }
    run.terminal.bytes(&reply.body)
}

pub(super) async fn logs(run: &Run, of: &OfLog) -> Result<()> {
    // Without a context of an organization all logs are wanted, not the platform's alone.
    let organization = if of.platform { None } else { run.maybe_organization().await? };
    let path = with_query("/v1/ledger/logs", &[("organization", organization.map(|id| id.to_string()))]);
    run.show(Request::get(path), |terminal, logs: LedgerLogs| {
        let header = ["LOG", "ORGANIZATION", "SHARD", "ENTRIES", "OPENED", "CLOSED", "STATE", "KEY"];
        let rows = logs.items.iter().flat_map(|log| log.shards.iter().map(move |shard| row(log, shard)));
        terminal.table(&header, rows.collect(), "No logs.")?;
        for log in &logs.items {
            if let Some(reason) = &log.refusing {
                terminal.note(&format!("{} takes no entries: {reason}", log.log));
            }
        }
        Ok(())
    })
    .await
}

fn row(log: &LedgerLog, shard: &LedgerShard) -> Vec<Field> {
    let state = match (shard.archived, shard.closed, log.writable) {
        (true, ..) => plain("archived"),
        (false, Some(_), _) => plain("closed"),
        (false, None, true) => Field::toned("open", Tone::Good),
        (false, None, false) => Field::toned("refusing", Tone::Bad),
    };
    vec![
        plain(&log.log),
        maybe(log.organization.as_deref()),
        plain(&shard.shard),
        maybe(shard.size),
        plain(shown(shard.opened)),
        maybe(shard.closed.map(shown)),
        state,
        plain(&shard.key),
    ]
}
