//! Queries of this room.

use crate::sql::queries;

queries! {
    /// Public apps with their web containers, current and draining.
    UPSTREAMS = "select a.id, a.host, e.data_class, r.manifest, i.name, i.process, i.address, i.draining, i.healthy \
                 from apps a join environments e on e.id = a.environment_id \
                 join releases r on r.id = a.current_release \
                 left join instances i on i.app_id = a.id and (i.draining = 1 or i.deployment_id = a.current_deployment) \
                 where a.public = 1 and a.destroying_at is null and a.destroyed_at is null order by a.host, i.name";
}
