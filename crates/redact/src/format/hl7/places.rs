//! Places of HL7 v2 as names of elements and keys: `<PID.5><XPN.1><FN.1>` of the standard's XML encoding, `PID.5.1` and
//! `pid5_1` of interface engines and tables.

/// The name of a segment in capitals, the number of the field, and of the component if one is named.
pub(crate) type Place = ([u8; 3], (usize, Option<usize>));

/// A number of one or two digits behind an optional sign, and what stands behind it.
fn number(text: &[u8]) -> Option<(usize, &[u8])> {
    let text = match text {
        [b'.' | b'_' | b'-', rest @ ..] => rest,
        text => text,
    };
    let count = text.iter().take_while(|b| b.is_ascii_digit()).count();
    let (digits, rest) = text.split_at_checked(count)?;
    ((1..=2).contains(&count) && digits != b"0")
        .then(|| (digits.iter().fold(0, |sum, digit| sum * 10 + usize::from(digit - b'0')), rest))
}

/// The field that a name tells, whole.
fn field(name: &[u8]) -> Option<Place> {
    let mut segment: [u8; 3] = name.get(..3)?.try_into().ok()?;
    segment.make_ascii_uppercase();
    let (field, rest) = number(name.get(3..)?)?;
    super::is_segment(&segment).then_some(())?;
    match rest {
        [] => Some((segment, (field, None))),
        // `PID.5.1`, and `PID.5.1.1` for a part of it.
        [b'.' | b'_' | b'-', ..] => number(rest).map(|(part, _)| (segment, (field, Some(part)))),
        _ => None,
    }
}

/// The component that an element of a type of data tells: `XPN.1`, `CX.1`.
fn component(name: &[u8]) -> Option<usize> {
    let kind = name.iter().take_while(|b| b.is_ascii_uppercase()).count();
    let rest = name.get(kind..)?;
    let (part, behind) = number(rest)?;
    ((2..=3).contains(&kind) && rest.first() == Some(&b'.') && behind.is_empty()).then_some(part)
}

/// The place that the names of a value tell together, the outermost first.
pub(crate) fn placed(names: [&[u8]; 3]) -> Option<Place> {
    let mut found: Option<Place> = None;
    for name in names.into_iter().filter(|name| (2..=10).contains(&name.len())) {
        match (&mut found, field(name)) {
            (_, Some(place)) => found = Some(place),
            (Some((_, (_, part @ None))), None) => *part = component(name),
            _ => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_and_components_are_told_by_their_names() {
        for (names, expected) in [
            (["", "PID.5", "PID.5.2"], Some((*b"PID", (5, Some(2))))),
            (["PID.5", "XPN.1", "FN.1"], Some((*b"PID", (5, Some(1))))),
            (["", "PID", "PID.7"], Some((*b"PID", (7, None)))),
            (["", "", "pid5_1"], Some((*b"PID", (5, Some(1))))),
            (["", "", "pv1_19"], Some((*b"PV1", (19, None)))),
            (["", "PV1.19", "CX.1"], Some((*b"PV1", (19, Some(1))))),
            (["", "", "pid"], None),
            (["", "", "PV1"], None),
            (["", "", "CX.1"], None),
            (["", "process", "pids5"], None),
            (["", "", "pid123"], None),
            (["", "", "pid5s"], None),
        ] {
            assert_eq!(placed(names.map(str::as_bytes)), expected, "{names:?}");
        }
    }
}
