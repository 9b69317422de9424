//! What is kept between runs: the server, the context, and in a file of its own the token.
//!
//! The token file is of mode 0600 and names the server it is for: it is refused when others can read it, and it
//! is never sent to another server (`--server` of somebody else's must not get it).

use std::{
    io::{ErrorKind, Write},
    os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use anyhow::Context;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::problem::{Exit, Failure, Result};

/// Keys of `config.toml`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Settings {
    /// Address of the server.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) server: Option<String>,
    /// Certificate authority of the server, a PEM file. Without it those of the system are trusted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) ca: Option<PathBuf>,
    /// Organization of the context.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) organization: Option<String>,
    /// Project of the context.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) project: Option<String>,
    /// Environment of the context.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) environment: Option<String>,
}

/// What the token file holds.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Credential {
    /// Server that the token is for.
    pub(crate) server: String,
    /// The token.
    pub(crate) token: String,
}

/// The folder that holds both.
#[derive(Debug, Clone)]
pub(crate) struct Profile {
    dir: PathBuf,
}

impl Profile {
    /// The profile in this folder, which need not exist yet.
    pub(crate) fn new(dir: PathBuf) -> Self {
        Self { dir }
    }

    /// Reads `config.toml`; empty if there is none.
    pub(crate) fn settings(&self) -> Result<Settings> {
        Ok(read(&self.dir.join("config.toml"))?.unwrap_or_default())
    }

    /// Writes `config.toml`.
    pub(crate) fn save(&self, settings: &Settings) -> Result<()> {
        self.write("config.toml", settings)
    }

    /// Reads the token for a server; none if nobody is signed in there.
    pub(crate) fn token(&self, server: &str) -> Result<Option<String>> {
        let path = self.token_path();
        match std::fs::symlink_metadata(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(unreadable(&path, error)),
            Ok(meta) if !meta.is_file() => {
                return Err(Failure::new(Exit::Denied, format!("{} is no regular file", path.display()))
                    .next_step(format!("remove it, then sign in with `ward login`: rm {}", path.display())));
            }
            Ok(meta) if meta.mode() & 0o077 != 0 => {
                let what = format!(
                    "others can read {} (mode {:o}), so its token is not used",
                    path.display(),
                    meta.mode() & 0o777
                );
                return Err(Failure::new(Exit::Denied, what).next_step(format!(
                    "remove it and sign in again, as it may be known: rm {}; ward login",
                    path.display()
                )));
            }
            Ok(_) => {}
        }
        Ok(read::<Credential>(&path)?
            .filter(|credential| credential.server == server)
            .map(|credential| credential.token))
    }

    /// Keeps a token, readable by its owner alone.
    pub(crate) fn save_token(&self, credential: &Credential) -> Result<()> {
        self.write("token", credential)
    }

    /// Forgets the token.
    pub(crate) fn forget_token(&self) -> Result<()> {
        let path = self.token_path();
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(unreadable(&path, error)),
            _ => Ok(()),
        }
    }

    /// Where the token is.
    pub(crate) fn token_path(&self) -> PathBuf {
        self.dir.join("token")
    }

    /// Writes a file whole or not at all: a new one of mode 0600 takes the place of the old.
    fn write<T: Serialize>(&self, name: &str, value: &T) -> Result<()> {
        let text = toml::to_string(value).context("can't write the profile as TOML")?;
        let (path, fresh) = (self.dir.join(name), self.dir.join(format!(".{name}.new")));
        let put = || -> std::io::Result<()> {
            std::fs::DirBuilder::new().recursive(true).mode(0o700).create(&self.dir)?;
            match std::fs::remove_file(&fresh) {
                Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
                _ => {}
            }
            let mut file =
                std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&fresh)?;
            file.write_all(text.as_bytes())?;
            file.sync_all()?;
            std::fs::rename(&fresh, &path)
        };
        put().with_context(|| format!("can't write {}", path.display())).map_err(Failure::from)
    }
}

fn read<T: DeserializeOwned>(path: &Path) -> Result<Option<T>> {
    let text = match std::fs::read_to_string(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unreadable(path, error)),
        Ok(text) => text,
    };
    // The error's own text quotes the file, and the file may be the token's.
    toml::from_str(&text).map(Some).map_err(|_| {
        Failure::usage(format!("{} can't be understood", path.display()))
            .next_step(format!("mend it, or remove it and sign in again: rm {}", path.display()))
    })
}

fn unreadable(path: &Path, error: std::io::Error) -> Failure {
    anyhow::Error::new(error).context(format!("can't read {}", path.display())).into()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn signed_in() -> (tempfile::TempDir, Profile) {
        let dir = tempfile::tempdir().unwrap();
        let profile = Profile::new(dir.path().join("new/ward"));
        let credential = Credential { server: "https://ward.example".into(), token: "s3cret".into() };
        profile.save_token(&credential).unwrap();
        (dir, profile)
    }

    #[test]
    fn a_token_is_kept_for_its_owner_alone_and_read_back() {
        let (_dir, profile) = signed_in();
        assert_eq!(profile.token_path().metadata().unwrap().mode() & 0o777, 0o600);
        assert_eq!(profile.token_path().parent().unwrap().metadata().unwrap().mode() & 0o777, 0o700);
        assert_eq!(profile.token("https://ward.example").unwrap().as_deref(), Some("s3cret"));
        profile.forget_token().unwrap();
        profile.forget_token().unwrap();
        assert_eq!(profile.token("https://ward.example").unwrap(), None);
    }

    #[test]
    fn a_token_is_never_given_to_another_server() {
        let (_dir, profile) = signed_in();
        assert_eq!(profile.token("https://evil.example").unwrap(), None);
    }

    #[test]
    fn a_token_that_others_can_read_is_refused() {
        for mode in [0o640, 0o604, 0o660, 0o644] {
            let (_dir, profile) = signed_in();
            std::fs::set_permissions(profile.token_path(), std::fs::Permissions::from_mode(mode)).unwrap();
            let failure = profile.token("https://ward.example").unwrap_err();
            assert_eq!(failure.exit(), Exit::Denied as u8, "{mode:o}");
        }
    }

    #[test]
    fn a_link_in_place_of_the_token_is_refused_and_never_written_through() {
        let (dir, profile) = signed_in();
        let elsewhere = dir.path().join("elsewhere");
        std::fs::write(&elsewhere, "untouched").unwrap();
        profile.forget_token().unwrap();
        std::os::unix::fs::symlink(&elsewhere, profile.token_path()).unwrap();
        assert!(profile.token("https://ward.example").is_err());
        profile.save_token(&Credential { server: "s".into(), token: "t".into() }).unwrap();
        assert_eq!(std::fs::read_to_string(&elsewhere).unwrap(), "untouched");
    }

    #[test]
    fn a_broken_token_file_is_an_error_that_does_not_quote_it() {
        let (_dir, profile) = signed_in();
        std::fs::write(profile.token_path(), "token = s3cret").unwrap();
        let failure = profile.token("https://ward.example").unwrap_err();
        assert!(!format!("{failure:?}").contains("s3cret"));
    }

    #[test]
    fn settings_are_read_back_and_an_unknown_key_is_an_error() {
        let (_dir, profile) = signed_in();
        assert_eq!(profile.settings().unwrap(), Settings::default());
        let settings =
            Settings { server: Some("unix:///x".into()), project: Some("p".into()), ..Settings::default() };
        profile.save(&settings).unwrap();
        assert_eq!(profile.settings().unwrap(), settings);
        std::fs::write(profile.token_path().with_file_name("config.toml"), "sever = \"x\"").unwrap();
        assert!(profile.settings().is_err());
    }
}
