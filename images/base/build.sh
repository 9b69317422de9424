#!/bin/sh
# Builds the root file system of Ward's base image from Debian's signed packages.
#
#   build.sh dates       prints the Date of each suite's Release file, one a line: the version of the archive
#   build.sh make OUT    writes the root file system to OUT, a tar
#
# Uses the host's own apt: its mirrors if it is a bookworm host, its proxy, its certificates. Signatures are checked
# against Debian's own keyring, whatever the host trusts beside it.
set -eu

suites='bookworm bookworm-updates bookworm-security'
keyring=/usr/share/keyrings/debian-archive-keyring.gpg

# The mirror the host uses for a suite, or Debian's.
mirror() {
    found=$(apt-get indextargets --format '$(RELEASE) $(REPO_URI)' 'Created-By: Packages' 2>/dev/null |
        sed -n "s/^$1 \(https\{0,1\}:\/\/[^ ]*\)$/\1/p" | head -n 1)
    case "$1" in
    *-security) echo "${found:-http://deb.debian.org/debian-security}" ;;
    *) echo "${found:-http://deb.debian.org/debian}" ;;
    esac
}

dates() {
    scratch=$(mktemp -d)
    trap 'rm -rf "$scratch"' EXIT
    for suite in $suites; do
        address=$(mirror "$suite")
        /usr/lib/apt/apt-helper download-file "${address%/}/dists/$suite/Release" "$scratch/$suite" >&2
        sed -n 's/^Date: //p' "$scratch/$suite" | head -n 1
    done
}

make() {
    [ -r "$keyring" ] || { echo "$keyring is missing: apt-get install debian-archive-keyring" >&2; exit 1; }
    set -- "$1"
    for suite in $suites; do
        set -- "$@" "deb [signed-by=$keyring] $(mirror "$suite") $suite main"
    done
    out=$1
    shift
    # Like Debian's slim images: no manuals, but every licence. The image's own apt uses Debian's mirrors.
    mmdebstrap --mode=root --variant=minbase --format=tar --components=main --keyring="$keyring" \
        --include=ca-certificates \
        --dpkgopt='path-exclude=/usr/share/man/*' \
        --dpkgopt='path-exclude=/usr/share/info/*' \
        --dpkgopt='path-exclude=/usr/share/locale/*' \
        --dpkgopt='path-exclude=/usr/share/doc/*' \
        --dpkgopt='path-include=/usr/share/doc/*/copyright' \
        --customize-hook='rm -f "$1"/etc/hostname "$1"/etc/resolv.conf "$1"/etc/apt/sources.list.d/* "$1"/var/log/*.log "$1"/var/log/apt/*' \
        --customize-hook='printf "%s\n" "deb http://deb.debian.org/debian bookworm main" "deb http://deb.debian.org/debian bookworm-updates main" "deb http://deb.debian.org/debian-security bookworm-security main" > "$1"/etc/apt/sources.list' \
        --customize-hook='printf "%s\n" "APT::Install-Recommends \"0\";" "Acquire::Languages \"none\";" "DPkg::Post-Invoke { \"rm -f /var/cache/apt/archives/*.deb /var/cache/apt/*.bin || true\"; };" > "$1"/etc/apt/apt.conf.d/90ward' \
        bookworm "$out" "$@"
}

case "${1-}" in
dates) dates ;;
make) make "$2" ;;
*) echo "usage: $0 dates | make OUT" >&2; exit 2 ;;
esac
