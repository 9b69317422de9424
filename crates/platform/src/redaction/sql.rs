//! Queries of this room.

use crate::sql::queries;

queries! {
    POLICY = "select policy, version from redaction_policies where app_id = $1";
    SAVE = "insert into redaction_policies (app_id, policy, version, updated_at, updated_by) values ($1, $2, 1, $3, $4) \
            on conflict (app_id) do update set policy = excluded.policy, version = redaction_policies.version + 1, \
            updated_at = excluded.updated_at, updated_by = excluded.updated_by";
    COUNT = "insert into redaction_counts (app_id, hour, identifier, n) values ($1, $2, $3, $4) \
             on conflict (app_id, hour, identifier) do update set n = redaction_counts.n + excluded.n";
    FORGET = "delete from redaction_counts where app_id = $1 and hour < $2";
    SUMS = "select identifier, cast(sum(n) as bigint), max(hour) from redaction_counts \
            where app_id = $1 and hour >= $2 group by identifier order by 2 desc, identifier";
    BEFORE = "select cast(coalesce(sum(case when hour = $3 then n else 0 end), 0) as bigint), \
              cast(coalesce(sum(case when hour < $3 then n else 0 end), 0) as bigint) \
              from redaction_counts where app_id = $1 and hour >= $2 and identifier = $4";
    APP = "select name, organization_id, environment_id from apps where id = $1";
    RELEASE = "select number from releases where id = $1";
}
