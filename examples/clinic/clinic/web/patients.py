"""The pages on patients: list, search, view, new, edit.

A search is sent as a form, not in the address: names stay out of histories and of access logs.
"""

from datetime import date, datetime

from flask import Blueprint, abort, current_app, g, redirect, render_template, request, url_for

from clinic import appointments, audit, patients
from clinic.web.signin import signed_in
from clinic.words import as_uuid, clean

blueprint = Blueprint("patients", __name__)
PAGE = 20


@blueprint.get("/patients")
@signed_in
def listing():
    return _page("", request.args.get("after"))


@blueprint.post("/patients/search")
@signed_in
def search():
    return _page(clean(request.form.get("q", ""))[:100], request.form.get("after"))


def _page(query, after):
    after = as_uuid(after) if after else None
    with current_app.pool.transaction() as conn:
        rows, total, more = patients.search(conn, patients.words_conditions(query), PAGE, after)
        audit.record(conn, g.user["name"], "list", g.request_id, [row["id"] for row in rows])
    return render_template("patients.html", rows=rows, total=total, more=more, q=query, later=after is not None)


@blueprint.get("/patients/<patient_id>")
@signed_in
def view(patient_id):
    with current_app.pool.transaction() as conn:
        patient = _find(conn, patient_id)
        audit.record(conn, g.user["name"], "view", g.request_id, [patient["id"]])
        visits = appointments.of_patient(conn, patient["id"])
        seen = audit.recent(conn, patient["id"])
    age = years(patient["birth_date"], today())
    return render_template("patient.html", patient=patient, visits=visits, seen=seen, age=age)


@blueprint.route("/patients/new", methods=["GET", "POST"])
@signed_in
def new():
    if request.method == "GET":
        return _form("New patient", {"active": "yes"}, [], None)
    draft, wrong = _read(request.form)
    if wrong:
        return _form("New patient", request.form, wrong, None), 422
    with current_app.pool.transaction() as conn:
        row = patients.create(conn, draft)
        audit.record(conn, g.user["name"], "create", g.request_id, [row["id"]])
    return redirect(url_for("patients.view", patient_id=row["id"]), 303)


@blueprint.route("/patients/<patient_id>/edit", methods=["GET", "POST"])
@signed_in
def edit(patient_id):
    with current_app.pool.transaction() as conn:
        patient = _find(conn, patient_id)
        audit.record(conn, g.user["name"], "view", g.request_id, [patient["id"]])
    if request.method == "GET":
        return _form("Edit patient", _shown(patient), [], patient)
    draft, wrong = _read(request.form)
    version = request.form.get("version", "")
    if not version.isascii() or not version.isdigit() or len(version) > 9:
        abort(400, "The form is incomplete. Open the patient again and repeat.")
    if wrong:
        return _form("Edit patient", request.form, wrong, patient), 422
    try:
        with current_app.pool.transaction() as conn:
            patients.update(conn, patient["id"], int(version), draft)
            audit.record(conn, g.user["name"], "update", g.request_id, [patient["id"]])
    except patients.Conflict:
        text = "Someone else changed this record while you were editing. Open it again, then repeat your change."
        return _form("Edit patient", request.form, [("", text)], patient), 409
    return redirect(url_for("patients.view", patient_id=patient["id"]), 303)


def _find(conn, text):
    patient_id = as_uuid(text)
    patient = patients.get(conn, patient_id) if patient_id else None
    if patient is None:
        abort(404, "There is no such patient.")
    return patient


def _read(form):
    """A draft from the form's fields and what is wrong with it."""

    def field(name):
        return clean(form.get(name, "")) or None

    born = field("birth_date")
    try:
        birth_date = date.fromisoformat(born) if born and len(born) == 10 else None
    except ValueError:
        birth_date = None
    phone = field("phone")
    draft = patients.Draft(
        family=field("family"),
        given=(field("given") or "").split(),
        gender=field("gender"),
        birth_date=birth_date,
        active=form.get("active") == "yes",
        phone=phone,
        phone_use=field("phone_use") if phone else None,
        email=field("email"),
        address_lines=[line for line in (field("line1"), field("line2")) if line],
        city=field("city"),
        state=field("state"),
        postal_code=field("postal_code"),
        country=field("country"),
    )
    return draft, patients.check(draft, today())


def _shown(patient):
    """A stored patient as the form's fields."""
    lines = [*patient["address_lines"], "", ""]
    shown = {name: value for name, value in patient.items() if isinstance(value, str)}
    return {
        **shown,
        "given": " ".join(patient["given"]),
        "birth_date": patient["birth_date"].isoformat(),
        "active": "yes" if patient["active"] else "",
        "line1": lines[0],
        "line2": lines[1],
        "version": patient["version"],
    }


def _form(title, fields, wrong, patient):
    errors = {}
    for name, text in wrong:
        errors.setdefault({"address_lines": "line1"}.get(name, name), text)
    return render_template(
        "patient_form.html",
        title=title,
        fields=fields,
        errors=errors,
        patient=patient,
        genders=patients.GENDERS,
        phone_uses=patients.PHONE_USES,
    )


def today():
    """Today's date in the clinic's zone."""
    return datetime.now(current_app.settings.timezone).date()


def years(born, day):
    """Full years of age on a day."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))
