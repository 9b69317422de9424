//! Removes sources and build trees that belong to no open deployment: what a crash left behind.

use std::{path::Path, sync::PoisonError, time::Duration};

use tokio::time::Instant;
use ward_model::DeploymentId;
use ward_spine::{Ctx, Error, Result};

use super::{super::source, Inner, sql};

const EVERY: Duration = Duration::from_secs(60);
/// An upload whose deployment is not committed yet looks like one that a crash left: only old ones are removed.
const UPLOAD: Duration = Duration::from_secs(7200);

pub(super) async fn sources(inner: &Inner, ctx: &Ctx) -> Result<()> {
    {
        let mut swept = inner.swept.lock().unwrap_or_else(PoisonError::into_inner);
        if swept.is_some_and(|at| at.elapsed() < EVERY) {
            return Ok(());
        }
        *swept = Some(Instant::now());
    }
    for folder in ["sources", "builds"] {
        for (name, age) in entries(&ctx.settings().data_dir.join(folder)).await? {
            let stem = name.strip_suffix(".tar.gz").unwrap_or(&name);
            let Ok(id) = stem.parse::<DeploymentId>() else { continue };
            let (open, known) = {
                let mut read = ctx.read().await?;
                let count = |q: &'static str| sqlx::query_as::<_, (i64,)>(q).bind(id.to_string());
                let (open,) = count(sql::IS_OPEN).fetch_one(read.conn()).await?;
                let (known,) = count(sql::DEPLOYMENT_EXISTS).fetch_one(read.conn()).await?;
                (open > 0, known > 0)
            };
            if !open && (known || age > UPLOAD) {
                source::discard(ctx, id).await?;
            }
        }
    }
    Ok(())
}

/// Names in a directory, and how long ago each was changed; none if it is not there.
async fn entries(folder: &Path) -> Result<Vec<(String, Duration)>> {
    let failed = |e| Error::internal("looking for sources that were left", e);
    let mut found = Vec::new();
    let mut all = match tokio::fs::read_dir(folder).await {
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(found),
        other => other.map_err(failed)?,
    };
    while let Some(entry) = all.next_entry().await.map_err(failed)? {
        // Gone meanwhile is as good.
        let Ok(changed) = entry.metadata().await.and_then(|m| m.modified()) else { continue };
        found.push((entry.file_name().to_string_lossy().into_owned(), changed.elapsed().unwrap_or_default()));
    }
    Ok(found)
}
