//! Versions of programs that look like addresses of networks.

use super::{Reader, token::Kind};
use crate::words::words;

impl Reader<'_> {
    /// Whether four numbers are a version or an identifier of an object, as the word before says: `version 7.2.4.1`,
    /// `software=7.2.4.1`, `ObjectIdentifier("2.5.29.9")`.
    pub(super) fn versioned(&self, index: usize) -> bool {
        let by = (1..=3)
            .find(|by| {
                let sign = self.back(index, *by);
                sign.kind != Kind::Symbol || !matches!(sign.byte, b':' | b'=' | b'(' | b'"' | b'\'')
            })
            .unwrap_or(1);
        let at = index.wrapping_sub(by);
        self.lower_is(
            at,
            words![
                "version",
                "ver",
                "release",
                "build",
                "firmware",
                "fw",
                "software",
                "rev",
                "rv",
                "oid",
                "objectidentifier",
                "revision"
            ],
        ) || by <= 2 && self.lower_is(at, words!["section"])
            || by == 1 && self.lower_is(at, words!["v"])
    }
}

#[cfg(test)]
mod tests {
    use crate::text::{Hit, Manner, read};

    #[test]
    fn versions_and_identifiers_of_objects_are_no_addresses() {
        let found = |text: &str| {
            let (mut tokens, mut hits) = (Vec::new(), Vec::<Hit>::new());
            read(text.as_bytes(), Manner::default(), &mut tokens, &mut hits);
            hits.len()
        };
        for text in [
            "server up software=31.4.81.7",
            "firmware: 31.4.81.7",
            "build \"31.4.81.7\" is live",
            "ObjectIdentifier(\"2.5.29.37\")",
        ] {
            assert_eq!(found(text), 0, "{text}");
        }
        for text in ["client=31.4.81.7", "host: 31.4.81.7", "denied \"31.4.81.7\""] {
            assert_eq!(found(text), 1, "{text}");
        }
    }
}
