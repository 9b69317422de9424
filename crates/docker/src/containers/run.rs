//! Runs a container to its end and keeps what it wrote.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use ward_spine::engine::{ContainerSpec, ContainerState, EngineError, ExecOutput};

use super::{Containers, create::Plan, hash::hash};
use crate::logs::parse;

/// Most bytes kept of each stream.
const KEPT: usize = 8 << 20;
/// Log of such a container; each line carries a time, so it is larger than what is kept.
const LOG: u64 = 32 << 20;

impl Containers {
    /// Creates, starts, waits, reads and removes.
    pub(crate) async fn run(
        &self,
        spec: &ContainerSpec,
        timeout: Duration,
    ) -> Result<ExecOutput, EngineError> {
        self.validate(spec)?;
        let _lock = self.lock(&spec.name).await;
        let result = self.run_once(spec, timeout).await;
        let removed = async {
            if let Some(found) = self.find(&spec.name).await? {
                self.delete(&found.id).await?;
            }
            Ok(())
        }
        .await;
        self.unwatch_memory(&spec.name);
        self.clear(&spec.name);
        removed.and(result)
    }

    async fn run_once(&self, spec: &ContainerSpec, timeout: Duration) -> Result<ExecOutput, EngineError> {
        let image = self.inspect_image(&spec.image).await?;
        let identity = self.identity(spec, &image).await?;
        if let Some(found) = self.find(&spec.name).await? {
            self.delete(&found.id).await?;
        }
        self.clear(&spec.name);
        self.lay_out(spec, identity)?;
        let hash = hash(&self.key, spec, &image.id);
        let id = self.create(&Plan { spec, image: &image, identity, hash: &hash, log_size: LOG }).await?;
        self.start(spec, &id).await?;
        let found = self.get(&spec.name).await?;
        if !self.gone_within(&found, timeout).await {
            return Err(EngineError::Timeout(format!("the command in {}", spec.name)));
        }
        let ended = self.settle(&spec.name).await?;
        let code = match self.observed(&ended).state {
            ContainerState::Exited { code, .. } => code,
            _ => 137,
        };
        let (stdout, stderr) = self.output(&spec.name).await;
        Ok(ExecOutput { code, stdout, stderr })
    }

    /// Both streams of its log, each cut at [`KEPT`].
    async fn output(&self, name: &str) -> (Bytes, Bytes) {
        let log = tokio::fs::read(self.log(name)).await.unwrap_or_default();
        let (mut stdout, mut stderr) = (BytesMut::new(), BytesMut::new());
        for entry in log.split(|byte| *byte == b'\n').filter_map(parse) {
            let kept = if entry.stderr { &mut stderr } else { &mut stdout };
            let room = KEPT - kept.len();
            let end = if entry.partial { &b""[..] } else { &b"\n"[..] };
            kept.extend(entry.text.iter().chain(end).take(room));
        }
        (stdout.freeze(), stderr.freeze())
    }
}
