//! Carries one closed shard into the archive. Every step may be repeated.

use std::time::Duration;

use serde_json::json;
use ward_ledger::{Checkpoint, Series, Shard};
use ward_model::{
    Timestamp,
    retention::{LogName, Retention},
};
use ward_spine::{Ctx, Error, Result, keyring::PLATFORM};

use super::{
    Kept, Manifest, Place, archive_action, find,
    place::PlaceError,
    seal, sql,
    verify::{check_file, read_back, read_manifest},
};
use crate::{logs, retention};

/// Shortest lock that is asked for: a store refuses one that ends in the past.
const SHORTEST_LOCK: Duration = Duration::from_secs(86_400);

/// Makes the row and the key of a closed shard. Its way into the archive begins.
pub(super) async fn begin(
    ctx: &Ctx,
    place: &Place,
    log: LogName,
    series: &Series,
    shard: &Shard,
) -> Result<Kept> {
    let reading = |e: ward_ledger::ReadError| Error::internal("reading a closed shard", e);
    let closed = logs::closed_at(shard)
        .ok_or_else(|| Error::internal("archiving", format!("{} takes entries", shard.name)))?;
    let checkpoint = series.checkpoint(&shard.name).map_err(reading)?;
    let end = Checkpoint::open(checkpoint.as_bytes(), &shard.key)
        .map_err(|e| Error::internal("reading the checkpoint of a closed shard", e))?;
    let object = object_name(log, shard);
    let detail = json!({ "log": log, "shard": shard.name, "place": place.shown(), "object": object });
    let mut tx = ctx.permit_with(archive_action(log), &log.target(), detail).await?.begin().await?;
    let keyring = ctx.keyring();
    // Makes the platform's own keys if there are none yet.
    keyring.platform_dek(&mut tx).await?;
    let kek = keyring.find_on(tx.conn(), PLATFORM).await?;
    let kek = kek.ok_or_else(|| Error::internal("archiving", "the platform has no key"))?;
    let dek = keyring.create_dek(&mut tx, kek, &format!("archive {}", shard.origin())).await?;
    sqlx::query(sql::INSERT)
        .bind(log.to_string())
        .bind(shard.name.clone())
        .bind(dek.to_string())
        .bind(place.shown())
        .bind(object)
        .bind(shard.origin().to_owned())
        .bind(logs::time(shard.opened).micros())
        .bind(closed.micros())
        .bind(i64::try_from(end.size).unwrap_or(i64::MAX))
        .bind(end.root.to_string())
        .bind(ctx.now().micros())
        .execute(tx.conn())
        .await?;
    tx.commit(json!({ "shard": shard.name, "key": dek, "entries": end.size, "root": end.root.to_string() }))
        .await?;
    let kept = find(ctx.read().await?.conn(), log, &shard.name).await?;
    kept.ok_or_else(|| Error::internal("archiving", "the row is not there"))
}

/// Whether the shard can be bundled now: its successor must have published its first entry, which commits to this one.
pub(super) fn ready(series: &Series, shard: &Shard) -> bool {
    let shards = series.shards();
    let mut after = shards.iter().skip_while(|s| s.name != shard.name).skip(1);
    after.next().is_some_and(|next| {
        let text = std::fs::read(next.dir.join("checkpoint")).unwrap_or_default();
        next.archived || Checkpoint::open(&text, &next.key).is_ok_and(|end| end.size > 0)
    })
}

/// The last three parts of the origin: installation, log, shard. The same shard always has the same name.
fn object_name(log: LogName, shard: &Shard) -> String {
    let mut parts: Vec<&str> = shard.origin().rsplit('/').take(3).collect();
    parts.reverse();
    let plain = |part: &&str| {
        !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
    };
    let name = match parts.as_slice() {
        all @ [_, _, _] if all.iter().all(plain) => all.join("/"),
        _ => format!("{log}/{}", shard.name),
    };
    format!("{name}.ward")
}

/// Until when the shard is kept, and locked in a store that can.
pub(super) async fn keep_until(ctx: &Ctx, log: LogName, closed: Timestamp) -> Result<Timestamp> {
    let policy = retention::policy(ctx.read().await?.conn(), log).await?;
    let until = policy.months.max(Retention::FLOOR).until(closed);
    Ok(until.max(ctx.now().plus(SHORTEST_LOCK)))
}

/// Seals, uploads, reads back, verifies, records.
pub(super) async fn carry(
    ctx: &Ctx,
    place: &Place,
    mut kept: Kept,
    series: &Series,
    shard: &Shard,
) -> Result<(), PlaceError> {
    let until = keep_until(ctx, kept.log, kept.closed).await?;
    let checkpoint = published(series, shard, &kept)?;
    let staged = kept.staged(ctx);
    let (bytes, sha256) = if staged.is_file() {
        let path = staged.clone();
        let measured = tokio::task::spawn_blocking(move || seal::measure(&path)).await;
        measured
            .map_err(|e| PlaceError::Ward(e.to_string()))?
            .map_err(PlaceError::disk("reading a sealed shard"))?
    } else {
        let sealer = ctx.keyring().sealer(ctx.read().await?.conn(), kept.dek, &kept.aad()).await?;
        let (path, dir, this) = (staged.clone(), series.dir().to_owned(), kept.clone());
        let sealed = tokio::task::spawn_blocking(move || seal::seal(&dir, &this, sealer, &path)).await;
        let summary = sealed.map_err(|e| PlaceError::Ward(e.to_string()))??;
        (summary.sealed_len, summary.sealed_sha256_hex())
    };
    kept.bytes = Some(bytes);
    kept.sha256 = Some(sha256);
    // A store that locks keeps for years whatever is put: nothing goes there that does not verify.
    if let Err(error) = check_file(ctx, &kept, &staged, &shard.key).await {
        let _ = std::fs::remove_file(&staged);
        return Err(PlaceError::Ward(format!("{} can't be archived: {error}", shard.name)));
    }
    if !adopt(ctx, place, &mut kept, shard).await? {
        kept.version = place.put_file(&kept.object, &staged, until).await?;
        read_back(ctx, place, &kept, &shard.key).await?;
    }
    kept.locked_until = locked(place, &kept.object, kept.version.as_deref(), until).await?;
    let manifest = Manifest::of(&kept, &shard.key.to_string(), checkpoint, until).to_bytes();
    put_manifest(place, &kept, manifest, until).await?;
    archived(ctx, &kept).await?;
    let _ = std::fs::remove_file(&staged);
    Ok(())
}

