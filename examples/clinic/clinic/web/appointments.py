"""The pages on appointments: the coming ones, booking, cancelling."""

from datetime import datetime, timezone

from flask import Blueprint, abort, current_app, g, redirect, render_template, request, url_for

from clinic import appointments, audit, patients
from clinic.web.signin import signed_in
from clinic.words import as_uuid, clean

blueprint = Blueprint("appointments", __name__)
PAGE = 20


@blueprint.get("/appointments")
@signed_in
def listing():
    after = request.args.get("after")
    with current_app.pool.transaction() as conn:
        rows, more = appointments.upcoming(conn, PAGE, as_uuid(after) if after else None)
        audit.record(conn, g.user["name"], "list", g.request_id, {row["patient_id"] for row in rows})
    return render_template("appointments.html", rows=rows, more=more, later=bool(after))


@blueprint.route("/patients/<patient_id>/appointments/new", methods=["GET", "POST"])
@signed_in
def new(patient_id):
    known = as_uuid(patient_id)
    with current_app.pool.transaction() as conn:
        patient = patients.get(conn, known) if known else None
        if patient is None:
            abort(404, "There is no such patient.")
        audit.record(conn, g.user["name"], "view", g.request_id, [patient["id"]])
    if request.method == "GET":
        return _form(patient, {"minutes": "30"}, {})
    fields = {name: clean(request.form.get(name, "")) for name in ("day", "clock", "minutes", "reason")}
    errors = {}
    starts_at, wrong = appointments.read_start(
        fields["day"], fields["clock"], current_app.settings.timezone, datetime.now(timezone.utc)
    )
    if wrong:
        errors["day"] = wrong
    if fields["minutes"] not in [str(minutes) for minutes in appointments.MINUTES]:
        errors["minutes"] = "Choose a length from the list."
    if appointments.check_reason(fields["reason"]):
        errors["reason"] = appointments.check_reason(fields["reason"])
    if not errors:
        try:
            with current_app.pool.transaction() as conn:
                appointments.book(conn, patient["id"], starts_at, int(fields["minutes"]), fields["reason"])
                audit.record(conn, g.user["name"], "book", g.request_id, [patient["id"]])
            return redirect(url_for("patients.view", patient_id=patient["id"]), 303)
        except appointments.Overlap:
            errors["day"] = "The patient already has an appointment in that time."
    return _form(patient, fields, errors), 422


@blueprint.post("/appointments/<appointment_id>/cancel")
@signed_in
def cancel(appointment_id):
    known = as_uuid(appointment_id)
    with current_app.pool.transaction() as conn:
        patient_id = appointments.cancel(conn, known) if known else None
        if patient_id is None:
            abort(404, "There is no such appointment to cancel: it may be cancelled already, or have begun.")
        audit.record(conn, g.user["name"], "cancel", g.request_id, [patient_id])
    if request.form.get("back") == "patient":
        return redirect(url_for("patients.view", patient_id=patient_id), 303)
    return redirect(url_for("appointments.listing"), 303)


def _form(patient, fields, errors):
    zone = current_app.settings.timezone
    return render_template(
        "appointment_form.html",
        patient=patient,
        fields=fields,
        errors=errors,
        lengths=appointments.MINUTES,
        zone=zone.key,
        first_day=datetime.now(zone).date(),
    )
