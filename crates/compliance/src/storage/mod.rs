//! Looks at what really lies on a disk: where a file's bytes are, and the raw bytes there.

mod device;
mod extents;
mod search;

pub(crate) use device::raw;
pub(crate) use extents::{Extent, of};
pub(crate) use search::{Needles, search};
