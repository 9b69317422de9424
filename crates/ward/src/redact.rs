//! `ward redact`: masks PHI in a stream of bytes. Needs no server.

use std::{
    fs::{File, Permissions},
    io::{self, Read as _, Write as _},
    os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use anyhow::Context as _;
use ward_redact::{Config, Policy, PolicyRecognizer, Quarantined, Redactor, Statistics, Stream};
use ward_vault::hash::hmac_sha256;

use crate::{
    output::{Terminal, maybe, plain},
    problem::{Exit, Failure, Result},
};

/// Bytes read at once.
const CHUNK: usize = 64 << 10;
/// Fewest bytes of a key.
const KEY: usize = 32;
/// Largest policy file.
const POLICY: u64 = 1 << 20;

/// Mask PHI in what comes in, and write it out: ward redact < in > out
///
/// Works alone on files and pipes, without a server. What Ward does to the logs of apps is the same. Text, JSON, logfmt,
/// HL7 v2 and X12 keep their structure. Lines that can't be handled are left out, with a marker in their place; with
/// --quarantine they are kept in a file.
#[derive(clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Redact {
    #[command(flatten)]
    filter: Filter,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(clap::Args)]
struct Filter {
    /// How eagerly: log for logs of machines, strict for free text
    #[arg(long, value_parser = ["log", "strict"])]
    mode: Option<String>,
    /// What is put in place of a value
    #[arg(long, value_parser = ["mask", "keep-last4", "pseudonym", "generalise", "drop"])]
    action: Option<String>,
    /// Policy, a JSON file as `ward redaction show --json` prints it
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// Key for pseudonyms: a file of 32 bytes or more
    #[arg(long, value_name = "FILE")]
    key_file: Option<PathBuf>,
    /// Keep lines that can't be handled in this file, readable by its owner only
    #[arg(long, value_name = "FILE")]
    quarantine: Option<PathBuf>,
    /// Print at the end what was found, without values
    #[arg(long)]
    stats: bool,
}

#[derive(clap::Subcommand)]
enum Command {
    Test(Test),
}

/// Try a recognizer of one's own on a text
///
/// Prints what the pattern matches, and whether validator and context words let it count.
#[derive(clap::Args)]
struct Test {
    /// Regular expression; matched in linear time, without look-around and back-references
    pattern: String,
    /// Text to try it on; standard input if absent
    sample: Option<String>,
    /// Check of the digits
    #[arg(long, value_parser = ["none", "luhn", "npi", "mod10", "mod11", "mod97"])]
    validator: Option<String>,
    /// Word of which one must stand near; several are allowed
    #[arg(long, value_name = "WORD")]
    context: Vec<String>,
}

pub(crate) fn run(terminal: Terminal, args: Redact) -> Result<()> {
    match args.command {
        Some(Command::Test(args)) => test(terminal, args),
        None => filter(terminal, &args.filter),
    }
}

fn filter(terminal: Terminal, args: &Filter) -> Result<()> {
    let redactor = Redactor::new(config(args)?).map_err(|e| {
        Failure::usage(e.to_string()).next_step("`ward redact --help` shows what can be said")
    })?;
    let failed: Arc<Mutex<Option<io::Error>>> = Arc::default();
    let mut stream = stream(&redactor, args.quarantine.as_deref(), &failed)?;
    let (mut input, mut output) = (io::stdin().lock(), io::stdout().lock());
    let (mut chunk, mut out) = (vec![0; CHUNK], Vec::with_capacity(2 * CHUNK));
    loop {
        let count = match input.read(&mut chunk) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            other => other.context("reading what comes in")?,
        };
        match chunk.get(..count) {
            Some([]) | None => stream.finish(&mut out),
            Some(bytes) => stream.push(bytes, &mut out),
        }
        if let Some(error) = failed.lock().unwrap_or_else(PoisonError::into_inner).take() {
            return Err(anyhow::Error::from(error).context("writing the quarantine").into());
        }
        match output.write_all(&out).and_then(|()| output.flush()) {
            // Whoever read along has seen enough (`| head`).
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(()),
            other => other.context("writing what was masked")?,
        }
        out.clear();
        if count == 0 {
            break;
        }
    }
    drop(output);
    let found = stream.take_statistics();
    if args.stats {
        report(terminal, &found);
    } else if found.quarantined() > 0 && args.quarantine.is_none() {
        terminal.note(&format!(
            "{} lines could not be handled and were left out; --quarantine FILE keeps them.",
            found.quarantined()
        ));
    }
    Ok(())
}

