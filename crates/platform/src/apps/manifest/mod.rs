//! The manifest: `ward.toml`, in the dialect of fly.toml, and `Procfile`.
//!
//! ```toml
//! app = "clinic"                     # must be the app that is deployed, if given
//! kill_timeout = "30s"               # between SIGTERM and SIGKILL
//! [build]                            # dockerfile, args
//! [deploy]                           # release_command, release_command_timeout
//! [env]                              # values that are no secrets
//! [processes]                        # name = "command"; without it the Procfile, else the image's own command
//! [http_service]                     # internal_port, processes, [[http_service.checks]]
//! [[vm]]                             # memory, cpus, processes
//! [egress]                           # allow = ["api.example.com:443"]
//! ```
//!
//! An unknown key is an error with a suggestion and a line, because a misspelt `grace_period` that is silently
//! ignored is found in production. What is read is normalized into a [`Manifest`], which a release keeps as JSON.

mod command;
mod error;
mod floors;
mod normalize;
mod procfile;
mod span;
mod toml_file;

pub use error::ManifestError;
pub(crate) use floors::refuse_secret;
pub use floors::{check_floors, looks_secret};

use std::{collections::BTreeMap, time::Duration};

use serde::{Deserialize, Serialize};

/// Name of the process that serves HTTP if nothing else is said.
pub const WEB: &str = "web";
/// Name under which the release command runs; no process may be called so.
pub const RELEASE: &str = "release";

/// A manifest, with all defaults filled in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// Name of the app, if the file says it.
    pub app: Option<String>,
    /// Path of the Dockerfile in the source.
    pub dockerfile: String,
    /// Build arguments.
    pub build_args: BTreeMap<String, String>,
    /// Command that must succeed before a new release starts.
    pub release_command: Option<Vec<String>>,
    /// Seconds that it may take.
    pub release_timeout: u64,
    /// Environment variables that are no secrets.
    pub env: BTreeMap<String, String>,
    /// Processes by name; never empty.
    pub processes: BTreeMap<String, Process>,
    /// What the ingress leads to; None for apps without a web process.
    pub service: Option<Service>,
    /// Declared destinations outside; all else is denied.
    pub egress: Vec<Egress>,
    /// Seconds between SIGTERM and SIGKILL.
    pub kill_timeout: u64,
    /// What `force_https` says; Ward never serves an app over plain HTTP.
    pub force_https: Option<bool>,
}

/// A process and what it gets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Process {
    /// Argument vector; None runs the image's own command.
    pub command: Option<Vec<String>>,
    /// Bytes.
    pub memory: u64,
    /// Thousandths of a core.
    pub cpu_millis: u32,
}

/// The process that answers HTTP.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Service {
    /// Name of the process.
    pub process: String,
    /// Port it listens on: `PORT`.
    pub internal_port: u16,
    /// How its health is asked; without one, that the port accepts connections.
    pub checks: Vec<Check>,
}

/// A health check over HTTP: an answer of 200 to 399 is healthy.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Check {
    /// `GET` or `HEAD`.
    pub method: String,
    /// Path, with a query if need be.
    pub path: String,
    /// Milliseconds between two.
    pub interval: u64,
    /// Milliseconds to wait for an answer.
    pub timeout: u64,
    /// Milliseconds after the start in which a failure doesn't count.
    pub grace_period: u64,
}

/// A destination outside.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Egress {
    /// Host name or IPv4 address.
    pub host: String,
    /// TCP port.
    pub port: u16,
}

impl Manifest {
    /// Reads `ward.toml` and `Procfile`; both may be absent.
    ///
    /// # Errors
    /// What is wrong, where, and what was probably meant.
    pub fn read(ward_toml: Option<&str>, procfile: Option<&str>) -> Result<Self, ManifestError> {
        let raw = toml_file::parse(ward_toml.unwrap_or_default())?;
        let procfile = procfile.map(procfile::parse).transpose()?.unwrap_or_default();
        normalize::normalize(raw, procfile)
    }

    /// Whether a process is the one that the ingress leads to.
    pub fn serves(&self, process: &str) -> bool {
        self.service.as_ref().is_some_and(|s| s.process == process)
    }

