//! The live routes: which upstream answers a host and path, and who is busy.
//!
//! Invariant: an upstream is chosen and its in-flight count raised under one read lock, and the table is
//! swapped under the write lock. So once a swap has returned, no request can still choose an upstream
//! that the new table does not offer, and a count of 0 means drained.

pub(crate) mod dial;
pub(crate) mod follow;
pub(crate) mod table;
pub(crate) mod upstream;

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError, RwLock, Weak};

use rustls::crypto::CryptoProvider;
use rustls::sign::CertifiedKey;
use ward_model::routes::RouteSnapshot;

use crate::config::Limits;
use crate::error::Error;
use table::{Place, Table};
use upstream::{Busy, Upstream};

/// The table in force and every upstream that is named by it or still busy.
pub(crate) struct Routing {
    limits: Limits,
    provider: CryptoProvider,
    table: RwLock<Arc<Table>>,
    known: Mutex<Vec<Weak<Upstream>>>,
}

/// Where a request goes.
pub(crate) enum Found {
    /// No route has this host.
    NoHost,
    /// The host has routes, none of them for this path.
    NoPath,
    /// A route.
    Place(Arc<Place>, Option<Busy>),
}

impl Routing {
    pub(crate) fn new(limits: Limits) -> Self {
        Self {
            limits,
            provider: crate::tls::provider(),
            table: RwLock::new(Arc::new(Table::default())),
            known: Mutex::new(Vec::new()),
        }
    }

    /// Replaces the table. Requests in flight keep what they have.
    ///
    /// # Errors
    /// The snapshot is refused; the table in force stays.
    pub(crate) fn apply(&self, snapshot: &RouteSnapshot) -> Result<(), Error> {
        snapshot.validate()?;
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let mut by_id: HashMap<String, Arc<Upstream>> = HashMap::new();
        for upstream in known.iter().filter_map(Weak::upgrade) {
            by_id.insert(upstream.id.clone(), upstream);
        }
        let table = Arc::new(Table::build(snapshot, &self.provider, &self.limits, &mut by_id)?);
        let mut named: Vec<Weak<Upstream>> = table.upstreams().map(Arc::downgrade).collect();
        named.extend(known.iter().filter(|u| u.strong_count() > 0).cloned());
        named.sort_by_key(|u| u.as_ptr());
        named.dedup_by_key(|u| u.as_ptr());
        *known = named;
        let old = {
            let mut live = self.table.write().unwrap_or_else(PoisonError::into_inner);
            std::mem::replace(&mut *live, table)
        };
        drop(old);
        Ok(())
    }

    /// Finds the route of a request and takes an upstream for it, if one is there; `except` was tried.
    pub(crate) fn take(&self, host: &str, path: &str, except: Option<&str>) -> Found {
        let table = self.table.read().unwrap_or_else(PoisonError::into_inner);
        match table.find(host, path) {
            Err(found) => found,
            Ok(place) => {
                let busy = place.choose(except);
                Found::Place(place, busy)
            }
        }
    }

    /// Whether any route has this host.
    pub(crate) fn has_host(&self, host: &str) -> bool {
        self.live().routes_of(host).is_some()
    }

    /// The certificate for a server name.
    pub(crate) fn certificate(&self, name: Option<&str>) -> Option<Arc<CertifiedKey>> {
        self.live().certificate(name)
    }

    /// The answer to an ACME challenge.
    pub(crate) fn challenge(&self, token: &str) -> Option<String> {
        self.live().challenges.get(token).cloned()
    }

    /// The version in force; 0 before the first.
    pub(crate) fn version(&self) -> u64 {
        self.live().version
    }

    /// Requests and tunnels in flight by upstream id: all of the table, and others while they are busy.
    pub(crate) fn inflight(&self) -> BTreeMap<String, usize> {
        let live = self.live();
        let mut counts: BTreeMap<String, usize> =
            live.upstreams().map(|upstream| (upstream.id.clone(), 0)).collect();
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        for upstream in known.iter().filter_map(Weak::upgrade) {
            let busy = upstream.inflight();
            if busy > 0 {
                *counts.entry(upstream.id.clone()).or_default() += busy;
            }
        }
        counts
    }

    fn live(&self) -> Arc<Table> {
        Arc::clone(&self.table.read().unwrap_or_else(PoisonError::into_inner))
    }
}
