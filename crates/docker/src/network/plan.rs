//! Names and addresses of an instance's networks, from nothing but its name, its pool and an index.
//!
//! The pool is cut in two halves of `/24`: the first half holds the internal networks, the second the egress
//! networks in the same order, so that a container with host part .7 in one has .7 in the other. The last
//! `/24` of the second half belongs to builds.

use std::net::Ipv4Addr;

use ward_spine::engine::EngineError;

use super::NetworkNames;

/// Most environments of an instance, whatever the pool.
const MOST: u32 = 251;

/// The plan of one instance.
#[derive(Debug, Clone)]
pub struct Plan {
    instance: String,
    tag: String,
    pool: u32,
    prefix: u8,
}

impl Plan {
    /// Checks name and pool: the name is `[a-z0-9-]`, 1 to 32 long; the pool a private network of /8 to /22.
    /// A /15 holds all 251 environments, a /16 holds 127.
    ///
    /// # Errors
    /// [`EngineError::Unsupported`] for any other.
    pub fn new(instance: &str, (address, prefix): (Ipv4Addr, u8)) -> Result<Self, EngineError> {
        let refuse =
            |why: String| EngineError::Unsupported { what: "lay out the networks of this instance", why };
        let named = (1..=32).contains(&instance.len())
            && instance.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if !named {
            return Err(refuse(format!("the instance name {instance:?} is not 1 to 32 of a-z, 0-9 and -")));
        }
        if !(8..=22).contains(&prefix) || !address.is_private() {
            return Err(refuse(format!("{address}/{prefix} is not a private pool between /8 and /22")));
        }
        let pool = u32::from(address) & mask(prefix);
        if !Ipv4Addr::from(pool).is_private() || !Ipv4Addr::from(pool | !mask(prefix)).is_private() {
            return Err(refuse(format!("{address}/{prefix} reaches beyond the private ranges")));
        }
        Ok(Self { instance: instance.to_owned(), tag: tag(instance), pool, prefix })
    }

    /// How many environments the pool has room for: indexes are below it.
    pub fn capacity(&self) -> u16 {
        let halves = 1_u32 << (23 - u32::from(self.prefix));
        u16::try_from((halves - 1).min(MOST)).unwrap_or(0)
    }

    /// Network address and prefix length of the pool.
    pub fn pool(&self) -> (Ipv4Addr, u8) {
        (Ipv4Addr::from(self.pool), self.prefix)
    }

    /// The internal network of an environment.
    pub fn internal(&self, index: u16) -> (Ipv4Addr, u8) {
        (Ipv4Addr::from(self.pool.wrapping_add(u32::from(index) << 8)), 24)
    }

    /// Its egress network.
    pub fn egress(&self, index: u16) -> (Ipv4Addr, u8) {
        (Ipv4Addr::from(self.pool.wrapping_add(self.half()).wrapping_add(u32::from(index) << 8)), 24)
    }

    /// The network of builds.
    pub fn build(&self) -> (Ipv4Addr, u8) {
        (Ipv4Addr::from((self.pool | !mask(self.prefix)) & mask(24)), 24)
    }

    /// The environment whose internal network holds the address.
    pub fn environment(&self, address: Ipv4Addr) -> Option<u16> {
        let offset = u32::from(address).checked_sub(self.pool)? >> 8;
        u16::try_from(offset).ok().filter(|index| *index < self.capacity())
    }

    /// The address that a container with this internal address has in its egress network.
    pub fn outward(&self, internal: Ipv4Addr) -> Option<Ipv4Addr> {
        self.environment(internal).map(|_| Ipv4Addr::from(u32::from(internal).wrapping_add(self.half())))
    }

    /// The reverse of [`outward`](Self::outward).
    pub fn inward(&self, egress: Ipv4Addr) -> Option<Ipv4Addr> {
        let internal = Ipv4Addr::from(u32::from(egress).checked_sub(self.half())?);
        self.environment(internal).map(|_| internal)
    }

    /// Whether the address is of this instance at all.
    pub fn owns(&self, address: Ipv4Addr) -> bool {
        u32::from(address) & mask(self.prefix) == self.pool
    }

    /// Names of the two Podman networks of an environment.
    pub fn names(&self, index: u16) -> NetworkNames {
        NetworkNames {
            internal: format!("ward-{}-{index}", self.instance),
            egress: format!("ward-{}-{index}-egress", self.instance),
        }
    }

    /// Index of the environment whose internal Podman network has this name.
    pub fn index(&self, name: &str) -> Option<u16> {
        let index = name.strip_prefix("ward-")?.strip_prefix(self.instance.as_str())?.strip_prefix('-')?;
        index.parse().ok()
    }

