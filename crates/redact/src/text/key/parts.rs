//! The words that a key is made of.

/// The parts of a key: `patientName`, `patient_name` and `Patient Name` have two.
struct Parts<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for Parts<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let skip = self.rest.iter().take_while(|b| !b.is_ascii_alphanumeric() && **b < 0x80).count();
        let rest = self.rest.get(skip..)?;
        let (mut end, mut previous) = (0, 0_u8);
        while let Some(byte) = rest.get(end).copied() {
            if byte.is_ascii_uppercase() {
                // `IDs`: several of one.
                let small = |by: usize| rest.get(end + by).is_some_and(u8::is_ascii_lowercase);
                let next_small = || small(1) && (small(2) || rest.get(end + 1) != Some(&b's'));
                if previous.is_ascii_lowercase() || previous.is_ascii_uppercase() && next_small() {
                    break;
                }
            } else if !byte.is_ascii_lowercase() && byte < 0x80 && byte != b'\'' {
                break;
            }
            previous = byte;
            end += 1;
        }
        if end == 0 {
            // A run of digits ends a part and is none.
            let digits = rest.iter().take_while(|b| b.is_ascii_digit()).count();
            if digits == 0 {
                return None;
            }
            self.rest = rest.get(digits..)?;
            return self.next();
        }
        let (part, rest) = rest.split_at(end);
        self.rest = rest;
        Some(part)
    }
}

pub(crate) fn parts(key: &[u8]) -> impl Iterator<Item = &[u8]> {
    Parts { rest: key.get(..key.len().min(128)).unwrap_or_default() }
}
