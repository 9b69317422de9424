//! Walks a tar, entry by entry, and refuses what could reach outside of its own tree.
//!
//! Headers are read raw, because the library would otherwise read a long name of any size into memory.

use std::{
    collections::HashMap,
    io::{self, Read},
};

use tar::{Archive, EntryType, PaxExtensions};

use super::{LONGEST_PATH, MOST_ENTRIES, Refusal, read::refusal};

/// Longest block of extended headers.
const LONGEST_PAX: u64 = 64 * 1024;
const DEEPEST: usize = 64;

/// An entry that was found good.
pub(super) enum Item<'a> {
    /// A directory.
    Directory,
    /// A file with its contents.
    File { executable: bool, data: &'a mut dyn Read },
    /// A symbolic link whose target lies in the tree.
    Link { target: String },
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Directory,
    File,
    Link,
}

/// Calls `visit` with path (relative, normalized) and item of each entry.
pub(super) fn walk(
    tar: impl Read,
    visit: &mut dyn FnMut(&str, Item<'_>) -> Result<(), Refusal>,
) -> Result<(), Refusal> {
    let mut archive = Archive::new(tar);
    let mut seen: HashMap<String, Kind> = HashMap::new();
    let (mut long_path, mut long_target) = (None, None);
    let mut count = 0_usize;
    for entry in archive.entries().map_err(|e| refusal(&e))?.raw(true) {
        let mut entry = entry.map_err(|e| refusal(&e))?;
        count += 1;
        if count > MOST_ENTRIES {
            return Err(Refusal::Entries);
        }
        let kind = entry.header().entry_type();
        match kind {
            EntryType::GNULongName => long_path = Some(name(&mut entry, LONGEST_PATH as u64 + 1)?),
            EntryType::GNULongLink => long_target = Some(name(&mut entry, LONGEST_PATH as u64 + 1)?),
            EntryType::XHeader => {
                let (path, target) = extended(&mut entry)?;
                (long_path, long_target) = (path.or(long_path), target.or(long_target));
            }
            EntryType::XGlobalHeader => {}
            _ => {
                let own_path = entry.header().path_bytes().into_owned();
                let own_target = entry.header().link_name_bytes().map(|t| t.into_owned()).unwrap_or_default();
                let path = long_path.take().unwrap_or(own_path);
                let target = long_target.take().unwrap_or(own_target);
                let Some(path) = clean(&path)? else { continue };
                one(&mut seen, &mut entry, &path, target, visit)?;
            }
        }
    }
    // To the very end, so that the checksum of the gzip is verified too.
    io::copy(&mut archive.into_inner(), &mut io::sink()).map_err(|e| refusal(&e))?;
    Ok(())
}

fn one<R: Read>(
    seen: &mut HashMap<String, Kind>,
    entry: &mut tar::Entry<'_, R>,
    path: &str,
    target: Vec<u8>,
    visit: &mut dyn FnMut(&str, Item<'_>) -> Result<(), Refusal>,
) -> Result<(), Refusal> {
    let refuse = |why| Err(Refusal::Entry(path.to_owned(), why));
    let kind = match entry.header().entry_type() {
        EntryType::Regular | EntryType::Continuous => Kind::File,
        EntryType::Directory => Kind::Directory,
        EntryType::Symlink => Kind::Link,
        EntryType::Link => return refuse("is a hard link"),
        EntryType::Char | EntryType::Block | EntryType::Fifo => return refuse("is a device or a pipe"),
        EntryType::GNUSparse => return refuse("is a sparse file"),
        _ => return refuse("is of an unknown kind"),
    };
    // What lies above is a directory: never a file, never a link.
    for (at, _) in path.match_indices('/') {
        let above = path.get(..at).unwrap_or_default();
        match seen.get(above) {
            None => drop(seen.insert(above.to_owned(), Kind::Directory)),
            Some(Kind::Directory) => {}
            Some(Kind::File | Kind::Link) => return refuse("lies below something that is no directory"),
        }
    }
    match seen.insert(path.to_owned(), kind) {
        None => {}
        Some(Kind::Directory) if kind == Kind::Directory => return Ok(()),
        Some(_) => return refuse("is there twice"),
    }
    match kind {
        Kind::Directory => visit(path, Item::Directory),
        Kind::File => {
            let executable = entry.header().mode().is_ok_and(|m| m & 0o111 != 0);
            visit(path, Item::File { executable, data: entry })
        }
        Kind::Link => {
            let target = String::from_utf8(target).ok().filter(|t| stays_inside(path, t));
            match target {
                Some(target) => visit(path, Item::Link { target }),
                None => refuse("is a link that leads out of the archive"),
            }
        }
    }
}

/// Normalizes a path; None for the root itself.
fn clean(path: &[u8]) -> Result<Option<String>, Refusal> {
    let shown = || String::from_utf8_lossy(path).chars().take(120).collect::<String>();
    let refuse = |why| Err(Refusal::Entry(shown(), why));
    let Ok(text) = std::str::from_utf8(path) else { return refuse("has a name that is not UTF-8") };
    if text.len() > LONGEST_PATH {
        return refuse("has too long a path");
    }
    if text.is_empty() || text.chars().any(char::is_control) {
        return refuse("has an empty name or a control character in it");
    }
    if text.starts_with('/') {
        return refuse("is an absolute path");
    }
    let parts: Vec<&str> = text.split('/').filter(|p| !matches!(*p, "" | ".")).collect();
    if parts.contains(&"..") {
        return refuse("leads out of the archive");
    }
    if parts.len() > DEEPEST || parts.iter().any(|p| p.len() > 255) {
        return refuse("is nested too deep or has too long a name");
    }
    Ok(if parts.is_empty() { None } else { Some(parts.join("/")) })
}

/// Whether a link stays in the tree. `..` may only lead, and not above the root: the directories above a link are
/// real ones, so climbing them is what it says; and whatever it descends through afterwards stays inside too.
fn stays_inside(path: &str, target: &str) -> bool {
    if target.is_empty() || target.starts_with('/') || target.len() > LONGEST_PATH || target.contains('\0') {
        return false;
    }
    let parts: Vec<&str> = target.split('/').filter(|p| !matches!(*p, "" | ".")).collect();
    let climbs = parts.iter().take_while(|p| **p == "..").count();
    let depth = path.matches('/').count();
    climbs <= depth && !parts.iter().skip(climbs).any(|p| *p == "..")
}

fn name(entry: &mut impl Read, most: u64) -> Result<Vec<u8>, Refusal> {
    let mut bytes = Vec::new();
    entry.take(most + 1).read_to_end(&mut bytes).map_err(|e| refusal(&e))?;
    if bytes.len() as u64 > most {
        let shown: String = String::from_utf8_lossy(&bytes).chars().take(80).collect();
        return Err(Refusal::Entry(shown, "has too long a path"));
    }
    while bytes.last() == Some(&0) {
        bytes.pop();
    }
    Ok(bytes)
}

type Names = (Option<Vec<u8>>, Option<Vec<u8>>);

/// Path and link target of an extended header (POSIX pax).
fn extended(entry: &mut impl Read) -> Result<Names, Refusal> {
    let block = name(entry, LONGEST_PAX)?;
    let (mut path, mut target) = (None, None);
    for record in PaxExtensions::new(&block) {
        let record = record.map_err(|e| refusal(&e))?;
        match record.key_bytes() {
            b"path" => path = Some(record.value_bytes().to_owned()),
            b"linkpath" => target = Some(record.value_bytes().to_owned()),
            b"size" => return Err(Refusal::Unpacked),
            key if key.starts_with(b"GNU.sparse") => {
                return Err(Refusal::Entry(String::from_utf8_lossy(key).into_owned(), "marks a sparse file"));
            }
            _ => {}
        }
    }
    Ok((path, target))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use tar::{Builder, Header};

    use super::*;

    fn walked(tar: &[u8]) -> Result<Vec<String>, Refusal> {
        let mut paths = Vec::new();
        walk(super::super::read::bounded(tar), &mut |path, item| {
            if let Item::File { data, .. } = item {
                io::copy(data, &mut io::sink()).map_err(|e| refusal(&e))?;
            }
            paths.push(path.to_owned());
            Ok(())
        })?;
        Ok(paths)
    }

    /// An archive with names written as they are, which the library itself refuses to.
    fn raw(entries: &[(EntryType, &str, &str)]) -> Vec<u8> {
        let mut tar = Builder::new(Vec::new());
        for (kind, path, target) in entries {
            let mut header = Header::new_gnu();
            header.as_mut_bytes()[..path.len()].copy_from_slice(path.as_bytes());
            header.as_mut_bytes()[157..157 + target.len()].copy_from_slice(target.as_bytes());
            header.set_entry_type(*kind);
            header.set_mode(0o644);
            header.set_size(0);
            header.set_cksum();
            tar.append(&header, io::empty()).unwrap();
        }
        tar.into_inner().unwrap()
    }

    #[test]
    fn a_tree_is_walked() {
        use EntryType as T;
        let tar = raw(&[
            (T::Directory, "./", ""),
            (T::Directory, "./a/", ""),
            (T::Regular, "./a/b", ""),
            (T::Symlink, "a/l", "../a/b"),
        ]);
        assert_eq!(walked(&tar).unwrap(), ["a", "a/b", "a/l"]);
    }

    #[test]
    fn nothing_reaches_outside() {
        use EntryType as T;
        let bad: &[&[(T, &str, &str)]] = &[
            &[(T::Regular, "/etc/passwd", "")],
            &[(T::Regular, "../x", "")],
            &[(T::Regular, "a/../../x", "")],
            &[(T::Symlink, "l", "/etc")],
            &[(T::Symlink, "l", "..")],
            &[(T::Symlink, "a/l", "../../x")],
            &[(T::Symlink, "l", "a/../..")],
            &[(T::Symlink, "l", "")],
            &[(T::Symlink, "l", "a"), (T::Regular, "l/x", "")],
            &[(T::Symlink, "d/l", ".."), (T::Symlink, "m", "d/l/..")],
            &[(T::Link, "h", "a")],
            &[(T::Char, "c", "")],
            &[(T::Block, "c", "")],
            &[(T::Fifo, "c", "")],
            &[(T::GNUSparse, "c", "")],
            &[(T::Regular, "a", ""), (T::Regular, "./a", "")],
            &[(T::Regular, "a", ""), (T::Directory, "a", "")],
            &[(T::Directory, "a", ""), (T::Symlink, "a", "b")],
            &[(T::Regular, "a", ""), (T::Regular, "a/b", "")],
            &[(T::Regular, "a\nb", "")],
        ];
        for entries in bad {
            assert!(matches!(walked(&raw(entries)), Err(Refusal::Entry(..))), "{entries:?}");
        }
    }

    #[test]
    fn long_names_are_read_and_too_long_ones_refused() {
        let archive = |length: usize| {
            let path: String = std::iter::repeat_n("abcdefgh/", length / 9).chain(["x"]).collect();
            let mut tar = Builder::new(Vec::new());
            let mut header = Header::new_gnu();
            header.set_size(0);
            header.set_mode(0o644);
            tar.append_data(&mut header, path, io::empty()).unwrap();
            tar.into_inner().unwrap()
        };
        assert_eq!(walked(&archive(300)).unwrap()[0].len(), 298);
        assert!(matches!(walked(&archive(2000)), Err(Refusal::Entry(..))));
    }

    #[test]
    fn more_entries_than_allowed_are_refused() {
        let one = raw(&[(EntryType::Directory, "a", "")]);
        let mut many = Vec::new();
        for _ in 0..=MOST_ENTRIES {
            many.extend_from_slice(&one[..512]);
        }
        many.extend_from_slice(&[0; 1024]);
        assert!(matches!(walked(&many), Err(Refusal::Entries)));
    }

    proptest! {
        #[test]
        fn no_bytes_make_the_walk_panic(bytes in proptest::collection::vec(any::<u8>(), 0..2048)) {
            let _ = walked(&bytes);
        }

        #[test]
        fn no_link_that_is_accepted_leads_out(path in "([a-c]/){0,3}l", target in "(\\.\\./|\\./|[a-c]/|/){0,6}[a-c.]{1,2}") {
            if stays_inside(&path, &target) {
                let mut depth = path.matches('/').count();
                for part in target.split('/').filter(|p| !matches!(*p, "" | ".")) {
                    if part == ".." {
                        prop_assert!(depth > 0, "{path} -> {target}");
                        depth -= 1;
                    } else {
                        depth += 1;
                    }
                }
            }
        }
    }
}
