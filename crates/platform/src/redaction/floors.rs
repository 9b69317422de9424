//! Floors of a `phi` environment: masking can be made stricter there, not weaker.

use ward_model::DataClass;
use ward_redact::Config;
use ward_spine::{Error, Result};

/// Refuses a configuration that is below the floor of its environment.
pub(super) fn check(class: DataClass, config: &Config) -> Result<()> {
    if class != DataClass::Phi {
        return Ok(());
    }
    match config.below_floor().into_iter().next() {
        None => Ok(()),
        Some(why) => Err(Error::floor(
            "45 CFR 164.502(b)",
            format!("logs of an environment that may hold PHI are masked whole: {why}"),
            "change the policy, or use an environment without PHI",
        )),
    }
}
