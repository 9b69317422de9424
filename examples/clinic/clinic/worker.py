"""The reminder worker: `python3 -m clinic.worker`, as many at once as you like.

It has no way to the outside, so to send means to write the message into the outbox. A
reminder is claimed with `for update skip locked` and marked sent in the transaction that writes its
message: two workers never send the same one, and a crash sends it later, not twice. A cancelled
appointment is not reminded of, because its row is locked along.
"""

import logging
import logging.config
import signal
import sys
import threading

from clinic import logs
from clinic.database import Pool, Unavailable
from clinic.settings import Settings, SettingsError

BATCH = 20
HOURS_BEFORE = 24
NAME = "clinic.worker"

ENQUEUE = """
insert into reminders (appointment_id, due)
select id, starts_at - make_interval(hours => %(hours)s) from appointments
where status = 'booked' and starts_at > now() and starts_at <= now() + make_interval(hours => %(hours)s)
on conflict (appointment_id) do nothing
"""

CLAIM = """
select r.id, r.appointment_id, a.starts_at, p.email, p.phone, p.given[1] as given
from reminders r join appointments a on a.id = r.appointment_id join patients p on p.id = a.patient_id
where r.sent_at is null and r.due <= now() and a.status = 'booked' and a.starts_at > now()
order by r.due limit %s
for update of r skip locked for share of a skip locked
"""


def run_once(pool, zone):
    """Make due reminders and send one batch; returns how many were sent."""
    with pool.transaction() as conn:
        conn.execute(ENQUEUE, {"hours": HOURS_BEFORE})
    with pool.transaction() as conn:
        claimed = conn.execute(CLAIM, [BATCH]).fetchall()
        for row in claimed:
            channel, recipient = recipient_of(row)
            conn.execute(
                "insert into outbox (reminder_id, channel, recipient, body) values (%s, %s, %s, %s)",
                [row["id"], channel, recipient, message(row, zone)],
            )
        conn.execute("update reminders set sent_at = now() where id = any(%s)", [[row["id"] for row in claimed]])
    for row in claimed:
        logs.event(NAME, "reminder sent", reminder=row["id"], appointment=row["appointment_id"])
    return len(claimed)


def recipient_of(row):
    """By e-mail if there is an address, else by phone, else by letter."""
    if row["email"]:
        return "email", row["email"]
    if row["phone"]:
        return "phone", row["phone"]
    return "letter", "address on file"


def message(row, zone):
    """The text of a reminder: when, and nothing about why."""
    at = row["starts_at"].astimezone(zone)
    return f"Dear {row['given']}, we expect you on {at:%A, %d %B at %H:%M}. If you can't come, please call us."


def main():
    logging.config.dictConfig(logs.CONFIG)
    try:
        settings = Settings.from_environment()
    except SettingsError as error:
        logs.event(NAME, str(error), logging.ERROR)
        return 2
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    pool = Pool(settings.database_url, size=1)
    logs.event(NAME, "the worker has started")
    down = False
    while not stop.is_set():
        pause = settings.worker_seconds
        try:
            if run_once(pool, settings.timezone) == BATCH:
                pause = 0
            if down:
                down = False
                logs.event(NAME, "the database is back")
        except Unavailable as error:
            if not down:
                logs.event(NAME, "the database is unavailable", logging.WARNING, reason=error.reason)
            down, pause = True, min(pause, 2)
        except Exception as error:  # one bad batch must not end the worker; it is logged and tried again
            logs.event(NAME, "a batch failed", logging.ERROR, error=error)
        stop.wait(pause)
    pool.close()
    logs.event(NAME, "the worker has stopped")
    return 0


if __name__ == "__main__":
    sys.exit(main())
