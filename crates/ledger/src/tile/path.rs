//! Names of tiles: `tile/<L>/<N>[.p/<W>]` and `tile/entries/<N>[.p/<W>]`.

use super::{TILE_HEIGHT, TILE_WIDTH};

/// Highest tile level that the format knows.
const MAX_LEVEL: u8 = 63;

/// What a tile holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// The entries themselves.
    Entries,
    /// Hashes of the subtrees of 256^level leaves.
    Hashes(u8),
}

impl Kind {
    /// How many whole items of this kind a tree of `size` leaves has.
    pub fn items(self, size: u64) -> u64 {
        match self {
            Kind::Entries => size,
            Kind::Hashes(level) => size.checked_shr(u32::from(level) * TILE_HEIGHT).unwrap_or(0),
        }
    }
}

/// The name of one tile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tile {
    /// What it holds.
    pub kind: Kind,
    /// Which one within its level.
    pub index: u64,
    /// Number of items: 256 for a full tile, 1 to 255 for a partial one.
    pub width: u16,
}

impl Tile {
    /// The full tile of this kind and index.
    pub fn full(kind: Kind, index: u64) -> Self {
        Self { kind, index, width: TILE_WIDTH as u16 }
    }

    /// The partial tile at the right edge of a tree of `size` leaves, if that level has one.
    pub fn partial(kind: Kind, size: u64) -> Option<Self> {
        let items = kind.items(size);
        let width = (items % TILE_WIDTH) as u16;
        (width > 0).then_some(Self { kind, index: items / TILE_WIDTH, width })
    }

    /// Whether all 256 items are there.
    pub fn is_full(&self) -> bool {
        u64::from(self.width) == TILE_WIDTH
    }

    /// The path inside the log's directory.
    pub fn path(&self) -> String {
        let mut path = match self.kind {
            Kind::Entries => "tile/entries".to_owned(),
            Kind::Hashes(level) => format!("tile/{level}"),
        };
        let mut groups = Vec::new();
        let mut rest = self.index;
        loop {
            groups.push(rest % 1000);
            rest /= 1000;
            if rest == 0 {
                break;
            }
        }
        while let Some(group) = groups.pop() {
            let mark = if groups.is_empty() { "" } else { "x" };
            path.push_str(&format!("/{mark}{group:03}"));
        }
        if !self.is_full() {
            path.push_str(&format!(".p/{}", self.width));
        }
        path
    }

    /// Reads a path back. `None` unless it is exactly what [`Tile::path`] writes.
    pub fn parse(path: &str) -> Option<Self> {
        let mut parts = path.strip_prefix("tile/")?.split('/').peekable();
        let kind = match parts.next()? {
            "entries" => Kind::Entries,
            level => Kind::Hashes(decimal(level)?.try_into().ok().filter(|l| *l <= MAX_LEVEL)?),
        };
        let mut index = 0u64;
        let mut width = TILE_WIDTH as u16;
        loop {
            let part = parts.next()?;
            let (digits, partial) = match part.strip_suffix(".p") {
                Some(digits) => (digits, true),
                None => (part, false),
            };
            let last = partial || parts.peek().is_none();
            let digits = if last { digits } else { digits.strip_prefix('x')? };
            if digits.len() != 3 || !digits.bytes().all(|b| b.is_ascii_digit()) {
                return None;
            }
            index = index.checked_mul(1000)?.checked_add(digits.parse().ok()?)?;
            if partial {
                width = decimal(parts.next()?)?.try_into().ok()?;
                if !(1..TILE_WIDTH).contains(&u64::from(width)) || parts.next().is_some() {
                    return None;
                }
            }
            if last {
                break;
            }
        }
        let tile = Self { kind, index, width };
        // Refuses leading groups of zeros, which would give one tile two names.
        (tile.path() == path).then_some(tile)
    }
}

/// A decimal number without leading zeros.
fn decimal(text: &str) -> Option<u64> {
    let plain = text == "0" || (!text.starts_with('0') && text.bytes().all(|b| b.is_ascii_digit()));
    if plain { text.parse().ok() } else { None }
}
