//! API tokens of one's own, for scripts: limited to a role, a place and a time.

use ward_model::{
    ResourceKind, Role, TokenId,
    users::{CreatedToken, NewToken, Token},
};

use crate::{
    grants::place,
    output::{Field, Tone, maybe, plain},
    problem::Result,
    request::Request,
    run::Run,
    times::{self, shown},
};

/// Verbs of tokens.
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Create a token; prints its secret, once
    Create {
        /// What it is for
        name: String,
        /// Most that it may do: owner, admin, developer or auditor
        #[arg(long)]
        role: Role,
        /// Where: ORG[/PROJECT[/ENV[/APP]]]; the environment of the context if absent
        #[arg(long, value_name = "PATH")]
        on: Option<String>,
        /// When it ends: 30d, or a time; at most 90 days
        #[arg(long, value_name = "WHEN", default_value = "30d")]
        expires: String,
    },
    /// List your tokens
    List,
    /// Revoke a token
    Revoke {
        /// Token id
        token: TokenId,
    },
}

pub(crate) async fn run(run: &Run, command: Command) -> Result<()> {
    match command {
        Command::Create { name, role, on, expires } => {
            let (scope_kind, scope_id) = match on {
                Some(on) => place(run, &on).await?,
                None => (ResourceKind::Environment, run.environment().await?.to_string()),
            };
            let expires_at = times::ahead(&expires, times::now())?;
            let wish = NewToken { name, role, scope_kind, scope_id, expires_at };
            run.show(Request::post("/v1/me/tokens", &wish)?, |terminal, created: CreatedToken| {
                terminal.note(&format!(
                    "Created the token {} ({}), until {}. Its secret is shown only now:",
                    created.token.name,
                    created.token.id,
                    shown(created.token.expires_at)
                ));
                terminal.line(&created.secret)?;
                terminal.note("Scripts use it in WARD_TOKEN.");
                Ok(())
            })
            .await
        }
        Command::List => {
            let header = ["TOKEN", "NAME", "ROLE", "ON", "ID", "ENDS", "LAST USED", ""];
            run.list("/v1/me/tokens", &header, "No tokens.", |t: Token| {
                vec![
                    plain(t.id),
                    plain(t.name),
                    plain(t.role),
                    plain(t.scope_kind.as_str()),
                    plain(t.scope_id),
                    plain(shown(t.expires_at)),
                    maybe(t.last_used_at.map(shown)),
                    if t.revoked_at.is_some() { Field::toned("revoked", Tone::Warn) } else { plain("") },
                ]
            })
            .await
        }
        Command::Revoke { token } => {
            run.done(Request::delete(format!("/v1/me/tokens/{token}")), "Revoked.").await
        }
    }
}
