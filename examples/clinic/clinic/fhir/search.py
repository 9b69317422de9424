"""Search parameters of Patient, read into conditions for `patients.search`.

A parameter that we don't know is an error unless the client says `Prefer: handling=lenient`: to leave
a filter out would show patients who were not asked for.
"""

import calendar
import re
from datetime import date, timedelta

from clinic import patients
from clinic.words import as_uuid, like_prefix

MOST, USUAL = 100, 20
_PREFIXED = re.compile(r"(eq|ne|gt|lt|ge|le)?(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
_CONTROL = {"_count", "_page", "_format"}


class BadSearch(Exception):
    """A parameter can't be used; `parameter` names it, the text says why."""

    def __init__(self, parameter, text):
        super().__init__(text)
        self.parameter = parameter


class Search:
    """A search as asked: its conditions, page size, place, and the parameters that were used."""

    def __init__(self, pairs, lenient=False):
        self.conditions, self.used = [], []
        self.count, self.after = USUAL, None
        for key, value in pairs:
            name, _, modifier = key.partition(":")
            if not value or name == "_format":
                continue
            if "\0" in value:
                raise BadSearch(name if name in PARAMETERS else "?", "A value may not hold the character NUL")
            if name == "_count" and not modifier:
                if not re.fullmatch(r"\d{1,6}", value):
                    raise BadSearch("_count", "_count has to be a whole number")
                self.count = min(int(value), MOST)
            elif name == "_page" and not modifier:
                self.after = as_uuid(value)
                if self.after is None:
                    raise BadSearch("_page", "_page has to come from a link of this server")
            elif name in PARAMETERS:
                choices = [PARAMETERS[name](choice, modifier) for choice in value.split(",") if choice][:20]
                if choices:
                    sql = " or ".join(f"({part})" for part, _ in choices)
                    self.conditions.append((sql, [one for _, values in choices for one in values]))
                    self.used.append((key, value))
            elif not lenient:
                shown = name if re.fullmatch(r"[A-Za-z_-]{1,40}", name) else "?"
                raise BadSearch(
                    shown, "This parameter is not supported. Known: " + ", ".join([*PARAMETERS, *sorted(_CONTROL)])
                )


def _string(name, modifier, value, one):
    """`one` is an SQL template with {} where the name stands."""
    if modifier == "":
        return one.format("lower({})").replace("?", "like %s"), [like_prefix(value)]
    if modifier == "contains":
        return one.format("lower({})").replace("?", "like %s"), ["%" + like_prefix(value)]
    if modifier == "exact":
        return one.format("{}").replace("?", "= %s"), [value]
    raise BadSearch(name, "This modifier is not supported; use none, :exact or :contains")


def family(value, modifier):
    sql, values = _string("family", modifier, value, "{} ?")
    return sql.replace("{}", "p.family"), values


def given(value, modifier):
    sql, values = _string("given", modifier, value, "{} ?")
    return f"exists (select from unnest(p.given) g where {sql.replace('{}', 'g')})", values


def name(value, modifier):
    (left, left_values), (right, right_values) = family(value, modifier), given(value, modifier)
    return f"{left} or {right}", left_values + right_values


def birthdate(value, modifier):
    """FHIR's ordered prefixes on a date that may be a year or a month."""
    match = _PREFIXED.fullmatch(value)
    try:
        if modifier or not match:
            raise ValueError
        prefix, year, month, day = match[1] or "eq", int(match[2]), match[3], match[4]
        first = date(year, int(month or 1), int(day or 1))
        last = first if day else date(year, int(month or 12), calendar.monthrange(year, int(month or 12))[1])
        after = last + timedelta(days=1)
    except (ValueError, OverflowError):
        raise BadSearch("birthdate", "Write eq, ne, gt, lt, ge or le and a date YYYY, YYYY-MM or YYYY-MM-DD") from None
    return {
        "eq": ("p.birth_date >= %s and p.birth_date < %s", [first, after]),
        "ne": ("p.birth_date < %s or p.birth_date >= %s", [first, after]),
        "gt": ("p.birth_date >= %s", [after]),
        "ge": ("p.birth_date >= %s", [first]),
        "lt": ("p.birth_date < %s", [first]),
        "le": ("p.birth_date < %s", [after]),
    }[prefix]


def identifier(value, modifier):
    """`value`, `system|value` or `system|`; every identifier here has a system, so `|value` finds none."""
    if modifier:
        raise BadSearch("identifier", "This modifier is not supported")
    system, bar, number = value.rpartition("|")
    conditions, values = [], []
    if bar:
        conditions.append("i.system = %s")
        values.append(system)
    if number:
        conditions.append("i.value = %s")
        values.append(number)
    if not conditions or (bar and not system and not number):
        raise BadSearch("identifier", "Write value or system|value")
    own = f"(select p.id as patient_id, '{patients.MRN_SYSTEM}' as system, p.mrn as value"
    all_of_them = f"{own} union all select n.patient_id, n.system, n.value from patient_identifiers n where n.patient_id = p.id) i"
    return f"exists (select from {all_of_them} where {' and '.join(conditions)})", values


def gender(value, modifier):
    if modifier or value not in patients.GENDERS:
        raise BadSearch("gender", "Use one of: " + ", ".join(patients.GENDERS))
    return "p.gender = %s", [value]


def _id(value, modifier):
    if modifier:
        raise BadSearch("_id", "This modifier is not supported")
    known = as_uuid(value)
    return ("p.id = %s", [known]) if known else ("false", [])


PARAMETERS = {
    "_id": _id,
    "birthdate": birthdate,
    "family": family,
    "gender": gender,
    "given": given,
    "identifier": identifier,
    "name": name,
}
"""Every search parameter; the capability statement is made from it."""
