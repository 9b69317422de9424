"""Patient between FHIR's JSON and our rows.

What we can't keep we refuse, by name: a server that drops a field silently loses a part of someone's
record. Only renderings are dropped (`text` in a name or an address, a generated narrative), because they repeat
the rest.
"""

import re
from datetime import date

from clinic import patients
from clinic.fhir.outcome import issue
from clinic.words import clean

_KEPT = {"resourceType", "id", "meta", "text", "identifier", "active", "name", "telecom", "gender", "birthDate", "address"}
_KNOWN = _KEPT | {
    "implicitRules", "language", "contained", "extension", "modifierExtension", "deceasedBoolean",
    "deceasedDateTime", "maritalStatus", "multipleBirthBoolean", "multipleBirthInteger", "photo", "contact",
    "communication", "generalPractitioner", "managingOrganization", "link",
}  # fmt: skip
_DATE = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")
_EXPRESSION = {
    "family": "Patient.name[0].family", "given": "Patient.name[0].given", "gender": "Patient.gender",
    "birth_date": "Patient.birthDate", "phone": "Patient.telecom", "phone_use": "Patient.telecom.use",
    "email": "Patient.telecom", "address_lines": "Patient.address[0].line", "city": "Patient.address[0].city",
    "state": "Patient.address[0].state", "postal_code": "Patient.address[0].postalCode",
    "country": "Patient.address[0].country", "identifiers": "Patient.identifier",
}  # fmt: skip


def write(row):
    """A stored row as a Patient resource."""
    identifiers = [
        {
            "use": "usual",
            "type": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v2-0203", "code": "MR"}]},
            "system": patients.MRN_SYSTEM,
            "value": row["mrn"],
        }
    ]
    for system, value, use in row["identifiers"]:
        identifiers.append({**({"use": use} if use else {}), "system": system, "value": value})
    resource = {
        "resourceType": "Patient",
        "id": str(row["id"]),
        "meta": {
            "versionId": str(row["version"]),
            "lastUpdated": row["updated_at"].isoformat(timespec="milliseconds"),
        },
        "identifier": identifiers,
        "active": row["active"],
        "name": [{"use": "official", "family": row["family"], "given": row["given"]}],
        "telecom": [],
        "gender": row["gender"],
        "birthDate": row["birth_date"].isoformat(),
    }
    if row["phone"]:
        use = {"use": row["phone_use"]} if row["phone_use"] else {}
        resource["telecom"].append({"system": "phone", "value": row["phone"], **use})
    if row["email"]:
        resource["telecom"].append({"system": "email", "value": row["email"]})
    if not resource["telecom"]:
        del resource["telecom"]
    address = {
        "line": row["address_lines"],
        "city": row["city"],
        "state": row["state"],
        "postalCode": row["postal_code"],
        "country": row["country"],
    }
    if any(address.values()):
        resource["address"] = [{"use": "home", **{key: value for key, value in address.items() if value}}]
    return resource


