//! Free text that people give: one line, not empty, not endless.

use ward_spine::{Error, Result};

/// Checks a line of text: 1 to `longest` characters, no control characters.
pub(crate) fn line(what: &str, text: &str, longest: usize) -> Result<()> {
    let length = text.chars().count();
    if length == 0 || length > longest || text.trim().is_empty() {
        let message = format!("the {what} has {length} characters; 1 to {longest} are allowed");
        return Err(Error::invalid(message, format!("give a {what}")));
    }
    if text.chars().any(char::is_control) {
        let message = format!("the {what} has a line break or another control character in it");
        return Err(Error::invalid(message, "give it as one line of text"));
    }
    Ok(())
}
