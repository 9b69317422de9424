//! Where closed shards go: what the operator configured, and what can be wrong with it.

use std::{fmt, path::PathBuf};

use zeroize::Zeroizing;

/// Where closed shards go.
#[derive(Debug, Clone)]
pub enum PlaceConfig {
    /// A directory, best on another machine or disk. It must exist: a missing mount is noticed by that. It has no lock.
    Directory(PathBuf),
    /// A bucket of S3, or of what speaks as S3 does, with versioning and Object Lock.
    S3(Box<S3Config>),
}

/// A bucket.
#[derive(Clone)]
pub struct S3Config {
    /// Name of the bucket.
    pub bucket: String,
    /// Region: `eu-central-1`.
    pub region: String,
    /// `https://s3.example.org`; that of AWS in the region if absent. Without TLS only to this machine itself.
    pub endpoint: Option<String>,
    /// Put before each name, without slashes at its ends; may be empty.
    pub prefix: String,
    /// Id of the access key.
    pub key_id: String,
    /// Its secret.
    pub secret: Zeroizing<String>,
    /// Authorities to trust instead of the machine's, in PEM.
    pub ca_pem: Option<String>,
}

impl fmt::Debug for S3Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("S3Config")
            .field("bucket", &self.bucket)
            .field("region", &self.region)
            .field("endpoint", &self.endpoint)
            .field("prefix", &self.prefix)
            .finish_non_exhaustive()
    }
}

/// What is wrong with the archive, in words for people.
#[derive(Debug, thiserror::Error)]
pub enum PlaceError {
    /// The configuration can't be used.
    #[error("the archive's configuration can't be used: {0}")]
    Config(String),
    /// It is there, but can't keep what must not be deleted.
    #[error("the archive can't be used: {0}")]
    Unfit(String),
    /// It does not answer, or refuses.
    #[error("the archive failed while {doing}: {why}")]
    Failed {
        /// What was tried.
        doing: String,
        /// What it answered.
        why: String,
    },
    /// There is no such object.
    #[error("the archive has no object {0}")]
    Missing(String),
    /// The object is there, and not what was put.
    #[error("the object {name} is not what was archived: {why}")]
    Damaged {
        /// Which.
        name: String,
        /// How it differs.
        why: String,
    },
    /// Another object stands under the name.
    #[error("another object stands at {0}, and the archive overwrites nothing: move it away")]
    Taken(String),
    /// The file here can't be written or read.
    #[error("{doing} failed: {source}")]
    Disk {
        /// What was tried.
        doing: String,
        /// Why not.
        source: std::io::Error,
    },
    /// The platform itself failed.
    #[error("{0}")]
    Ward(String),
}

impl PlaceError {
    pub(crate) fn disk(doing: impl Into<String>) -> impl FnOnce(std::io::Error) -> Self {
        let doing = doing.into();
        move |source| Self::Disk { doing, source }
    }

    pub(super) fn failed(doing: impl Into<String>, why: impl fmt::Display) -> Self {
        Self::Failed { doing: doing.into(), why: why.to_string() }
    }

    pub(super) fn damaged(name: &str, why: impl Into<String>) -> Self {
        Self::Damaged { name: name.to_owned(), why: why.into() }
    }

    /// Whether the object is gone or changed: then a copy that is still here is archived again.
    pub(crate) fn lost(&self) -> bool {
        matches!(self, Self::Missing(_) | Self::Damaged { .. })
    }
}

impl From<ward_spine::Error> for PlaceError {
    fn from(error: ward_spine::Error) -> Self {
        Self::Ward(error.to_string())
    }
}
