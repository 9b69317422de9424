//! `wardd images`: Ward's own images, from Debian's packages or the cache.

use std::sync::Arc;

use anyhow::Context as _;

use crate::{config::Config, installation, parts, runtime};

/// Builds or loads them. The platform must not run meanwhile.
pub(crate) async fn run(config: &Config) -> anyhow::Result<()> {
    let _lock = installation::lock(config)?;
    runtime::prepare(config)?;
    let engine = parts::start_engine(config).await?;
    let log = Arc::new(|line: &str| {
        let _ = installation::say(line);
    });
    let built = engine.images().ensure_builtin(&config.engine.image_cache, log).await;
    engine.shutdown().await;
    let built = built.context("building Ward's own images")?;
    installation::say(&format!("images ready: {built:?}"))
}