    /// Time between SIGTERM and SIGKILL.
    pub fn grace(&self) -> Duration {
        Duration::from_secs(self.kill_timeout)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const CLINIC: &str = include_str!("../../../../../examples/clinic/ward.toml");

    fn error(text: &str) -> ManifestError {
        Manifest::read(Some(text), None).unwrap_err()
    }

    #[test]
    fn the_example_reads() {
        let manifest = Manifest::read(Some(CLINIC), None).unwrap();
        assert_eq!(manifest.app.as_deref(), Some("clinic"));
        assert_eq!(manifest.processes.keys().collect::<Vec<_>>(), ["web", "worker"]);
        let service = manifest.service.unwrap();
        assert_eq!((service.process.as_str(), service.internal_port), ("web", 8080));
        assert_eq!(service.checks[0].path, "/healthz");
        assert_eq!(service.checks[0].grace_period, 20_000);
        assert_eq!(manifest.processes["worker"].memory, 256 << 20);
        assert_eq!(manifest.release_command.unwrap(), ["python3", "-m", "clinic.migrate"]);
    }

    #[test]
    fn without_files_the_image_itself_is_the_web_process() {
        let manifest = Manifest::read(None, None).unwrap();
        assert_eq!(manifest.processes.keys().collect::<Vec<_>>(), [WEB]);
        assert!(manifest.processes[WEB].command.is_none());
        assert_eq!(manifest.service.unwrap().internal_port, 8080);
    }

    #[test]
    fn a_procfile_is_read_when_the_manifest_names_no_processes() {
        let procfile = "# all\nweb: serve --port $PORT\nworker: work now\nrelease: migrate\n";
        let manifest = Manifest::read(None, Some(procfile)).unwrap();
        assert_eq!(manifest.processes.keys().collect::<Vec<_>>(), ["web", "worker"]);
        assert_eq!(manifest.release_command.unwrap(), ["migrate"]);
        assert_eq!(manifest.processes["worker"].command.as_ref().unwrap(), &["work", "now"]);
        assert_eq!(
            manifest.processes["web"].command.as_ref().unwrap()[0],
            "/bin/sh",
            "a variable needs a shell"
        );
        let manifest = Manifest::read(Some("[processes]\napi = \"x\"\n"), Some(procfile)).unwrap();
        assert_eq!(manifest.processes.keys().collect::<Vec<_>>(), ["api"]);
        assert!(manifest.service.is_none());
    }

    #[test]
    fn an_unknown_key_names_its_line_and_what_was_meant() {
        let told = error("app = \"x\"\n[http_service]\nintrnal_port = 80\n");
        assert_eq!(told.line, Some(3));
        assert!(told.to_string().contains("internal_port"), "{told}");
        let told = error("[[http_service.checks]]\npath = \"/\"\ngrace = \"1s\"\n");
        assert!(told.line == Some(3) && told.to_string().contains("grace_period"), "{told}");
        assert!(error("[proceses]\nweb = \"x\"\n").to_string().contains("processes"));
    }

    #[test]
    fn wrong_values_are_told() {
        for (text, expected) in [
            ("[mounts]\nsource = \"x\"\n", "volumes come later"),
            ("[processes]\nweb = \"x\"\n[http_service]\nprocesses = [\"api\"]\n", "api"),
            ("[processes]\n\"a b\" = \"x\"\n", "a b"),
            ("[processes]\nrelease = \"x\"\n", "release"),
            ("[processes]\nweb = \"x 'y\"\n", "quote"),
            ("[egress]\nallow = [\"*\"]\n", "host:port"),
            ("[egress]\nallow = [\"a.example:0\"]\n", "host:port"),
            ("[egress]\nallow = [\"a b:1\"]\n", "host:port"),
            ("[[vm]]\nmemory = \"1 byte\"\n", "memory"),
            ("[[vm]]\ncpus = 0\n", "cpus"),
            ("[build]\ndockerfile = \"../Dockerfile\"\n", "dockerfile"),
            ("[env]\nPORT = \"1\"\n", "PORT"),
            ("[env]\n\"A B\" = \"1\"\n", "A B"),
            ("[http_service]\n[[http_service.checks]]\npath = \"x\"\n", "path"),
            ("[http_service]\n[[http_service.checks]]\npath = \"/ HTTP/1.1\\r\\nX: y\"\n", "path"),
            ("[http_service]\ninternal_port = 0\n", "internal_port"),
            ("kill_timeout = \"9h\"\n", "kill_timeout"),
            ("app = [", "line 1"),
        ] {
            let told = error(text).to_string();
            assert!(told.contains(expected), "{text:?}: {told}");
        }
    }

    #[test]
    fn a_manifest_survives_its_stored_form() {
        let manifest = Manifest::read(Some(CLINIC), None).unwrap();
        let json = serde_json::to_string(&manifest).unwrap();
        assert_eq!(serde_json::from_str::<Manifest>(&json).unwrap(), manifest);
    }

    proptest! {
        #[test]
        fn no_text_makes_the_reader_panic(toml in "\\PC{0,200}", procfile in "\\PC{0,100}") {
            let _ = Manifest::read(Some(&toml), Some(&procfile));
        }

        #[test]
        fn no_manifest_of_the_right_shape_makes_it_panic(
            key in "[a-z_]{0,12}", value in "\\PC{0,20}", table in "(build|deploy|env|processes|http_service|egress|vm|mounts)",
            number in any::<i64>(),
        ) {
            let quoted = serde_json::to_string(&value).unwrap();
            for text in [
                format!("[{table}]\n{key} = {quoted}\n"),
                format!("[[{table}]]\n{key} = {number}\n"),
                format!("[http_service]\ninternal_port = {number}\n[[http_service.checks]]\ninterval = {quoted}\npath = {quoted}\n"),
                format!("kill_timeout = {quoted}\n[[vm]]\nmemory = {quoted}\ncpus = {number}\n"),
                format!("[egress]\nallow = [{quoted}]\n[processes]\nweb = {quoted}\n"),
            ] {
                let _ = Manifest::read(Some(&text), None);
            }
        }
    }
}
