"""The settings, read once from the environment.

Everything that differs between one deployment and the next is here, and only here, so that a wrong
value is named at start and not in the middle of a request.
"""

import os
from dataclasses import dataclass
from zoneinfo import ZoneInfo


class SettingsError(Exception):
    """A setting is missing or can't be used; the text says which and what to do."""


@dataclass(frozen=True)
class Settings:
    """What the environment says; see README.md for the same list in prose."""

    database_url: str
    """`DATABASE_URL`: a postgresql:// URL, handed to libpq as it is (sslmode, sslrootcert and the rest)."""
    port: int = 8080
    """`PORT`: where the web process listens, on every address of the container."""
    api_token: str = ""
    """`CLINIC_API_TOKEN`: the bearer token of the FHIR door, 16 characters or more. Empty: the door is shut."""
    staff_user: str = "staff"
    """`CLINIC_STAFF_USER`: the sign-in name of the first user, made by the migration."""
    staff_password: str = ""
    """`CLINIC_STAFF_PASSWORD`: their password, 12 characters or more. Empty: no user is made."""
    timezone: ZoneInfo = ZoneInfo("UTC")
    """`CLINIC_TIMEZONE`: the zone in which the clinic's people read and type times."""
    idle_minutes: float = 15
    """`CLINIC_IDLE_MINUTES`: a session without a request for this long has ended (45 CFR 164.312(a)(2)(iii))."""
    worker_seconds: float = 15
    """`CLINIC_WORKER_SECONDS`: the pause between two looks for due reminders."""
    pool_size: int = 4
    """`CLINIC_POOL_SIZE`: the most connections one process holds."""

    @staticmethod
    def from_environment(env=os.environ):
        """Read and check the settings; raises SettingsError."""
        url = env.get("DATABASE_URL", "")
        if not url.startswith(("postgresql://", "postgres://")):
            raise SettingsError("DATABASE_URL has to be set to a postgresql:// URL")
        token = env.get("CLINIC_API_TOKEN", "")
        if token and len(token) < 16:
            raise SettingsError("CLINIC_API_TOKEN is shorter than 16 characters; set a longer one")
        password = env.get("CLINIC_STAFF_PASSWORD", "")
        if password and len(password) < 12:
            raise SettingsError("CLINIC_STAFF_PASSWORD is shorter than 12 characters; set a longer one")
        try:
            zone = ZoneInfo(env.get("CLINIC_TIMEZONE") or "UTC")
        except (KeyError, ValueError, OSError) as error:
            raise SettingsError("CLINIC_TIMEZONE is no time zone name such as America/Chicago") from error
        return Settings(
            database_url=url,
            port=int(_number(env, "PORT", 8080, 1, 65535)),
            api_token=token,
            staff_user=env.get("CLINIC_STAFF_USER") or "staff",
            staff_password=password,
            timezone=zone,
            idle_minutes=_number(env, "CLINIC_IDLE_MINUTES", 15, 0.01, 60),
            worker_seconds=_number(env, "CLINIC_WORKER_SECONDS", 15, 0.1, 3600),
            pool_size=int(_number(env, "CLINIC_POOL_SIZE", 4, 1, 50)),
        )


def _number(env, name, default, least, most):
    text = env.get(name) or str(default)
    try:
        value = float(text)
    except ValueError as error:
        raise SettingsError(f"{name} has to be a number") from error
    if not least <= value <= most:
        raise SettingsError(f"{name} has to be between {least} and {most}")
    return value
