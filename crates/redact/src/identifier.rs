//! What a value identifies: the 18 identifiers of Safe Harbor, parted where they are masked differently.

use std::fmt;

/// One kind of identifier of 45 CFR 164.514(b)(2)(i), or a finer kind of one.
///
/// [`Identifier::letter`] leads back to the paragraph of the rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Identifier {
    /// (A) The name of a person: patient, relative, employer, clinician.
    Name,
    /// (B) Street address: house number, street, unit, post office box, rural route.
    Address,
    /// (B) City, town, county or parish.
    City,
    /// (B) Hospital, clinic, practice or other facility, which tells a place.
    Facility,
    /// (B) ZIP code or another country's postal code.
    Zip,
    /// (C) Any element of a date except the year, also a weekday or a holiday that stands for one.
    Date,
    /// (C) An age over 89.
    Age,
    /// (D) Telephone number, of any country.
    Phone,
    /// (E) Fax number.
    Fax,
    /// (F) E-mail address.
    Email,
    /// (G) Social security number, also an ITIN.
    Ssn,
    /// (H) Medical record number, also an encounter or accession number.
    Mrn,
    /// (I) Health plan beneficiary number: MBI, member, policy, group, Medicaid.
    HealthPlan,
    /// (J) Account number: bank, billing, guarantor, IBAN.
    Account,
    /// (J) Number of a payment card.
    Card,
    /// (K) Certificate or licence number: driver, professional, passport.
    Licence,
    /// (K) National provider identifier.
    Npi,
    /// (K) Registration with the Drug Enforcement Administration.
    Dea,
    /// (L) Vehicle identification number or licence plate.
    Vehicle,
    /// (M) Device identifier or serial number: UDI, IMEI, MAC address.
    Device,
    /// (N) Web address.
    Url,
    /// (O) Address of the Internet Protocol.
    Ip,
    /// (P) Biometric identifier: finger, voice, retina, face templates.
    Biometric,
    /// (Q) Full-face photograph or comparable image.
    Photo,
    /// (R) Any other unique identifying number, characteristic or code; also what custom recognizers find by default.
    Other,
}

impl Identifier {
    /// Every identifier, in the rule's order.
    pub const ALL: [Self; 25] = [
        Self::Name,
        Self::Address,
        Self::City,
        Self::Facility,
        Self::Zip,
        Self::Date,
        Self::Age,
        Self::Phone,
        Self::Fax,
        Self::Email,
        Self::Ssn,
        Self::Mrn,
        Self::HealthPlan,
        Self::Account,
        Self::Card,
        Self::Licence,
        Self::Npi,
        Self::Dea,
        Self::Vehicle,
        Self::Device,
        Self::Url,
        Self::Ip,
        Self::Biometric,
        Self::Photo,
        Self::Other,
    ];

    /// The word that stands in markers (`[SSN]`): capitals and hyphens only.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Name => "NAME",
            Self::Address => "ADDRESS",
            Self::City => "CITY",
            Self::Facility => "FACILITY",
            Self::Zip => "ZIP",
            Self::Date => "DATE",
            Self::Age => "AGE",
            Self::Phone => "PHONE",
            Self::Fax => "FAX",
            Self::Email => "EMAIL",
            Self::Ssn => "SSN",
            Self::Mrn => "MRN",
            Self::HealthPlan => "HEALTH-PLAN",
            Self::Account => "ACCOUNT",
            Self::Card => "CARD",
            Self::Licence => "LICENCE",
            Self::Npi => "NPI",
            Self::Dea => "DEA",
            Self::Vehicle => "VEHICLE",
            Self::Device => "DEVICE",
            Self::Url => "URL",
            Self::Ip => "IP",
            Self::Biometric => "BIOMETRIC",
            Self::Photo => "PHOTO",
            Self::Other => "ID",
        }
    }

    /// The word for it in configuration, statistics and on the command line: its label in small letters.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Address => "address",
            Self::City => "city",
            Self::Facility => "facility",
            Self::Zip => "zip",
            Self::Date => "date",
            Self::Age => "age",
            Self::Phone => "phone",
            Self::Fax => "fax",
            Self::Email => "email",
            Self::Ssn => "ssn",
            Self::Mrn => "mrn",
            Self::HealthPlan => "health-plan",
            Self::Account => "account",
            Self::Card => "card",
            Self::Licence => "licence",
            Self::Npi => "npi",
            Self::Dea => "dea",
            Self::Vehicle => "vehicle",
            Self::Device => "device",
            Self::Url => "url",
            Self::Ip => "ip",
            Self::Biometric => "biometric",
            Self::Photo => "photo",
            Self::Other => "id",
        }
    }

    /// Finds an identifier by its [`Identifier::word`].
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|identifier| identifier.word() == word)
    }

    /// The paragraph of 45 CFR 164.514(b)(2)(i) that names it, `A` to `R`.
    pub const fn letter(self) -> char {
        match self {
            Self::Name => 'A',
            Self::Address | Self::City | Self::Facility | Self::Zip => 'B',
            Self::Date | Self::Age => 'C',
            Self::Phone => 'D',
            Self::Fax => 'E',
            Self::Email => 'F',
            Self::Ssn => 'G',
            Self::Mrn => 'H',
            Self::HealthPlan => 'I',
            Self::Account | Self::Card => 'J',
            Self::Licence | Self::Npi | Self::Dea => 'K',
            Self::Vehicle => 'L',
            Self::Device => 'M',
            Self::Url => 'N',
            Self::Ip => 'O',
            Self::Biometric => 'P',
            Self::Photo => 'Q',
            Self::Other => 'R',
        }
    }

    pub(crate) const fn index(self) -> usize {
        self as usize
    }
}

impl fmt::Display for Identifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_identifier_has_its_index_its_word_and_its_paragraph() {
        for (index, identifier) in Identifier::ALL.into_iter().enumerate() {
            assert_eq!(identifier.index(), index);
            assert_eq!(Identifier::from_word(identifier.word()), Some(identifier));
            assert!(identifier.label().bytes().all(|b| b.is_ascii_uppercase() || b == b'-'));
            assert_eq!(identifier.label().to_ascii_lowercase(), identifier.word());
        }
        let letters: std::collections::BTreeSet<char> =
            Identifier::ALL.into_iter().map(Identifier::letter).collect();
        assert_eq!(letters, ('A'..='R').collect());
    }
}
