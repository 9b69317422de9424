//! Closing a shard and opening the next one.
//!
//! In this order, so that a crash at any point leaves one way on: the new key, the closing link in the old shard,
//! the new shard with its opening link, the file `keys`, and last the destruction of the old key.

use std::sync::Arc;

use super::link::{ClosedShard, ShardLink, ShardRef, shard_link};
use super::open::{make_folder, of_owner, open_shard, shards};
use super::{
    KeyLine, Sequencer, Series, SeriesError, Shard, is_shard_name, keys, logged_time, precedes, read_lock,
    write_lock,
};
use crate::log::{AppendError, Log, Status};

impl Series {
    /// Closes the current shard and goes on in the shard `name`, which has a key of its own. Entries that arrive
    /// meanwhile wait, and come into the new shard.
    ///
    /// # Errors
    /// [`SeriesError`]. If the old shard is closed already, the next append or opening finishes the rest.
    pub async fn roll(&self, name: &str, now: i64) -> Result<Shard, SeriesError> {
        let mut sequencer = self.0.sequencer.lock().await;
        self.settle(&mut sequencer).await?;
        let (old, log) = read_lock(&self.0.current).clone();
        if !is_shard_name(name) || !precedes(&old, name) {
            return Err(SeriesError::ShardName(name.to_owned()));
        }
        let folder = make_folder(&self.0.dir, name)?;
        let origin = format!("{}/{name}", self.0.config.base_origin);
        let signer = self.0.owner.create_key(&folder, &origin).map_err(of_owner(name))?;
        let next = ShardRef::of(signer.verifier_key());
        let stamp = now.max(sequencer.last);
        let link = ShardLink::Closed { shard: old.to_string(), next };
        let entry = self.0.owner.link_entry(&link, stamp).map_err(of_owner(&old))?;
        // From here on nothing may follow in the old shard unless it is certain that the link is not there.
        sequencer.ended = true;
        sequencer.last = stamp;
        match log.submit(vec![entry]).await {
            Ok(pending) => sequencer.closing = Some(pending),
            Err(error) => {
                sequencer.ended = false;
                return Err(error.into());
            }
        }
        self.settle(&mut sequencer).await?;
        drop(sequencer);
        self.shard(name).ok_or_else(|| SeriesError::ShardName(name.to_owned()))
    }

    /// If the current shard has ended, goes on in its successor.
    pub(super) async fn settle(&self, sequencer: &mut Sequencer) -> Result<(), SeriesError> {
        if !sequencer.ended {
            return Ok(());
        }
        if let Some(closing) = &mut sequencer.closing {
            let answer = closing.await;
            sequencer.closing = None;
            if let Err(error) = answer
                && !matches!(error, AppendError::Uncertain(_))
            {
                sequencer.ended = false;
                return Err(error.into());
            }
        }
        let (old, log) = read_lock(&self.0.current).clone();
        if let Status::Refusing(reason) = log.status() {
            return Err(AppendError::Refused(reason).into());
        }
        let size = log.size();
        let newest = log.entry(size.saturating_sub(1)).map_err(|e| of_owner(&old)(e.into()))?;
        let Some(ShardLink::Closed { next, .. }) = shard_link(&newest) else {
            // The link that could not be confirmed is not there.
            sequencer.ended = false;
            return Ok(());
        };
        let closed = logged_time(&newest).unwrap_or(sequencer.last);
        let shard = self.successor(&old, &log, &next, closed.max(sequencer.last)).await?;
        sequencer.ended = false;
        sequencer.last = shard.1;
        Ok(())
    }

    async fn successor(
        &self,
        old: &Arc<str>,
        log: &Log,
        next: &ShardRef,
        closed: i64,
    ) -> Result<(Arc<str>, i64), SeriesError> {
        let base = &self.0.config.base_origin;
        let name = next.origin.strip_prefix(base.as_str()).and_then(|rest| rest.strip_prefix('/'));
        let name = name.filter(|name| is_shard_name(name) && precedes(old, name));
        let name = name.ok_or_else(|| SeriesError::ShardName(next.origin.clone()))?;
        let folder = make_folder(&self.0.dir, name)?;
        let signer = self.0.owner.create_key(&folder, &next.origin).map_err(of_owner(name))?;
        let key = signer.verifier_key().clone();
        if key.to_string() != next.key {
            return Err(SeriesError::Successor { shard: old.to_string(), next: name.to_owned() });
        }
        log.close().await?;
        let size = log.size();
        let root = log.root(size).map_err(|e| of_owner(old)(e.into()))?;
        let new = open_shard(&folder, name, signer, &self.0.config, true).await?;
        let previous = ClosedShard {
            origin: log.verifier_key().name().to_owned(),
            key: log.verifier_key().to_string(),
            size,
            root: root.to_string(),
        };
        let opened = match self.begin_shard(name, previous, &new, closed).await {
            Ok(opened) => opened,
            Err(error) => {
                // Its lock must be free when this is tried again.
                let _ = new.close().await;
                return Err(error);
            }
        };
        let mut lines = keys::read(&self.0.dir)?.unwrap_or_default();
        if let Some(last) = lines.last_mut().filter(|last| last.shard == **old) {
            last.closed = Some(closed);
            lines.push(KeyLine { shard: name.to_owned(), key, opened, closed: None });
            keys::write(&self.0.dir, &lines)?;
        }
        // In this order: a shard that is listed and not current would be read as one that grows no more.
        let current: Arc<str> = name.into();
        *write_lock(&self.0.current) = (Arc::clone(&current), new);
        *write_lock(&self.0.shards) = shards(&self.0.dir, &lines);
        if let Err(error) = self.0.owner.destroy_key(&self.0.dir.join(&**old)) {
            // The next opening tries again.
            tracing::warn!(shard = %old, %error, "the private key of a closed shard is still there");
        }
        Ok((current, opened))
    }

    /// Makes sure that a shard begins with its link; returns the stamp of that.
    async fn begin_shard(
        &self,
        name: &str,
        previous: ClosedShard,
        new: &Log,
        closed: i64,
    ) -> Result<i64, SeriesError> {
        if new.size() > 0 {
            let first = new.entry(0).map_err(|e| of_owner(name)(e.into()))?;
            return Ok(logged_time(&first).unwrap_or(closed));
        }
        let link = ShardLink::Opened {
            shard: name.to_owned(),
            origin: new.verifier_key().name().to_owned(),
            key: new.verifier_key().to_string(),
            previous: Some(previous),
        };
        new.append(self.0.owner.link_entry(&link, closed).map_err(of_owner(name))?).await?;
        Ok(closed)
    }
}
