//! What a check may touch: the running platform from inside, and the machine from outside.

use std::{net::SocketAddr, path::PathBuf, sync::Arc};

use rustls::RootCertStore;
use rustls_pki_types::{CertificateDer, pem::PemObject};
use ward_ledger::VerifierKey;
use ward_model::Principal;
use ward_spine::{
    Core, Ctx, ReadTx, RequestInfo, Result,
    engine::{ContainerState, Engine, EngineError, ObservedContainer},
};

use crate::{checks::Unseen, sql};

/// Name of the loop, and of its principal in the ledger.
pub(crate) const LOOP: &str = "checks";

/// Addresses at which people reach the ingress.
#[derive(Debug, Clone, Copy)]
pub struct Door {
    /// TLS.
    pub https: SocketAddr,
    /// Plain, which redirects.
    pub http: SocketAddr,
}

/// Everything a check may touch. Made once by `wardd`.
pub struct Probe {
    /// The platform.
    pub core: Arc<Core>,
    /// The engine.
    pub engine: Arc<dyn Engine>,
    /// The ingress; None if this installation serves none.
    pub door: Option<Door>,
    /// Certificates to trust, PEM, beside Ward's own authority (which is read from the store).
    pub trust_pem: Option<String>,
    /// Key that verifies the ledger, pinned by configuration and not asked of the log that is verified.
    pub ledger_key: VerifierKey,
    /// Directory of the ledger.
    pub ledger_dir: PathBuf,
    /// Directories of Ward that rest on a disk and must hold no plain secret: state, data, engine.
    pub disk_dirs: Vec<PathBuf>,
    /// Directory of encrypted volumes.
    pub volumes_dir: PathBuf,
    /// Key file of the root key; None if it comes from a passphrase.
    pub root_key: Option<PathBuf>,
    /// Files, directories and sockets that only the user who runs Ward may open.
    pub private: Vec<PathBuf>,
}

/// A container that runs, with its first process.
pub(crate) struct Running {
    pub(crate) container: ObservedContainer,
    pub(crate) pid: i32,
}

impl Running {
    /// Value of a label.
    pub(crate) fn label(&self, name: &str) -> Option<&str> {
        self.container.labels.get(name).map(String::as_str)
    }
}

impl Probe {
    /// Context of the loop.
    pub fn ctx(&self) -> Ctx {
        Ctx::new(Arc::clone(&self.core), Principal::Loop { name: LOOP }, RequestInfo::default())
    }

    /// A connection for reading.
    pub(crate) async fn read(&self) -> Result<ReadTx> {
        self.core.db.read().await
    }

    /// Containers that run now.
    pub(crate) async fn running(&self) -> Result<Vec<Running>, EngineError> {
        let all = self.engine.observe().await?;
        Ok(all
            .into_iter()
            .filter_map(|container| match container.state {
                ContainerState::Running { pid } => Some(Running { container, pid }),
                _ => None,
            })
            .collect())
    }

    /// Names that the ingress answers for: the console and every public app that was released.
    pub(crate) async fn hosts(&self) -> Result<Vec<String>> {
        let rows: Vec<(String,)> = sqlx::query_as(sql::HOSTS).fetch_all(self.read().await?.conn()).await?;
        let console = format!("console.{}", self.core.settings.domain);
        Ok(std::iter::once(console).chain(rows.into_iter().map(|(host,)| host)).collect())
    }

    /// The ingress, or why it can't be observed.
    pub(crate) fn door(&self) -> Result<Door, Unseen> {
        self.door.ok_or_else(|| Unseen("this installation has no ingress to observe".into()))
    }

    /// Roots to trust: Ward's own authority and those of the configuration. None if there is no root at all.
    pub(crate) async fn roots(&self) -> Result<Option<RootCertStore>, Unseen> {
        let rows: Vec<(String,)> =
            sqlx::query_as(sql::AUTHORITIES).fetch_all(self.read().await?.conn()).await?;
        let mut roots = RootCertStore::empty();
        for pem in rows.iter().map(|(pem,)| pem).chain(&self.trust_pem) {
            for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
                let certificate =
                    certificate.map_err(|e| Unseen(format!("a trusted certificate is broken: {e}")))?;
                roots
                    .add(certificate)
                    .map_err(|e| Unseen(format!("a trusted certificate is broken: {e}")))?;
            }
        }
        Ok(if roots.is_empty() { None } else { Some(roots) })
    }
}