    /// Bridge of the internal network; at most 15 bytes, as the kernel wants.
    pub fn bridge(&self, index: u16) -> String {
        format!("w{}-{index}i", self.tag)
    }

    /// Bridge of the egress network.
    pub fn egress_bridge(&self, index: u16) -> String {
        format!("w{}-{index}e", self.tag)
    }

    /// The host's end of the link to a build.
    pub fn build_link(&self) -> String {
        format!("w{}-b", self.tag)
    }

    /// What every interface of this instance begins with, and no other's.
    pub fn interface_prefix(&self) -> String {
        format!("w{}-", self.tag)
    }

    /// Name of Ward's nftables tables.
    pub fn table(&self) -> String {
        format!("ward_{}", self.instance.replace('-', "_"))
    }

    /// The instance's name.
    pub fn instance(&self) -> &str {
        &self.instance
    }

    fn half(&self) -> u32 {
        1 << (31 - u32::from(self.prefix))
    }
}

/// Eight characters without a hyphen that stand for the instance in interface names.
///
/// No hyphen, because `wa-` must not be the beginning of another instance's names.
fn tag(instance: &str) -> String {
    if instance.len() <= 8 && !instance.contains('-') {
        return instance.to_owned();
    }
    format!("{:08x}", fingerprint(instance.as_bytes()) >> 32)
}

/// FNV-1a, 64 bits: for names, never for security.
pub(crate) fn fingerprint(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

fn mask(prefix: u8) -> u32 {
    u32::MAX.checked_shl(32 - u32::from(prefix)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn plan() -> Plan {
        Plan::new("demo", (Ipv4Addr::new(10, 88, 0, 0), 15)).unwrap()
    }

    #[test]
    fn a_slash_15_holds_all_environments_and_none_overlap() {
        let plan = plan();
        assert_eq!(plan.capacity(), 251);
        let mut all: Vec<_> =
            (0..251).flat_map(|i| [plan.internal(i).0, plan.egress(i).0]).chain([plan.build().0]).collect();
        all.sort();
        all.dedup();
        assert_eq!(all.len(), 503);
        assert!(all.iter().all(|address| plan.owns(*address)));
    }

    #[test]
    fn a_slash_16_holds_127_and_the_last_does_not_meet_the_builds() {
        let plan = Plan::new("demo", (Ipv4Addr::new(10, 90, 0, 0), 16)).unwrap();
        assert_eq!(plan.capacity(), 127);
        assert_eq!(plan.egress(126).0, Ipv4Addr::new(10, 90, 254, 0));
        assert_eq!(plan.build().0, Ipv4Addr::new(10, 90, 255, 0));
    }

    #[test]
    fn public_pools_and_names_that_would_need_quoting_are_refused() {
        assert!(Plan::new("demo", (Ipv4Addr::new(8, 8, 0, 0), 16)).is_err());
        assert!(Plan::new("demo", (Ipv4Addr::new(192, 168, 0, 0), 12)).is_err());
        assert!(Plan::new("a;b", (Ipv4Addr::new(10, 0, 0, 0), 15)).is_err());
        assert!(Plan::new("", (Ipv4Addr::new(10, 0, 0, 0), 15)).is_err());
    }

    proptest! {
        #[test]
        fn interface_names_fit_the_kernel_and_no_instance_begins_like_another(
            a in "[a-z0-9-]{1,32}", b in "[a-z0-9-]{1,32}", index in 0_u16..251
        ) {
            let pool = (Ipv4Addr::new(10, 88, 0, 0), 15);
            let (one, two) = (Plan::new(&a, pool).unwrap(), Plan::new(&b, pool).unwrap());
            prop_assert!(one.bridge(index).len() <= 15);
            prop_assert_eq!(a == b, one.bridge(index).starts_with(&two.interface_prefix()));
        }

        #[test]
        fn outward_and_inward_are_reverse(index in 0_u16..251, host in 2_u8..=250) {
            let plan = plan();
            let internal = Ipv4Addr::from(u32::from(plan.internal(index).0) + u32::from(host));
            let egress = plan.outward(internal).unwrap();
            prop_assert_eq!(plan.inward(egress), Some(internal));
            prop_assert_eq!(u32::from(egress) & !0xff, u32::from(plan.egress(index).0));
            prop_assert_eq!(plan.index(&plan.names(index).internal), Some(index));
            prop_assert_eq!(plan.index(&plan.names(index).egress), None);
        }
    }
}
