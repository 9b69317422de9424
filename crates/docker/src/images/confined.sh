# Runs one step of a build where it can do no harm. Process 1 of its own pid namespace, in user, mount, network, ipc
# and uts namespaces of its own; the current directory is the instance's build directory.
#
#   store/   image store of builds          work/in/   what this step was given
#   work/    of this build alone            work/out/  what it gives back
#
# $1 is the step, the rest its arguments. Standard input: one line when the network is there, then open as long as
# its owner lives.
set -eu
umask 022

# A root file system of its own: the host's programs, read-only, and nothing else of the host.
mount --make-rprivate /
mount -t tmpfs -o mode=755,size=16m,nosuid root work/root
new=work/root
mkdir "$new/proc" "$new/sys" "$new/dev" "$new/etc" "$new/tmp" "$new/run" "$new/root" "$new/var" "$new/var/tmp" \
    "$new/store" "$new/work" "$new/old" "$new/etc/containers" "$new/etc/ssl" "$new/etc/ssl/certs"
for name in usr bin sbin lib lib32 lib64 libx32; do
    if [ -L "/$name" ]; then
        cp -P "/$name" "$new/$name"
    elif [ -d "/$name" ]; then
        mkdir "$new/$name"
        mount --rbind "/$name" "$new/$name"
        mount -o remount,bind,ro "$new/$name"
    fi
done
if [ -d /etc/alternatives ]; then cp -rP /etc/alternatives "$new/etc/"; fi
echo 'root:x:0:0:root:/root:/bin/sh' > "$new/etc/passwd"
echo 'root:x:0:' > "$new/etc/group"
echo '{"default":[{"type":"insecureAcceptAnything"}]}' > "$new/etc/containers/policy.json"
cp work/in/hosts "$new/etc/hosts"
: > "$new/etc/resolv.conf"
if [ -f work/in/ca.crt ]; then
    cp work/in/ca.crt "$new/etc/ssl/certs/ca-certificates.crt"
    echo '[containers]' > "$new/etc/containers/containers.conf"
    echo 'volumes = ["/etc/ssl/certs/ca-certificates.crt:/run/.ward-build/ca.crt:ro"]' >> "$new/etc/containers/containers.conf"
fi
for name in null zero full random urandom tty; do
    : > "$new/dev/$name"
    mount --bind "/dev/$name" "$new/dev/$name"
done
ln -s /proc/self/fd "$new/dev/fd"
mkdir "$new/dev/shm" "$new/dev/pts"
mount -t tmpfs -o mode=1777,size=64m shm "$new/dev/shm"
mount --bind store "$new/store"
mount --bind work "$new/work"
mount -t tmpfs -o mode=1777,size=512m tmp "$new/tmp"
mount -t tmpfs -o mode=755,size=64m run "$new/run"
mount -t proc proc "$new/proc"
mount -t sysfs -o ro sysfs "$new/sys"
cd "$new"
pivot_root . old
cd /
umount -l /old
rmdir /old
ip link set lo up

echo ward-ready
read -r _go
# When the owner dies, however it dies, this pipe closes, and everything here ends.
exec 3<&0 < /dev/null
( cat <&3 > /dev/null; kill -KILL -1 ) &
exec 3<&-

engine() {
    buildah --root /store/root --runroot /run/containers --storage-driver overlay "$@"
}

step=$1
shift
case "$step" in
build)
    # TAG KNOWN LIMIT [--build-arg X=Y]…: KNOWN is the id the caller has already, or empty; LIMIT is of the cache, in KiB.
    tag=$1 known=$2 limit=$3
    shift 3
    engine rm --all > /dev/null 2>&1 || true
    if [ "$(du -sk /store/root | cut -f1)" -gt "$limit" ]; then
        echo 'ward: the cache of layers is over its limit and is emptied'
        base=$(engine images --quiet --no-trunc debian:bookworm-slim)
        for image in $(engine images --all --quiet --no-trunc | sort -u); do
            if [ "$image" != "$base" ]; then engine rmi --force "$image" > /dev/null 2>&1 || true; fi
        done
    fi
    engine bud --isolation chroot --layers --pull-never --network host --format docker \
        --iidfile /work/out/id --file /work/in/Dockerfile --tag "$tag" "$@" /work/context
    if [ "$(cat /work/out/id)" != "$known" ]; then
        engine push --quiet "$(cat /work/out/id)" "docker-archive:/work/out/image.tar:$tag"
    fi
    ;;
base)
    # LABEL NAME…: makes an image of the root file system that is given, and names it.
    label=$1
    shift
    container=$(engine from scratch)
    engine add --quiet "$container" /work/in/root.tar / > /dev/null
    engine config --label "$label" --cmd bash \
        --env PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$container"
    engine commit --quiet --rm --format docker --iidfile /work/out/id "$container" "$1" > /dev/null
    for name in "$@"; do engine tag "$1" "$name"; done
    engine push --quiet "$1" "docker-archive:/work/out/image.tar:$1"
    ;;
load)
    # NAME…: takes the archive that is given into the store of builds.
    id=$(engine pull --quiet docker-archive:/work/in/image.tar)
    for name in "$@"; do engine tag "$id" "$name"; done
    ;;
*)
    echo "no such step: $step" >&2
    exit 2
    ;;
esac
