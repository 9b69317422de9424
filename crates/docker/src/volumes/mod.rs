//! Encrypted volumes: one directory tree each, with its own key in the kernel (fscrypt, policy version 2).
//!
//! Contents are AES-256-XTS, names AES-256-CTS. The kernel keeps the key, per file system, until it is removed or
//! the file system unmounted; so each boot is unseal, unlock, start. An unlocked volume is readable by whoever the
//! permissions let in: its root belongs to the container's user and has mode 0700. A volume is encrypted before
//! anything is put into it, and a directory with plain content is never taken for one (45 CFR 164.312(a)(2)(iv)).

mod kernel;
mod prepare;
mod speed;
mod users;

use std::{
    fs::{self, DirBuilder, File, Permissions},
    io::ErrorKind,
    os::unix::fs::{DirBuilderExt, PermissionsExt, chown},
    path::{Path, PathBuf},
};

use nix::errno::Errno;
use ward_spine::engine::{Capability, EngineError, ObservedVolume, VolumeKey, VolumeSpec};

use self::kernel::{KeyState, Policy};
use crate::podman::broken;
pub use prepare::{Prepared, prepare, prepare_loop, remove_loop};
pub use speed::Speed;

/// File that says which instance a directory of volumes belongs to.
const MARKER: &str = ".ward-instance";

/// The encrypted volumes of one instance. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Volumes {
    dir: PathBuf,
    instance: String,
}

impl Volumes {
    /// Volumes of an instance below a directory that can encrypt, see [`prepare`]. Touches nothing.
    pub fn new(dir: impl Into<PathBuf>, instance: impl Into<String>) -> Self {
        Self { dir: dir.into(), instance: instance.into() }
    }

    /// Creates the volume if needed, puts its key into the kernel, and gives its path. Whatever a crash left
    /// half made is finished.
    ///
    /// # Errors
    /// [`EngineError::Unsupported`] if the file system can't encrypt (and how to change that). Any other for a wrong
    /// key, or a directory that holds plain files.
    pub async fn unlock(&self, spec: &VolumeSpec, key: &VolumeKey) -> Result<PathBuf, EngineError> {
        let doing = || format!("unlocking volume {}", spec.id);
        let path = self.path(&spec.id)?;
        let owner = spec
            .uid_base
            .checked_add(spec.owner)
            .ok_or_else(|| broken(doing(), "the owner is beyond the last user id"))?;
        self.claim()?;
        match DirBuilder::new().mode(0o700).create(&path) {
            Err(error) if error.kind() != ErrorKind::AlreadyExists => return Err(broken(doing(), error)),
            _ => {}
        }
        let directory = self.open(&path)?.ok_or_else(|| broken(doing(), "it was deleted meanwhile"))?;
        let before = kernel::policy(&directory).map_err(|error| broken(doing(), error))?;
        if before == Policy::Foreign {
            return Err(broken(doing(), "the directory is encrypted by another program or in another way"));
        }
        // Only an empty directory can begin to be encrypted: what a crash left before the policy is empty.
        if before == Policy::None && fs::read_dir(&path).map_err(|e| broken(doing(), e))?.next().is_some() {
            return Err(broken(doing(), "the directory holds files that are not encrypted"));
        }
        let identifier = kernel::add_key(&directory, &key.0).map_err(|error| broken(doing(), error))?;
        match before {
            Policy::Ward(wanted) if wanted != identifier => {
                kernel::remove_key(&directory, identifier).map_err(|error| broken(doing(), error))?;
                let why = format!("the key is not its key (it wants {wanted}, this is {identifier})");
                return Err(broken(doing(), why));
            }
            Policy::Ward(_) => {}
            _ => {
                kernel::set_policy(&directory, identifier).map_err(|error| broken(doing(), error))?;
                directory.sync_all().map_err(|error| broken(doing(), error))?;
            }
        }
        if kernel::policy(&directory) != Ok(Policy::Ward(identifier)) {
            return Err(broken(doing(), "the kernel does not confirm the encryption"));
        }
        chown(&path, Some(owner), Some(owner)).map_err(|error| broken(doing(), error))?;
        fs::set_permissions(&path, Permissions::from_mode(0o700)).map_err(|error| broken(doing(), error))?;
        Ok(path)
    }

