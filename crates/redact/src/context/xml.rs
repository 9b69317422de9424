//! XML over many lines: FHIR, CDA and HL7 v3, and elements of one's own.

use std::ops::Range;

use super::{
    Goes,
    tree::{Frame, Grammar, Key, Tree},
};
use crate::{format::header, text::token::at};

/// Where a line ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Inside {
    /// Between tags.
    Text,
    /// In a tag, among its attributes.
    Tag,
    /// In a comment.
    Comment,
}

/// What is told of a value: the elements above, its key, where it stands.
pub(crate) type Leaf<'a> = &'a mut dyn FnMut(&Tree, &[Frame], &[u8], Range<usize>);

/// Elements of HTML that have no end.
const VOID: [&[u8]; 12] =
    [b"br", b"hr", b"img", b"input", b"meta", b"link", b"area", b"base", b"col", b"source", b"wbr", b"embed"];

/// Elements that a name in an attribute tells apart, and the attributes.
const GENERAL: [&[u8]; 26] = [
    // Of the native model of DICOM (PS3.19, A.1).
    b"dicomattribute",
    b"slot",
    b"field",
    b"column",
    b"col",
    b"entry",
    b"property",
    b"param",
    b"parameter",
    b"attribute",
    b"item",
    b"data",
    b"element",
    b"input",
    b"variable",
    b"answer",
    b"string",
    b"value",
    b"itemdata",
    b"datum",
    b"cell",
    b"var",
    b"arg",
    b"attr",
    b"pair",
    b"extra",
];
/// `naaccrId` is of registries of cancer (NAACCR XML 1.6), `ItemOID` of trials (CDISC ODM).
const NAMING: [&[u8]; 9] =
    [b"keyword", b"name", b"key", b"label", b"field", b"column", b"naaccrid", b"itemoid", b"fieldname"];
/// Elements inside of those, with the value.
const HELD: [&[u8]; 6] = [b"attributevalue", b"value", b"string", b"data", b"text", b"values"];

/// Attributes of directories by their object identifier (RFC 4519, RFC 4524, RFC 2798).
const ATTRIBUTES: [(&[u8], &[u8]); 9] = [
    (b"2.5.4.3", b"full_name"),
    (b"2.5.4.4", b"last_name"),
    (b"2.5.4.42", b"first_name"),
    (b"2.5.4.43", b"initials"),
    (b"2.5.4.20", b"phone"),
    (b"2.5.4.9", b"street_address"),
    (b"2.5.4.7", b"city"),
    (b"0.9.2342.19200300.100.1.3", b"email"),
    (b"2.16.840.1.113730.3.1.241", b"full_name"),
];

/// What an attribute of an assertion is called: the last part of its URN or address.
fn meant(name: &[u8]) -> &[u8] {
    if let Some(number) = name.strip_prefix(b"urn:oid:") {
        return ATTRIBUTES.iter().find(|(known, _)| *known == number).map_or(name, |(_, key)| key);
    }
    if name.starts_with(b"urn:") || name.starts_with(b"http") {
        let last = name.rsplit(|b| matches!(b, b':' | b'/' | b'#')).next().unwrap_or_default();
        // The profile of health care for SAML (OASIS XSPA).
        return match last {
            b"subject-id" => b"full_name",
            b"resource-id" => b"patient_id",
            last => last,
        };
    }
    // `I_DM.BRTHDTC`, `IT.MRN`.
    if name.starts_with(b"I") {
        return name.rsplit(|b| *b == b'.').next().unwrap_or_default();
    }
    name
}

/// The document that a line opens and doesn't close.
pub(super) fn opened(line: &[u8]) -> Option<Tree> {
    let start = start(line)?;
    let mut tree = Tree::new(Grammar::Xml);
    walk(&mut tree, line, start, &mut |_, _, _, _| {});
    (!tree.is_empty()).then_some(tree)
}

/// Where the first tag begins: at the beginning, or behind what a logger wrote.
pub(crate) fn start(line: &[u8]) -> Option<usize> {
    memchr::memchr_iter(b'<', line).take(8).find(|place| {
        let next = at(line, place + 1);
        let before = line.get(..*place).unwrap_or_default().last().copied().unwrap_or(b' ');
        // `from=<jane@example.org>`: a mailbox.
        let name = line.get(place + 1..).unwrap_or_default();
        let length = name
            .iter()
            .take(64)
            .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
            .count();
        (next.is_ascii_alphabetic() && at(name, length) != b'@' || next == b'?' || next == b'!')
            && matches!(before, b' ' | b'\t' | b':' | b'=')
    })
}

