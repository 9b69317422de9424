//! Queries of this room.

use crate::sql::queries;

queries! {
    FIND = "select id, name, location, phi, created_at from regions where id = $1";
    BY_NAME = "select id, name, location, phi, created_at from regions where name = $1";
    INSERT = "insert into regions (id, name, location, phi, created_at) values ($1, $2, $3, $4, $5)";
    LIST = "select id, name, location, phi, created_at from regions where id > $1 order by id limit $2";
}
