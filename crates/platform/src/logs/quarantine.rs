//! Reads what could not be masked. Recorded, and only with a fresh second factor: it may hold PHI.

use std::collections::VecDeque;

use ward_model::{Action, AppId, redaction::QuarantinedLine};
use ward_spine::{Ctx, Error, Result};

use super::{
    directory, key_context,
    segment::{self, Position},
    store::{open, target},
};

/// Most lines that are handed out.
const MOST: usize = 1000;

/// The newest quarantined lines of an app, oldest first.
///
/// # Errors
/// `not-found` if there is no such app that the principal may know of.
pub async fn quarantined(ctx: &Ctx, app: AppId) -> Result<Vec<QuarantinedLine>> {
    let found = target(ctx, app).await?.filter(|(_, destroyed)| !destroyed);
    let (target, _) = found.ok_or_else(|| Error::not_found("app", app))?;
    ctx.permit(Action::QuarantineRead, &target).await?;
    let Some(key) = ctx.keyring().find(&mut ctx.read().await?, &key_context(app)).await? else {
        return Ok(Vec::new());
    };
    let directory = directory(ctx, app);
    let unreadable = |e: std::io::Error| Error::internal("reading a log", e);
    let mut newest = VecDeque::new();
    for (number, _) in segment::list(&directory).await.map_err(unreadable)? {
        let mut at = Position { segment: number, ..Position::default() };
        for (record, sealed) in segment::read(&directory, &mut at).await.map_err(unreadable)? {
            for line in open(ctx, app, key, (number, record), &sealed).await?.quarantined {
                if newest.len() == MOST {
                    newest.pop_front();
                }
                newest.push_back(line);
            }
        }
    }
    Ok(newest.into())
}
