//! What 64 bytes are, as masks of bits: the quick look asks them where words and numbers begin and end.

/// Bytes of a block, and bits of its masks.
pub(super) const WIDTH: usize = 64;

/// Classes of bytes; three bits tell them apart.
const LOWER: u8 = 1;
const UPPER: u8 = 2;
const DIGIT: u8 = 3;
const ODD: u8 = 4;

/// Masks of the bytes from a place of the line on; the lowest bit is the first byte. Beyond the end of the line are
/// blanks.
#[derive(Clone, Copy)]
pub(super) struct Block {
    pub(super) lower: u64,
    pub(super) upper: u64,
    pub(super) digit: u64,
    /// Signs that may begin something, controls, bytes beyond ASCII: each is looked at by itself.
    pub(super) odd: u64,
}

impl Block {
    #[inline]
    pub(super) fn read(line: &[u8], place: usize) -> Self {
        let rest = line.get(place..).unwrap_or_default();
        if let Some(bytes) = rest.first_chunk::<WIDTH>() {
            return Self::of(bytes);
        }
        let mut bytes = [b' '; WIDTH];
        if let Some(front) = bytes.get_mut(..rest.len()) {
            front.copy_from_slice(rest);
        }
        Self::of(&bytes)
    }

    /// Without branches, so that the compiler takes many bytes at once.
    #[inline]
    fn of(bytes: &[u8; WIDTH]) -> Self {
        let mut classes = [0_u8; WIDTH];
        for (class, byte) in classes.iter_mut().zip(bytes) {
            *class = of(*byte);
        }
        let mut block = Self { lower: 0, upper: 0, digit: 0, odd: 0 };
        for (number, eight) in classes.as_chunks::<8>().0.iter().enumerate() {
            let eight = u64::from_le_bytes(*eight);
            let shift = number * 8;
            block.lower |= gather(eight) << shift;
            block.upper |= gather(eight >> 1) << shift;
            block.odd |= gather(eight >> 2) << shift;
        }
        block.digit = block.lower & block.upper;
        (block.lower, block.upper) = (block.lower ^ block.digit, block.upper ^ block.digit);
        block
    }
}

/// The classes of a byte. Some signs that begin nothing are odd too, where that makes a range of several.
#[inline]
fn of(byte: u8) -> u8 {
    let within = |first: u8, last: u8| byte.wrapping_sub(first) <= last - first;
    let bit = |is: bool, class: u8| if is { class } else { 0 };
    let odd = !within(0x20, 0x7f)
        || within(b'#', b'%')
        || within(b'(', b'+')
        || within(b'[', b'\\')
        || byte == b'@'
        || byte == b'|';
    bit(within(b'a', b'z'), LOWER)
        | bit(within(b'A', b'Z'), UPPER)
        | bit(within(b'0', b'9'), DIGIT)
        | bit(odd, ODD)
}

/// The lowest bits of eight bytes, side by side.
#[inline]
fn gather(bytes: u64) -> u64 {
    (bytes & 0x0101_0101_0101_0101).wrapping_mul(0x0102_0408_1020_4080) >> 56
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_byte_sets_the_bit_of_its_place() {
        for byte in 0..=255_u8 {
            for place in [0, 1, 7, 8, 31, 62, 63] {
                let mut line = [b' '; 64];
                line[place] = byte;
                let block = Block::read(&line, 0);
                let set = |mask: u64| mask == 1 << place;
                assert_eq!(set(block.lower), byte.is_ascii_lowercase(), "{byte} at {place}");
                assert_eq!(set(block.upper), byte.is_ascii_uppercase(), "{byte} at {place}");
                assert_eq!(set(block.digit), byte.is_ascii_digit(), "{byte} at {place}");
                let odd = !(0x20..0x80).contains(&byte) || b"@%+(*|\\#[".contains(&byte);
                assert!(!odd || set(block.odd), "{byte} at {place}");
                assert!(block.lower | block.upper | block.digit | block.odd | 1 << place == 1 << place);
            }
        }
        let block = Block::read(b"x(aB3", 1);
        assert_eq!((block.odd, block.lower, block.upper, block.digit), (1, 2, 4, 8));
    }
}
