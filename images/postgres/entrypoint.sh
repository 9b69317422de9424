#!/bin/sh
# Starts PostgreSQL for Ward: creates the cluster once, takes its certificate, never starts below the floors.
#
# Needs: the volume at $PGDATA, a tmpfs at /var/run/postgresql, server.crt and server.key in /run/ward.
# Arguments are passed to postgres (`-c name=value`), before the floors.
set -eu
umask 077
: "${PGDATA:=/var/lib/postgresql/data}"
runtime=/var/run/postgresql
delivered=${WARD_FILES:-/run/ward}

fail() {
    echo "ward-postgres: $1" >&2
    exit 1
}

[ "$(id -u)" != 0 ] || fail "refuses to run as root"
[ -w "$PGDATA" ] || fail "cannot write to $PGDATA: is the volume unlocked and owned by uid $(id -u)?"
for file in server.crt server.key; do
    [ -s "$delivered/$file" ] || fail "$delivered/$file is missing: no connection without TLS"
    cat "$delivered/$file" > "$runtime/$file"
    chmod 0600 "$runtime/$file"
done

# Two containers on one volume would destroy it, and each sees only its own process ids. The lock is held by every
# process of the server, so it is free when the last has ended, however it ended.
exec 9> "$PGDATA/.ward-lock"
flock --exclusive --timeout 20 9 || fail "another server still uses $PGDATA"
rm -f "$PGDATA/postmaster.pid"

# PG_VERSION is moved last: with it the cluster is whole, without it nothing of value is there.
if [ ! -s "$PGDATA/PG_VERSION" ]; then
    if [ -d "$PGDATA/.initdb" ]; then
        echo "ward-postgres: an earlier creation was cut off; beginning again" >&2
        find "$PGDATA" -mindepth 1 -maxdepth 1 ! -name .initdb ! -name .ward-lock -exec rm -rf {} +
        rm -rf "$PGDATA/.initdb"
    elif [ -n "$(find "$PGDATA" -mindepth 1 -maxdepth 1 ! -name .ward-lock -print -quit)" ]; then
        fail "$PGDATA holds files but no cluster (no PG_VERSION); it is left as it is"
    fi
    initdb --pgdata="$PGDATA/.initdb" --username=postgres --encoding=UTF8 --locale=C.UTF-8 --data-checksums \
        --auth-local=peer --auth-host=scram-sha-256 --no-instructions >&2 || fail "initdb failed"
    find "$PGDATA/.initdb" -mindepth 1 -maxdepth 1 ! -name PG_VERSION -exec mv -t "$PGDATA" {} +
    sync -f "$PGDATA"
    mv "$PGDATA/.initdb/PG_VERSION" "$PGDATA/PG_VERSION"
    rmdir "$PGDATA/.initdb"
    sync -f "$PGDATA"
fi

# Values of patients must not reach the log: no statement, no parameter, no DETAIL ("Key (ssn)=(…) already exists").
postgres -D "$PGDATA" -c config_file=/etc/ward/postgresql.conf "$@" \
    -c hba_file=/etc/ward/pg_hba.conf \
    -c ssl=on -c ssl_cert_file="$runtime/server.crt" -c ssl_key_file="$runtime/server.key" \
    -c ssl_min_protocol_version=TLSv1.2 \
    -c ssl_ciphers=ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305 \
    -c password_encryption=scram-sha-256 \
    -c fsync=on -c full_page_writes=on \
    -c log_destination=stderr -c logging_collector=off \
    -c log_connections=on -c log_disconnections=on \
    -c log_statement=none -c log_min_duration_statement=-1 -c log_min_duration_sample=-1 \
    -c log_min_error_statement=panic -c log_error_verbosity=terse \
    -c log_parameter_max_length=0 -c log_parameter_max_length_on_error=0 \
    -c debug_print_parse=off -c debug_print_plan=off -c debug_print_rewritten=off \
    -c shared_preload_libraries=pgaudit -c pgaudit.log_parameter=off &
server=$!

# SIGTERM to postgres itself would wait for every client to leave; SIGINT is its fast, clean stop.
trap 'kill -INT "$server" 2>/dev/null || true' TERM INT
code=0
wait "$server" || code=$?
while kill -0 "$server" 2>/dev/null; do
    code=0
    wait "$server" || code=$?
done
exit "$code"
