//! Finds out what was given, and has it verified.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use ward_ledger::proof::{BadProof, MAX_PROOF_BYTES, Proof, Proven};
use ward_ledger::source::{At, Folder, Item, ItemKind, Source, Tar};
use ward_ledger::verify::{Finding, Report, SeriesReport, verify_ledger, verify_series, verify_shard};

use crate::arguments::Request;
use crate::bar::Bar;
use crate::{UNANCHORED, UNREADABLE, USAGE, VERIFIED, WRONG};

const KEYS: &str = "keys";
const CHECKPOINT: &str = "checkpoint";
const PROOF: &[u8] = b"c2sp.org/tlog-proof@v1\n";

/// What came out.
pub(crate) enum Verdict {
    Logs(Vec<(Option<String>, SeriesReport)>),
    Shard(Box<Report>),
    Proof(Box<Proven>),
    Wrong(Box<Finding>),
    BadProof(BadProof),
    /// Something was asked that cannot be done.
    Usage(String),
    Unreadable(String),
}

impl Verdict {
    pub(crate) fn code(&self) -> u8 {
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

pub(crate) fn judge(request: &Request) -> Verdict {
    let path = request.path.as_path();
    if path.is_dir() {
        return files(&Folder::new(path), request);
    }
    match is_proof(path) {
        Ok(true) => proof(request),
        Ok(false) => match Tar::open(path) {
            Ok(tar) => files(&tar, request),
            Err(error) => {
                let name = path.display();
                Verdict::Unreadable(format!("{name} is neither a proof nor a bundle in a tar file: {error}"))
            }
        },
        Err(error) => Verdict::Unreadable(format!("{}: {error}", path.display())),
    }
}

fn is_proof(path: &Path) -> std::io::Result<bool> {
    let mut begin = Vec::new();
    File::open(path)?.take(PROOF.len() as u64).read_to_end(&mut begin)?;
    Ok(begin == PROOF)
}

fn proof(request: &Request) -> Verdict {
    if request.trust.keys.is_empty() {
        return Verdict::Usage("a proof is verified with the key of its log: give --key".to_owned());
    }
    let mut bytes = Vec::new();
    let read = File::open(&request.path)
        .and_then(|file| file.take(MAX_PROOF_BYTES as u64 + 1).read_to_end(&mut bytes));
    if let Err(error) = read {
        return Verdict::Unreadable(format!("{}: {error}", request.path.display()));
    }
    let proven = Proof::parse(&bytes).and_then(|proof| proof.verify(None, &request.trust));
    proven.map_or_else(Verdict::BadProof, |proven| Verdict::Proof(Box::new(proven)))
}

/// A log, a shard, or a folder of logs; or a folder around one of these, as an archive may have it.
fn files(source: &dyn Source, request: &Request) -> Verdict {
    let has = |name: &str| source.open(name).is_ok_and(|file| file.is_some());
    let items = match source.list("") {
        Ok(items) => items.unwrap_or_default(),
        Err(error) => return Verdict::Unreadable(format!("{}: {error}", request.path.display())),
    };
    let folders = |items: &[Item]| -> Vec<String> {
        items.iter().filter(|item| item.kind == ItemKind::Folder).map(|item| item.name.clone()).collect()
    };
    if has(KEYS) {
        return series(source, request);
    }
    if has(CHECKPOINT) {
        return shard(source, request);
    }
    match folders(&items).as_slice() {
        [only] if items.len() == 1 && has(&format!("{only}/contents")) => {
            series(&At::new(source, only), request)
        }
        some if some.iter().any(|folder| has(&format!("{folder}/{KEYS}"))) => logs(source, request),
        _ => Verdict::Unreadable(format!(
            "{} holds no log: expected the file `keys` or `checkpoint`, or folders with `keys`",
            request.path.display()
        )),
    }
}

fn wrong(finding: Finding) -> Verdict {
    Verdict::Wrong(Box::new(finding))
}

fn series(source: &dyn Source, request: &Request) -> Verdict {
    let mut bar = Bar::new();
    let verified = verify_series(source, &request.trust, &mut |progress| bar.step(progress));
    bar.clear();
    verified.map_or_else(wrong, |report| Verdict::Logs(vec![(None, report)]))
}

fn logs(source: &dyn Source, request: &Request) -> Verdict {
    let mut bar = Bar::new();
    let verified = verify_ledger(source, &[], &request.trust, &mut |progress| bar.step(progress));
    bar.clear();
    verified.map_or_else(wrong, |report| {
        Verdict::Logs(report.logs.into_iter().map(|(name, report)| (Some(name), report)).collect())
    })
}

fn shard(source: &dyn Source, request: &Request) -> Verdict {
    let [key] = request.trust.keys.as_slice() else {
        let text =
            "one shard by itself is verified with its key: give --key once, or the folder above with `keys`";
        return Verdict::Usage(text.to_owned());
    };
    let mut bar = Bar::new();
    let verified = verify_shard(source, key, &request.trust, &mut |progress| bar.step(progress));
    bar.clear();
    verified.map_or_else(wrong, |report| Verdict::Shard(Box::new(report)))
}
