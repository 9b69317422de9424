//! Queries about retention.

use crate::sql::queries;

queries! {
    FIND = "select months, pruning, local_months, set_at, set_by from retention_policies where log = $1";
    SET = "insert into retention_policies (log, months, pruning, local_months, set_at, set_by) \
           values ($1, $2, $3, $4, $5, $6) on conflict (log) do update set months = excluded.months, \
           pruning = excluded.pruning, local_months = excluded.local_months, set_at = excluded.set_at, \
           set_by = excluded.set_by";
}
