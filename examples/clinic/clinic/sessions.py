"""Sign-in, sessions and form tokens.

A session is a row; the cookie holds a random token whose SHA-256 is the row's key. So a sign-out is
final, and nothing has to be signed. A form's token is an HMAC keyed by the cookie's value: it
can't be made without the cookie, and needs no storage.
"""

import hashlib
import hmac
import secrets

from clinic import passwords

ABSOLUTE_HOURS = 12
FREE_ATTEMPTS = 5
LOCK_SECONDS = 60


def form_token(cookie):
    """The token that a form shown under this cookie has to carry."""
    return hmac.new(cookie.encode(), b"clinic form", hashlib.sha256).hexdigest()


def form_token_matches(cookie, token):
    """Whether a submitted token belongs to the cookie, compared in constant time."""
    return bool(cookie) and hmac.compare_digest(form_token(cookie).encode(), token.encode())


def sign_in(conn, name, password):
    """Check the password; returns (user, token), or (None, None) without saying why.

    After five wrong passwords in a row the account refuses every password for a minute.
    """
    user = conn.execute(
        "select id, name, password_hash, active, failed_attempts,"
        " coalesce(locked_until > now(), false) as locked from users where name = %s for update",
        [name.strip().lower()],
    ).fetchone()
    right = passwords.check_password(password, user["password_hash"] if user else passwords.NOBODY)
    if user is None or user["locked"] or not user["active"]:
        return None, None
    if not right:
        conn.execute(
            "update users set failed_attempts = failed_attempts + 1, locked_until = case"
            " when failed_attempts + 1 >= %s then now() + make_interval(secs => %s) end where id = %s",
            [FREE_ATTEMPTS, LOCK_SECONDS, user["id"]],
        )
        return None, None
    conn.execute("update users set failed_attempts = 0, locked_until = null where id = %s", [user["id"]])
    conn.execute(
        "delete from sessions where created_at < now() - make_interval(hours => %s)", [ABSOLUTE_HOURS]
    )
    token = secrets.token_urlsafe(32)
    conn.execute("insert into sessions (token_hash, user_id) values (%s, %s)", [_hash(token), user["id"]])
    return user, token


def find(conn, token, idle_minutes):
    """The user of a live session, whose idle time starts anew; None if it has ended."""
    return conn.execute(
        "update sessions s set seen_at = now() from users u where s.token_hash = %s and u.id = s.user_id"
        " and u.active and s.seen_at > now() - make_interval(secs => %s)"
        " and s.created_at > now() - make_interval(hours => %s) returning u.id, u.name",
        [_hash(token), idle_minutes * 60, ABSOLUTE_HOURS],
    ).fetchone()


def sign_out(conn, token):
    """End the session."""
    conn.execute("delete from sessions where token_hash = %s", [_hash(token)])


def _hash(token):
    return hashlib.sha256(token.encode()).digest()
