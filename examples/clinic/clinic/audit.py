"""The clinic's own record of who saw or changed which patient (45 CFR 164.312(b)).

The row is written in the transaction of the act: if it can't be written, the act fails too.
"""


def record(conn, actor, action, request_id, patient_ids=(None,)):
    """Add one row for each patient; `(None,)` for an act that concerns no patient."""
    conn.execute(
        "insert into access_log (actor, action, patient_id, request_id)"
        " select %s, %s, shown.id, %s from unnest(%s::uuid[]) as shown (id)",
        [actor, action, request_id, list(patient_ids)],
    )


def recent(conn, patient_id, limit=8):
    """The last acts on one patient's record, newest first."""
    return conn.execute(
        "select at, actor, action from access_log where patient_id = %s order by id desc limit %s",
        [patient_id, limit],
    ).fetchall()
