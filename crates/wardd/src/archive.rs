//! The archive that the configuration names.

use std::{os::unix::fs::MetadataExt as _, path::Path};

use anyhow::{Context as _, ensure};
use serde::Deserialize;
use ward_custody::archive::{Place, PlaceConfig, S3Config};

use crate::config::{ArchiveBucket, Config};

/// The file with the access key.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Credentials {
    key_id: String,
    secret: String,
}

/// The archive; none if none is configured. Nothing is asked of it yet: it may be away at the start.
pub(crate) fn place(config: &Config) -> anyhow::Result<Option<Place>> {
    let Some(archive) = &config.archive else { return Ok(None) };
    let place = match (&archive.directory, &archive.s3) {
        (Some(directory), _) => PlaceConfig::Directory(directory.clone()),
        (None, Some(bucket)) => PlaceConfig::S3(Box::new(s3(bucket)?)),
        (None, None) => return Ok(None),
    };
    Ok(Some(Place::new(&place).context("[archive]")?))
}

fn s3(bucket: &ArchiveBucket) -> anyhow::Result<S3Config> {
    let Credentials { key_id, secret } = credentials(&bucket.credentials)?;
    let ca = bucket.ca.as_ref().map(|path| {
        std::fs::read_to_string(path).with_context(|| format!("[archive.s3] ca: reading {}", path.display()))
    });
    Ok(S3Config {
        bucket: bucket.bucket.clone(),
        region: bucket.region.clone(),
        endpoint: bucket.endpoint.clone(),
        prefix: bucket.prefix.clone(),
        key_id,
        secret: secret.into(),
        ca_pem: ca.transpose()?,
    })
}

/// Reads the access key from a file that nobody else can read.
fn credentials(path: &Path) -> anyhow::Result<Credentials> {
    let at = || format!("[archive.s3] credentials: reading {}", path.display());
    let mode = std::fs::metadata(path).with_context(at)?.mode() & 0o777;
    ensure!(
        mode & 0o077 == 0,
        "[archive.s3] credentials: {} has mode {mode:o}, so others can read it: `chmod 600` it",
        path.display()
    );
    let text = std::fs::read_to_string(path).with_context(at)?;
    // The error of the parser would show the line, and with it the secret.
    toml::from_str(&text).map_err(|_| {
        anyhow::anyhow!(
            "[archive.s3] credentials: {} is not two lines, key_id = \"…\" and secret = \"…\"",
            path.display()
        )
    })
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_key_that_others_can_read_is_refused_and_a_wrong_file_shows_nothing_of_it() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let mode = |mode| std::fs::set_permissions(file.path(), PermissionsExt::from_mode(mode)).unwrap();
        std::fs::write(file.path(), "key_id = \"AKIA\"\nsecret = \"hunter22\"\n").unwrap();
        mode(0o640);
        assert!(credentials(file.path()).is_err());
        mode(0o600);
        assert_eq!(credentials(file.path()).unwrap().secret, "hunter22");
        std::fs::write(file.path(), "key_id = \"AKIA\"\nsecret = hunter22\n").unwrap();
        let error = format!("{:?}", credentials(file.path()).err().unwrap());
        assert!(!error.contains("hunter22"), "{error}");
    }
}
