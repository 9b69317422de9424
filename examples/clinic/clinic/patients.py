"""Patients: what a valid one is, and every query on them.

The forms and the FHIR door both fill a Draft and call `check`, so the same rules hold at both doors.
"""

import re
from dataclasses import dataclass, field
from datetime import date

import psycopg

from clinic.words import clean, like_prefix

GENDERS = ("female", "male", "other", "unknown")
PHONE_USES = ("mobile", "home", "work")
MRN_SYSTEM = "https://clinic.example/fhir/mrn"
"""The identifier system of our own record numbers; nobody else may assign in it."""
EARLIEST_BIRTH = date(1880, 1, 1)
_PHONE = re.compile(r"\+?[0-9][0-9 ().\-]{4,28}[0-9]")
_EMAIL = re.compile(r"[^\s@<>()]+@[^\s@<>()]+\.[^\s@<>().]+")

COLUMNS = (
    "family, given, gender, birth_date, active, phone, phone_use, email, address_lines, city, state,"
    " postal_code, country"
)


class Conflict(Exception):
    """The record was changed by someone else since it was read."""


class DuplicateIdentifier(Exception):
    """Another patient already has one of the identifiers."""


@dataclass
class Draft:
    """A patient as typed or received, before it is stored. Empty texts are None."""

    family: str | None = None
    given: list = field(default_factory=list)
    gender: str | None = None
    birth_date: date | None = None
    active: bool = True
    phone: str | None = None
    phone_use: str | None = None
    email: str | None = None
    address_lines: list = field(default_factory=list)
    city: str | None = None
    state: str | None = None
    postal_code: str | None = None
    country: str | None = None
    identifiers: list = field(default_factory=list)
    """(system, value, use or None) of others, such as an insurer; our own number is not among them."""

    def values(self):
        return [getattr(self, name) for name in COLUMNS.replace(" ", "").split(",")]


def check(draft, today):
    """What is wrong with a draft, as (field, sentence) pairs; empty if it may be stored."""
    wrong = []

    def text(name, label, most, value=None):
        value = getattr(draft, name) if value is None else value
        if value is None:
            return
        if len(value) > most:
            wrong.append((name, f"{label} may have {most} characters at most."))
        elif value != clean(value):
            wrong.append((name, f"{label} holds characters that can't be printed."))

    if not draft.family:
        wrong.append(("family", "Enter the family name."))
    if not draft.given:
        wrong.append(("given", "Enter at least one given name."))
    if len(draft.given) > 5:
        wrong.append(("given", "Five given names at most."))
    for name in draft.given:
        text("given", "A given name", 60, name)
    if draft.gender not in GENDERS:
        wrong.append(("gender", "Choose one of: " + ", ".join(GENDERS) + "."))
    if draft.birth_date is None:
        wrong.append(("birth_date", "Enter the full date of birth, such as 1984-02-29."))
    elif draft.birth_date > today:
        wrong.append(("birth_date", "The date of birth is in the future."))
    elif draft.birth_date < EARLIEST_BIRTH:
        wrong.append(("birth_date", "The date of birth is before 1880; check the year."))
    text("family", "The family name", 100)
    if draft.phone and not _PHONE.fullmatch(draft.phone):
        wrong.append(("phone", "Enter a phone number of 6 to 30 digits, spaces and ( ) . -, with + in front if needed."))
    if draft.phone_use is not None and draft.phone_use not in PHONE_USES:
        wrong.append(("phone_use", "Choose one of: " + ", ".join(PHONE_USES) + "."))
    if draft.email and (len(draft.email) > 254 or not _EMAIL.fullmatch(draft.email)):
        wrong.append(("email", "Enter an e-mail address such as name@example.org."))
    if len(draft.address_lines) > 2:
        wrong.append(("address_lines", "Two address lines at most."))
    for line in draft.address_lines:
        text("address_lines", "An address line", 100, line)
    text("city", "The city", 100)
    text("state", "The state", 60)
    text("postal_code", "The postal code", 20)
    text("country", "The country", 60)
    for system, value, _ in draft.identifiers:
        if system == MRN_SYSTEM:
            wrong.append(("identifiers", "The clinic assigns its own record numbers; leave that identifier out."))
        text("identifiers", "An identifier's system", 200, system)
        text("identifiers", "An identifier's value", 100, value)
    return wrong


def create(conn, draft):
    """Store a checked draft; returns the new row. Raises DuplicateIdentifier."""
    marks = ", ".join(["%s"] * len(draft.values()))
    row = conn.execute(
        f"insert into patients ({COLUMNS}) values ({marks}) returning id, version", draft.values()
    ).fetchone()
    try:
        for system, value, use in draft.identifiers:
            conn.execute(
                "insert into patient_identifiers (patient_id, system, value, use) values (%s, %s, %s, %s)",
                [row["id"], system, value, use],
            )
    except psycopg.errors.UniqueViolation as error:
        raise DuplicateIdentifier from error
    return get(conn, row["id"])


def update(conn, patient_id, version, draft):
    """Replace what the form can edit (not the identifiers); raises Conflict if `version` is no longer the newest."""
    sets = ", ".join(f"{name.strip()} = %s" for name in COLUMNS.split(","))
    row = conn.execute(
        f"update patients set {sets}, version = version + 1, updated_at = now()"
        " where id = %s and version = %s returning id",
        [*draft.values(), patient_id, version],
    ).fetchone()
    if row is None:
        raise Conflict


_SELECT = (
    "select p.*, coalesce((select jsonb_agg(jsonb_build_array(i.system, i.value, i.use) order by i.system, i.value)"
    " from patient_identifiers i where i.patient_id = p.id), '[]') as identifiers from patients p"
)


def get(conn, patient_id):
    """One patient as a row with its identifiers, or None."""
    return conn.execute(f"{_SELECT} where p.id = %s", [patient_id]).fetchone()


def search(conn, conditions, limit, after=None):
    """A page in order of name: (rows, total, whether more follow).

    `conditions` are (SQL, parameters) pairs on `p`, written by this program, values apart. `after` is
    the id of the last patient of the page before.
    """
    where = " and ".join(f"({sql})" for sql, _ in conditions) or "true"
    values = [value for _, parameters in conditions for value in parameters]
    total = conn.execute(f"select count(*) as n from patients p where {where}", values).fetchone()["n"]
    if after is not None:
        where += (
            " and (lower(p.family), p.given, p.id) >"
            " (select lower(l.family), l.given, l.id from patients l where l.id = %s)"
        )
        values.append(after)
    rows = conn.execute(
        f"{_SELECT} where {where} order by lower(p.family), p.given, p.id limit %s", [*values, limit + 1]
    ).fetchall()
    return rows[:limit], total, len(rows) > limit


def words_conditions(query):
    """What the search box means: each word starts a name, or is a record number or a birth date."""
    found = []
    for word in query.split()[:6]:
        prefix = like_prefix(word)
        found.append(
            (
                "lower(p.family) like %s or exists (select from unnest(p.given) g where lower(g) like %s)"
                " or p.mrn = upper(%s) or p.birth_date::text = %s",
                [prefix, prefix, word, word],
            )
        )
    return found
