//! The tree as text: crates, their manifests, the test functions that cargo compiles.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// The folder of the repository.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap().to_owned()
}

pub(crate) fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// A crate of the workspace.
pub(crate) struct Package {
    pub(crate) name: String,
    pub(crate) dir: PathBuf,
    pub(crate) manifest: toml::Table,
}

/// All crates.
pub(crate) fn packages() -> Vec<Package> {
    let mut all = Vec::new();
    for entry in fs::read_dir(root().join("crates")).unwrap() {
        let dir = entry.unwrap().path();
        let file = dir.join("Cargo.toml");
        if file.is_file() {
            let manifest: toml::Table = read(&file).parse().unwrap();
            let name = manifest["package"]["name"].as_str().unwrap().to_owned();
            all.push(Package { name, dir, manifest });
        }
    }
    assert!(all.len() > 10, "the crates were not found");
    all.sort_by(|a, b| a.name.cmp(&b.name));
    all
}

/// Rust sources below a folder.
pub(crate) fn sources(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() && path.file_name().is_some_and(|n| n != "target") {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// All test functions that cargo compiles, as `package::module::function`. A module `tests` at the end is left out, and
/// so is `it`, the one binary of integration tests.
pub(crate) fn tests() -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    for package in packages() {
        for file in ["src/lib.rs", "src/main.rs", "tests/it/main.rs"] {
            let file = package.dir.join(file);
            if file.is_file() {
                follow(&file, file.parent().unwrap(), &[package.name.as_str()], &mut all);
            }
        }
    }
    all
}

/// Collects the tests of a file and of the modules that it declares: a file that no module names is not compiled.
fn follow(file: &Path, children: &Path, path: &[&str], all: &mut BTreeSet<String>) {
    let text = read(file);
    for name in test_functions(&text) {
        let module = path.strip_suffix(&["tests"]).unwrap_or(path);
        all.insert(format!("{}::{name}", module.join("::")));
    }
    for (name, place) in modules(&text) {
        let candidates = match place {
            Some(place) => vec![file.parent().unwrap().join(place)],
            None => vec![children.join(format!("{name}.rs")), children.join(&name).join("mod.rs")],
        };
        if let Some(found) = candidates.iter().find(|c| c.is_file()) {
            follow(found, &children.join(&name), &[path, &[name.as_str()]].concat(), all);
        }
    }
}

/// Modules in files of their own, each with its `#[path]` if it has one.
fn modules(text: &str) -> Vec<(String, Option<String>)> {
    let mut found = Vec::new();
    let mut place = None;
    for line in text.lines().map(str::trim) {
        if let Some(path) = line.strip_prefix("#[path = \"").and_then(|rest| rest.strip_suffix("\"]")) {
            place = Some(path.to_owned());
            continue;
        }
        let line = line.strip_prefix("pub(crate) ").or_else(|| line.strip_prefix("pub ")).unwrap_or(line);
        if let Some(name) = line.strip_prefix("mod ").and_then(|rest| rest.strip_suffix(';')) {
            found.push((name.to_owned(), place.take()));
        }
    }
    found
}

/// Names of test functions; an ignored one is none.
pub(crate) fn test_functions(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let (mut test, mut ignored) = (false, false);
    for line in text.lines().map(str::trim) {
        if line.starts_with("#[test]") || line.starts_with("#[tokio::test") {
            test = true;
        } else if line.starts_with("#[ignore") {
            ignored = true;
        } else if let Some(rest) = line.strip_prefix("fn ").or_else(|| line.strip_prefix("async fn ")) {
            let name: String = rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
            if test && !ignored {
                found.push(name);
            }
            (test, ignored) = (false, false);
        }
    }
    found
}

#[test]
fn functions_without_the_attribute_ignored_ones_and_comments_are_no_tests() {
    let text = "#[test]\nfn one() {}\nfn helper() {}\n#[tokio::test(flavor = \"multi_thread\")]\n#[expect(x, reason = \"y\")]\n\
                async fn two() {}\n#[test]\n#[ignore = \"slow\"]\nfn three() {}\n// #[test]\nfn four() {}\n";
    assert_eq!(test_functions(text), ["one", "two"]);
}

#[test]
fn only_declared_modules_are_followed() {
    let text = "mod a;\npub mod b;\npub(crate) mod c;\n#[cfg(test)]\n#[path = \"d_tests.rs\"]\nmod tests;\nmod inline {\n}\n// mod e;\n";
    let names: Vec<_> = modules(text).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["a", "b", "c", "tests"]);
    assert_eq!(modules(text)[3].1.as_deref(), Some("d_tests.rs"));
}

#[test]
fn this_very_test_is_found() {
    assert!(tests().contains("ward-testkit::tree::this_very_test_is_found"));
}
