//! Ward's own findings in the words of the labels.

use ward_redact::{Identifier, Redactor};

use super::{corpus::Label, score::Found};

/// What the redactor finds in a text.
pub(crate) fn find(redactor: &Redactor, text: &str) -> Vec<Found> {
    redactor
        .find(text.as_bytes())
        .into_iter()
        .map(|f| Found { label: label(f.identifier), start: f.span.start, end: f.span.end })
        .collect()
}

const fn label(identifier: Identifier) -> Label {
    match identifier {
        Identifier::Name => Label::Name,
        Identifier::Address => Label::Address,
        Identifier::City => Label::City,
        Identifier::Facility => Label::Hospital,
        Identifier::Zip => Label::Zip,
        Identifier::Date => Label::Date,
        Identifier::Age => Label::Age,
        Identifier::Phone => Label::Phone,
        Identifier::Fax => Label::Fax,
        Identifier::Email => Label::Email,
        Identifier::Ssn => Label::Ssn,
        Identifier::Mrn => Label::Mrn,
        Identifier::HealthPlan => Label::Plan,
        Identifier::Account => Label::Account,
        Identifier::Card => Label::Card,
        Identifier::Licence => Label::Licence,
        Identifier::Npi => Label::Npi,
        Identifier::Dea => Label::Dea,
        Identifier::Vehicle => Label::Vehicle,
        Identifier::Device => Label::Device,
        Identifier::Url => Label::Url,
        Identifier::Ip => Label::Ip,
        Identifier::Biometric => Label::Biometric,
        Identifier::Photo => Label::Photo,
        Identifier::Other => Label::Other,
    }
}
