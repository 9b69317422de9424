//! Makes and loads an authority.

use std::{fmt, time::Duration};

use jiff::Timestamp;
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose,
    PKCS_ECDSA_P256_SHA256, PublicKeyData,
};
use x509_parser::{certificate::X509Certificate, pem::parse_x509_pem, prelude::FromDer};
use zeroize::Zeroizing;

use super::{BACKDATED, Scope, add, failed, serial, set_validity};
use crate::{Error, Result};

/// Longest validity of an authority: ten years.
pub const MAX_AUTHORITY_VALIDITY: Duration = Duration::from_secs(3653 * 86_400);

/// A local certificate authority with its key in memory.
///
/// Store [`cert_pem`](Self::cert_pem) in clear and [`key_pem`](Self::key_pem) encrypted by the vault.
pub struct CertificateAuthority {
    cert_pem: String,
    pub(super) key: Zeroizing<KeyPair>,
    pub(super) scope: Scope,
    pub(super) not_after: i64,
    pub(super) cert_der: Vec<u8>,
}

impl CertificateAuthority {
    /// A new authority called `name` (its common name, shown to people) that may speak for `scope`.
    ///
    /// # Errors
    /// [`Error::Refused`] for an empty or long name, or a validity over [`MAX_AUTHORITY_VALIDITY`].
    pub fn create(name: &str, scope: &Scope, validity: Duration, now: Timestamp) -> Result<Self> {
        // 64 characters: RFC 5280 appendix A, ub-common-name.
        if name.is_empty() || name.chars().count() > 64 || name.chars().any(char::is_control) {
            return Err(Error::Refused("an authority's name must have 1 to 64 characters".into()));
        }
        if validity > MAX_AUTHORITY_VALIDITY {
            return Err(Error::Refused("an authority is valid for ten years at most".into()));
        }
        let mut params = CertificateParams::default();
        params.distinguished_name = DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, name);
        params.serial_number = Some(serial());
        // No authority below this one.
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        params.name_constraints = Some(scope.constraints());
        params.use_authority_key_identifier_extension = true;
        set_validity(&mut params, now.as_second() - BACKDATED.as_secs() as i64, add(now, validity)?)?;
        let key = Zeroizing::new(KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).map_err(failed)?);
        let cert_pem = params.self_signed(&*key).map_err(failed)?.pem();
        Self::load(cert_pem, key)
    }

    /// Loads what was stored.
    ///
    /// # Errors
    /// [`Error::Certificate`] if either is malformed, the key is not the certificate's, it is no authority, or it has
    /// no name constraints.
    pub fn from_pem(cert_pem: &str, key_pem: &str) -> Result<Self> {
        let key = KeyPair::from_pem_and_sign_algo(key_pem, &PKCS_ECDSA_P256_SHA256).map_err(failed)?;
        Self::load(cert_pem.to_owned(), Zeroizing::new(key))
    }

    /// The certificate, to hand to those who shall trust it.
    pub fn cert_pem(&self) -> &str {
        &self.cert_pem
    }

    /// The private key (PKCS #8).
    pub fn key_pem(&self) -> Zeroizing<String> {
        Zeroizing::new(self.key.serialize_pem())
    }

    /// When it ends.
    ///
    /// # Errors
    /// [`Error::Certificate`] if the date is beyond what can be told.
    pub fn not_after(&self) -> Result<Timestamp> {
        Timestamp::from_second(self.not_after).map_err(failed)
    }

    /// SHA-256 of the certificate in hex, for people to compare.
    pub fn fingerprint(&self) -> String {
        crate::hash::sha256_hex(&self.cert_der)
    }

    fn load(cert_pem: String, key: Zeroizing<KeyPair>) -> Result<Self> {
        let (rest, pem) = parse_x509_pem(cert_pem.as_bytes()).map_err(failed)?;
        if !rest.iter().all(u8::is_ascii_whitespace) {
            return Err(failed("one certificate is wanted, but more follows"));
        }
        let (_, cert) = X509Certificate::from_der(&pem.contents).map_err(failed)?;
        if !cert.is_ca() {
            return Err(failed("it is not an authority's certificate"));
        }
        if cert.public_key().raw != key.subject_public_key_info() {
            return Err(failed("the key is not the certificate's"));
        }
        let constraints = cert.name_constraints().map_err(failed)?;
        let constraints = constraints.ok_or_else(|| failed("the authority has no name constraints"))?;
        let scope = Scope::from_constraints(constraints.value)?;
        let not_after = cert.validity().not_after.timestamp();
        let cert_der = pem.contents.clone();
        Ok(Self { cert_pem, key, scope, not_after, cert_der })
    }

    pub(super) fn issuer(&self) -> Result<Issuer<'static, &KeyPair>> {
        Issuer::from_ca_cert_der(&self.cert_der.as_slice().into(), &*self.key).map_err(failed)
    }
}

impl fmt::Debug for CertificateAuthority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CertificateAuthority")
            .field("scope", &self.scope)
            .field("fingerprint", &self.fingerprint())
            .finish_non_exhaustive()
    }
}
