//! Separators that the first segment of a message tells for those that follow (HL7 v2.5.1, 2.5.4; X12 ISA).

use crate::text::token::at;

/// Lines without a segment, after which a message has ended.
const FOREIGN: u8 = 50;

/// The separators of a message that are not the usual ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Signs {
    field: u8,
    /// What stands for the usual signs, by their places in [`Signs::USUAL`].
    signs: [u8; 4],
    usual: [u8; 4],
    foreign: u8,
}

impl Signs {
    /// The separators that the first segment of a message tells; nothing if they are the usual ones.
    pub(crate) fn opened(line: &[u8]) -> Option<Self> {
        let line = line.get(line.iter().take_while(|b| matches!(b, 0x0b | b' ')).count()..)?;
        let sign = |byte: u8| (0x1c..0x7f).contains(&byte) && !byte.is_ascii_alphanumeric() && byte != b' ';
        let field = at(line, 3);
        if !sign(field) {
            return None;
        }
        let (signs, usual) = if line.starts_with(b"MSH") {
            // Components, repetitions, sub-components; the escape between is no separator.
            ([field, at(line, 4), at(line, 5), at(line, 7)], *b"|^~&")
        } else if line.starts_with(b"ISA") && line.len() >= 106 {
            ([field, at(line, 104), at(line, 105), 0], *b"*:~\0")
        } else {
            return None;
        };
        let told = signs.iter().zip(usual).all(|(byte, usual)| sign(*byte) || usual == 0);
        (told && signs != usual).then_some(Self { field, signs, usual, foreign: 0 })
    }

    /// What is known after a line.
    pub(super) fn after(self, line: &[u8]) -> Option<Self> {
        if self.of_line(line) {
            return Some(Self { foreign: 0, ..self });
        }
        let usual = line.starts_with(b"MSH|^~") || line.starts_with(b"ISA*");
        (self.foreign < FOREIGN && !usual).then_some(Self { foreign: self.foreign + 1, ..self })
    }

    /// Whether a line is a segment with these separators.
    pub(crate) fn of_line(&self, line: &[u8]) -> bool {
        let name = line.iter().take(3).take_while(|b| b.is_ascii_uppercase() || b.is_ascii_digit()).count();
        (2..=3).contains(&name) && at(line, name) == self.field
    }

    /// The line with the usual separators in the same places.
    pub(crate) fn translate(&self, line: &[u8], out: &mut Vec<u8>) {
        out.clear();
        out.extend(line.iter().map(|byte| {
            let mut pairs = self.signs.iter().zip(self.usual).filter(|(sign, _)| **sign != 0);
            match pairs.find(|(sign, _)| *sign == byte) {
                Some((_, usual)) => usual,
                // Data that looks like a separator.
                None if self.usual.contains(byte) => b'_',
                None => *byte,
            }
        }));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_separators_become_the_usual_ones() {
        let signs = Signs::opened(b"MSH#*~\\@#LAB#H").unwrap();
        assert!(signs.of_line(b"PID#1##5") && !signs.of_line(b"PID|1") && !signs.of_line(b"it # is"));
        let mut out = Vec::new();
        signs.translate(b"PID#1##5*a|b~6", &mut out);
        assert_eq!(out, b"PID|1||5^a_b~6");
        assert_eq!(Signs::opened(br"MSH|^~\&|LAB|H"), None);
        assert_eq!(Signs::opened(b"MSH is a sender of messages"), None);
        let isa = format!(
            "ISA|00|{}|00|{}|ZZ|{:<15}|ZZ|{:<15}|261122|0341|U|00401|000000001|0|P|>!",
            " ".repeat(10),
            " ".repeat(10),
            "A",
            "B"
        );
        let signs = Signs::opened(isa.as_bytes()).unwrap();
        signs.translate(b"NM1|IL|1|ROE|JANE!", &mut out);
        assert_eq!(out, b"NM1*IL*1*ROE*JANE~");
    }

    #[test]
    fn messages_end() {
        let mut signs = Signs::opened(b"MSH#*~\\@#LAB#H");
        assert_eq!(signs.and_then(|s| s.after(br"MSH|^~\&|LAB")), None);
        for _ in 0..=FOREIGN {
            signs = signs.and_then(|s| s.after(b"INFO x"));
        }
        assert_eq!(signs, None);
    }
}
