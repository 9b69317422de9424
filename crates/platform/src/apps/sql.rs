//! Queries of this room.

use crate::sql::queries;

macro_rules! app {
    ($rest:literal) => {
        concat!(
            "select a.id, a.organization_id, a.project_id, a.environment_id, e.data_class, a.name, a.host, a.dek_id, \
             a.uid_base, a.current_release, r.number, a.current_deployment, a.public, a.created_at, a.destroying_at, \
             e.network_index from apps a join environments e on e.id = a.environment_id \
             left join releases r on r.id = a.current_release where a.destroyed_at is null ",
            $rest
        )
    };
}

macro_rules! deployment {
    ($rest:literal) => {
        concat!(
            "select d.id, d.app_id, d.kind, d.state, d.manifest, d.base_release, d.release_id, r.number, d.reason, \
             d.created_by, d.created_at, d.ended_at, d.failure_sealed from deployments d \
             left join releases r on r.id = d.release_id ",
            $rest
        )
    };
}

queries! {
    FIND = app!("and a.id = $1");
    BY_NAME = app!("and a.environment_id = $1 and a.name = $2");
    LIST = app!("and a.environment_id = $1 and a.id > $2 order by a.id limit $3");
    LIVING = app!("order by a.id");
    HOST_TAKEN = "select count(*) from apps where host = $1 and destroyed_at is null";
    INSERT = "insert into apps (id, organization_id, project_id, environment_id, name, host, dek_id, uid_base, public, \
              created_at) values ($1, $2, $3, $4, $5, $6, $7, $8, 0, $9)";
    DESTROY = "update apps set destroying_at = $1 where id = $2 and destroying_at is null";

    DEPLOYMENT = deployment!("where d.id = $1 and d.app_id = $2");
    DEPLOYMENTS = deployment!(
        "where d.app_id = $1 and ($2 = '' or (d.created_at, d.id) < \
         (select c.created_at, c.id from deployments c where c.id = $2)) order by d.created_at desc, d.id desc limit $3"
    );
    OPEN_DEPLOYMENTS = deployment!("where d.ended_at is null order by d.created_at, d.id");
    INSERT_DEPLOYMENT = "insert into deployments (id, app_id, kind, state, manifest, base_release, reason, created_by, \
              created_at) values ($1, $2, $3, 'pending', $4, $5, $6, $7, $8)";
    PENDING = "select id, kind from deployments where app_id = $1 and state = 'pending'";
    OPEN_OF_APP = "select id from deployments where app_id = $1 and ended_at is null";
    SUPERSEDE = "update deployments set state = 'superseded', ended_at = $1 where id = $2 and state = 'pending'";

    RELEASE_BY_NUMBER = "select id, served_at from releases where app_id = $1 and number = $2";
    RELEASE_BEFORE = "select id, number from releases where app_id = $1 and served_at is not null and number < $2 \
              order by number desc limit 1";
    RELEASES = "select id, app_id, number, image, created_by, created_at, reason from releases \
              where app_id = $1 and ($2 = '' or number < (select c.number from releases c where c.id = $2)) \
              order by number desc limit $3";

    CONFIG = "select version, sealed from configs where app_id = $1 order by version desc limit 1";
    CONFIG_AT = "select sealed from configs where app_id = $1 and version = $2";
    INSERT_CONFIG = "insert into configs (app_id, version, sealed, set_at, set_by) values ($1, $2, $3, $4, $5)";

    SECRETS = "select name, version, set_at, set_by from secrets s where app_id = $1 and name > $2 and removed_at is null \
              and version = (select max(version) from secrets t where t.app_id = s.app_id and t.name = s.name) \
              order by name limit $3";
    SECRET_VERSIONS = "select name, max(version) from secrets where app_id = $1 and removed_at is null group by name order by name";
    LAST_SECRET = "select coalesce(max(version), 0) from secrets where app_id = $1 and name = $2";
    INSERT_SECRET = "insert into secrets (app_id, name, version, sealed, set_at, set_by) values ($1, $2, $3, $4, $5, $6)";
    REMOVE_SECRET = "update secrets set removed_at = $1 where app_id = $2 and name = $3 and removed_at is null";
    SECRET_AT = "select sealed from secrets where app_id = $1 and name = $2 and version = $3";

    PROCESSES = "select i.process, i.name, r.number, i.observed, i.healthy, i.started_at, i.restarts from instances i \
              join releases r on r.id = i.release_id where i.app_id = $1 and i.process <> 'release' order by i.process, i.name";
}