    /// Takes the key out of the kernel and confirms that it is gone. Locked already is no error.
    ///
    /// # Errors
    /// If something uses the volume, with who: nothing is changed then, because a database whose key is
    /// taken away crashes. [`EngineError::NotFound`] if there is no such volume.
    pub async fn lock(&self, id: &str) -> Result<(), EngineError> {
        let (this, id) = (self.clone(), id.to_owned());
        blocking(move || this.lock_now(&id)).await
    }

    /// Deletes the tree and removes the key; works on a locked volume too. One that is not there is no error.
    ///
    /// Deleting the blocks is not what destroys the data: the caller destroys the key (a data encryption key of
    /// the vault), and without it they stay unreadable.
    ///
    /// # Errors
    /// If something uses the volume, with who.
    pub async fn destroy(&self, id: &str) -> Result<(), EngineError> {
        let (this, id) = (self.clone(), id.to_owned());
        blocking(move || this.destroy_now(&id)).await
    }

    /// All volumes of this instance, by id.
    ///
    /// # Errors
    /// If the directory can't be read.
    pub async fn list(&self) -> Result<Vec<ObservedVolume>, EngineError> {
        let this = self.clone();
        blocking(move || this.list_now()).await
    }

    /// Path of a volume on the host.
    ///
    /// # Errors
    /// If the id is not `[a-z0-9-]{1,64}`.
    pub fn path(&self, id: &str) -> Result<PathBuf, EngineError> {
        let plain = (1..=64).contains(&id.len())
            && id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if plain {
            Ok(self.dir.join(id))
        } else {
            Err(broken("naming a volume", format!("{id:?} is no id of a volume")))
        }
    }

    /// Measures once how fast encrypted files are written and read here.
    ///
    /// # Errors
    /// As [`unlock`](Self::unlock).
    pub async fn probe(&self) -> Result<Speed, EngineError> {
        let this = self.clone();
        blocking(move || {
            this.claim()?;
            speed::measure(&this.dir)
        })
        .await
    }

    /// What the host can do, with the speed.
    pub async fn capability(&self) -> Capability {
        let name = "fscrypt".to_owned();
        match self.probe().await {
            Ok(speed) => Capability {
                name,
                present: true,
                detail: format!("{}: AES-256-XTS, {speed}", self.dir.display()),
            },
            Err(error) => Capability { name, present: false, detail: error.to_string() },
        }
    }

    /// Makes the directory of volumes and marks it as this instance's.
    fn claim(&self) -> Result<(), EngineError> {
        let doing = || format!("using {} for volumes", self.dir.display());
        let marker = self.dir.join(MARKER);
        match fs::read_to_string(&marker) {
            Ok(owner) if owner == self.instance => {}
            // Empty: a crash between creating and writing it.
            Ok(owner) if !owner.is_empty() => {
                return Err(broken(doing(), format!("it belongs to the instance {owner:?}")));
            }
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(broken(doing(), error)),
            _ => {
                // 0711: containers reach their own volume through it, and see no other's name.
                DirBuilder::new()
                    .recursive(true)
                    .mode(0o711)
                    .create(&self.dir)
                    .and_then(|()| fs::write(&marker, &self.instance))
                    .map_err(|error| broken(doing(), error))?;
            }
        }
        prepare::check(&self.dir)
    }

    /// None if the volume is not there.
    fn open(&self, path: &Path) -> Result<Option<File>, EngineError> {
        match fs::symlink_metadata(path) {
            Ok(metadata) if metadata.is_dir() => {
                File::open(path).map(Some).map_err(|e| broken(format!("opening {}", path.display()), e))
            }
            Ok(_) => Err(broken(format!("opening {}", path.display()), "it is not a directory")),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(broken(format!("opening {}", path.display()), error)),
        }
    }

