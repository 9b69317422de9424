//! Who may come in: users, passwords, second factors, sessions, tokens, grants.
//!
//! 45 CFR 164.312(a)(2)(i) (unique user identification), (a)(2)(iii) (automatic logoff), (d) (person or entity
//! authentication), 164.308(a)(4)(ii)(B)-(C) (access authorization), (a)(5)(ii)(C) (log-in monitoring).
//! Architecture Invariant: a door gets a [`Ctx`](ward_spine::Ctx) with a user only from [`sessions::authenticate`].

pub mod factors;
pub mod grants;
pub mod passwords;
pub mod sessions;
pub mod throttle;
pub mod tokens;
pub mod users;

use ward_spine::{Ctx, Error, Result};

/// The user who acts; an error for anybody else.
pub(crate) fn acting_user(ctx: &Ctx) -> Result<ward_model::UserId> {
    ctx.who().user().ok_or_else(unauthenticated)
}

/// Says the same for every reason, so that nobody learns which part was wrong.
pub(crate) fn unauthenticated() -> Error {
    Error::new(
        ward_model::ErrorCode::Unauthenticated,
        "you are not signed in, or the session has ended",
        "sign in again: `ward login`",
    )
}
