//! Regions: where workloads run, and whether PHI may be there.

use ward_model::{
    Name,
    organizations::{NewRegion, Region},
};

use crate::{output::plain, problem::Result, request::Request, run::Run, times::shown};

/// Verbs of regions.
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Create a region
    Create {
        /// Name
        name: Name,
        /// Where it is, for people and for the risk analysis
        #[arg(long)]
        location: String,
        /// Designate it for PHI
        #[arg(long)]
        phi: bool,
    },
    /// List the regions
    List,
}

pub(crate) async fn run(run: &Run, command: Command) -> Result<()> {
    match command {
        Command::Create { name, location, phi } => {
            run.show(
                Request::post("/v1/regions", &NewRegion { name, location, phi })?,
                |terminal, r: Region| terminal.line(&format!("Created the region {} ({}).", r.name, r.id)),
            )
            .await
        }
        Command::List => {
            run.list(
                "/v1/regions",
                &["REGION", "LOCATION", "PHI", "ID", "CREATED"],
                "No region yet.",
                |r: Region| {
                    let phi = if r.phi { "yes" } else { "no" };
                    vec![
                        plain(&r.name),
                        plain(r.location),
                        plain(phi),
                        plain(r.id),
                        plain(shown(r.created_at)),
                    ]
                },
            )
            .await
        }
    }
}
