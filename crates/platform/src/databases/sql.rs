//! Queries of this room.

use crate::sql::queries;

/// Columns of [`Row`](super::row::Row), from `databases d` and `environments e`.
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "select d.id, d.organization_id, d.project_id, d.environment_id, e.data_class, e.network_index, d.name, \
             d.engine, d.state, d.problem, d.dek_id, d.address, d.uid_base, d.backup_every, d.admin_password, \
             d.chain_pem, d.chain_key, d.chain_issued_at, d.chain_not_after, d.boot_chain_pem, d.boot_chain_key, \
             d.restore_from, d.destroy_backups, d.created_at, \
             (select max(b.ended_at) from backups b where b.database_id = d.id and b.state = 'complete' \
             and b.destroyed_at is null) as last_backup_at \
             from databases d join environments e on e.id = d.environment_id ",
            $rest
        )
    };
}

queries! {
    FIND = select!("where d.id = $1 and d.destroyed_at is null");
    /// Also what was destroyed: its backups may have been kept.
    FIND_EVER = select!("where d.id = $1");
    BY_NAME = select!("where d.environment_id = $1 and d.name = $2 and d.destroyed_at is null");
    LIST = select!("where d.environment_id = $1 and d.destroyed_at is null and d.id > $2 order by d.id limit $3");
    LIVING = select!("where d.destroyed_at is null order by d.id");
    COUNT = "select count(*) from databases where environment_id = $1 and destroyed_at is null";
    COUNT_WANTED = "select count(*) from databases where environment_id = $1 and destroyed_at is null \
                    and state <> 'destroying'";
    INSERT = "insert into databases (id, organization_id, project_id, environment_id, name, engine, state, dek_id, \
              address, uid_base, backup_every, admin_password, restore_from, created_at) \
              values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)";
    IS_READY = "select 1 from databases where id = $1 and state = 'ready' and destroyed_at is null";
    SET_STATE = "update databases set state = $1, problem = $2 where id = $3 and state = $4";
    SET_PROBLEM = "update databases set problem = $1 where id = $2";
    SET_CHAIN = "update databases set chain_pem = $1, chain_key = $2, chain_issued_at = $3, chain_not_after = $4 \
                 where id = $5";
    BOOT_WITH_CHAIN = "update databases set boot_chain_pem = chain_pem, boot_chain_key = chain_key where id = $1";
    SET_DESTROYING = "update databases set state = 'destroying', problem = null, destroy_backups = $1 \
                      where id = $2 and destroyed_at is null and state <> 'destroying'";
    SET_DESTROYING_IN = "update databases set state = 'destroying', problem = null, destroy_backups = 1 \
                         where environment_id = $1 and destroyed_at is null and state <> 'destroying'";
    /// The tombstone keeps nothing that was sealed.
    SET_DESTROYED = "update databases set destroyed_at = $1, admin_password = $2, chain_key = null, \
                     boot_chain_key = null where id = $3 and destroyed_at is null";

    ATTACHMENTS = "select t.app_id, t.role, t.password, t.ready from attachments t join apps a on a.id = t.app_id \
                   where t.database_id = $1 and a.destroyed_at is null order by t.app_id";
    ATTACHED_IN = "select t.database_id, t.app_id from attachments t join databases d on d.id = t.database_id \
                   join apps a on a.id = t.app_id where d.environment_id = $1 and d.destroyed_at is null \
                   and a.destroyed_at is null order by t.app_id";
    /// Attached last comes first.
    ATTACHED_TO = "select d.id, d.name, d.dek_id, d.address, d.state, t.role, t.password, t.ready from attachments t \
                   join databases d on d.id = t.database_id where t.app_id = $1 and d.destroyed_at is null \
                   and d.state not in ('destroying', 'failed') order by t.attached_at desc, d.id";
    ATTACH = "insert into attachments (database_id, app_id, role, password, ready, attached_at) \
              values ($1, $2, $3, $4, 0, $5) \
              on conflict (database_id, app_id) do update set attached_at = excluded.attached_at";
    ATTACHMENT_READY = "update attachments set ready = 1 where database_id = $1 and app_id = $2";
    DETACH = "delete from attachments where app_id = $1";
    DETACH_ALL = "delete from attachments where database_id = $1";
    /// Running containers of apps with the databases that they may reach.
    FLOWS = "select i.address, d.address, a.name, i.process, d.name from attachments t \
             join instances i on i.app_id = t.app_id join apps a on a.id = t.app_id \
             join databases d on d.id = t.database_id where d.destroyed_at is null \
             order by i.address, d.address";
}
