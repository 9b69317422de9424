//! The platform itself: its state, its loops, sealing and unsealing.

use http::Method;
use ward_model::system::{Health, LoopStatus, PlatformStatus, Unseal};

use crate::{
    output::{Field, Tone, maybe, plain},
    problem::Result,
    prompt,
    request::Request,
    run::Run,
    secrets::from_stdin,
    times::shown,
};

/// Verbs of the platform.
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Show version, loops and what the host can do
    Status,
    /// Show whether it lives and whether it is sealed; needs no sign-in
    Health,
    /// Show the loops with what they did last
    Loops,
    /// Seal the vault: nothing works until it is unsealed
    Seal {
        /// Don't ask
        #[arg(long)]
        yes: bool,
    },
    /// Unseal the vault with its passphrase
    Unseal {
        /// Read the passphrase from standard input
        #[arg(long)]
        passphrase_stdin: bool,
    },
}

pub(crate) async fn run(run: &Run, command: Command) -> Result<()> {
    match command {
        Command::Status => {
            run.show(Request::get("/v1/status"), |terminal, s: PlatformStatus| {
                terminal.fields(&[
                    ("version", plain(s.version)),
                    ("crypto module", plain(s.crypto_module)),
                    ("started", plain(shown(s.started_at))),
                    ("ledger entries", plain(s.ledger_entries)),
                ])?;
                terminal.line("")?;
                terminal.table(&LOOPS, s.loops.into_iter().map(loop_row).collect(), "No loops.")?;
                terminal.line("")?;
                let rows = s.capabilities.into_iter().map(|c| {
                    let there = if c.present {
                        Field::toned("yes", Tone::Good)
                    } else {
                        Field::toned("no", Tone::Bad)
                    };
                    vec![plain(c.name), there, plain(c.detail)]
                });
                terminal.table(&["HOST", "THERE", "DETAIL"], rows.collect(), "Nothing is known of the host.")
            })
            .await
        }
        Command::Health => {
            run.show(Request::get("/v1/health"), |terminal, health: Health| terminal.line(&text(&health)))
                .await
        }
        Command::Loops => {
            run.show(Request::get("/v1/status"), |terminal, s: PlatformStatus| {
                terminal.table(&LOOPS, s.loops.into_iter().map(loop_row).collect(), "No loops.")
            })
            .await
        }
        Command::Seal { yes } => {
            prompt::confirm(
                &run.terminal,
                "Seal the vault? Nothing works until it is unsealed with its passphrase or key.",
                yes,
            )?;
            run.show(Request::new(Method::POST, "/v1/seal"), |terminal, health: Health| {
                terminal.line(&text(&health))
            })
            .await
        }
        Command::Unseal { passphrase_stdin } => {
            let passphrase = if passphrase_stdin {
                from_stdin()?
            } else {
                prompt::hidden(&run.terminal, "Passphrase of the vault:", "--passphrase-stdin")?
            };
            run.show(Request::post("/v1/unseal", &Unseal { passphrase })?, |terminal, health: Health| {
                terminal.line(&text(&health))
            })
            .await
        }
    }
}

const LOOPS: [&str; 6] = ["LOOP", "PASSES", "LAST", "TOOK", "DID", "ERROR"];

fn loop_row(l: LoopStatus) -> Vec<Field> {
    let error = match l.last_error {
        Some(error) => Field::toned(error, Tone::Bad),
        None => plain("-"),
    };
    vec![
        plain(l.name),
        plain(l.passes),
        maybe(l.last_pass_at.map(shown)),
        plain(format!("{} ms", l.last_took_ms)),
        plain(l.last_summary),
        error,
    ]
}

fn text(health: &Health) -> String {
    format!(
        "Ward {} is {}.",
        health.version,
        if health.sealed { "sealed: `ward server unseal`" } else { "unsealed" }
    )
}

/// The version of this program, and of the server if one is known and answers.
pub(crate) async fn version(run: &Run) -> Result<()> {
    let own = env!("CARGO_PKG_VERSION");
    let server = match run.client() {
        Ok(client) => {
            let request = Request::get("/v1/health").limit(Some(std::time::Duration::from_secs(3)));
            client.with_token(None).call(&request).await.and_then(|reply| reply.read::<Health>()).ok()
        }
        Err(_) => None,
    };
    if run.terminal.json {
        let versions = serde_json::json!({ "ward": own, "server": server.map(|health| health.version) });
        return run.terminal.line(&versions.to_string());
    }
    run.terminal.line(&format!("ward {own}"))?;
    server.map_or(Ok(()), |health| run.terminal.line(&format!("server {}", health.version)))
}
