//! What the ingress serves: routes, upstreams and certificates, as one snapshot.
//!
//! wardd writes a [`RouteSnapshot`] to a file on a tmpfs (mode 0600, because it holds private keys) by
//! atomic rename; the ingress follows it. The snapshot is the whole truth: what it does not name is not
//! served. Unknown fields are refused, so that an ingress never ignores a restriction it does not know.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// Longest timeout a route may ask for, in milliseconds: one hour.
pub const LONGEST_TIMEOUT_MS: u64 = 3_600_000;

/// Everything the ingress needs to serve, at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RouteSnapshot {
    /// Names this snapshot; the writer waits until the ingress reports it live. Starts at 1.
    pub version: u64,
    /// What is served.
    #[serde(default)]
    pub routes: Vec<Route>,
    /// What TLS presents, chosen by server name.
    #[serde(default)]
    pub certificates: Vec<Certificate>,
    /// A name of a certificate to present when the client sends no or an unknown server name. Without it
    /// such handshakes are refused with `unrecognized_name` (RFC 6066 section 3).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_certificate: Option<String>,
    /// Token to key authorization, answered on the plain listener (RFC 8555 section 8.3).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub acme_challenges: BTreeMap<String, String>,
}

/// One host and path prefix, and where its requests go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Route {
    /// An exact host name, or `*.suffix`, which stands for exactly one label (as in certificates).
    pub host: String,
    /// Requests whose path is this or lies under it, on segment boundaries. The longest prefix wins.
    #[serde(default = "root_path")]
    pub path_prefix: String,
    /// Where requests go. None left: the answer is 503.
    #[serde(default)]
    pub upstreams: Vec<Upstream>,
    /// Largest request body in bytes; a larger one is answered with 413.
    #[serde(default = "default_max_body_bytes")]
    pub max_body_bytes: u64,
    /// Time limits.
    #[serde(default)]
    pub timeouts: Timeouts,
    /// Strict-Transport-Security (RFC 6797) set on every answer; none leaves the header out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hsts: Option<Hsts>,
    /// Id of the app, for the access log alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub app: Option<String>,
    /// How much of the path the access log keeps.
    #[serde(default)]
    pub log_path: LogPath,
}

/// How much of a request's path the access log keeps. Query strings are never kept.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogPath {
    /// The route's prefix alone: a path may hold an identifier (`/patients/4711`). The default, and the
    /// floor in an environment that may hold PHI.
    #[default]
    Prefix,
    /// The whole path.
    Full,
}

/// One instance of a process that answers requests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Upstream {
    /// Stable id, by which in-flight requests are counted. The same id always means the same target.
    pub id: String,
    /// Where it listens for HTTP/1.1.
    pub target: UpstreamTarget,
    /// Share of new requests beside its neighbours; at least 1.
    #[serde(default = "default_weight")]
    pub weight: u32,
    /// True: finish what it has, get nothing new.
    #[serde(default)]
    pub draining: bool,
}

/// The address of an upstream.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UpstreamTarget {
    /// A TCP address.
    Tcp(SocketAddr),
    /// A Unix stream socket, as an absolute path.
    Unix(PathBuf),
}

/// Time limits of a route, in milliseconds; each from 1 to [`LONGEST_TIMEOUT_MS`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Timeouts {
    /// To connect to an upstream.
    pub connect_ms: u64,
    /// From the last byte of the request sent to the head of the answer.
    pub response_ms: u64,
    /// Between two pieces of a body, either way.
    pub idle_ms: u64,
    /// Without a byte either way on an upgraded connection (WebSocket).
    pub tunnel_idle_ms: u64,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self { connect_ms: 2_000, response_ms: 60_000, idle_ms: 60_000, tunnel_idle_ms: 300_000 }
    }
}

/// The Strict-Transport-Security header.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hsts {
    /// Seconds that a browser remembers it.
    pub max_age: u64,
    /// Whether it holds for every name below the host.
    #[serde(default)]
    pub include_subdomains: bool,
}

/// A certificate chain and its key.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Certificate {
    /// Names it is presented for: exact, or `*.suffix`.
    pub names: Vec<String>,
    /// The chain as PEM, leaf first.
    pub chain_pem: String,
    /// The private key as PEM (PKCS#8, PKCS#1 or SEC1). Never printed.
    pub key_pem: String,
}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Certificate").field("names", &self.names).finish_non_exhaustive()
    }
}

