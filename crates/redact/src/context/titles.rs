//! Names of columns that keys don't have: abbreviations alone, and headers in other languages.

use std::sync::LazyLock;

use crate::{
    Identifier as I,
    text::key::{Class, classify},
    words::hash,
};

/// What a column stands for that has one of these names and no other word.
const ALONE: &[(&str, &str)] = &[
    ("phone", "phn phon telefono telefonnummer telefon telefoon movil"),
    ("city", "cty wohnort ville ciudad citta cidade"),
    ("street_address", "strasse anschrift direccion domicilio indirizzo endereco"),
    ("last_name", "nachname familienname apellido apellidos achternaam cognome sobrenome lst_nm lstnm"),
    ("first_name", "vorname prenom voornaam frst_nm frstnm"),
    ("name", "nom nombre nome"),
    ("birth_date", "geburtsdatum geboortedatum brthdt"),
    ("birth_date", "fecha_nacimiento fechanacimiento date_naissance datenaissance data_nascita datanascita"),
    ("zip", "plz zipcd"),
    ("member_id", "versichertennr versichertennummer"),
    ("ssn", "nir"),
    ("guarantor_name", "guar"),
    ("account_number", "acnt accnt"),
];

/// Phrases of headers.
const PHRASES: &[(&str, &str)] = &[
    ("birth_date", "fecha de nacimiento"),
    ("birth_date", "date de naissance"),
    ("birth_date", "data di nascita"),
    ("birth_date", "data de nascimento"),
];

/// The hashes of both, with what they stand for; the first of two that are alike counts.
static MEANT: LazyLock<Vec<(u64, &str)>> = LazyLock::new(|| {
    let words = ALONE.iter().flat_map(|(meant, words)| words.split(' ').map(move |word| (word, *meant)));
    let all = words.chain(PHRASES.iter().map(|(meant, phrase)| (*phrase, *meant)));
    all.map(|(word, meant)| (hash(word.as_bytes()), meant)).collect()
});

fn meant(name: &[u8]) -> Option<&'static [u8]> {
    if name.len() > 32 {
        return None;
    }
    let name = hash(name);
    MEANT.iter().find(|(word, _)| *word == name).map(|(_, meant)| meant.as_bytes())
}

/// What the name of a column tells: as a key does, and in a few words that only tables have.
pub(super) fn titles(name: &[u8]) -> Class {
    let class = classify(name, b"");
    let is = |words: &[&str]| words.iter().any(|word| name.eq_ignore_ascii_case(word.as_bytes()));
    if class != Class::None {
        class
    } else if is(&[
        "member",
        "subscriber",
        "insured",
        "dependent",
        "beneficiary",
        "spouse",
        "guarantor",
        "resident",
    ]) {
        Class::Person
    } else if is(&["lat", "lon", "lng", "long", "latitude", "longitude"]) {
        Class::Weak(I::Address)
    } else if let Some(word) = meant(name) {
        classify(word, b"")
    } else {
        class
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_known_by_abbreviations_and_in_other_languages() {
        for (name, class) in [
            ("PHN", Class::Is(I::Phone)),
            ("Nachname", Class::Is(I::Name)),
            ("Prénom", Class::Is(I::Name)),
            ("Fecha de Nacimiento", Class::Is(I::Date)),
            ("PLZ", Class::Is(I::Zip)),
        ] {
            assert_eq!(titles(name.as_bytes()), class, "{name}");
        }
        for name in ["queue", "module", "ort", "lst", "nomination"] {
            assert_eq!(titles(name.as_bytes()), Class::None, "{name}");
        }
    }
}
