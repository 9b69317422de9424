#!/bin/sh
# Runs a command beside a PostgreSQL of its own (loopback, free port, temporary directory) and takes it away after.
set -eu
bin=$(ls -d /usr/lib/postgresql/*/bin | sort -V | tail -n 1)
dir=$(mktemp -d /tmp/ward-postgres.XXXXXX)
port=$(python3 -c 'import socket; s=socket.socket(); s.bind(("127.0.0.1",0)); print(s.getsockname()[1])')
as_postgres() { if [ "$(id -u)" -eq 0 ]; then setpriv --reuid=postgres --regid=postgres --clear-groups "$@"; else "$@"; fi; }
stop() { as_postgres "$bin/pg_ctl" -D "$dir/data" -m immediate -w stop >/dev/null 2>&1 || true; rm -rf "$dir"; }
trap stop EXIT INT TERM
[ "$(id -u)" -eq 0 ] && chown postgres "$dir"
as_postgres "$bin/initdb" -D "$dir/data" -U postgres -A trust >/dev/null
as_postgres "$bin/pg_ctl" -D "$dir/data" -w -l "$dir/log" \
    -o "-h 127.0.0.1 -p $port -k $dir -c max_connections=400 -c fsync=off" start >/dev/null
WARD_TEST_POSTGRES_URL="postgres://postgres@127.0.0.1:$port/postgres" WARD_TEST_STORE=postgres "$@"
