//! Command lines: split into an argument vector, as a shell would split plain words.
//!
//! A command that uses a variable, a pipe or a redirection is handed to `/bin/sh` inside the app's own container,
//! as Procfiles expect. No shell of the host ever sees it.

use super::ManifestError;

/// The argument vector of a command line.
pub(super) fn split(what: &str, line: &str) -> Result<Vec<String>, ManifestError> {
    let line = line.trim();
    if line.is_empty() {
        return Err(ManifestError::new(
            format!("the command of {what} is empty"),
            "write the command, or leave it out",
        ));
    }
    if line.chars().any(|c| c.is_control() && c != '\t') {
        let message = format!("the command of {what} has a line break or a control character in it");
        return Err(ManifestError::new(message, "write it as one line"));
    }
    if line.contains(['$', '|', '&', ';', '<', '>', '`', '(', ')', '*', '?', '~']) {
        return Ok(vec!["/bin/sh".into(), "-c".into(), line.to_owned()]);
    }
    words(line).ok_or_else(|| {
        let message = format!("the command of {what} has a quote that is not closed");
        ManifestError::new(message, "close the quote")
    })
}

/// Splits at blanks; quotes and backslashes as in POSIX (2.2). None if a quote stays open.
fn words(line: &str) -> Option<Vec<String>> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        match c {
            ' ' | '\t' => words.extend(word.take()),
            '\'' | '"' => {
                let into = word.get_or_insert_default();
                loop {
                    match chars.next()? {
                        end if end == c => break,
                        '\\' if c == '"' => into.push(chars.next()?),
                        other => into.push(other),
                    }
                }
            }
            '\\' => word.get_or_insert_default().push(chars.next()?),
            other => word.get_or_insert_default().push(other),
        }
    }
    words.extend(word);
    Some(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_split_as_a_shell_would() {
        let split = |line| split("web", line).unwrap();
        assert_eq!(split("a  b\tc"), ["a", "b", "c"]);
        assert_eq!(split(r#"a "b c" 'd "e' f\ g """#), ["a", "b c", "d \"e", "f g", ""]);
        assert_eq!(split("run $PORT"), ["/bin/sh", "-c", "run $PORT"]);
    }
}
