//! What each byte is to the quick look.

pub(super) const OTHER: u8 = 0;
pub(super) const LETTER: u8 = 1;
pub(super) const DIGIT: u8 = 2;
pub(super) const SPECIAL: u8 = 3;
pub(super) const CONTROL: u8 = 4;

const CLASSES: [u8; 256] = classes();

const fn classes() -> [u8; 256] {
    let mut table = [OTHER; 256];
    let mut byte = 0;
    while byte < 256 {
        #[expect(
            clippy::indexing_slicing,
            reason = "a table made by the compiler; an index beyond it would not compile"
        )]
        {
            table[byte] = match byte as u8 {
                b'a'..=b'z' | b'A'..=b'Z' | 0x80..=0xff => LETTER,
                b'0'..=b'9' => DIGIT,
                b'@' | b'%' | b'+' | b'(' | b'*' | b'|' | b'\\' | b'#' | b'[' => SPECIAL,
                b'\t' | b'\r' | 0x1b | 0x0b | 0x1c => OTHER,
                0..=0x1f => CONTROL,
                _ => OTHER,
            };
        }
        byte += 1;
    }
    table
}

/// The class of a byte.
pub(super) fn class(byte: u8) -> u8 {
    CLASSES.get(usize::from(byte)).copied().unwrap_or(OTHER)
}
