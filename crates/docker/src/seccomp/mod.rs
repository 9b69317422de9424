//! The system calls a container may make.
//!
//! An allow-list, derived from the one Podman ships, minus what reaches namespaces, mounts, keys,
//! tracing and other processes' memory. Podman's own allows `unshare -U`; this one does not.
//!
//! - `clone` with any namespace flag fails with EPERM; `clone3`, whose flags a filter cannot see, with
//!   ENOSYS, at which the C library falls back to `clone`.
//! - `socket` allows UNIX, IPv4, IPv6 and netlink (without audit): no vsock, no packet, no AF_ALG.
//! - `ioctl` refuses type `f` numbers 16 to 31, in which the fscrypt calls lie: a process that
//!   shared the adder's id could otherwise take a volume's key out of the kernel.
//! - Only the machine's own architecture: 32-bit calls would pass by the argument filters.

/// The profile, in the format of containers/common.
pub const PROFILE: &str = include_str!("profile.json");
