//! One witness, asked about all logs that are due.

use std::sync::Arc;

use futures::{StreamExt as _, stream};
use ward_ledger::note::{CosignerKey, Note};
use ward_model::{Timestamp, retention::LogName};
use ward_spine::{Core, Result};
use ward_witness::client::Refusal;

use super::{
    Configured,
    ask::{Asking, Carrier, Known, Won},
    candidate::{Candidate, PAUSE, UNFOLLOWED},
    reconcile::{Shared, lock},
    sql,
    survey::Statuses,
    witnessed,
};
use crate::outbound::{Outbound, Reach, Trust};

/// Logs that one witness is asked about at once.
const AT_ONCE: usize = 6;

/// One witness, asked about all logs that are due.
pub(super) struct Round {
    pub(super) shared: Arc<Shared>,
    pub(super) core: Arc<Core>,
    pub(super) witness: Configured,
    /// Keys of all witnesses, and how many cosignatures are needed.
    pub(super) keys: Arc<[CosignerKey]>,
    pub(super) needed: u32,
    pub(super) statuses: Arc<Statuses>,
}

/// What came of one log.
struct Outcome {
    log: LogName,
    won: Vec<Won>,
    refusal: Option<Refusal>,
    contradicts: bool,
}

impl Drop for Round {
    /// However a round ends, the witness may be asked again.
    fn drop(&mut self) {
        self.shared.asked(self.witness.id, None);
    }
}

impl Round {
    /// Asks. Returns what was done, in a sentence; empty if nothing.
    pub(super) async fn run(self, due: Vec<Candidate>) -> String {
        let trust = Trust { ca_pem: self.witness.ca_pem.clone(), identity: None };
        // What is sent is public and signed, what comes back is signed: TLS is not what makes it trustworthy.
        let reach = Reach::operator().without_tls();
        let outbound = match Outbound::new(&trust, reach, self.shared.limits) {
            Ok(outbound) => outbound,
            Err(error) => return format!("{} can't be asked: {error}", self.witness.name),
        };
        let carrier = Carrier { outbound, url: self.witness.url.clone() };
        let mut outcomes: Vec<Outcome> = Vec::new();
        let mut gone = None;
        {
            let mut asked = stream::iter(due.clone())
                .map(|candidate| self.ask(&carrier, candidate))
                .buffer_unordered(AT_ONCE);
            while let Some(mut outcome) = asked.next().await {
                self.keep(&mut outcome).await;
                if let Some(Refusal::Unreachable(why)) = &outcome.refusal {
                    gone = Some(why.clone());
                }
                outcomes.push(outcome);
                if gone.is_some() {
                    break;
                }
            }
        }
        if let Some(why) = &gone {
            // The others would meet the same.
            for log in due.iter().map(|c| c.log) {
                if !outcomes.iter().any(|outcome| outcome.log == log) {
                    let refusal = Some(Refusal::Unreachable(why.clone()));
                    outcomes.push(Outcome { log, won: Vec::new(), refusal, contradicts: false });
                }
            }
        }
        if let Err(error) = self.remember(&outcomes).await {
            tracing::warn!(%error, "what a witness said can't be remembered");
        }
        self.shared.asked(self.witness.id, Some(gone.is_none()));
        self.summary(&outcomes)
    }

    async fn ask(&self, transport: &Carrier, candidate: Candidate) -> Outcome {
        let status = self.statuses.get(&(self.witness.id, candidate.log.to_string()));
        let known = status.map_or_else(Known::default, |status| Known {
            shard: status.shard.clone(),
            entries: status.entries.unwrap_or(0),
        });
        let cosigned_before = known.shard.as_ref() == Some(&candidate.shard.name);
        let mut won = Vec::new();
        let asking = Asking { transport, witness: &self.witness.key, candidate: &candidate, known };
        let mut refusal = asking.ask(&mut won).await.err();
        let now = self.core.clock.now();
        if won.iter().any(|won| !witnessed::is_believed(won.cosigned.time, now)) {
            won.clear();
            refusal = Some(Refusal::Strange("a time in the future; its clock is wrong".to_owned()));
        }
        // A key that it accepted before, and does not any more, is another log under the same name.
        let another = cosigned_before && matches!(refusal, Some(Refusal::Key(_)));
        let contradicts = another || refusal.as_ref().is_some_and(Refusal::is_alarm);
        Outcome { log: candidate.log, won, refusal, contradicts }
    }

