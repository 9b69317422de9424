//! Asks one witness about one log, and leads it into the log's next shard if need be.

use async_trait::async_trait;
use ward_ledger::{
    Checkpoint, Series, Shard,
    note::{CosignerKey, Note},
};
use ward_witness::{
    client::{self, Cosigned, Refusal, Transport},
    wire::{AddShard, Reply},
};

use super::candidate::Candidate;
use crate::outbound::{Outbound, Target};

/// Carries requests to a witness.
pub(super) struct Carrier {
    pub(super) outbound: Outbound,
    pub(super) url: String,
}

#[async_trait]
impl Transport for Carrier {
    async fn post(&self, path: &str, body: Vec<u8>) -> Result<Reply, String> {
        let target: Target = format!("{}{path}", self.url).parse().map_err(|e| format!("{e}"))?;
        let answer = self.outbound.post(&target, "text/plain; charset=utf-8", body).await;
        let answer = answer.map_err(|error| error.to_string())?;
        let content_type = answer.headers.get(http::header::CONTENT_TYPE);
        Ok(Reply {
            status: answer.status.as_u16(),
            content_type: content_type.and_then(|value| value.to_str().ok()).map(str::to_owned),
            body: answer.body.to_vec(),
        })
    }
}

/// A cosignature under a checkpoint of a shard.
pub(super) struct Won {
    pub(super) shard: Shard,
    pub(super) note: Note,
    pub(super) cosigned: Cosigned,
}

impl Won {
    /// Entries below the checkpoint.
    pub(super) fn size(&self) -> Option<u64> {
        Checkpoint::parse(self.note.unverified_text()).ok().map(|checkpoint| checkpoint.size)
    }
}

/// What a witness is believed to have cosigned last of a log.
#[derive(Debug, Clone, Default)]
pub(super) struct Known {
    pub(super) shard: Option<String>,
    pub(super) entries: u64,
}

/// One witness, one log.
pub(super) struct Asking<'a> {
    pub(super) transport: &'a dyn Transport,
    pub(super) witness: &'a CosignerKey,
    pub(super) candidate: &'a Candidate,
    pub(super) known: Known,
}

impl Asking<'_> {
    /// Asks for a cosignature of the candidate. `won` takes each cosignature that comes back, also those of closed
    /// shards on the way; the candidate's is the last.
    ///
    /// # Errors
    /// [`Refusal`] says why there is none of the candidate.
    pub(super) async fn ask(&self, won: &mut Vec<Won>) -> Result<(), Refusal> {
        let shards = self.candidate.series.shards();
        let Some(here) = shards.iter().position(|s| s.name == self.candidate.shard.name) else {
            return Err(Refusal::Log("the shard is gone".to_owned()));
        };
        let current = &self.candidate.shard.name;
        let behind = self.known.shard.as_ref().filter(|known| *known != current);
        if let Some(at) =
            behind.and_then(|known| shards.iter().position(|s| s.name == *known)).filter(|at| *at < here)
        {
            // A witness that can't be led may still follow the new shard: its operator told it.
            match self.lead(&shards, at, here, won).await {
                Ok(()) | Err(Refusal::NotFollowed | Refusal::Strange(_) | Refusal::Failed { .. }) => {}
                Err(refusal) => return Err(refusal),
            }
        }
        match self.submit(&self.candidate.shard, &self.candidate.note).await {
            Err(Refusal::NotFollowed) => {
                self.find(&shards, here, won).await?;
                won.push(self.submit(&self.candidate.shard, &self.candidate.note).await?);
            }
            other => won.push(other?),
        }
        Ok(())
    }

    async fn submit(&self, shard: &Shard, note: &Note) -> Result<Won, Refusal> {
        let same = self.known.shard.as_ref() == Some(&shard.name);
        let known = if same { self.known.entries } else { 0 };
        let (series, name) = (self.candidate.series.clone(), shard.name.clone());
        let prover = move |old, new| series.consistency_proof(&name, old, new).map_err(|e| e.to_string());
        let cosigned = client::add_checkpoint(self.transport, self.witness, note, known, &prover).await?;
        Ok(Won { shard: shard.clone(), note: note.clone(), cosigned })
    }

    /// Leads a witness that follows a shard before `here`: the newest one is looked for.
    async fn find(&self, shards: &[Shard], here: usize, won: &mut Vec<Won>) -> Result<(), Refusal> {
        for at in (0..here).rev() {
            match self.lead(shards, at, here, won).await {
                Err(Refusal::NotFollowed) => {}
                other => return other,
            }
        }
        Err(Refusal::NotFollowed)
    }

    /// From shard `at` to shard `here`: each is cosigned to its end, then its last entry names the next.
    async fn lead(
        &self,
        shards: &[Shard],
        at: usize,
        here: usize,
        won: &mut Vec<Won>,
    ) -> Result<(), Refusal> {
        for pair in shards.get(at..=here).unwrap_or_default().windows(2) {
            let [old, next] = pair else { continue };
            if old.archived {
                let why = format!("shard {} is archived, so it can't vouch for {}", old.name, next.name);
                return Err(Refusal::Log(why));
            }
            let series = &self.candidate.series;
            let (note, closing) = end(series, old).map_err(Refusal::Log)?;
            won.push(self.submit(old, &note).await?);
            client::add_shard(self.transport, &closing, &next.key).await?;
        }
        Ok(())
    }
}

/// The final checkpoint of a closed shard, and its closing entry with the proof.
fn end(series: &Series, shard: &Shard) -> Result<(Note, AddShard), String> {
    let read = || -> Result<_, Box<dyn std::error::Error>> {
        let (size, checkpoint) = (series.size(&shard.name)?, series.checkpoint(&shard.name)?);
        let index = size.checked_sub(1).ok_or("a closed shard without entries")?;
        let closing = AddShard {
            shard: shard.origin().to_owned(),
            index,
            proof: series.inclusion_proof(&shard.name, index, size)?,
            entry: series.entry(&shard.name, index)?,
        };
        Ok((Note::parse(checkpoint.as_bytes())?, closing))
    };
    read().map_err(|error| format!("shard {}: {error}", shard.name))
}
