//! Closed shards in an object store, as sealed bundles.
