"""A text in the making, with the labels of its parts; offsets of what is written are in bytes of UTF-8."""

import re

# What a date may keep: its year, and the time of day behind it (45 CFR 164.514(b)(2)(i)(C)).
YEAR = re.compile(r"(?<!\d)(?:18|19|20)\d\d(?!\d)")
TIME = re.compile(r"(?:T|\b)\d{1,2}:\d\d.*$|T\d{4,6}\b.*$|@.*$", re.S)
COMPACT = re.compile(r"(\d{4})\d{4}(\d*(?:\.\d+)?(?:[+-]\d{4})?)$")
SHORT = re.compile(r"^\d{1,2}[/.-]\d{1,2}[/.-](\d\d)$")


def stays(label: str, value: str) -> list:
    """Parts of a value that may stay, in characters."""
    if label == "zip":
        return [(0, 3)] if re.match(r"\d{5}", value) else []
    if label != "date":
        return []
    if re.match(r"\d{6}$", value):
        return [(0, 4)]
    compact = COMPACT.match(value)
    if compact:
        return [(0, 4)] + ([(8, len(value))] if compact.group(2) else [])
    short = SHORT.match(value)
    if short:
        return [short.span(1)]
    kept = [year.span() for year in YEAR.finditer(value)]
    time = TIME.search(value)
    if time:
        kept.append(time.span())
    return kept


class Draft:
    """Text and spans, both in characters until `document`."""

    def __init__(self):
        self.parts, self.length, self.spans = [], 0, []

    def put(self, text: str, label=None, keep=None):
        """Appends; `tolerated` counts neither way, None is no identifier."""
        if label and text.strip():
            begin = len(text) - len(text.lstrip())
            core = text.strip()
            kept = stays(label, core) if keep is None else keep
            at = self.length + begin
            self.spans.append((at, at + len(core), label, [(a + at, b + at) for a, b in kept]))
        self.parts.append(text)
        self.length += len(text)

    def document(self, name: str, kind: str, genre: str) -> dict:
        text, place = "".join(self.parts), [0]
        for character in text:
            place.append(place[-1] + len(character.encode()))
        spans = [{"start": place[a], "end": place[b], "label": label, "keep": [[place[x], place[y]] for x, y in keep]}
                 for a, b, label, keep in self.spans]
        return {"id": name, "genre": genre, "kind": kind, "text": text, "spans": spans}
