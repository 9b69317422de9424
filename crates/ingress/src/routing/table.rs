//! A snapshot made ready for look-ups.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use http::HeaderValue;
use rustls::crypto::CryptoProvider;
use rustls::sign::CertifiedKey;
use ward_model::routes::{LogPath, Route, RouteSnapshot};

use super::Found;
use super::upstream::{Busy, Upstream};
use crate::config::Limits;
use crate::error::Error;

/// Routes by host, certificates by name.
#[derive(Default)]
pub(crate) struct Table {
    pub(crate) version: u64,
    pub(crate) challenges: BTreeMap<String, String>,
    hosts: HashMap<String, Vec<Arc<Place>>>,
    certificates: HashMap<String, Arc<CertifiedKey>>,
    default_certificate: Option<Arc<CertifiedKey>>,
}

/// One route, ready to serve.
pub(crate) struct Place {
    pub(crate) prefix: String,
    pub(crate) app: Option<String>,
    pub(crate) log_path: LogPath,
    pub(crate) max_body_bytes: u64,
    pub(crate) response: Duration,
    pub(crate) idle: Duration,
    pub(crate) tunnel_idle: Duration,
    pub(crate) hsts: Option<HeaderValue>,
    upstreams: Vec<Choice>,
    turn: AtomicUsize,
}

struct Choice {
    upstream: Arc<Upstream>,
    weight: usize,
    draining: bool,
}

impl Table {
    /// `known` holds the upstreams that live already; those that stay keep their connections and counts.
    pub(crate) fn build(
        snapshot: &RouteSnapshot,
        provider: &CryptoProvider,
        limits: &Limits,
        known: &mut HashMap<String, Arc<Upstream>>,
    ) -> Result<Self, Error> {
        let mut certificates = HashMap::new();
        for certificate in &snapshot.certificates {
            let key = Arc::new(crate::tls::certified_key(certificate, provider)?);
            for name in &certificate.names {
                certificates.insert(name.clone(), Arc::clone(&key));
            }
        }
        let mut hosts: HashMap<String, Vec<Arc<Place>>> = HashMap::new();
        for route in &snapshot.routes {
            hosts.entry(route.host.clone()).or_default().push(Arc::new(Place::build(route, limits, known)));
        }
        for places in hosts.values_mut() {
            places.sort_by_key(|place| std::cmp::Reverse(place.prefix.len()));
        }
        let default_certificate =
            snapshot.default_certificate.as_ref().and_then(|name| certificates.get(name)).cloned();
        let challenges = snapshot.acme_challenges.clone();
        Ok(Self { version: snapshot.version, challenges, hosts, certificates, default_certificate })
    }

    /// The places of a host: an exact name first, then the wildcard above it.
    pub(crate) fn routes_of(&self, host: &str) -> Option<&[Arc<Place>]> {
        exact_or_wildcard(&self.hosts, host).map(Vec::as_slice)
    }

    pub(crate) fn find(&self, host: &str, path: &str) -> Result<Arc<Place>, Found> {
        let places = self.routes_of(host).ok_or(Found::NoHost)?;
        places.iter().find(|place| place.covers(path)).cloned().ok_or(Found::NoPath)
    }

    pub(crate) fn certificate(&self, name: Option<&str>) -> Option<Arc<CertifiedKey>> {
        name.and_then(|name| exact_or_wildcard(&self.certificates, &name.to_ascii_lowercase()))
            .or(self.default_certificate.as_ref())
            .cloned()
    }

    pub(crate) fn upstreams(&self) -> impl Iterator<Item = &Arc<Upstream>> {
        self.hosts.values().flatten().flat_map(|place| place.upstreams.iter().map(|choice| &choice.upstream))
    }
}

fn exact_or_wildcard<'a, T>(map: &'a HashMap<String, T>, name: &str) -> Option<&'a T> {
    map.get(name).or_else(|| {
        let (label, rest) = name.split_once('.')?;
        if label.is_empty() { None } else { map.get(&format!("*.{rest}")) }
    })
}

