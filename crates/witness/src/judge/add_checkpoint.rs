//! Cosigns a checkpoint that continues what was cosigned before (c2sp.org/tlog-witness, add-checkpoint).

use ward_ledger::{Checkpoint, verify_consistency};

use super::{Notice, Witness};
use crate::{
    store::{Last, StateError},
    wire::{AddCheckpoint, Answer},
};

impl Witness {
    /// Judges a checkpoint. When it answers [`Answer::Cosigned`], the new state is on the disk.
    pub fn add_checkpoint(&self, request: &AddCheckpoint) -> Answer {
        self.judge(request).unwrap_or_else(|error| {
            self.tell(Notice::Broken(error.to_string()));
            Answer::Broken("the state of this witness can't be used; its operator is told".to_owned())
        })
    }

    fn judge(&self, request: &AddCheckpoint) -> Result<Answer, StateError> {
        let text = request.note.unverified_text();
        let origin = text.split('\n').next().unwrap_or_default().to_owned();
        let store = self.store();
        let Some(mut record) = store.read(&origin, self.key())? else {
            return Ok(Answer::Unknown("this witness does not follow that log".to_owned()));
        };
        let refuse = |answer: Answer, why: String| {
            self.tell(Notice::Refused { origin: origin.clone(), why });
            Ok(answer)
        };
        if let Err(error) = request.note.verify(&record.key) {
            return refuse(Answer::Forbidden(error.to_string()), error.to_string());
        }
        // From here on the log itself speaks.
        let checkpoint = match Checkpoint::parse(text) {
            Ok(checkpoint) => checkpoint,
            Err(error) => return refuse(Answer::Malformed(error.to_string()), error.to_string()),
        };
        if request.old > checkpoint.size {
            let why = format!("the old size {} is above the checkpoint's {}", request.old, checkpoint.size);
            return refuse(Answer::Malformed(why.clone()), why);
        }
        let (size, root) = record.head();
        if checkpoint.size == size && checkpoint.root != root {
            if size > 0 {
                store.keep_fork(&origin, size, &request.note.to_string())?;
                self.tell(Notice::Forked { origin, size });
            }
            return Ok(Answer::Conflict(size));
        }
        if request.old != size {
            if checkpoint.size < size {
                let why =
                    format!("{} entries were offered, {size} are cosigned: rolled back?", checkpoint.size);
                return refuse(Answer::Conflict(size), why);
            }
            // How a client asks for the size: nothing to tell.
            return Ok(Answer::Conflict(size));
        }
        if let Some(next) = record.next.as_ref().filter(|_| checkpoint.size != size) {
            let why = format!("the log was closed at {size} entries and goes on as {}", next.name());
            return refuse(Answer::Unproven(why.clone()), why);
        }
        if let Err(error) = verify_consistency(size, &root, checkpoint.size, &checkpoint.root, &request.proof)
        {
            let why = format!("{} entries are not proven to continue {size}: {error}", checkpoint.size);
            return refuse(Answer::Unproven(why.clone()), why);
        }
        let time = (self.clock)();
        if let Some(last) =
            record.last.as_ref().filter(|last| last.time == time && last.checkpoint == checkpoint)
        {
            // Said within this second already: whoever repeats a checkpoint costs no write.
            let own = last.note.signatures().iter().filter(|s| self.key().is_named_by(s));
            return Ok(Answer::Cosigned(own.cloned().collect()));
        }
        let signature = self.key.0.cosign(text, time);
        let mut note = request.note.clone();
        let key = &record.key;
        note.retain(|s| s.key_id == key.key_id() && s.name == key.name());
        if let Err(error) = note.attach(signature.clone()) {
            return Ok(Answer::Malformed(error.to_string()));
        }
        record.last = Some(Last { note, checkpoint, time });
        store.write(&record)?;
        let size = record.head().0;
        self.tell(Notice::Cosigned { origin, size });
        Ok(Answer::Cosigned(vec![signature]))
    }
}
