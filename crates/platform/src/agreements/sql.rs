//! Queries of this room.

use crate::sql::queries;

queries! {
    FIND = "select id, organization_id, counterparty, document, document_sha256, effective_at, expires_at, ended_at \
            from agreements where id = $1";
    LIST = "select id, organization_id, counterparty, document, document_sha256, effective_at, expires_at, ended_at \
            from agreements where organization_id = $1 and id > $2 order by id limit $3";
    INSERT = "insert into agreements (id, organization_id, counterparty, document, document_sha256, effective_at, \
            expires_at, created_at, created_by) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    END = "update agreements set ended_at = $1 where id = $2 and ended_at is null";
    ACTIVE = "select count(*) from agreements where organization_id = $1 and effective_at <= $2 \
            and (expires_at is null or expires_at > $2) and (ended_at is null or ended_at > $2)";
}
