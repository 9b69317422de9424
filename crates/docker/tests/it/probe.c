// Makes calls that a container must not be able to make, and prints the error number of each.
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <fcntl.h>

static void say(const char *name, long result) { printf("%s %d\n", name, result == -1 ? errno : 0); }

int main(void) {
    say("unshare-user", syscall(SYS_unshare, CLONE_NEWUSER));
    say("unshare-net", syscall(SYS_unshare, CLONE_NEWNET));
    say("clone-user", syscall(SYS_clone, CLONE_NEWUSER | 17, 0, 0, 0, 0));
    say("clone3", syscall(SYS_clone3, 0, 0));
    say("mount", syscall(SYS_mount, "none", "/tmp", "tmpfs", 0, 0));
    say("setns", syscall(SYS_setns, 0, 0));
    say("keyctl", syscall(SYS_keyctl, 0, -3, 0));
    say("add_key", syscall(SYS_add_key, "user", "x", "y", 1, -3));
    say("bpf", syscall(SYS_bpf, 0, 0, 0));
    say("io_uring_setup", syscall(SYS_io_uring_setup, 1, 0));
    say("userfaultfd", syscall(SYS_userfaultfd, 0));
    say("perf_event_open", syscall(SYS_perf_event_open, 0, 0, -1, -1, 0));
    say("open_by_handle_at", syscall(SYS_open_by_handle_at, 0, 0, 0));
    say("ptrace", syscall(SYS_ptrace, 0, 0, 0, 0));
    say("vsock", socket(AF_VSOCK, SOCK_STREAM, 0));
    say("packet", socket(AF_PACKET, SOCK_RAW, 0));
    int root = open("/", O_RDONLY);
    // FS_IOC_REMOVE_ENCRYPTION_KEY and FS_IOC_ADD_ENCRYPTION_KEY
    say("fscrypt-remove", ioctl(root, _IOWR('f', 24, char[64]), 0));
    say("fscrypt-add", ioctl(root, _IOWR('f', 23, char[80]), 0));
    // Calls that must work.
    say("ok-inet", socket(AF_INET, SOCK_STREAM, 0) == -1 ? -1 : 0);
    say("ok-netlink", socket(AF_NETLINK, SOCK_RAW, 0) == -1 ? -1 : 0);
    int flags = 0;
    int passed = ioctl(root, _IOR('f', 1, long), &flags);
    printf("ok-getflags %d\n", passed == -1 && errno == ENOSYS ? errno : 0);
    say("ok-fork", fork() == -1 ? -1 : 0);
    return 0;
}
