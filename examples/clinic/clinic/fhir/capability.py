"""The capability statement: what this door can do, for a program to read before it signs in."""

from clinic import __version__
from clinic.fhir import MEDIA_TYPE, VERSION
from clinic.fhir.search import PARAMETERS

_TYPES = {"birthdate": "date", "gender": "token", "identifier": "token", "_id": "token"}


def statement(base):
    """A CapabilityStatement for the server at `base`."""
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": "2026-11-22",
        "kind": "instance",
        "software": {"name": "Willow Street Clinic", "version": __version__},
        "implementation": {"description": "A small example clinic", "url": base},
        "fhirVersion": VERSION,
        "format": [MEDIA_TYPE],
        "rest": [
            {
                "mode": "server",
                "security": {
                    "cors": False,
                    "description": "A bearer token in the Authorization header; only this statement is open.",
                },
                "resource": [
                    {
                        "type": "Patient",
                        "documentation": "One name, one phone, one e-mail and one home address; an element that"
                        " can't be kept is refused with 422, never dropped. The server assigns id and record number.",
                        "interaction": [{"code": "read"}, {"code": "search-type"}, {"code": "create"}],
                        "versioning": "versioned",
                        "readHistory": False,
                        "updateCreate": False,
                        "conditionalCreate": False,
                        "conditionalRead": "not-match",
                        "searchParam": [
                            {"name": name, "type": _TYPES.get(name, "string")} for name in sorted(PARAMETERS)
                        ],
                    }
                ],
            }
        ],
    }
