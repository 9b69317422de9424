//! Queries of this room.

use crate::sql::queries;

macro_rules! environment {
    ($rest:literal) => {
        concat!(
            "select id, organization_id, project_id, name, data_class, region_id, kek_id, network_index, \
             created_at, destroying_at from environments where destroyed_at is null ",
            $rest
        )
    };
}

queries! {
    FIND = environment!("and id = $1");
    BY_NAME = environment!("and project_id = $1 and name = $2");
    LIST = environment!("and project_id = $1 and id > $2 order by id limit $3");
    LIVING = environment!("order by id");
    DESTROYING = environment!("and destroying_at is not null order by id");
    INDEXES = "select network_index from environments where destroyed_at is null order by network_index";
    INSERT = "insert into environments (id, organization_id, project_id, name, data_class, region_id, kek_id, \
              network_index, last_host, created_at) values ($1, $2, $3, $4, $5, $6, $7, $8, 1, $9)";
    DESTROY = "update environments set destroying_at = $1 where id = $2 and destroying_at is null";
    GONE = "update environments set destroyed_at = $1 where id = $2 and destroyed_at is null";
    DESTROY_APPS = "update apps set destroying_at = $1 \
              where environment_id = $2 and destroying_at is null and destroyed_at is null";
    COUNT_APPS = "select count(*) from apps where environment_id = $1 and destroyed_at is null";
    COUNT_NEW_APPS = "select count(*) from apps where environment_id = $1 and destroying_at is null and destroyed_at is null";
    FORGET_ADDRESSES = "delete from addresses where environment_id = $1";
}
