"""Load the made-up sample patients: `python3 -m clinic.seed`. Nothing else ever loads them.

The people are from novels whose copyright has ended; births, phones (555-01xx) and addresses are invented. Running it
again adds nothing twice: each has a number in an identifier system of its own.
"""

import json
import logging
import logging.config
import pathlib
import sys
from datetime import date, datetime, time, timedelta, timezone

import psycopg

from clinic import appointments, audit, logs, patients
from clinic.database import Pool, Unavailable
from clinic.settings import Settings, SettingsError

FILE = pathlib.Path(__file__).parent.parent / "seed" / "patients.json"
SYSTEM = "https://clinic.example/fhir/sample"
NAME = "clinic.seed"
REASONS = ("Yearly check", "Blood pressure", "Vaccination", "Cough that won't go", "Test results", "Knee pain")


def load(conn, now, zone):
    """Add the patients that are missing, and an appointment for every second of them; returns how many were added."""
    known = conn.execute("select value from patient_identifiers where system = %s", [SYSTEM]).fetchall()
    known = {row["value"] for row in known}
    added = []
    free = slots(now, zone)
    for place, entry in enumerate(json.loads(FILE.read_text(encoding="utf-8"))):
        number = entry.pop("number")
        if number in known:
            continue
        entry["birth_date"] = date.fromisoformat(entry["birth_date"])
        draft = patients.Draft(**entry, identifiers=[(SYSTEM, number, "secondary")])
        wrong = patients.check(draft, now.date())
        if wrong:
            raise ValueError(f"{number}: {wrong}")
        patient_id = patients.create(conn, draft)["id"]
        added.append(patient_id)
        if place % 2 == 0:
            appointments.book(conn, patient_id, next(free), 30, REASONS[place // 2 % len(REASONS)])
    audit.record(conn, "seed", "create", "seed", added)
    return len(added)


def slots(now, zone):
    """Times in the clinic's hours from an hour after now on, five a day, on every day."""
    day = now.astimezone(zone).date()
    while True:
        for clock in (time(9), time(10, 30), time(12), time(13, 30), time(15)):
            at = datetime.combine(day, clock, zone)
            if at > now + timedelta(hours=1):
                yield at
        day += timedelta(days=1)


def main():
    logging.config.dictConfig(logs.CONFIG)
    try:
        settings = Settings.from_environment()
        pool = Pool(settings.database_url, size=1)
        with pool.transaction() as conn:
            added = load(conn, datetime.now(timezone.utc), settings.timezone)
    except (SettingsError, Unavailable) as error:
        logs.event(NAME, str(error), logging.ERROR)
        return 1
    except psycopg.errors.UndefinedTable:
        logs.event(NAME, "the tables are missing: run python3 -m clinic.migrate first", logging.ERROR)
        return 1
    pool.close()
    logs.event(NAME, "sample patients loaded", added=added)
    return 0


if __name__ == "__main__":
    sys.exit(main())
