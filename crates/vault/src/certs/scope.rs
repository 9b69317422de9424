//! For which names an authority may speak.

use std::{fmt, net::IpAddr, str::FromStr};

use rcgen::{CidrSubnet, GeneralSubtree, NameConstraints};
use x509_parser::extensions::{GeneralName, NameConstraints as Parsed};

use crate::{Error, Result};

/// DNS suffixes and address ranges; every other DNS name and address is forbidden.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Scope {
    dns: Vec<String>,
    ranges: Vec<Range>,
}

/// An address range with its mask, both of the same family.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Range {
    V4(u32, u32),
    V6(u128, u128),
}

impl Scope {
    /// A scope of DNS suffixes (`ward.localhost` covers itself and everything below) and ranges (`127.0.0.0/8`).
    ///
    /// # Errors
    /// [`Error::Refused`] for an empty scope, a name that is none, a whole address family.
    pub fn new<D: AsRef<str>, R: AsRef<str>>(dns: &[D], ranges: &[R]) -> Result<Self> {
        let dns = dns.iter().map(|name| host_name(name.as_ref())).collect::<Result<Vec<_>>>()?;
        let ranges = ranges.iter().map(|range| range.as_ref().parse()).collect::<Result<Vec<_>>>()?;
        if dns.is_empty() && ranges.is_empty() {
            return Err(Error::Refused("an authority needs a DNS suffix or an address range".into()));
        }
        Ok(Self { dns, ranges })
    }

    /// Whether `name`, lower case, is a suffix of the scope or below one.
    pub(super) fn allows_dns(&self, name: &str) -> bool {
        self.dns.iter().any(|suffix| {
            name.strip_suffix(suffix.as_str()).is_some_and(|front| front.is_empty() || front.ends_with('.'))
        })
    }

    pub(super) fn allows_ip(&self, address: IpAddr) -> bool {
        self.ranges.iter().any(|range| match (range, address) {
            (Range::V4(net, mask), IpAddr::V4(a)) => a.to_bits() & mask == *net,
            (Range::V6(net, mask), IpAddr::V6(a)) => a.to_bits() & mask == *net,
            _ => false,
        })
    }

    /// The extension. A kind of name without a permitted subtree would be free, so it is excluded whole.
    pub(super) fn constraints(&self) -> NameConstraints {
        let mut permitted: Vec<_> = self.dns.iter().cloned().map(GeneralSubtree::DnsName).collect();
        permitted.extend(self.ranges.iter().map(|range| {
            GeneralSubtree::IpAddress(match range {
                Range::V4(net, mask) => CidrSubnet::V4(net.to_be_bytes(), mask.to_be_bytes()),
                Range::V6(net, mask) => CidrSubnet::V6(net.to_be_bytes(), mask.to_be_bytes()),
            })
        }));
        let mut excluded = Vec::new();
        if self.dns.is_empty() {
            excluded.push(GeneralSubtree::DnsName(String::new()));
        }
        if !self.ranges.iter().any(|range| matches!(range, Range::V4(..))) {
            excluded.push(GeneralSubtree::IpAddress(CidrSubnet::V4([0; 4], [0; 4])));
        }
        if !self.ranges.iter().any(|range| matches!(range, Range::V6(..))) {
            excluded.push(GeneralSubtree::IpAddress(CidrSubnet::V6([0; 16], [0; 16])));
        }
        NameConstraints { permitted_subtrees: permitted, excluded_subtrees: excluded }
    }

    /// The scope written into an authority's certificate.
    pub(super) fn from_constraints(parsed: &Parsed<'_>) -> Result<Self> {
        let foreign =
            || Error::Certificate("the authority has name constraints that Ward did not write".into());
        let mut scope = Self::default();
        for subtree in parsed.permitted_subtrees.iter().flatten() {
            match &subtree.base {
                GeneralName::DNSName(name) => scope.dns.push(host_name(name)?),
                GeneralName::IPAddress(bytes) => {
                    scope.ranges.push(Range::from_der(bytes).ok_or_else(foreign)?)
                }
                _ => return Err(foreign()),
            }
        }
        if scope.dns.is_empty() && scope.ranges.is_empty() {
            return Err(foreign());
        }
        Ok(scope)
    }
}

