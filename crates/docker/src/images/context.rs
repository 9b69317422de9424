//! Takes a copy of a build's source, owned by the build's user, and refuses what does not belong into one.

use std::{
    fs,
    io::ErrorKind,
    os::unix::fs::{PermissionsExt, chown, lchown, symlink},
    path::{Component, Path},
};

use ward_spine::engine::EngineError;

use crate::podman::broken;

/// The Dockerfile's text.
///
/// # Errors
/// [`EngineError::Build`] if it is missing, outside the context, a link or no text.
pub(super) fn dockerfile(context: &Path, name: &str) -> Result<String, EngineError> {
    let relative = Path::new(name);
    if name.is_empty() || !relative.components().all(|part| matches!(part, Component::Normal(_))) {
        return Err(EngineError::Build(format!(
            "the Dockerfile {name:?} is not a path inside the source; give one like \"Dockerfile\" or \"deploy/Dockerfile\""
        )));
    }
    // Each step of the path, so that no link on the way leads out.
    let mut path = context.to_owned();
    for part in relative.components() {
        path.push(part);
        match fs::symlink_metadata(&path) {
            Ok(metadata) if metadata.is_symlink() => {
                return Err(EngineError::Build(format!(
                    "{} is a symbolic link; put the Dockerfile itself there",
                    path.strip_prefix(context).unwrap_or(&path).display()
                )));
            }
            Ok(_) => {}
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
                return Err(EngineError::Build(format!(
                    "there is no {name} in the source; add one, or name another in ward.toml ([build] dockerfile)"
                )));
            }
            Err(error) => return Err(broken(format!("looking for {name}"), error)),
        }
    }
    if !path.is_file() {
        return Err(EngineError::Build(format!("{name} is not a file")));
    }
    let bytes = fs::read(&path).map_err(|error| broken(format!("reading {name}"), error))?;
    String::from_utf8(bytes).map_err(|_| EngineError::Build(format!("{name} is not text in UTF-8")))
}

/// Copies the tree; links stay links, and everything belongs to `owner`.
///
/// # Errors
/// [`EngineError::Build`] for a device, a socket or a pipe.
pub(super) fn copy(from: &Path, to: &Path, owner: u32) -> Result<(), EngineError> {
    let doing = |error: std::io::Error| broken("copying the source", error);
    let mut open = vec![(from.to_owned(), to.to_owned())];
    while let Some((source, target)) = open.pop() {
        let mode = fs::symlink_metadata(&source).map_err(doing)?.permissions().mode();
        fs::create_dir(&target).map_err(doing)?;
        for entry in fs::read_dir(&source).map_err(doing)? {
            let entry = entry.map_err(doing)?;
            let (path, copy) = (entry.path(), target.join(entry.file_name()));
            let kind = entry.file_type().map_err(doing)?;
            if kind.is_dir() {
                open.push((path, copy));
            } else if kind.is_symlink() {
                symlink(fs::read_link(&path).map_err(doing)?, &copy).map_err(doing)?;
                lchown(&copy, Some(owner), Some(owner)).map_err(doing)?;
            } else if kind.is_file() {
                fs::copy(&path, &copy).map_err(doing)?;
                chown(&copy, Some(owner), Some(owner)).map_err(doing)?;
            } else {
                let name = path.strip_prefix(from).unwrap_or(&path).display();
                return Err(EngineError::Build(format!(
                    "{name} is neither a file nor a directory nor a link; remove it"
                )));
            }
        }
        chown(&target, Some(owner), Some(owner)).map_err(doing)?;
        fs::set_permissions(&target, fs::Permissions::from_mode(mode & 0o7777)).map_err(doing)?;
    }
    Ok(())
}

