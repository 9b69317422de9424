//! From what was written to what is meant: defaults, bounds, references.

use std::{collections::BTreeMap, net::Ipv4Addr, time::Duration};

use super::{
    Check, Egress, Manifest, ManifestError, Process, RELEASE, Service, WEB, command,
    span::Span,
    toml_file::{self, File, HttpService, Memory, Number, Vm},
};
use crate::apps::variables;

const DEFAULT_PORT: u16 = 8080;
const DEFAULT_MEMORY: u64 = 256 << 20;
const LEAST_MEMORY: u64 = 16 << 20;
const MOST_MEMORY: u64 = 256 << 30;
const MOST_CPU_MILLIS: u32 = 64_000;
const MOST_PROCESSES: usize = 20;
const MOST_EGRESS: usize = 100;

fn wrong(message: impl Into<String>, next_step: impl Into<String>) -> ManifestError {
    ManifestError::new(message, next_step)
}

fn within(what: &str, given: Option<Span>, default: u64, longest: u64) -> Result<u64, ManifestError> {
    let millis = given.map_or(default, |Span(d)| u64::try_from(d.as_millis()).unwrap_or(u64::MAX));
    if (1..=longest).contains(&millis) {
        return Ok(millis);
    }
    let longest = Duration::from_millis(longest);
    Err(wrong(format!("{what} must be over zero and at most {longest:?}"), format!("choose another {what}")))
}

pub(super) fn normalize(file: File, procfile: BTreeMap<String, String>) -> Result<Manifest, ManifestError> {
    if file.mounts.is_some() {
        return Err(wrong(
            "volumes come later: [mounts] is not supported yet",
            "keep state in a managed database",
        ));
    }
    let mut commands = file.processes;
    let mut release_command = file.deploy.release_command;
    if commands.is_empty() {
        commands = procfile;
        let from_procfile = commands.remove(RELEASE);
        release_command = release_command.or(from_procfile);
    }
    let mut processes = BTreeMap::new();
    for (name, line) in &commands {
        let command = command::split(name, line)?;
        processes.insert(process_name(name)?, process(Some(command)));
    }
    let service_process = file.http_service.as_ref().and_then(|s| s.processes.first().cloned());
    if processes.is_empty() {
        processes.insert(process_name(service_process.as_deref().unwrap_or(WEB))?, process(None));
    }
    if processes.len() > MOST_PROCESSES {
        return Err(wrong(format!("there are over {MOST_PROCESSES} processes"), "split the app"));
    }
    for vm in &file.vm {
        apply_vm(vm, &mut processes)?;
    }
    let release_command =
        release_command.map(|line| command::split("deploy.release_command", &line)).transpose()?;
    let force_https = file.http_service.as_ref().and_then(|s| s.force_https);
    let dockerfile = file.build.dockerfile.unwrap_or_else(|| "Dockerfile".into());
    let clean = dockerfile.split('/').all(|part| !matches!(part, "" | "." | ".."));
    if !clean || dockerfile.chars().any(char::is_control) || dockerfile.len() > 200 {
        let message = "build.dockerfile must be a path below the source, without `..`";
        return Err(wrong(message, "give it as in `dockerfile = \"deploy/Dockerfile\"`"));
    }
    for (name, value) in file.env.iter().chain(&file.build.args) {
        variables::check(name, value).map_err(|e| wrong(e.message(), e.next_step()))?;
    }
    Ok(Manifest {
        app: file.app,
        dockerfile,
        build_args: file.build.args,
        release_command,
        release_timeout: within(
            "release_command_timeout",
            file.deploy.release_command_timeout,
            300_000,
            3_600_000,
        )?
        .div_ceil(1000),
        env: file.env,
        service: service(file.http_service, &processes)?,
        processes,
        egress: egress(file.egress)?,
        kill_timeout: within("kill_timeout", file.kill_timeout, 10_000, 300_000)?.div_ceil(1000),
        force_https,
    })
}

fn process(command: Option<Vec<String>>) -> Process {
    Process { command, memory: DEFAULT_MEMORY, cpu_millis: 1000 }
}

fn process_name(name: &str) -> Result<String, ManifestError> {
    let clean = name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        && name.len() <= 20;
    if !clean || name == RELEASE {
        let message = format!("{name:?} can't be the name of a process");
        return Err(wrong(
            message,
            "use up to 20 lower-case letters, digits and hyphens; `release` is [deploy] release_command",
        ));
    }
    Ok(name.to_owned())
}

fn apply_vm(vm: &Vm, processes: &mut BTreeMap<String, Process>) -> Result<(), ManifestError> {
    let memory = vm.memory.as_ref().map(memory).transpose()?;
    let cpus = vm.cpus.map(cpu_millis).transpose()?;
    if let Some(unknown) = vm.processes.iter().find(|p| !processes.contains_key(*p)) {
        return Err(wrong(
            format!("[[vm]] names the process {unknown}, which is not there"),
            "name one of [processes]",
        ));
    }
    for (name, process) in processes.iter_mut() {
        if vm.processes.is_empty() || vm.processes.contains(name) {
            process.memory = memory.unwrap_or(process.memory);
            process.cpu_millis = cpus.unwrap_or(process.cpu_millis);
        }
    }
    Ok(())
}

