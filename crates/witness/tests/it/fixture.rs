//! A log in memory, and a witness over a temporary directory.

use std::path::Path;
use std::sync::{
    Arc, Mutex,
    atomic::{AtomicU64, Ordering},
};

use async_trait::async_trait;
use ward_ledger::{
    Checkpoint, Hash, Signer, leaf_hash,
    note::{CosignerKey, Note},
    tree::{self, Nodes, node_hash},
};
use ward_witness::{
    Notice, Witness,
    client::Transport,
    follow, init,
    wire::{AddCheckpoint, AddShard, Answer, Reply},
};

/// Leaves of a tree; answers for its subtrees by hashing them.
#[derive(Clone, Default)]
pub(crate) struct Leaves(pub(crate) Vec<Hash>);

impl Nodes for Leaves {
    type Error = ();

    fn node(&self, height: u32, index: u64) -> Result<Hash, ()> {
        if height == 0 {
            return self.0.get(index as usize).copied().ok_or(());
        }
        Ok(node_hash(&self.node(height - 1, index * 2)?, &self.node(height - 1, index * 2 + 1)?))
    }
}

/// A log with its key.
#[derive(Clone)]
pub(crate) struct TestLog {
    pub(crate) signer: Arc<Signer>,
    pub(crate) entries: Vec<Vec<u8>>,
    pub(crate) leaves: Leaves,
}

impl TestLog {
    pub(crate) fn new(origin: &str, seed: u8) -> Self {
        let signer = Arc::new(Signer::from_seed(origin, [seed; 32]).unwrap());
        Self { signer, entries: Vec::new(), leaves: Leaves::default() }
    }

    pub(crate) fn push(&mut self, entry: impl Into<Vec<u8>>) {
        let entry = entry.into();
        self.leaves.0.push(leaf_hash(&entry));
        self.entries.push(entry);
    }

    /// Appends until it has `size` entries.
    pub(crate) fn grow(&mut self, size: u64) -> &mut Self {
        while self.size() < size {
            self.push(format!("entry {}", self.size()));
        }
        self
    }

    pub(crate) fn size(&self) -> u64 {
        self.entries.len() as u64
    }

    pub(crate) fn root(&self, size: u64) -> Hash {
        tree::range_hash(&self.leaves, 0, size).unwrap()
    }

    pub(crate) fn text(&self, size: u64) -> String {
        let origin = self.signer.name().to_owned();
        Checkpoint { origin, size, root: self.root(size), extensions: Vec::new() }.to_text()
    }

    pub(crate) fn note(&self, size: u64) -> Note {
        Note::parse(self.signer.sign(&self.text(size)).as_bytes()).unwrap()
    }

    pub(crate) fn consistency(&self, old: u64, new: u64) -> Vec<Hash> {
        tree::consistency_proof(&self.leaves, old, new).unwrap().unwrap_or_default()
    }

    /// The request to cosign the newest checkpoint on top of `old` entries.
    pub(crate) fn submission(&self, old: u64) -> AddCheckpoint {
        AddCheckpoint { old, proof: self.consistency(old, self.size()), note: self.note(self.size()) }
    }

    /// The request that shows the last entry.
    pub(crate) fn closing(&self) -> AddShard {
        let index = self.size() - 1;
        AddShard {
            shard: self.signer.name().to_owned(),
            index,
            proof: tree::inclusion_proof(&self.leaves, index, self.size()).unwrap().unwrap(),
            entry: self.entries[index as usize].clone(),
        }
    }

    /// Closes the log with a link to the next one.
    pub(crate) fn close(&mut self, next: &TestLog) {
        let shard = self.signer.name().rsplit_once('/').unwrap().1.to_owned();
        let link = serde_json::json!({ "metadata": { "logged_time": 1 }, "unmapped": { "shard": {
            "event": "closed", "shard": shard,
            "next": { "origin": next.signer.name(), "key": next.signer.verifier_key().to_string() },
        } } });
        self.push(link.to_string());
    }
}

/// A witness with what it reported.
pub(crate) struct Bench {
    pub(crate) dir: tempfile::TempDir,
    pub(crate) witness: Arc<Witness>,
    pub(crate) notices: Arc<Mutex<Vec<Notice>>>,
}

pub(crate) const ORIGIN: &str = "acme.example/ledger/0123/platform/2026-1";

impl Bench {
    /// A witness that follows `logs`.
    pub(crate) fn following(logs: &[&TestLog]) -> Self {
        let dir = tempfile::tempdir().unwrap();
        init(dir.path(), "witness.example/w1", [9; 32]).unwrap();
        for log in logs {
            follow(dir.path(), log.signer.verifier_key()).unwrap();
        }
        Self::open(dir)
    }

    pub(crate) fn open(dir: tempfile::TempDir) -> Self {
        let notices = Arc::new(Mutex::new(Vec::new()));
        // Each look at the clock is a second later.
        let clock = AtomicU64::new(1_800_000_000);
        let told = Arc::clone(&notices);
        let witness = Witness::open(
            dir.path(),
            Box::new(move || clock.fetch_add(1, Ordering::SeqCst)),
            Box::new(move |notice| told.lock().unwrap().push(notice.clone())),
        );
        Self { dir, witness: Arc::new(witness.unwrap()), notices }
    }

    /// The process ends and another begins.
    pub(crate) fn restart(self) -> Self {
        let Self { dir, witness, .. } = self;
        drop(witness);
        Self::open(dir)
    }

    pub(crate) fn path(&self) -> &Path {
        self.dir.path()
    }

    pub(crate) fn key(&self) -> CosignerKey {
        self.witness.key().clone()
    }

    /// Submits and asserts that the cosignature is there and verifies.
    pub(crate) fn cosign(&self, log: &TestLog, old: u64) {
        let Answer::Cosigned(lines) = self.witness.add_checkpoint(&log.submission(old)) else {
            panic!("not cosigned: {:?}", self.witness.add_checkpoint(&log.submission(old)));
        };
        let mut note = log.note(log.size());
        for line in lines {
            note.attach(line).unwrap();
        }
        self.key().verify(&note).unwrap();
    }

    /// Size that is cosigned for an origin.
    pub(crate) fn size(&self, origin: &str) -> Option<u64> {
        let logs = self.witness.logs().unwrap();
        logs.into_iter().find(|log| log.key.name() == origin)?.last.map(|(size, _, _)| size)
    }
}

/// Hands requests to the witness without a network.
pub(crate) struct Direct(pub(crate) Arc<Witness>);

#[async_trait]
impl Transport for Direct {
    async fn post(&self, path: &str, body: Vec<u8>) -> Result<Reply, String> {
        Ok(match path {
            "/add-checkpoint" => self.0.add_checkpoint(&AddCheckpoint::parse(&body).unwrap()),
            "/add-shard" => self.0.add_shard(&AddShard::parse(&body).unwrap()),
            other => panic!("{other}"),
        }
        .reply())
    }
}