/// Why a snapshot is refused. Texts hold names, never key material.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SnapshotError {
    /// Version 0 means "none yet" and cannot be published.
    #[error("the snapshot's version is 0; versions start at 1")]
    Version,
    /// A host is neither a lower-case name nor `*.suffix`.
    #[error("'{0}' is no host name (lower case, or *.suffix)")]
    Host(String),
    /// A path prefix is not a clean absolute path.
    #[error("'{0}' is no path prefix: it starts with /, holds no query, no empty and no dot segments")]
    Prefix(String),
    /// Two routes answer for the same place.
    #[error("two routes serve {host}{prefix}")]
    DuplicateRoute {
        /// The host.
        host: String,
        /// The prefix.
        prefix: String,
    },
    /// An upstream id is empty, too long or holds other characters than letters, digits and `-_.:`.
    #[error("'{0}' is no upstream id")]
    UpstreamId(String),
    /// One id stands for two targets.
    #[error("the upstream id '{0}' stands for two targets")]
    UpstreamTarget(String),
    /// A weight of 0 (use `draining`).
    #[error("the upstream '{0}' has weight 0; say draining instead")]
    Weight(String),
    /// A socket path that is not absolute.
    #[error("the socket path of the upstream '{0}' is not absolute")]
    SocketPath(String),
    /// A timeout out of its range.
    #[error("a timeout of {host}{prefix} lies outside of 1 to 3600000 ms")]
    Timeout {
        /// The host.
        host: String,
        /// The prefix.
        prefix: String,
    },
    /// A certificate without a name.
    #[error("certificate {0} has no names")]
    Nameless(usize),
    /// Two certificates for one name.
    #[error("two certificates are named '{0}'")]
    DuplicateCertificate(String),
    /// A certificate without PEM in it.
    #[error("the certificate for '{0}' lacks its chain or its key")]
    EmptyCertificate(String),
    /// The default names no certificate.
    #[error("the default certificate '{0}' is not among the certificates")]
    DefaultCertificate(String),
    /// A challenge token or answer outside the base64url alphabet.
    #[error("an ACME challenge holds other characters than base64url")]
    Challenge,
}

impl RouteSnapshot {
    /// A snapshot without routes.
    pub fn new(version: u64) -> Self {
        Self {
            version,
            routes: Vec::new(),
            certificates: Vec::new(),
            default_certificate: None,
            acme_challenges: BTreeMap::new(),
        }
    }

    /// Checks everything that can be checked without cryptography; the ingress checks the keys.
    ///
    /// # Errors
    /// The first fault found.
    pub fn validate(&self) -> Result<(), SnapshotError> {
        if self.version == 0 {
            return Err(SnapshotError::Version);
        }
        self.validate_routes()?;
        self.validate_certificates()?;
        let token = |s: &str, extra: &[u8]| {
            !s.is_empty()
                && s.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b) || extra.contains(&b))
        };
        match self.acme_challenges.iter().all(|(name, answer)| token(name, b"") && token(answer, b".")) {
            true => Ok(()),
            false => Err(SnapshotError::Challenge),
        }
    }

    fn validate_routes(&self) -> Result<(), SnapshotError> {
        let mut places = HashSet::new();
        let mut targets: HashMap<&str, &UpstreamTarget> = HashMap::new();
        for route in &self.routes {
            if !is_host_pattern(&route.host) {
                return Err(SnapshotError::Host(route.host.clone()));
            }
            if !is_prefix(&route.path_prefix) {
                return Err(SnapshotError::Prefix(route.path_prefix.clone()));
            }
            let (host, prefix) = (route.host.clone(), route.path_prefix.clone());
            if !places.insert((&route.host, route.path_prefix.trim_end_matches('/'))) {
                return Err(SnapshotError::DuplicateRoute { host, prefix });
            }
            let t = &route.timeouts;
            if [t.connect_ms, t.response_ms, t.idle_ms, t.tunnel_idle_ms]
                .iter()
                .any(|ms| !(1..=LONGEST_TIMEOUT_MS).contains(ms))
            {
                return Err(SnapshotError::Timeout { host, prefix });
            }
            for upstream in &route.upstreams {
                upstream.validate()?;
                if targets
                    .insert(&upstream.id, &upstream.target)
                    .is_some_and(|other| *other != upstream.target)
                {
                    return Err(SnapshotError::UpstreamTarget(upstream.id.clone()));
                }
            }
        }
        Ok(())
    }

    fn validate_certificates(&self) -> Result<(), SnapshotError> {
        let mut names = HashSet::new();
        for (position, certificate) in self.certificates.iter().enumerate() {
            let Some(first) = certificate.names.first() else {
                return Err(SnapshotError::Nameless(position));
            };
            if certificate.chain_pem.trim().is_empty() || certificate.key_pem.trim().is_empty() {
                return Err(SnapshotError::EmptyCertificate(first.clone()));
            }
            for name in &certificate.names {
                if !is_host_pattern(name) {
                    return Err(SnapshotError::Host(name.clone()));
                }
                if !names.insert(name.as_str()) {
                    return Err(SnapshotError::DuplicateCertificate(name.clone()));
                }
            }
        }
        match &self.default_certificate {
            Some(name) if !names.contains(name.as_str()) => {
                Err(SnapshotError::DefaultCertificate(name.clone()))
            }
            _ => Ok(()),
        }
    }
}