fn config(args: &Filter) -> Result<Config> {
    let mut policy = match &args.policy {
        None => Policy::default(),
        Some(path) => {
            let file = File::open(path).with_context(|| format!("can't read {}", path.display()))?;
            let mut text = String::new();
            file.take(POLICY)
                .read_to_string(&mut text)
                .with_context(|| format!("can't read {}", path.display()))?;
            serde_json::from_str(&text).map_err(|e| {
                Failure::usage(format!("{} is no policy: {e}", path.display()))
                    .next_step("`ward redaction show --json` prints one")
            })?
        }
    };
    if let Some(mode) = &args.mode {
        policy.mode.clone_from(mode);
    }
    if let Some(action) = &args.action {
        policy.action.clone_from(action);
    }
    let mut config = policy.config().map_err(|e| Failure::usage(e.to_string()))?;
    if let Some(path) = &args.key_file {
        let key = std::fs::read(path).with_context(|| format!("can't read {}", path.display()))?;
        if key.len() < KEY {
            return Err(Failure::usage(format!(
                "{} has {} bytes; a key has {KEY} or more",
                path.display(),
                key.len()
            ))
            .next_step("make one: head -c 32 /dev/urandom > FILE"));
        }
        config.key = Some(Box::new(move |value| hmac_sha256(&key, value)));
    }
    Ok(config)
}

fn stream(
    redactor: &Redactor,
    quarantine: Option<&Path>,
    failed: &Arc<Mutex<Option<io::Error>>>,
) -> Result<Stream> {
    let Some(path) = quarantine else { return Ok(redactor.stream()) };
    let opened = File::options().create(true).append(true).mode(0o600).open(path);
    let mut file = opened.with_context(|| format!("can't write {}", path.display()))?;
    // One that was there keeps its mode otherwise.
    file.set_permissions(Permissions::from_mode(0o600))
        .with_context(|| format!("can't protect {}", path.display()))?;
    let failed = Arc::clone(failed);
    Ok(redactor.stream_with(Box::new(move |line: Quarantined<'_>| {
        if let Err(error) = file.write_all(line.raw).and_then(|()| file.write_all(b"\n")) {
            *failed.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
        }
    })))
}

/// To people, beside the output: what was found, and how often.
fn report(terminal: Terminal, found: &Statistics) {
    let each: Vec<String> =
        found.iter().map(|(identifier, count)| format!("{} {count}", identifier.label())).collect();
    terminal.note(&format!(
        "{} lines, {} changed, {} left out. {}",
        found.lines(),
        found.changed(),
        found.quarantined(),
        if each.is_empty() { "Nothing was found.".to_owned() } else { each.join(", ") }
    ));
}

fn test(terminal: Terminal, args: Test) -> Result<()> {
    let sample = match args.sample {
        Some(sample) => sample,
        None => io::read_to_string(io::stdin().lock().take(POLICY)).context("reading the text")?,
    };
    let recognizer = PolicyRecognizer {
        name: "TEST".to_owned(),
        pattern: args.pattern,
        identifier: None,
        validator: args.validator,
        context: args.context,
    };
    let custom = recognizer.custom().map_err(|e| Failure::usage(e.to_string()))?;
    let trials = ward_redact::test(&custom, sample.as_bytes()).map_err(|e| Failure::usage(e.to_string()))?;
    let yes = |yes: bool| if yes { "yes" } else { "no" };
    if terminal.json {
        let trials: Vec<_> = trials
            .iter()
            .map(|t| {
                serde_json::json!({
                    "start": t.span.start, "end": t.span.end, "text": sample.get(t.span.clone()),
                    "valid": t.valid, "context": t.context, "counts": t.valid && t.context,
                })
            })
            .collect();
        return terminal.line(&serde_json::json!({ "matches": trials }).to_string());
    }
    let none = trials.iter().all(|trial| !(trial.valid && trial.context));
    let rows = trials.iter().map(|trial| {
        vec![
            plain(format!("{}..{}", trial.span.start, trial.span.end)),
            maybe(sample.get(trial.span.clone())),
            plain(yes(trial.valid)),
            plain(yes(trial.context)),
            plain(yes(trial.valid && trial.context)),
        ]
    });
    terminal.table(
        &["BYTES", "TEXT", "VALID", "CONTEXT", "MASKED"],
        rows.collect(),
        "The pattern matches nothing.",
    )?;
    if none { Err(Failure::Said(Exit::Failed)) } else { Ok(()) }
}
