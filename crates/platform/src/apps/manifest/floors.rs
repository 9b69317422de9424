//! Floors of a `phi` environment that a manifest could lower, and values that belong into secrets.

use ward_model::DataClass;
use ward_spine::{Error, Result};

use super::Manifest;

/// Citation behind keeping credentials sealed.
const SECRETS: &str = "45 CFR 164.312(a)(2)(iv), 164.312(d)";
/// Citation behind TLS for everybody.
const TRANSPORT: &str = "45 CFR 164.312(e)(1)";

/// Whether the name of a variable says that its value is a secret.
pub fn looks_secret(name: &str) -> bool {
    const WORDS: [&str; 13] = [
        "PASSWORD",
        "PASSWD",
        "PASS",
        "PWD",
        "PASSPHRASE",
        "TOKEN",
        "SECRET",
        "SECRETS",
        "KEY",
        "APIKEY",
        "CREDENTIAL",
        "CREDENTIALS",
        "PRIVATE",
    ];
    let upper = name.to_ascii_uppercase();
    let mut words = upper.split('_');
    let public = words.clone().any(|w| w == "PUBLIC");
    !public
        && words.any(|w| {
            WORDS.contains(&w) || ["PASSWORD", "SECRET", "TOKEN", "APIKEY"].iter().any(|s| w.ends_with(s))
        })
}

/// Refuses a value that looks like a secret where everybody may read it.
pub(crate) fn refuse_secret(class: DataClass, name: &str) -> Result<()> {
    if class == DataClass::Phi && looks_secret(name) {
        return Err(Error::floor(
            SECRETS,
            format!(
                "{name} looks like a secret, and configuration of a phi environment is readable by auditors"
            ),
            format!("use `ward secrets set {name}=…`"),
        ));
    }
    Ok(())
}

/// Refuses what a manifest may not do, there or anywhere.
///
/// # Errors
/// `floor` in a `phi` environment, naming the safeguard; `invalid` elsewhere.
pub fn check_floors(manifest: &Manifest, class: DataClass) -> Result<()> {
    for name in manifest.env.keys() {
        refuse_secret(class, name)?;
    }
    if manifest.force_https == Some(false) {
        let next_step = "leave force_https out of ward.toml: Ward redirects HTTP to HTTPS";
        return Err(match class {
            DataClass::Phi => Error::floor(TRANSPORT, "a phi environment is served over TLS only", next_step),
            DataClass::Synthetic => Error::invalid("Ward serves apps over TLS only", next_step),
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use ward_model::ErrorCode;

    use super::*;

    #[test]
    fn names_of_secrets_are_recognized_and_others_are_not() {
        for name in [
            "DB_PASSWORD",
            "API_KEY",
            "token",
            "GITHUB_TOKEN",
            "MYSECRET",
            "aws_secret_access_key",
            "PGPASSWORD",
        ] {
            assert!(looks_secret(name), "{name}");
        }
        for name in
            ["CLINIC_TIMEZONE", "KEYBOARD", "PUBLIC_KEY", "MONKEY_COUNT", "TOKENIZER", "PASSENGERS", ""]
        {
            assert!(!looks_secret(name), "{name}");
        }
    }

    #[test]
    fn a_floor_holds_in_phi_and_names_its_safeguard() {
        let manifest = Manifest::read(Some("[env]\nAPI_TOKEN = \"x\"\n"), None).unwrap();
        let refused = check_floors(&manifest, DataClass::Phi).unwrap_err();
        assert_eq!((refused.code(), refused.safeguard()), (ErrorCode::Floor, Some(SECRETS)));
        assert!(check_floors(&manifest, DataClass::Synthetic).is_ok());
        let plain = Manifest::read(Some("[http_service]\nforce_https = false\n"), None).unwrap();
        assert_eq!(check_floors(&plain, DataClass::Phi).unwrap_err().safeguard(), Some(TRANSPORT));
        assert_eq!(check_floors(&plain, DataClass::Synthetic).unwrap_err().code(), ErrorCode::Invalid);
    }
}
