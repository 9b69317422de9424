//! Reads containers and tells what is true of them.

use std::{collections::BTreeMap, net::Ipv4Addr};

use serde::Deserialize;
use ward_spine::engine::{ContainerState, EngineError, ObservedContainer, label};

use super::{Containers, LABEL_ADDRESS, oom};
use crate::podman::process::in_container;

/// Exit code given to a container that is dead though nobody saw it end: killed, 128 + 9.
const KILLED: i64 = 137;

/// A container as Podman lists it.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Found {
    /// Id, 64 hex digits.
    pub(crate) id: String,
    names: Vec<String>,
    labels: Option<BTreeMap<String, String>>,
    state: String,
    pid: i32,
    exit_code: i64,
    started_at: i64,
    exited_at: i64,
}

impl Found {
    pub(crate) fn name(&self) -> &str {
        self.names.first().map_or("", String::as_str)
    }

    pub(crate) fn label(&self, name: &str) -> Option<&str> {
        self.labels.as_ref()?.get(name).map(String::as_str)
    }

    /// Process id of its first process, if that really runs.
    pub(crate) fn pid(&self) -> Option<i32> {
        in_container(self.pid, &self.id).then_some(self.pid)
    }

    /// Whether Podman has taken down its network and its mounts, so that it can be started as it is.
    pub(crate) fn startable(&self) -> bool {
        matches!(self.state.as_str(), "created" | "configured" | "exited")
    }

    /// Whether Podman takes it for running.
    pub(crate) fn said_to_run(&self) -> bool {
        matches!(self.state.as_str(), "running" | "paused" | "stopping")
    }
}

impl Containers {
    /// All containers of this instance.
    pub(crate) async fn list(&self) -> Result<Vec<Found>, EngineError> {
        let all: Vec<Found> = self.client.read("/libpod/containers/json?all=true").await?.unwrap_or_default();
        Ok(all.into_iter().filter(|found| found.label(label::INSTANCE) == Some(&self.instance)).collect())
    }

    /// The container with this name.
    pub(crate) async fn find(&self, name: &str) -> Result<Option<Found>, EngineError> {
        Ok(self.list().await?.into_iter().find(|found| found.name() == name))
    }

    /// The container with this name, or [`EngineError::NotFound`].
    pub(crate) async fn get(&self, name: &str) -> Result<Found, EngineError> {
        self.find(name)
            .await?
            .ok_or_else(|| EngineError::NotFound { what: "container", name: name.to_owned() })
    }

    /// What is true of all containers now.
    pub(crate) async fn observe(&self) -> Result<Vec<ObservedContainer>, EngineError> {
        Ok(self.list().await?.iter().map(|found| self.observed(found)).collect())
    }

    /// What is true of one.
    pub(crate) fn observed(&self, found: &Found) -> ObservedContainer {
        let state = match found.state.as_str() {
            "created" | "configured" | "initialized" => ContainerState::Created,
            _ if found.said_to_run() => match found.pid() {
                Some(pid) => ContainerState::Running { pid },
                None => self.exited(found, KILLED, None),
            },
            _ => self.exited(found, found.exit_code, Some(found.exited_at)),
        };
        ObservedContainer {
            name: found.name().to_owned(),
            labels: found.labels.clone().unwrap_or_default(),
            state,
            address: found.label(LABEL_ADDRESS).and_then(|text| text.parse::<Ipv4Addr>().ok()),
            started_at: found.started_at.max(0).saturating_mul(1_000_000),
        }
    }

    fn exited(&self, found: &Found, code: i64, at: Option<i64>) -> ContainerState {
        self.watched.look(found.name());
        let out_of_memory = code != 0 && oom::noted(&self.directory(found.name()), at);
        ContainerState::Exited { code, out_of_memory }
    }
}
