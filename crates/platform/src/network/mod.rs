//! Addresses, uid ranges and allowed connections (45 CFR 164.312(a)(1), 164.312(e)(1)).
//!
//! Invariants: what no declared flow allows, the engine's packet filter drops. An address belongs to one owner
//! at a time, and so does a uid range. The loop compares the flows that are wanted with those that the kernel
//! has, so a flushed or changed table is put right within its period.

mod address;
mod egress;
mod flows;
mod reconcile;
pub(crate) mod sql;
mod uid;

pub use address::{allocate_address, release_addresses};
pub use egress::hosts_of;
pub use reconcile::Network;
pub use uid::{allocate_uid_range, release_uid_range};

use ward_spine::Settings;

/// Host parts that are given: .1 is the bridge.
const FIRST_HOST: i64 = 2;
/// Last host part that is given.
const LAST_HOST: i64 = 250;

/// How many environments the network pool has room for: one /24 each, from its lower half (the upper half is the
/// engine's, for the way outside).
pub fn capacity(settings: &Settings) -> u16 {
    let halves = 23_u32.checked_sub(u32::from(settings.network_pool.1)).map_or(0, |bits| 1_u64 << bits);
    u16::try_from(halves.saturating_sub(1).min(250)).unwrap_or(0)
}

/// Whether an address belongs to the pool: a container of some environment.
pub(crate) fn in_pool(settings: &Settings, address: std::net::Ipv4Addr) -> bool {
    let (base, prefix) = settings.network_pool;
    let mask = u32::MAX.checked_shl(32_u32.saturating_sub(u32::from(prefix))).unwrap_or(0);
    u32::from(base) & mask == u32::from(address) & mask
}
