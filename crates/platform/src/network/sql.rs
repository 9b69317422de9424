//! Queries of this room.

use crate::sql::queries;

queries! {
    PLACE = "select network_index, last_host from environments where id = $1 and destroyed_at is null";
    HOSTS = "select host from addresses where environment_id = $1";
    MOVE_ON = "update environments set last_host = $1 where id = $2";
    TAKE = "insert into addresses (environment_id, host, owner) values ($1, $2, $3)";
    RELEASE = "delete from addresses where owner = $1";
    RANGE_OF = "select n from uid_ranges where owner = $1";
    RANGES = "select n from uid_ranges order by n";
    TAKE_RANGE = "insert into uid_ranges (n, owner) values ($1, $2)";
    RELEASE_RANGE = "delete from uid_ranges where owner = $1";
    /// Addresses of running or starting containers with the manifest of their release.
    INSTANCES = "select i.app_id, a.name, i.process, i.address, r.manifest from instances i \
                 join apps a on a.id = i.app_id join releases r on r.id = i.release_id \
                 where a.destroyed_at is null order by i.name";
    EGRESS = "select app_id, host, address, added_at from egress_addresses order by app_id, host, added_at, address";
    EGRESS_OF = "select host, address from egress_addresses where app_id = $1 order by host, added_at, address";
    ADD_EGRESS = "insert into egress_addresses (app_id, host, address, added_at) values ($1, $2, $3, $4) \
                 on conflict (app_id, host, address) do nothing";
    DROP_EGRESS = "delete from egress_addresses where app_id = $1 and host = $2 and address = $3";
}
