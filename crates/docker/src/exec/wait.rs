//! Runs a command to its end and keeps what it wrote.

use std::time::Duration;

use bollard::container::LogOutput;
use bytes::{Bytes, BytesMut};
use futures::StreamExt;
use nix::sys::signal::Signal;
use ward_spine::engine::{EngineError, ExecOutput, ExecSpec};

use super::begin::{Begun, exit_code, pid};
use crate::{
    containers::Containers,
    podman::{
        process::{Process, in_container},
        translate,
    },
};

/// Most bytes kept of each stream; the rest is read and dropped, so that the command does not stall.
const KEPT: usize = 8 << 20;

impl Containers {
    /// Without standard input. At the timeout the command is killed.
    pub(crate) async fn exec(
        &self,
        name: &str,
        spec: &ExecSpec,
        timeout: Duration,
    ) -> Result<ExecOutput, EngineError> {
        let begun = self.begin(name, spec, false).await?;
        let id = begun.id.clone();
        match tokio::time::timeout(timeout, self.finish(begun)).await {
            Ok(output) => output,
            Err(_) => {
                let container = self.get(name).await?;
                if let Some(process) = pid(&self.client, &id)
                    .await
                    .filter(|pid| in_container(*pid, &container.id))
                    .and_then(Process::find)
                {
                    process.signal(Signal::SIGKILL);
                }
                Err(EngineError::Timeout(format!("the command in {name}")))
            }
        }
    }

    async fn finish(&self, begun: Begun) -> Result<ExecOutput, EngineError> {
        let Begun { id, mut output, input } = begun;
        let (mut stdout, mut stderr) = (BytesMut::new(), BytesMut::new());
        while let Some(part) = output.next().await {
            match part.map_err(|error| translate("reading what a command wrote", error))? {
                LogOutput::StdErr { message } => keep(&mut stderr, &message),
                other => keep(&mut stdout, &other.into_bytes()),
            }
        }
        drop(input);
        let code = exit_code(&self.client, &id).await?;
        Ok(ExecOutput { code, stdout: Bytes::from(stdout), stderr: Bytes::from(stderr) })
    }
}

fn keep(into: &mut BytesMut, part: &[u8]) {
    let room = KEPT - into.len().min(KEPT);
    into.extend_from_slice(part.get(..room).unwrap_or(part));
}
