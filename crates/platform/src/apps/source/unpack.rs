//! Unpacks an archive for the build, into a fresh directory that only Ward can enter.

use std::{
    fs::{self, DirBuilder, OpenOptions},
    io,
    os::unix::fs::{DirBuilderExt, OpenOptionsExt, symlink},
    path::{Path, PathBuf},
};

use ward_model::{DeploymentId, KeyId};
use ward_spine::{Ctx, Error, Result};
use ward_vault::Opener;

use super::{
    Refusal, aad, build_path, read, sealed_path,
    walk::{Item, walk},
};

/// Unpacks the archive of a deployment and returns the directory. What an earlier attempt left there is removed.
///
/// # Errors
/// As when it was received; then nothing is left behind.
pub(crate) async fn unpack(ctx: &Ctx, dek: KeyId, deployment: DeploymentId) -> Result<PathBuf> {
    let opener = {
        let mut connection = ctx.read().await?;
        ctx.keyring().opener(connection.conn(), dek, &aad(deployment)).await?
    };
    let (archive, into) = (sealed_path(ctx, deployment), build_path(ctx, deployment));
    let unpacked = tokio::task::spawn_blocking(move || {
        let result = fresh(&into).and_then(|()| fill(&archive, opener, &into));
        if result.is_err() {
            let _ = fs::remove_dir_all(&into);
        }
        result.map(|()| into)
    });
    Ok(unpacked.await.map_err(|e| Error::internal("unpacking a source", e))??)
}

fn fresh(into: &Path) -> Result<(), Refusal> {
    match fs::remove_dir_all(into) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(Refusal::Disk(e)),
        _ => {}
    }
    DirBuilder::new().recursive(true).mode(0o700).create(into).map_err(Refusal::Disk)
}

fn fill(archive: &Path, opener: Opener, into: &Path) -> Result<(), Refusal> {
    let mut links = Vec::new();
    walk(read::open(archive, opener)?, &mut |path, item| {
        let place = into.join(path);
        match item {
            Item::Directory => directory(&place),
            Item::File { executable, data } => {
                if let Some(parent) = place.parent() {
                    directory(parent)?;
                }
                let mode = if executable { 0o755 } else { 0o644 };
                let options = OpenOptions::new().write(true).create_new(true).mode(mode).open(&place);
                let mut file = options.map_err(Refusal::Disk)?;
                io::copy(data, &mut file).map_err(|e| read::refusal(&e))?;
                Ok(())
            }
            Item::Link { target } => {
                links.push((place, target));
                Ok(())
            }
        }
    })?;
    // Last of all, so that no file was ever written through one.
    for (place, target) in links {
        if let Some(parent) = place.parent() {
            directory(parent)?;
        }
        symlink(target, place).map_err(Refusal::Disk)?;
    }
    Ok(())
}

fn directory(place: &Path) -> Result<(), Refusal> {
    DirBuilder::new().recursive(true).mode(0o755).create(place).map_err(Refusal::Disk)
}
