//! All checks that Ward runs, one line each.

use std::sync::Arc;

use super::Check;
use crate::{access, agreements, authentication, contingency, encryption, isolation, record, transmission};

/// Every check of this build.
pub fn all() -> Vec<Arc<dyn Check>> {
    vec![
        Arc::new(transmission::External),
        Arc::new(transmission::Aead),
        Arc::new(transmission::Database),
        Arc::new(access::DefaultDeny),
        Arc::new(access::Labelled),
        Arc::new(access::Termination),
        Arc::new(authentication::MfaEnforced),
        Arc::new(authentication::MfaStepUp),
        Arc::new(authentication::UniqueAccounts),
        Arc::new(authentication::NoIdReuse),
        Arc::new(authentication::TokenExpiry),
        Arc::new(authentication::PasswordPolicy),
        Arc::new(authentication::IdleTimeout),
        Arc::new(encryption::Volumes),
        Arc::new(encryption::Databases),
        Arc::new(encryption::Backups),
        Arc::new(encryption::RoundTrip),
        Arc::new(encryption::KeysManaged),
        Arc::new(encryption::SwapCoreDump),
        Arc::new(encryption::Secrets),
        Arc::new(record::ChainIntact),
        Arc::new(record::CapacityFailClosed),
        Arc::new(record::EventSchema),
        Arc::new(record::Retention),
        Arc::new(record::Immutable),
        Arc::new(record::EvidenceSigned),
        Arc::new(contingency::Schedule),
        Arc::new(contingency::Scrub),
        Arc::new(agreements::BeforeEphi),
        Arc::new(agreements::Expiry),
        Arc::new(isolation::Segmentation),
        Arc::new(isolation::Drift),
        Arc::new(isolation::Baseline),
        Arc::new(isolation::Assets),
    ]
}

/// A check by id.
pub(crate) fn find(id: &str) -> Option<Arc<dyn Check>> {
    all().into_iter().find(|c| c.id() == id)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::catalog::catalog;

    #[test]
    fn every_check_is_one_of_the_catalog_and_is_there_once() {
        let mut ids = BTreeSet::new();
        for check in all() {
            assert!(catalog().unwrap().check(check.id()).is_some(), "{}", check.id());
            assert!(ids.insert(check.id()), "{} twice", check.id());
            assert!(check.limit() < check.every() * 3, "{} would be stale before it ends", check.id());
            assert!(check.gap().is_none_or(|gap| !gap.is_empty()));
        }
        assert!(ids.len() >= 20);
    }
}
