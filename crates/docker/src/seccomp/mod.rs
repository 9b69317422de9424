//! The system calls a container may make.
//!
//! An allow-list, derived from the one Podman ships, minus what reaches namespaces, mounts, keys,
//! tracing and other processes' memory. Podman's own allows `unshare -U`; this one does not.
//!
//! - What is denied by name fails with EPERM, what is not in the list at all with ENOSYS.
//! - `clone` with any namespace flag fails, and so does `clone3`, whose flags a filter cannot see; at its ENOSYS
//!   the C library falls back to `clone`.
//! - `socket` allows UNIX, IPv4, IPv6 and netlink (without audit): no vsock, no packet, no AF_ALG.
//! - `ioctl` refuses type `f` numbers 16 to 31, in which the fscrypt calls lie: a process that
//!   shared the adder's id could otherwise take a volume's key out of the kernel.
//! - Only the machine's own architecture: 32-bit calls would pass by the argument filters.

/// The profile, in the format of containers/common.
pub const PROFILE: &str = include_str!("profile.json");

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn allowed_without_condition() -> BTreeMap<String, String> {
        let profile: serde_json::Value = serde_json::from_str(PROFILE).unwrap();
        assert_eq!(profile["defaultAction"], "SCMP_ACT_ERRNO");
        let mut found = BTreeMap::new();
        for rule in profile["syscalls"].as_array().unwrap() {
            if rule.get("args").is_none() {
                for name in rule["names"].as_array().unwrap() {
                    let action = rule["action"].as_str().unwrap().to_owned();
                    let name = name.as_str().unwrap().to_owned();
                    assert!(found.insert(name.clone(), action).is_none(), "{name} is ruled twice");
                }
            }
        }
        found
    }

    #[test]
    fn calls_that_reach_namespaces_mounts_keys_or_other_processes_are_denied() {
        let rules = allowed_without_condition();
        for name in [
            "unshare",
            "setns",
            "mount",
            "umount2",
            "pivot_root",
            "move_mount",
            "open_tree",
            "fsopen",
            "fsmount",
            "mount_setattr",
            "keyctl",
            "add_key",
            "request_key",
            "bpf",
            "perf_event_open",
            "userfaultfd",
            "io_uring_setup",
            "open_by_handle_at",
            "clone3",
            "ptrace",
            "process_vm_readv",
            "chroot",
        ] {
            assert_eq!(rules.get(name).map(String::as_str), Some("SCMP_ACT_ERRNO"), "{name}");
        }
    }

    #[test]
    fn calls_whose_arguments_matter_are_never_allowed_whole() {
        let rules = allowed_without_condition();
        for name in ["clone", "socket", "ioctl", "personality"] {
            assert_eq!(rules.get(name), None, "{name}");
        }
        assert_eq!(rules.get("read").map(String::as_str), Some("SCMP_ACT_ALLOW"));
    }
}
