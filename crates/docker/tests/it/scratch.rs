//! An engine without containers, for tests of its networks and images.

use std::{
    fs,
    panic::AssertUnwindSafe,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
};

use futures::FutureExt;
use ward_docker::Docker;

/// A name of eight characters that no other test has, in this process or another.
pub(crate) fn unique() -> String {
    static COUNTER: AtomicU32 = AtomicU32::new(0);
    let number = COUNTER.fetch_add(1, Ordering::Relaxed);
    format!("n{:05x}{:02x}", std::process::id() & 0xf_ffff, number & 0xff)
}

/// A running engine with a state directory of its own.
pub(crate) struct Scratch {
    docker: Arc<Docker>,
    state: PathBuf,
}

impl Scratch {
    /// Runs a test and takes the engine away, also after a failed one.
    pub(crate) async fn with<F: Future<Output = ()>>(test: impl FnOnce(Arc<Docker>) -> F) {
        let scratch = Self::start().await;
        let result = AssertUnwindSafe(test(Arc::clone(&scratch.docker))).catch_unwind().await;
        let destroyed = scratch.docker.destroy().await;
        let _ = fs::remove_dir_all(&scratch.state);
        if let Err(panic) = result {
            std::panic::resume_unwind(panic);
        }
        destroyed.unwrap();
    }

    async fn start() -> Self {
        let config = crate::host::config();
        let state = config.state_dir.clone();
        Self { docker: Docker::start(config).await.unwrap(), state }
    }
}