    fn lock_now(&self, id: &str) -> Result<(), EngineError> {
        let path = self.path(id)?;
        let doing = || format!("locking volume {id}");
        let missing = || EngineError::NotFound { what: "volume", name: id.to_owned() };
        let directory = self.open(&path)?.ok_or_else(missing)?;
        let Policy::Ward(identifier) = kernel::policy(&directory).map_err(|error| broken(doing(), error))?
        else {
            return Ok(());
        };
        // The kernel is asked through the parent: an open directory of the volume would itself be a user.
        drop(directory);
        self.forget(&path, identifier).map_err(|error| broken(doing(), error))
    }

    /// Removes a key that no one uses, and confirms it.
    fn forget(&self, path: &Path, identifier: kernel::KeyIdentifier) -> Result<(), String> {
        let parent = File::open(&self.dir).map_err(|error| error.to_string())?;
        let state = || kernel::key_state(&parent, identifier).map_err(|error| error.to_string());
        if state()? == KeyState::Absent {
            return Ok(());
        }
        busy(path)?;
        let in_use = kernel::remove_key(&parent, identifier).map_err(|error| error.to_string())?;
        match state()? {
            KeyState::Absent if !in_use => Ok(()),
            _ => {
                busy(path)?;
                Err("the kernel says that files are still in use".into())
            }
        }
    }

    fn destroy_now(&self, id: &str) -> Result<(), EngineError> {
        let path = self.path(id)?;
        let doing = || format!("destroying volume {id}");
        let Some(directory) = self.open(&path)? else { return Ok(()) };
        let policy = kernel::policy(&directory);
        drop(directory);
        busy(&path).map_err(|error| broken(doing(), error))?;
        fs::remove_dir_all(&path).map_err(|error| broken(doing(), error))?;
        if let Ok(Policy::Ward(identifier)) = policy {
            self.forget(&path, identifier).map_err(|error| broken(doing(), error))?;
        }
        Ok(())
    }

    fn list_now(&self) -> Result<Vec<ObservedVolume>, EngineError> {
        let doing = || format!("listing volumes in {}", self.dir.display());
        let entries = match fs::read_dir(&self.dir) {
            Ok(entries) => entries,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(broken(doing(), error)),
        };
        let mut volumes = Vec::new();
        for entry in entries {
            let Ok(id) = entry.map_err(|error| broken(doing(), error))?.file_name().into_string() else {
                continue;
            };
            let Ok(path) = self.path(&id) else { continue };
            let Ok(Some(directory)) = self.open(&path) else { continue };
            volumes.push(observe(id, &directory).map_err(|error| broken(doing(), error))?);
        }
        volumes.sort_by(|a, b| a.id.cmp(&b.id));
        Ok(volumes)
    }
}

fn observe(id: String, directory: &File) -> Result<ObservedVolume, Errno> {
    let Policy::Ward(identifier) = kernel::policy(directory)? else {
        return Ok(ObservedVolume { id, encrypted: false, unlocked: false, key_identifier: String::new() });
    };
    // Half removed counts as unlocked: files that were open can still be read.
    let unlocked = kernel::key_state(directory, identifier)? != KeyState::Absent;
    Ok(ObservedVolume { id, encrypted: true, unlocked, key_identifier: identifier.to_string() })
}

fn busy(path: &Path) -> Result<(), String> {
    let users = users::users(path, 8);
    if users.is_empty() { Ok(()) } else { Err(format!("it is in use: {}", users.join(", "))) }
}

/// Runs file work where it may block.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, EngineError> + Send + 'static,
) -> Result<T, EngineError> {
    tokio::task::spawn_blocking(work).await.map_err(|error| broken("working on a volume", error))?
}
