//! Gives addresses of an environment's network, and takes them back.

use std::net::Ipv4Addr;

use ward_model::EnvironmentId;
use ward_spine::{Ctx, Error, Result, WriteTx};

use super::{FIRST_HOST, LAST_HOST, sql};
use crate::sql::number;

/// Gives `owner` (a container's name, a database's id) a free address. Addresses go round: one that was just
/// released is the last to be given again, so that nothing that still points at it meets a stranger.
///
/// # Errors
/// `conflict` if all 249 are in use.
pub async fn allocate_address(
    ctx: &Ctx,
    tx: &mut WriteTx,
    environment: EnvironmentId,
    owner: &str,
) -> Result<Ipv4Addr> {
    let (index, last): (i64, i64) =
        sqlx::query_as(sql::PLACE).bind(environment.to_string()).fetch_one(tx.conn()).await?;
    let used: Vec<(i64,)> =
        sqlx::query_as(sql::HOSTS).bind(environment.to_string()).fetch_all(tx.conn()).await?;
    let host =
        (last + 1..=LAST_HOST).chain(FIRST_HOST..=last.min(LAST_HOST)).find(|h| !used.contains(&(*h,)));
    let host = host.ok_or_else(|| {
        Error::conflict("all addresses of the environment are in use", "destroy an app or a database in it")
    })?;
    let environment = environment.to_string();
    sqlx::query(sql::MOVE_ON).bind(host).bind(environment.clone()).execute(tx.conn()).await?;
    sqlx::query(sql::TAKE).bind(environment).bind(host).bind(owner.to_owned()).execute(tx.conn()).await?;
    let base = u32::from(ctx.settings().network_pool.0);
    Ok(Ipv4Addr::from(base.wrapping_add(number::<u32>(index)? << 8).wrapping_add(number::<u32>(host)?)))
}

/// Takes back all addresses of an owner.
pub async fn release_addresses(tx: &mut WriteTx, owner: &str) -> Result<()> {
    sqlx::query(sql::RELEASE).bind(owner.to_owned()).execute(tx.conn()).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use ward_model::{Action, ErrorCode};
    use ward_testkit::TestServer;

    use super::*;
    use crate::testing;

    #[tokio::test]
    async fn addresses_are_unique_go_round_and_end() {
        let server = TestServer::new().await;
        let (owner, env) = testing::environment(&server, "mercy").await;
        let mut tx = owner.permit(Action::AppCreate, &env).await.unwrap().begin().await.unwrap();
        let first = allocate_address(&owner, &mut tx, env.id, "a").await.unwrap();
        assert_eq!(first.octets()[3], 2);
        release_addresses(&mut tx, "a").await.unwrap();
        let second = allocate_address(&owner, &mut tx, env.id, "b").await.unwrap();
        assert_ne!(first, second, "a released address rests");
        let mut all = HashSet::from([second]);
        for n in 0..248 {
            assert!(all.insert(allocate_address(&owner, &mut tx, env.id, &format!("c{n}")).await.unwrap()));
        }
        assert!(all.contains(&first));
        let full = allocate_address(&owner, &mut tx, env.id, "d").await.unwrap_err();
        assert_eq!(full.code(), ErrorCode::Conflict);
    }
}
