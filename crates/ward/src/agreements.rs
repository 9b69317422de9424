//! Agreements (BAA): an environment for PHI needs one that holds (45 CFR 164.308(b)).

use http::Method;
use ward_model::{
    AgreementId,
    agreements::{Agreement, NewAgreement},
};

use crate::{
    output::{Field, Tone, maybe, plain},
    problem::Result,
    prompt,
    request::Request,
    run::Run,
    times::{self, shown},
};

/// Verbs of agreements.
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Record an agreement with another party
    Create {
        /// The other party
        counterparty: String,
        /// Where the signed document is kept
        #[arg(long)]
        document: String,
        /// SHA-256 of the signed document, in hex
        #[arg(long, value_name = "HEX")]
        sha256: Option<String>,
        /// When it begins to hold; now if absent
        #[arg(long, value_name = "TIME")]
        effective: Option<String>,
        /// When it ends: 365d, or a time
        #[arg(long, value_name = "WHEN")]
        expires: Option<String>,
    },
    /// List the agreements of the organization
    List,
    /// End an agreement
    End {
        /// Agreement id
        agreement: AgreementId,
        /// Don't ask
        #[arg(long)]
        yes: bool,
    },
}

pub(crate) async fn run(run: &Run, command: Command) -> Result<()> {
    let path = format!("/v1/organizations/{}/agreements", run.organization().await?);
    match command {
        Command::Create { counterparty, document, sha256, effective, expires } => {
            let when = |text: Option<String>| text.map(|text| times::ahead(&text, times::now())).transpose();
            let wish = NewAgreement {
                counterparty,
                document,
                document_sha256: sha256,
                effective_at: when(effective)?,
                expires_at: when(expires)?,
            };
            run.show(Request::post(path, &wish)?, |terminal, a: Agreement| {
                terminal.line(&format!("Recorded the agreement with {} ({}).", a.counterparty, a.id))
            })
            .await
        }
        Command::List => {
            let header = ["AGREEMENT", "WITH", "HOLDS", "FROM", "UNTIL", "DOCUMENT"];
            run.list(&path, &header, "No agreement yet.", |a: Agreement| {
                vec![
                    plain(a.id),
                    plain(a.counterparty),
                    if a.active { Field::toned("yes", Tone::Good) } else { Field::toned("no", Tone::Warn) },
                    plain(shown(a.effective_at)),
                    maybe(a.ended_at.or(a.expires_at).map(shown)),
                    plain(a.document),
                ]
            })
            .await
        }
        Command::End { agreement, yes } => {
            prompt::confirm(
                &run.terminal,
                "End this agreement? Without one that holds, no PHI environment can be made.",
                yes,
            )?;
            run.show(
                Request::new(Method::POST, format!("{path}/{agreement}/end")),
                |terminal, a: Agreement| {
                    terminal.line(&format!("The agreement with {} has ended.", a.counterparty))
                },
            )
            .await
        }
    }
}
