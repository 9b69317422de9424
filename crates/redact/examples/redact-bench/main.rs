//! Speed of the redactor in CPU time on one core: `redact-bench [--megabytes N] [--runs N] [--only KIND] [--share N]
//! [--mode log|strict] [--write DIR]`.
//!
//! Access logs, JSON logs and prose, with PHI in 0.1 %, 1 % and 10 % of the lines, through a stream in chunks of 64 KiB,
//! output included. Beside them two limits that no reader of bytes passes: finding the line ends with `memchr`, and one
//! look at each byte's class. Each figure is the lowest, the median and the highest of the runs: what else the machine does
//! shows as spread. `--only json --share 10 --mode log` measures one figure, with PHI in 10 of 1,000 lines. `--write`
//! leaves the inputs as files, so that other programs can be measured on them.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "it prints a table")]

use std::{error::Error, fs, hint::black_box, path::PathBuf, process::ExitCode};

use nix::sys::{
    resource::{UsageWho, getrusage},
    time::TimeValLike,
};
use ward_redact::{Config, Mode, Redactor};

#[path = "../corpus/mod.rs"]
#[expect(dead_code, reason = "speed needs the texts without their labels")]
mod corpus;

use corpus::{Dice, Document, Set};

const CHUNK: usize = 64 * 1024;
/// PHI-holding lines in 1,000.
const SHARES: [i64; 4] = [0, 1, 10, 100];
const KINDS: [&str; 3] = ["access", "json", "prose"];

/// CPU seconds of this program so far, in user and kernel.
fn cpu() -> Result<f64, nix::Error> {
    let usage = getrusage(UsageWho::RUSAGE_SELF)?;
    Ok((usage.user_time() + usage.system_time()).num_microseconds() as f64 / 1e6)
}

/// Megabytes a second of CPU time in some runs: the lowest, the median, the highest.
fn rates(runs: usize, bytes: usize, mut work: impl FnMut()) -> Result<[f64; 3], nix::Error> {
    let mut rates = Vec::with_capacity(runs);
    for _ in 0..runs.max(1) {
        let begun = cpu()?;
        work();
        rates.push(bytes as f64 / (cpu()? - begun).max(1e-6) / 1e6);
    }
    rates.sort_by(f64::total_cmp);
    let of = |at: usize| rates.get(at).copied().unwrap_or_default();
    Ok([of(0), of(rates.len() / 2), of(rates.len() - 1)])
}

/// Lines of a kind until there are enough bytes.
fn input(documents: &[Document], kind: &str, share: i64, bytes: usize) -> Vec<u8> {
    let of = |suffix: &str| -> Vec<&str> {
        let genre = format!("{kind}-{suffix}");
        documents.iter().filter(|d| d.genre == genre).map(|d| d.text.as_str()).collect()
    };
    let (clean, phi) = (of("clean"), of("phi"));
    let mut dice = Dice::new(Set::Bench.seed(), &[share.unsigned_abs()]);
    let mut out = Vec::with_capacity(bytes + 1024);
    while out.len() < bytes {
        let line = if dice.range(0, 999) < share { dice.pick(&phi) } else { dice.pick(&clean) };
        out.extend_from_slice(line.as_bytes());
        out.push(b'\n');
    }
    out
}

/// Redacts everything into `out`; how many lines were changed.
fn pass(redactor: &Redactor, input: &[u8], out: &mut Vec<u8>) -> u64 {
    let mut stream = redactor.stream();
    for chunk in input.chunks(CHUNK) {
        out.clear();
        stream.push(chunk, out);
        black_box(&out);
    }
    stream.finish(out);
    stream.statistics().changed()
}

/// Allocations for 1,000 lines in which nothing is found, once the stream has its buffers.
fn allocations(redactor: &Redactor, input: &[u8]) -> f64 {
    let kept: Vec<&[u8]> = input
        .split_inclusive(|b| *b == b'\n')
        .filter(|line| redactor.line(line.trim_ascii_end()).is_none())
        .collect();
    let clean = kept.concat();
    let mut out = Vec::with_capacity(2 * CHUNK + 4096);
    let mut stream = redactor.stream();
    for chunk in clean.chunks(CHUNK).take(2) {
        stream.push(chunk, &mut out);
        out.clear();
    }
    let counted = allocation_counter::measure(|| {
        for chunk in clean.chunks(CHUNK) {
            stream.push(chunk, &mut out);
            out.clear();
        }
    });
    counted.count_total as f64 * 1000.0 / kept.len().max(1) as f64
}

