"""The routes under /fhir. Everything but /fhir/metadata needs the bearer token."""

import hmac
import json
import uuid
from datetime import datetime, timezone
from urllib.parse import urlencode

from flask import Blueprint, Response, current_app, g, request
from werkzeug.exceptions import NotFound

from clinic import audit, patients
from clinic.fhir import MEDIA_TYPE
from clinic.fhir.capability import statement
from clinic.fhir.outcome import issue, outcome, outcomes, respond
from clinic.fhir.resource import Reader, write
from clinic.fhir.search import BadSearch, Search
from clinic.words import as_uuid

blueprint = Blueprint("fhir", __name__, url_prefix="/fhir")
ACTOR = "fhir-api"
"""How the token's holder is named in the access log."""


@blueprint.before_app_request
def guard():
    """Token and media type, before any route under /fhir, known or not."""
    if not request.path.startswith("/fhir"):
        return None
    if request.path != "/fhir/metadata" and not _token_is_right():
        return outcome(
            401, "login", "A valid bearer token is needed", headers={"WWW-Authenticate": 'Bearer realm="clinic"'}
        )
    asked = request.args.get("_format") or request.headers.get("Accept") or MEDIA_TYPE
    if not any(kind in asked for kind in (MEDIA_TYPE, "application/json", "*/*", "application/*", "json")):
        return outcome(406, "not-supported", f"This server speaks {MEDIA_TYPE} only")
    return None


def _token_is_right():
    expected = current_app.settings.api_token
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    same = hmac.compare_digest(given.strip().encode(), expected.encode())
    return bool(expected) and scheme.lower() == "bearer" and same


def _base():
    return request.host_url.rstrip("/") + "/fhir"


@blueprint.get("/metadata")
def metadata():
    return respond(200, statement(_base()))


@blueprint.get("/Patient/<patient_id>")
def read(patient_id):
    known = as_uuid(patient_id)
    with current_app.pool.transaction() as conn:
        row = patients.get(conn, known) if known else None
        if row:
            audit.record(conn, ACTOR, "fhir read", g.request_id, [row["id"]])
    if row is None:
        return outcome(404, "not-found", "There is no Patient with this id")
    headers = _version_headers(row)
    if headers["ETag"] in [tag.strip() for tag in request.headers.get("If-None-Match", "").split(",")]:
        return Response(status=304, headers=headers)
    return respond(200, write(row), headers)


def _version_headers(row):
    modified = row["updated_at"].astimezone(timezone.utc).strftime("%a, %d %b %Y %H:%M:%S GMT")
    return {"ETag": f'W/"{row["version"]}"', "Last-Modified": modified}


@blueprint.get("/Patient")
def search():
    lenient = "handling=lenient" in request.headers.get("Prefer", "").replace(" ", "")
    try:
        asked = Search(list(request.args.items(multi=True)), lenient)
    except BadSearch as error:
        return outcome(400, "invalid", str(error), f"http.{error.parameter}")
    with current_app.pool.transaction() as conn:
        rows, total, more = patients.search(conn, asked.conditions, asked.count, asked.after)
        audit.record(conn, ACTOR, "fhir search", g.request_id, [row["id"] for row in rows])
    base = _base()

    def link(relation, after):
        place = [("_page", str(after))] if after else []
        query = urlencode([*asked.used, ("_count", asked.count), *place])
        return {"relation": relation, "url": f"{base}/Patient?{query}"}

    links = [link("self", asked.after), link("first", None)]
    if more and rows:
        links.append(link("next", rows[-1]["id"]))
    bundle = {
        "resourceType": "Bundle",
        "id": str(uuid.uuid4()),
        "meta": {"lastUpdated": datetime.now(timezone.utc).isoformat(timespec="milliseconds")},
        "type": "searchset",
        "total": total,
        "link": links,
    }
    if rows:
        bundle["entry"] = [
            {"fullUrl": f"{base}/Patient/{row['id']}", "resource": write(row), "search": {"mode": "match"}}
            for row in rows
        ]
    return respond(200, bundle)


@blueprint.post("/Patient")
def create():
    if request.mimetype not in (MEDIA_TYPE, "application/json"):
        return outcome(415, "not-supported", f"Send the resource as {MEDIA_TYPE}")
    if "If-None-Exist" in request.headers:
        return outcome(412, "not-supported", "Conditional create is not supported; search first, then create")
    try:
        body = json.loads(request.get_data().decode("utf-8"), object_pairs_hook=_no_doubles, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return outcome(400, "structure", "The body is not valid JSON in UTF-8, or names a member twice")
    reader = Reader()
    draft = reader.read(body, datetime.now(current_app.settings.timezone).date())
    if reader.broken or reader.refused:
        return outcomes(400 if reader.broken else 422, reader.broken + reader.refused)
    try:
        with current_app.pool.transaction() as conn:
            row = patients.create(conn, draft)
            audit.record(conn, ACTOR, "fhir create", g.request_id, [row["id"]])
    except patients.DuplicateIdentifier:
        text = "Another patient already has one of these identifiers"
        return outcomes(409, [issue("duplicate", text, "Patient.identifier")])
    place = f"{_base()}/Patient/{row['id']}"
    headers = {"Location": place, **_version_headers(row)}
    if "return=minimal" in request.headers.get("Prefer", "").replace(" ", ""):
        return Response(status=201, headers=headers)
    return respond(201, write(row), headers)


@blueprint.route("/", defaults={"rest": ""}, methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
@blueprint.route("/<path:rest>", methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
def other(rest):
    """Anything else FHIR knows and we don't."""
    kind, _, tail = rest.partition("/")
    if kind in ("Patient", "metadata"):
        return outcome(405, "not-supported", "This interaction is not supported; see /fhir/metadata")
    raise NotFound("This server has no such resource type; see /fhir/metadata")


def _no_doubles(pairs):
    if len({key for key, _ in pairs}) != len(pairs):
        raise ValueError("a member is named twice")
    return dict(pairs)


def _no_constant(_):
    raise ValueError("NaN and Infinity are not JSON")
