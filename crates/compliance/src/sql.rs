//! Every query of this wing. Those about other rooms' tables only read, and compute what is intended anew: a check
//! that asked the room itself would believe its mistakes.

macro_rules! queries {
    ($($(#[$doc:meta])* $name:ident = $text:expr;)*) => {
        $($(#[$doc])* pub(crate) const $name: &str = $text;)*
        /// All queries.
        #[cfg(test)]
        pub(crate) const ALL: &[(&str, &str)] = &[$((stringify!($name), $name)),*];
    };
}

queries! {
    // Observations.
    INSERT = "insert into observations (id, check_id, verdict, summary, evidence, evidence_sha256, observed_at, took_ms) \
              values ($1, $2, $3, $4, $5, $6, $7, $8)";
    /// The newest few: ids made in one millisecond are in no order among themselves.
    LATEST = "select id, check_id, verdict, summary, evidence, observed_at, took_ms from observations \
              where check_id = $1 order by id desc limit 8";
    OF_CHECK = "select id, check_id, verdict, summary, evidence, observed_at, took_ms from observations \
                where check_id = $1 and id < $2 order by id desc limit $3";
    NEWEST_HASHES = "select id, verdict, evidence, evidence_sha256, check_id from observations order by id desc limit $1";
    LATEST_PASSED = "select evidence from observations where check_id = $1 and verdict = 'pass' order by id desc limit 1";
    PRUNE = "delete from observations where observed_at < $1 and id not in (select max(id) from observations group by check_id)";
    REQUESTS = "select check_id, asked_at from check_requests";
    REQUEST = "insert into check_requests (check_id, asked_at) values ($1, $2) \
               on conflict (check_id) do update set asked_at = excluded.asked_at";
    ANSWER = "delete from check_requests where check_id = $1 and asked_at <= $2";
    // The ingress.
    HOSTS = "select host from apps where destroyed_at is null and public = 1 and current_release is not null order by host";
    AUTHORITIES = "select cert_pem from authorities order by id";
    // People and credentials.
    USERS = "select id, email, created_at, disabled_at, totp_secret, password_hash from users order by id";
    SESSIONS = "select id, user_id, created_at, last_used_at, expires_at, second_factor_at, ended_at from sessions \
                where ended_at is null and expires_at > $1";
    TOKENS = "select id, user_id, created_at, expires_at, last_used_at, secret_hash from tokens where revoked_at is null";
    GRANTS = "select id, user_id from grants where revoked_at is null";
    SECRET_HASHES = "select secret_hash from sessions union all select secret_hash from tokens union all select hash from recovery_codes";
    ATTACHMENTS = "select a.database_id, a.app_id, a.role from attachments a join databases d on d.id = a.database_id \
                   where d.destroyed_at is null";
    SECRET_NAMES = "select distinct app_id, name from secrets where removed_at is null";
    // Keys.
    KEYS = "select id, kind, parent_id, context, created_at, wrapped from keys where destroyed_at is null";
    ENVIRONMENT_KEYS = "select id, organization_id, kek_id from environments where destroyed_at is null";
    // Environments and what is in them.
    ENVIRONMENTS = "select e.id, e.organization_id, e.data_class, e.network_index, e.created_at, coalesce(r.phi, 0) \
                    from environments e left join regions r on r.id = e.region_id where e.destroyed_at is null";
    APPS = "select a.id, a.environment_id, e.data_class from apps a left join environments e on e.id = a.environment_id \
            where a.destroyed_at is null";
    DATABASES = "select d.id, d.environment_id, e.data_class, d.name, d.state, d.address, d.backup_every, d.created_at \
                 from databases d left join environments e on e.id = d.environment_id where d.destroyed_at is null order by d.id";
    BACKUPS = "select id, database_id, dek_id, sha256, bytes, ended_at from backups \
               where state = 'complete' and destroyed_at is null order by id";
    AGREEMENTS = "select id, organization_id, effective_at, expires_at, ended_at, document_sha256 from agreements";
    INSTANCES = "select i.name, i.app_id, i.address, r.manifest from instances i join apps a on a.id = i.app_id \
                 join releases r on r.id = i.release_id where a.destroyed_at is null";
    DATABASE_FLOWS = "select i.address, d.address from attachments t join databases d on d.id = t.database_id \
                      join instances i on i.app_id = t.app_id where d.destroyed_at is null";
    EGRESS = "select app_id, host, address from egress_addresses";
    // The record.
    OPEN_ATTEMPTS = "select count(*) from ledger_index a where a.kind = 'attempt' and a.time < $1 \
                     and not exists (select 1 from ledger_index o where o.attempt = a.attempt and o.kind = 'outcome')";
    OLDEST_ROW = "select min(t) from (select min(created_at) as t from users union all select min(created_at) from organizations \
                  union all select min(created_at) from keys) as oldest";
    RETENTION_POLICIES = "select log, months, pruning, local_months from retention_policies order by log";
    ARCHIVED_SHARDS = "select log, shard, opened_at, closed_at, locked_until, verified_at, pruned_at \
                       from archived_shards order by log, closed_at";
    STANDING_HOLDS = "select count(*) from legal_holds where released_at is null";
    /// Holds on a log that stood when the shard was removed, and touch its time.
    HELD_WHEN_PRUNED = "select count(*) from legal_holds where log = $1 and created_at < $2 \
                        and (released_at is null or released_at > $2) and (from_at is null or from_at <= $3) \
                        and (to_at is null or to_at > $4)";
}

#[cfg(test)]
mod tests {
    use ward_testkit::TestServer;

    #[tokio::test]
    async fn every_query_can_be_prepared() {
        let server = TestServer::new().await;
        let mut read = server.core.db.read().await.unwrap();
        for (name, text) in super::ALL {
            let prepared = sqlx::Executor::prepare(read.conn(), sqlx::SqlSafeStr::into_sql_str(*text)).await;
            assert!(prepared.is_ok(), "{name}: {:?}", prepared.err());
        }
    }
}
