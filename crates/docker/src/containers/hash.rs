//! The hash of a spec: differs if and only if the container must be replaced.
//!
//! Keyed (HMAC-SHA-256), because the hash is a label on a disk and covers secret values: without the key
//! nobody can try guesses of a password against it. The key lies on the run tmpfs; a reboot makes a new
//! one, when every container has to be started anyway.

use std::{fs, path::Path};

use ward_spine::engine::{ContainerSpec, EngineError};

use crate::podman::broken;

/// Changes when this crate builds containers differently, so that existing ones are replaced.
const REVISION: &[u8] = b"ward container 1";

/// Reads the key, or draws one.
pub(super) fn key(file: &Path) -> Result<[u8; 32], EngineError> {
    if let Some(key) = fs::read(file).ok().and_then(|bytes| bytes.try_into().ok()) {
        return Ok(key);
    }
    let key = ward_vault::random::bytes::<32>();
    crate::podman::replace(file, &key, 0o600)
        .map_err(|error| broken("writing the key of spec hashes", error))?;
    Ok(key)
}

/// The hash, in hex. `image` is the id that the reference means now.
pub(super) fn hash(key: &[u8; 32], spec: &ContainerSpec, image: &str) -> String {
    let mut text = Canonical::default();
    text.bytes(REVISION);
    text.bytes(crate::seccomp::PROFILE.as_bytes());
    text.bytes(image.as_bytes());
    text.bytes(spec.name.as_bytes());
    text.number(spec.labels.len());
    for (name, value) in &spec.labels {
        text.bytes(name.as_bytes());
        text.bytes(value.as_bytes());
    }
    match &spec.command {
        None => text.number(0),
        Some(command) => {
            text.number(command.len() + 1);
            command.iter().for_each(|argument| text.bytes(argument.as_bytes()));
        }
    }
    for secrets in [&spec.env, &spec.files] {
        text.number(secrets.len());
        for (name, value) in secrets {
            text.bytes(name.as_bytes());
            text.bytes(&ward_vault::hash::hmac_sha256(key, &value.0));
        }
    }
    text.bytes(
        format!("{:?}", (spec.user, spec.network, spec.address, spec.egress, spec.uid_base)).as_bytes(),
    );
    text.bytes(format!("{:?}", (spec.memory, spec.cpu_millis, spec.pids)).as_bytes());
    text.bytes(format!("{:?}", (&spec.hosts, &spec.mounts, &spec.tmpfs, spec.grace)).as_bytes());
    ward_vault::hash::hmac_sha256(key, &text.0).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Fields with their lengths, so that no two specs give the same bytes.
#[derive(Default)]
struct Canonical(Vec<u8>);

impl Canonical {
    fn number(&mut self, number: usize) {
        self.0.extend_from_slice(&u64::try_from(number).unwrap_or(u64::MAX).to_be_bytes());
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.number(bytes.len());
        self.0.extend_from_slice(bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::containers::validate::tests::spec;
    use ward_spine::engine::SecretBytes;

    #[test]
    fn every_field_changes_the_hash_and_nothing_else_does() {
        let key = [7; 32];
        let base = hash(&key, &spec(), "sha256:1");
        assert_eq!(base, hash(&key, &spec(), "sha256:1"));
        let changes: [fn(&mut ContainerSpec); 12] = [
            |s| s.command = Some(vec![]),
            |s| s.env = vec![("A".into(), SecretBytes::new(*b"2"))],
            |s| s.files = vec![("A".into(), SecretBytes::new(*b"1"))],
            |s| s.user = Some(7),
            |s| s.address = [10, 0, 0, 9].into(),
            |s| s.hosts = vec![("db".into(), [10, 0, 0, 1].into())],
            |s| s.egress = true,
            |s| s.memory += 1,
            |s| s.cpu_millis += 1,
            |s| s.pids += 1,
            |s| s.tmpfs = vec![("/x".into(), 5)],
            |s| drop(s.labels.insert("ward.release".into(), "2".into())),
        ];
        let mut all = vec![base, hash(&key, &spec(), "sha256:2"), hash(&[8; 32], &spec(), "sha256:1")];
        for change in changes {
            let mut changed = spec();
            change(&mut changed);
            all.push(hash(&key, &changed, "sha256:1"));
        }
        let count = all.len();
        all.sort();
        all.dedup();
        assert_eq!(all.len(), count);
    }

    #[test]
    fn moving_a_byte_between_neighbouring_fields_changes_the_hash() {
        let (mut one, mut two) = (spec(), spec());
        one.command = Some(vec!["ab".into(), "c".into()]);
        two.command = Some(vec!["a".into(), "bc".into()]);
        assert_ne!(hash(&[1; 32], &one, ""), hash(&[1; 32], &two, ""));
    }
}
