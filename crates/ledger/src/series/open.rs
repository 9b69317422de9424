//! Opening a series: what is there, and what a crash left half done.

use std::collections::HashMap;
use std::fs::{self, DirBuilder};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, RwLock};

use super::link::{ShardLink, shard_link};
use super::{
    Inner, KeyLine, Owner, OwnerError, Sequencer, Series, SeriesConfig, SeriesError, Shard, is_shard_name,
    keys, logged_time,
};
use crate::HEAD_FILE;
use crate::log::{Log, LogConfig};
use crate::note::Signer;
use crate::wal;

/// Ending of the marker in place of an archived shard.
pub const ARCHIVED: &str = "archived";

pub(super) async fn open(
    dir: &Path,
    config: SeriesConfig,
    owner: Arc<dyn Owner>,
) -> Result<Series, SeriesError> {
    if !is_shard_name(&config.first_shard) {
        return Err(SeriesError::ShardName(config.first_shard));
    }
    let lines = match keys::read(dir)? {
        Some(lines) if !lines.is_empty() => lines,
        _ => begin(dir, &config, &owner)?,
    };
    let Some(last) = lines.last().filter(|last| last.closed.is_none()) else {
        let path = dir.join(keys::KEYS_FILE);
        return Err(SeriesError::Keys { path, detail: "no shard is open".to_owned() });
    };
    let folder = dir.join(&last.shard);
    let signer = owner.open_key(&folder, last.key.name()).map_err(of_owner(&last.shard))?;
    if signer.verifier_key() != &last.key {
        let path = dir.join(keys::KEYS_FILE);
        return Err(SeriesError::Keys { path, detail: format!("{} has another key", last.shard) });
    }
    let log = open_shard(&folder, &last.shard, signer, &config, config.create).await?;
    if log.size() == 0 {
        // Only the first shard: a later one is listed in `keys` after its link is durable.
        let link = ShardLink::Opened {
            shard: last.shard.clone(),
            origin: last.key.name().to_owned(),
            key: last.key.to_string(),
            previous: None,
        };
        let entry = owner.link_entry(&link, last.opened).map_err(of_owner(&last.shard))?;
        log.append(entry).await?;
    }
    let end = log.size().saturating_sub(1);
    let newest = log.entry(end).map_err(|e| of_owner(&last.shard)(e.into()))?;
    let stamp = logged_time(&newest).unwrap_or(last.opened).max(last.opened);
    let closed = matches!(shard_link(&newest), Some(ShardLink::Closed { .. }));
    let current: Arc<str> = last.shard.as_str().into();
    let shards = shards(dir, &lines);
    for shard in shards.iter().filter(|shard| shard.closed.is_some() && shard.dir.is_dir()) {
        owner.destroy_key(&shard.dir).map_err(of_owner(&shard.name))?;
    }
    let series = Series(Arc::new(Inner {
        dir: dir.to_owned(),
        config,
        owner,
        sequencer: tokio::sync::Mutex::new(Sequencer { last: stamp, ended: closed, closing: None }),
        shards: RwLock::new(shards),
        current: RwLock::new((current, log)),
        readers: Mutex::new(HashMap::new()),
    }));
    series.settle(&mut *series.0.sequencer.lock().await).await?;
    Ok(series)
}

/// The first shard of a new log: its key, then its line. A crash in between leaves what the next try uses.
fn begin(dir: &Path, config: &SeriesConfig, owner: &Arc<dyn Owner>) -> Result<Vec<KeyLine>, SeriesError> {
    let has_log = fs::read_dir(dir).is_ok_and(|found| {
        found.flatten().any(|entry| {
            let path = entry.path();
            path.join(wal::FOLDER).exists() || path.join(HEAD_FILE).exists()
        })
    });
    if has_log {
        return Err(SeriesError::KeysMissing(dir.to_owned()));
    }
    if !config.create {
        return Err(SeriesError::Missing(dir.to_owned()));
    }
    let shard = config.first_shard.clone();
    let folder = make_folder(dir, &shard)?;
    let origin = format!("{}/{shard}", config.base_origin);
    let signer = owner.create_key(&folder, &origin).map_err(of_owner(&shard))?;
    let key = signer.verifier_key().clone();
    let lines = vec![KeyLine { shard, key, opened: config.now, closed: None }];
    keys::write(dir, &lines)?;
    Ok(lines)
}

/// The shards that `keys` lists, with where they are.
pub(super) fn shards(dir: &Path, lines: &[KeyLine]) -> Vec<Shard> {
    let found = |line: &KeyLine| {
        let folder = dir.join(&line.shard);
        let archived = !folder.is_dir() && marker(dir, &line.shard).exists();
        if !archived && !folder.is_dir() {
            tracing::error!(shard = %line.shard, log = %dir.display(), "a shard of the ledger is missing");
        }
        let KeyLine { shard, key, opened, closed } = line.clone();
        Shard { name: shard, key, opened, closed, dir: folder, archived }
    };
    lines.iter().map(found).collect()
}

/// The marker that stands in place of an archived shard's folder.
pub fn marker(dir: &Path, shard: &str) -> PathBuf {
    dir.join(format!("{shard}.{ARCHIVED}"))
}

pub(super) fn make_folder(dir: &Path, shard: &str) -> Result<PathBuf, SeriesError> {
    let path = dir.join(shard);
    let made = DirBuilder::new().recursive(true).mode(0o700).create(&path);
    // The name of the shard and, for a new log, that of the log must survive a crash.
    let synced = made
        .and_then(|()| crate::durable::sync_dir(dir))
        .and_then(|()| dir.parent().map_or(Ok(()), crate::durable::sync_dir));
    synced.map_err(|source| SeriesError::Io { path: path.clone(), source })?;
    Ok(path)
}

pub(super) async fn open_shard(
    folder: &Path,
    shard: &str,
    signer: Signer,
    config: &SeriesConfig,
    create: bool,
) -> Result<Log, SeriesError> {
    let mut log = LogConfig::new(signer);
    log.create = create;
    log.segment_bytes = config.segment_bytes;
    log.publish_every = config.publish_every;
    let folder = folder.to_owned();
    let opened = tokio::task::spawn_blocking(move || Log::open(folder, log)).await;
    let opened = opened.map_err(|e| of_owner(shard)(e.into()))?;
    opened.map_err(|source| SeriesError::Shard { shard: shard.to_owned(), source })
}

pub(super) fn of_owner(shard: &str) -> impl FnOnce(OwnerError) -> SeriesError + '_ {
    move |source| SeriesError::Owner { shard: shard.to_owned(), source }
}
