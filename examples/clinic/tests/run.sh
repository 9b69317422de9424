#!/bin/sh
# Run the clinic's tests against a PostgreSQL of their own. `--install` gets what they need from Debian first.
set -eu
cd "$(dirname "$0")/.."
if [ "${1:-}" = "--install" ]; then
    shift
    apt-get update -q
    DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends \
        python3 python3-flask gunicorn python3-psycopg postgresql-15 openssl tzdata
fi
for needed in /usr/lib/postgresql/15/bin/initdb /usr/bin/gunicorn /usr/bin/openssl; do
    [ -x "$needed" ] || { echo "$needed is missing: run $0 --install" >&2; exit 2; }
done
# Debian's Python, because the packages are Debian's.
exec env -u PYTHONHOME PYTHONPATH=. PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 -W error::ResourceWarning -m unittest discover -t . -s tests "$@"
