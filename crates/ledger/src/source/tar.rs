//! A tar file, read in place and written the same every time (POSIX.1-2017 pax, "ustar Interchange Format").

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read, Write};
use std::os::unix::fs::FileExt as _;
use std::path::Path;

use super::{Item, ItemKind, Source};

const BLOCK: usize = 512;
/// Most files in one archive: a bundle of eight billion entries.
const MAX_FILES: usize = 1 << 26;

/// Where the bytes of an archive are.
#[derive(Debug)]
enum Bytes {
    File(File),
    Memory(Vec<u8>),
}

impl Bytes {
    fn length(&self) -> io::Result<u64> {
        match self {
            Self::File(file) => Ok(file.metadata()?.len()),
            Self::Memory(bytes) => Ok(bytes.len() as u64),
        }
    }

    fn read_at(&self, buffer: &mut [u8], at: u64) -> io::Result<usize> {
        match self {
            Self::File(file) => file.read_at(buffer, at),
            Self::Memory(bytes) => {
                let from = usize::try_from(at).unwrap_or(usize::MAX).min(bytes.len());
                bytes.get(from..).unwrap_or_default().read(buffer)
            }
        }
    }
}

/// A bundle in a tar file.
#[derive(Debug)]
pub struct Tar {
    bytes: Bytes,
    /// Where each file begins, and how long it is.
    files: BTreeMap<String, (u64, u64)>,
}

fn wrong(what: impl Into<String>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what.into())
}

impl Tar {
    /// Reads the table of contents. Only plain files and folders are accepted, under relative names; `./` before a
    /// name is left out.
    ///
    /// # Errors
    /// If the file cannot be read or is no such archive.
    pub fn open(path: impl AsRef<Path>) -> io::Result<Self> {
        Self::contents(Bytes::File(File::open(path)?))
    }

    /// As [`Tar::open`], of an archive in memory.
    ///
    /// # Errors
    /// If it is no such archive.
    pub fn read(archive: Vec<u8>) -> io::Result<Self> {
        Self::contents(Bytes::Memory(archive))
    }

    fn contents(bytes: Bytes) -> io::Result<Self> {
        let length = bytes.length()?;
        let (mut at, mut files) = (0, BTreeMap::new());
        loop {
            let mut block = [0; BLOCK];
            let mut header = Part { bytes: &bytes, at, left: BLOCK as u64 };
            header
                .read_exact(&mut block)
                .map_err(|_| wrong(format!("the archive is cut off at byte {at}")))?;
            if block.iter().all(|byte| *byte == 0) {
                return Ok(Self { bytes, files });
            }
            let Member { name, length: size, kind } =
                Member::decode(&block).map_err(|what| wrong(format!("byte {at}: {what}")))?;
            let begin = at + BLOCK as u64;
            let end = size.checked_next_multiple_of(BLOCK as u64).and_then(|size| begin.checked_add(size));
            let Some(end) = end.filter(|end| *end <= length) else {
                return Err(wrong(format!("{name} is cut off")));
            };
            match kind {
                b'0' | 0 if files.len() == MAX_FILES => return Err(wrong("too many files")),
                b'0' | 0 => {
                    if files.insert(name.clone(), (begin, size)).is_some() {
                        return Err(wrong(format!("{name} is there twice")));
                    }
                }
                b'5' | b'g' => {}
                _ => {
                    let text = format!("{name} is no plain file: unpack the archive and verify the folder");
                    return Err(wrong(text));
                }
            }
            at = end;
        }
    }
}

struct Part<'a> {
    bytes: &'a Bytes,
    at: u64,
    left: u64,
}

impl Read for Part<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = buffer.len().min(usize::try_from(self.left).unwrap_or(usize::MAX));
        let count = self.bytes.read_at(buffer.get_mut(..most).unwrap_or_default(), self.at)?;
        self.at += count as u64;
        self.left -= count as u64;
        Ok(count)
    }
}

