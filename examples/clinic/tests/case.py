"""What the tests share: one PostgreSQL, a fresh migrated database for each class, and a browser-like client."""

import atexit
import json
import logging
import os
import re
import subprocess
import time
import unittest
import urllib.error
import urllib.request
from zoneinfo import ZoneInfo

from clinic import migrate
from clinic.database import Pool, connect
from clinic.settings import Settings
from clinic.web import create_app
from tests.cluster import Cluster, free_port

STAFF_PASSWORD = "correct horse battery"
API_TOKEN = "a-token-for-the-tests"
PERSON = {
    "family": "Bennet", "given": "Elizabeth Anne", "birth_date": "1985-06-11", "gender": "female",
    "phone": "+1 555 0101", "phone_use": "mobile", "email": "lizzy@example.org", "line1": "Longbourn House",
    "city": "Meryton", "active": "yes",
}  # fmt: skip

logging.disable(logging.CRITICAL)
_cluster = None


def cluster():
    """The one PostgreSQL of this test run."""
    global _cluster
    if _cluster is None:
        _cluster = Cluster()
        atexit.register(_cluster.destroy)
    return _cluster


def settings_for(url):
    return Settings(
        database_url=url, api_token=API_TOKEN, staff_password=STAFF_PASSWORD, timezone=ZoneInfo("America/Chicago")
    )


class Browser:
    """A client that keeps cookies and finds the form token of the last page, as a browser would."""

    def __init__(self, app):
        self.client = app.test_client()
        self.page = ""

    def get(self, path):
        return self._done(self.client.get(path, base_url="https://clinic.test"))

    def post(self, path, fields, token=True):
        if token:
            fields = {**fields, "form_token": self.token()}
        return self._done(self.client.post(path, data=fields, base_url="https://clinic.test"))

    def token(self):
        found = re.search(r'name="form_token" value="([0-9a-f]{64})"', self.page)
        return found[1] if found else ""

    def sign_in(self, password=STAFF_PASSWORD):
        self.get("/sign-in")
        return self.post("/sign-in", {"name": "staff", "password": password})

    def _done(self, response):
        if response.mimetype == "text/html" and response.status_code not in (302, 303):
            self.page = response.get_data(as_text=True)
        return response


class ClinicCase(unittest.TestCase):
    """A class of tests with a database and an app of its own."""

    @classmethod
    def setUpClass(cls):
        cls.cluster = cluster()
        cls.url = cls.cluster.database()
        cls.settings = settings_for(cls.url)
        with connect(cls.url) as conn, conn.transaction():
            migrate.apply(conn, migrate.read())
            migrate.seed_first_user(conn, cls.settings)
        cls.pool = Pool(cls.url, 4)
        cls.addClassCleanup(cls.pool.close)
        cls.app = create_app(cls.settings, cls.pool)

    def query(self, sql, values=()):
        with self.pool.transaction() as conn:
            found = conn.execute(sql, values)
            return found.fetchall() if found.description else None

    def signed_in(self):
        browser = Browser(self.app)
        self.assertEqual(browser.sign_in().status_code, 303)
        browser.get("/patients")
        return browser

    def new_patient(self, browser, **changes):
        """Make a patient with the form; returns its id."""
        browser.get("/patients/new")
        response = browser.post("/patients/new", {**PERSON, **changes})
        self.assertEqual(response.status_code, 303, browser.page)
        return response.location.rsplit("/", 1)[1]

    def fhir(self, method, path, body=None, token=API_TOKEN, **headers):
        """Call the FHIR door; returns (response, JSON or None)."""
        if token:
            headers["Authorization"] = f"Bearer {token}"
        data = body if isinstance(body, (str, bytes, type(None))) else json.dumps(body)
        kind = headers.pop("content_type", "application/fhir+json")
        response = self.app.test_client().open(
            f"/fhir/{path}", method=method, data=data, headers=headers, content_type=kind, base_url="https://clinic.test"
        )
        return response, response.get_json(force=True) if response.data else None


class Server:
    """The real web process: gunicorn as the image starts it."""

    def __init__(self, url):
        self.port = free_port()
        self.process = spawn(
            ["/usr/bin/gunicorn", "--config", "python:clinic.server", "clinic.wsgi:app"], url, PORT=str(self.port)
        )

    def get(self, path, timeout=15):
        """(status, body) of one request."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=timeout) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()

    def wait(self):
        until = time.monotonic() + 20
        while True:
            try:
                return self.get("/healthz")
            except OSError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.1)

    def stop(self):
        """End it with SIGTERM; returns (exit code, its log lines)."""
        self.process.terminate()
        out, _ = self.process.communicate(timeout=30)
        return self.process.returncode, out.splitlines()


def spawn(command, url, **env):
    """Start a process of the clinic with a clean environment; its output is kept."""
    return subprocess.Popen(
        command,
        env={
            "PATH": "/usr/bin:/bin", "PYTHONPATH": os.getcwd(), "PYTHONDONTWRITEBYTECODE": "1", "DATABASE_URL": url,
            "CLINIC_API_TOKEN": API_TOKEN, **env,
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )  # fmt: skip
