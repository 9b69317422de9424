//! Symbolic links in a tree to deploy: one that leads out of it is refused.
//!
//! It would put a file of this machine into an image, or point anywhere on the builder's. Links on the way are
//! followed one by one, because `..` after a link does not undo what was written before it.

use std::{
    collections::VecDeque,
    ffi::OsString,
    path::{Component, Path, PathBuf},
};

/// Most links on the way, as in Linux.
const MOST_HOPS: usize = 40;

/// Whether a link of the tree, named from its root, stays in the tree. What it points to need not exist.
pub(crate) fn stays_inside(root: &Path, link: &Path) -> bool {
    let mut place: Vec<OsString> = Vec::new();
    let mut ahead: VecDeque<Step> = steps(link).collect();
    let mut hops = 0;
    while let Some(step) = ahead.pop_front() {
        match step {
            Step::Out => return false,
            Step::Up => {
                if place.pop().is_none() {
                    return false;
                }
            }
            Step::Into(name) => {
                place.push(name);
                let here: PathBuf = root.iter().chain(place.iter().map(OsString::as_os_str)).collect();
                if let Ok(target) = std::fs::read_link(&here) {
                    hops += 1;
                    if hops > MOST_HOPS {
                        return false;
                    }
                    place.pop();
                    for step in steps(&target).rev() {
                        ahead.push_front(step);
                    }
                }
            }
        }
    }
    true
}

enum Step {
    Into(OsString),
    Up,
    Out,
}

fn steps(path: &Path) -> impl DoubleEndedIterator<Item = Step> {
    path.components().filter_map(|component| match component {
        Component::Normal(name) => Some(Step::Into(name.to_owned())),
        Component::ParentDir => Some(Step::Up),
        Component::CurDir => None,
        Component::RootDir | Component::Prefix(_) => Some(Step::Out),
    })
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    fn inside(links: &[(&str, &str)], asked: &str) -> bool {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(dir.path().join("a/b/c")).unwrap();
        for (link, target) in links {
            symlink(target, dir.path().join(link)).unwrap();
        }
        stays_inside(dir.path(), Path::new(asked))
    }

    #[test]
    fn links_within_the_tree_stay() {
        assert!(inside(&[("x", "a/b")], "x"));
        assert!(inside(&[("a/b/x", "../../y")], "a/b/x"));
        assert!(inside(&[("x", "nothing/here")], "x"));
    }

    #[test]
    fn links_out_of_the_tree_are_found() {
        assert!(!inside(&[("x", "/etc/passwd")], "x"));
        assert!(!inside(&[("x", "../y")], "x"));
        assert!(!inside(&[("a/b/x", "../../../y")], "a/b/x"));
    }

    #[test]
    fn a_way_out_through_another_link_is_found() {
        // By its letters alone `a/b/c/up/../y` would be `a/b/c/y`.
        assert!(!inside(&[("a/b/c/up", "../../.."), ("x", "a/b/c/up/../y")], "x"));
        assert!(!inside(&[("x", "y"), ("y", "/")], "x"));
    }

    #[test]
    fn links_in_a_circle_are_refused() {
        assert!(!inside(&[("x", "y"), ("y", "x")], "x"));
    }
}
