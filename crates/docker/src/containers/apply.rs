//! Makes a container be what its spec says.

use std::{fs, time::Duration};

use http::{Method, StatusCode};
use ward_spine::engine::{ContainerSpec, ContainerState, EngineError, ObservedContainer, label};

use super::{
    Containers, Found,
    create::{LOG_SIZE, Plan},
    hash::hash,
};
use crate::podman::{broken, message, process};

impl Containers {
    /// Running as specified: nothing. Ended or never started: started. Anything else: replaced.
    pub(crate) async fn apply(&self, spec: &ContainerSpec) -> Result<ObservedContainer, EngineError> {
        self.validate(spec)?;
        let _lock = self.lock(&spec.name).await;
        let image = self.inspect_image(&spec.image).await?;
        let hash = hash(&self.key, spec, &image.id);
        if let Some(found) = self.find(&spec.name).await? {
            let same = found.label(label::SPEC) == Some(&hash);
            let observed = self.observed(&found);
            match observed.state {
                ContainerState::Running { .. } if same && self.monitored(&found) => {
                    self.adopt_memory(&found);
                    return Ok(observed);
                }
                // Its log goes on where it stood, so that what it said before it ended can be read.
                ContainerState::Exited { .. } | ContainerState::Created
                    if same && self.cleaned_up(&found).await? =>
                {
                    let identity = self.identity(spec, &image).await?;
                    self.lay_out(spec, identity)?;
                    if let Err(error) = self.start(spec, &found.id).await {
                        tracing::warn!(name = spec.name, %error, "not startable; creating it anew");
                        self.delete(&found.id).await?;
                    } else {
                        return self.after_start(spec).await;
                    }
                }
                _ => self.delete(&found.id).await?,
            }
            if !same {
                let _ = fs::remove_file(self.log(&spec.name));
            }
        } else {
            let _ = fs::remove_file(self.log(&spec.name));
        }
        let identity = self.identity(spec, &image).await?;
        self.lay_out(spec, identity)?;
        let plan = Plan { spec, image: &image, identity, hash: &hash, log_size: LOG_SIZE };
        let id = self.create(&plan).await?;
        self.start(spec, &id).await?;
        self.after_start(spec).await
    }

    /// Starts a created or ended container whose directory is laid out.
    pub(super) async fn start(&self, spec: &ContainerSpec, id: &str) -> Result<(), EngineError> {
        self.watch_memory(&spec.name, id, spec.network);
        let path = format!("/libpod/containers/{id}/start");
        let (status, body) = self.client.libpod(Method::POST, &path, None).await?;
        if status.is_success() || status == StatusCode::NOT_MODIFIED {
            return Ok(());
        }
        self.unwatch_memory(&spec.name);
        Err(broken(format!("starting container {}", spec.name), message(status, &body)))
    }

    /// Waits, if it has ended, for Podman to take down what belonged to it: started before, it would lose track of
    /// the old network namespace. False if that will not happen, because its monitor was killed.
    async fn cleaned_up(&self, found: &Found) -> Result<bool, EngineError> {
        let mut now = found.clone();
        for _ in 0..60 {
            if now.startable() {
                return Ok(true);
            }
            if now.said_to_run() {
                return Ok(false);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
            now = self.get(found.name()).await?;
        }
        Ok(false)
    }

    /// Podman may need a moment to say what it just did.
    async fn after_start(&self, spec: &ContainerSpec) -> Result<ObservedContainer, EngineError> {
        for _ in 0..20 {
            let found = self.get(&spec.name).await?;
            let observed = self.observed(&found);
            if observed.state != ContainerState::Created {
                return Ok(observed);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Ok(self.observed(&self.get(&spec.name).await?))
    }

    /// Whether the container's monitor lives, which takes its log and sees its end.
    fn monitored(&self, found: &Found) -> bool {
        let file =
            self.paths.runroot().join("overlay-containers").join(&found.id).join("userdata/conmon.pid");
        let pid = fs::read_to_string(file).ok().and_then(|text| text.trim().parse::<i32>().ok());
        pid.is_some_and(|pid| {
            process::Process::find(pid).is_some()
                && fs::read(format!("/proc/{pid}/cmdline"))
                    .is_ok_and(|line| String::from_utf8_lossy(&line).contains(&found.id))
        })
    }
}
