//! The archive: puts and gets objects, whatever stands behind it.

use std::{path::Path as FilePath, sync::Arc};

use bytes::Bytes;
use object_store::{
    Error as StoreError, Extensions, GetOptions, GetRange, MultipartUpload as _, ObjectStore, PutMode,
    PutMultipartOptions, PutOptions, PutPayload, local::LocalFileSystem, path::Path,
};
use tokio::{
    fs::File,
    io::AsyncReadExt as _,
    sync::{Mutex, MutexGuard},
};
use ward_model::Timestamp;

use super::{
    place::{PlaceConfig, PlaceError},
    s3::{Bucket, Lock},
};

/// Bytes moved at once.
pub(super) const PIECE: usize = 8 << 20;
/// Most parts of an upload; S3 takes 10,000.
const PARTS: u64 = 9000;

/// The configured archive.
#[derive(Debug, Clone)]
pub struct Place(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    kind: Kind,
    /// Held by the loop that works with it: both read back into the same folders.
    alone: Mutex<()>,
}

#[derive(Debug)]
enum Kind {
    Directory(std::path::PathBuf),
    Bucket { bucket: Bucket, store: Arc<dyn ObjectStore>, prefix: String, shown: String },
}

/// What is in the archive under a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) bytes: u64,
    /// The version that is there, if the archive keeps versions.
    pub(super) version: Option<String>,
}

fn failed(doing: &str, name: &str) -> impl FnOnce(StoreError) -> PlaceError {
    let (doing, name) = (doing.to_owned(), name.to_owned());
    move |error| match error {
        StoreError::NotFound { .. } => PlaceError::Missing(name),
        StoreError::AlreadyExists { .. } => PlaceError::Taken(name),
        other => PlaceError::failed(format!("{doing} {name}"), other),
    }
}

impl Place {
    /// The archive of a configuration. Nothing is asked of it yet.
    ///
    /// # Errors
    /// [`PlaceError::Config`].
    pub fn new(config: &PlaceConfig) -> Result<Self, PlaceError> {
        let kind = match config {
            PlaceConfig::Directory(path) if path.is_absolute() => Kind::Directory(path.clone()),
            PlaceConfig::Directory(path) => {
                return Err(PlaceError::Config(format!("{} is no absolute path", path.display())));
            }
            PlaceConfig::S3(config) => {
                let bucket = Bucket::new(config)?;
                let prefix = config.prefix.trim_matches('/').to_owned();
                Path::parse(&prefix).map_err(|e| PlaceError::Config(format!("the prefix: {e}")))?;
                let at = config.endpoint.as_ref().map(|e| format!(" at {e}")).unwrap_or_default();
                let shown = format!("s3://{}/{prefix}{at}", config.bucket);
                Kind::Bucket { store: Arc::new(bucket.store()?), bucket, prefix, shown }
            }
        };
        Ok(Self(Arc::new(Inner { kind, alone: Mutex::new(()) })))
    }

