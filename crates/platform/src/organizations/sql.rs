//! Queries of this room.

use crate::sql::queries;

queries! {
    FIND = "select id, name, created_at from organizations where id = $1";
    BY_NAME = "select id, name, created_at from organizations where name = $1";
    INSERT = "insert into organizations (id, name, created_at) values ($1, $2, $3)";
    /// The creator's grant: the gate reads it for the next decision.
    OWN = "insert into grants (id, user_id, role, scope_kind, scope_id, organization_id, created_at, created_by) \
           values ($1, $2, 'owner', 'organization', $3, $3, $4, $2)";
    ALL_OF_THEM = "select id, name, created_at from organizations where id > $1 order by id limit $2";
    OF_USER = "select o.id, o.name, o.created_at from organizations o where o.id > $1 and exists \
           (select 1 from grants g where g.user_id = $2 and g.revoked_at is null \
           and (g.organization_id = o.id or g.scope_kind = 'platform')) order by o.id limit $3";
}
