//! Web addresses.

use std::ops::Range;

use crate::text::token::at;

/// A web address and the place of its parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Url {
    pub(crate) start: usize,
    pub(crate) host: Range<usize>,
    /// Where the path begins; the end if there is none.
    pub(crate) path: usize,
    pub(crate) end: usize,
}

/// Hosts whose addresses name what a standard defines and are no page of anybody (HL7 FHIR R4, 4.3; XML namespaces).
const NAMESPACES: [&[u8]; 7] = [
    b"hl7.org",
    b"terminology.hl7.org",
    b"w3.org",
    b"loinc.org",
    b"snomed.info",
    b"unitsofmeasure.org",
    b"schemas.xmlsoap.org",
];

/// Whether an address names what a standard defines, and asks for nothing.
pub(crate) fn of_a_standard(text: &[u8], url: &Url) -> bool {
    let host = text.get(url.host.clone()).unwrap_or_default();
    NAMESPACES.contains(&host.strip_prefix(b"www.").unwrap_or(host))
        && text.get(url.path..url.end).is_some_and(|path| !path.contains(&b'?'))
}

fn part(byte: u8) -> bool {
    byte > b' ' && byte != 0x7f && !b"\"'<>\\^`{|}".contains(&byte)
}

/// The address whose scheme begins here (`http://…`, `https://…`, `ftp://…`), or which begins with `www.`.
pub(crate) fn url(text: &[u8], start: usize) -> Option<Url> {
    let rest = text.get(start..)?;
    let scheme = [&b"http://"[..], b"https://", b"ftp://", b"www."]
        .into_iter()
        .find(|scheme| rest.get(..scheme.len()).is_some_and(|r| r.eq_ignore_ascii_case(scheme)))?;
    let host_at = if scheme == b"www." { start } else { start + scheme.len() };
    let mut end = host_at + text.get(host_at..)?.iter().take(4096).take_while(|b| part(**b)).count();
    // What closes a sentence or a bracket is not of the address.
    while end > host_at {
        let last = at(text, end - 1);
        let inside = text.get(host_at..end - 1).unwrap_or_default();
        let closing = match last {
            b'.' | b',' | b';' | b':' | b'!' | b'?' => true,
            b')' => !inside.contains(&b'('),
            b']' => !inside.contains(&b'['),
            _ => false,
        };
        if !closing {
            break;
        }
        end -= 1;
    }
    let host_end = host_at + text.get(host_at..end)?.iter().take_while(|b| !b"/?#".contains(b)).count();
    if host_end == host_at {
        return None;
    }
    Some(Url { start, host: host_at..host_end, path: host_end, end })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_ends_where_the_sentence_goes_on() {
        for (text, expected) in [
            ("https://example.org/a?b=c. Then", "https://example.org/a?b=c"),
            ("http://example.org)", "http://example.org"),
            ("www.example.org/x,", "www.example.org/x"),
            ("https://example.org/a_(b) c", "https://example.org/a_(b)"),
            ("https://h/p\"", "https://h/p"),
        ] {
            let found = url(text.as_bytes(), 0).unwrap();
            assert_eq!(&text[found.start..found.end], expected);
        }
        assert!(url(b"https:// x", 0).is_none() && url(b"mailto:x", 0).is_none());
    }
}
