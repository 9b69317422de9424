//! One's own account: password and recovery codes.

use http::Method;
use ward_model::users::{PasswordChange, RecoveryCodes};

use crate::{enrolment, problem::Result, prompt, request::Request, run::Run};

/// Verbs of one's own account.
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Change your password; WARD_PASSWORD and WARD_NEW_PASSWORD without a terminal
    Password,
    /// Make new recovery codes; the old ones end
    RecoveryCodes,
}

pub(crate) async fn run(run: &Run, command: Command) -> Result<()> {
    match command {
        Command::Password => {
            let current = match &run.surroundings.password {
                Some(password) => password.clone(),
                None => prompt::hidden(&run.terminal, "Present password:", "WARD_PASSWORD")?,
            };
            let new = match &run.surroundings.new_password {
                Some(new) => new.clone(),
                None => prompt::new_password(&run.terminal, "WARD_NEW_PASSWORD")?,
            };
            run.done(
                Request::post("/v1/me/password", &PasswordChange { current, new })?,
                "Your password is changed.",
            )
            .await
        }
        Command::RecoveryCodes => {
            run.show(Request::new(Method::POST, "/v1/me/recovery-codes"), |terminal, codes: RecoveryCodes| {
                enrolment::show_codes(terminal, &codes)
            })
            .await
        }
    }
}
