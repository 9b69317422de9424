//! Users: people with an account. Ids are unique and never reused; a user is disabled, never deleted.

mod create;
mod disable;
mod erase;
mod list;
pub(crate) mod sql;

pub use create::{FirstOwner, create, create_first_owner};
pub use disable::disable;
pub use erase::erase;
pub use list::{list, me};

use ward_spine::{Error, Result};

/// Brings an address to its one form: trimmed, lower case, plausible.
pub(crate) fn normal_email(text: &str) -> Result<String> {
    let email = text.trim().to_lowercase();
    let plausible = email.len() <= 254
        && !email.chars().any(|c| c.is_whitespace() || c.is_control())
        && email
            .split_once('@')
            .is_some_and(|(local, domain)| !local.is_empty() && domain.len() >= 3 && !domain.contains('@'));
    if plausible {
        Ok(email)
    } else {
        Err(Error::invalid("that is no e-mail address", "give one like name@example.org"))
    }
}

/// Checks a name for people.
pub(crate) fn normal_display_name(text: &str) -> Result<String> {
    let name = text.trim();
    if name.is_empty() || name.chars().count() > 100 || name.chars().any(char::is_control) {
        return Err(Error::invalid(
            "the display name is empty, too long, or has control characters",
            "give 1 to 100 characters",
        ));
    }
    Ok(name.to_owned())
}
