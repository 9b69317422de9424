//! Precision, recall and F1 of the redactor on labelled corpora, and its false hits on machine logs.
//!
//! `redact-judge [--set tuning|judging|fresh|opened|common] [--mode log|strict|both] [--rounds N] [--seed N] [--json] [--misses N]
//! [--predictions FILE] [--documents FILE]`
//!
//! `fresh` is the part of `judging` that was written last; `opened` and `common` are the parts of `tuning` that were in
//! the judging set until they had judged, and that were written with `fresh` and fell to tuning by lot.
//! Without `--mode` each kind of text is read in the mode that is meant for it. `--documents` takes labelled texts of
//! your own: JSON lines with `id`, `genre`, `kind` (prose, log, record, machine), `text` and `spans` (`label`, `start`,
//! `end` in bytes, `keep` if parts may stay), as redact-corpus writes them. `--predictions` scores what another program
//! found in the same texts: JSON lines with `id` and `found` (`label`, `start`, `end` in bytes). Misses are never shown
//! of the judging set.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "it prints a table")]

use std::{collections::BTreeMap, error::Error, fs, process::ExitCode};

use ward_redact::{Config, Mode, Redactor};

#[path = "../corpus/mod.rs"]
mod corpus;
#[path = "../judge/score.rs"]
mod score;
#[path = "../judge/ward.rs"]
mod ward;

mod files;
mod table;

use corpus::{Document, Kind, Set};
use score::{Found, Score};

struct Wanted {
    set: Set,
    modes: Vec<Mode>,
    rounds: usize,
    seed: u64,
    json: bool,
    misses: usize,
    predictions: Option<String>,
    documents: Option<String>,
}

fn wanted() -> Result<Wanted, Box<dyn Error>> {
    let mut given: BTreeMap<String, String> = BTreeMap::new();
    let mut arguments = std::env::args().skip(1);
    while let Some(name) = arguments.next() {
        let value = if name == "--json" { String::new() } else { arguments.next().unwrap_or_default() };
        if !["--set", "--mode", "--rounds", "--seed", "--json", "--misses", "--predictions", "--documents"]
            .contains(&name.as_str())
        {
            return Err(format!("{name} is no option; see the head of this program's source").into());
        }
        given.insert(name, value);
    }
    let text = |name: &str| given.get(name).map(String::as_str);
    let word = text("--set").unwrap_or("judging");
    let set = Set::from_word(word)
        .ok_or_else(|| format!("no set is called {word}: tuning, judging, fresh, opened or common"))?;
    let modes = match text("--mode") {
        None => Vec::new(),
        Some("both") => vec![Mode::Log, Mode::Strict],
        Some("log") => vec![Mode::Log],
        Some("strict") => vec![Mode::Strict],
        Some(other) => return Err(format!("no mode is called {other}: log, strict or both").into()),
    };
    let misses = text("--misses").map_or(Ok(0), str::parse)?;
    if misses > 0
        && !matches!(set, Set::Tuning | Set::Opened | Set::Common)
        && !given.contains_key("--documents")
    {
        return Err("the judging set shows counts alone; --set tuning shows misses".into());
    }
    Ok(Wanted {
        set,
        modes,
        rounds: text("--rounds").map_or(Ok(corpus::ROUNDS), str::parse)?,
        seed: text("--seed").map_or(Ok(set.seed()), str::parse)?,
        json: given.contains_key("--json"),
        misses,
        predictions: given.get("--predictions").cloned(),
        documents: given.get("--documents").cloned(),
    })
}

/// All documents, those that people wrote, and those that programs wrote; the first with the machine logs.
fn scores(documents: &[Document], mut find: impl FnMut(&Document) -> Vec<Found>) -> [Score; 3] {
    let [mut all, mut prose, mut programs] = [Score::default(), Score::default(), Score::default()];
    for document in documents {
        let found = find(document);
        all.add(document, &found);
        match document.kind {
            Kind::Prose => prose.add(document, &found),
            Kind::Log | Kind::Record => programs.add(document, &found),
            Kind::Machine => {}
        }
    }
    [all, prose, programs]
}

fn read(file: &str) -> Result<String, String> {
    fs::read_to_string(file).map_err(|why| format!("{file}: {why}"))
}

fn run() -> Result<(), Box<dyn Error>> {
    let wanted = wanted()?;
    let documents = match &wanted.documents {
        Some(file) => files::documents(&read(file)?)?,
        None => corpus::documents(wanted.set, wanted.seed, wanted.rounds)?,
    };
    let set = if wanted.documents.is_some() { "given" } else { wanted.set.word() };
    let mut told = Vec::new();
    if let Some(file) = &wanted.predictions {
        let found = files::predictions(&read(file)?)?;
        told.push((file.clone(), scores(&documents, |d| found.get(&d.id).cloned().unwrap_or_default())));
    } else {
        let (log, strict) =
            (Redactor::new(Config::new(Mode::Log))?, Redactor::new(Config::new(Mode::Strict))?);
        if wanted.modes.contains(&Mode::Log) {
            told.push(("log mode".to_owned(), scores(&documents, |d| ward::find(&log, &d.text))));
        }
        if wanted.modes.contains(&Mode::Strict) {
            told.push(("strict mode".to_owned(), scores(&documents, |d| ward::find(&strict, &d.text))));
        }
        if wanted.modes.is_empty() {
            let meant = |d: &Document| if d.kind == Kind::Prose { &strict } else { &log };
            let name = "prose in strict mode, all else in log mode".to_owned();
            told.push((name, scores(&documents, |d| ward::find(meant(d), &d.text))));
        }
    }
    for (name, parts) in &told {
        if wanted.json {
            println!("{}", table::json(set, name, parts));
        } else {
            println!("{}", table::text(set, name, parts));
        }
        if let Some(score) = parts.first() {
            for fault in score.faults.iter().take(wanted.misses) {
                println!("{} {} {}: {}", fault.what, fault.label.word(), fault.genre, fault.shown);
            }
        }
    }
    Ok(())
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("redact-judge: {why}");
            ExitCode::FAILURE
        }
    }
}
