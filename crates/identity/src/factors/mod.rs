//! Second factors: TOTP (RFC 6238) and recovery codes. Mandatory for everyone before any other action.

mod enroll;
mod password;
mod recover;
mod totp;

pub use enroll::{confirm, enroll};
pub use password::change_password;
pub use recover::renew_recovery_codes;
pub(crate) use totp::{prove, use_up};

use ward_model::{Principal, principal::Credential};
use ward_spine::{Ctx, policy::STEP_UP};

/// Whether this very session gave its second factor in the last minutes.
pub(crate) fn is_fresh(ctx: &Ctx) -> bool {
    match ctx.who() {
        Principal::User { credential: Credential::Session { second_factor_at: Some(at), .. }, .. } => {
            *at <= ctx.now() && ctx.now().since(*at) <= STEP_UP
        }
        _ => false,
    }
}
