//! Issues a server certificate.

use ward_spine::{Ctx, Error, Result};
use ward_vault::certs::Issued;

use super::{LIFE, authority, jiff_time};

/// A certificate from the platform's authority, with a new key, for verbs and loops that hold a permit of their
/// own: it stores nothing. `names` are host names below the domain or `ward.internal`, or addresses of the pool.
///
/// # Errors
/// `invalid` for a name outside the authority's scope; `unavailable` before [`ensure`](super::ensure).
pub async fn issue(ctx: &Ctx, names: &[String]) -> Result<Issued> {
    let authority = authority(ctx).await?;
    authority.issue(names, LIFE, jiff_time(ctx.now())?).map_err(|e| match e {
        ward_vault::Error::Refused(why) => Error::invalid(
            format!("no certificate can be issued: {why}"),
            "choose a name below Ward's own domain",
        ),
        other => Error::internal("issuing a certificate", other),
    })
}
