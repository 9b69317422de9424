"""A limit on request bodies, also on those that come in chunks without a declared length.

Werkzeug 2.2 checks only a declared length, and only when it reads a form.
"""

import io

MOST_BYTES = 256 * 1024
TOO_LONG = "clinic.body_too_long"


class Bounded:
    """WSGI middleware: gives a chunked body a length, and marks a request whose body passes the limit."""

    def __init__(self, app):
        self.app = app

    def __call__(self, environ, start_response):
        length = environ.get("CONTENT_LENGTH") or ""
        if "chunked" in environ.get("HTTP_TRANSFER_ENCODING", "").lower():
            body = environ["wsgi.input"].read(MOST_BYTES + 1)
            del environ["HTTP_TRANSFER_ENCODING"]
        else:
            body = None
            if not length.isdigit():
                length = "0"
        size = int(length) if body is None else len(body)
        if size > MOST_BYTES:
            environ[TOO_LONG], body = True, b""
        if body is not None:
            environ["wsgi.input"], environ["CONTENT_LENGTH"] = io.BytesIO(body), str(len(body))
        return self.app(environ, start_response)
