//! Names that people give: of organizations, projects, environments, apps, databases.
//!
//! A name is a DNS label (RFC 1123 2.1) of at most 40 characters. It becomes part of host names, container
//! names and paths, so nothing that a shell, a path or a DNS name could read otherwise gets in.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize};

/// Longest name, in characters.
pub const LONGEST: usize = 40;

/// A checked name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Name(String);

/// Why a text is no name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidName {
    /// Nothing was given.
    #[error("a name can't be empty: use 1 to 40 lower-case letters, digits and hyphens")]
    Empty,
    /// Over [`LONGEST`].
    #[error("the name has {0} characters: at most 40 are allowed")]
    Long(usize),
    /// A character outside `a-z`, `0-9` and `-`.
    #[error("the character {0:?} can't be in a name: use lower-case letters, digits and hyphens")]
    Character(char),
    /// Starts with a digit or hyphen, or ends with a hyphen.
    #[error("a name starts with a letter and doesn't end with a hyphen")]
    Edge,
    /// Two hyphens in a row (reserved: Ward joins names with them).
    #[error("a name can't have two hyphens in a row")]
    DoubleHyphen,
}

impl Name {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Name {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        if text.is_empty() {
            return Err(InvalidName::Empty);
        }
        if let Some(bad) = text.chars().find(|c| !matches!(c, 'a'..='z' | '0'..='9' | '-')) {
            return Err(InvalidName::Character(bad));
        }
        if text.len() > LONGEST {
            return Err(InvalidName::Long(text.len()));
        }
        if !text.starts_with(|c: char| c.is_ascii_lowercase()) || text.ends_with('-') {
            return Err(InvalidName::Edge);
        }
        if text.contains("--") {
            return Err(InvalidName::DoubleHyphen);
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl AsRef<str> for Name {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        String::deserialize(d)?.parse().map_err(serde::de::Error::custom)
    }
}

impl utoipa::PartialSchema for Name {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .pattern(Some("^[a-z][a-z0-9]*(-[a-z0-9]+)*$"))
            .max_length(Some(LONGEST))
            .description(Some("A name: lower-case letters, digits and single hyphens."))
            .into()
    }
}
impl utoipa::ToSchema for Name {}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn shell_and_path_characters_are_no_names() {
        for text in [
            "a;rm", "a b", "../etc", "a$(id)", "a`id`", "a|b", "a\n", "a\0", "Clinic", "é", "-a", "a-", "1a",
            "a--b", "",
        ] {
            assert!(text.parse::<Name>().is_err(), "{text:?}");
        }
        assert!("clinic-2".parse::<Name>().is_ok());
    }

    proptest! {
        #[test]
        fn what_is_accepted_is_a_dns_label(text in "\\PC{0,60}") {
            if let Ok(name) = text.parse::<Name>() {
                prop_assert!(name.as_str().len() <= LONGEST);
                prop_assert!(name.as_str().bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'));
            }
        }
    }
}
