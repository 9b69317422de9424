//! `Procfile`: one `name: command` a line.

use std::collections::BTreeMap;

use super::ManifestError;

/// Commands by name, `release` among them.
pub(super) fn parse(text: &str) -> Result<BTreeMap<String, String>, ManifestError> {
    let mut commands = BTreeMap::new();
    for (number, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let wrong = |message: String| ManifestError {
            file: "Procfile",
            line: Some(number + 1),
            message,
            next_step: "write lines like `web: command`".into(),
        };
        let (name, command) = line.split_once(':').ok_or_else(|| wrong("the line has no colon".into()))?;
        let name = name.trim().to_owned();
        if commands.insert(name.clone(), command.trim().to_owned()).is_some() {
            return Err(wrong(format!("{name} is there twice")));
        }
    }
    Ok(commands)
}
