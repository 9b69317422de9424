//! Unsealing: asking for secrets at the terminal, and the callback of the sealed door.

use std::{
    fs::File,
    io::{BufRead as _, BufReader, Write as _},
    sync::Arc,
};

use anyhow::Context as _;
use async_trait::async_trait;
use nix::sys::termios::{LocalFlags, SetArg, tcgetattr, tcsetattr};
use secrecy::SecretString;
use tokio::sync::Notify;
use ward_model::ErrorCode;
use ward_spine::Error;
use ward_vault::{RootKeySource, Vault};
use zeroize::Zeroizing;

/// Asks at the terminal without showing what is typed.
pub(crate) fn ask(prompt: &str) -> anyhow::Result<Zeroizing<String>> {
    let terminal = File::options()
        .read(true)
        .write(true)
        .open("/dev/tty")
        .context("there is no terminal to ask at; use --stdin")?;
    (&terminal).write_all(prompt.as_bytes())?;
    let before = tcgetattr(&terminal)?;
    let mut silent = before.clone();
    silent.local_flags.remove(LocalFlags::ECHO);
    tcsetattr(&terminal, SetArg::TCSAFLUSH, &silent)?;
    let mut line = Zeroizing::new(String::new());
    let read = BufReader::new(&terminal).read_line(&mut line);
    tcsetattr(&terminal, SetArg::TCSAFLUSH, &before)?;
    (&terminal).write_all(b"\n")?;
    read?;
    Ok(Zeroizing::new(line.trim_end_matches(['\r', '\n']).to_owned()))
}

/// Unseals with a passphrase that the sealed door was given.
pub(crate) struct Passphrase {
    pub(crate) vault: Arc<Vault>,
    pub(crate) turned: Arc<Notify>,
}

#[async_trait]
impl ward_api::Unsealer for Passphrase {
    async fn unseal(&self, passphrase: Zeroizing<String>) -> ward_spine::Result<()> {
        let source = RootKeySource::Passphrase(SecretString::from(passphrase.to_string()));
        let vault = Arc::clone(&self.vault);
        let opened = tokio::task::spawn_blocking(move || vault.unseal(&source)).await;
        match opened.map_err(|e| Error::internal("unsealing", e))? {
            Ok(()) => {
                tracing::info!("unsealed");
                self.turned.notify_one();
                Ok(())
            }
            Err(e) => {
                tracing::warn!(error = %e, "a passphrase did not unseal");
                Err(Error::new(
                    ErrorCode::Unauthenticated,
                    "this does not unseal the vault",
                    "give the passphrase that `wardd init` was given",
                )
                .because(e))
            }
        }
    }
}
