//! Asking a person. Without one there, each question is an error that names the way to answer it beforehand.

use inquire::{InquireError, Password, PasswordDisplayMode, Text};

use crate::{
    output::Terminal,
    problem::{Exit, Failure, Result},
};

/// Asks for a line of text.
pub(crate) fn text(terminal: &Terminal, question: &str, otherwise: &str) -> Result<String> {
    someone(terminal, question, otherwise)?;
    Text::new(question).prompt().map(|answer| answer.trim().to_owned()).map_err(stopped)
}

/// Asks for a text that is not shown while it is typed.
pub(crate) fn hidden(terminal: &Terminal, question: &str, otherwise: &str) -> Result<String> {
    someone(terminal, question, otherwise)?;
    Password::new(question)
        .without_confirmation()
        .with_display_mode(PasswordDisplayMode::Hidden)
        .prompt()
        .map_err(stopped)
}

/// Asks for a new password, twice.
pub(crate) fn new_password(terminal: &Terminal, otherwise: &str) -> Result<String> {
    someone(terminal, "New password:", otherwise)?;
    Password::new("New password (12 characters or more):")
        .with_display_mode(PasswordDisplayMode::Hidden)
        .with_custom_confirmation_message("Again:")
        .with_custom_confirmation_error_message("The two differ.")
        .prompt()
        .map_err(stopped)
}

/// Asks whether to go on; `--yes` answers beforehand.
pub(crate) fn confirm(terminal: &Terminal, question: &str, yes: bool) -> Result<()> {
    if yes {
        return Ok(());
    }
    let answer = text(terminal, &format!("{question} [y/N]"), "--yes")?;
    if matches!(answer.as_str(), "y" | "Y" | "yes") { Ok(()) } else { Err(nothing_done()) }
}

/// Asks for the name of what is about to be destroyed; `--yes` answers beforehand.
pub(crate) fn confirm_name(terminal: &Terminal, what: &str, name: &str, yes: bool) -> Result<()> {
    if yes {
        return Ok(());
    }
    let answer =
        text(terminal, &format!("This destroys {what} for good. Type its name ({name}) to go on:"), "--yes")?;
    if answer == name { Ok(()) } else { Err(nothing_done()) }
}

fn nothing_done() -> Failure {
    Failure::new(Exit::Failed, "not confirmed: nothing was done")
}

fn someone(terminal: &Terminal, question: &str, otherwise: &str) -> Result<()> {
    if terminal.interactive {
        return Ok(());
    }
    Err(Failure::usage(format!("there is no terminal to ask on: {}", question.trim_end_matches([':', '?'])))
        .next_step(format!("give it with {otherwise}")))
}

fn stopped(error: InquireError) -> Failure {
    match error {
        InquireError::OperationCanceled | InquireError::OperationInterrupted => {
            Failure::new(Exit::Failed, "stopped: nothing more was done")
        }
        other => anyhow::Error::new(other).context("can't ask on this terminal").into(),
    }
}
