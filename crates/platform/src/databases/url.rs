//! Hands out the connection URL. Recorded before it is read, and only under a fresh second factor.

use ward_model::{Action, DatabaseId, databases::DatabaseUrl};
use ward_spine::{Ctx, Error, Result};
use zeroize::Zeroizing;

use super::{find, host, inject, password_place, roles};

/// The URL of the role for people, with its password, and the authority to verify the server with.
///
/// # Errors
/// `conflict` while the database is not ready.
pub async fn url(ctx: &Ctx, id: DatabaseId) -> Result<DatabaseUrl> {
    let mut read = ctx.read().await?;
    let found = find::stored(&mut read, id).await?.ok_or_else(|| Error::not_found("database", id))?;
    drop(read);
    ctx.permit(Action::DatabaseUrl, &found.database).await?;
    super::connect::require_ready(&found.database)?;
    let mut read = ctx.read().await?;
    let place = password_place(id, roles::ADMIN);
    let password = ctx.keyring().decrypt(read.conn(), found.dek, &place, &found.admin_password).await?;
    let password = Zeroizing::new(String::from_utf8_lossy(&password).into_owned());
    drop(read);
    let url = inject::url(roles::ADMIN, &password, &host(&found.database.name), None);
    Ok(DatabaseUrl { url: url.to_string(), ca_pem: inject::authority(ctx).await? })
}
