//! Grants: who holds which role where (45 CFR 164.308(a)(4)(ii)(B)-(C)).

mod create;
mod list;
mod revoke;
pub(crate) mod sql;

pub use create::create;
pub(crate) use create::may_give;
pub use list::list;
pub use revoke::revoke;
