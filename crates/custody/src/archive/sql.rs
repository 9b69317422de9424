//! Queries about the archive.

use crate::sql::queries;

/// Columns of [`Row`](super::Row).
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "select log, shard, dek_id, place, object, origin, opened_at, closed_at, entries, root, bytes, sha256, \
             version, locked_until, legal_hold, archived_at, verified_at, verify_asked_at, restore_asked_at, \
             restored_at, pruned_at, problem from archived_shards ",
            $rest
        )
    };
}

queries! {
    FIND = select!("where log = $1 and shard = $2");
    OF_LOG = select!("where log = $1 order by closed_at, shard");
    INSERT = "insert into archived_shards (log, shard, dek_id, place, object, origin, opened_at, closed_at, entries, \
              root, asked_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    ARCHIVED = "update archived_shards set bytes = $1, sha256 = $2, version = $3, locked_until = $4, archived_at = $5, \
                verified_at = $5, verify_asked_at = null, problem = null where log = $6 and shard = $7";
    VERIFIED = "update archived_shards set verified_at = $1, locked_until = $2, verify_asked_at = null, problem = null \
                where log = $3 and shard = $4";
    /// The object is gone or damaged while the shard is still here: it goes the way again.
    AGAIN = "update archived_shards set place = $1, bytes = null, sha256 = null, version = null, locked_until = null, \
             legal_hold = 0, archived_at = null, verified_at = null where log = $2 and shard = $3 and pruned_at is null";
    LOCKED = "update archived_shards set locked_until = $1 where log = $2 and shard = $3";
    HELD = "update archived_shards set legal_hold = $1 where log = $2 and shard = $3";
    PROBLEM = "update archived_shards set problem = $1, verify_asked_at = null where log = $2 and shard = $3";
    ASK_VERIFY = "update archived_shards set verify_asked_at = $1, problem = null \
                  where log = $2 and shard = $3 and archived_at is not null";
    ASK_RESTORE = "update archived_shards set restore_asked_at = $1, restored_at = null, problem = null \
                   where log = $2 and shard = $3 and archived_at is not null";
    RESTORED = "update archived_shards set restored_at = $1 where log = $2 and shard = $3";
    RESTORE_GIVEN_UP = "update archived_shards set restore_asked_at = null, restored_at = null, problem = $1 \
                        where log = $2 and shard = $3";
    PRUNED = "update archived_shards set pruned_at = $1 where log = $2 and shard = $3 and pruned_at is null";
    PLACE = "select place, problem from archive_place order by seen_at desc limit 1";
    PLACE_SEEN = "insert into archive_place (place, problem, seen_at) values ($1, $2, $3) \
                  on conflict (place) do update set problem = excluded.problem, seen_at = excluded.seen_at";
    PLACES_FORGET = "delete from archive_place where place <> $1";
}
