"""Appointments: booking, cancelling, listing."""

from datetime import datetime, timedelta, timezone

from clinic.words import clean

MINUTES = (15, 20, 30, 45, 60, 90)
MOST_DAYS_AHEAD = 730


class Overlap(Exception):
    """The patient already has an appointment in that time."""


def read_start(day, clock, zone, now):
    """Read a local date and time; returns (UTC time, None) or (None, a sentence that says what is wrong)."""
    try:
        local = datetime.strptime(f"{day} {clock}", "%Y-%m-%d %H:%M")
    except ValueError:
        return None, "Enter a date such as 2027-03-14 and a time such as 09:30."
    at = local.replace(tzinfo=zone).astimezone(timezone.utc)
    if at.astimezone(zone).replace(tzinfo=None) != local:
        return None, "That time does not exist on that day: the clocks go forward. Choose another."
    if at <= now:
        return None, "The appointment has to be in the future."
    if at > now + timedelta(days=MOST_DAYS_AHEAD):
        return None, "The appointment is more than two years ahead; check the year."
    return at, None


def check_reason(reason):
    """What is wrong with a reason, or None."""
    if not reason:
        return "Enter the reason for the visit."
    if len(reason) > 200 or reason != clean(reason):
        return "The reason may have 200 printable characters at most."
    return None


def book(conn, patient_id, starts_at, minutes, reason):
    """Store an appointment; returns its id. Locks the patient's row, so two bookings can't overlap."""
    conn.execute("select 1 from patients where id = %s for update", [patient_id])
    ends_at = starts_at + timedelta(minutes=minutes)
    clash = conn.execute(
        "select 1 from appointments where patient_id = %s and status = 'booked' and starts_at < %s"
        " and starts_at + make_interval(mins => minutes) > %s limit 1",
        [patient_id, ends_at, starts_at],
    ).fetchone()
    if clash:
        raise Overlap
    return conn.execute(
        "insert into appointments (patient_id, starts_at, minutes, reason) values (%s, %s, %s, %s) returning id",
        [patient_id, starts_at, minutes, reason],
    ).fetchone()["id"]


def cancel(conn, appointment_id):
    """Cancel a booked appointment that has not begun; returns its patient's id, or None if there is none such."""
    row = conn.execute(
        "update appointments set status = 'cancelled', cancelled_at = now()"
        " where id = %s and status = 'booked' and starts_at > now() returning patient_id",
        [appointment_id],
    ).fetchone()
    return row["patient_id"] if row else None


_SELECT = (
    "select a.id, a.patient_id, a.starts_at, a.minutes, a.reason, a.status, p.family, p.given, p.mrn,"
    " a.status = 'booked' and a.starts_at > now() as can_cancel, r.sent_at"
    " from appointments a join patients p on p.id = a.patient_id left join reminders r on r.appointment_id = a.id"
)


def upcoming(conn, limit, after=None):
    """A page of booked appointments from now on: (rows, whether more follow). `after` is the last one's id."""
    following = " and (a.starts_at, a.id) > (select l.starts_at, l.id from appointments l where l.id = %s)"
    rows = conn.execute(
        f"{_SELECT} where a.status = 'booked' and a.starts_at + make_interval(mins => a.minutes) > now()"
        f"{following if after else ''} order by a.starts_at, a.id limit %s",
        [*([after] if after else []), limit + 1],
    ).fetchall()
    return rows[:limit], len(rows) > limit


def of_patient(conn, patient_id, limit=20):
    """A patient's appointments, newest first."""
    return conn.execute(
        f"{_SELECT} where a.patient_id = %s order by a.starts_at desc, a.id limit %s", [patient_id, limit]
    ).fetchall()