impl Range {
    /// Address and mask, 8 or 32 bytes (RFC 5280 section 4.2.1.10).
    fn from_der(bytes: &[u8]) -> Option<Self> {
        let (net, mask) = bytes.split_at_checked(bytes.len() / 2)?;
        match bytes.len() {
            8 => Some(Self::V4(
                u32::from_be_bytes(net.try_into().ok()?),
                u32::from_be_bytes(mask.try_into().ok()?),
            )),
            32 => Some(Self::V6(
                u128::from_be_bytes(net.try_into().ok()?),
                u128::from_be_bytes(mask.try_into().ok()?),
            )),
            _ => None,
        }
    }
}

impl FromStr for Range {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let bad = || Error::Refused(format!("{text:?} is not an address range like 10.89.0.0/16"));
        let (address, length) = text.split_once('/').ok_or_else(bad)?;
        let length: u32 = length.parse().map_err(|_| bad())?;
        let free = |bits: u32| bits.checked_sub(length).filter(|_| length > 0).ok_or_else(bad);
        match address.parse().map_err(|_| bad())? {
            IpAddr::V4(address) => {
                let mask = u32::MAX << free(32)?;
                Ok(Self::V4(address.to_bits() & mask, mask))
            }
            IpAddr::V6(address) => {
                let mask = u128::MAX << free(128)?;
                Ok(Self::V6(address.to_bits() & mask, mask))
            }
        }
    }
}

impl fmt::Debug for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::V4(net, mask) => write!(f, "{}/{}", std::net::Ipv4Addr::from(*net), mask.count_ones()),
            Self::V6(net, mask) => write!(f, "{}/{}", std::net::Ipv6Addr::from(*net), mask.count_ones()),
        }
    }
}

/// A host name in lower case, checked by RFC 1123 section 2.1 (letters, digits, hyphens; labels up to 63 bytes).
pub(super) fn host_name(text: &str) -> Result<String> {
    let label_is_good = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let last_is_a_number =
        text.rsplit('.').next().is_some_and(|last| last.bytes().all(|b| b.is_ascii_digit()));
    if text.len() > 253 || last_is_a_number || !text.split('.').all(label_is_good) {
        return Err(Error::Refused(format!("{text:?} is not a host name")));
    }
    Ok(text.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_suffix_covers_itself_and_below_but_not_look_alikes() {
        let scope = Scope::new(&["Ward.localhost"], &["10.89.0.0/16", "fd00::/8"]).unwrap();
        assert!(scope.allows_dns("ward.localhost"));
        assert!(scope.allows_dns("a.b.ward.localhost"));
        assert!(!scope.allows_dns("forward.localhost"));
        assert!(!scope.allows_dns("localhost"));
        assert!(scope.allows_ip("10.89.7.1".parse().unwrap()));
        assert!(!scope.allows_ip("10.90.0.1".parse().unwrap()));
        assert!(scope.allows_ip("fd12::1".parse().unwrap()));
        assert!(!scope.allows_ip("::1".parse().unwrap()));
    }

    #[test]
    fn names_and_ranges_that_are_none_are_refused() {
        for bad in
            ["", ".", "a..b", "-a.b", "a-.b", "*.a", "a b", "a/b", "1.2.3.4", "a.\u{e4}", &"a".repeat(64)]
        {
            assert!(Scope::new(&[bad], &["10.0.0.0/8"]).is_err(), "{bad:?}");
        }
        for bad in ["10.0.0.0", "10.0.0.0/33", "0.0.0.0/0", "::/0", "fd00::/129", "x/8", "10.0.0.0/-1"] {
            assert!(Scope::new(&["a.b"], &[bad]).is_err(), "{bad:?}");
        }
        assert!(Scope::new::<&str, &str>(&[], &[]).is_err());
    }
}
