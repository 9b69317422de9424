//! Queries of this room.

use crate::sql::queries;

queries! {
    FIND = "select id, organization_id, name, created_at from projects where id = $1";
    BY_NAME = "select id, organization_id, name, created_at from projects where organization_id = $1 and name = $2";
    INSERT = "insert into projects (id, organization_id, name, created_at) values ($1, $2, $3, $4)";
    LIST = "select id, organization_id, name, created_at from projects where organization_id = $1 and id > $2 \
            order by id limit $3";
}