/// Whether a line goes on with a document; its elements are followed.
pub(super) fn goes_on(tree: &mut Tree, line: &[u8]) -> Goes {
    if header::length(line) > 0 {
        return Goes::Foreign;
    }
    let tagged = tree.inside != Inside::Text || memchr::memchr(b'<', line).is_some();
    walk(tree, line, 0, &mut |_, _, _, _| {});
    if tree.is_empty() {
        Goes::Ended
    } else if tagged || matches!(at(line, 0), b' ' | b'\t') {
        Goes::On
    } else {
        Goes::Foreign
    }
}

/// Follows the elements of a line from a place on, and tells each text and each attribute.
pub(crate) fn walk(tree: &mut Tree, line: &[u8], start: usize, leaf: Leaf<'_>) {
    let mut place = start;
    while place < line.len() {
        let rest = line.get(place..).unwrap_or_default();
        match tree.inside {
            Inside::Comment => match memchr::memmem::find(rest, b"-->") {
                Some(end) => {
                    tree.inside = Inside::Text;
                    place += end + 3;
                }
                None => return,
            },
            Inside::Tag => place = attributes(tree, line, place, leaf),
            Inside::Text => {
                let length = memchr::memchr(b'<', rest).unwrap_or(rest.len());
                text(tree, line, place..place + length, leaf);
                place = tag(tree, line, place + length, leaf);
            }
        }
    }
}

/// Goes on behind the tag that begins here, or in it.
fn tag(tree: &mut Tree, line: &[u8], open: usize, leaf: Leaf<'_>) -> usize {
    let rest = line.get(open..).unwrap_or_default();
    if rest.starts_with(b"<!--") {
        tree.inside = Inside::Comment;
        return open + 4;
    }
    if rest.starts_with(b"<![CDATA[") {
        let length = memchr::memmem::find(rest, b"]]>").unwrap_or(rest.len());
        text(tree, line, open + 9..(open + length).max(open + 9).min(line.len()), leaf);
        return open + length + 3;
    }
    let closes = rest.get(1) == Some(&b'/');
    let name_at = open + 1 + usize::from(closes);
    let name = name_from(line, name_at);
    if name.is_empty() {
        // A declaration, or a sign of less.
        let declared = matches!(rest.get(1), Some(b'?' | b'!'));
        let length = if declared { memchr::memchr(b'>', rest).map_or(rest.len(), |at| at + 1) } else { 1 };
        return open + length;
    }
    let local = local(line.get(name.clone()).unwrap_or_default());
    if closes {
        close(tree, local);
        let rest = line.get(name.end..).unwrap_or_default();
        return name.end + memchr::memchr(b'>', rest).map_or(rest.len(), |at| at + 1);
    }
    tree.push(Key::new(local), false, 0);
    tree.cells.open(local);
    tree.inside = Inside::Tag;
    attributes(tree, line, name.end, leaf)
}

fn name_from(line: &[u8], start: usize) -> Range<usize> {
    if !at(line, start).is_ascii_alphabetic() && at(line, start) != b'_' {
        return start..start;
    }
    let named = |b: &&u8| b.is_ascii_alphanumeric() || matches!(**b, b':' | b'_' | b'-' | b'.');
    let length = line.get(start..).unwrap_or_default().iter().take_while(named).count();
    start..start + length
}

/// A name without its namespace.
fn local(name: &[u8]) -> &[u8] {
    name.iter().rposition(|b| *b == b':').map_or(name, |at| name.get(at + 1..).unwrap_or_default())
}

/// Closes the nearest element of this name, and what was left open in it.
fn close(tree: &mut Tree, name: &[u8]) {
    if tree.over > 0 {
        tree.pop();
        return;
    }
    if let Some(at) = tree.frames.iter().rposition(|frame| frame.key.name() == name) {
        tree.frames.truncate(at);
    }
}

