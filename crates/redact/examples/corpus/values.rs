//! The lists of a set, and what a slot writes.

use super::{Label, Set};

/// What a slot writes.
#[derive(Clone, Debug)]
pub(super) struct Value {
    pub(super) text: String,
    pub(super) label: Option<Label>,
    pub(super) keep: Vec<(usize, usize)>,
}

impl Value {
    pub(super) fn new(label: Label, text: impl Into<String>) -> Self {
        Self { text: text.into(), label: Some(label), keep: Vec::new() }
    }

    pub(super) fn plain(text: impl Into<String>) -> Self {
        Self { text: text.into(), label: None, keep: Vec::new() }
    }
}

/// Names and places of one set.
pub(super) struct Values {
    pub(super) given: Vec<&'static str>,
    pub(super) family: Vec<&'static str>,
    pub(super) given_abroad: Vec<&'static str>,
    pub(super) family_abroad: Vec<&'static str>,
    /// City, the letters of its state, and in the judging set its ZIP code and county; tabs between.
    pub(super) city: Vec<&'static str>,
    pub(super) street: Vec<&'static str>,
    pub(super) hospital: Vec<&'static str>,
    pub(super) employer: Vec<&'static str>,
    /// Which half of the lists of codes and machine words is the set's.
    pub(super) odd: bool,
}

macro_rules! lists {
    ($set:literal) => {
        [
            include_str!(concat!("values/", $set, "/given.txt")),
            include_str!(concat!("values/", $set, "/family.txt")),
            include_str!(concat!("values/", $set, "/given-abroad.txt")),
            include_str!(concat!("values/", $set, "/family-abroad.txt")),
            include_str!(concat!("values/", $set, "/city.txt")),
            include_str!(concat!("values/", $set, "/street.txt")),
            include_str!(concat!("values/", $set, "/hospital.txt")),
            include_str!(concat!("values/", $set, "/employer.txt")),
        ]
    };
}

impl Values {
    pub(super) fn of(set: Set) -> Self {
        let lists = match set {
            Set::Tuning | Set::Common => lists!("tuning"),
            Set::Judging | Set::Fresh | Set::Bench => lists!("judging"),
            Set::Opened => lists!("opened"),
        };
        let [given, family, given_abroad, family_abroad, city, street, hospital, employer] =
            lists.map(|list| list.lines().filter(|line| !line.is_empty()).collect());
        Self {
            given,
            family,
            given_abroad,
            family_abroad,
            city,
            street,
            hospital,
            employer,
            odd: !matches!(set, Set::Tuning | Set::Common),
        }
    }
}
