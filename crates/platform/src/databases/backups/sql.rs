//! Queries about backups.

use crate::sql::queries;

/// Columns of [`Row`](super::Row).
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "select id, database_id, dek_id, state, problem, bytes, sha256, asked_at, started_at, ended_at \
             from backups ",
            $rest
        )
    };
}

queries! {
    FIND = select!("where id = $1 and database_id = $2 and destroyed_at is null");
    /// Of any database: what a restore was asked from.
    FIND_ANY = select!("where id = $1 and destroyed_at is null");
    LIST = select!("where database_id = $1 and id > $2 and destroyed_at is null order by id limit $3");
    LATEST = select!("where database_id = $1 and state = 'complete' and destroyed_at is null order by id desc limit 1");
    OPEN = select!("where state = 'running' and destroyed_at is null order by id");
    OF_DATABASE = select!("where database_id = $1 and destroyed_at is null order by id");
    /// Ready databases, with the end of their last good backup and the last try, 0 if there is none.
    SCHEDULE = "select d.id, d.backup_every, \
                coalesce((select max(b.ended_at) from backups b where b.database_id = d.id \
                and b.state = 'complete' and b.destroyed_at is null), 0), \
                coalesce((select max(b.asked_at) from backups b where b.database_id = d.id), 0), \
                (select count(*) from backups b where b.database_id = d.id and b.state = 'running' \
                and b.destroyed_at is null) \
                from databases d where d.state = 'ready' and d.destroyed_at is null order by d.id";
    INSERT = "insert into backups (id, database_id, dek_id, state, reason, bytes, asked_at) \
              values ($1, $2, $3, 'running', $4, 0, $5)";
    BEGIN = "update backups set started_at = $1 where id = $2 and state = 'running'";
    COMPLETE = "update backups set state = 'complete', bytes = $1, sha256 = $2, ended_at = $3 \
                where id = $4 and state = 'running' and destroyed_at is null";
    FAIL = "update backups set state = 'failed', problem = $1, ended_at = $2 \
            where id = $3 and state = 'running'";
    SET_DESTROYED = "update backups set destroyed_at = $1 where database_id = $2 and destroyed_at is null";
}
