//! Which addresses may be dialled.
//!
//! A tenant who may name a receiver must not reach inside with it: the host's own services, the metadata service of
//! a cloud, the networks of other tenants (server-side request forgery, OWASP A10). So names are resolved first,
//! each address is checked, and the checked address is the one that is dialled.

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    str::FromStr,
};

/// A network: an address and the length of its prefix (`10.20.0.0/16`, `fd00::/8`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    prefix: u8,
}

/// A text that is no network.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no network such as 10.20.0.0/16")]
pub struct NotANetwork(String);

impl FromStr for Network {
    type Err = NotANetwork;

    fn from_str(text: &str) -> Result<Self, NotANetwork> {
        let wrong = || NotANetwork(text.chars().take(60).collect());
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| wrong())?;
        let longest = if address.is_ipv4() { 32 } else { 128 };
        let prefix = match prefix {
            Some(text) => text.parse::<u8>().ok().filter(|p| *p <= longest).ok_or_else(wrong)?,
            None => longest,
        };
        Ok(Self { address, prefix })
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.prefix)
    }
}

impl Network {
    fn contains(&self, other: IpAddr) -> bool {
        let (a, b, width) = match (self.address, other) {
            (IpAddr::V4(a), IpAddr::V4(b)) => (u128::from(a.to_bits()), u128::from(b.to_bits()), 32u32),
            (IpAddr::V6(a), IpAddr::V6(b)) => (a.to_bits(), b.to_bits(), 128),
            _ => return false,
        };
        let shift = width.saturating_sub(u32::from(self.prefix));
        a.checked_shr(shift).unwrap_or(0) == b.checked_shr(shift).unwrap_or(0)
    }
}

/// What may be dialled, and whether without TLS.
#[derive(Debug, Clone, Default)]
pub struct Reach {
    /// Internal addresses too, all of them: for what the operator of the platform set up.
    anywhere: bool,
    /// Internal networks that may be reached although they are.
    internal: Vec<Network>,
    /// Without TLS over a network: somebody said so expressly.
    plain: bool,
}

impl Reach {
    /// For the operator of the platform: every address.
    pub fn operator() -> Self {
        Self { anywhere: true, ..Self::default() }
    }

    /// For a tenant: public addresses, and the internal networks that the operator's configuration names.
    pub fn tenant(internal: Vec<Network>) -> Self {
        Self { internal, ..Self::default() }
    }

    /// Lets bytes pass without TLS over a network. To this machine itself they may anyway.
    #[must_use]
    pub fn without_tls(self) -> Self {
        Self { plain: true, ..self }
    }

    /// Whether this address may be dialled.
    pub fn allows(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.anywhere || is_public(address) || self.internal.iter().any(|n| n.contains(address))
    }

    /// Whether this address may be sent to without TLS.
    pub fn allows_plain(&self, address: IpAddr) -> bool {
        self.plain || address.to_canonical().is_loopback()
    }
}

/// Whether an address is one of the internet's, by the registries of special addresses (RFC 6890, IANA).
pub(crate) fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => is_public_v4(v4),
        IpAddr::V6(v6) => is_public_v6(v6),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let special = address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_multicast()
        || address.is_broadcast()
        || address.is_documentation()
        || a == 0
        || a >= 240
        // Shared address space (RFC 6598), IETF protocols (RFC 6890), 6to4 relays (RFC 7526), benchmarks (RFC 2544).
        || (a == 100 && (64..128).contains(&b))
        || (a, b, c) == (192, 0, 0)
        || (a, b, c) == (192, 88, 99)
        || (a == 198 && (b == 18 || b == 19));
    !special
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let [a, b, c, d, e, f, g, h] = address.segments();
    // What carries an IPv4 address inside is judged by it: NAT64 (RFC 6052), 6to4 (RFC 3056), IPv4-compatible.
    let inner = |high: u16, low: u16| Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low));
    match [a, b, c, d, e, f] {
        [0x64, 0xff9b, 0, 0, 0, 0] => return is_public_v4(inner(g, h)),
        [0x2002, high, low, ..] => return is_public_v4(inner(high, low)),
        _ => {}
    }
    // Global unicast is 2000::/3 (RFC 4291 2.4); of it, protocols with Teredo, documentation and dummies are not.
    let special = match a {
        0x2001 => b < 0x200 || b == 0xdb8,
        0x3fff => b < 0x1000,
        _ => false,
    };
    (0x2000..0x4000).contains(&a) && !special
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn a_tenant_reaches_nothing_inside() {
        let reach = Reach::tenant(Vec::new());
        for text in [
            "127.0.0.1",
            "127.255.0.9",
            "0.0.0.0",
            "10.86.0.2",
            "172.16.5.5",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "192.0.0.8",
            "198.18.0.1",
            "203.0.113.9",
            "224.0.0.1",
            "255.255.255.255",
            "240.0.0.1",
            "::1",
            "::",
            "fe80::1",
            "fd00::1",
            "fc00::1",
            "ff02::1",
            "2001:db8::1",
            "2001::1",
            "3fff::1",
            "::ffff:10.0.0.1",
            "::ffff:169.254.169.254",
            "64:ff9b::a00:1",
            "64:ff9b:1::1",
            "2002:a00:1::1",
            "::10.0.0.1",
            "fec0::1",
            "100::1",
            "4000::1",
        ] {
            assert!(!reach.allows(ip(text)), "{text}");
            assert!(Reach::operator().allows(ip(text)), "{text}");
        }
        for text in
            ["8.8.8.8", "1.1.1.1", "172.32.0.1", "2606:4700::1111", "64:ff9b::808:808", "::ffff:8.8.8.8"]
        {
            assert!(reach.allows(ip(text)), "{text}");
        }
    }

    #[test]
    fn the_operator_opens_single_networks() {
        let reach = Reach::tenant(vec!["10.20.0.0/16".parse().unwrap(), "fd00:1::/32".parse().unwrap()]);
        assert!(
            reach.allows(ip("10.20.3.4"))
                && reach.allows(ip("::ffff:10.20.3.4"))
                && reach.allows(ip("fd00:1::9"))
        );
        assert!(
            !reach.allows(ip("10.21.3.4"))
                && !reach.allows(ip("127.0.0.1"))
                && !reach.allows(ip("fd00:2::9"))
        );
        assert!("0.0.0.0/0".parse::<Network>().unwrap().contains(ip("9.9.9.9")));
        for text in ["10.0.0.0/33", "::/129", "ward", "10.0.0.0/x", ""] {
            assert!(text.parse::<Network>().is_err(), "{text}");
        }
    }

    #[test]
    fn without_tls_goes_to_this_machine_alone_unless_somebody_says_so() {
        assert!(Reach::operator().allows_plain(ip("127.0.0.1")) && Reach::operator().allows_plain(ip("::1")));
        assert!(!Reach::operator().allows_plain(ip("10.0.0.1")));
        assert!(Reach::operator().without_tls().allows_plain(ip("10.0.0.1")));
    }
}
