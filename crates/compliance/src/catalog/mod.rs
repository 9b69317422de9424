//! The catalog: requirements of 45 CFR part 164, and the checks that stand for them, as data.
//!
//! The files lie in `controls/` at the root of the repository and are embedded. The text of the rule is public
//! domain; who is responsible, which checks stand for a requirement and their thresholds are this project's
//! recommendations, not law.

use std::sync::LazyLock;

use serde::Deserialize;
use ward_spine::{Error, Result};

/// One requirement.
#[derive(Debug, Clone, Deserialize)]
pub struct Requirement {
    /// Id: `164.312(a)(1)`.
    pub id: String,
    /// Citation.
    pub citation: String,
    /// Title.
    pub title: String,
    /// `security`, `breach` or `privacy-ba`: the file it is in.
    #[serde(default)]
    pub rule: String,
    /// `standard` or `specification`.
    pub kind: String,
    /// `required`, `addressable`, or absent.
    pub designation: Option<String>,
    /// Whom it concerns, if not everybody.
    pub applicability: Option<String>,
    /// What it asks for, in short.
    pub summary: String,
    /// `platform`, `shared` or `customer`.
    pub responsibility: String,
    /// Checks that stand for it.
    pub checks: Vec<String>,
}

/// How far a check can be automated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum Automation {
    /// Observed on the live system.
    #[serde(rename = "live")]
    Live,
    /// Observed, and a record of people beside it.
    #[serde(rename = "live+record")]
    LiveAndRecord,
    /// A record of people.
    #[serde(rename = "record")]
    Record,
}

impl Automation {
    /// Whether the live system is observed.
    pub const fn is_live(self) -> bool {
        !matches!(self, Self::Record)
    }
}

/// What the catalog says of a check.
#[derive(Debug, Clone, Deserialize)]
pub struct CheckFacts {
    /// Id: `tls.external`.
    pub id: String,
    /// What it observes.
    pub observes: String,
    /// When it passes.
    pub pass_condition: String,
    /// How far it can be automated.
    pub automation: Automation,
    /// Requirements it stands for; none if only a proposed rule asks for it.
    pub requirements: Vec<String>,
}

/// The catalog.
#[derive(Debug)]
pub struct Catalog {
    /// Requirements in force, in the order of the rule.
    pub requirements: Vec<Requirement>,
    /// Checks, by id.
    pub checks: Vec<CheckFacts>,
}

impl Catalog {
    /// A check by id.
    pub fn check(&self, id: &str) -> Option<&CheckFacts> {
        self.checks.binary_search_by(|c| c.id.as_str().cmp(id)).ok().and_then(|at| self.checks.get(at))
    }

    fn read() -> Result<Self, String> {
        let mut requirements = Vec::new();
        for (rule, text) in [
            ("security", include_str!("../../../../controls/security.json")),
            ("breach", include_str!("../../../../controls/breach.json")),
            ("privacy-ba", include_str!("../../../../controls/privacy-ba.json")),
        ] {
            let mut read: Vec<Requirement> =
                serde_json::from_str(text).map_err(|e| format!("{rule}: {e}"))?;
            for requirement in &mut read {
                rule.clone_into(&mut requirement.rule);
            }
            requirements.append(&mut read);
        }
        let text = include_str!("../../../../controls/checks.json");
        let mut checks: Vec<CheckFacts> = serde_json::from_str(text).map_err(|e| format!("checks: {e}"))?;
        checks.sort_by(|a, b| a.id.cmp(&b.id));
        Ok(Self { requirements, checks })
    }
}

