//! The source of a deployment: an uploaded archive (tar.gz), kept sealed, checked before it is accepted,
//! unpacked only to be built.
//!
//! Invariants: on disk the archive is sealed under the app's DEK. Nothing in an archive can name a place outside
//! of the directory it is unpacked into, nor lead there by a link. A refused archive leaves no file behind, and
//! neither does a build, whatever its end.

mod read;
mod receive;
mod unpack;
mod walk;

pub(crate) use receive::receive;
pub(crate) use unpack::unpack;

use std::path::PathBuf;

use ward_model::{DeploymentId, ErrorCode};
use ward_spine::{Ctx, Error, Result};

/// Most bytes of an archive as it is sent.
pub const MOST_COMPRESSED: u64 = 256 << 20;
/// Most bytes that it unpacks to, its own framing included.
pub const MOST_UNPACKED: u64 = 1 << 30;
/// Most entries.
pub const MOST_ENTRIES: usize = 50_000;
/// Longest path in bytes.
pub const LONGEST_PATH: usize = 512;

/// Why an archive is refused.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refusal {
    #[error("the archive is over {} MiB", MOST_COMPRESSED >> 20)]
    Compressed,
    #[error("the archive unpacks to over {} MiB", MOST_UNPACKED >> 20)]
    Unpacked,
    #[error("the archive has over {MOST_ENTRIES} entries")]
    Entries,
    #[error("the archive is not a readable tar.gz: {0}")]
    Unreadable(String),
    #[error("the archive holds {0:?}, which {1}")]
    Entry(String, &'static str),
    #[error("the archive has no {0}")]
    Missing(String),
    #[error("{0} in the archive is not a text of at most 256 KiB")]
    Text(&'static str),
    #[error("the upload broke off: {0}")]
    BrokeOff(std::io::Error),
    #[error("the stored archive can't be read: {0}")]
    Store(String),
    #[error("the disk does not take the archive: {0}")]
    Disk(std::io::Error),
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        let message = refusal.to_string();
        let pack = "pack the tree again with `ward deploy`, or `tar -czf - .` inside of it";
        match refusal {
            Refusal::Compressed | Refusal::Unpacked | Refusal::Entries => Self::new(
                ErrorCode::TooLarge,
                message,
                "leave build results and data out: .gitignore and .dockerignore",
            ),
            Refusal::Missing(name) => {
                Self::invalid(message, format!("add {name}, or name another in [build] dockerfile"))
            }
            Refusal::Disk(e) => Self::unavailable("the archive can't be stored", e),
            Refusal::Store(e) => Self::internal("reading a stored archive", e),
            _ => Self::invalid(message, pack),
        }
    }
}

/// Where the sealed archive of a deployment is.
pub(crate) fn sealed_path(ctx: &Ctx, deployment: DeploymentId) -> PathBuf {
    ctx.settings().data_dir.join("sources").join(format!("{deployment}.tar.gz"))
}

/// Where a deployment is built.
pub(crate) fn build_path(ctx: &Ctx, deployment: DeploymentId) -> PathBuf {
    ctx.settings().data_dir.join("builds").join(deployment.to_string())
}

/// What the sealed bytes are bound to.
fn aad(deployment: DeploymentId) -> String {
    format!("source {deployment}")
}

/// Removes archive and unpacked tree of a deployment; absent ones are no error.
pub(crate) async fn discard(ctx: &Ctx, deployment: DeploymentId) -> Result<()> {
    let (file, tree) = (sealed_path(ctx, deployment), build_path(ctx, deployment));
    for result in [tokio::fs::remove_file(file).await, tokio::fs::remove_dir_all(tree).await] {
        if let Err(error) = result
            && error.kind() != std::io::ErrorKind::NotFound
        {
            return Err(Error::internal("removing a source", error));
        }
    }
    Ok(())
}
