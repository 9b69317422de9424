//! Erasing a person from the ledger: the key behind their pseudonym is destroyed (NIST SP 800-88, cryptographic erase).
//!
//! Their entries stay, verify, and tell nobody any more whom they are about. That can't be undone.

use serde_json::json;
use ward_model::{
    Action, Target, UserId,
    ledger::{Erase, Erased},
};
use ward_spine::{Ctx, Error, Result};

use super::sql;

/// Longest reason, in characters.
const LONGEST_REASON: usize = 500;

/// Erases a person who can't sign in any more. The record of it names the pseudonym, and why.
///
/// # Errors
/// A conflict for a user who is not disabled, not found for one who is unknown or was erased before; those of the gate.
pub async fn erase(ctx: &Ctx, id: UserId, wish: Erase) -> Result<Erased> {
    let reason = wish.reason.trim();
    if reason.is_empty() || reason.chars().count() > LONGEST_REASON || reason.chars().any(char::is_control) {
        return Err(Error::invalid(
            "a reason of 1 to 500 characters on one line is needed",
            "say on whose request and by what right, without naming the person",
        ));
    }
    let audit = &ctx.core().audit;
    // Only this looks at the person before the gate decides; the answer is the same for whoever may not.
    let subject = audit.pseudonym(id).await?;
    let detail = json!({ "user": subject, "reason": reason });
    let permit = ctx.permit_with(Action::SubjectErase, &Target::platform(), detail.clone()).await?;
    let unknown = || Error::not_found("person of the ledger", id);
    let subject = subject.ok_or_else(unknown)?;
    let mut tx = permit.begin().await?;
    if sql::by_id(tx.conn(), id).await?.is_some_and(|account| account.user.disabled_at.is_none()) {
        return Err(Error::conflict(
            "this user can still sign in, and would get a new pseudonym",
            "disable the user first: `ward user disable`",
        ));
    }
    if !audit.erase_subject(&mut tx, &subject).await? {
        return Err(unknown());
    }
    tx.commit(detail).await?;
    // Somebody may have looked at the person's entries meanwhile.
    audit.forget_subject(&subject);
    Ok(Erased { subject })
}
