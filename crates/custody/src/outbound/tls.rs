//! Whom to trust, and as whom to come.

use std::sync::{Arc, OnceLock};

use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _};
use zeroize::Zeroizing;

use super::OutboundError;

/// Whom to trust, and as whom to come.
#[derive(Debug, Clone, Default)]
pub struct Trust {
    /// Authorities in PEM. If given they alone are trusted; else those of the machine's operating system.
    pub ca_pem: Option<String>,
    /// The client's certificate, if the receiver asks for one.
    pub identity: Option<Identity>,
}

/// A client certificate (mutual TLS).
#[derive(Clone)]
pub struct Identity {
    /// The certificate and those up to its authority, in PEM.
    pub certificates_pem: String,
    /// Its private key in PEM, not encrypted.
    pub key_pem: Zeroizing<String>,
}

impl std::fmt::Debug for Identity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Identity")
    }
}

fn wrong(what: &'static str, why: impl ToString) -> OutboundError {
    OutboundError::Trust { what, why: why.to_string() }
}

fn certificates(what: &'static str, pem: &str) -> Result<Vec<CertificateDer<'static>>, OutboundError> {
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem.as_bytes()).collect();
    let found = found.map_err(|e| wrong(what, e))?;
    if found.is_empty() {
        return Err(wrong(what, "there is no CERTIFICATE block in it"));
    }
    Ok(found)
}

/// Authorities of the operating system, read once.
fn native() -> &'static [CertificateDer<'static>] {
    static FOUND: OnceLock<Vec<CertificateDer<'static>>> = OnceLock::new();
    FOUND.get_or_init(|| {
        let found = rustls_native_certs::load_native_certs();
        for error in &found.errors {
            tracing::warn!(%error, "authorities of the operating system can't be read");
        }
        found.certs
    })
}

/// TLS 1.2 or 1.3, verified against the trusted authorities.
pub(super) fn config(trust: &Trust) -> Result<ClientConfig, OutboundError> {
    let mut roots = RootCertStore::empty();
    match &trust.ca_pem {
        Some(pem) => {
            for certificate in certificates("the certificate of the authority", pem)? {
                roots.add(certificate).map_err(|e| wrong("the certificate of the authority", e))?;
            }
        }
        None => {
            roots.add_parsable_certificates(native().iter().cloned());
        }
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|e| wrong("TLS", e))?
        .with_root_certificates(roots);
    let Some(identity) = &trust.identity else { return Ok(builder.with_no_client_auth()) };
    let chain = certificates("the client certificate", &identity.certificates_pem)?;
    let key = PrivateKeyDer::from_pem_slice(identity.key_pem.as_bytes())
        .map_err(|e| wrong("the key of the client certificate", e))?;
    builder.with_client_auth_cert(chain, key).map_err(|e| wrong("the client certificate", e))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_certificate_is_refused_with_the_reason() {
        for (pem, why) in [
            ("", "no CERTIFICATE"),
            ("-----BEGIN CERTIFICATE-----\nnot base64!\n-----END CERTIFICATE-----\n", "can't"),
        ] {
            let trust = Trust { ca_pem: Some(pem.to_owned()), identity: None };
            let error = config(&trust).unwrap_err().to_string();
            assert!(error.contains(why), "{error}");
        }
        let made = rcgen::generate_simple_self_signed(["ward.test".to_owned()]).unwrap();
        let other = rcgen::generate_simple_self_signed(["ward.test".to_owned()]).unwrap();
        let identity = |key: String| Trust {
            ca_pem: Some(made.cert.pem()),
            identity: Some(Identity { certificates_pem: made.cert.pem(), key_pem: key.into() }),
        };
        assert!(config(&identity(made.signing_key.serialize_pem())).is_ok());
        assert!(
            config(&identity(other.signing_key.serialize_pem())).is_err(),
            "the key of another certificate"
        );
        assert!(config(&identity("no key".into())).is_err());
    }
}