/// Attributes from here on; where the tag, or the line, ends.
fn attributes(tree: &mut Tree, line: &[u8], start: usize, leaf: Leaf<'_>) -> usize {
    let mut place = start;
    while let Some(byte) = line.get(place).copied() {
        match byte {
            b'>' => {
                tree.inside = Inside::Text;
                if tree.frames.last().is_some_and(|frame| VOID.contains(&frame.key.name())) {
                    tree.pop();
                }
                return place + 1;
            }
            b'/' if at(line, place + 1) == b'>' => {
                tree.inside = Inside::Text;
                tree.pop();
                return place + 2;
            }
            // A tag that never ended.
            b'<' => {
                tree.inside = Inside::Text;
                return place;
            }
            _ => {}
        }
        let name = name_from(line, place);
        let quote = at(line, name.end + 1);
        if name.is_empty() || at(line, name.end) != b'=' || !matches!(quote, b'"' | b'\'') {
            place += name.len().max(1);
            continue;
        }
        let from = name.end + 2;
        let rest = line.get(from..).unwrap_or_default();
        let Some(length) = memchr::memchr(quote, rest) else { return line.len() };
        attribute(tree, line, name, from..from + length, leaf);
        place = from + length + 1;
    }
    line.len()
}

fn attribute(tree: &mut Tree, line: &[u8], name: Range<usize>, value: Range<usize>, leaf: Leaf<'_>) {
    let attribute = line.get(name).unwrap_or_default();
    let text = line.get(value.clone()).unwrap_or_default();
    if attribute.starts_with(b"xmlns") {
        if memchr::memmem::find(text, b"hl7.org/fhir").is_some() {
            tree.resource = Some("Patient");
        }
        return;
    }
    if text.is_empty() || tree.over > 0 || coded(line, attribute, value.start) {
        return;
    }
    let among = |name: &[u8], names: &[&[u8]]| names.iter().any(|known| name.eq_ignore_ascii_case(known));
    // A link to somebody's page has the name for a text.
    if attribute == b"href" && tree.frames.last().is_some_and(|frame| frame.key.name() == b"a") {
        let of_somebody = [&b"/patients/"[..], b"/patient/", b"/members/", b"/clients/", b"/residents/"]
            .iter()
            .filter_map(|path| memchr::memmem::find(text, path).map(|at| at + path.len()))
            .any(|at| text.get(at..).is_some_and(|id| id.iter().any(u8::is_ascii_digit)));
        if of_somebody {
            tree.pending = Key::new(b"patient_name");
        }
    }
    if among(local(attribute), &NAMING)
        && let Some(element) = tree.frames.last_mut()
        && among(element.key.name(), &GENERAL)
    {
        element.called = Key::new(meant(text));
        return;
    }
    let called = tree.frames.last().map_or(Key::NONE, |element| element.called);
    let Some((element, above)) = tree.frames.split_last() else { return };
    let parent = above.last().map_or(&b""[..], |frame| frame.key.name());
    let element = element.key.name();
    match local(attribute) {
        // The value of an element of FHIR, and of a data type of HL7 v3.
        b"value" => match element {
            // A year may stay.
            b"birthTime" | b"deceasedTime" if text.len() <= 4 => {}
            b"telecom" => leaf(tree, &tree.frames, b"value", value),
            b"birthTime" | b"deceasedTime" => leaf(tree, above, b"birthDate", value),
            // When somebody wrote, signed or did it, with at least a day.
            b"low" | b"high" | b"center" | b"effectiveTime" | b"time"
                if dated(parent, element)
                    || element == b"time"
                        && text.len() >= 8
                        && text.iter().take(8).all(u8::is_ascii_digit) =>
            {
                leaf(tree, above, b"effectiveDateTime", value);
            }
            _ if !called.name().is_empty() => leaf(tree, above, called.name(), value),
            _ => leaf(tree, above, element, value),
        },
        b"extension" if element == b"id" => {
            // Object identifiers of HL7 (OID registry): social security, national provider.
            let tag = around(line, value.start);
            let holds = |root: &[u8]| memchr::memmem::find(tag, root).is_some();
            let key: &[u8] = if holds(b"2.16.840.1.113883.4.1\"") {
                b"ssn"
            } else if holds(b"2.16.840.1.113883.4.6\"") {
                if text.len() == 10 { b"npi" } else { b"license_number" }
            } else if matches!(parent, b"patientRole" | b"patient" | b"patientPatient" | b"identifiedPerson")
            {
                b"mrn"
            } else {
                b"id"
            };
            leaf(tree, above, key, value);
        }
        // Names of codes, also where the code stands on a line before.
        b"displayName"
            if matches!(element, b"code" | b"value" | b"translation") || element.ends_with(b"Code") => {}
        other => leaf(tree, &tree.frames, other, value),
    }
}

