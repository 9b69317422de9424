//! Opens the way to a database for the door's tunnel.

use std::net::{SocketAddr, SocketAddrV4};

use ward_model::{
    Action, DatabaseId,
    databases::{Database, DatabaseState},
};
use ward_spine::{Ctx, Error, Result};

use super::{PORT, find};

/// Where the server listens, after the permit: the door carries bytes there. TLS and the password are between
/// the client and the server, so the tunnel gives nothing away.
///
/// # Errors
/// `conflict` while the database is not ready.
pub async fn connect(ctx: &Ctx, id: DatabaseId) -> Result<SocketAddr> {
    let found =
        find::stored(&mut ctx.read().await?, id).await?.ok_or_else(|| Error::not_found("database", id))?;
    ctx.permit(Action::DatabaseConnect, &found.database).await?;
    require_ready(&found.database)?;
    Ok(SocketAddrV4::new(found.address, PORT).into())
}

/// Refuses a database that can't be used now, above all one that was restored in part.
pub(super) fn require_ready(database: &Database) -> Result<()> {
    if database.state == DatabaseState::Ready {
        return Ok(());
    }
    let message = format!("{} is not ready: it is {}", database.name, database.state.as_str());
    let next_step = match (&database.problem, database.state) {
        (Some(problem), _) => problem.clone(),
        (None, DatabaseState::Creating | DatabaseState::Restoring) => "try again in a moment".into(),
        (None, _) => "use another database".into(),
    };
    Err(Error::conflict(message, next_step))
}
