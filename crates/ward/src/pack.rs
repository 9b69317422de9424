//! Packs a folder for a deployment: the same tree gives the same bytes, on every machine.
//!
//! In a git work tree that is what git tracks and what it does not ignore: a `.env` in `.gitignore` stays
//! here. Elsewhere it is all but what `.dockerignore` and `.wardignore` name. Times, owners and the order in which
//! the disk lists files are left out.

use std::{
    collections::BTreeSet,
    ffi::{OsStr, OsString},
    os::unix::{ffi::OsStrExt, fs::MetadataExt},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::Context;
use bytes::Bytes;

use crate::{
    ignore::Patterns,
    links::stays_inside,
    problem::{Exit, Failure, Result},
};

/// Largest archive that the server takes, in bytes.
pub(crate) const LARGEST_ARCHIVE: usize = 256 << 20;
/// Most bytes before compression.
const LARGEST_TREE: u64 = 2 << 30;
/// These come along even if a pattern names them: the build needs them.
const ALWAYS: [&str; 4] = ["Dockerfile", "ward.toml", "Procfile", ".dockerignore"];

/// A packed tree.
#[derive(Debug)]
pub(crate) struct Packed {
    /// tar, gzip.
    pub(crate) archive: Bytes,
    /// Files and links in it.
    pub(crate) files: usize,
    /// Sockets, pipes and devices, which were left out.
    pub(crate) left_out: Vec<PathBuf>,
}

/// Name of the app in `ward.toml` of a folder; none if there is no such file or no name in it.
pub(crate) fn app_of_manifest(dir: &Path) -> Result<Option<String>> {
    let path = dir.join("ward.toml");
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => {
            return Err(anyhow::Error::new(error).context(format!("can't read {}", path.display())).into());
        }
    };
    let manifest: toml::Table = text.parse().map_err(|error| {
        Failure::usage(format!("{} is no TOML: {error}", path.display())).next_step("mend the file")
    })?;
    match manifest.get("app") {
        None => Ok(None),
        Some(toml::Value::String(name)) => Ok(Some(name.clone())),
        Some(_) => Err(Failure::usage(format!("`app` in {} is no text", path.display()))),
    }
}