impl Source for Tar {
    fn open(&self, path: &str) -> io::Result<Option<Box<dyn Read + '_>>> {
        let found = self.files.get(path);
        Ok(found
            .map(|(at, left)| Box::new(Part { bytes: &self.bytes, at: *at, left: *left }) as Box<dyn Read>))
    }

    fn list(&self, folder: &str) -> io::Result<Option<Vec<Item>>> {
        let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let mut items: Vec<Item> = Vec::new();
        for path in self.files.range(prefix.clone()..).map(|(path, _)| path) {
            let Some(rest) = path.strip_prefix(&prefix) else { break };
            let item = match rest.split_once('/') {
                Some((name, _)) => Item { name: name.to_owned(), kind: ItemKind::Folder },
                None => Item { name: rest.to_owned(), kind: ItemKind::File },
            };
            if items.last() != Some(&item) {
                items.push(item);
            }
        }
        items.sort();
        items.dedup();
        Ok(Some(items))
    }
}

/// What a header says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Member {
    /// Path, relative and without `..`.
    pub(crate) name: String,
    /// Bytes of content.
    pub(crate) length: u64,
    /// Type byte.
    pub(crate) kind: u8,
}

impl Member {
    /// Reads one header block.
    ///
    /// # Errors
    /// A few words saying what is wrong.
    pub(crate) fn decode(block: &[u8; BLOCK]) -> Result<Self, &'static str> {
        let field = |from: usize, to: usize| block.get(from..to).unwrap_or_default();
        let text = |bytes: &[u8]| {
            let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
            String::from_utf8(bytes.get(..end).unwrap_or_default().to_vec())
                .map_err(|_| "a name is not UTF-8")
        };
        let octal = |bytes: &[u8]| {
            let digits = text(bytes)?;
            let digits = digits.trim_matches(' ');
            u64::from_str_radix(digits, 8).map_err(|_| "a number is not octal")
        };
        if !field(257, 262).starts_with(b"ustar") {
            return Err("not a tar file in the ustar form");
        }
        if octal(field(148, 156))? != checksum(block) {
            return Err("header checksum does not match");
        }
        let (prefix, name) = (text(field(345, 500))?, text(field(0, 100))?);
        let kind = block.get(156).copied().unwrap_or_default();
        let full = if prefix.is_empty() { name } else { format!("{prefix}/{name}") };
        let name = full.strip_prefix("./").unwrap_or(&full).trim_end_matches('/').to_owned();
        let plain = |part: &str| !part.is_empty() && part != "." && part != "..";
        if (kind == b'0' || kind == 0) && !name.split('/').all(plain) {
            return Err("a name is absolute or leads out of the archive");
        }
        Ok(Self { name, length: octal(field(124, 136))?, kind })
    }
}

/// Sum of all bytes, those of the checksum taken as spaces.
fn checksum(block: &[u8; BLOCK]) -> u64 {
    let sum = |bytes: &[u8]| bytes.iter().map(|byte| u64::from(*byte)).sum::<u64>();
    let (before, rest) = block.split_at(148);
    sum(before) + 8 * u64::from(b' ') + sum(rest.get(8..).unwrap_or_default())
}

/// The header of a plain file: owner 0, mode 0644, time 0, so that the same content gives the same archive.
fn header(path: &str, length: u64) -> io::Result<[u8; BLOCK]> {
    let long = || wrong(format!("{path} is too long a name for a tar file"));
    let (prefix, name) = if path.len() <= 100 {
        ("", path)
    } else {
        let fits = |(at, _): &(usize, &str)| *at <= 155 && path.len() - at - 1 <= 100;
        let cut = path.match_indices('/').find(fits).map(|(at, _)| at).ok_or_else(long)?;
        let (prefix, name) = path.split_at(cut);
        (prefix, name.strip_prefix('/').unwrap_or(name))
    };
    if length >= 1 << 33 {
        return Err(wrong(format!("{path} is longer than 8 GiB")));
    }
    let mut block = [0; BLOCK];
    let mut put = |at: usize, bytes: &[u8]| {
        if let Some(space) = block.get_mut(at..at + bytes.len()) {
            space.copy_from_slice(bytes);
        }
    };
    put(0, name.as_bytes());
    put(100, b"0000644\0");
    put(108, b"0000000\0");
    put(116, b"0000000\0");
    put(124, format!("{length:011o}\0").as_bytes());
    put(136, b"00000000000\0");
    put(156, b"0");
    put(257, b"ustar\x0000");
    put(345, prefix.as_bytes());
    let sum = checksum(&block);
    if let Some(space) = block.get_mut(148..156) {
        space.copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    }
    Ok(block)
}