/// Whether an attribute is of a code of HL7 v3: its name, its system, the version of a template.
fn coded(line: &[u8], attribute: &[u8], place: usize) -> bool {
    let tag = || around(line, place);
    match local(attribute) {
        b"codeSystem" | b"codeSystemName" | b"codeSystemVersion" | b"classCode" | b"moodCode"
        | b"typeCode" | b"nullFlavor" => true,
        b"code" | b"displayName" => memchr::memmem::find(tag(), b"codeSystem").is_some(),
        b"extension" => {
            let tag = tag();
            tag.starts_with(b"<templateId") || tag.starts_with(b"<typeId")
        }
        _ => false,
    }
}

fn dated(parent: &[u8], element: &[u8]) -> bool {
    element == b"effectiveTime" || matches!(parent, b"effectiveTime" | b"time")
}

/// The tag around a place.
fn around(line: &[u8], place: usize) -> &[u8] {
    let floor = place.saturating_sub(256);
    let start = line.get(floor..place).and_then(|head| head.iter().rposition(|b| *b == b'<'));
    let start = start.map_or(floor, |at| floor + at);
    let rest = line.get(start..(start + 512).min(line.len())).unwrap_or_default();
    rest.get(..memchr::memchr(b'>', rest).unwrap_or(rest.len())).unwrap_or_default()
}

fn text(tree: &mut Tree, line: &[u8], range: Range<usize>, leaf: Leaf<'_>) {
    let value = line.get(range.clone()).unwrap_or_default();
    let start = range.start + value.iter().take_while(|b| **b <= b' ').count();
    let end = start + line.get(start..range.end).unwrap_or_default().trim_ascii_end().len();
    if start >= end || tree.over > 0 {
        return;
    }
    let text = line.get(start..end).unwrap_or_default();
    let pending = std::mem::replace(&mut tree.pending, Key::NONE);
    let column = tree.cells.key(&tree.frames, text);
    let Some((element, above)) = tree.frames.split_last() else { return };
    // Lists of properties: `<key>dob</key><string>1970-01-31</string>`.
    if element.key.name() == b"key" {
        tree.pending = Key::new(text);
        return;
    }
    let listed = matches!(element.key.name(), b"string" | b"date" | b"integer" | b"value");
    // `<Slot name="sourcePatientId"><ValueList><Value>`: a list may stand between.
    let held = above.iter().rev().take(2).map(|frame| frame.called).find(|called| !called.name().is_empty());
    let held = held.unwrap_or(Key::NONE);
    let worded = text.first().is_some_and(|b| b.is_ascii_uppercase() || *b >= 0x80);
    let key: &[u8] = match element.name() {
        _ if column.is_some() => column.as_ref().map_or(b"", Key::name),
        name if !held.name().is_empty() && HELD.iter().any(|known| name.eq_ignore_ascii_case(known)) => {
            held.name()
        }
        // What queries for patients call them.
        b"ln" | b"LN" if worded => b"last_name",
        b"fn" | b"FN" | b"mn" | b"MN" if worded => b"first_name",
        b"bd" | b"BD" => b"birth_date",
        // What stands in the text of a section of CDA is written for people.
        b"item" | b"paragraph" | b"content" | b"caption" | b"td" if narrative(element.name(), above) => {
            b"note"
        }
        b"a" if !pending.name().is_empty() => pending.name(),
        _ if listed && !pending.name().is_empty() => pending.name(),
        b"streetAddressLine" => b"street_address",
        // Organizations of HL7 v3 care for people, but for those that make things.
        b"name"
            if above.last().is_some_and(|frame| {
                let parent = frame.key.name();
                parent.ends_with(b"Organization") && !parent.starts_with(b"manufacturer")
            }) =>
        {
            b"facility_name"
        }
        name => name,
    };
    let (key, value) = super::fields::composite(key, text);
    leaf(tree, above, key, start + value.start..start + value.end);
}

/// Whether an element is of the text of CDA, which people read: in a section, or in a list or behind a label of one.
fn narrative(element: &[u8], above: &[Frame]) -> bool {
    let inside = |name: &[u8]| above.iter().any(|frame| frame.key.name() == name);
    inside(b"section") || element == b"item" && inside(b"list") || element == b"content" && inside(b"item")
}

#[cfg(test)]
#[path = "xml_tests.rs"]
mod tests;
