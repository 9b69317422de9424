//! Where the bytes of a file lie on its device, as `filefrag` prints it (the FIEMAP ioctl).

use std::{io, path::Path};

use crate::host::child;

/// A run of bytes on the device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Extent {
    /// First byte on the device.
    pub(crate) start: u64,
    /// Number of bytes.
    pub(crate) length: u64,
}

/// Extents of a file that are really allocated, in order.
pub(crate) async fn of(path: &Path) -> io::Result<Vec<Extent>> {
    // One-byte blocks, so that no unit has to be guessed; -s syncs first.
    let output =
        child::output("filefrag", &["-s".as_ref(), "-v".as_ref(), "-b1".as_ref(), path.as_os_str()]).await?;
    Ok(parse(&String::from_utf8_lossy(&output)))
}

/// Reads lines like `0:  0..  4095:  10..  4105:  4096:  last,eof`.
fn parse(text: &str) -> Vec<Extent> {
    let row = |line: &str| {
        let columns: Vec<&str> = line.split(':').map(str::trim).collect();
        columns.first()?.parse::<u32>().ok()?;
        let flags = columns.last()?;
        // An extent without a place yet, or one inside of the inode.
        if ["unknown_loc", "delalloc", "inline", "unwritten"].iter().any(|f| flags.contains(f)) {
            return None;
        }
        let start = columns.get(2)?.split("..").next()?.trim().parse().ok()?;
        Some(Extent { start, length: columns.get(3)?.parse().ok()? })
    };
    text.lines().filter_map(row).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn allocated_extents_are_read_and_others_left_out() {
        let text = "Filesystem type is: ef53\nFile size of /x is 8192 (8192 blocks of 1 bytes)\n \
            ext:     logical_offset:        physical_offset: length:   expected: flags:\n   \
            0:        0..    4095:  10055905280..10055909375:   4096:             encoded,encrypted\n   \
            1:     4096..    8191:          0..      4095:   4096:             last,unknown_loc,delalloc,eof\n";
        assert_eq!(parse(text), [Extent { start: 10_055_905_280, length: 4096 }]);
    }

    proptest! {
        #[test]
        fn the_reader_takes_any_text(text in "[ 0-9.:a-z\n]{0,200}") {
            let _ = parse(&text);
        }
    }
}
