"""Small rules for texts from outside."""

import re
import unicodedata
import uuid


def clean(text):
    """The text in Unicode's composed form, spaces folded, without control and format characters."""
    text = unicodedata.normalize("NFC", text)
    kept = "".join(c for c in text if c.isspace() or unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co", "Cn"))
    return " ".join(kept.split())


def like_prefix(text):
    """A LIKE pattern for `starts with`, lower case, with LIKE's own signs made plain."""
    return re.sub(r"([\\%_])", r"\\\1", text.lower()) + "%"


def as_uuid(text):
    """The UUID in its one canonical spelling, or None."""
    try:
        value = uuid.UUID(text)
    except (ValueError, TypeError, AttributeError):
        return None
    return value if str(value) == text else None
