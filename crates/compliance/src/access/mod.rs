//! Access (45 CFR 164.308(a)(3)-(4), 164.312(a)(1)): who is let in without a right, and what is not labelled.

mod default_deny;
mod labelled;
mod termination;

pub(crate) use default_deny::DefaultDeny;
pub(crate) use default_deny::target_of;
pub(crate) use labelled::Labelled;
pub(crate) use termination::Termination;