    /// Puts cosignatures into the files, and notes with the candidate that it was asked.
    async fn keep(&self, outcome: &mut Outcome) {
        let now = self.core.clock.now();
        let mut offered = Vec::new();
        {
            let mut candidates = lock(&self.shared.candidates);
            let mut candidate = candidates.get_mut(&outcome.log);
            for won in &outcome.won {
                let mut note = won.note.clone();
                if let Some(candidate) = candidate.as_deref_mut().filter(|c| same(&c.note, &won.note)) {
                    // Cosignatures under the same checkpoint come together, whoever is first.
                    let _ = candidate.note.attach(won.cosigned.signature.clone());
                    candidate.done.insert(self.witness.id);
                    note.clone_from(&candidate.note);
                } else {
                    let _ = note.attach(won.cosigned.signature.clone());
                }
                offered.push((won.shard.clone(), note));
            }
            let pause = match outcome.refusal {
                Some(Refusal::NotFollowed) if outcome.log != LogName::Platform => UNFOLLOWED,
                _ => PAUSE,
            };
            if let Some(candidate) = candidate.filter(|_| outcome.refusal.is_some()) {
                candidate.refused.insert(self.witness.id, now.plus(pause));
            }
        }
        let (shared, keys, needed) = (Arc::clone(&self.shared), Arc::clone(&self.keys), self.needed);
        let kept = tokio::task::spawn_blocking(move || {
            let _alone = lock(&shared.files);
            offered.iter().try_for_each(|(shard, note)| {
                witnessed::keep(shard, note, &keys, needed, now)
                    .map(drop)
                    .map_err(|error| format!("{}/witnessed: {error}", shard.dir.display()))
            })
        });
        let kept = kept.await.unwrap_or_else(|panic| Err(panic.to_string()));
        if let Err(why) = kept {
            tracing::warn!(why, "a cosignature can't be kept");
            outcome.refusal = Some(Refusal::Log(format!("the cosignature can't be kept: {why}")));
        }
    }

    /// Writes into the store how this witness fares with each log.
    async fn remember(&self, outcomes: &[Outcome]) -> Result<()> {
        let now = self.core.clock.now().micros();
        let mut tx = self.core.db.bookkeeping().await?;
        for outcome in outcomes {
            let (witness, log) = (self.witness.id.to_string(), outcome.log.to_string());
            if let Some(won) = outcome.won.last() {
                let size = won.size().and_then(|size| i64::try_from(size).ok());
                sqlx::query(sql::COSIGNED)
                    .bind(witness.clone())
                    .bind(log.clone())
                    .bind(won.shard.name.clone())
                    .bind(size)
                    .bind(witnessed::moment(won.cosigned.time).map(Timestamp::micros))
                    .bind(now)
                    .execute(tx.conn())
                    .await?;
            }
            if let Some(refusal) = &outcome.refusal {
                let said: String = refusal.to_string().chars().take(500).collect();
                if outcome.contradicts {
                    tracing::error!(witness = %self.witness.name, log, said, "a witness contradicts the ledger");
                }
                sqlx::query(sql::REFUSED)
                    .bind(witness)
                    .bind(log)
                    .bind(now)
                    .bind(said)
                    .bind(i64::from(*refusal == Refusal::NotFollowed))
                    .bind(i64::from(outcome.contradicts))
                    .execute(tx.conn())
                    .await?;
            }
        }
        tx.commit().await
    }

    fn summary(&self, outcomes: &[Outcome]) -> String {
        let name = &self.witness.name;
        let mut refused = outcomes.iter().filter_map(|o| Some((o.log, o.refusal.as_ref()?)));
        let cosigned = outcomes.iter().filter(|o| o.refusal.is_none()).count();
        match (cosigned, refused.next()) {
            (0, None) => String::new(),
            (n, None) => format!("{name} cosigned {n}"),
            (n, Some((log, why))) => {
                format!("{name} cosigned {n}, not {} ({log}: {why})", 1 + refused.count())
            }
        }
    }
}

fn same(a: &Note, b: &Note) -> bool {
    a.unverified_text() == b.unverified_text()
}
