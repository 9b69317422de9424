//! Reading any shard, open or closed.

use std::ops::Range;
use std::sync::{Arc, PoisonError};

use super::{Series, Shard, read_lock, write_lock};
use crate::log::{Log, Reader};
use crate::tile::ReadError;
use crate::tree::Hash;

enum From {
    Open(Log),
    Closed(Arc<Reader>),
}

macro_rules! ask {
    ($from:expr, $view:ident => $call:expr) => {
        match $from {
            From::Open($view) => $call,
            From::Closed($view) => $call,
        }
    };
}

impl Series {
    /// All shards, oldest first.
    pub fn shards(&self) -> Vec<Shard> {
        read_lock(&self.0.shards).clone()
    }

    /// One shard.
    pub fn shard(&self, name: &str) -> Option<Shard> {
        read_lock(&self.0.shards).iter().find(|shard| shard.name == name).cloned()
    }

    /// Name of the shard that takes entries now.
    pub fn current_shard(&self) -> Arc<str> {
        Arc::clone(&read_lock(&self.0.current).0)
    }

    /// Tells the series that the folder of a closed shard was removed and its marker written.
    pub fn archived(&self, name: &str) {
        self.0.readers.lock().unwrap_or_else(PoisonError::into_inner).remove(name);
        if let Some(shard) = write_lock(&self.0.shards).iter_mut().find(|shard| shard.name == name) {
            shard.archived = !shard.dir.is_dir();
        }
    }

    fn from(&self, name: &str) -> Result<From, ReadError> {
        {
            let current = read_lock(&self.0.current);
            if &*current.0 == name {
                return Ok(From::Open(current.1.clone()));
            }
        }
        let mut readers = self.0.readers.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(reader) = readers.get(name) {
            return Ok(From::Closed(Arc::clone(reader)));
        }
        let shard = self.shard(name).ok_or_else(|| ReadError::NoShard(name.to_owned()))?;
        if shard.archived {
            return Err(ReadError::Archived(name.to_owned()));
        }
        let reader = Reader::open(&shard.dir, &shard.key);
        let reader = Arc::new(reader.map_err(|e| ReadError::Shard(name.to_owned(), e.to_string()))?);
        readers.insert(name.to_owned(), Arc::clone(&reader));
        Ok(From::Closed(reader))
    }

    /// Number of durable entries of a shard.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn size(&self, shard: &str) -> Result<u64, ReadError> {
        Ok(ask!(self.from(shard)?, view => view.size()))
    }

    /// The signed checkpoint of the durable state of a shard.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn checkpoint(&self, shard: &str) -> Result<String, ReadError> {
        Ok(ask!(self.from(shard)?, view => view.checkpoint()))
    }

    /// One entry.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn entry(&self, shard: &str, index: u64) -> Result<Vec<u8>, ReadError> {
        ask!(self.from(shard)?, view => view.entry(index))
    }

    /// Entries with their indexes, bounded as [`Log::entries`].
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn entries(&self, shard: &str, range: Range<u64>) -> Result<Vec<(u64, Vec<u8>)>, ReadError> {
        ask!(self.from(shard)?, view => view.entries(range))
    }

    /// The proof that an entry is in the tree of `size` entries (RFC 6962 2.1.1).
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn inclusion_proof(&self, shard: &str, index: u64, size: u64) -> Result<Vec<Hash>, ReadError> {
        ask!(self.from(shard)?, view => view.inclusion_proof(index, size))
    }

    /// The proof that the tree of `old` entries is a prefix of that of `new` (RFC 6962 2.1.2).
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn consistency_proof(&self, shard: &str, old: u64, new: u64) -> Result<Vec<Hash>, ReadError> {
        ask!(self.from(shard)?, view => view.consistency_proof(old, new))
    }
}