/// What is measured.
struct Options {
    megabytes: usize,
    runs: usize,
    only: Option<String>,
    share: Option<i64>,
    mode: Option<String>,
    write: Option<PathBuf>,
}

fn options() -> Result<Options, Box<dyn Error>> {
    let mut options = Options { megabytes: 16, runs: 5, only: None, share: None, mode: None, write: None };
    let mut arguments = std::env::args().skip(1);
    while let Some(name) = arguments.next() {
        let value = arguments.next().ok_or_else(|| format!("{name} needs a value"))?;
        match name.as_str() {
            "--megabytes" => options.megabytes = value.parse()?,
            "--runs" => options.runs = value.parse()?,
            "--share" => options.share = Some(value.parse()?),
            "--only" if KINDS.contains(&value.as_str()) => options.only = Some(value),
            "--mode" if ["log", "strict"].contains(&value.as_str()) => options.mode = Some(value),
            "--only" | "--mode" => {
                return Err(
                    format!("{name} {value}: kinds are {}, modes log and strict", KINDS.join(", ")).into()
                );
            }
            "--write" => options.write = Some(value.into()),
            _ => {
                return Err(format!(
                    "{name} is no option: --megabytes N, --runs N, --only KIND, --share N, --mode MODE, --write DIR"
                )
                .into());
            }
        }
    }
    Ok(options)
}

fn run() -> Result<(), Box<dyn Error>> {
    let options = options()?;
    let documents = corpus::documents(Set::Bench, Set::Bench.seed(), 400)?;
    let (log, strict) = (Redactor::new(Config::new(Mode::Log))?, Redactor::new(Config::new(Mode::Strict))?);
    let modes = [("log", &log), ("strict", &strict)];
    let modes: Vec<_> =
        modes.into_iter().filter(|(name, _)| options.mode.as_deref().is_none_or(|m| m == *name)).collect();
    // Tables are made at first use, and that is no part of the rate.
    for (_, redactor) in &modes {
        black_box(redactor.line(b"Jane Roe"));
    }
    let heads: Vec<String> = modes
        .iter()
        .map(|(name, _)| *name)
        .chain(["memchr", "classes"])
        .map(|name| format!("{name:>17}"))
        .collect();
    println!(
        "lines       PHI {} {:>9}   MB/s of CPU time on one core: lowest / median / highest of {} runs",
        heads.join(" "),
        "allocated",
        options.runs
    );
    let classes: [u8; 256] = std::array::from_fn(|b| u8::from((b as u8).is_ascii_digit() || b as u8 == b'@'));
    for kind in KINDS.into_iter().filter(|kind| options.only.as_deref().is_none_or(|only| only == *kind)) {
        for share in options.share.map_or(SHARES.to_vec(), |share| vec![share]) {
            let bytes = input(&documents, kind, share, options.megabytes << 20);
            if let Some(dir) = &options.write {
                fs::create_dir_all(dir)?;
                fs::write(dir.join(format!("{kind}-{share}.txt")), &bytes)?;
            }
            let mut out = Vec::with_capacity(2 * CHUNK);
            let mut row = Vec::new();
            for (_, redactor) in &modes {
                row.push(rates(options.runs, bytes.len(), || {
                    black_box(pass(redactor, &bytes, &mut out));
                })?);
            }
            row.push(rates(options.runs, bytes.len(), || {
                black_box(memchr::memchr_iter(b'\n', black_box(&bytes)).count());
            })?);
            row.push(rates(options.runs, bytes.len(), || {
                let class = |b: &u8| u64::from(classes.get(usize::from(*b)).copied().unwrap_or(0));
                black_box(black_box(&bytes).iter().map(class).sum::<u64>());
            })?);
            let row: Vec<String> = row
                .iter()
                .map(|[low, median, high]| format!("{:>17}", format!("{low:.0}/{median:.0}/{high:.0}")))
                .collect();
            let counted = allocations(&log, &bytes);
            println!("{kind:<7} {:>5} % {} {counted:>9.2}", share as f64 / 10.0, row.join(" "));
        }
    }
    println!("allocated: for 1,000 lines in which log mode finds nothing");
    Ok(())
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("redact-bench: {why}");
            ExitCode::FAILURE
        }
    }
}
