//! A witness of transparency logs, on any machine: this one needs no server and no sign-in.

use std::{
    collections::BTreeMap,
    fs::File,
    io::Read as _,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use anyhow::Context as _;
use tokio::signal::unix::{SignalKind, signal};
use ward_ledger::{KeyError, VerifierKey};
use ward_model::Timestamp;
use ward_witness::{Added, Followed, Key, Notice, Witness, follow, init, server};

use crate::{
    output::{Field, Terminal, Tone, maybe, plain},
    problem::{Exit, Failure, Result},
    times,
};

/// Verbs of the witness.
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Make a witness: its key and its folder
    ///
    /// Prints its public key. Give that to whoever runs the logs: `ward ledger witnesses add` there.
    Init(Init),
    /// Follow logs: cosign their checkpoints from now on
    ///
    /// May be done while the witness serves. The next shards of a log are followed by themselves, when the closed
    /// one vouches for them.
    Follow(Follow),
    /// Serve: judge checkpoints that are submitted, and cosign them
    ///
    /// Runs until it is stopped. Nothing is lost when it is killed: the state is on the disk before each answer.
    Serve(Serve),
    /// Show its key and the logs that it follows
    Show(State),
}

#[derive(clap::Args)]
pub(crate) struct State {
    /// Folder of the witness. Whoever can write it can make the witness forget
    #[arg(long, value_name = "DIR")]
    state: PathBuf,
}

#[derive(clap::Args)]
pub(crate) struct Init {
    #[command(flatten)]
    state: State,
    /// Name of the witness: an address without scheme that is yours, such as witness.example.com/w1
    #[arg(long)]
    name: String,
}

#[derive(clap::Args)]
pub(crate) struct Follow {
    #[command(flatten)]
    state: State,
    /// Public keys of logs, in vkey form
    #[arg(value_name = "VKEY", required_unless_present = "keys")]
    vkeys: Vec<String>,
    /// A file with public keys, such as `keys` of an exported ledger
    #[arg(long, value_name = "FILE")]
    keys: Option<PathBuf>,
}

#[derive(clap::Args)]
pub(crate) struct Serve {
    #[command(flatten)]
    state: State,
    /// Address to listen on
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8787")]
    listen: SocketAddr,
    /// Certificate chain, a PEM file; without it HTTP is spoken in clear
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// Private key of the certificate, a PEM file
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
}

/// Runs a verb. None of them speaks to a Ward server.
pub(crate) fn run(terminal: Terminal, command: Command) -> Result<()> {
    match command {
        Command::Init(args) => make(&terminal, &args),
        Command::Follow(args) => add(&terminal, &args),
        Command::Show(args) => show(&terminal, &args.state),
        Command::Serve(args) => {
            let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
            runtime.context("can't start")?.block_on(serve(terminal, args))
        }
    }
}

fn failed(error: impl std::fmt::Display) -> Failure {
    Failure::new(Exit::Failed, error.to_string())
}

fn make(terminal: &Terminal, args: &Init) -> Result<()> {
    let mut seed = [0; 32];
    File::open("/dev/urandom")
        .and_then(|mut file| file.read_exact(&mut seed))
        .context("can't get random bytes from /dev/urandom")?;
    let key = init(&args.state.state, &args.name, seed).map_err(failed)?;
    if terminal.json {
        return terminal.line(&serde_json::json!({ "name": key.name(), "key": key.to_string() }).to_string());
    }
    terminal.line(&key.to_string())?;
    terminal.note(
        "This is the witness's public key. Next: `ward witness follow` with the keys of the logs, then `ward witness serve`.",
    );
    Ok(())
}

fn add(terminal: &Terminal, args: &Follow) -> Result<()> {
    let mut keys = Vec::new();
    for text in &args.vkeys {
        keys.push(log_key(text).map_err(|why| wrong_key(text, &why))?);
    }
    if let Some(path) = &args.keys {
        keys.extend(keys_in(path)?);
    }
    // Which folder is wrong is said before any log is.
    Key::read(&args.state.state).map_err(failed)?;
    let mut added = Vec::new();
    for key in keys {
        let done = follow(&args.state.state, &key).map_err(failed)?;
        if !terminal.json {
            terminal.line(&match done {
                Added::New => format!("follows {}", key.name()),
                Added::Already => format!("followed already: {}", key.name()),
            })?;
        }
        added.push(serde_json::json!({ "origin": key.name(), "new": done == Added::New }));
    }
    if terminal.json { terminal.line(&serde_json::Value::from(added).to_string()) } else { Ok(()) }
}

fn log_key(text: &str) -> std::result::Result<VerifierKey, String> {
    text.parse().map_err(|error| match error {
        KeyError::Type => "this is no key of a log; is it the key of a witness?".to_owned(),
        other => other.to_string(),
    })
}

fn wrong_key(text: &str, why: &str) -> Failure {
    Failure::usage(format!("{text:?}: {why}"))
        .next_step("a log's key looks like NAME+HASH+BASE64; `ward ledger witnesses keys` on the side of the logs prints them")
}

/// The keys in a file: one a line, alone or among other words as in the file `keys` of a ledger.
fn keys_in(path: &Path) -> Result<Vec<VerifierKey>> {
    let text = std::fs::read_to_string(path).with_context(|| format!("can't read {}", path.display()))?;
    let lines = text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#'));
    let keys: Vec<_> = lines
        .map(|line| {
            let word = line.split_whitespace().find(|word| word.contains('+'));
            let word = word.ok_or_else(|| wrong_key(line, "there is no key in this line"))?;
            log_key(word).map_err(|why| wrong_key(word, &why))
        })
        .collect::<Result<_>>()?;
    if keys.is_empty() {
        return Err(Failure::usage(format!("there is no key in {}", path.display())));
    }
    Ok(keys)
}

