//! Roles and the database `app` of a server. Every statement can be repeated.

use ward_spine::{Ctx, Error, Result, engine::Engine};
use ward_vault::scram;

use super::{
    find::Attachment,
    password_place,
    psql::{identifier, literal, script},
    row::Stored,
};

/// Owns the database; nobody signs in as it, so nobody can change its password.
pub(super) const OWNER: &str = "ward_owner";
/// Role for people: its password is in the connection URL.
pub(super) const ADMIN: &str = "ward_admin";
/// Characters of a password: 187 bits.
pub(super) const PASSWORD_LENGTH: usize = 32;

/// Role of an app. A name of an app is a DNS label, so this is at most 44 bytes (PostgreSQL allows 63).
pub(super) fn of_app(name: &str) -> String {
    format!("app_{name}")
}

/// Makes the database, the role for people and a role for each attached app; removes roles of apps that it is
/// no longer attached to. Existing sessions go on.
pub(super) async fn prepare(
    ctx: &Ctx,
    engine: &dyn Engine,
    stored: &Stored,
    attached: &[Attachment],
) -> Result<()> {
    let id = stored.database.id;
    let container = super::container(id);
    let mut sql = String::from("set client_min_messages = warning;\n");
    sql.push_str(&create(OWNER, "nologin"));
    sql.push_str(&database());
    sql.push_str(&member(ADMIN, &verifier(ctx, stored, ADMIN, &stored.admin_password).await?));
    for attachment in attached {
        let verifier = verifier(ctx, stored, &attachment.role, &attachment.password).await?;
        sql.push_str(&member(&attachment.role, &verifier));
    }
    sql.push_str("select rolname from pg_roles where rolname like 'app\\_%' order by rolname;\n");
    let roles = script(engine, &container, "postgres", &sql).await?;
    for role in roles.lines().filter(|role| !attached.iter().any(|a| a.role == *role)) {
        remove(engine, &container, role).await?;
    }
    Ok(())
}

/// Statements that make an empty database `app` anew: what a restore begins with.
pub(super) fn database_anew() -> String {
    format!("drop database if exists app with (force);\n{}", database())
}

/// The database, and who may connect to it: members of its owner, nobody else.
fn database() -> String {
    let create = format!("create database app owner {}", identifier(OWNER));
    format!(
        "select {} where not exists (select from pg_database where datname = 'app')\n\\gexec\n\
         revoke all on database app from public;\nrevoke all on database postgres from public;\n\
         revoke all on database template1 from public;\n",
        literal(&create)
    )
}

fn create(role: &str, kind: &str) -> String {
    let create = format!("create role {} {kind}", identifier(role));
    let name = literal(role);
    format!(
        "select {} where not exists (select from pg_roles where rolname = {name})\n\\gexec\n",
        literal(&create)
    )
}

/// A role that signs in and acts as the owner.
fn member(role: &str, verifier: &str) -> String {
    let (name, owner) = (identifier(role), identifier(OWNER));
    format!(
        "{}alter role {name} login nosuperuser nocreatedb nocreaterole noreplication nobypassrls password {};\n\
         grant {owner} to {name};\nalter role {name} in database app set role = {};\n",
        create(role, "login"),
        literal(verifier),
        literal(OWNER)
    )
}

/// Removes a role: its sessions end, what it owned outside the common role goes to it.
async fn remove(engine: &dyn Engine, container: &str, role: &str) -> Result<()> {
    let (name, owner) = (identifier(role), identifier(OWNER));
    let sql = format!(
        "alter role {name} nologin;\n\
         select pg_terminate_backend(pid) from pg_stat_activity where usename = {};\n\
         reassign owned by {name} to {owner};\ndrop owned by {name};\ndrop role {name};\n",
        literal(role)
    );
    script(engine, container, "app", &sql).await.map(|_| ())
}

/// What the server stores instead of the password.
async fn verifier(ctx: &Ctx, stored: &Stored, role: &str, sealed: &[u8]) -> Result<String> {
    let password = password(ctx, stored, role, sealed).await?;
    let password = std::str::from_utf8(&password).map_err(|e| crate::sql::damaged("a password", e))?;
    scram::verifier(password).map_err(|e| Error::internal("making a SCRAM verifier", e))
}

/// The password of a role.
pub(super) async fn password(
    ctx: &Ctx,
    stored: &Stored,
    role: &str,
    sealed: &[u8],
) -> Result<zeroize::Zeroizing<Vec<u8>>> {
    let place = password_place(stored.database.id, role);
    ctx.keyring().decrypt(ctx.read().await?.conn(), stored.dek, &place, sealed).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_hold_the_verifier_and_quote_the_role() {
        let sql = member("app_clinic-web", "SCRAM-SHA-256$4096:a$b:c");
        assert!(sql.contains("\"app_clinic-web\" login nosuperuser"), "{sql}");
        assert!(sql.contains("password 'SCRAM-SHA-256$4096:a$b:c'"), "{sql}");
    }
}
