"""OperationOutcome: how FHIR says that something is wrong."""

import json

from flask import Response

from clinic.fhir import MEDIA_TYPE


def respond(status, resource, headers=None):
    """A resource as a response."""
    body = json.dumps(resource, ensure_ascii=False, separators=(",", ":"))
    return Response(body + "\n", status, headers, content_type=f"{MEDIA_TYPE}; charset=utf-8")


def issue(code, text, expression=None):
    """One issue; `code` is of http://hl7.org/fhir/issue-type."""
    made = {"severity": "error", "code": code, "diagnostics": text}
    if expression:
        made["expression"] = [expression]
    return made


def outcome(status, code, text, expression=None, headers=None):
    """An OperationOutcome with one issue."""
    return outcomes(status, [issue(code, text, expression)], headers)


def outcomes(status, issues, headers=None):
    """An OperationOutcome with several issues."""
    return respond(status, {"resourceType": "OperationOutcome", "issue": issues}, headers)
