"""The FHIR R4 door (4.0.1): Patient read, search and create, and the capability statement."""

VERSION = "4.0.1"
MEDIA_TYPE = "application/fhir+json"
