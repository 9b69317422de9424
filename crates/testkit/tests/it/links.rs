//! Links of the documentation lead to files that are there.

use std::path::{Path, PathBuf};

use crate::tree;

/// Targets of links inside the tree, without their anchors.
fn targets(text: &str) -> Vec<&str> {
    let ends = text.split("](").skip(1).filter_map(|rest| rest.split_once(')'));
    let inside = ends.map(|(target, _)| target).filter(|t| !t.contains("://") && !t.starts_with('#'));
    inside.map(|t| t.split_once('#').map_or(t, |(path, _)| path)).collect()
}

/// Links of a page that lead nowhere.
fn broken<'a>(page: &Path, text: &'a str) -> Vec<&'a str> {
    let folder = page.parent().unwrap();
    targets(text).into_iter().filter(|target| !folder.join(target).exists()).collect()
}

fn pages() -> Vec<PathBuf> {
    let root = tree::root();
    let mut folders = vec![
        root.clone(),
        root.join("docs"),
        root.join("docs/reference"),
        root.join("docs/concepts"),
        root.join("decisions"),
    ];
    folders.extend(["controls", "images", "examples/clinic"].map(|folder| root.join(folder)));
    folders.extend(tree::packages().into_iter().map(|p| p.dir));
    let entries = folders.iter().flat_map(|folder| std::fs::read_dir(folder).unwrap());
    entries.map(|e| e.unwrap().path()).filter(|p| p.extension().is_some_and(|e| e == "md")).collect()
}

#[test]
fn every_link_leads_somewhere() {
    let pages = pages();
    assert!(pages.len() > 20, "the pages were not found");
    for page in pages {
        let text = tree::read(&page);
        assert_eq!(broken(&page, &text), Vec::<&str>::new(), "{}", page.display());
    }
}

#[test]
fn a_link_that_leads_nowhere_is_found() {
    let text = "[a](README.md) [b](docs/gone.md#x) [c](https://example.org/gone) [d](#here) `x`";
    assert_eq!(targets(text), ["README.md", "docs/gone.md"]);
    assert_eq!(broken(&tree::root().join("README.md"), text), ["docs/gone.md"]);
}