class Reader:
    """Reads one Patient. `broken` are issues that break FHIR itself (400), `refused` our own rules (422)."""

    def __init__(self):
        self.broken = []
        self.refused = []

    def read(self, body, today):
        """Returns a Draft, which may be stored only if both lists stay empty."""
        draft = patients.Draft()
        if not isinstance(body, dict) or body.get("resourceType") != "Patient":
            self.broken.append(issue("structure", "The body has to be a Patient resource", "Patient"))
            return draft
        for key in body:
            if key not in _KNOWN and key.lstrip("_") not in _KNOWN:
                self.broken.append(issue("structure", "The body holds an element that R4's Patient does not have"))
            elif key not in _KEPT:
                self._cannot_keep(f"Patient.{key}")
        self._narrative(body)
        draft.active = self._typed(body, "active", bool, "Patient.active", True)
        draft.gender = self._code(body, "gender", patients.GENDERS, "Patient.gender")
        draft.birth_date = self._birth_date(body)
        self._name(draft, self._only_one(body, "name"))
        self._telecom(draft, self._list(body, "telecom"))
        self._address(draft, self._only_one(body, "address"))
        self._identifiers(draft, self._list(body, "identifier"))
        if not self.broken:
            already = {expression for one in self.refused for expression in one.get("expression", [])}
            for name, text in patients.check(draft, today):
                if _EXPRESSION[name] not in already:
                    self.refused.append(issue("business-rule", text, _EXPRESSION[name]))
        return draft

    def _narrative(self, body):
        text = body.get("text")
        if isinstance(text, dict) and text.get("status") != "generated":
            self._cannot_keep("Patient.text", "a narrative that is not generated")
        elif text is not None and not isinstance(text, dict):
            self.broken.append(issue("value", "A narrative has to be an object", "Patient.text"))

    def _name(self, draft, name):
        path = "Patient.name[0]"
        self._extra(name, path, {"use", "text", "family", "given"})
        self._code(name, "use", ("usual", "official"), f"{path}.use", refuse=True)
        draft.family = self._text(name, "family", path)
        draft.given = self._texts(name, "given", path)

    def _telecom(self, draft, telecom):
        for number, point in enumerate(telecom):
            path = f"Patient.telecom[{number}]"
            self._extra(point, path, {"system", "value", "use"})
            system = self._code(point, "system", ("phone", "email"), f"{path}.system", refuse=True)
            value = self._text(point, "value", path)
            if system is None or value is None:
                if "system" not in point or "value" not in point:
                    self.refused.append(issue("required", "A contact point needs a system and a value", path))
                continue
            if getattr(draft, system) is not None:
                self._cannot_keep(path, f"more than one {system}")
            setattr(draft, system, value)
            if system == "phone":
                draft.phone_use = self._code(point, "use", patients.PHONE_USES, f"{path}.use", refuse=True)
            elif "use" in point:
                self._cannot_keep(f"{path}.use", "the use of an e-mail address")

    def _address(self, draft, address):
        path = "Patient.address[0]"
        self._extra(address, path, {"use", "text", "line", "city", "state", "postalCode", "country"})
        self._code(address, "use", ("home",), f"{path}.use", refuse=True)
        draft.address_lines = self._texts(address, "line", path)
        draft.city = self._text(address, "city", path)
        draft.state = self._text(address, "state", path)
        draft.postal_code = self._text(address, "postalCode", path)
        draft.country = self._text(address, "country", path)

    def _identifiers(self, draft, identifiers):
        for number, one in enumerate(identifiers):
            path = f"Patient.identifier[{number}]"
            self._extra(one, path, {"use", "system", "value"})
            use = self._code(one, "use", ("usual", "official", "secondary"), f"{path}.use", refuse=True)
            system, value = self._text(one, "system", path), self._text(one, "value", path)
            if system and value:
                draft.identifiers.append((system, value, use))
            elif "system" not in one or "value" not in one:
                self.refused.append(issue("required", "An identifier needs a system and a value", path))

    def _birth_date(self, body):
        if "birthDate" not in body:
            return None
        text, path = body["birthDate"], "Patient.birthDate"
        if not isinstance(text, str) or not _DATE.fullmatch(text):
            self.broken.append(issue("value", "A date is written YYYY, YYYY-MM or YYYY-MM-DD", path))
            return None
        if len(text) < 10:
            self.refused.append(issue("business-rule", "We need the full date of birth, YYYY-MM-DD", path))
            return None
        try:
            return date.fromisoformat(text)
        except ValueError:
            self.broken.append(issue("value", "There is no such date", path))
            return None

    def _cannot_keep(self, path, what=None):
        self.refused.append(issue("not-supported", f"This server can't keep {what or 'this element'}; leave it out", path))

    def _extra(self, holder, path, kept):
        for key in sorted(set(holder) - kept):
            shown = key if re.fullmatch(r"_?[A-Za-z]{1,40}", key) else "?"
            self._cannot_keep(f"{path}.{shown}")

    def _list(self, body, key):
        found = body.get(key, [])
        if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
            self.broken.append(issue("structure", "This element has to be a list of objects", f"Patient.{key}"))
            return []
        return found

    def _only_one(self, body, key):
        found = self._list(body, key)
        if len(found) > 1:
            self._cannot_keep(f"Patient.{key}[1]", f"more than one {key}")
        return found[0] if found else {}

    def _typed(self, holder, key, kind, path, default=None):
        value = holder.get(key, default)
        if key in holder and not isinstance(value, kind):
            self.broken.append(issue("value", "This element has the wrong type", path))
            return default
        return value

    def _code(self, holder, key, codes, path, refuse=False):
        value = self._typed(holder, key, str, path)
        if value is None or value in codes:
            return value
        text = "Use one of: " + ", ".join(codes)
        if refuse:
            self.refused.append(issue("not-supported", text, path))
        else:
            self.broken.append(issue("code-invalid", text, path))
        return None

    def _text(self, holder, key, path):
        if key not in holder:
            return None
        return self._string(holder[key], f"{path}.{key}")

    def _texts(self, holder, key, path):
        found = holder.get(key, [])
        if not isinstance(found, list):
            self.broken.append(issue("structure", "This element has to be a list", f"{path}.{key}"))
            return []
        texts = [self._string(one, f"{path}.{key}[{number}]") for number, one in enumerate(found)]
        return [text for text in texts if text]

    def _string(self, value, path):
        text = clean(value) if isinstance(value, str) else None
        if not text:
            self.broken.append(issue("value", "This element has to be a string that is not empty", path))
        return text or None
