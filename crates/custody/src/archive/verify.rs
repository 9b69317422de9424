//! Reads an archived object back from the store, and verifies the ledger in it.

use std::path::{Path, PathBuf};

use serde_json::json;
use tokio::io::AsyncWriteExt as _;
use ward_ledger::VerifierKey;
use ward_model::{
    OrganizationId,
    retention::{LogName, ShardStatus},
};
use ward_spine::{Ctx, Error, Result};
use ward_vault::hash::Sha256;

use super::{
    Kept, LOOP, Manifest, Place, archive_action, find, open, place::PlaceError, seal, sql, status_of,
    store::PIECE,
};
use crate::logs;

/// Asks for an archived shard to be read back and verified now. The loop does it; look at `verified_at`.
///
/// # Errors
/// `not-found` if there is no such log or shard; `conflict` if the shard is not in the archive.
pub async fn verify(ctx: &Ctx, organization: Option<OrganizationId>, shard: &str) -> Result<ShardStatus> {
    let log = logs::find(&mut ctx.read().await?, organization).await?;
    let permit = ctx
        .permit_with(
            archive_action(log),
            &log.target(),
            json!({ "log": log, "shard": shard, "verify": true }),
        )
        .await?;
    known(ctx, log, shard).await?;
    let mut tx = permit.begin().await?;
    let done = sqlx::query(sql::ASK_VERIFY)
        .bind(ctx.now().micros())
        .bind(log.to_string())
        .bind(shard.to_owned())
        .execute(tx.conn())
        .await?;
    if done.rows_affected() == 0 {
        return Err(Error::conflict(
            "the shard is not in the archive",
            "list the archive to see where it is",
        ));
    }
    tx.commit(json!({ "shard": shard })).await?;
    ctx.wake(LOOP);
    status_of(ctx, log, shard).await
}

/// Refuses names of shards that the log does not have.
pub(super) async fn known(ctx: &Ctx, log: LogName, shard: &str) -> Result<()> {
    let here = logs::series(ctx.core(), log).is_some_and(|series| series.shard(shard).is_some());
    if here || find(ctx.read().await?.conn(), log, shard).await?.is_some() {
        return Ok(());
    }
    let shard: String = shard.chars().take(40).collect();
    Err(Error::not_found("shard", shard))
}

/// What was read back: a folder with the bundle in it, removed when dropped.
pub(crate) struct ReadBack(PathBuf);

impl ReadBack {
    fn new(ctx: &Ctx, kept: &Kept) -> Result<Self, PlaceError> {
        let folder = kept.back(ctx);
        let _ = std::fs::remove_dir_all(&folder);
        seal::private_dir(&folder)?;
        Ok(Self(folder))
    }

    /// The bundle, in a tar file.
    pub(crate) fn bundle(&self) -> PathBuf {
        self.0.join("bundle.tar")
    }
}

impl Drop for ReadBack {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Fetches the object as the store gives it, compares its bytes with what was put, opens it, and verifies every entry
/// in it; and compares the manifest, if it was written already. Nothing less shows that the archive holds the record.
///
/// # Errors
/// [`PlaceError::Missing`], [`PlaceError::Damaged`] with what differs; others if it can't be known now.
pub(crate) async fn read_back(
    ctx: &Ctx,
    place: &Place,
    kept: &Kept,
    key: &VerifierKey,
) -> Result<ReadBack, PlaceError> {
    let back = ReadBack::new(ctx, kept)?;
    let sealed = back.0.join("object.ward");
    fetch(place, kept, &sealed).await?;
    open_and_verify(ctx, kept, sealed, &back, key).await?;
    if kept.archived.is_some() {
        manifest_stands(place, kept).await?;
    }
    Ok(back)
}

/// Opens and verifies a sealed file that is here.
pub(super) async fn check_file(
    ctx: &Ctx,
    kept: &Kept,
    sealed: &Path,
    key: &VerifierKey,
) -> Result<(), PlaceError> {
    open_and_verify(ctx, kept, sealed.to_owned(), &ReadBack::new(ctx, kept)?, key).await
}

async fn open_and_verify(
    ctx: &Ctx,
    kept: &Kept,
    sealed: PathBuf,
    back: &ReadBack,
    key: &VerifierKey,
) -> Result<(), PlaceError> {
    let opener = ctx.keyring().opener(ctx.read().await?.conn(), kept.dek, &kept.aad()).await?;
    let (bundle, kept, key) = (back.bundle(), kept.clone(), key.clone());
    let opened = tokio::task::spawn_blocking(move || {
        open::open(&sealed, opener, &kept.object, &bundle)?;
        open::verify(&bundle, &kept, &key)
    });
    opened.await.map_err(|e| PlaceError::Ward(e.to_string()))?
}

/// Fetches the object into a file and compares size and SHA-256.
async fn fetch(place: &Place, kept: &Kept, into: &Path) -> Result<(), PlaceError> {
    let (name, version) = (kept.object.as_str(), kept.version.as_deref());
    let (Some(bytes), Some(sha256)) = (kept.bytes, kept.sha256.as_ref()) else {
        return Err(PlaceError::Ward("the shard was not archived".into()));
    };
    let found = place.find(name, version).await?.ok_or_else(|| PlaceError::Missing(name.to_owned()))?;
    if found.bytes != bytes {
        return Err(PlaceError::damaged(name, format!("{bytes} bytes were put, {} are there", found.bytes)));
    }
    let doing = || PlaceError::disk(format!("writing {}", into.display()));
    let mut file = tokio::fs::File::from_std(seal::private_file(into).map_err(doing())?);
    let (mut at, mut hash) = (0, Sha256::new());
    while at < bytes {
        let to = bytes.min(at + PIECE as u64);
        let piece = place.piece(name, version, at, to).await?;
        if piece.len() as u64 != to - at {
            return Err(PlaceError::damaged(name, format!("it ends at byte {}", at + piece.len() as u64)));
        }
        hash.update(&piece);
        file.write_all(&piece).await.map_err(doing())?;
        at = to;
    }
    file.flush().await.map_err(doing())?;
    let there = seal::hex(&hash.finish());
    if there != *sha256 {
        return Err(PlaceError::damaged(name, format!("its SHA-256 is {there}, {sha256} was put")));
    }
    Ok(())
}

/// Compares what the manifest in the archive says of the object.
async fn manifest_stands(place: &Place, kept: &Kept) -> Result<(), PlaceError> {
    let name = kept.manifest();
    let text = read_manifest(place, &name).await?;
    let manifest: Manifest = serde_json::from_slice(&text)
        .map_err(|e| PlaceError::damaged(&name, format!("it can't be read: {e}")))?;
    let same = (Some(&manifest.sealed.sha256), &manifest.root, manifest.entries)
        == (kept.sha256.as_ref(), &kept.root, kept.entries);
    if same { Ok(()) } else { Err(PlaceError::damaged(&name, "it tells of another object")) }
}

/// The newest manifest under a name.
pub(super) async fn read_manifest(place: &Place, name: &str) -> Result<Vec<u8>, PlaceError> {
    let found = place.find(name, None).await?.ok_or_else(|| PlaceError::Missing(name.to_owned()))?;
    if found.bytes > PIECE as u64 {
        return Err(PlaceError::damaged(name, "it is far too long for a manifest"));
    }
    Ok(place.piece(name, None, 0, found.bytes).await?.to_vec())
}