impl Place {
    fn build(route: &Route, limits: &Limits, known: &mut HashMap<String, Arc<Upstream>>) -> Self {
        let connect = Duration::from_millis(route.timeouts.connect_ms);
        let upstreams = route.upstreams.iter().map(|wanted| {
            let upstream = match known.get(&wanted.id) {
                Some(living) if living.target == wanted.target => Arc::clone(living),
                _ => Arc::new(Upstream::new(wanted, limits)),
            };
            upstream.set_connect_timeout(connect);
            known.insert(wanted.id.clone(), Arc::clone(&upstream));
            let weight = usize::try_from(wanted.weight).unwrap_or(usize::MAX);
            Choice { upstream, weight, draining: wanted.draining }
        });
        Self {
            prefix: route.path_prefix.clone(),
            app: route.app.clone(),
            log_path: route.log_path,
            max_body_bytes: route.max_body_bytes,
            response: Duration::from_millis(route.timeouts.response_ms),
            idle: Duration::from_millis(route.timeouts.idle_ms),
            tunnel_idle: Duration::from_millis(route.timeouts.tunnel_idle_ms),
            hsts: route.hsts.and_then(|hsts| {
                let below = if hsts.include_subdomains { "; includeSubDomains" } else { "" };
                HeaderValue::try_from(format!("max-age={}{below}", hsts.max_age)).ok()
            }),
            upstreams: upstreams.collect(),
            turn: AtomicUsize::new(0),
        }
    }

    /// On segment boundaries: `/api` covers `/api` and `/api/x`, not `/apix`.
    fn covers(&self, path: &str) -> bool {
        let bare = self.prefix.trim_end_matches('/');
        path.strip_prefix(bare).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    /// The least busy upstream for its weight, in turn among equals. Those that refused a connection
    /// lately come last, and not at all when another is there.
    pub(super) fn choose(&self, except: Option<&str>) -> Option<Busy> {
        let turn = self.turn.fetch_add(1, Ordering::Relaxed);
        let count = self.upstreams.len().max(1);
        let (before, after) = self.upstreams.split_at_checked(turn % count)?;
        let chosen = after
            .iter()
            .chain(before)
            .filter(|choice| !choice.draining && except != Some(choice.upstream.id.as_str()))
            .min_by_key(|choice| {
                let load = (choice.upstream.inflight() + 1).saturating_mul(1 << 20) / choice.weight;
                (choice.upstream.rests(), load)
            })?;
        Some(Busy::new(&chosen.upstream))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(routes: serde_json::Value) -> Table {
        let snapshot =
            serde_json::from_value(serde_json::json!({ "version": 1, "routes": routes })).expect("snapshot");
        Table::build(&snapshot, &crate::tls::provider(), &Limits::default(), &mut HashMap::new())
            .expect("table")
    }

    #[tokio::test]
    async fn the_exact_host_and_the_longest_prefix_win() {
        let table = table(serde_json::json!([
            { "host": "*.b.c", "app": "wild" }, { "host": "a.b.c", "app": "root" },
            { "host": "a.b.c", "path_prefix": "/api", "app": "api" },
        ]));
        let app = |host, path| table.find(host, path).ok().and_then(|place| place.app.clone());
        assert_eq!(app("a.b.c", "/api/x").as_deref(), Some("api"));
        assert_eq!(app("a.b.c", "/api").as_deref(), Some("api"));
        assert_eq!(app("a.b.c", "/apix").as_deref(), Some("root"));
        assert_eq!(app("z.b.c", "/").as_deref(), Some("wild"));
        assert_eq!(app("y.z.b.c", "/"), None);
        assert_eq!(app("b.c", "/"), None);
        assert_eq!(app(".b.c", "/"), None);
    }

    #[tokio::test]
    async fn weights_share_the_load_and_a_draining_upstream_gets_nothing() {
        let target = |port: u16| serde_json::json!({ "tcp": format!("127.0.0.1:{port}") });
        let table = table(serde_json::json!([{ "host": "a.b", "upstreams": [
            { "id": "one", "target": target(1) }, { "id": "three", "target": target(3), "weight": 3 },
            { "id": "gone", "target": target(4), "draining": true },
        ] }]));
        let place = table.find("a.b", "/").ok().expect("route");
        let taken: Vec<_> = (0..40).filter_map(|_| place.choose(None)).collect();
        let count = |id: &str| taken.iter().filter(|busy| busy.upstream().id == id).count();
        assert_eq!(count("gone"), 0);
        assert!((8..=12).contains(&count("one")), "{}", count("one"));
        assert_eq!(
            place.choose(Some("three")).map(|busy| busy.upstream().id.clone()).as_deref(),
            Some("one")
        );
    }
}
