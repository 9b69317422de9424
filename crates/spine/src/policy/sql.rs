//! Queries of the gate.

use ward_model::UserId;

use super::HeldRole;
use crate::{Error, ReadTx, Result};

const HELD: &str = "select id, role, scope_kind, scope_id, organization_id from grants where user_id = $1 and revoked_at is null order by id";

pub(super) async fn held_roles(read: &mut ReadTx, user: UserId) -> Result<Vec<HeldRole>> {
    let rows: Vec<(String, String, String, String, Option<String>)> =
        sqlx::query_as(HELD).bind(user.to_string()).fetch_all(read.conn()).await?;
    rows.into_iter()
        .map(|(policy, role, kind, id, organization)| {
            Ok(HeldRole {
                policy,
                role: role.parse().map_err(|e| Error::internal("reading a grant", e))?,
                kind: serde_json::from_value(serde_json::Value::String(kind))
                    .map_err(|e| Error::internal("reading a grant", e))?,
                id,
                organization: organization.map(|o| o.parse()).transpose()?,
            })
        })
        .collect()
}
