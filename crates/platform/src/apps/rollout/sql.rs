//! Queries of the loop.

use crate::sql::queries;

macro_rules! instance {
    ($rest:literal) => {
        concat!(
            "select i.name, i.app_id, i.deployment_id, i.release_id, i.process, i.address, i.draining, i.observed, \
             i.healthy, i.started_at from instances i ",
            $rest
        )
    };
}

queries! {
    ADVANCE = "update deployments set state = $1, release_id = coalesce($2, release_id) \
               where id = $3 and state = $4 and ended_at is null";
    END = "update deployments set state = $1, ended_at = $2, failure_sealed = $3 where id = $4 and ended_at is null";
    END_ALL = "update deployments set state = 'superseded', ended_at = $1 where app_id = $2 and ended_at is null";
    IS_OPEN = "select count(*) from deployments where id = $1 and ended_at is null";
    DEPLOYMENT_EXISTS = "select count(*) from deployments where id = $1";

    NEXT_NUMBER = "select coalesce(max(number), 0) from releases where app_id = $1";
    INSERT_RELEASE = "insert into releases (id, app_id, number, image, manifest, config_version, secrets, reason, \
               created_by, created_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    RELEASE = "select number, image, manifest, config_version, secrets from releases where id = $1";
    SERVED = "update releases set served_at = $1 where id = $2 and served_at is null";
    BUILT = "select id from deployments where app_id = $1 and kind = 'source'";

    INSERT_INSTANCE = "insert into instances (name, app_id, deployment_id, release_id, process, address, created_at, \
               draining, observed, restarts) values ($1, $2, $3, $4, $5, $6, $7, 0, 'starting', 0)";
    INSTANCES = instance!("order by i.name");
    INSTANCES_OF_APP = instance!("where i.app_id = $1 order by i.name");
    INSTANCES_OF = instance!("where i.deployment_id = $1 order by i.name");
    DELETE_INSTANCE = "delete from instances where name = $1";
    OBSERVE = "update instances set observed = $1, started_at = $2 where name = $3";
    RESTARTED = "update instances set restarts = restarts + 1 where name = $1";
    HEALTHY = "update instances set healthy = $1 where name = $2";
    STARTED = "update instances set observed = 'running', healthy = $1, started_at = $2 where name = $3";

    SERVE = "update apps set current_release = $1, current_deployment = $2, public = $3 where id = $4";
    DRAIN = "update instances set draining = 1 where app_id = $1 and deployment_id <> $2";

    FORGET_EGRESS = "delete from egress_addresses where app_id = $1";
    FORGET_SECRETS = "delete from secrets where app_id = $1";
    FORGET_CONFIGS = "delete from configs where app_id = $1";
    FORGET_ATTACHMENTS = "delete from attachments where app_id = $1";
    /// Versions that were replaced or removed and that the serving release does not use.
    SPENT_SECRETS = "select s.name, s.version from secrets s where s.app_id = $1 and (s.removed_at is not null or s.version < \
               (select max(t.version) from secrets t where t.app_id = s.app_id and t.name = s.name)) order by s.name, s.version";
    DELETE_SECRET = "delete from secrets where app_id = $1 and name = $2 and version = $3";
    GONE = "update apps set destroyed_at = $1, current_release = null, current_deployment = null, public = 0 \
               where id = $2 and destroyed_at is null";
}
