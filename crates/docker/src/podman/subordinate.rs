//! Gives Podman the pool of host ids that it takes user namespaces from.
//!
//! Podman hands out ids only from the ranges of the user `containers` in `/etc/subuid` and
//! `/etc/subgid`, also for maps that are fixed in advance.

use std::{fs, io::Write, path::Path};

use ward_spine::engine::EngineError;

use super::broken;

const POOL: &str = "containers:2147483647:2147483648\n";

/// Adds the pool to both files where no line of `containers` is there yet.
pub(crate) fn ensure_subordinate_ids() -> Result<(), EngineError> {
    for file in ["/etc/subuid", "/etc/subgid"] {
        ensure(Path::new(file))
            .map_err(|error| broken(format!("adding the pool of ids to {file}"), error))?;
    }
    Ok(())
}

fn ensure(file: &Path) -> std::io::Result<()> {
    let text = match fs::read_to_string(file) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(error),
    };
    if text.lines().any(|line| line.starts_with("containers:")) {
        return Ok(());
    }
    let mut open = fs::OpenOptions::new().create(true).append(true).open(file)?;
    let separator = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
    open.write_all(format!("{separator}{POOL}").as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pool_is_added_once_and_other_lines_stay() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("subuid");
        fs::write(&file, "alice:100000:65536").unwrap();
        ensure(&file).unwrap();
        ensure(&file).unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), format!("alice:100000:65536\n{POOL}"));
    }
}
