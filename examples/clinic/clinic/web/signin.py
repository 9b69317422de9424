"""Sign-in, sign-out, and the guard that every page and form passes.

The guard refuses a form without its token before any page's code runs, so a new page is safe without thinking of it.
"""

import logging
import secrets
from functools import wraps

from flask import Blueprint, abort, current_app, g, make_response, redirect, render_template, request, url_for

from clinic import audit, logs, sessions
from clinic.words import clean

blueprint = Blueprint("signin", __name__)
COOKIE = "__Host-clinic"
"""Bound to this host, this path and TLS by its prefix (RFC 6265bis 4.1.3.2)."""
BEFORE = "__Host-clinic-form"
"""A random value for the sign-in form, which has no session yet."""


@blueprint.before_app_request
def guard():
    """Find the session; refuse a form without a valid token."""
    if request.path.startswith("/fhir") or request.path == "/healthz" or request.endpoint == "static":
        return
    token = request.cookies.get(COOKIE)
    if token:
        with current_app.pool.transaction() as conn:
            g.user = sessions.find(conn, token, current_app.settings.idle_minutes)
    g.form_cookie = token if g.user else request.cookies.get(BEFORE)
    if request.method not in ("GET", "HEAD", "OPTIONS"):
        if not sessions.form_token_matches(g.form_cookie, request.form.get("form_token", "")):
            logs.event("clinic.web", "a form without a valid token", logging.WARNING, request=g.request_id)
            abort(403, "This form has expired, or did not come from this site. Open the page again and repeat.")


@blueprint.app_context_processor
def for_templates():
    """`user` and `form_token` for every page."""
    cookie = g.get("form_cookie")
    return {"user": g.get("user"), "form_token": sessions.form_token(cookie) if cookie else ""}


def signed_in(view):
    """Send everyone without a session to the sign-in page."""

    @wraps(view)
    def guarded(*args, **kwargs):
        if g.user is None:
            return redirect(url_for("signin.form", ended=1 if request.cookies.get(COOKIE) else None), 303)
        return view(*args, **kwargs)

    return guarded


def _set(response, name, value, **more):
    response.set_cookie(name, value, secure=True, httponly=True, samesite="Strict", path="/", **more)


@blueprint.get("/")
def start():
    return redirect(url_for("patients.listing"), 303)


@blueprint.get("/sign-in")
def form():
    if g.user:
        return redirect(url_for("patients.listing"), 303)
    return _form(200, notice="Your session has ended. Please sign in again." if request.args.get("ended") else None)


def _form(status, **shown):
    g.form_cookie = request.cookies.get(BEFORE) or secrets.token_urlsafe(32)
    response = make_response(render_template("sign_in.html", **shown), status)
    _set(response, BEFORE, g.form_cookie)
    return response


@blueprint.post("/sign-in")
def enter():
    name, password = clean(request.form.get("name", ""))[:100], request.form.get("password", "")[:1000]
    if not name or not password:
        return _form(422, name=name, error="Enter your name and your password.")
    with current_app.pool.transaction() as conn:
        user, token = sessions.sign_in(conn, name, password)
        audit.record(conn, user["name"] if user else "nobody", "sign-in" if user else "sign-in refused", g.request_id)
    if user is None:
        logs.event("clinic.web", "sign-in refused", logging.WARNING, request=g.request_id)
        return _form(
            401,
            name=name,
            error="The name and password don't match an active account, or it is locked for a minute"
            " after too many attempts.",
        )
    response = redirect(url_for("patients.listing"), 303)
    _set(response, COOKIE, token)
    response.delete_cookie(BEFORE, secure=True, httponly=True, samesite="Strict", path="/")
    return response


@blueprint.post("/sign-out")
@signed_in
def leave():
    with current_app.pool.transaction() as conn:
        sessions.sign_out(conn, request.cookies.get(COOKIE))
        audit.record(conn, g.user["name"], "sign-out", g.request_id)
    response = redirect(url_for("signin.form"), 303)
    response.delete_cookie(COOKIE, secure=True, httponly=True, samesite="Strict", path="/")
    return response
