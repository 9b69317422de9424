"""A small clinic: patients, appointments, reminders, and a FHIR R4 door to the same records."""

__version__ = "1.0.0"
