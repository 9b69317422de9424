//! Queries of this room.

use crate::sql::queries;

queries! {
    INSERT = "insert into drains (id, organization_id, name, log, kind, destination, ca_pem, client_certificate_pem, \
              headers, insecure_plain, key_id, dek_id, sealed, created_at, created_by) \
              values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)";
    STATUS = "insert into drain_status (drain_id, sent, lost) values ($1, 0, 0)";
    /// Removed ones too: who may remove one learns that it is gone, others nothing.
    FIND = "select d.id, d.organization_id, d.name, d.log, d.destination, d.ca_pem, d.client_certificate_pem, d.headers, \
            d.insecure_plain, d.key_id, d.dek_id, d.paused_at, d.removed_at, d.created_at, s.sent, s.lost, s.last_success_at, \
            s.failing_since, s.last_error, s.next_attempt_at from drains d join drain_status s on s.drain_id = d.id \
            where d.id = $1";
    /// Of an organization; of the platform for an empty one.
    LIST = "select d.id, d.organization_id, d.name, d.log, d.destination, d.ca_pem, d.client_certificate_pem, d.headers, \
            d.insecure_plain, d.key_id, d.dek_id, d.paused_at, d.removed_at, d.created_at, s.sent, s.lost, s.last_success_at, \
            s.failing_since, s.last_error, s.next_attempt_at from drains d join drain_status s on s.drain_id = d.id \
            where coalesce(d.organization_id, '') = $1 and d.removed_at is null and d.id > $2 order by d.id limit $3";
    EVERY = "select d.id, d.organization_id, d.name, d.log, d.destination, d.ca_pem, d.client_certificate_pem, d.headers, \
             d.insecure_plain, d.key_id, d.dek_id, d.paused_at, d.removed_at, d.created_at, s.sent, s.lost, s.last_success_at, \
             s.failing_since, s.last_error, s.next_attempt_at from drains d join drain_status s on s.drain_id = d.id \
             where d.removed_at is null order by d.id";
    SEALED = "select sealed from drains where id = $1";
    COUNT = "select count(*) from drains where coalesce(organization_id, '') = $1 and removed_at is null";
    PAUSE = "update drains set paused_at = $1 where id = $2 and removed_at is null and paused_at is null";
    RESUME = "update drains set paused_at = null where id = $1 and removed_at is null and paused_at is not null";
    REMOVE = "update drains set removed_at = $1, sealed = null, ca_pem = null, client_certificate_pem = null \
              where id = $2 and removed_at is null";
    FORGET_CURSORS = "delete from drain_cursors where drain_id = $1";
    ORGANIZATION = "select id from organizations where id = $1";
    CURSOR = "select shard, next_index from drain_cursors where drain_id = $1 and log = $2";
    /// Only while the drain is there: a worker may end later than its drain.
    MOVE = "insert into drain_cursors (drain_id, log, shard, next_index) select id, $2, $3, $4 from drains \
            where id = $1 and removed_at is null \
            on conflict (drain_id, log) do update set shard = excluded.shard, next_index = excluded.next_index";
    SUCCEEDED = "update drain_status set sent = sent + $1, lost = lost + $2, last_success_at = $3, failing_since = null, \
                 next_attempt_at = null, last_error = $4 where drain_id = $5";
    FAILED = "update drain_status set failing_since = coalesce(failing_since, $1), last_error = $2, next_attempt_at = $3 \
              where drain_id = $4";
    AGAIN = "update drain_status set failing_since = null, last_error = null, next_attempt_at = null where drain_id = $1";
}
