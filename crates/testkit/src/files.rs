//! Reads the files of a Ward that is running.

use std::{
    fs,
    io::{ErrorKind, Result},
    path::{Path, PathBuf},
};

/// Every file below a folder with its bytes, in order of their paths, while a Ward may be writing there.
///
/// Its stores write a file under a name for a moment and rename it in its folder: what was listed may be gone when it
/// is read. Then everything is read anew.
///
/// # Panics
///
/// If the folder can't be read.
pub fn all_files(dir: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    loop {
        match walk(dir) {
            Ok(mut found) => {
                found.sort();
                return found;
            }
            Err(why) if why.kind() == ErrorKind::NotFound && dir.exists() => {}
            Err(why) => panic!("{}: {why}", dir.display()),
        }
    }
}

fn walk(dir: &Path) -> Result<Vec<(PathBuf, Vec<u8>)>> {
    let (mut found, mut folders) = (Vec::new(), vec![dir.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                folders.push(entry.path());
            } else {
                let bytes = fs::read(entry.path())?;
                found.push((entry.path(), bytes));
            }
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use std::{
        sync::atomic::{AtomicBool, Ordering},
        thread,
    };

    use super::*;

    #[test]
    fn files_that_are_renamed_meanwhile_are_found_under_one_of_their_names() {
        let dir = tempfile::tempdir().unwrap();
        let stop = AtomicBool::new(false);
        let (draft, file) = (dir.path().join("state.tmp"), dir.path().join("deep/state"));
        fs::create_dir(dir.path().join("deep")).unwrap();
        fs::write(&file, b"kept").unwrap();
        thread::scope(|scope| {
            scope.spawn(|| {
                while !stop.load(Ordering::Relaxed) {
                    fs::write(&draft, b"kept").unwrap();
                    fs::rename(&draft, &file).unwrap();
                }
            });
            for _ in 0..200 {
                let found = all_files(dir.path());
                assert!(found.iter().any(|(_, bytes)| bytes == b"kept"), "{found:?}");
            }
            stop.store(true, Ordering::Relaxed);
        });
    }
}
