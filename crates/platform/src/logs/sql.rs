//! Queries of this room.

use crate::sql::queries;

queries! {
    APP = "select a.organization_id, a.project_id, a.environment_id, e.data_class, a.destroyed_at \
           from apps a join environments e on e.id = a.environment_id where a.id = $1";
    LIVING = "select id from apps where destroyed_at is null";
}
