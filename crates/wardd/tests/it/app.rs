//! The app of the tests: a web server in Perl, which Ward's base image has, so that its build fetches nothing.

use std::{
    fs,
    path::{Path, PathBuf},
};

use flate2::{Compression, write::GzEncoder};
use tar::{Builder, EntryType, Header};

const DOCKERFILE: &str = "FROM debian:bookworm-slim\nCOPY *.pl version /srv/app/\nUSER 10001\n";

const SERVER: &str = r#"use strict;
use warnings;
use Socket;

$| = 1;
$SIG{CHLD} = 'IGNORE';
open my $file, '<', '/srv/app/version' or die "no version: $!";
my $version = <$file>;
socket(my $listener, PF_INET, SOCK_STREAM, 0) or die "socket: $!";
setsockopt($listener, SOL_SOCKET, SO_REUSEADDR, 1);
bind($listener, pack_sockaddr_in($ENV{PORT}, INADDR_ANY)) or die "bind: $!";
listen($listener, 128) or die "listen: $!";
print "listening on $ENV{PORT}\n";
while (1) {
    accept(my $peer, $listener) or next;
    my $child = fork;
    if (!defined $child || $child) { close $peer; next; }
    my $request = '';
    while ($request !~ /\r\n\r\n/) { sysread($peer, $request, 4096, length $request) or last; }
    my ($path) = $request =~ m{^\S+ (\S+)};
    my ($status, $body) = ('200 OK', $version);
    if ($path eq '/healthz') {
        ($status, $body) = $ENV{HEALTH} ? ('503 Unavailable', 'no database') : ('200 OK', 'well');
    }
    $body = ($ENV{DATABASE_URL} // 'none') =~ m{^(\w+):} ? $1 : 'none' if $path eq '/database';
    my $length = length $body;
    syswrite($peer, "HTTP/1.1 $status\r\nContent-Length: $length\r\nConnection: close\r\n\r\n$body");
    shutdown($peer, 1);
    exit 0;
}
"#;

const RELEASE: &str = r#"print "migrating\n";
if ($ENV{RELEASE_FAILS}) { print STDERR "column patients.name does not exist\n"; exit 3; }
"#;

const MANIFEST: &str = r#"app = "clinic"
kill_timeout = "2s"
[processes]
web = "perl /srv/app/server.pl"
[deploy]
release_command = "perl /srv/app/release.pl"
[http_service]
processes = ["web"]
[[http_service.checks]]
path = "/healthz"
interval = "1s"
timeout = "1s"
grace_period = "3s"
[[vm]]
memory = "64mb"
"#;

/// Writes the source of a version into a folder, with more in its manifest.
pub(crate) fn source(home: &Path, version: &str, more: &str) -> PathBuf {
    let folder = home.join(format!("source-{version}"));
    fs::create_dir_all(&folder).unwrap();
    let manifest = format!("{MANIFEST}{more}");
    for (name, text) in [
        ("Dockerfile", DOCKERFILE),
        ("server.pl", SERVER),
        ("release.pl", RELEASE),
        ("ward.toml", &manifest),
        ("version", version),
    ] {
        fs::write(folder.join(name), text).unwrap();
    }
    folder
}

/// An archive that is good but for one entry, written as no careful writer would.
pub(crate) fn archive(kind: EntryType, path: &str, target: &str) -> Vec<u8> {
    let mut tar = Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    for (kind, path, target, data) in
        [(EntryType::Regular, "Dockerfile", "", DOCKERFILE.as_bytes()), (kind, path, target, &b""[..])]
    {
        let mut header = Header::new_ustar();
        let old = header.as_old_mut();
        old.name[..path.len()].copy_from_slice(path.as_bytes());
        old.linkname[..target.len()].copy_from_slice(target.as_bytes());
        header.set_entry_type(kind);
        header.set_size(data.len() as u64);
        header.set_mode(0o644);
        header.set_cksum();
        tar.append(&header, data).unwrap();
    }
    tar.into_inner().unwrap().finish().unwrap()
}