/// Writes one file of `length` bytes.
pub(crate) fn append(out: &mut dyn Write, path: &str, content: &mut dyn Read, length: u64) -> io::Result<()> {
    out.write_all(&header(path, length)?)?;
    let copied = io::copy(&mut content.take(length), out)?;
    if copied != length {
        return Err(wrong(format!("{path} has {copied} bytes instead of {length}")));
    }
    let padding = length.next_multiple_of(BLOCK as u64) - length;
    io::copy(&mut io::repeat(0).take(padding), out)?;
    Ok(())
}

/// Ends the archive.
pub(crate) fn finish(out: &mut dyn Write) -> io::Result<()> {
    out.write_all(&[0; 2 * BLOCK])?;
    out.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn archive(files: &[(&str, &[u8])]) -> tempfile::NamedTempFile {
        let mut out = Vec::new();
        for (path, bytes) in files {
            append(&mut out, path, &mut &bytes[..], bytes.len() as u64).unwrap();
        }
        finish(&mut out).unwrap();
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(&out).unwrap();
        file
    }

    #[test]
    fn what_is_written_is_read_and_the_systems_tar_agrees() {
        let long = format!("org_{}/2026-1/payload/{}", "a".repeat(32), "b".repeat(64));
        let files: [(&str, &[u8]); 4] = [
            ("keys", b"k"),
            (&long, &[7; 1000]),
            ("2026-1/tile/0/000", &[1; 512]),
            ("2026-1/checkpoint", b""),
        ];
        let file = archive(&files);
        let tar = Tar::open(file.path()).unwrap();
        for (path, bytes) in files {
            assert_eq!(tar.read(path, 1 << 20).unwrap().unwrap(), bytes);
        }
        assert_eq!(tar.read("none", 1).unwrap(), None);
        let names: Vec<String> = tar.list("2026-1").unwrap().unwrap().into_iter().map(|i| i.name).collect();
        assert_eq!(names, ["checkpoint", "tile"]);
        let list = std::process::Command::new("tar").arg("-tf").arg(file.path()).output().unwrap();
        let list = String::from_utf8(list.stdout).unwrap();
        assert_eq!(list.lines().collect::<Vec<_>>(), files.map(|(path, _)| path));
    }

    #[test]
    fn what_leads_out_of_the_archive_or_is_cut_off_is_refused() {
        for path in ["/etc/passwd", "../x", "a/../b", "a//b"] {
            assert!(Tar::open(archive(&[(path, b"")]).path()).is_err(), "{path}");
        }
        assert!(Tar::open(archive(&[("a", b"1"), ("a", b"2")]).path()).is_err());
        let whole = std::fs::read(archive(&[("a", &[1; 700])]).path()).unwrap();
        assert_eq!(whole.len(), 512 + 1024 + 1024);
        for length in [0, 100, 512, 1000, 1536, 1600] {
            let mut cut = tempfile::NamedTempFile::new().unwrap();
            cut.write_all(&whole[..length]).unwrap();
            assert!(Tar::open(cut.path()).is_err(), "{length}");
        }
        let mut out = Vec::new();
        assert!(append(&mut out, &"n".repeat(300), &mut io::empty(), 0).is_err());
        assert!(append(&mut out, "a", &mut io::empty(), 1).is_err());
    }
}
