//! What is packed, what stays here, and that the same tree gives the same bytes.

use std::{io::Read, os::unix::fs::PermissionsExt, os::unix::fs::symlink};

use super::*;

fn tree(files: &[(&str, &str)]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = dir.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    dir
}

fn child_env(home: &Path) -> Vec<(&'static str, OsString)> {
    vec![("PATH", "/usr/local/bin:/usr/bin:/bin".into()), ("HOME", home.into())]
}

fn names(packed: &Packed) -> Vec<String> {
    let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(packed.archive.as_ref()));
    archive.entries().unwrap().map(|e| e.unwrap().path().unwrap().to_string_lossy().into_owned()).collect()
}

fn git(dir: &Path, arguments: &[&str]) {
    let done = Command::new("git")
        .arg("-C")
        .arg(dir)
        .args(arguments)
        .env_clear()
        .envs(child_env(dir))
        .output()
        .unwrap();
    assert!(done.status.success(), "{done:?}");
}

#[test]
fn without_git_the_ignore_files_decide_and_the_dockerfile_always_comes() {
    let dir = tree(&[
        ("Dockerfile", "FROM scratch"),
        ("src/main.py", "1"),
        ("src/main.pyc", "x"),
        ("secret.env", "K=V"),
        (".dockerignore", "**/*.pyc\nDockerfile\n"),
        (".wardignore", "secret.env"),
    ]);
    let packed = pack(dir.path(), &child_env(dir.path())).unwrap();
    assert_eq!(names(&packed), [".dockerignore", ".wardignore", "Dockerfile", "src/main.py"]);
}

#[test]
fn with_git_ignored_files_stay_here_and_untracked_ones_come() {
    let dir = tree(&[
        ("a.txt", "a"),
        ("gone.txt", "x"),
        ("sub/b.txt", "b"),
        (".env", "SECRET=1"),
        (".gitignore", ".env\n"),
    ]);
    git(dir.path(), &["init", "-q"]);
    git(dir.path(), &["add", "a.txt", "gone.txt"]);
    std::fs::remove_file(dir.path().join("gone.txt")).unwrap();
    let packed = pack(dir.path(), &child_env(dir.path())).unwrap();
    assert_eq!(names(&packed), [".gitignore", "a.txt", "sub/b.txt"]);
    // A folder below the root of the work tree is packed from itself down.
    let below = pack(&dir.path().join("sub"), &child_env(dir.path())).unwrap();
    assert_eq!(names(&below), ["b.txt"]);
}

#[test]
fn a_git_tree_is_never_packed_without_git() {
    let dir = tree(&[(".env", "SECRET=1"), (".gitignore", ".env\n")]);
    git(dir.path(), &["init", "-q"]);
    let failure = pack(dir.path(), &[("PATH", "/nowhere".into())]).unwrap_err();
    assert!(format!("{failure:?}").contains("install git"), "{failure:?}");
}

#[test]
fn a_git_tree_s_own_configuration_runs_no_program() {
    let dir = tree(&[("a.txt", "a")]);
    git(dir.path(), &["init", "-q"]);
    let ran = dir.path().join("ran");
    let hook = dir.path().join(".git/hook.sh");
    std::fs::write(&hook, format!("#!/bin/sh\ntouch {}\n", ran.display())).unwrap();
    std::fs::set_permissions(&hook, std::fs::Permissions::from_mode(0o755)).unwrap();
    git(dir.path(), &["config", "core.fsmonitor", hook.to_str().unwrap()]);
    pack(dir.path(), &child_env(dir.path())).unwrap();
    assert!(!ran.exists());
}

#[test]
fn the_same_tree_gives_the_same_bytes() {
    let files = [("b/z.txt", "z"), ("a.txt", "a"), ("run.sh", "#!/bin/sh")];
    let (one, other) = (tree(&files), tree(&[("run.sh", "#!/bin/sh"), ("a.txt", "a"), ("b/z.txt", "z")]));
    for dir in [&one, &other] {
        let mode = std::fs::Permissions::from_mode(if std::ptr::eq(dir, &one) { 0o700 } else { 0o755 });
        std::fs::set_permissions(dir.path().join("run.sh"), mode).unwrap();
    }
    std::thread::sleep(std::time::Duration::from_millis(20));
    std::fs::write(other.path().join("a.txt"), "a").unwrap();
    let [one, other] = [one, other].map(|dir| pack(dir.path(), &[]).unwrap().archive);
    assert_eq!(one, other);
}

#[test]
fn content_modes_and_long_paths_survive() {
    let long = format!("{}/file.txt", "deep/".repeat(40).trim_end_matches('/'));
    let dir = tree(&[(&long, "deep"), ("run.sh", "x")]);
    std::fs::set_permissions(dir.path().join("run.sh"), std::fs::Permissions::from_mode(0o750)).unwrap();
    let packed = pack(dir.path(), &[]).unwrap();
    let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(packed.archive.as_ref()));
    for entry in archive.entries().unwrap() {
        let mut entry = entry.unwrap();
        let (path, mode) = (entry.path().unwrap().into_owned(), entry.header().mode().unwrap());
        let mut text = String::new();
        entry.read_to_string(&mut text).unwrap();
        assert!(
            (path == Path::new(&long) && text == "deep" && mode == 0o644)
                || (path == Path::new("run.sh") && mode == 0o755)
        );
    }
    assert_eq!(packed.files, 2);
}

#[test]
fn a_link_out_of_the_tree_is_refused_and_one_within_comes_as_a_link() {
    let dir = tree(&[("a.txt", "a")]);
    symlink("a.txt", dir.path().join("b.txt")).unwrap();
    assert_eq!(names(&pack(dir.path(), &[]).unwrap()), ["a.txt", "b.txt"]);
    for target in ["/etc/passwd", "../../etc/passwd"] {
        let link = dir.path().join("evil");
        symlink(target, &link).unwrap();
        let failure = pack(dir.path(), &[]).unwrap_err();
        assert!(format!("{failure:?}").contains("leaves the folder"), "{failure:?}");
        std::fs::remove_file(link).unwrap();
    }
}

#[test]
fn a_linked_folder_is_not_walked_into() {
    let outside = tree(&[("secret", "x")]);
    let dir = tree(&[("a.txt", "a")]);
    symlink(outside.path(), dir.path().join("out")).unwrap();
    assert!(pack(dir.path(), &[]).is_err());
}

#[test]
fn pipes_are_left_out_and_an_empty_folder_is_an_error() {
    let dir = tempfile::tempdir().unwrap();
    let _socket = std::os::unix::net::UnixListener::bind(dir.path().join("socket")).unwrap();
    assert!(format!("{:?}", pack(dir.path(), &[]).unwrap_err()).contains("nothing to deploy"));
    std::fs::write(dir.path().join("a"), "a").unwrap();
    assert_eq!(pack(dir.path(), &[]).unwrap().left_out, [PathBuf::from("socket")]);
}

#[test]
fn the_manifest_names_the_app() {
    let dir = tree(&[("ward.toml", "app = \"clinic\"\n[http_service]\ninternal_port = 80\n")]);
    assert_eq!(app_of_manifest(dir.path()).unwrap().as_deref(), Some("clinic"));
    assert_eq!(app_of_manifest(Path::new("/nowhere")).unwrap(), None);
    for text in ["app = 1", "app = "] {
        std::fs::write(dir.path().join("ward.toml"), text).unwrap();
        assert!(app_of_manifest(dir.path()).is_err(), "{text}");
    }
}