/// The Dockerfile with one `ARG` line after every `FROM`, so that its commands find the host's certificates.
///
/// Build arguments are the one way to set the environment of `RUN` that leaves no trace in the image.
pub(super) fn with_arguments(dockerfile: &str, argument: &str) -> String {
    let mut text = String::with_capacity(dockerfile.len() + 256);
    let escape = escape(dockerfile);
    let (mut in_from, mut continued) = (false, false);
    for line in dockerfile.split_inclusive('\n') {
        text.push_str(line);
        if !line.ends_with('\n') {
            text.push('\n');
        }
        let trimmed = line.trim();
        // Comments and empty lines inside an instruction do not end it.
        if trimmed.starts_with('#') || (continued && trimmed.is_empty()) {
            continue;
        }
        if !continued {
            in_from = trimmed.split_whitespace().next().is_some_and(|word| word.eq_ignore_ascii_case("from"));
        }
        continued = trimmed.ends_with(escape);
        if in_from && !continued {
            text.push_str(argument);
            text.push('\n');
            in_from = false;
        }
    }
    text
}

/// The continuation character: `\`, or what the directive `# escape=` says.
fn escape(dockerfile: &str) -> char {
    dockerfile
        .lines()
        .map_while(|line| line.trim().strip_prefix('#'))
        .filter_map(|line| line.split_once('='))
        .find(|(name, _)| name.trim().eq_ignore_ascii_case("escape"))
        .and_then(|(_, value)| value.trim().chars().next())
        .unwrap_or('\\')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_stage_gets_the_argument_and_nothing_else_changes() {
        let text = "# syntax=x\nFROM a AS b\nRUN echo \\\n  from c\nfrom \\\n# why\n  d\nRUN x\n";
        let expected =
            "# syntax=x\nFROM a AS b\nARG X\nRUN echo \\\n  from c\nfrom \\\n# why\n  d\nARG X\nRUN x\n";
        assert_eq!(with_arguments(text, "ARG X"), expected);
    }

    #[test]
    fn the_escape_directive_is_followed() {
        let text = "# escape=`\nRUN dir `\nFROM x\nRUN c:\\\nFROM y\n";
        assert_eq!(with_arguments(text, "ARG X"), "# escape=`\nRUN dir `\nFROM x\nRUN c:\\\nFROM y\nARG X\n");
    }

    #[test]
    fn a_dockerfile_that_is_missing_outside_or_a_link_is_refused() {
        let context = tempfile::tempdir().unwrap();
        symlink("/etc/passwd", context.path().join("link")).unwrap();
        symlink("/etc", context.path().join("dir")).unwrap();
        for name in
            ["Dockerfile", "../Dockerfile", "/etc/passwd", "link", "dir/passwd", "", "./x/../../y", "link/x"]
        {
            let error = dockerfile(context.path(), name).unwrap_err();
            assert!(matches!(error, EngineError::Build(_)), "{name}: {error}");
        }
        fs::write(context.path().join("Dockerfile"), "FROM x\n").unwrap();
        assert_eq!(dockerfile(context.path(), "Dockerfile").unwrap(), "FROM x\n");
    }

    #[test]
    fn a_pipe_in_the_source_is_refused_and_links_stay_links() {
        let (from, to) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        symlink("/etc/shadow", from.path().join("link")).unwrap();
        fs::create_dir(from.path().join("sub")).unwrap();
        fs::write(from.path().join("sub/file"), "x").unwrap();
        let owner = nix::unistd::getuid().as_raw();
        copy(from.path(), &to.path().join("one"), owner).unwrap();
        assert!(to.path().join("one/link").is_symlink());
        assert_eq!(fs::read(to.path().join("one/sub/file")).unwrap(), b"x");
        nix::unistd::mkfifo(&from.path().join("pipe"), nix::sys::stat::Mode::S_IRWXU).unwrap();
        assert!(matches!(copy(from.path(), &to.path().join("two"), owner), Err(EngineError::Build(_))));
    }

    proptest! {
        #[test]
        fn any_text_keeps_all_its_lines(text in "(?s)([Ff]rom |RUN |\\\\|\n|#|.){0,60}") {
            let with = with_arguments(&text, "ARG-WARD");
            let end = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
            prop_assert_eq!(with.replace("ARG-WARD\n", ""), text + end);
        }
    }
}
