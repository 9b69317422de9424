//! Addresses of the Internet Protocol.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::{alphanumeric, digits, value};
use crate::text::token::{at, before};

/// End of the IPv4 address that begins here, and the address.
///
/// Versions look alike: `v1.2.3.4`, `Chrome/120.0.0.0`, `1.2.3.4-beta`, `1.2.3.4.5` are none.
pub(crate) fn v4(text: &[u8], start: usize) -> Option<(usize, Ipv4Addr)> {
    let previous = before(text, start);
    if alphanumeric(previous) || matches!(previous, b'.' | b'_') {
        return None;
    }
    let earlier = if start >= 2 { at(text, start - 2) } else { 0 };
    if previous == b'/' && earlier.is_ascii_alphanumeric() || previous == b'-' && alphanumeric(earlier) {
        return None;
    }
    let mut octets = [0_u8; 4];
    let mut place = start;
    for (index, octet) in octets.iter_mut().enumerate() {
        if index > 0 {
            if at(text, place) != b'.' {
                return None;
            }
            place += 1;
        }
        let count = digits(text, place, 4);
        if !(1..=3).contains(&count) || count > 1 && at(text, place) == b'0' {
            return None;
        }
        *octet = u8::try_from(value(text, place, count)).ok()?;
        place += count;
    }
    let (next, after) = (at(text, place), at(text, place + 1));
    if alphanumeric(next) && next < 0x80 || next == b'_' {
        return None;
    }
    // `17.0.21.1+2-1~deb12u1` is a version.
    let longer = next == b'.' && after.is_ascii_alphanumeric()
        || next == b'-' && after.is_ascii_alphabetic()
        || matches!(next, b'+' | b'~') && after.is_ascii_alphanumeric();
    (!longer).then_some((place, Ipv4Addr::from(octets)))
}

/// End of the IPv6 address that begins here, and the address.
pub(crate) fn v6(text: &[u8], start: usize) -> Option<(usize, Ipv6Addr)> {
    let previous = before(text, start);
    if alphanumeric(previous) || matches!(previous, b':' | b'.' | b'_') {
        return None;
    }
    // `12-Jun-2024::03:14:22`, a time as Erlang writes it.
    if previous == b'-' && before(text, start - 1).is_ascii_alphabetic() && at(text, start + 4) == b':' {
        return None;
    }
    // The first group, or the two colons that stand for groups of noughts.
    let rest = text.get(start..)?;
    let group = rest.iter().take(5).take_while(|b| b.is_ascii_hexdigit()).count();
    if group > 4 || at(rest, group) != b':' || group == 0 && at(rest, 1) != b':' {
        return None;
    }
    let run = rest.iter().take(46).take_while(|b| b.is_ascii_hexdigit() || matches!(b, b':' | b'.')).count();
    let mut end = start + run;
    while end > start
        && (at(text, end - 1) == b'.' || at(text, end - 1) == b':' && at(text, end.wrapping_sub(2)) != b':')
    {
        end -= 1;
    }
    if alphanumeric(at(text, end)) && at(text, end) < 0x80 {
        return None;
    }
    let written = text.get(start..end)?;
    let colons = written.iter().filter(|b| **b == b':').count();
    // All eight groups, of which an IPv4 address may be two, or a gap for some.
    let groups = colons >= 6 || written.windows(2).any(|pair| pair == b"::");
    if colons < 3 || !groups || !written.iter().any(u8::is_ascii_digit) {
        return None;
    }
    // Eight pairs are the end of a fingerprint, or the name of a port of Fibre Channel.
    if written.split(|b| *b == b':').all(|group| group.len() == 2) {
        return None;
    }
    std::str::from_utf8(written).ok()?.parse().ok().map(|address| (end, address))
}

/// End of the MAC address that begins here: six pairs of hexadecimal digits.
pub(crate) fn mac(text: &[u8], start: usize) -> Option<usize> {
    let separator = at(text, start + 2);
    if !matches!(separator, b':' | b'-')
        || alphanumeric(before(text, start))
        || before(text, start) == separator
    {
        return None;
    }
    let pairs = text.get(start..start + 17)?;
    let right = pairs.iter().enumerate().all(|(place, b)| match place % 3 {
        2 => *b == separator,
        _ => b.is_ascii_hexdigit(),
    });
    let next = at(text, start + 17);
    (right && !alphanumeric(next) && next != separator && pairs.iter().any(|b| b.is_ascii_digit()))
        .then_some(start + 17)
}

/// Whether an address tells of a machine on the Internet; private, local and special ones tell nothing outside.
pub(crate) fn public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            let [a, b, ..] = v4.octets();
            let shared = a == 100 && (64..128).contains(&b);
            !(v4.is_private() || v4.is_loopback() || v4.is_link_local() || a == 0 || a >= 224 || shared)
        }
        IpAddr::V6(v6) => {
            let [a, ..] = v6.segments();
            !(v6.is_loopback()
                || v6.is_unspecified()
                || a & 0xfe00 == 0xfc00
                || a & 0xffc0 == 0xfe80
                || a >= 0xff00)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_found() {
        let end = |text: &str| v4(text.as_bytes(), 0).map(|(end, _)| end);
        assert_eq!(end("46.70.80.144"), Some(12));
        assert_eq!(end("203.0.113.7:443"), Some(11));
        assert_eq!(end("203.0.113.7."), Some(11));
        assert_eq!(end("203.0.113.7/24"), Some(11));
        assert_eq!(v6(b"2001:db8::8a2e:370:7334, x", 0).unwrap().0, 23);
        assert_eq!(v6(b"fe80::1:2", 0).unwrap().0, 9);
        assert_eq!(mac(b"00:1a:2b:3c:4d:5e ", 0), Some(17));
        assert!(public("8.8.8.8".parse().unwrap()) && !public("10.1.2.3".parse().unwrap()));
        assert!(!public("100.64.1.1".parse().unwrap()) && !public("fd00::1".parse().unwrap()));
    }

    #[test]
    fn look_alikes_are_not() {
        for text in
            ["1.2.3", "1.2.3.4.5", "256.1.1.1", "1.2.3.4-beta", "01.2.3.4", "1.2.3.4a", "17.0.21.1+2-1"]
        {
            assert!(v4(text.as_bytes(), 0).is_none(), "{text}");
        }
        assert!(v4(b"Chrome/120.0.0.0", 7).is_none() && v4(b"v1.2.3.4", 1).is_none());
        for text in ["03:41:38", "std::vec", "a::b", "12:34:56:78", "face::cafe", "4b:55:34:46:2a:8b:86:3b"] {
            assert!(v6(text.as_bytes(), 0).is_none(), "{text}");
        }
    }
}
