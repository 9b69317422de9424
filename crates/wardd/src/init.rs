//! `wardd init`: sets an installation up. Run again after an interruption, it goes on where it was.

use std::io::BufRead as _;

use anyhow::{Context as _, ensure};
use secrecy::SecretString;
use ward_identity::users::{FirstOwner, create_first_owner};
use ward_model::{ErrorCode, Principal};
use ward_spine::{Ctx, RequestInfo};
use ward_vault::{RootKeySource, Vault};
use zeroize::Zeroizing;

use crate::{config::Config, installation, parts, unseal};

/// Set an installation up.
#[derive(clap::Args)]
pub(crate) struct Init {
    /// E-mail address of the first owner.
    #[arg(long)]
    owner_email: String,
    /// Name of the first owner.
    #[arg(long)]
    owner_name: String,
    /// File to read from standard input, line by line: the owner's password, then (with [vault] passphrase) the
    /// passphrase. Without this the terminal is asked.
    #[arg(long)]
    stdin: bool,
}

impl Init {
    pub(crate) async fn run(self, config: &Config) -> anyhow::Result<()> {
        installation::make_directories(config)?;
        let _lock = installation::lock(config)?;
        let password = self.secret("Password of the first owner (12 characters or more): ")?;
        let vault = self.vault(config).await?;
        let volumes = parts::prepare_volumes(config).await?;
        let core = installation::open_core(config, vault, true).await?;
        let ctx = Ctx::new(
            core.clone(),
            Principal::Operator,
            RequestInfo { address: "local".into(), client: "wardd init".into() },
        );
        let owner = FirstOwner {
            email: self.owner_email,
            display_name: self.owner_name,
            password: password.to_string(),
        };
        let created = create_first_owner(&ctx, owner).await;
        core.audit.settle().await?;
        core.audit.close().await?;
        let user = match created {
            Ok(user) => user,
            Err(e) if e.code() == ErrorCode::Conflict => {
                return installation::say("this installation is set up already; nothing was changed");
            }
            Err(e) => anyhow::bail!("{e}; {}", e.next_step()),
        };
        let vkey = std::fs::read_to_string(config.ledger_vkey())?;
        installation::say(&format!(
            "Ward is set up in {}.\n  first owner        {} ({})\n  encrypted volumes  {volumes}\n  ledger's key       {}\n\
             Keep the ledger's key and a copy of the root key somewhere else: the first verifies the record without Ward, \
             without the second nothing can be read.\nNext: `wardd serve` and `wardd ingress`, then `ward login`.",
            config.data_dir.display(),
            user.email,
            user.id,
            vkey.trim()
        ))
    }

    /// The vault, made or (after an interruption) opened.
    async fn vault(&self, config: &Config) -> anyhow::Result<std::sync::Arc<Vault>> {
        let source = match &config.vault.key_file {
            Some(path) => {
                if !path.exists() {
                    if let Some(dir) = path.parent() {
                        std::fs::create_dir_all(dir).with_context(|| format!("making {}", dir.display()))?;
                    }
                    ward_vault::create_key_file(path)
                        .with_context(|| format!("making {}", path.display()))?;
                }
                RootKeySource::KeyFile(path.clone())
            }
            None => RootKeySource::Passphrase(SecretString::from(
                self.secret("Passphrase of the vault (15 characters or more): ")?.to_string(),
            )),
        };
        let dir = config.vault_dir();
        if dir.join("vault.json").exists() {
            let vault = std::sync::Arc::new(Vault::open(&dir)?);
            installation::unseal(&vault, source).await?;
            return Ok(vault);
        }
        let vault = tokio::task::spawn_blocking(move || Vault::init(dir, &source)).await??;
        Ok(std::sync::Arc::new(vault))
    }

    fn secret(&self, prompt: &str) -> anyhow::Result<Zeroizing<String>> {
        if !self.stdin {
            return unseal::ask(prompt);
        }
        let mut line = Zeroizing::new(String::new());
        std::io::stdin().lock().read_line(&mut line)?;
        let text = Zeroizing::new(line.trim_end_matches(['\r', '\n']).to_owned());
        ensure!(!text.is_empty(), "standard input ended before a secret was given");
        Ok(text)
    }
}
