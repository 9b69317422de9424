//! Speed of the redactor in CPU time on one core: `redact-bench [--megabytes N] [--write DIR]`.
//!
//! Access logs, JSON logs and prose, with PHI in 0.1 %, 1 % and 10 % of the lines, through a stream in chunks of 64 KiB,
//! output included. Beside them two limits that no reader of bytes passes: finding the line ends with `memchr`, and one
//! look at each byte's class. `--write` leaves the inputs as files, so that other programs can be measured on them.
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
const TIMES: usize = 5;

/// CPU seconds of this program so far, in user and kernel.
fn cpu() -> Result<f64, nix::Error> {
    let usage = getrusage(UsageWho::RUSAGE_SELF)?;
    Ok((usage.user_time() + usage.system_time()).num_microseconds() as f64 / 1e6)
}

/// Megabytes a second of CPU time: the best of some runs, since whatever else runs can only slow it.
fn rate(bytes: usize, mut work: impl FnMut()) -> Result<f64, nix::Error> {
    let mut best = f64::INFINITY;
    for _ in 0..TIMES {
        let begun = cpu()?;
        work();
        best = best.min(cpu()? - begun);
    }
    Ok(bytes as f64 / best / 1e6)
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

fn run() -> Result<(), Box<dyn Error>> {
    let (mut megabytes, mut write) = (16_usize, None::<PathBuf>);
    let mut arguments = std::env::args().skip(1);
    while let Some(name) = arguments.next() {
        let value = arguments.next().ok_or_else(|| format!("{name} needs a value"))?;
        match name.as_str() {
            "--megabytes" => megabytes = value.parse()?,
            "--write" => write = Some(value.into()),
            _ => return Err(format!("{name} is no option: --megabytes N, --write DIR").into()),
        }
    }
    let documents = corpus::documents(Set::Bench, Set::Bench.seed(), 400)?;
    let (log, strict) = (Redactor::new(Config::new(Mode::Log))?, Redactor::new(Config::new(Mode::Strict))?);
    println!(
        "{:<7} {:>7} {:>9} {:>9} {:>8} {:>9} {:>10}   MB/s of CPU time, one core",
        "lines", "PHI", "log", "strict", "memchr", "classes", "allocated"
    );
    let classes: [u8; 256] = std::array::from_fn(|b| u8::from((b as u8).is_ascii_digit() || b as u8 == b'@'));
    for kind in ["access", "json", "prose"] {
        for share in SHARES {
            let bytes = input(&documents, kind, share, megabytes << 20);
            if let Some(dir) = &write {
                fs::create_dir_all(dir)?;
                fs::write(dir.join(format!("{kind}-{share}.txt")), &bytes)?;
            }
            let mut out = Vec::with_capacity(2 * CHUNK);
            let mut rates = Vec::new();
            for redactor in [&log, &strict] {
                rates.push(rate(bytes.len(), || {
                    black_box(pass(redactor, &bytes, &mut out));
                })?);
            }
            rates.push(rate(bytes.len(), || {
                black_box(memchr::memchr_iter(b'\n', black_box(&bytes)).count());
            })?);
            rates.push(rate(bytes.len(), || {
                let class = |b: &u8| u64::from(classes.get(usize::from(*b)).copied().unwrap_or(0));
                black_box(black_box(&bytes).iter().map(class).sum::<u64>());
            })?);
            let rates: Vec<String> =
                rates.iter().zip([9, 9, 8, 9]).map(|(r, width)| format!("{r:>width$.0}")).collect();
            let counted = allocations(&log, &bytes);
            println!("{kind:<7} {:>5} % {} {counted:>10.2}", share as f64 / 10.0, rates.join(" "));
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
