//! TLS: versions, suites, and the certificate for a name.
//!
//! TLS 1.2 and 1.3 with AEAD suites and ephemeral keys only (NIST SP 800-52r2 section 3.3.1), which is
//! what 45 CFR 164.312(e)(1) comes down to on the wire. rustls knows no CBC and no older version; the
//! list is spelled out all the same, so that an update cannot widen it.

use std::fmt;
use std::sync::Arc;

use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::server::{ClientHello, ResolvesServerCert, ServerConfig};
use rustls::sign::CertifiedKey;
use rustls::{CipherSuite, SupportedCipherSuite};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use ward_model::routes::Certificate;

use crate::error::Error;

/// The suites that are offered, in order of preference.
const SUITES: [CipherSuite; 9] = [
    CipherSuite::TLS13_AES_256_GCM_SHA384,
    CipherSuite::TLS13_AES_128_GCM_SHA256,
    CipherSuite::TLS13_CHACHA20_POLY1305_SHA256,
    CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
    CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
    CipherSuite::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
    CipherSuite::TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
    CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
    CipherSuite::TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
];

/// A fatal alert `unrecognized_name` (RFC 6066 section 3) as a plaintext record, sent before any key is.
pub(crate) const UNRECOGNIZED_NAME: [u8; 7] = [0x15, 0x03, 0x03, 0x00, 0x02, 0x02, 0x70];

/// rustls's provider on AWS-LC with the suites above; in a `fips` build those of the validated module.
pub fn provider() -> CryptoProvider {
    let mut provider = aws_lc_rs::default_provider();
    let known = std::mem::take(&mut provider.cipher_suites);
    provider.cipher_suites = SUITES
        .iter()
        .filter_map(|wanted| known.iter().find(|suite| suite.suite() == *wanted).copied())
        .filter(|suite: &SupportedCipherSuite| !cfg!(feature = "fips") || suite.fips())
        .collect();
    if cfg!(feature = "fips") {
        provider.kx_groups.retain(|group| group.fips());
    }
    provider
}

/// The configuration of every TLS listener of Ward. `alpn` is in order of preference, for example
/// `["h2", "http/1.1"]`.
///
/// # Errors
/// The provider offers none of the suites or no random bytes; in a `fips` build also when any part lies
/// outside of the validated module.
pub fn server_config(
    certificates: Arc<dyn ResolvesServerCert>,
    alpn: &[&str],
) -> Result<ServerConfig, Error> {
    let mut config = ServerConfig::builder_with_provider(Arc::new(provider()))
        .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])?
        .with_no_client_auth()
        .with_cert_resolver(certificates);
    // Ticket keys live in this process, rotate, and die with it. rustls resumes no session under another
    // server name than it began with.
    config.ticketer = aws_lc_rs::Ticketer::new()?;
    config.alpn_protocols = alpn.iter().map(|protocol| protocol.as_bytes().to_vec()).collect();
    if cfg!(feature = "fips") && !config.fips() {
        return Err(Error::NotFips);
    }
    Ok(config)
}

/// Reads a certificate and its key, and checks that they belong together.
///
/// # Errors
/// The PEM is malformed, the key kind is unknown, or key and certificate differ.
pub fn certified_key(certificate: &Certificate, provider: &CryptoProvider) -> Result<CertifiedKey, Error> {
    let fail = |reason: String| Error::Certificate {
        name: certificate.names.first().cloned().unwrap_or_default(),
        reason,
    };
    let chain = CertificateDer::pem_slice_iter(certificate.chain_pem.as_bytes())
        .collect::<Result<Vec<_>, _>>()
        .map_err(|_| fail("its chain is not PEM".into()))?;
    if chain.is_empty() {
        return Err(fail("its chain is empty".into()));
    }
    // The PEM reader's error may quote what it read: it is dropped.
    let key = PrivateKeyDer::from_pem_slice(certificate.key_pem.as_bytes())
        .map_err(|_| fail("its key is not PEM".into()))?;
    CertifiedKey::from_der(chain, key, provider).map_err(|error| fail(error.to_string()))
}

/// Finds the certificate of a name in whatever table is live.
pub(crate) struct Resolver<F>(pub(crate) F);

impl<F> fmt::Debug for Resolver<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Resolver")
    }
}

impl<F> ResolvesServerCert for Resolver<F>
where
    F: Fn(Option<&str>) -> Option<Arc<CertifiedKey>> + Send + Sync,
{
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        (self.0)(hello.server_name())
    }
}

/// What a handshake agreed on, for the access log.
#[derive(Debug, Clone, Default)]
pub(crate) struct TlsFacts {
    pub(crate) server_name: Option<String>,
    pub(crate) version: &'static str,
    pub(crate) cipher: &'static str,
}

impl TlsFacts {
    pub(crate) fn of(connection: &rustls::ServerConnection) -> Self {
        Self {
            server_name: connection.server_name().map(str::to_ascii_lowercase),
            version: match connection.protocol_version() {
                Some(rustls::ProtocolVersion::TLSv1_3) => "TLSv1.3",
                Some(rustls::ProtocolVersion::TLSv1_2) => "TLSv1.2",
                _ => "",
            },
            cipher: connection
                .negotiated_cipher_suite()
                .and_then(|suite| suite.suite().as_str())
                .unwrap_or_default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_listed_suites_are_offered() {
        let offered: Vec<_> = provider().cipher_suites.iter().map(SupportedCipherSuite::suite).collect();
        if cfg!(feature = "fips") {
            assert!(!offered.is_empty() && provider().fips());
        } else {
            assert_eq!(offered, SUITES);
        }
    }

    #[test]
    fn a_key_of_another_certificate_is_refused_without_quoting_it() {
        let one = rcgen::generate_simple_self_signed(vec!["a.example".into()]).expect("certificate");
        let two = rcgen::generate_simple_self_signed(vec!["a.example".into()]).expect("certificate");
        let key_pem = two.signing_key.serialize_pem();
        let names = vec!["a.example".to_owned()];
        let mixed = Certificate { names: names.clone(), chain_pem: one.cert.pem(), key_pem: key_pem.clone() };
        let error = certified_key(&mixed, &provider()).expect_err("keys differ").to_string();
        assert!(error.contains("a.example") && !error.contains(&key_pem[40..60]), "{error}");
        let whole = Certificate { names, chain_pem: two.cert.pem(), key_pem };
        certified_key(&whole, &provider()).expect("they belong together");
    }
}
