//! Keys in the store: wrapped, by id. The vault opens them; nothing here is secret.
//!
//! One KEK per environment and one for the platform; one DEK per resource (45 CFR 164.312(a)(2)(iv)).
//! Destroying a key's row destroys what it encrypts (NIST SP 800-88, cryptographic erase).

use ward_model::{Id as _, KeyId, Timestamp};
use ward_vault::{ChunkSize, Opener, Sealer, WrappedKey};
use zeroize::Zeroizing;

use crate::{Core, Error, ReadTx, Result, WriteTx, ctx::new_id, engine::VolumeKey};

/// Context of the platform's own KEK.
pub const PLATFORM: &str = "platform";
/// Context of the platform's own DEK.
pub const PLATFORM_DATA: &str = "platform data";

/// Keys by id or context.
pub struct Keyring<'a> {
    core: &'a Core,
}

struct Row {
    kek: WrappedKey,
    dek: WrappedKey,
}

fn vault(source: ward_vault::Error) -> Error {
    match source {
        ward_vault::Error::Sealed => {
            Error::new(ward_model::ErrorCode::Sealed, "Ward is sealed", "unseal it with `ward server unseal`")
        }
        other => Error::internal("using the vault", other),
    }
}

impl<'a> Keyring<'a> {
    pub(crate) fn new(core: &'a Core) -> Self {
        Self { core }
    }

    /// Creates a KEK; `context` says what for (`environment env_…`) and is unique among live keys.
    pub async fn create_kek(&self, tx: &mut WriteTx, context: &str) -> Result<KeyId> {
        let wrapped = self.core.vault.new_kek(context).map_err(vault)?;
        insert(tx, self.core.clock.now(), "kek", None, context, &wrapped).await
    }

    /// The platform's own DEK (second factors, certificates), created with its KEK at the first call.
    pub async fn platform_dek(&self, tx: &mut WriteTx) -> Result<KeyId> {
        if let Some(key) = find(tx.conn(), PLATFORM_DATA).await? {
            return Ok(key);
        }
        let kek = match find(tx.conn(), PLATFORM).await? {
            Some(key) => key,
            None => self.create_kek(tx, PLATFORM).await?,
        };
        self.create_dek(tx, kek, PLATFORM_DATA).await
    }

    /// Creates a DEK under a KEK.
    pub async fn create_dek(&self, tx: &mut WriteTx, kek: KeyId, context: &str) -> Result<KeyId> {
        let (text,): (String,) = sqlx::query_as(
            "select wrapped from keys where id = $1 and kind = 'kek' and destroyed_at is null",
        )
        .bind(kek.to_string())
        .fetch_one(tx.conn())
        .await?;
        let wrapped =
            self.core.vault.new_dek(&WrappedKey::from_text(&text).map_err(vault)?, context).map_err(vault)?;
        insert(tx, self.core.clock.now(), "dek", Some(kek), context, &wrapped).await
    }

    /// Id of the live key with this context.
    pub async fn find(&self, read: &mut ReadTx, context: &str) -> Result<Option<KeyId>> {
        find(read.conn(), context).await
    }

    /// The same on any open connection.
    pub async fn find_on(&self, conn: &mut sqlx::AnyConnection, context: &str) -> Result<Option<KeyId>> {
        find(conn, context).await
    }

    /// Destroys a key: its wrapped form is overwritten. What it encrypted is gone.
    pub async fn destroy(&self, tx: &mut WriteTx, key: KeyId) -> Result<()> {
        sqlx::query("update keys set wrapped = '', destroyed_at = $1 where (id = $2 or parent_id = $2) and destroyed_at is null")
            .bind(self.core.clock.now().micros())
            .bind(key.to_string())
            .execute(tx.conn())
            .await?;
        Ok(())
    }

    /// Encrypts under a DEK; `aad` binds the value to its place (`secret app_… NAME v3`).
    pub async fn encrypt(
        &self,
        conn: &mut sqlx::AnyConnection,
        dek: KeyId,
        aad: &str,
        plaintext: &[u8],
    ) -> Result<Vec<u8>> {
        let row = self.load(conn, dek).await?;
        self.core.vault.encrypt(&row.kek, &row.dek, aad, plaintext).map_err(vault)
    }