/// Whether the very same bytes are in the archive already: an upload before was cut off after its end.
async fn adopt(ctx: &Ctx, place: &Place, kept: &mut Kept, shard: &Shard) -> Result<bool, PlaceError> {
    let Some(found) = place.find(&kept.object, None).await?.filter(|f| Some(f.bytes) == kept.bytes) else {
        return Ok(false);
    };
    let there = Kept { version: found.version, ..kept.clone() };
    match read_back(ctx, place, &there, &shard.key).await {
        Ok(_) => {
            *kept = there;
            Ok(true)
        }
        Err(error) if error.lost() => Ok(false),
        Err(error) => Err(error),
    }
}

/// The final checkpoint, once the file that is published has it.
fn published(series: &Series, shard: &Shard, kept: &Kept) -> Result<String, PlaceError> {
    let text = std::fs::read_to_string(shard.dir.join("checkpoint"))
        .map_err(PlaceError::disk(format!("reading the checkpoint of {}", shard.name)))?;
    let end = Checkpoint::open(text.as_bytes(), &shard.key).map_err(|e| PlaceError::Ward(e.to_string()))?;
    let size = series.size(&shard.name).map_err(|e| PlaceError::Ward(e.to_string()))?;
    if (end.size, end.root.to_string()) != (kept.entries, kept.root.clone()) || size != kept.entries {
        let why = format!(
            "the published checkpoint of {} has {} entries, {} were closed",
            shard.name, end.size, kept.entries
        );
        return Err(PlaceError::Ward(why));
    }
    Ok(text)
}

/// Sees to it that the lock lasts long enough, and says until when; none in a store without locks.
pub(super) async fn locked(
    place: &Place,
    name: &str,
    version: Option<&str>,
    until: Timestamp,
) -> Result<Option<Timestamp>, PlaceError> {
    if !place.locks() {
        return Ok(None);
    }
    let seen = place.locked_until(name, version).await?;
    if seen.is_some_and(|seen| seen >= until) {
        return Ok(seen);
    }
    place.lock(name, version, until).await?;
    match place.locked_until(name, version).await? {
        Some(seen) if seen >= until => Ok(Some(seen)),
        seen => Err(PlaceError::Unfit(format!(
            "{name} was to be locked in compliance mode until {until}, the store says {}",
            seen.map_or_else(|| "it is not".to_owned(), |t| t.to_string())
        ))),
    }
}

async fn put_manifest(
    place: &Place,
    kept: &Kept,
    bytes: Vec<u8>,
    until: Timestamp,
) -> Result<(), PlaceError> {
    let name = kept.manifest();
    let there = match read_manifest(place, &name).await {
        Ok(there) => Some(there),
        Err(PlaceError::Missing(_)) => None,
        Err(error) => return Err(error),
    };
    // A try before may have said another time until when it is kept; the rest is the same.
    let same = |there: &[u8]| {
        let read = |bytes: &[u8]| {
            serde_json::from_slice::<Manifest>(bytes).ok().map(|m| Manifest { kept_until: kept.closed, ..m })
        };
        read(there).is_some_and(|there| Some(there) == read(&bytes))
    };
    if there.as_deref().is_some_and(same) {
        return Ok(());
    }
    let version = place.put(&name, bytes.clone().into(), until).await?;
    if read_manifest(place, &name).await? != bytes {
        return Err(PlaceError::damaged(&name, "what was read back is not what was put"));
    }
    locked(place, &name, version.as_deref(), until).await.map(drop)
}

async fn archived(ctx: &Ctx, kept: &Kept) -> Result<()> {
    let detail = json!({ "log": kept.log, "shard": kept.shard, "object": kept.object, "verified": true });
    let mut tx = ctx.permit_with(archive_action(kept.log), &kept.log.target(), detail).await?.begin().await?;
    sqlx::query(sql::ARCHIVED)
        .bind(kept.bytes.and_then(|n| i64::try_from(n).ok()))
        .bind(kept.sha256.clone())
        .bind(kept.version.clone())
        .bind(kept.locked_until.map(|t| t.micros()))
        .bind(ctx.now().micros())
        .bind(kept.log.to_string())
        .bind(kept.shard.clone())
        .execute(tx.conn())
        .await?;
    tx.commit(json!({
        "shard": kept.shard, "object": kept.object, "bytes": kept.bytes, "sha256": kept.sha256,
        "entries": kept.entries, "root": kept.root, "locked_until": kept.locked_until,
    }))
    .await
}
