"""gunicorn's settings: `gunicorn --config python:clinic.server clinic.wsgi:app`.

Threads, because requests wait for the database; a temporary directory, because the rest of the container is read-only.
On SIGTERM it stops to accept, finishes what is running within `graceful_timeout` seconds, and exits.
"""

from clinic.logs import CONFIG
from clinic.settings import Settings

bind = f"0.0.0.0:{Settings.from_environment().port}"
worker_class = "gthread"
workers = 2
threads = 8
timeout = 30
graceful_timeout = 20
keepalive = 75  # longer than an ingress keeps an idle connection, so that it never meets a closed one
worker_tmp_dir = "/tmp"
limit_request_line = 4094
limit_request_fields = 60
forwarded_allow_ips = "*"  # only the ingress can reach this port; it says by X-Forwarded-Proto that it spoke TLS
logconfig_dict = CONFIG
accesslog = None  # the app writes its own, without query strings
