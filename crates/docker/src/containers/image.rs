//! What an image says of its command and its user.

use std::{io::Read, sync::PoisonError};

use bollard::query_parameters::DownloadFromContainerOptionsBuilder;
use futures::TryStreamExt;
use serde::Deserialize;
use serde_json::json;
use ward_spine::engine::{ContainerSpec, EngineError};

use super::{
    Containers,
    validate::{WIDTH, refuse},
};
use crate::podman::{broken, message, translate};

/// Most bytes of an image's `/etc/passwd` that are read.
const LARGEST_PASSWD: u64 = 1 << 20;

/// The parts of an image that a container is made from.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Image {
    pub(super) id: String,
    #[serde(default)]
    user: String,
    config: Option<Config>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Config {
    entrypoint: Option<Vec<String>>,
    cmd: Option<Vec<String>>,
}

impl Image {
    /// The whole argument vector: the image's entrypoint and the command, the spec's or the image's.
    pub(super) fn command(&self, spec: &ContainerSpec) -> Vec<String> {
        let config = self.config.clone().unwrap_or_default();
        let mut all = config.entrypoint.unwrap_or_default();
        all.extend(spec.command.clone().or(config.cmd).unwrap_or_default());
        all
    }
}

/// Uid and gid inside the container.
type Identity = (u32, u32);

impl Containers {
    /// The image, by reference or id.
    pub(super) async fn inspect_image(&self, reference: &str) -> Result<Image, EngineError> {
        let plain = |c: char| c.is_ascii_alphanumeric() || "/._:@-".contains(c);
        let found: Option<Image> = if !reference.is_empty() && reference.chars().all(plain) {
            self.client.read(&format!("/libpod/images/{}/json", reference.replace('@', "%40"))).await?
        } else {
            None
        };
        found.ok_or_else(|| EngineError::NotFound { what: "image", name: reference.to_owned() })
    }

    /// Whom the container runs as: the spec's user, or the image's. Never root.
    pub(super) async fn identity(
        &self,
        spec: &ContainerSpec,
        image: &Image,
    ) -> Result<Identity, EngineError> {
        let identity = match spec.user {
            Some(uid) => (uid, uid),
            None => match numeric(&image.user) {
                Some(identity) => identity,
                None => self.named(image).await?,
            },
        };
        if identity.0 == 0 || identity.1 == 0 {
            return Err(refuse(format!(
                "the image {} runs as root; add a line like USER 1000 to its Dockerfile",
                spec.image
            )));
        }
        if identity.0 >= WIDTH || identity.1 >= WIDTH {
            return Err(refuse(format!("the image {} has a user id beyond 65535", spec.image)));
        }
        Ok(identity)
    }

    /// Looks the name of the image's user up in the image's `/etc/passwd`.
    async fn named(&self, image: &Image) -> Result<Identity, EngineError> {
        let known = self.users.lock().unwrap_or_else(PoisonError::into_inner).get(&image.id).copied();
        if let Some(identity) = known {
            return Ok(identity);
        }
        let name = image.user.split(':').next().unwrap_or_default();
        let passwd = self.passwd(&image.id).await?;
        let identity = lookup(&passwd, name).ok_or_else(|| {
            refuse(format!("the image's user {name} is not in its /etc/passwd; use a number in USER"))
        })?;
        self.users.lock().unwrap_or_else(PoisonError::into_inner).insert(image.id.clone(), identity);
        Ok(identity)
    }

    /// Reads the file out of a container that is created for it, never started, and removed.
    async fn passwd(&self, image: &str) -> Result<String, EngineError> {
        let body = json!({ "image": image, "command": ["-"], "netns": { "nsmode": "none" } });
        let (status, answer) =
            self.client.libpod(http::Method::POST, "/libpod/containers/create", Some(&body)).await?;
        let id = serde_json::from_slice::<serde_json::Value>(&answer)
            .ok()
            .and_then(|value| value.get("Id")?.as_str().map(str::to_owned))
            .ok_or_else(|| broken("reading the users of an image", message(status, &answer)))?;
        let options = DownloadFromContainerOptionsBuilder::new().path("/etc/passwd").build();
        let archive = self
            .client
            .bollard()
            .download_from_container(&id, Some(options))
            .try_fold(Vec::new(), |mut all, part| async move {
                if (all.len() as u64) < LARGEST_PASSWD {
                    all.extend_from_slice(&part);
                }
                Ok(all)
            })
            .await;
        self.delete(&id).await?;
        let archive = archive.map_err(|error| translate("reading /etc/passwd of an image", error))?;
        unpack(&archive).map_err(|error| broken("reading /etc/passwd of an image", error))
    }
}

/// Text of the first file in an archive.
fn unpack(archive: &[u8]) -> std::io::Result<String> {
    let mut archive = tar::Archive::new(archive);
    let mut bytes = Vec::new();
    if let Some(file) = archive.entries()?.next() {
        file?.take(LARGEST_PASSWD).read_to_end(&mut bytes)?;
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// `uid` or `uid:gid` in figures; no user at all is root. None if a name is in it.
fn numeric(user: &str) -> Option<Identity> {
    if user.is_empty() {
        return Some((0, 0));
    }
    match user.split_once(':') {
        None => user.parse().ok().map(|uid| (uid, uid)),
        Some((uid, gid)) => Some((uid.parse().ok()?, gid.parse().ok()?)),
    }
}

/// Uid and gid of a name or number in a passwd(5) file.
fn lookup(passwd: &str, name: &str) -> Option<Identity> {
    passwd.lines().find_map(|line| {
        let mut fields = line.split(':');
        let known = fields.next()? == name;
        let (uid, gid) = (fields.nth(1)?, fields.next()?);
        (known || uid == name).then_some(())?;
        Some((uid.parse().ok()?, gid.parse().ok()?))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users_in_figures_names_and_nothing_are_told_apart() {
        assert_eq!(numeric(""), Some((0, 0)));
        assert_eq!(numeric("1000"), Some((1000, 1000)));
        assert_eq!(numeric("1000:7"), Some((1000, 7)));
        assert_eq!(numeric("app"), None);
        assert_eq!(numeric("1000:app"), None);
    }

    #[test]
    fn a_name_is_looked_up_and_broken_lines_are_passed_over() {
        let passwd = "root:x:0:0::/:/bin/sh\nbroken\nx:x:a:b:\napp:x:1001:1002:App:/:/bin/sh\n";
        assert_eq!(lookup(passwd, "app"), Some((1001, 1002)));
        assert_eq!(lookup(passwd, "1001"), Some((1001, 1002)));
        assert_eq!(lookup(passwd, "nobody"), None);
    }

    proptest::proptest! {
        #[test]
        fn no_archive_or_passwd_of_an_image_makes_the_reader_fail(
            bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..2000), text in ".{0,200}"
        ) {
            let _ = unpack(&bytes);
            let _ = lookup(&text, "app");
        }
    }
}
