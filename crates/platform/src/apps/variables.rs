//! Environment variables: which names and values can be given.

use ward_spine::{Error, Result};

/// Longest name.
const LONGEST_NAME: usize = 128;
/// Longest value in bytes.
const LONGEST_VALUE: usize = 32 * 1024;

/// Whether Ward itself sets this variable.
fn reserved(name: &str) -> bool {
    matches!(name, "PORT" | "DATABASE_URL") || name.starts_with("WARD_")
}

/// Checks a variable of the manifest or the configuration.
pub(crate) fn check(name: &str, value: &str) -> Result<()> {
    check_name(name)?;
    check_value(name, value)
}

/// Checks a name: a letter or `_`, then letters, digits and `_`.
pub(crate) fn check_name(name: &str) -> Result<()> {
    let mut bytes = name.bytes();
    let first = bytes.next().is_some_and(|b| b.is_ascii_alphabetic() || b == b'_');
    if !first || !bytes.all(|b| b.is_ascii_alphanumeric() || b == b'_') || name.len() > LONGEST_NAME {
        let shown: String = name.chars().take(60).collect();
        let message = format!("{shown:?} can't be the name of an environment variable");
        return Err(Error::invalid(message, "use letters, digits and _, and begin with a letter"));
    }
    if reserved(name) {
        let message = format!("{name} is set by Ward itself");
        return Err(Error::invalid(
            message,
            "choose another name; PORT, DATABASE_URL and WARD_* are Ward's own",
        ));
    }
    Ok(())
}

/// Checks the name of a secret: upper case only, so that no two differ in case alone.
pub(crate) fn check_secret_name(name: &str) -> Result<()> {
    check_name(name)?;
    if name.bytes().any(|b| b.is_ascii_lowercase()) {
        let message = format!("{name} has lower-case letters in it");
        return Err(Error::invalid(message, format!("call the secret {}", name.to_ascii_uppercase())));
    }
    Ok(())
}

/// Checks a value: no NUL, at most 32 KiB.
pub(crate) fn check_value(name: &str, value: &str) -> Result<()> {
    if value.len() > LONGEST_VALUE || value.contains('\0') {
        let message = format!("the value of {name} is over 32 KiB or has a NUL byte in it");
        return Err(Error::invalid(message, "give a shorter value, encoded if it is binary"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_a_shell_or_ward_would_take_otherwise_are_refused() {
        for name in ["", "1A", "A-B", "A B", "A=B", "É", "A\0", "PORT", "DATABASE_URL", "WARD_APP"] {
            assert!(check_name(name).is_err(), "{name:?}");
        }
        assert!(check_name("A_1").is_ok() && check_name("lower").is_ok());
        assert!(check_secret_name("lower").is_err() && check_secret_name("_A1").is_ok());
        assert!(check("A", "x\0").is_err() && check("A", &"x".repeat(LONGEST_VALUE + 1)).is_err());
    }
}
