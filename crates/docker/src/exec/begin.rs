//! Starts a command and connects to its streams.

use std::{pin::Pin, time::Duration};

use bollard::{
    container::LogOutput,
    errors::Error,
    exec::{StartExecOptions, StartExecResults},
    models::ExecConfig,
};
use futures::Stream;
use serde::Deserialize;
use tokio::io::AsyncWrite;
use ward_spine::engine::{EngineError, ExecSpec};

use crate::{
    containers::{Containers, check_exec},
    podman::{Client, broken, translate},
};

/// A command whose streams are connected.
pub(super) struct Begun {
    pub(super) id: String,
    pub(super) output: Pin<Box<dyn Stream<Item = Result<LogOutput, Error>> + Send>>,
    pub(super) input: Pin<Box<dyn AsyncWrite + Send>>,
}

/// What Podman says of a command.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Inspected {
    running: bool,
    exit_code: i64,
    pid: i32,
}

impl Containers {
    pub(super) async fn begin(&self, name: &str, spec: &ExecSpec, stdin: bool) -> Result<Begun, EngineError> {
        check_exec(spec)?;
        let found = self.get(name).await?;
        if found.pid().is_none() {
            return Err(broken(format!("running a command in {name}"), "the container does not run"));
        }
        let doing = || format!("running a command in {name}");
        let config = ExecConfig {
            attach_stdin: Some(stdin),
            attach_stdout: Some(true),
            attach_stderr: Some(true),
            tty: Some(false),
            privileged: Some(false),
            env: Some(spec.env.iter().map(|(name, value)| format!("{name}={value}")).collect()),
            cmd: Some(spec.command.clone()),
            user: spec.user.map(|uid| format!("{uid}:{uid}")),
            ..Default::default()
        };
        let bollard = self.client.bollard();
        let created =
            bollard.create_exec(&found.id, config).await.map_err(|error| translate(doing(), error))?;
        let options = StartExecOptions { detach: false, tty: false, output_capacity: Some(64 << 10) };
        match bollard
            .start_exec(&created.id, Some(options))
            .await
            .map_err(|error| translate(doing(), error))?
        {
            StartExecResults::Attached { output, input } => Ok(Begun { id: created.id, output, input }),
            StartExecResults::Detached => Err(broken(doing(), "the engine did not connect the streams")),
        }
    }
}

/// The exit code of a command whose streams have ended.
pub(super) async fn exit_code(client: &Client, id: &str) -> Result<i64, EngineError> {
    for _ in 0..100 {
        let inspected = inspect(client, id).await?;
        if !inspected.running {
            return Ok(inspected.exit_code);
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Err(EngineError::Timeout("learning the exit code of a command".into()))
}

/// The command's process id on the host while it runs.
pub(super) async fn pid(client: &Client, id: &str) -> Option<i32> {
    let inspected = inspect(client, id).await.ok()?;
    (inspected.running && inspected.pid > 0).then_some(inspected.pid)
}

async fn inspect(client: &Client, id: &str) -> Result<Inspected, EngineError> {
    let found = client.read(&format!("/libpod/exec/{id}/json")).await?;
    found.ok_or_else(|| broken("learning the exit code of a command", "its container is gone"))
}
