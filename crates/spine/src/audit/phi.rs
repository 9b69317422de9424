//! The last sieve before the ledger: what a caller wrote into a detail by mistake is masked.
//!
//! Verbs put no PHI into details, but people type reasons. An entry can't be taken back, so texts are read once more
//! here (45 CFR 164.514(b)(2)). Addresses of machines, dates and places are what a record is about, and stay.

use ward_redact::{Config, Identifier, Mode, Redactor};

use crate::{Error, Result};

/// What a record may say.
const STAYS: [Identifier; 9] = [
    Identifier::Url,
    Identifier::Ip,
    Identifier::Date,
    Identifier::Age,
    Identifier::City,
    Identifier::Facility,
    Identifier::Zip,
    Identifier::Device,
    Identifier::Other,
];

/// The sieve.
pub(super) fn sieve() -> Result<Redactor> {
    let mut config = Config::new(Mode::Log);
    config.off = STAYS.into_iter().collect();
    Redactor::new(config).map_err(|e| Error::internal("preparing the masking of the record", e))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_of_patients_are_masked_and_words_of_the_record_stay() {
        let sieve = sieve().unwrap();
        for text in
            ["asked by phone, ssn 123-45-6789", "mail to ada.lovelace@example.org", "mrn=A1234567 moved"]
        {
            assert_ne!(sieve.redact_str(text), text);
        }
        let id = "0198c0de00007000800000000000000a";
        let sha = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";
        for text in [
            format!("app_{id}"),
            format!("sub_{id}"),
            sha.to_owned(),
            format!("sha256:{sha}"),
            "2026-11-22T05:00:00.123456Z".to_owned(),
            "10.89.0.5:5432".to_owned(),
            "https://witness.example.org/ward".to_owned(),
            "app:deploy".to_owned(),
            "config 17 of v42, 12 values, 86400 seconds".to_owned(),
            "ward.localhost/ledger/0f1e2d3c4b5a69788796a5b4c3d2e1f0/platform/2026-1+1a2b3c4d+AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA=".to_owned(),
        ] {
            assert_eq!(sieve.redact_str(&text), text);
        }
    }
}
