//! Queries of this room.

use crate::sql::queries;

queries! {
    LIST = "select id, name, url, vkey, ca_pem, created_at from witnesses where removed_at is null order by created_at, id";
    INSERT = "insert into witnesses (id, name, url, vkey, ca_pem, created_at, created_by) values ($1, $2, $3, $4, $5, $6, $7)";
    REMOVE = "update witnesses set removed_at = $2 where id = $1 and removed_at is null";
    FORGET = "delete from witness_status where witness_id = $1";
    POLICY = "select needed, stale_after_minutes from witness_policy where one = 1";
    SET_POLICY = "insert into witness_policy (one, needed, stale_after_minutes, set_at, set_by) values (1, $1, $2, $3, $4) on conflict (one) do update set needed = excluded.needed, stale_after_minutes = excluded.stale_after_minutes, set_at = excluded.set_at, set_by = excluded.set_by";
    STATUS = "select witness_id, log, shard, entries, cosigned_at, asked_at, error, unfollowed, contradicts from witness_status";
    /// It cosigned: what went wrong before is over.
    COSIGNED = "insert into witness_status (witness_id, log, shard, entries, cosigned_at, asked_at, error, unfollowed, contradicts) values ($1, $2, $3, $4, $5, $6, null, 0, 0) on conflict (witness_id, log) do update set shard = excluded.shard, entries = excluded.entries, cosigned_at = excluded.cosigned_at, asked_at = excluded.asked_at, error = null, unfollowed = 0, contradicts = 0";
    /// It did not: what it cosigned last stays, and a contradiction stays until it cosigns again.
    REFUSED = "insert into witness_status (witness_id, log, shard, entries, cosigned_at, asked_at, error, unfollowed, contradicts) values ($1, $2, null, null, null, $3, $4, $5, $6) on conflict (witness_id, log) do update set asked_at = excluded.asked_at, error = excluded.error, unfollowed = excluded.unfollowed, contradicts = case when excluded.contradicts = 1 then 1 else witness_status.contradicts end";
}