impl Upstream {
    fn validate(&self) -> Result<(), SnapshotError> {
        let clean = |b: u8| b.is_ascii_alphanumeric() || b"-_.:".contains(&b);
        if self.id.is_empty() || self.id.len() > 128 || !self.id.bytes().all(clean) {
            return Err(SnapshotError::UpstreamId(self.id.clone()));
        }
        if self.weight == 0 {
            return Err(SnapshotError::Weight(self.id.clone()));
        }
        match &self.target {
            UpstreamTarget::Unix(path) if !path.is_absolute() => {
                Err(SnapshotError::SocketPath(self.id.clone()))
            }
            _ => Ok(()),
        }
    }
}

fn root_path() -> String {
    "/".to_owned()
}

fn default_max_body_bytes() -> u64 {
    64 * 1024 * 1024
}

fn default_weight() -> u32 {
    1
}

/// A lower-case DNS name (RFC 1123 labels), or one behind `*.`.
fn is_host_pattern(text: &str) -> bool {
    let name = text.strip_prefix("*.").unwrap_or(text);
    let label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    name.len() <= 253 && name.split('.').all(label)
}

fn is_prefix(text: &str) -> bool {
    let Some(rest) = text.strip_prefix('/') else { return false };
    let rest = rest.strip_suffix('/').unwrap_or(rest);
    let clean = |b: u8| b.is_ascii_alphanumeric() || b"-._~/!$&'()*+,;=:@".contains(&b);
    text == "/"
        || text.len() <= 1024
            && text.bytes().all(clean)
            && rest.split('/').all(|segment| !matches!(segment, "" | "." | ".."))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn route(host: &str, prefix: &str) -> Route {
        serde_json::from_value(serde_json::json!({
            "host": host, "path_prefix": prefix,
            "upstreams": [{ "id": "web-1", "target": { "tcp": "127.0.0.1:80" } }],
        }))
        .expect("route")
    }

    fn with(routes: Vec<Route>) -> RouteSnapshot {
        RouteSnapshot { routes, ..RouteSnapshot::new(1) }
    }

    #[test]
    fn a_snapshot_survives_json_and_defaults_are_safe() {
        let mut snapshot = with(vec![route("a.example", "/"), route("*.ward.localhost", "/api")]);
        snapshot.routes[1].upstreams[0].id = "unix-1".into();
        snapshot.routes[1].upstreams[0].target = UpstreamTarget::Unix("/run/x.sock".into());
        snapshot.validate().expect("valid");
        let text = serde_json::to_string(&snapshot).expect("json");
        assert_eq!(serde_json::from_str::<RouteSnapshot>(&text).expect("back"), snapshot);
        assert_eq!(snapshot.routes[0].log_path, LogPath::Prefix);
    }

    #[test]
    fn a_field_the_ingress_does_not_know_is_refused() {
        assert!(serde_json::from_str::<RouteSnapshot>(r#"{"version":1,"deny":["x"]}"#).is_err());
    }

    #[test]
    fn debug_never_prints_the_key() {
        let certificate = Certificate {
            names: vec!["a.example".into()],
            chain_pem: "CHAIN".into(),
            key_pem: "SECRET".into(),
        };
        assert!(!format!("{certificate:?}").contains("SECRET"));
    }

    #[test]
    fn each_fault_has_its_own_error() {
        assert_eq!(RouteSnapshot::new(0).validate(), Err(SnapshotError::Version));
        for host in ["", "A.example", "a..b", "*", "*.", "a.*.b", "-a.b", "a_b.c", "a.b:80", "a b"] {
            assert_eq!(
                with(vec![route(host, "/")]).validate(),
                Err(SnapshotError::Host(host.into())),
                "{host}"
            );
        }
        for prefix in ["", "api", "/a//b", "/a/../b", "/a?x", "/a b", "/%41"] {
            assert_eq!(
                with(vec![route("a.b", prefix)]).validate(),
                Err(SnapshotError::Prefix(prefix.into())),
                "{prefix}"
            );
        }
        let twice = with(vec![route("a.b", "/api"), route("a.b", "/api/")]).validate();
        assert!(matches!(twice, Err(SnapshotError::DuplicateRoute { .. })));

        let mut two_targets = with(vec![route("a.b", "/"), route("c.d", "/")]);
        two_targets.routes[1].upstreams[0].target = UpstreamTarget::Unix("/x".into());
        assert_eq!(two_targets.validate(), Err(SnapshotError::UpstreamTarget("web-1".into())));

        let mut weightless = with(vec![route("a.b", "/")]);
        weightless.routes[0].upstreams[0].weight = 0;
        assert_eq!(weightless.validate(), Err(SnapshotError::Weight("web-1".into())));

        let mut endless = with(vec![route("a.b", "/")]);
        endless.routes[0].timeouts.idle_ms = LONGEST_TIMEOUT_MS + 1;
        assert!(matches!(endless.validate(), Err(SnapshotError::Timeout { .. })));

        let mut defaulted = RouteSnapshot::new(1);
        defaulted.default_certificate = Some("a.b".into());
        assert_eq!(defaulted.validate(), Err(SnapshotError::DefaultCertificate("a.b".into())));

        let mut challenged = RouteSnapshot::new(1);
        challenged.acme_challenges.insert("../x".into(), "y".into());
        assert_eq!(challenged.validate(), Err(SnapshotError::Challenge));
    }
}
