//! The engine's contract, each method handed to the room that keeps it.

use std::{net::Ipv4Addr, path::PathBuf, time::Duration};

use async_trait::async_trait;
use futures::stream::BoxStream;
use ward_spine::engine::{
    BuildSpec, Capability, ContainerSpec, Engine, EngineError, ExecOutput, ExecSpec, ExecStream, Flow,
    LineSink, LogLine, LogOptions, NetworkSpec, ObservedContainer, ObservedVolume, VolumeKey, VolumeSpec,
};

use crate::{Docker, capabilities};

#[async_trait]
impl Engine for Docker {
    async fn capabilities(&self) -> Result<Vec<Capability>, EngineError> {
        let version: Option<serde_json::Value> = self.client.read("/libpod/version").await?;
        let version =
            version.and_then(|version| Some(format!("Podman {}", version.get("Version")?.as_str()?)));
        let mut all = capabilities::probe(&self.paths, &self.instance, version).await;
        all.push(self.networks.capability().await);
        all.push(self.volumes.capability().await);
        Ok(all)
    }

    async fn build(&self, spec: &BuildSpec, log: LineSink) -> Result<String, EngineError> {
        self.images.build(spec, log).await
    }

    async fn image(&self, reference: &str) -> Result<Option<String>, EngineError> {
        self.images.find(reference).await
    }

    async fn remove_image(&self, reference: &str) -> Result<(), EngineError> {
        self.images.remove(reference).await
    }

    async fn apply_network(&self, spec: &NetworkSpec) -> Result<(), EngineError> {
        self.networks.apply_network(spec).await
    }

    async fn remove_network(&self, index: u16) -> Result<(), EngineError> {
        self.networks.remove_network(index).await
    }

    async fn networks(&self) -> Result<Vec<u16>, EngineError> {
        self.networks.list().await
    }

    fn subnet(&self, index: u16) -> (Ipv4Addr, u8) {
        self.networks.subnet(index)
    }

    async fn apply_flows(&self, flows: &[Flow]) -> Result<(), EngineError> {
        self.networks.apply_flows(flows).await
    }

    async fn flows(&self) -> Result<Option<Vec<Flow>>, EngineError> {
        self.networks.flows().await
    }

    async fn unlock_volume(&self, spec: &VolumeSpec, key: &VolumeKey) -> Result<PathBuf, EngineError> {
        self.volumes.unlock(spec, key).await
    }

    async fn lock_volume(&self, id: &str) -> Result<(), EngineError> {
        self.volumes.lock(id).await
    }

    async fn destroy_volume(&self, id: &str) -> Result<(), EngineError> {
        self.volumes.destroy(id).await
    }

    async fn volumes(&self) -> Result<Vec<ObservedVolume>, EngineError> {
        self.volumes.list().await
    }

    async fn apply(&self, spec: &ContainerSpec) -> Result<ObservedContainer, EngineError> {
        self.containers.apply(spec).await
    }

    async fn observe(&self) -> Result<Vec<ObservedContainer>, EngineError> {
        self.containers.observe().await
    }

    async fn run(&self, spec: &ContainerSpec, timeout: Duration) -> Result<ExecOutput, EngineError> {
        self.containers.run(spec, timeout).await
    }

    async fn exec(&self, name: &str, spec: &ExecSpec, timeout: Duration) -> Result<ExecOutput, EngineError> {
        self.containers.exec(name, spec, timeout).await
    }

    async fn exec_stream(&self, name: &str, spec: &ExecSpec) -> Result<ExecStream, EngineError> {
        self.containers.exec_stream(name, spec).await
    }

    async fn logs(
        &self,
        name: &str,
        options: &LogOptions,
    ) -> Result<BoxStream<'static, Result<LogLine, EngineError>>, EngineError> {
        self.containers.logs(name, options).await
    }

    async fn stop(&self, name: &str, grace: Duration) -> Result<(), EngineError> {
        self.containers.stop(name, grace).await
    }

    async fn remove(&self, name: &str) -> Result<(), EngineError> {
        self.containers.remove(name).await
    }
}
