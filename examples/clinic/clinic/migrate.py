"""Bring the database to the newest schema: `python3 -m clinic.migrate`, the release command.

All pending files run in one transaction under an advisory lock, so two releases at once are safe and a
failure changes nothing. Forward only: a file that has been applied may not be edited. A database that
is ahead of this code is left alone with a warning, so that an older release can be rolled back to.

Exit codes: 0 done, 1 the database or a migration failed, 2 a setting is wrong.
"""

import hashlib
import logging
import logging.config
import pathlib
import re
import sys
import time

import psycopg

from clinic import logs, passwords
from clinic.database import connect, why
from clinic.settings import Settings, SettingsError

FOLDER = pathlib.Path(__file__).parent / "migrations"
LOCK = 0x57A2D_C11
CONNECT_SECONDS = 20
NAME = "clinic.migrate"


class MigrationError(Exception):
    """A migration can't be applied; the text says which and why."""


def read(folder=FOLDER):
    """The migration files in order as (number, name, sql); raises MigrationError on a gap."""
    found = []
    for path in sorted(folder.glob("*.sql")):
        match = re.fullmatch(r"(\d{4})_[a-z_]+\.sql", path.name)
        if not match or int(match[1]) != len(found) + 1:
            raise MigrationError(f"{path.name} is out of order: number {len(found) + 1:04} is expected next")
        found.append((int(match[1]), path.name, path.read_text(encoding="utf-8")))
    return found


def apply(conn, migrations):
    """Apply what is missing, in the transaction that `conn` is in; returns the names applied."""
    conn.execute("select set_config('lock_timeout', '30s', true), set_config('statement_timeout', '0', true)")
    conn.execute("select pg_advisory_xact_lock(%s)", [LOCK])
    conn.execute(
        "create table if not exists schema_migrations (number integer primary key, name text not null,"
        " sha256 text not null, applied_at timestamptz not null default now())"
    )
    rows = conn.execute("select number, name, sha256 from schema_migrations").fetchall()
    applied = {row["number"]: row for row in rows}
    names = []
    for number, name, sql in migrations:
        digest = hashlib.sha256(sql.encode()).hexdigest()
        if number in applied:
            if applied[number]["sha256"] != digest:
                raise MigrationError(f"{name} was edited after it was applied; put it back and add a new file")
            continue
        if applied and number < max(applied):
            raise MigrationError(f"{name} is missing in a database that already has later migrations")
        try:
            conn.execute(sql)
        except psycopg.Error as error:
            message = error.diag.message_primary or "the connection was lost"
            raise MigrationError(f"{name} failed and nothing was changed: {message}") from error
        conn.execute("insert into schema_migrations (number, name, sha256) values (%s, %s, %s)", [number, name, digest])
        names.append(name)
    ahead = [number for number in applied if number > len(migrations)]
    if ahead:
        logs.event(NAME, "the database is ahead of this release", logging.WARNING, newest=max(ahead))
    return names


def seed_first_user(conn, settings):
    """Make the first staff user if there is none and a password is set; there is no default password."""
    if conn.execute("select 1 from users limit 1").fetchone():
        return
    if not settings.staff_password:
        logs.event(NAME, "no staff user was made: set CLINIC_STAFF_PASSWORD and release again", logging.WARNING)
        return
    conn.execute(
        "insert into users (name, password_hash) values (%s, %s)",
        [settings.staff_user.lower(), passwords.hash_password(settings.staff_password)],
    )
    logs.event(NAME, "the first staff user was made")


def open_patiently(url):
    """Connect, waiting up to 20 seconds for a database that is just starting."""
    until = time.monotonic() + CONNECT_SECONDS
    while True:
        try:
            return connect(url)
        except psycopg.OperationalError as error:
            if time.monotonic() >= until:
                raise MigrationError(why(error)) from error
        time.sleep(0.5)


def main():
    logging.config.dictConfig(logs.CONFIG)
    try:
        settings = Settings.from_environment()
        migrations = read()
        with open_patiently(settings.database_url) as conn:
            with conn.transaction():
                names = apply(conn, migrations)
                seed_first_user(conn, settings)
    except SettingsError as error:
        logs.event(NAME, str(error), logging.ERROR)
        return 2
    except MigrationError as error:
        logs.event(NAME, str(error), logging.ERROR)
        return 1
    except psycopg.Error as error:
        reason = error.diag.message_primary or why(error)
        logs.event(NAME, f"the migration failed and nothing was changed: {reason}", logging.ERROR, error=error)
        return 1
    logs.event(NAME, "the schema is up to date", applied=names, newest=len(migrations))
    return 0


if __name__ == "__main__":
    sys.exit(main())