fn memory(given: &Memory) -> Result<u64, ManifestError> {
    let bytes = match given {
        Memory::Megabytes(n) => n.checked_mul(1 << 20),
        Memory::Text(text) => {
            let text = text.trim().to_ascii_lowercase();
            let digits = text.bytes().take_while(u8::is_ascii_digit).count();
            text.split_at_checked(digits).and_then(|(number, unit)| {
                let number: u64 = number.parse().ok()?;
                let unit: u64 = match unit.trim() {
                    "mb" | "m" | "mib" => 1 << 20,
                    "gb" | "g" | "gib" => 1 << 30,
                    _ => return None,
                };
                number.checked_mul(unit)
            })
        }
    };
    bytes
        .filter(|b| (LEAST_MEMORY..=MOST_MEMORY).contains(b))
        .ok_or_else(|| wrong("memory must be between 16mb and 256gb", "write it as in `memory = \"256mb\"`"))
}

fn cpu_millis(given: Number) -> Result<u32, ManifestError> {
    let millis = match given {
        Number::Whole(n) => n.checked_mul(1000),
        // Read as text: a float is never cast unchecked.
        Number::Broken(f) if f.is_finite() && f > 0.0 && f <= 64.0 => {
            format!("{:.0}", f * 1000.0).parse().ok()
        }
        Number::Broken(_) => None,
    };
    millis
        .filter(|m| (50..=MOST_CPU_MILLIS).contains(m))
        .ok_or_else(|| wrong("cpus must be between 0.05 and 64", "write it as in `cpus = 1` or `cpus = 0.5`"))
}

fn service(
    given: Option<HttpService>,
    processes: &BTreeMap<String, Process>,
) -> Result<Option<Service>, ManifestError> {
    let Some(given) = given else {
        let service = Service { process: WEB.into(), internal_port: DEFAULT_PORT, checks: Vec::new() };
        return Ok(processes.contains_key(WEB).then_some(service));
    };
    if given.processes.len() > 1 {
        return Err(wrong(
            "http_service.processes names more than one process",
            "name the one that answers HTTP",
        ));
    }
    let named = given.processes.into_iter().next();
    let process = match named {
        Some(name) => name,
        None if processes.len() == 1 => processes.keys().next().cloned().unwrap_or_default(),
        None => WEB.to_owned(),
    };
    if !processes.contains_key(&process) {
        let message = format!("[http_service] leads to the process {process}, which is not there");
        return Err(wrong(message, "name one of [processes] in http_service.processes"));
    }
    let internal_port = given.internal_port.unwrap_or(DEFAULT_PORT);
    // Below 1024 a process without privileges can't listen.
    if internal_port < 1024 {
        let message = "http_service.internal_port must be 1024 or higher: nothing in a container is root";
        return Err(wrong(message, "let the app listen on PORT, 8080 if nothing else is said"));
    }
    if given.checks.len() > 5 {
        return Err(wrong("there are over five health checks", "keep those that matter"));
    }
    let checks = given.checks.into_iter().map(check).collect::<Result<Vec<_>, _>>()?;
    Ok(Some(Service { process, internal_port, checks }))
}

fn check(given: toml_file::Check) -> Result<Check, ManifestError> {
    let method = given.method.unwrap_or_else(|| "GET".into()).to_ascii_uppercase();
    if !matches!(method.as_str(), "GET" | "HEAD") {
        return Err(wrong("the method of a health check must be GET or HEAD", "leave it out for GET"));
    }
    let path = given.path.unwrap_or_else(|| "/".into());
    if !path.starts_with('/') || path.len() > 500 || !path.bytes().all(|b| b.is_ascii_graphic()) {
        let message = "the path of a health check must begin with / and have neither blanks nor other characters than ASCII";
        return Err(wrong(message, "write it as in `path = \"/healthz\"`"));
    }
    Ok(Check {
        method,
        path,
        interval: within("interval", given.interval, 10_000, 600_000)?,
        timeout: within("timeout", given.timeout, 5_000, 60_000)?,
        grace_period: within("grace_period", given.grace_period, 10_000, 900_000)?,
    })
}

fn egress(given: toml_file::Egress) -> Result<Vec<Egress>, ManifestError> {
    if given.allow.len() > MOST_EGRESS {
        return Err(wrong(
            format!("there are over {MOST_EGRESS} destinations"),
            "declare those that are needed",
        ));
    }
    given.allow.iter().map(|text| destination(text)).collect()
}

fn destination(text: &str) -> Result<Egress, ManifestError> {
    let parts = || {
        let (host, port) = text.rsplit_once(':')?;
        let port: u16 = port.parse().ok().filter(|p| *p > 0)?;
        let host = host.to_ascii_lowercase();
        let label = |l: &str| {
            (1..=63).contains(&l.len())
                && l.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
                && !l.starts_with('-')
                && !l.ends_with('-')
        };
        let number = host.rsplit('.').next().is_some_and(|last| last.bytes().all(|b| b.is_ascii_digit()));
        let name = host.len() <= 253 && !number && host.split('.').all(label);
        (name || host.parse::<Ipv4Addr>().is_ok()).then_some(Egress { host, port })
    };
    parts().ok_or_else(|| {
        let message = format!("{text:?} is no destination: it must be host:port, without wildcards");
        wrong(message, "write it as in `allow = [\"api.example.com:443\"]`")
    })
}
