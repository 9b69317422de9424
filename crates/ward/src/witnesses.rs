//! `ward ledger witnesses`: who countersigns the ledger of a server, and how far each log is witnessed.

use std::path::PathBuf;

use anyhow::Context as _;
use http::Method;
use ward_ledger::note::CosignerKey;
use ward_model::{
    Name,
    witnesses::{NewWitness, Witness, WitnessPolicy, WitnessState, WitnessedLog, Witnesses},
};

use crate::{
    output::{Field, Terminal, Tone, maybe, plain},
    problem::{Failure, Result},
    request::Request,
    run::Run,
    times::shown,
};

const PATH: &str = "/v1/witnesses";

/// Verbs of witnesses.
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// List the witnesses, and how far each log is witnessed
    List,
    /// Print the public keys of the logs: what a witness has to follow
    ///
    /// On the witness: `ward witness follow --state DIR --keys FILE`.
    Keys,
    /// Ask one more witness to cosign the ledger
    Add(Add),
    /// Ask a witness no more
    Remove {
        /// Name or id of the witness
        witness: String,
    },
    /// Show or set what counts as witnessed
    Policy(Policy),
}

#[derive(clap::Args)]
pub(crate) struct Add {
    /// A short name for it
    name: Name,
    /// Its address: https://HOST[:PORT][/PATH]
    #[arg(long)]
    url: String,
    /// Its public key, as `ward witness init` printed it
    #[arg(long, value_name = "VKEY")]
    key: String,
    /// Authority of its certificate, a PEM file, if it is not a public one
    #[arg(long, value_name = "FILE")]
    witness_ca: Option<PathBuf>,
}

#[derive(clap::Args)]
pub(crate) struct Policy {
    /// Cosignatures that one checkpoint needs
    #[arg(long)]
    needed: Option<u32>,
    /// Minutes after which a log that was not witnessed again is stale
    #[arg(long, value_name = "MINUTES")]
    stale_after: Option<u32>,
}

pub(crate) async fn run(run: &Run, command: Command) -> Result<()> {
    match command {
        Command::List => run.show(Request::get(PATH), |terminal, all: Witnesses| show(terminal, &all)).await,
        Command::Keys => {
            run.show(Request::get(PATH), |terminal, all: Witnesses| {
                all.logs.iter().try_for_each(|log| terminal.line(&log.key))
            })
            .await
        }
        Command::Add(args) => add(run, args).await,
        Command::Remove { witness } => {
            let all: Witnesses = run.call(&Request::get(PATH)).await?.read()?;
            let found =
                all.witnesses.iter().find(|w| w.id.to_string() == witness || w.name.as_str() == witness);
            let found = found.ok_or_else(|| {
                Failure::not_found(format!("there is no witness {witness}"))
                    .next_step("`ward ledger witnesses list` names them")
            })?;
            run.done(Request::delete(format!("{PATH}/{}", found.id)), "Removed.").await
        }
        Command::Policy(args) => policy(run, args).await,
    }
}

async fn add(run: &Run, args: Add) -> Result<()> {
    // A mistake in the key is better found before a step-up.
    args.key.trim().parse::<CosignerKey>().map_err(|why| {
        Failure::usage(format!("{:?}: {why}", args.key))
            .next_step("give the line that `ward witness init` printed")
    })?;
    let ca_pem = args.witness_ca.as_ref().map(std::fs::read_to_string).transpose();
    let ca_pem = ca_pem.context("can't read the authority of the witness")?;
    let wish = NewWitness { name: args.name, url: args.url, key: args.key.trim().to_owned(), ca_pem };
    run.show(Request::post(PATH, &wish)?, |terminal, witness: Witness| {
        terminal.line(&format!("Asks {} ({}) from now on.", witness.name, witness.id))?;
        if !witness.counts {
            terminal.note("Its cosignatures are kept and do not count: this build can't verify their kind.");
        }
        terminal.note("It must follow the logs: there, `ward witness follow` with the keys of `ward ledger witnesses keys`.");
        Ok(())
    })
    .await
}

async fn policy(run: &Run, args: Policy) -> Result<()> {
    let all: Witnesses = run.call(&Request::get(PATH)).await?.read()?;
    let wish = WitnessPolicy {
        needed: args.needed.unwrap_or(all.policy.needed),
        stale_after_minutes: args.stale_after.unwrap_or(all.policy.stale_after_minutes),
    };
    let of = all.witnesses.iter().filter(|w| w.counts).count();
    let request = match args {
        Policy { needed: None, stale_after: None } => None,
        Policy { .. } => Some(Request::json(Method::PUT, format!("{PATH}/policy"), &wish)?),
    };
    let say = move |terminal: &Terminal, policy: WitnessPolicy| {
        terminal.line(&format!(
            "A checkpoint counts as witnessed with {} cosignatures of {of}; a log is stale after {} minutes.",
            policy.needed, policy.stale_after_minutes
        ))
    };
    match request {
        Some(request) => run.show(request, say).await,
        None if run.terminal.json => {
            let text = serde_json::to_string(&all.policy).context("can't write the policy as JSON")?;
            run.terminal.line(&text)
        }
        None => say(&run.terminal, all.policy),
    }
}

fn show(terminal: &Terminal, all: &Witnesses) -> Result<()> {
    let witnesses = all.witnesses.iter().map(|w| {
        let counts = if w.counts { plain("yes") } else { Field::toned("kept only", Tone::Warn) };
        vec![plain(&w.name), plain(w.id), plain(&w.url), counts, plain(&w.key)]
    });
    terminal.table(
        &["WITNESS", "ID", "ADDRESS", "COUNTS", "KEY"],
        witnesses.collect(),
        "No witnesses: `ward ledger witnesses add` asks one.",
    )?;
    terminal.line("")?;
    let logs = all.logs.iter().map(|log| {
        vec![
            plain(&log.log),
            plain(&log.shard),
            Field::toned(log.state.as_str(), tone(log.state)),
            plain(log.entries),
            maybe(log.witnessed_entries),
            maybe(log.witnessed_at.map(shown)),
            plain(trouble(log)),
        ]
    });
    terminal.table(
        &["LOG", "SHARD", "STATE", "ENTRIES", "WITNESSED", "AT", "TROUBLE"],
        logs.collect(),
        "No logs.",
    )?;
    terminal.note(&format!(
        "A checkpoint needs {} cosignatures; a log is stale after {} minutes.",
        all.policy.needed, all.policy.stale_after_minutes
    ));
    Ok(())
}

fn tone(state: WitnessState) -> Tone {
    match state {
        WitnessState::Witnessed => Tone::Good,
        WitnessState::Awaited | WitnessState::Anchored => Tone::Plain,
        WitnessState::Unwitnessed | WitnessState::Stale => Tone::Warn,
        WitnessState::Contradicted => Tone::Bad,
    }
}

/// What each witness says that is not well.
fn trouble(log: &WitnessedLog) -> String {
    let said = log.witnesses.iter().filter_map(|w| Some(format!("{}: {}", w.name, w.error.as_ref()?)));
    let said: Vec<_> = said.collect();
    if said.is_empty() { "-".to_owned() } else { said.join("; ") }
}
