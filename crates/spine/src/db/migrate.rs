//! Forward-only migrations: one tree for both engines, each applied once, in order, in a transaction.

use sqlx::AssertSqlSafe;

use super::Db;
use crate::{Error, Result};

/// All migrations. Append only: a file that was released never changes.
const MIGRATIONS: &[(i64, &str)] = &[
    (1, include_str!("migrations/0001_spine.sql")),
    (2, include_str!("migrations/0002_identity.sql")),
    (3, include_str!("migrations/0003_platform.sql")),
    (4, include_str!("migrations/0004_databases.sql")),
    (5, include_str!("migrations/0005_compliance.sql")),
    (6, include_str!("migrations/0006_throttles.sql")),
    (7, include_str!("migrations/0007_record.sql")),
    (8, include_str!("migrations/0008_drains.sql")),
    (9, include_str!("migrations/0009_retention.sql")),
    (10, include_str!("migrations/0010_witnesses.sql")),
    (11, include_str!("migrations/0011_redaction.sql")),
];

pub(super) async fn run(db: &Db) -> Result<()> {
    let mut write = db.write().await?;
    sqlx::query("create table if not exists migrations (version bigint primary key, digest text not null)")
        .execute(&mut *write.tx)
        .await?;
    for (version, text) in MIGRATIONS {
        let digest = ward_vault::hash::sha256_hex(text.as_bytes());
        let known: Option<(String,)> = sqlx::query_as("select digest from migrations where version = $1")
            .bind(version)
            .fetch_optional(&mut *write.tx)
            .await?;
        if let Some((known,)) = known {
            if known != digest {
                return Err(Error::internal(
                    "checking the store's schema",
                    format!(
                        "migration {version} was applied with other contents: this store belongs to another version of Ward"
                    ),
                ));
            }
            continue;
        }
        for statement in statements(text) {
            // The text is a file of this repository, not input.
            sqlx::query(AssertSqlSafe(statement)).execute(&mut *write.tx).await?;
        }
        sqlx::query("insert into migrations (version, digest) values ($1, $2)")
            .bind(version)
            .bind(digest)
            .execute(&mut *write.tx)
            .await?;
    }
    let newest: (i64,) =
        sqlx::query_as("select coalesce(max(version), 0) from migrations").fetch_one(&mut *write.tx).await?;
    let known = MIGRATIONS.last().map_or(0, |m| m.0);
    if newest.0 > known {
        return Err(Error::internal(
            "checking the store's schema",
            format!("the store is at version {}, this Ward knows {known}: use a newer Ward", newest.0),
        ));
    }
    write.commit().await
}

/// Statements of a file: split at `;` at a line's end; lines that begin with `--` are left out.
fn statements(text: &str) -> Vec<String> {
    let code: String =
        text.lines().filter(|l| !l.trim_start().starts_with("--")).flat_map(|l| [l, "\n"]).collect();
    code.split(";\n").map(str::trim).filter(|s| !s.is_empty()).map(str::to_owned).collect()
}
