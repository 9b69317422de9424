//! A log of three shards with payloads and cosignatures, for the tests of series and bundles.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ward_ledger::note::{Cosigner, Note};
use ward_ledger::series::{Owner, OwnerError, ShardLink};
use ward_ledger::verify::{Finding, SeriesReport, Trust, verify_series};
use ward_ledger::{
    AppendError, Series, SeriesConfig, Signer, VerifierKey, WITNESSED_FILE, payload, source::Folder,
};

use crate::fixture::{files, restore, tempdir};

pub(crate) const BASE: &str = "ward.test/ledger/1/platform";
/// Entries of each shard, links included.
pub(crate) const SIZES: [(&str, u64); 3] = [("2026-1", 700), ("2026-2", 1100), ("2027-1", 300)];

/// The seed of a shard's key follows from its name; nothing is kept.
pub(crate) struct Seeds;

pub(crate) fn shard_signer(shard: &str) -> Signer {
    let mut seed = [9; 32];
    seed[..shard.len()].copy_from_slice(shard.as_bytes());
    Signer::from_seed(&format!("{BASE}/{shard}"), seed).unwrap()
}

pub(crate) fn shard_key(shard: &str) -> VerifierKey {
    shard_signer(shard).verifier_key().clone()
}

pub(crate) fn witness(number: u8) -> Cosigner {
    Cosigner::from_seed(&format!("witness.test/w{number}"), [number; 32]).unwrap()
}

impl Owner for Seeds {
    fn create_key(&self, dir: &Path, origin: &str) -> Result<Signer, OwnerError> {
        self.open_key(dir, origin)
    }

    fn open_key(&self, dir: &Path, _: &str) -> Result<Signer, OwnerError> {
        Ok(shard_signer(dir.file_name().unwrap().to_str().unwrap()))
    }

    fn destroy_key(&self, _: &Path) -> Result<(), OwnerError> {
        Ok(())
    }

    fn link_entry(&self, link: &ShardLink, logged: i64) -> Result<Vec<u8>, OwnerError> {
        let value = serde_json::json!({"metadata": {"logged_time": logged}, "unmapped": {"shard": link}});
        Ok(value.to_string().into_bytes())
    }
}

/// When entry `index` of shard number `shard` was sequenced.
pub(crate) fn time(shard: usize, index: u64) -> i64 {
    (shard as i64 + 1) * 10_000 + index as i64 * 2
}

pub(crate) struct Years {
    _dir: tempfile::TempDir,
    /// The folder of the log.
    pub(crate) path: PathBuf,
    pub(crate) snapshot: Vec<(String, Vec<u8>)>,
    /// As it was when the last shard had [`EARLIER`] entries.
    pub(crate) earlier: Vec<(String, Vec<u8>)>,
}

/// Entries of the last shard on an earlier day.
pub(crate) const EARLIER: u64 = 200;

impl Years {
    pub(crate) async fn new() -> Self {
        let dir = tempdir().unwrap();
        let path = dir.path().join("platform");
        let series = open(&path).await;
        for (number, (shard, size)) in SIZES.into_iter().enumerate() {
            if number > 0 {
                series.roll(shard, time(number, 0)).await.unwrap();
            }
            let last = if number + 1 < SIZES.len() { size - 1 } else { EARLIER };
            grow(&series, &path, number, last).await;
        }
        series.close().await.unwrap();
        SIZES.iter().for_each(|(shard, _)| cosign(&path.join(shard), &[1, 2]));
        let earlier = files(&path);
        let series = open(&path).await;
        grow(&series, &path, SIZES.len() - 1, SIZES[SIZES.len() - 1].1).await;
        series.close().await.unwrap();
        cosign(&path.join(SIZES[SIZES.len() - 1].0), &[1, 2]);
        let snapshot = files(&path);
        Self { _dir: dir, path, snapshot, earlier }
    }

    pub(crate) fn restore(&self) {
        restore(&self.path, &self.snapshot);
    }

    pub(crate) fn verify(&self, trust: &Trust) -> Result<SeriesReport, Finding> {
        verify_series(&Folder::new(&self.path), trust, &mut |_| {})
    }
}

async fn open(path: &Path) -> Series {
    let mut config = SeriesConfig::new(BASE, SIZES[0].0, time(0, 0));
    config.create = true;
    config.segment_bytes = 16 << 10;
    Series::open(path, config, Arc::new(Seeds)).await.unwrap()
}

/// Appends to the current shard, in batches of nine with a payload each, up to the given size.
async fn grow(series: &Series, path: &Path, number: usize, size: u64) {
    let shard = SIZES[number].0;
    while series.size(shard).unwrap() < size {
        let from = series.size(shard).unwrap();
        let to = size.min(from + 9);
        let stored = payload::store(&path.join(shard), format!("payload {from}").as_bytes()).unwrap();
        let made = (from..to).map(|index| entry(number, index, (index == from).then(|| stored.to_json())));
        let made: Vec<Vec<u8>> = made.collect();
        series.append(time(number, to), |_| Ok::<_, AppendError>(made)).await.unwrap();
    }
}

pub(crate) fn entry(shard: usize, index: u64, payload: Option<serde_json::Value>) -> Vec<u8> {
    let mut value = serde_json::json!({
        "message": format!("entry {index} {}", "-".repeat((index % 40) as usize)),
        "metadata": {"logged_time": time(shard, index)},
    });
    if let Some(payload) = payload {
        value["unmapped"] = serde_json::json!({"payload": payload});
    }
    value.to_string().into_bytes()
}

/// Puts cosignatures under the published checkpoint of a shard.
pub(crate) fn cosign(shard: &Path, witnesses: &[u8]) {
    let mut note = Note::parse(&fs::read(shard.join("checkpoint")).unwrap()).unwrap();
    for number in witnesses {
        let signature = witness(*number).cosign(note.unverified_text(), 1_800_000_000 + u64::from(*number));
        note.attach(signature).unwrap();
    }
    fs::write(shard.join(WITNESSED_FILE), note.to_string()).unwrap();
}

/// Trust in the key of the second shard, and in two witnesses.
pub(crate) fn trust() -> Trust {
    Trust {
        keys: vec![shard_key("2026-2")],
        witnesses: vec![witness(1).key().clone(), witness(2).key().clone()],
        needed: 2,
        ..Trust::default()
    }
}
