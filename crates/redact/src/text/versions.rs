//! Versions of programs that look like addresses of networks.

use super::{Reader, token::Kind};
use crate::words::{COMMON, FAMILY, GIVEN, WORD, vocabulary as v, words};

impl Reader<'_> {
    /// Whether four numbers are a version or an identifier of an object, as the word before says: `version 7.2.4.1`,
    /// `software=7.2.4.1`, `ObjectIdentifier("2.5.29.9")`.
    pub(super) fn versioned(&self, index: usize) -> bool {
        // `InterfaceVersion......: 4.1.5.45`.
        let leads = (3..12)
            .find(|by| !self.back(index, *by).symbol(b'.'))
            .filter(|by| *by > 4 && self.back(index, 1).symbol(b':') && self.back(index, 2).symbol(b'.'));
        if let Some(by) = leads
            && self.bytes(self.back(index, by)).to_ascii_lowercase().ends_with(b"version")
        {
            return true;
        }
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

    /// `HAPI-FHIR/7.28.12`, `Monitor|8.13.29|`: points and two digits at the end, where nothing of a person happens.
    pub(super) fn of_a_release(&self, index: usize, start: usize, end: usize) -> bool {
        let written = self.text.get(start..end).unwrap_or_default();
        let before = self.back(index, 1);
        // `patient Maria Lopez 3.14.62`.
        let bearer = self.person
            && before.end + 1 == start
            && before.capitalised()
            && before.known(GIVEN | FAMILY)
            && (!before.known(WORD) || before.known(COMMON));
        written.len() <= 8
            && written.contains(&b'.')
            && !bearer
            && !self.near(index, v::BIRTH | v::EVENT | v::DATE, 5)
    }

    /// `/2010-04-01/Accounts/`: the version of an interface begins the path.
    pub(super) fn of_an_interface(&self, start: usize, end: usize) -> bool {
        let before = self.text.get(start.saturating_sub(96)..start).unwrap_or_default();
        let Some(head) = before.strip_suffix(b"/") else { return false };
        let host = head.rsplit(|b| matches!(b, b'/')).next().unwrap_or_default();
        let begins = head.last().is_none_or(|b| matches!(b, b' ' | b'"' | b'\'' | b'='))
            || !host.is_empty()
                && head.get(..head.len() - host.len()).is_some_and(|scheme| scheme.ends_with(b"://"));
        let behind = self.text.get(end..).unwrap_or_default();
        begins
            && self.text.get(start..start + 2) == Some(b"20")
            && (behind
                .strip_prefix(b"/")
                .is_some_and(|rest| rest.first().is_some_and(u8::is_ascii_uppercase))
                || [
                    &b"/functions"[..],
                    b"/hostedzone",
                    b"/distribution",
                    b"/layers",
                    b"/event-source-mappings",
                ]
                .iter()
                .any(|resource| behind.starts_with(resource)))
    }
}

#[cfg(test)]
mod tests {
    use crate::text::trial::found;

    #[test]
    fn versions_and_identifiers_of_objects_are_no_addresses() {
        for text in [
            "server up software=31.4.81.7",
            "firmware: 31.4.81.7",
            "build \"31.4.81.7\" is live",
            "ObjectIdentifier(\"2.5.29.37\")",
        ] {
            assert_eq!(found(text).len(), 0, "{text}");
        }
        for text in ["client=31.4.81.7", "host: 31.4.81.7", "denied \"31.4.81.7\""] {
            assert_eq!(found(text).len(), 1, "{text}");
        }
    }
}
