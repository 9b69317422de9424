"""A small pool of PostgreSQL connections that survives a restart of the database.

Every connection is tried with one short query before it is lent. A dead one is thrown away with
all that lay idle beside it, and a new one is opened, so that the first request after a restart succeeds.
"""

import threading
import time
from contextlib import contextmanager

import psycopg
from psycopg.rows import dict_row


class Unavailable(Exception):
    """The database can't be reached now. `reason` is safe to show: it names no host, user or value."""

    def __init__(self, reason):
        super().__init__(reason)
        self.reason = reason


def connect(url, statement_seconds=10):
    """Open one connection in autocommit mode; raises psycopg.OperationalError.

    A silent network is noticed after five seconds (tcp_user_timeout), a long statement is ended by
    the server, and a transaction that a stuck thread left open is ended after 30 seconds.
    """
    defaults = {
        "connect_timeout": 3,
        "keepalives_idle": 20,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        "tcp_user_timeout": 5000,
        "application_name": "clinic",
    }
    given = psycopg.conninfo.conninfo_to_dict(url)
    conn = psycopg.connect(**{**defaults, **given}, autocommit=True, row_factory=dict_row)
    conn.execute(
        "select set_config('statement_timeout', %s, false), set_config('timezone', 'UTC', false),"
        " set_config('idle_in_transaction_session_timeout', '30s', false)",
        [f"{int(statement_seconds * 1000)}ms"],
    )
    return conn


def why(error):
    """A short, harmless reason for a failed connection."""
    text = str(error).lower()
    if "translate host name" in text or "resolve host" in text:
        return "the host name in DATABASE_URL is not known here"
    if "timeout expired" in text or "timed out" in text:
        return "the database did not answer in time"
    if "starting up" in text or "shutting down" in text:
        return "the database is starting or stopping"
    if "certificate" in text or "ssl" in text:
        return "the TLS connection to the database was refused"
    if "authentication" in text or "password" in text:
        return "the database refused the sign-in"
    if "too many" in text or "remaining connection slots" in text:
        return "the database has no connection left"
    return "cannot connect to the database"


class Pool:
    """At most `size` connections, opened when needed, lent one transaction at a time."""

    def __init__(self, url, size=4):
        self._url = url
        self._slots = threading.BoundedSemaphore(size)
        self._idle = []
        self._lock = threading.Lock()

    @contextmanager
    def transaction(self, wait=5.0, patience=3.0):
        """Lend a connection inside a transaction: committed at the end, rolled back on an exception.

        `wait`: seconds to wait for a free connection; `patience`: seconds to go on trying to connect.
        Raises Unavailable before the block starts, or when the connection is lost within it.
        """
        if not self._slots.acquire(timeout=wait):
            raise Unavailable("all database connections are in use")
        try:
            conn = self._usable(patience)
            try:
                with conn.transaction():
                    yield conn
            except psycopg.OperationalError as error:
                if conn.broken or conn.closed:
                    raise Unavailable("the connection to the database was lost") from error
                raise
            finally:
                if conn.broken or conn.closed:
                    conn.close()
                else:
                    with self._lock:
                        self._idle.append(conn)
        finally:
            self._slots.release()

    def close(self):
        """Close all idle connections."""
        with self._lock:
            idle, self._idle = self._idle, []
        for conn in idle:
            conn.close()

    def _usable(self, patience):
        with self._lock:
            conn = self._idle.pop() if self._idle else None
        if conn is not None:
            try:
                conn.execute("select 1")
                return conn
            except psycopg.Error:
                conn.close()
                self.close()
        until = time.monotonic() + patience
        while True:
            try:
                return connect(self._url)
            except psycopg.OperationalError as error:
                if time.monotonic() + 0.2 >= until:
                    raise Unavailable(why(error)) from error
            time.sleep(0.2)
