//! Queries about holds.

use crate::sql::queries;

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "select id, log, name, reason, from_at, to_at, created_at, created_by, released_at, released_by, \
             release_reason from legal_holds ",
            $rest
        )
    };
}

queries! {
    FIND = select!("where id = $1");
    LIST = select!("where log = $1 and id > $2 order by id limit $3");
    STANDING = select!("where log = $1 and released_at is null order by id");
    ALL_STANDING = select!("where released_at is null order by id");
    INSERT = "insert into legal_holds (id, log, name, reason, from_at, to_at, created_at, created_by) \
              values ($1, $2, $3, $4, $5, $6, $7, $8)";
    RELEASE = "update legal_holds set released_at = $1, released_by = $2, release_reason = $3 \
               where id = $4 and released_at is null";
}
