//! Makes the specification of a container: secrets are decrypted here, just before it starts, and nowhere kept.

use std::{collections::BTreeMap, net::Ipv4Addr};

use ward_spine::{
    Ctx, Error, Result,
    engine::{ContainerSpec, SecretBytes, label},
};

use super::{
    super::{Stored, config, manifest, secrets},
    instance::Instance,
    release,
};
use crate::{databases, environments, network};

/// Most processes and threads of a container.
const PIDS: u32 = 512;

/// What should run for an instance.
pub(super) async fn spec(
    ctx: &Ctx,
    app: &Stored,
    instance: &Instance,
    with: &release::Stored,
) -> Result<ContainerSpec> {
    let manifest = &with.manifest;
    let first = manifest.processes.values().next();
    let process = manifest.processes.get(&instance.process).or(first);
    let process =
        process.ok_or_else(|| Error::internal("starting a container", "the release has no process"))?;
    let command =
        if instance.process == manifest::RELEASE { &manifest.release_command } else { &process.command };
    let (env, files, hosts) = surroundings(ctx, app, instance, with).await?;
    Ok(ContainerSpec {
        name: instance.name.clone(),
        labels: BTreeMap::from([
            (label::ORGANIZATION.to_owned(), app.app.organization.to_string()),
            (label::ENVIRONMENT.to_owned(), app.app.environment.to_string()),
            (label::APP.to_owned(), app.app.id.to_string()),
            (label::PROCESS.to_owned(), instance.process.clone()),
            (label::RELEASE.to_owned(), instance.release.to_string()),
        ]),
        image: with.image.clone(),
        command: command.clone(),
        env,
        files,
        user: None,
        network: app.network,
        address: instance.address,
        hosts,
        egress: !manifest.egress.is_empty(),
        uid_base: app.uid_base,
        memory: process.memory,
        cpu_millis: process.cpu_millis,
        pids: PIDS,
        mounts: Vec::new(),
        tmpfs: Vec::new(),
        grace: manifest.grace(),
    })
}

/// Variables, files and names. A later source wins: manifest, configuration, secrets, databases, Ward itself.
async fn surroundings(
    ctx: &Ctx,
    app: &Stored,
    instance: &Instance,
    with: &release::Stored,
) -> Result<databases::ForApp> {
    let mut read = ctx.read().await?;
    let mut env: BTreeMap<String, SecretBytes> = BTreeMap::new();
    let plain = |value: &str| SecretBytes::new(value.as_bytes());
    env.extend(with.manifest.env.iter().map(|(k, v)| (k.clone(), plain(v))));
    let values = config::at(ctx, read.conn(), app, with.config_version).await?;
    env.extend(values.iter().map(|(k, v)| (k.clone(), plain(v))));
    for (name, version) in &with.secrets {
        let value = secrets::at(ctx, read.conn(), app, name, *version).await?;
        env.insert(name.clone(), SecretBytes::new(value.as_slice()));
    }
    let (more, files, mut hosts) = databases::env_for_app(ctx, &mut read, app.app.id).await?;
    env.extend(more);
    let egress: Vec<(String, Ipv4Addr)> = network::hosts_of(&mut read, app.app.id).await?;
    hosts.extend(egress);
    let environment = environments::find(&mut read, app.app.environment).await?;
    let environment = environment.map(|e| e.environment.name.to_string()).unwrap_or_default();
    let own = [
        ("WARD_APP", app.app.name.to_string()),
        ("WARD_ENVIRONMENT", environment),
        ("WARD_RELEASE", with.number.to_string()),
        ("WARD_PROCESS", instance.process.clone()),
    ];
    env.extend(own.into_iter().map(|(k, v)| (k.to_owned(), plain(&v))));
    if let Some(service) = with.manifest.service.as_ref().filter(|s| s.process == instance.process) {
        env.insert("PORT".to_owned(), plain(&service.internal_port.to_string()));
    }
    Ok((env.into_iter().collect(), files, hosts))
}
