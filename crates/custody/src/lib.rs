//! What happens to the record after it is written.
//!
//! The gate writes the ledger; this wing takes care of it from then on: others countersign it ([`witnesses`]),
//! copies leave for a team's own log system ([`drains`]), a new year begins a new shard ([`shards`]), it is kept long
//! enough ([`retention`], [`holds`]) and closed shards go to an object store ([`archive`]). 45 CFR 164.312(b) and
//! 164.316(b)(2)(i).

pub mod archive;
pub mod drains;
pub mod holds;
mod logs;
pub mod outbound;
pub mod retention;
pub mod shards;
pub(crate) mod sql;
mod text;
pub mod witnesses;