/// The catalog of this build.
///
/// # Errors
/// `internal` if the embedded files can't be read; a test reads them.
pub fn catalog() -> Result<&'static Catalog> {
    static CATALOG: LazyLock<Result<Catalog, String>> = LazyLock::new(Catalog::read);
    CATALOG.as_ref().map_err(|e| Error::internal("reading the catalog of controls", e.clone()))
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;

    #[test]
    fn the_catalog_has_all_requirements_and_checks_once() {
        let catalog = catalog().unwrap();
        let count = |rule: &str| catalog.requirements.iter().filter(|r| r.rule == rule).count();
        assert_eq!((count("security"), count("breach"), count("privacy-ba")), (76, 27, 32));
        assert_eq!(catalog.checks.len(), 143);
        let by = |a: Automation| catalog.checks.iter().filter(|c| c.automation == a).count();
        assert_eq!(
            (by(Automation::Live), by(Automation::LiveAndRecord), by(Automation::Record)),
            (87, 32, 24)
        );
        let ids: BTreeSet<_> = catalog.requirements.iter().map(|r| &r.id).collect();
        assert_eq!(ids.len(), 135);
        let ids: BTreeSet<_> = catalog.checks.iter().map(|c| &c.id).collect();
        assert_eq!(ids.len(), 143);
    }

    #[test]
    fn requirements_and_checks_name_each_other_and_no_check_stands_for_nothing() {
        let catalog = catalog().unwrap();
        let mut named: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for requirement in &catalog.requirements {
            assert!(!requirement.checks.is_empty(), "{}", requirement.id);
            for check in &requirement.checks {
                assert!(catalog.check(check).is_some(), "{check} of {}", requirement.id);
                assert!(named.entry(check).or_default().insert(&requirement.id), "{check} twice");
            }
        }
        let proposed: serde_json::Value =
            serde_json::from_str(include_str!("../../../../controls/proposed.json")).unwrap();
        for rule in proposed.as_array().unwrap() {
            assert_eq!(rule["in_force"], false, "{rule}");
            for check in rule["checks"].as_array().unwrap() {
                named.entry(check.as_str().unwrap()).or_default();
            }
        }
        for check in &catalog.checks {
            let listed: BTreeSet<&str> = check.requirements.iter().map(String::as_str).collect();
            assert_eq!(named.get(check.id.as_str()), Some(&listed), "{}", check.id);
            let (wing, name) = check.id.split_once('.').unwrap();
            let plain =
                |s: &str| s.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
            assert!(wing.len() == 3 || wing == "deid" || wing == "dr", "{}", check.id);
            assert!(plain(wing) && plain(name), "{}", check.id);
        }
    }

    #[test]
    fn citations_are_well_formed() {
        for requirement in &catalog().unwrap().requirements {
            let text =
                requirement.citation.strip_prefix("45 CFR 164.").unwrap_or_else(|| panic!("{requirement:?}"));
            let (section, rest) = text.split_at(3);
            assert!(section.bytes().all(|b| b.is_ascii_digit()), "{requirement:?}");
            let rest = rest.split(['"', ' ']).next().unwrap();
            assert_eq!(rest.matches('(').count(), rest.matches(')').count(), "{requirement:?}");
            let known = ["platform", "shared", "customer"];
            assert!(known.contains(&requirement.responsibility.as_str()), "{requirement:?}");
            assert!(requirement.designation.as_deref().is_none_or(|d| d == "required" || d == "addressable"));
        }
    }

    #[test]
    fn the_other_tables_are_complete() {
        let count = |text: &str| serde_json::from_str::<Vec<serde_json::Value>>(text).unwrap().len();
        assert_eq!(count(include_str!("../../../../controls/identifiers.json")), 18);
        assert_eq!(count(include_str!("../../../../controls/clocks.json")), 8);
        assert_eq!(count(include_str!("../../../../controls/clauses.json")), 13);
        let fields: serde_json::Value =
            serde_json::from_str(include_str!("../../../../controls/fields.json")).unwrap();
        assert_eq!(fields["risk_record"].as_array().unwrap().len(), 18);
        assert_eq!(fields["sanitization_certificate"].as_array().unwrap().len(), 14);
    }
}
