#!/bin/sh
# Installs what Ward needs from Debian's packages. Idempotent. `--test` adds what only the tests need.
set -eu

run="podman runc netavark aardvark-dns conmon catatonit nftables iptables uidmap buildah skopeo mmdebstrap \
 e2fsprogs iproute2 util-linux procps ca-certificates openssl python3"
build="gcc g++ make cmake libc6-dev git"
test="postgresql postgresql-client chromium chromium-driver busybox-static curl npm python3-venv python3-cryptography \
 python3-flask gunicorn python3-psycopg rsyslog rsyslog-openssl"

wanted="$run $build"
[ "${1:-}" = "--test" ] && wanted="$wanted $test"

missing=""
for package in $wanted; do
    # npm and node may come from elsewhere than Debian.
    [ "$package" = npm ] && command -v npm >/dev/null 2>&1 && continue
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing="$missing $package"
done
# What the tests use from PyPI, in a place of its own.
tools() {
    [ "${1:-}" = "--test" ] || return 0
    place=/opt/ward-test-tools
    list="$(dirname "$0")/test-requirements.txt"
    cmp -s "$list" "$place/requirements.txt" && return 0
    echo "installing tools of the tests into $place"
    python3 -m venv --clear "$place"
    "$place/bin/pip" install --quiet --disable-pip-version-check -r "$list"
    cp "$list" "$place/requirements.txt"
}

if [ -z "$missing" ]; then
    echo "all packages are installed"
    tools "$@"
    exit 0
fi
if [ "$(id -u)" -ne 0 ]; then
    echo "these packages are missing:$missing" >&2
    echo "install them as root: apt-get install --no-install-recommends$missing" >&2
    exit 1
fi
echo "installing:$missing"
export DEBIAN_FRONTEND=noninteractive
# A clean install must not start a database server of its own.
mkdir -p /etc/postgresql-common
[ -e /etc/postgresql-common/createcluster.conf ] || echo "create_main_cluster = false" > /etc/postgresql-common/createcluster.conf
apt-get update -q
# shellcheck disable=SC2086
apt-get install -y -q --no-install-recommends $missing
tools "$@"
