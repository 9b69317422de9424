//! Lets `ward config:set A=1` mean `ward config set A=1`.
//!
//! Only the first word is split: later words are values, and may hold colons.

use std::ffi::OsString;

use clap::CommandFactory;

/// Rewrites the arguments, program name first.
pub(crate) fn rewrite(arguments: Vec<OsString>) -> Vec<OsString> {
    let Some(place) = first_word(&arguments) else { return arguments };
    let mut rewritten = Vec::with_capacity(arguments.len() + 1);
    for (index, argument) in arguments.into_iter().enumerate() {
        match argument.to_str().filter(|_| index == place).and_then(split) {
            Some(words) => rewritten.extend(words),
            None => rewritten.push(argument),
        }
    }
    rewritten
}

/// `db:backups` as its words; none if a part is empty.
fn split(word: &str) -> Option<Vec<OsString>> {
    let parts: Vec<_> = word.split(':').collect();
    (parts.len() > 1 && parts.iter().all(|part| !part.is_empty()))
        .then(|| parts.into_iter().map(OsString::from).collect())
}

/// Index of the first argument that is neither an option nor the value of one.
fn first_word(arguments: &[OsString]) -> Option<usize> {
    let command = crate::cli::Cli::command();
    let takes_value = |option: &str| {
        command.get_arguments().filter(|a| a.get_action().takes_values()).any(|a| {
            a.get_long().is_some_and(|long| option.strip_prefix("--") == Some(long))
                || a.get_short().is_some_and(|short| option == format!("-{short}"))
        })
    };
    let mut index = 1;
    while let Some(argument) = arguments.get(index) {
        let text = argument.to_str()?;
        if !text.starts_with('-') {
            return Some(index);
        }
        index += if takes_value(text) { 2 } else { 1 };
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rewritten(line: &str) -> String {
        let arguments = line.split(' ').map(OsString::from).collect();
        rewrite(arguments).into_iter().map(|a| a.into_string().unwrap()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn a_first_word_with_a_colon_is_split() {
        assert_eq!(rewritten("ward config:set A=1"), "ward config set A=1");
        assert_eq!(rewritten("ward --json --org x db:backups main"), "ward --json --org x db backups main");
        assert_eq!(rewritten("ward -a clinic secrets:set K=a:b"), "ward -a clinic secrets set K=a:b");
        assert_eq!(rewritten("ward --app=clinic config:list"), "ward --app=clinic config list");
    }

    #[test]
    fn other_words_keep_their_colons() {
        for line in [
            "ward deploy ./a:b",
            "ward --org a:b ps",
            "ward config set URL=http://x",
            "ward :x",
            "ward x:",
            "ward",
        ] {
            assert_eq!(rewritten(line), line);
        }
    }
}