/// Packs a folder. `child_env` is what `git` may see of the environment.
pub(crate) fn pack(dir: &Path, child_env: &[(&'static str, OsString)]) -> Result<Packed> {
    let root = dir.canonicalize().with_context(|| format!("can't open the folder {}", dir.display()))?;
    let mut paths = BTreeSet::new();
    if root.ancestors().any(|folder| folder.join(".git").exists()) {
        for path in git_files(&root, child_env)? {
            add(&root, &path, &Patterns::default(), &mut paths)?;
        }
    } else {
        let mut patterns = Patterns::default();
        for name in [".dockerignore", ".wardignore"] {
            if let Ok(text) = std::fs::read_to_string(root.join(name)) {
                patterns.add(&text);
            }
        }
        walk(&root, Path::new(""), &patterns, &mut paths)?;
    }
    archive(&root, paths)
}

/// What git tracks, and what it neither tracks nor ignores, from this folder down.
fn git_files(root: &Path, child_env: &[(&'static str, OsString)]) -> Result<Vec<PathBuf>> {
    let mut git = Command::new("git");
    // `core.fsmonitor` of the tree's own configuration names a program that git would run.
    git.args(["-c", "core.fsmonitor=false", "-C"]).arg(root).args([
        "ls-files",
        "-co",
        "--exclude-standard",
        "-z",
    ]);
    git.env_clear().envs(child_env.iter().map(|(name, value)| (name, value))).env("GIT_OPTIONAL_LOCKS", "0");
    let output = git.stdin(Stdio::null()).output().map_err(|error| {
        Failure::new(Exit::Failed, format!("this is a git work tree, but git can't be run: {error}"))
            .next_step("install git: only it knows which files are ignored")
    })?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        return Err(Failure::new(Exit::Failed, "git can't list the files of this tree")
            .details_of(said.lines().map(str::to_owned).collect())
            .next_step("mend that, then deploy again"));
    }
    let names = output.stdout.split(|byte| *byte == 0).filter(|name| !name.is_empty());
    Ok(names.map(|name| PathBuf::from(OsStr::from_bytes(name))).collect())
}

/// Adds a path that git named; a folder is another repository inside this one.
fn add(root: &Path, path: &Path, patterns: &Patterns, paths: &mut BTreeSet<PathBuf>) -> Result<()> {
    match root.join(path).symlink_metadata() {
        Ok(meta) if meta.is_dir() => walk(root, path, patterns, paths),
        Ok(_) => {
            paths.insert(path.to_owned());
            Ok(())
        }
        // Tracked, and deleted in the work tree.
        Err(error)
            if matches!(error.kind(), std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory) =>
        {
            Ok(())
        }
        Err(error) => {
            Err(anyhow::Error::new(error).context(format!("can't look at {}", path.display())).into())
        }
    }
}

fn walk(root: &Path, folder: &Path, patterns: &Patterns, paths: &mut BTreeSet<PathBuf>) -> Result<()> {
    let failed = || format!("can't list the folder {}", root.join(folder).display());
    for entry in root.join(folder).read_dir().with_context(failed)? {
        let entry = entry.with_context(failed)?;
        let name = entry.file_name();
        if name == ".git" {
            continue;
        }
        let path = folder.join(&name);
        let texts: Vec<_> = path.iter().map(OsStr::to_string_lossy).collect();
        let ignored = patterns.ignored(&texts.iter().map(AsRef::as_ref).collect::<Vec<_>>());
        let kind = entry.file_type().with_context(failed)?;
        if kind.is_dir() {
            if !ignored || patterns.takes_back() {
                walk(root, &path, patterns, paths)?;
            }
        } else if !ignored || ALWAYS.iter().any(|always| path == Path::new(always)) {
            paths.insert(path);
        }
    }
    Ok(())
}

fn archive(root: &Path, paths: BTreeSet<PathBuf>) -> Result<Packed> {
    let gzip = flate2::GzBuilder::new()
        .mtime(0)
        .operating_system(255)
        .write(Vec::new(), flate2::Compression::new(6));
    let mut tar = tar::Builder::new(gzip);
    let (mut files, mut size, mut left_out) = (0, 0_u64, Vec::new());
    for path in paths {
        let failed = || format!("can't pack {}", path.display());
        let full = root.join(&path);
        let meta = full.symlink_metadata().with_context(failed)?;
        let mut header = tar::Header::new_gnu();
        header.set_mtime(0);
        header.set_uid(0);
        header.set_gid(0);
        if meta.is_symlink() {
            let target = std::fs::read_link(&full).with_context(failed)?;
            if !stays_inside(root, &path) {
                return Err(Failure::new(
                    Exit::Failed,
                    format!(
                        "{} is a link that leaves the folder: it points to {}",
                        path.display(),
                        target.display()
                    ),
                )
                .next_step("put the file itself there, or remove the link"));
            }
            header.set_entry_type(tar::EntryType::Symlink);
            header.set_mode(0o777);
            header.set_size(0);
            tar.append_link(&mut header, &path, &target).with_context(failed)?;
        } else if meta.is_file() {
            size = size.saturating_add(meta.len());
            if size > LARGEST_TREE {
                return Err(too_large(format!("more than {} MiB", LARGEST_TREE >> 20)));
            }
            let content = std::fs::read(&full).with_context(failed)?;
            header.set_mode(if meta.mode() & 0o100 == 0 { 0o644 } else { 0o755 });
            header.set_size(content.len() as u64);
            tar.append_data(&mut header, &path, content.as_slice()).with_context(failed)?;
        } else {
            left_out.push(path);
            continue;
        }
        files += 1;
    }
    let archive =
        tar.into_inner().and_then(flate2::write::GzEncoder::finish).context("can't pack the folder")?;
    if files == 0 {
        return Err(Failure::usage(format!("there is nothing to deploy in {}", root.display()))
            .next_step("check the folder, and that git or .dockerignore does not ignore all of it"));
    }
    if archive.len() > LARGEST_ARCHIVE {
        return Err(too_large(format!("{} MiB packed", archive.len() >> 20)));
    }
    Ok(Packed { archive: archive.into(), files, left_out })
}

fn too_large(how: String) -> Failure {
    Failure::new(
        Exit::Failed,
        format!("the folder is too large to deploy: {how}, {} MiB packed are allowed", LARGEST_ARCHIVE >> 20),
    )
    .next_step("leave out what the build does not need: .gitignore in a git tree, else .dockerignore")
}

#[cfg(test)]
#[path = "pack_tests.rs"]
mod tests;