    /// Decrypts. Plaintext of a secret leaves only through a verb.
    pub async fn decrypt(
        &self,
        conn: &mut sqlx::AnyConnection,
        dek: KeyId,
        aad: &str,
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>> {
        let row = self.load(conn, dek).await?;
        self.core.vault.decrypt(&row.kek, &row.dek, aad, sealed).map_err(vault)
    }

    /// The key of an encrypted volume.
    pub async fn volume_key(
        &self,
        conn: &mut sqlx::AnyConnection,
        dek: KeyId,
        context: &str,
    ) -> Result<VolumeKey> {
        let row = self.load(conn, dek).await?;
        Ok(VolumeKey(self.core.vault.volume_key(&row.kek, &row.dek, context).map_err(vault)?))
    }

    /// Seals a stream (a backup) under a DEK.
    pub async fn sealer(&self, conn: &mut sqlx::AnyConnection, dek: KeyId, aad: &str) -> Result<Sealer> {
        let row = self.load(conn, dek).await?;
        self.core.vault.sealer(&row.kek, &row.dek, aad, ChunkSize::Mib1).map_err(vault)
    }

    /// Opens a sealed stream.
    pub async fn opener(&self, conn: &mut sqlx::AnyConnection, dek: KeyId, aad: &str) -> Result<Opener> {
        let row = self.load(conn, dek).await?;
        self.core.vault.opener(&row.kek, &row.dek, aad).map_err(vault)
    }

    async fn load(&self, conn: &mut sqlx::AnyConnection, dek: KeyId) -> Result<Row> {
        let row: Option<(String, String)> = sqlx::query_as(
            "select k.wrapped, d.wrapped from keys d join keys k on k.id = d.parent_id \
             where d.id = $1 and d.destroyed_at is null and k.destroyed_at is null",
        )
        .bind(dek.to_string())
        .fetch_optional(conn)
        .await?;
        let (kek, dek) = row.ok_or_else(|| {
            Error::conflict(
                "the key of this data was destroyed",
                "the data can't be read any more; restore another copy",
            )
        })?;
        Ok(Row {
            kek: WrappedKey::from_text(&kek).map_err(vault)?,
            dek: WrappedKey::from_text(&dek).map_err(vault)?,
        })
    }
}

async fn find(conn: &mut sqlx::AnyConnection, context: &str) -> Result<Option<KeyId>> {
    let row: Option<(String,)> =
        sqlx::query_as("select id from keys where context = $1 and destroyed_at is null")
            .bind(context.to_owned())
            .fetch_optional(conn)
            .await?;
    Ok(row.map(|(id,)| id.parse()).transpose()?)
}

/// The live KEK with this context, wrapped.
pub(crate) async fn find_kek(conn: &mut sqlx::AnyConnection, context: &str) -> Result<Option<WrappedKey>> {
    let row: Option<(String,)> = sqlx::query_as(
        "select wrapped from keys where context = $1 and kind = 'kek' and destroyed_at is null",
    )
    .bind(context.to_owned())
    .fetch_optional(conn)
    .await?;
    row.map(|(text,)| WrappedKey::from_text(&text).map_err(vault)).transpose()
}

async fn insert(
    tx: &mut WriteTx,
    now: Timestamp,
    kind: &str,
    parent: Option<KeyId>,
    context: &str,
    wrapped: &WrappedKey,
) -> Result<KeyId> {
    insert_on(tx.conn(), now, kind, parent, context, wrapped).await
}

/// Inserts a wrapped key. Outside of a permit only for the keys of the record's own pseudonyms.
pub(crate) async fn insert_on(
    conn: &mut sqlx::AnyConnection,
    now: Timestamp,
    kind: &str,
    parent: Option<KeyId>,
    context: &str,
    wrapped: &WrappedKey,
) -> Result<KeyId> {
    let id: KeyId = new_id(now);
    debug_assert!(!id.uuid().is_nil());
    sqlx::query("insert into keys (id, kind, parent_id, context, wrapped, created_at) values ($1, $2, $3, $4, $5, $6)")
        .bind(id.to_string())
        .bind(kind.to_owned())
        .bind(parent.map(|p| p.to_string()))
        .bind(context.to_owned())
        .bind(wrapped.to_text())
        .bind(now.micros())
        .execute(conn)
        .await?;
    Ok(id)
}
