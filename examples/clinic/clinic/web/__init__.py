"""The web door: the app, what surrounds every request, and the health page."""

import logging
import re
import time
import uuid

from flask import Flask, Response, abort, current_app, g, jsonify, render_template, request
from werkzeug.exceptions import HTTPException

from clinic import __version__, logs
from clinic.database import Pool, Unavailable
from clinic.fhir import door as fhir_door
from clinic.fhir.outcome import outcome
from clinic.web import appointments, patients, signin
from clinic.web.body import TOO_LONG, Bounded
from clinic.words import as_uuid

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def create_app(settings, pool=None):
    """Build the app; nothing is opened before the first request."""
    app = Flask("clinic")
    app.wsgi_app = Bounded(app.wsgi_app)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.settings = settings
    app.pool = pool or Pool(settings.database_url, settings.pool_size)
    app.before_request(_begin)
    app.after_request(_finish)
    for room in (signin, patients, appointments, fhir_door):
        app.register_blueprint(room.blueprint)
    app.add_url_rule("/healthz", view_func=healthz)
    app.register_error_handler(Exception, _failed)
    app.template_filter("local")(lambda at, form="%a %d %b %Y, %H:%M": at.astimezone(settings.timezone).strftime(form))
    if not settings.api_token:
        logs.event("clinic.web", "the FHIR door is shut: CLINIC_API_TOKEN is not set", logging.WARNING)
    return app


def healthz():
    """200 if the database answers and has its tables, else 503 with a reason; it waits a second or three at most."""
    try:
        with current_app.pool.transaction(wait=1.0, patience=0.0) as conn:
            conn.execute("set local statement_timeout = '2s'")
            newest = conn.execute("select max(number) as n from schema_migrations").fetchone()["n"]
    except Unavailable as error:
        return jsonify(status="unavailable", reason=error.reason), 503
    except Exception as error:  # whatever it is, it must not look healthy
        logs.event("clinic.web", "the health check failed", logging.ERROR, error=error, request=g.request_id)
        return jsonify(status="unavailable", reason="the database answered with an error"), 503
    return jsonify(status="ok", schema=newest, version=__version__)


def _begin():
    given = request.headers.get("X-Request-Id", "")
    g.request_id = given if _REQUEST_ID.fullmatch(given) else str(uuid.uuid4())
    g.started = time.monotonic()
    g.user = None
    if request.environ.get(TOO_LONG):
        abort(413, "The request is larger than 256 KiB.")


def _finish(response: Response):
    headers = response.headers
    headers["X-Request-Id"] = g.request_id
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Content-Security-Policy"] = _POLICY
    headers["Referrer-Policy"] = "same-origin"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    if request.endpoint == "static":
        headers["Cache-Control"] = "public, max-age=3600"
    else:
        headers["Cache-Control"] = "no-store"
    if request.path != "/healthz" or response.status_code != 200:
        logs.event(
            "clinic.request",
            "request",
            method=request.method,
            route=request.url_rule.rule if request.url_rule else None,
            status=response.status_code,
            milliseconds=round((time.monotonic() - g.started) * 1000, 1),
            request=g.request_id,
            user=str(g.user["id"]) if g.user else None,
            **_ids(),
        )
    return response


def _ids():
    """The ids in the address; anything else that someone typed there is not logged."""
    return {name: value for name, value in (request.view_args or {}).items() if as_uuid(value)}


def _failed(error):
    """Every error becomes a page, or an OperationOutcome under /fhir, with the request's id and no insides."""
    if isinstance(error, HTTPException):
        if error.code is None or error.code < 400:
            return error
        status, text = error.code, error.description
    elif isinstance(error, Unavailable):
        status, text = 503, "The clinic's records can't be reached for the moment. Please try again in a few seconds."
        logs.event("clinic.web", "unavailable", logging.WARNING, reason=error.reason, request=g.request_id)
    else:
        status, text = 500, "Something went wrong on our side. Nothing was saved."
        logs.event("clinic.web", "a request failed", logging.ERROR, error=error, request=g.request_id)
    if request.path.startswith("/fhir"):
        codes = {404: "not-found", 405: "not-supported", 413: "too-long", 503: "transient"}
        response = outcome(status, codes.get(status, "exception" if status >= 500 else "invalid"), text)
    else:
        response = Response(render_template("error.html", status=status, text=text), status)
    if status == 503:
        response.headers["Retry-After"] = "5"
    if isinstance(error, HTTPException) and status == 405 and error.valid_methods:
        response.headers["Allow"] = ", ".join(sorted(error.valid_methods))
    return response
