//! Gives ranges of host uids: the user namespace of one app or database.

use ward_spine::{Error, Result, WriteTx};

use super::sql;
use crate::sql::number;

/// Ids in a range.
const WIDTH: u32 = 65_536;

/// Gives `owner` a range of 65,536 host uids and returns its first; the same again if it has one.
///
/// # Errors
/// `conflict` if all are in use.
pub async fn allocate_uid_range(tx: &mut WriteTx, owner: &str) -> Result<u32> {
    let (first, end) = tx.settings().uid_range;
    let ranges = i64::from(end.saturating_sub(first) / WIDTH);
    let had: Option<(i64,)> =
        sqlx::query_as(sql::RANGE_OF).bind(owner.to_owned()).fetch_optional(tx.conn()).await?;
    let n = match had {
        Some((n,)) => n,
        None => {
            let used: Vec<(i64,)> = sqlx::query_as(sql::RANGES).fetch_all(tx.conn()).await?;
            // Sorted, so the first that is not its own place is the first gap.
            let n = (0_i64..)
                .zip(&used)
                .find(|(place, (n,))| place != n)
                .map_or(used.len(), |(place, _)| usize::try_from(place).unwrap_or(usize::MAX));
            let n = i64::try_from(n).ok().filter(|n| *n < ranges).ok_or_else(|| {
                Error::conflict(
                    "all uid ranges are in use",
                    "destroy an app or a database that is not needed, or widen [engine] uid_range",
                )
            })?;
            sqlx::query(sql::TAKE_RANGE).bind(n).bind(owner.to_owned()).execute(tx.conn()).await?;
            n
        }
    };
    Ok(number::<u32>(n)?.saturating_mul(WIDTH).saturating_add(first))
}

/// Takes a range back. No container and no file of the owner may be left.
pub async fn release_uid_range(tx: &mut WriteTx, owner: &str) -> Result<()> {
    sqlx::query(sql::RELEASE_RANGE).bind(owner.to_owned()).execute(tx.conn()).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use ward_model::Action;
    use ward_testkit::TestServer;

    use super::*;
    use crate::testing;

    #[tokio::test]
    async fn ranges_do_not_overlap_and_are_reused_after_release() {
        let server = TestServer::new().await;
        let (owner, env) = testing::environment(&server, "mercy").await;
        let mut tx = owner.permit(Action::AppCreate, &env).await.unwrap().begin().await.unwrap();
        let mut bases = Vec::new();
        for name in ["a", "b", "c"] {
            bases.push(allocate_uid_range(&mut tx, name).await.unwrap());
        }
        assert_eq!(bases, [300_000, 365_536, 431_072]);
        assert_eq!(allocate_uid_range(&mut tx, "b").await.unwrap(), 365_536, "the same again");
        release_uid_range(&mut tx, "b").await.unwrap();
        assert_eq!(allocate_uid_range(&mut tx, "d").await.unwrap(), 365_536);
        assert_eq!(allocate_uid_range(&mut tx, "e").await.unwrap(), 496_608);
    }
}
