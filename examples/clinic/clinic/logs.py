"""One JSON object a line on standard output, with ids and never a patient's data.

An exception is logged by its type, its SQLSTATE and the places it passed through, not by its text:
the text of a database error repeats the values of the row.
"""

import json
import logging
import sys
import traceback
from datetime import datetime, timezone


class JsonFormatter(logging.Formatter):
    """Writes a record and the fields given with `extra={"fields": {...}}`."""

    def format(self, record):
        line = {
            "time": datetime.fromtimestamp(record.created, timezone.utc).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        line.update(getattr(record, "fields", {}))
        if record.exc_info and record.exc_info[1] is not None:
            line["error"] = describe(record.exc_info[1])
        return json.dumps(line, ensure_ascii=True, default=str)


def describe(error):
    """Type, SQLSTATE and stack places of an exception, without its text."""
    frames = traceback.extract_tb(error.__traceback__)
    places = [f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno} {frame.name}" for frame in frames]
    found = {"type": type(error).__name__, "at": places[-8:]}
    if getattr(error, "sqlstate", None):
        found["sqlstate"] = error.sqlstate
    return found


CONFIG = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "clinic.logs.JsonFormatter"}},
    "handlers": {"out": {"class": "logging.StreamHandler", "stream": sys.stdout, "formatter": "json"}},
    "root": {"level": "INFO", "handlers": ["out"]},
    "loggers": {
        "gunicorn.error": {"level": "INFO", "handlers": ["out"], "propagate": False},
        "gunicorn.access": {"level": "CRITICAL", "handlers": [], "propagate": False},
    },
}
"""For logging.config.dictConfig, here and in gunicorn."""


def event(name, message, level=logging.INFO, error=None, **fields):
    """Log one event of the part `name`. Fields are ids, counts, codes and times only."""
    exc_info = (type(error), error, error.__traceback__) if error else None
    logging.getLogger(name).log(level, message, extra={"fields": fields}, exc_info=exc_info)