fn show(terminal: &Terminal, state: &Path) -> Result<()> {
    let key = Key::read(state).map_err(failed)?;
    let logs = ward_witness::logs(state).map_err(failed)?;
    if terminal.json {
        let logs: Vec<_> = logs.iter().map(json).collect();
        let shown =
            serde_json::json!({ "name": key.public().name(), "key": key.public().to_string(), "logs": logs });
        return terminal.line(&shown.to_string());
    }
    terminal.fields(&[("name", plain(key.public().name())), ("key", plain(key.public()))])?;
    terminal.line("")?;
    let rows = logs.iter().map(|log| {
        let state = match (&log.next, log.forked) {
            (_, true) => Field::toned("FORKED", Tone::Bad),
            (Some(_), _) => plain("closed"),
            (None, _) => Field::toned("followed", Tone::Good),
        };
        let (size, at) = log.last.map(|(size, _, time)| (size, seconds(time))).unzip();
        vec![plain(log.key.name()), state, maybe(size), maybe(at)]
    });
    terminal.table(
        &["LOG", "STATE", "COSIGNED", "AT"],
        rows.collect(),
        "It follows no log yet: `ward witness follow`.",
    )
}

fn json(log: &Followed) -> serde_json::Value {
    let last = log.last.map(|(size, root, time)| {
        serde_json::json!({ "size": size, "root": root.to_string(), "time": seconds(time) })
    });
    serde_json::json!({
        "origin": log.key.name(), "key": log.key.to_string(), "cosigned": last, "forked": log.forked,
        "previous": log.previous, "next": log.next.as_ref().map(ToString::to_string),
    })
}

fn seconds(time: u64) -> String {
    let micros = i64::try_from(time).ok().and_then(|time| time.checked_mul(1_000_000));
    micros.map_or_else(|| time.to_string(), |micros| times::shown(Timestamp::from_micros(micros)))
}

async fn serve(terminal: Terminal, args: Serve) -> Result<()> {
    let tls = match (&args.tls_cert, &args.tls_key) {
        (Some(certificate), Some(key)) => Some(server::load_tls(certificate, key).map_err(|error| {
            failed(error).next_step("name a certificate chain and its private key, both PEM")
        })?),
        _ => None,
    };
    let clock = Box::new(|| u64::try_from(times::now().micros() / 1_000_000).unwrap_or(0));
    let witness = Witness::open(&args.state.state, clock, reporter(terminal)).map_err(failed)?;
    let logs = witness.logs().map_err(failed)?.len();
    let listener = tokio::net::TcpListener::bind(args.listen).await;
    let listener = listener.with_context(|| format!("can't listen on {}", args.listen))?;
    let address = listener.local_addr().context("can't listen")?;
    terminal.note(&format!("{} follows {logs} logs. Stop it with Ctrl-C.", witness.key().name()));
    if logs == 0 {
        terminal.note("Add logs with `ward witness follow`; there is no need to stop this one.");
    }
    if tls.is_none() && !address.ip().is_loopback() {
        terminal.note("HTTP in clear: cosignatures can't be forged, but anybody on the way can hold them back. Use --tls-cert.");
    }
    let scheme = if tls.is_some() { "https" } else { "http" };
    terminal.line(&format!("Listening on {scheme}://{address}"))?;
    let mut terminate = signal(SignalKind::terminate()).context("can't wait for signals")?;
    tokio::select! {
        () = server::serve(listener, tls, Arc::new(witness)) => {}
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
    terminal.note("Stopped.");
    Ok(())
}

/// Says what happens, a line each; the same refusal of one log once until something else happens to it.
fn reporter(terminal: Terminal) -> ward_witness::Report {
    let last: Mutex<BTreeMap<String, String>> = Mutex::default();
    Box::new(move |notice| {
        let origin = match notice {
            Notice::Cosigned { origin, .. }
            | Notice::Refused { origin, .. }
            | Notice::Forked { origin, .. }
            | Notice::Continued { origin, .. } => origin.clone(),
            Notice::Broken(_) => String::new(),
        };
        let text = notice.to_string();
        let before = last.lock().unwrap_or_else(PoisonError::into_inner).insert(origin, text.clone());
        if before.as_ref() != Some(&text) {
            terminal.note(&format!("{}  {text}", times::shown(times::now())));
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_found_alone_and_among_other_words() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("keys");
        let signer = ward_ledger::Signer::from_seed("a.example/x/2026-1", [1; 32]).unwrap();
        let key = signer.verifier_key();
        std::fs::write(&path, format!("# the logs\n\n{key}\n2026-1 {key} 1767225600000 -\n")).unwrap();
        assert_eq!(keys_in(&path).unwrap().len(), 2);
        for (text, why) in [
            ("2026-1 nothing\n", "no key in this line"),
            ("\n# x\n", "there is no key"),
            ("a+b+c\n", "not a verifier key"),
        ] {
            std::fs::write(&path, text).unwrap();
            let said = keys_in(&path).unwrap_err().title().to_owned();
            assert!(said.contains(why), "{text:?}: {said}");
        }
    }

    #[test]
    fn the_key_of_a_witness_is_not_taken_for_a_logs() {
        let witness = ward_ledger::note::Cosigner::from_seed("w.example", [1; 32]).unwrap();
        assert!(log_key(&witness.key().to_string()).unwrap_err().contains("key of a witness"));
    }
}
