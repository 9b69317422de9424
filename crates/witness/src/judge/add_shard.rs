//! Follows the next shard of a log, on the word of the shard before.

use ward_ledger::{leaf_hash, verify_inclusion};

use super::{Notice, Witness};
use crate::{
    store::{Record, StateError},
    wire::{AddShard, Answer, ClosingLink},
};

impl Witness {
    /// Judges a closing entry. When it answers [`Answer::Vouched`], the new log is followed, and the old one is closed
    /// for good; both on the disk.
    pub fn add_shard(&self, request: &AddShard) -> Answer {
        self.judge_shard(request).unwrap_or_else(|error| {
            self.tell(Notice::Broken(error.to_string()));
            Answer::Broken("the state of this witness can't be used; its operator is told".to_owned())
        })
    }

    fn judge_shard(&self, request: &AddShard) -> Result<Answer, StateError> {
        let store = self.store();
        let Some(mut record) = store.read(&request.shard, self.key())? else {
            return Ok(Answer::Unknown("this witness does not follow that log".to_owned()));
        };
        let origin = record.key.name().to_owned();
        let refuse = |answer: Answer, why: String| {
            self.tell(Notice::Refused { origin: origin.clone(), why });
            Ok(answer)
        };
        let (size, root) = record.head();
        if request.index.checked_add(1) != Some(size) {
            return Ok(Answer::Conflict(size));
        }
        // Anybody may ask; what the log did not sign is not worth a word to the operator.
        let leaf = leaf_hash(&request.entry);
        if let Err(error) = verify_inclusion(&leaf, request.index, size, &root, &request.proof) {
            return Ok(Answer::Unproven(format!("the entry is not proven to be the last one: {error}")));
        }
        let link = match ClosingLink::read(&request.entry) {
            Ok(link) => link,
            Err(error) => return Ok(Answer::Unproven(error.to_string())),
        };
        if !link.continues(&origin) {
            let why = format!("a log can't go on as {}: the base must be the same", link.next.name());
            return refuse(Answer::Unproven(why.clone()), why);
        }
        if record.next.as_ref() == Some(&link.next) {
            return Ok(Answer::Vouched(link.next));
        }
        let other = store.read(link.next.name(), self.key())?;
        if record.next.is_some() || other.is_some_and(|other| other.key != link.next) {
            let why = format!("{} is followed under another key already", link.next.name());
            return refuse(Answer::Forbidden(why.clone()), why);
        }
        store.add(&Record::new(link.next.clone(), Some(origin.clone())), self.key())?;
        record.next = Some(link.next.clone());
        store.write(&record)?;
        self.tell(Notice::Continued { origin, next: link.next.clone() });
        Ok(Answer::Vouched(link.next))
    }
}
