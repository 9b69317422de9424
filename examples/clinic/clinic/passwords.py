"""Password hashes with scrypt from the standard library.

N=2^14, r=8, p=5 is one of the settings that OWASP's password storage sheet names as equal in
strength; it takes 16 MiB, which fits a small container with several sign-ins at once.
"""

import base64
import hashlib
import hmac
import os
import threading

N, R, P = 2**14, 8, 5
_TURNS = threading.BoundedSemaphore(2)
"""Two hashes at a time in one process, so that a crowd at the sign-in page can't use up the memory."""


def _scrypt(password, salt, n, r, p):
    with _TURNS:
        return hashlib.scrypt(password.encode(), salt=salt, n=n, r=r, p=p, maxmem=64 * 2**20, dklen=32)


def hash_password(password):
    """Return `scrypt$n$r$p$salt$hash`, with a fresh salt of 16 bytes."""
    salt = os.urandom(16)
    parts = [base64.b64encode(part).decode() for part in (salt, _scrypt(password, salt, N, R, P))]
    return f"scrypt${N}${R}${P}${parts[0]}${parts[1]}"


def check_password(password, stored):
    """Whether the password made this hash, compared in constant time."""
    _, n, r, p, salt, expected = stored.split("$")
    found = _scrypt(password, base64.b64decode(salt), int(n), int(r), int(p))
    return hmac.compare_digest(found, base64.b64decode(expected))


NOBODY = hash_password(os.urandom(16).hex())
"""The hash to check when the user does not exist, so that the answer takes as long."""
