//! One file of an app's log: a header and records, each with its length before it.

use std::{
    io::{self, ErrorKind, SeekFrom},
    path::{Path, PathBuf},
};

use tokio::{
    fs::{self, File, OpenOptions},
    io::{AsyncReadExt, AsyncSeekExt, AsyncWriteExt},
};

const HEADER: &[u8; 8] = b"WARDLOG\x01";
/// Largest record that is believed: more is damage.
const LARGEST: usize = 8 << 20;

/// Where a reader stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Position {
    pub(super) segment: u64,
    /// Byte in the file; 0 is before the header.
    pub(super) offset: u64,
    /// Number of the next record.
    pub(super) record: u64,
}

/// Path of a segment.
pub(super) fn path(directory: &Path, segment: u64) -> PathBuf {
    directory.join(format!("{segment:08}.ward"))
}

/// Numbers and sizes of the segments in a directory, oldest first; none if it is not there.
pub(super) async fn list(directory: &Path) -> io::Result<Vec<(u64, u64)>> {
    let mut entries = match fs::read_dir(directory).await {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut all = Vec::new();
    while let Some(entry) = entries.next_entry().await? {
        let name = entry.file_name();
        let number = name.to_str().and_then(|n| n.strip_suffix(".ward")).and_then(|n| n.parse().ok());
        if let (Some(number), Ok(metadata)) = (number, entry.metadata().await) {
            all.push((number, metadata.len()));
        }
    }
    all.sort_unstable();
    Ok(all)
}

/// A segment that is being written.
pub(super) struct Writer {
    file: File,
    pub(super) segment: u64,
    /// Number of the next record.
    pub(super) record: u64,
    pub(super) bytes: u64,
    broken: bool,
}

impl Writer {
    /// Begins a segment; one of this number must not exist.
    pub(super) async fn create(directory: &Path, segment: u64) -> io::Result<Self> {
        fs::create_dir_all(directory).await?;
        let mut options = OpenOptions::new();
        let mut file =
            options.write(true).create_new(true).mode(0o600).open(path(directory, segment)).await?;
        file.write_all(HEADER).await?;
        file.flush().await?;
        Ok(Self { file, segment, record: 0, bytes: HEADER.len() as u64, broken: false })
    }

    /// Appends a record. After an error the segment is not written again: it may end in half a record.
    pub(super) async fn append(&mut self, sealed: &[u8]) -> io::Result<()> {
        if self.broken {
            return Err(io::Error::other("the segment is broken"));
        }
        self.broken = true;
        let length = u32::try_from(sealed.len()).map_err(io::Error::other)?;
        let mut record = Vec::with_capacity(sealed.len() + 4);
        record.extend_from_slice(&length.to_be_bytes());
        record.extend_from_slice(sealed);
        self.file.write_all(&record).await?;
        self.file.flush().await?;
        self.broken = false;
        self.record += 1;
        self.bytes += record.len() as u64;
        Ok(())
    }

    /// Whether an append failed.
    pub(super) fn is_broken(&self) -> bool {
        self.broken
    }

    /// Makes what was appended durable.
    pub(super) async fn sync(&self) -> io::Result<()> {
        self.file.sync_data().await
    }
}

/// Reads the whole records of a segment from a position on, which moves behind them. Half a record at the end is
/// left for the next time.
pub(super) async fn read(directory: &Path, at: &mut Position) -> io::Result<Vec<(u64, Vec<u8>)>> {
    let mut file = match File::open(path(directory, at.segment)).await {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    file.seek(SeekFrom::Start(at.offset)).await?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).await?;
    let (records, used) = parse(&bytes, at.offset == 0)?;
    at.offset += used;
    let numbered =
        records.into_iter().zip(at.record..).map(|(sealed, number)| (number, sealed)).collect::<Vec<_>>();
    at.record += numbered.len() as u64;
    Ok(numbered)
}

/// The whole records in `bytes`, and how many bytes they take.
fn parse(bytes: &[u8], from_start: bool) -> io::Result<(Vec<Vec<u8>>, u64)> {
    let mut rest = bytes;
    if from_start {
        match rest.strip_prefix(HEADER) {
            Some(after) => rest = after,
            None if HEADER.starts_with(rest) => return Ok((Vec::new(), 0)),
            None => return Err(io::Error::new(ErrorKind::InvalidData, "not a segment of a log")),
        }
    }
    let mut records = Vec::new();
    while let Some((length, after)) = rest.split_first_chunk::<4>() {
        let length = usize::try_from(u32::from_be_bytes(*length)).map_err(io::Error::other)?;
        if length > LARGEST {
            return Err(io::Error::new(ErrorKind::InvalidData, "a record of a log is too large"));
        }
        let Some((record, after)) = after.split_at_checked(length) else { break };
        records.push(record.to_vec());
        rest = after;
    }
    Ok((records, (bytes.len() - rest.len()) as u64))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[tokio::test]
    async fn a_reader_gets_each_record_once_and_half_of_one_never() {
        let dir = tempfile::tempdir().unwrap();
        let mut writer = Writer::create(dir.path(), 3).await.unwrap();
        writer.append(b"one").await.unwrap();
        let mut at = Position { segment: 3, ..Position::default() };
        assert_eq!(read(dir.path(), &mut at).await.unwrap(), [(0, b"one".to_vec())]);
        assert_eq!(read(dir.path(), &mut at).await.unwrap(), []);
        writer.append(b"two").await.unwrap();
        let file = path(dir.path(), 3);
        let whole = std::fs::read(&file).unwrap();
        std::fs::write(&file, &whole[..whole.len() - 1]).unwrap();
        assert_eq!(read(dir.path(), &mut at).await.unwrap(), []);
        std::fs::write(&file, &whole).unwrap();
        assert_eq!(read(dir.path(), &mut at).await.unwrap(), [(1, b"two".to_vec())]);
        assert!(Writer::create(dir.path(), 3).await.is_err());
    }

    proptest! {
        #[test]
        fn no_bytes_make_the_reader_fail_otherwise_than_with_an_error(
            bytes in proptest::collection::vec(any::<u8>(), 0..200), start in any::<bool>()
        ) {
            if let Ok((records, used)) = parse(&bytes, start) {
                prop_assert!(used <= bytes.len() as u64);
                prop_assert!(records.iter().map(Vec::len).sum::<usize>() <= bytes.len());
            }
        }

        #[test]
        fn records_read_back_as_they_were_written(
            records in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..50), 0..10),
            cut in 0_usize..60
        ) {
            let mut bytes = HEADER.to_vec();
            for record in &records {
                bytes.extend_from_slice(&u32::try_from(record.len()).unwrap().to_be_bytes());
                bytes.extend_from_slice(record);
            }
            prop_assert_eq!(&parse(&bytes, true).unwrap().0, &records);
            let (some, _) = parse(&bytes[..bytes.len().saturating_sub(cut)], true).unwrap();
            prop_assert_eq!(&records[..some.len()], &some[..]);
        }
    }
}
