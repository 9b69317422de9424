//! Prints each finding with its line: `redact-lines [--mode log|strict] [FILE…]`, or standard input without a file.
//!
//! For looking through logs that hold no PHI: what it prints there are the false hits. Each line of the output has the
//! identifier, the value, the file with the line's number, and the line, parted by tabs; the last one, on standard error,
//! counts. Values are shown in clear, so the output is as sensitive as what was read.
#![expect(clippy::print_stderr, reason = "it tells what went wrong")]

use std::{
    error::Error,
    fs::File,
    io::{self, BufRead, BufReader, BufWriter, Write},
    process::ExitCode,
};

use ward_redact::{Config, Mode, Redactor};

/// Most bytes of a line that are shown.
const SHOWN: usize = 400;

#[derive(Default)]
struct Counts {
    lines: usize,
    hit: usize,
    findings: usize,
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("redact-lines: {why}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1).peekable();
    let mode = match arguments.next_if(|word| word == "--mode").and_then(|_| arguments.next()).as_deref() {
        None | Some("log") => Mode::Log,
        Some("strict") => Mode::Strict,
        Some(other) => return Err(format!("no mode is called {other}: log or strict").into()),
    };
    let redactor = Redactor::new(Config::new(mode))?;
    let mut out = BufWriter::new(io::stdout().lock());
    let mut counts = Counts::default();
    if arguments.peek().is_none() {
        read("-", io::stdin().lock(), &redactor, &mut out, &mut counts)?;
    }
    for path in arguments {
        let file = File::open(&path).map_err(|e| format!("can't read {path}: {e}"))?;
        read(&path, BufReader::new(file), &redactor, &mut out, &mut counts)?;
    }
    out.flush()?;
    let Counts { lines, hit, findings } = counts;
    eprintln!("{lines} lines, {hit} with findings, {findings} findings");
    Ok(())
}

fn read(
    name: &str,
    mut input: impl BufRead,
    redactor: &Redactor,
    out: &mut impl Write,
    counts: &mut Counts,
) -> Result<(), Box<dyn Error>> {
    let mut line = Vec::new();
    let mut number = 0_usize;
    while input.read_until(b'\n', &mut line).map_err(|e| format!("can't read {name}: {e}"))? > 0 {
        number += 1;
        while line.pop_if(|b| matches!(b, b'\n' | b'\r')).is_some() {}
        let found = redactor.find(&line);
        counts.lines += 1;
        counts.hit += usize::from(!found.is_empty());
        counts.findings += found.len();
        for finding in found {
            let value = line.get(finding.span).unwrap_or_default();
            let value = String::from_utf8_lossy(value);
            let shown = String::from_utf8_lossy(line.get(..SHOWN).unwrap_or(&line)).replace('\t', " ");
            writeln!(out, "{}\t{value}\t{name}:{number}\t{shown}", finding.identifier.label())?;
        }
        line.clear();
    }
    Ok(())
}
