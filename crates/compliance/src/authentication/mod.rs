//! Who somebody is (45 CFR 164.312(a)(2)(i), (a)(2)(iii), (d)): ids, factors, sessions, tokens, passwords.

mod idle;
mod mfa;
mod passwords;
mod step_up;
mod tokens;
mod unique;

pub(crate) use idle::IdleTimeout;
pub(crate) use mfa::MfaEnforced;
pub(crate) use passwords::PasswordPolicy;
pub(crate) use step_up::MfaStepUp;
pub(crate) use tokens::TokenExpiry;
pub(crate) use unique::{NoIdReuse, UniqueAccounts};

/// Columns of the query about users: id, e-mail, created, disabled, second factor, password hash.
pub(crate) type UserRow = (String, String, i64, Option<i64>, Option<String>, String);
/// Columns about sessions: id, user, created, last used, expires, second factor, ended.
pub(crate) type SessionRow = (String, String, i64, i64, i64, Option<i64>, Option<i64>);
/// Columns about tokens: id, user, created, expires, last used, hash of the secret.
pub(crate) type TokenRow = (String, String, i64, i64, Option<i64>, String);
