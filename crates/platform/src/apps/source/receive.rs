//! Takes an archive in: seals it while it comes, then checks it whole.

use std::{collections::HashSet, io::Read, path::PathBuf};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use ward_model::{DeploymentId, KeyId};
use ward_spine::{Ctx, Error, Result};

use super::{
    MOST_COMPRESSED, Refusal, aad, read, sealed_path,
    walk::{Item, walk},
};
use crate::apps::manifest::Manifest;

/// Longest text that is read out of an archive.
const LONGEST_TEXT: u64 = 256 * 1024;

/// A stored archive that is removed again unless it is kept: a request that is dropped leaves nothing.
pub(crate) struct Received {
    path: PathBuf,
    kept: bool,
    /// The manifest in it.
    pub(crate) manifest: Manifest,
}

impl Received {
    /// Keeps the file: the deployment that names it is committed.
    pub(crate) fn keep(mut self) -> Manifest {
        self.kept = true;
        self.manifest.clone()
    }
}

impl Drop for Received {
    fn drop(&mut self) {
        if !self.kept {
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

/// Stores an archive sealed and checks it.
///
/// # Errors
/// `too-large`, or `invalid` with what is wrong.
pub(crate) async fn receive(
    ctx: &Ctx,
    dek: KeyId,
    deployment: DeploymentId,
    archive: &mut (dyn AsyncRead + Send + Unpin),
) -> Result<Received> {
    let path = sealed_path(ctx, deployment);
    if let Some(parent) = path.parent() {
        tokio::fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(parent)
            .await
            .map_err(Refusal::Disk)?;
    }
    let empty = Manifest::read(None, None)?;
    let mut received = Received { path: path.clone(), kept: false, manifest: empty };
    store(ctx, dek, deployment, archive, &path).await?;
    let mut connection = ctx.read().await?;
    let opener = ctx.keyring().opener(connection.conn(), dek, &aad(deployment)).await?;
    drop(connection);
    let checked = tokio::task::spawn_blocking(move || check(read::open(&path, opener)?)).await;
    let found = checked.map_err(|e| Error::internal("checking an archive", e))??;
    received.manifest = Manifest::read(found.ward_toml.as_deref(), found.procfile.as_deref())?;
    if !found.files.contains(&received.manifest.dockerfile) {
        return Err(Refusal::Missing(received.manifest.dockerfile.clone()).into());
    }
    Ok(received)
}

async fn store(
    ctx: &Ctx,
    dek: KeyId,
    deployment: DeploymentId,
    archive: &mut (dyn AsyncRead + Send + Unpin),
    path: &std::path::Path,
) -> Result<()> {
    let mut connection = ctx.read().await?;
    let mut sealer = ctx.keyring().sealer(connection.conn(), dek, &aad(deployment)).await?;
    drop(connection);
    let sealing = |e: ward_vault::Error| Error::internal("sealing an archive", e);
    let mut options = tokio::fs::OpenOptions::new();
    let mut file =
        options.write(true).create_new(true).mode(0o600).open(path).await.map_err(Refusal::Disk)?;
    let (mut buffer, mut sealed, mut total) = (vec![0; 64 * 1024], Vec::new(), 0_u64);
    loop {
        let n = archive.read(&mut buffer).await.map_err(Refusal::BrokeOff)?;
        let Some(plain) = buffer.get(..n).filter(|p| !p.is_empty()) else { break };
        total += n as u64;
        if total > MOST_COMPRESSED {
            return Err(Refusal::Compressed.into());
        }
        sealer.push(plain, &mut sealed).map_err(sealing)?;
        file.write_all(&sealed).await.map_err(Refusal::Disk)?;
        sealed.clear();
    }
    sealer.finish(&mut sealed).map_err(sealing)?;
    file.write_all(&sealed).await.map_err(Refusal::Disk)?;
    file.sync_all().await.map_err(Refusal::Disk)?;
    Ok(())
}

/// What a check finds.
#[derive(Default)]
struct Found {
    files: HashSet<String>,
    ward_toml: Option<String>,
    procfile: Option<String>,
}

fn check(tar: impl Read) -> Result<Found, Refusal> {
    let mut found = Found::default();
    walk(tar, &mut |path, item| {
        let Item::File { data, .. } = item else { return Ok(()) };
        match path {
            "ward.toml" => found.ward_toml = Some(text("ward.toml", data)?),
            "Procfile" => found.procfile = Some(text("Procfile", data)?),
            _ => {}
        }
        found.files.insert(path.to_owned());
        Ok(())
    })?;
    Ok(found)
}

fn text(name: &'static str, data: &mut dyn Read) -> Result<String, Refusal> {
    let mut bytes = Vec::new();
    data.take(LONGEST_TEXT + 1).read_to_end(&mut bytes).map_err(|e| read::refusal(&e))?;
    let text = String::from_utf8(bytes).ok().filter(|t| t.len() as u64 <= LONGEST_TEXT);
    text.ok_or(Refusal::Text(name))
}