    /// Waits until no other loop works with the archive.
    pub(crate) async fn alone(&self) -> MutexGuard<'_, ()> {
        self.0.alone.lock().await
    }

    /// What people call it: `s3://bucket/prefix` or `directory /mnt/archive`. Nothing secret.
    pub fn shown(&self) -> String {
        match &self.0.kind {
            Kind::Directory(path) => format!("directory {}", path.display()),
            Kind::Bucket { shown, .. } => shown.clone(),
        }
    }

    /// Whether it refuses to delete what is locked.
    pub fn locks(&self) -> bool {
        matches!(&self.0.kind, Kind::Bucket { .. })
    }

    /// Whether it is there and fit: a directory that exists, a bucket with versions and Object Lock.
    pub(super) async fn check(&self) -> Result<(), PlaceError> {
        match &self.0.kind {
            Kind::Directory(path) if path.is_dir() => Ok(()),
            Kind::Directory(path) => Err(PlaceError::Unfit(format!(
                "{} is no directory: is it mounted? Ward does not make it",
                path.display()
            ))),
            Kind::Bucket { bucket, .. } => bucket.check().await,
        }
    }

    fn store(&self) -> Result<Arc<dyn ObjectStore>, PlaceError> {
        match &self.0.kind {
            // Opened each time: the directory may be mounted later.
            Kind::Directory(path) => LocalFileSystem::new_with_prefix(path)
                .map(|store| Arc::new(store.with_fsync(true)) as Arc<dyn ObjectStore>)
                .map_err(|e| PlaceError::failed(format!("opening {}", path.display()), e)),
            Kind::Bucket { store, .. } => Ok(Arc::clone(store)),
        }
    }

    /// The name under the prefix.
    fn key(&self, name: &str) -> Result<Path, PlaceError> {
        let key = match &self.0.kind {
            Kind::Bucket { prefix, .. } if !prefix.is_empty() => format!("{prefix}/{name}"),
            _ => name.to_owned(),
        };
        Path::parse(&key).map_err(|e| PlaceError::Config(format!("{key}: {e}")))
    }

    /// What is under a name: the version asked for, or the newest. None if there is nothing.
    pub(super) async fn find(&self, name: &str, version: Option<&str>) -> Result<Option<Found>, PlaceError> {
        let options = GetOptions { head: true, version: version.map(str::to_owned), ..GetOptions::default() };
        match self.store()?.get_opts(&self.key(name)?, options).await {
            Ok(found) => Ok(Some(Found { bytes: found.meta.size, version: found.meta.version })),
            Err(StoreError::NotFound { .. }) => Ok(None),
            Err(error) => Err(failed("looking at", name)(error)),
        }
    }

    /// A piece of an object, at most [`PIECE`] bytes.
    pub(super) async fn piece(
        &self,
        name: &str,
        version: Option<&str>,
        from: u64,
        to: u64,
    ) -> Result<Bytes, PlaceError> {
        let options = GetOptions {
            range: Some(GetRange::Bounded(from..to)),
            version: version.map(str::to_owned),
            ..GetOptions::default()
        };
        let found =
            self.store()?.get_opts(&self.key(name)?, options).await.map_err(failed("reading", name))?;
        found.bytes().await.map_err(failed("reading", name))
    }

    /// Puts a small object. In a directory nothing is overwritten: the same bytes are fine, others are an error.
    pub(super) async fn put(
        &self,
        name: &str,
        bytes: Bytes,
        until: Timestamp,
    ) -> Result<Option<String>, PlaceError> {
        let mode = if self.locks() { PutMode::Overwrite } else { PutMode::Create };
        let options = PutOptions { mode, extensions: locked(until), ..PutOptions::default() };
        let put = self.store()?.put_opts(&self.key(name)?, PutPayload::from_bytes(bytes), options).await;
        put.map(|put| put.version).map_err(failed("writing", name))
    }

    /// Puts a file, in parts if it is large. Says which version it became, if the archive keeps versions.
    pub(super) async fn put_file(
        &self,
        name: &str,
        path: &FilePath,
        until: Timestamp,
    ) -> Result<Option<String>, PlaceError> {
        let doing = || PlaceError::disk(format!("reading {}", path.display()));
        let mut file = File::open(path).await.map_err(doing())?;
        let size = file.metadata().await.map_err(doing())?.len();
        let part = usize::try_from(size / PARTS).unwrap_or(usize::MAX).max(PIECE);
        if size <= PIECE as u64 {
            let mut bytes = Vec::with_capacity(PIECE);
            file.read_to_end(&mut bytes).await.map_err(doing())?;
            return self.put(name, bytes.into(), until).await;
        }
        if !self.locks() && self.find(name, None).await?.is_some() {
            return Err(PlaceError::Taken(name.to_owned()));
        }
        let options = PutMultipartOptions { extensions: locked(until), ..PutMultipartOptions::default() };
        let begun = self.store()?.put_multipart_opts(&self.key(name)?, options).await;
        let mut upload = begun.map_err(failed("writing", name))?;
        let moved = async {
            loop {
                let mut piece = Vec::with_capacity(part);
                (&mut file).take(part as u64).read_to_end(&mut piece).await.map_err(doing())?;
                if piece.is_empty() {
                    return upload.complete().await.map_err(failed("writing", name));
                }
                upload
                    .put_part(PutPayload::from_bytes(piece.into()))
                    .await
                    .map_err(failed("writing", name))?;
            }
        }
        .await;
        match moved {
            Ok(put) => Ok(put.version),
            Err(error) => {
                let _ = upload.abort().await;
                Err(error)
            }
        }
    }

    /// Until when nobody can delete the version; none if it is not locked.
    pub(super) async fn locked_until(
        &self,
        name: &str,
        version: Option<&str>,
    ) -> Result<Option<Timestamp>, PlaceError> {
        match &self.0.kind {
            Kind::Directory(_) => Ok(None),
            Kind::Bucket { bucket, .. } => {
                let head = bucket.head(self.key(name)?.as_ref(), version).await?;
                if version.is_some() && head.version.as_deref() != version {
                    return Err(PlaceError::damaged(name, "the store answers with another version"));
                }
                Ok(head.locked_until)
            }
        }
    }

    /// Makes a lock last until then; nothing happens in a directory.
    pub(super) async fn lock(
        &self,
        name: &str,
        version: Option<&str>,
        until: Timestamp,
    ) -> Result<(), PlaceError> {
        match &self.0.kind {
            Kind::Directory(_) => Ok(()),
            Kind::Bucket { bucket, .. } => bucket.lock(self.key(name)?.as_ref(), version, until).await,
        }
    }

    /// Puts a legal hold on a version, or takes it off; nothing happens in a directory.
    pub(super) async fn hold(&self, name: &str, version: Option<&str>, on: bool) -> Result<(), PlaceError> {
        match &self.0.kind {
            Kind::Directory(_) => Ok(()),
            Kind::Bucket { bucket, .. } => bucket.hold(self.key(name)?.as_ref(), version, on).await,
        }
    }
}

fn locked(until: Timestamp) -> Extensions {
    let mut extensions = Extensions::new();
    extensions.insert(Lock(until));
    extensions
}
