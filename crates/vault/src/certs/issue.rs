//! Issues server certificates.

use std::{fmt, net::IpAddr, time::Duration};

use jiff::Timestamp;
use rcgen::{
    CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair, KeyUsagePurpose,
    PKCS_ECDSA_P256_SHA256, SanType,
};
use zeroize::Zeroizing;

use super::{BACKDATED, CertificateAuthority, add, failed, scope::host_name, serial, set_validity};
use crate::{Error, Result};

/// Longest validity of a server certificate: 90 days, so that renewal is an everyday matter and a lost key ages out.
pub const MAX_LEAF_VALIDITY: Duration = Duration::from_secs(90 * 86_400);

const MOST_NAMES: usize = 100;

/// A server certificate with its key.
pub struct Issued {
    /// The certificate and then the authority's, PEM.
    pub cert_chain_pem: String,
    /// Its private key (PKCS #8), PEM.
    pub key_pem: Zeroizing<String>,
    /// When it ends; renew at two thirds of its life.
    pub not_after: Timestamp,
}

impl CertificateAuthority {
    /// A certificate for TLS servers, with a new key. `names` are host names, wildcards (`*.ward.localhost`, one label)
    /// and addresses. It never outlives the authority.
    ///
    /// # Errors
    /// [`Error::Refused`] if there is no name, a name is malformed or outside the scope, or the validity is over
    /// [`MAX_LEAF_VALIDITY`]; [`Error::Certificate`] if the authority has ended.
    pub fn issue(&self, names: &[String], validity: Duration, now: Timestamp) -> Result<Issued> {
        if names.is_empty() || names.len() > MOST_NAMES {
            return Err(Error::Refused(format!("a certificate needs 1 to {MOST_NAMES} names")));
        }
        if validity > MAX_LEAF_VALIDITY {
            return Err(Error::Refused("a server certificate is valid for 90 days at most".into()));
        }
        let end = add(now, validity)?.min(self.not_after);
        if end <= now.as_second() {
            return Err(failed("the authority has ended, or the validity is zero"));
        }
        let mut params = CertificateParams::default();
        params.subject_alt_names = names.iter().map(|name| self.checked(name)).collect::<Result<_>>()?;
        params.distinguished_name = DistinguishedName::new();
        // Only a host name: an address here is read as a host name by OpenSSL and breaks the name constraints. What does
        // not fit is in the alternative names alone, which are what clients read (RFC 9525 section 6.3).
        let is_host = |name: &&String| name.len() <= 64 && name.parse::<IpAddr>().is_err();
        if let Some(name) = names.iter().find(is_host) {
            params.distinguished_name.push(DnType::CommonName, name.to_ascii_lowercase());
        }
        params.serial_number = Some(serial());
        params.is_ca = IsCa::ExplicitNoCa;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.use_authority_key_identifier_extension = true;
        set_validity(&mut params, now.as_second() - BACKDATED.as_secs() as i64, end)?;
        let key = Zeroizing::new(KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).map_err(failed)?);
        let cert = params.signed_by(&*key, &self.issuer()?).map_err(failed)?;
        Ok(Issued {
            cert_chain_pem: format!("{}{}", cert.pem(), self.cert_pem()),
            key_pem: Zeroizing::new(key.serialize_pem()),
            not_after: Timestamp::from_second(end).map_err(failed)?,
        })
    }

    fn checked(&self, name: &str) -> Result<SanType> {
        let outside = || Error::Refused(format!("{name:?} is outside what this authority may certify"));
        if let Ok(address) = name.parse::<IpAddr>() {
            return if self.scope.allows_ip(address) {
                Ok(SanType::IpAddress(address))
            } else {
                Err(outside())
            };
        }
        let (star, base) = match name.strip_prefix("*.") {
            Some(base) => ("*.", host_name(base)?),
            None => ("", host_name(name)?),
        };
        if !self.scope.allows_dns(&base) {
            return Err(outside());
        }
        let name = format!("{star}{base}").try_into().map_err(failed)?;
        Ok(SanType::DnsName(name))
    }
}

impl fmt::Debug for Issued {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Issued")
            .field("cert_chain_pem", &self.cert_chain_pem)
            .field("not_after", &self.not_after)
            .finish_non_exhaustive()
    }
}
