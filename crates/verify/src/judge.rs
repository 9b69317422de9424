//! Finds out what was given, and has it verified.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use ward_ledger::proof::{BadProof, MAX_PROOF_BYTES, Proof, Proven};
use ward_ledger::source::{At, Folder, Item, ItemKind, Source, Tar};
use ward_ledger::verify::{
    Anchors, Finding, Progress, Report, SeriesReport, Trust, verify_ledger, verify_series, verify_shard,
};

use crate::{UNANCHORED, UNREADABLE, USAGE, VERIFIED, WRONG};

const KEYS: &str = "keys";
const CHECKPOINT: &str = "checkpoint";
const CONTENTS: &str = "contents";
const PROOF: &[u8] = b"c2sp.org/tlog-proof@v1\n";

/// Told how far a verification is.
type Step<'a> = &'a mut dyn FnMut(Progress);

/// What came out.
#[derive(Debug)]
pub enum Verdict {
    /// Logs that verify, with their names if there are several.
    Logs(Vec<(Option<String>, SeriesReport)>),
    /// A shard that verifies.
    Shard(Box<Report>),
    /// A proof that holds.
    Proof(Box<Proven>),
    /// The first thing that is wrong.
    Wrong(Box<Finding>),
    /// A proof that does not hold.
    BadProof(BadProof),
    /// Something was asked that cannot be done.
    Usage(String),
    /// It cannot be read, or is nothing that can be verified.
    Unreadable(String),
}

impl Verdict {
    /// The exit code.
    pub fn code(&self) -> u8 {
        match self {
            Self::Logs(logs) if logs.iter().all(|(_, report)| report.anchored) => VERIFIED,
            Self::Logs(_) => UNANCHORED,
            Self::Shard(_) | Self::Proof(_) => VERIFIED,
            Self::Wrong(finding) if finding.unreadable => UNREADABLE,
            Self::Wrong(_) | Self::BadProof(_) => WRONG,
            Self::Usage(_) => USAGE,
            Self::Unreadable(_) => UNREADABLE,
        }
    }
}

/// Verifies what is at a path: a folder, a tar file or a proof.
pub fn judge_path(path: &Path, trust: &Trust, step: Step<'_>) -> Verdict {
    let name = path.display();
    if path.is_dir() {
        return judge_files(&Folder::new(path), &[], &name.to_string(), trust, step);
    }
    match is_proof(path) {
        Ok(true) => proof(path, trust),
        Ok(false) => match Tar::open(path) {
            Ok(tar) => judge_files(&tar, &[], &name.to_string(), trust, step),
            Err(error) => {
                Verdict::Unreadable(format!("{name} is neither a proof nor a bundle in a tar file: {error}"))
            }
        },
        Err(error) => Verdict::Unreadable(format!("{name}: {error}")),
    }
}

fn is_proof(path: &Path) -> io::Result<bool> {
    let mut begin = Vec::new();
    File::open(path)?.take(PROOF.len() as u64).read_to_end(&mut begin)?;
    Ok(begin == PROOF)
}

fn proof(path: &Path, trust: &Trust) -> Verdict {
    if trust.keys.is_empty() {
        return Verdict::Usage("a proof is verified with the key of its log: give --key".to_owned());
    }
    let mut bytes = Vec::new();
    let read =
        File::open(path).and_then(|file| file.take(MAX_PROOF_BYTES as u64 + 1).read_to_end(&mut bytes));
    if let Err(error) = read {
        return Verdict::Unreadable(format!("{}: {error}", path.display()));
    }
    let proven = Proof::parse(&bytes).and_then(|proof| proof.verify(None, trust));
    proven.map_or_else(Verdict::BadProof, |proven| Verdict::Proof(Box::new(proven)))
}

/// Verifies files: a log, a shard, or a folder of logs; or a folder around one of these, as an archive may have it.
/// `names` are the logs of a source that cannot list them; `place` is what is said of it.
pub fn judge_files(
    source: &dyn Source,
    names: &[String],
    place: &str,
    trust: &Trust,
    step: Step<'_>,
) -> Verdict {
    match kind(source, names) {
        Ok(Kind::Series) => series(source, trust, step),
        Ok(Kind::Shard) => shard(source, trust, step),
        Ok(Kind::Wrapped(folder)) => series(&At::new(source, folder), trust, step),
        Ok(Kind::Logs(names)) => logs(source, &names, trust, step),
        Ok(Kind::Nothing) => Verdict::Unreadable(format!(
            "{place} holds no log: expected the file `keys` or `checkpoint`, or folders with `keys`"
        )),
        Err(error) => Verdict::Unreadable(format!("{place}: {error}")),
    }
}

enum Kind {
    Series,
    Shard,
    Wrapped(String),
    Logs(Vec<String>),
    Nothing,
}

fn kind(source: &dyn Source, names: &[String]) -> io::Result<Kind> {
    if !names.is_empty() {
        return Ok(Kind::Logs(names.to_vec()));
    }
    let has = |name: &str| Ok::<_, io::Error>(source.open(name)?.is_some());
    let items = source.list("")?;
    if has(KEYS)? {
        return Ok(Kind::Series);
    }
    if has(CHECKPOINT)? {
        return Ok(Kind::Shard);
    }
    let Some(items) = items else {
        // The others are found through the anchors in this one.
        let carrier = Anchors::of_ward().log;
        return Ok(if has(&format!("{carrier}/{KEYS}"))? {
            Kind::Logs(vec![carrier])
        } else {
            Kind::Nothing
        });
    };
    let folder = |item: &&Item| item.kind == ItemKind::Folder;
    if let [only] = items.as_slice()
        && has(&format!("{}/{CONTENTS}", only.name))?
    {
        return Ok(Kind::Wrapped(only.name.clone()));
    }
    for item in items.iter().filter(folder) {
        if has(&format!("{}/{KEYS}", item.name))? {
            return Ok(Kind::Logs(Vec::new()));
        }
    }
    Ok(Kind::Nothing)
}

fn wrong(finding: Finding) -> Verdict {
    Verdict::Wrong(Box::new(finding))
}

fn series(source: &dyn Source, trust: &Trust, step: Step<'_>) -> Verdict {
    verify_series(source, trust, step).map_or_else(wrong, |report| Verdict::Logs(vec![(None, report)]))
}

fn logs(source: &dyn Source, names: &[String], trust: &Trust, step: Step<'_>) -> Verdict {
    let trust = Trust { anchors: Some(Anchors::of_ward()), ..trust.clone() };
    verify_ledger(source, names, &trust, step).map_or_else(wrong, |report| {
        Verdict::Logs(report.logs.into_iter().map(|(name, report)| (Some(name), report)).collect())
    })
}

fn shard(source: &dyn Source, trust: &Trust, step: Step<'_>) -> Verdict {
    let [key] = trust.keys.as_slice() else {
        let text =
            "one shard by itself is verified with its key: give --key once, or the folder above with `keys`";
        return Verdict::Usage(text.to_owned());
    };
    verify_shard(source, key, trust, step).map_or_else(wrong, |report| Verdict::Shard(Box::new(report)))
}
