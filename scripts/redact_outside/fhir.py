"""FHIR resources as JSON, labelled by where a value stands, never by what it looks like.

| where | label |
| --- | --- |
| family, given of a HumanName; text of one; strings of name extensions | name; prefixes and suffixes are tolerated |
| name of Organization and Location; display of a reference to one | hospital; of insurers and payers tolerated |
| display of a reference to a person | name, without "Dr." |
| line, city, district, postalCode; latitude and longitude | address, city, city, zip; address; states are tolerated |
| telecom by its system | phone, fax, email, url; with none tolerated |
| dates, instants, periods | date, except meta and contained definitions; year and time of day may stay |
| identifier of a person, an encounter, an order, a claim | by type and system: mrn, ssn, licence, npi, plan, account, other |
| serial number and carrier of a device | device; the model's part (DI) and lots are tolerated |
| photo | photo |
| ids of resources and references to them, identifiers of things that are UUIDs, groups of claims, narrative | tolerated |
"""

import json
import re

from .spans import Draft

UUID = re.compile(r"(?:urn:uuid:)?[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$", re.I)
PEOPLE = {"Patient", "Practitioner", "RelatedPerson", "PractitionerRole"}
PERSONAL = {"patient", "subject", "individual", "practitioner", "performer", "requester", "recorder", "asserter",
            "author", "participant", "actor", "beneficiary", "subscriber", "policyHolder", "who", "informant"}
PLACES = {"serviceProvider", "managingOrganization", "custodian", "location", "facility", "hospitalization"}
DATES = {"birthDate", "start", "end", "issued", "created", "date", "dateRecorded", "dateWritten", "authoredOn",
         "recordedDate", "assertedDate", "recorded", "started", "dateAsserted", "sent", "received", "collectedDateTime",
         "statusDate", "servicedDate", "paymentDate", "whenHandedOver", "whenPrepared", "timestamp"}
TYPES = {"MR": "mrn", "SS": "ssn", "SB": "ssn", "DL": "licence", "PPN": "other", "NPI": "npi", "MB": "plan",
         "SN": "plan", "MD": "licence", "AN": "account", "MC": "plan", "MA": "plan", "VN": "other"}
SYSTEMS = {"us-ssn": "ssn", "us-npi": "npi", "2.16.840.1.113883.4.6": "npi", "2.16.840.1.113883.4.1": "ssn",
           "us-mbi": "plan", "us-medicare": "plan"}


def kind_of_identifier(node: dict, resource: str) -> str:
    system = str(node.get("system", ""))
    for part, label in SYSTEMS.items():
        if part in system:
            return label
    kind = node.get("type")
    for coding in kind.get("coding", []) if isinstance(kind, dict) else []:
        if coding.get("code") in TYPES:
            return TYPES[coding["code"]]
    unnamed = resource in {"Organization", "Location", "Medication", "Bundle"} or "group" in system
    return "tolerated" if unnamed or resource not in PEOPLE and UUID.match(str(node.get("value"))) else "other"


def dots(value: str) -> list:
    """Titles before a displayed name may stay."""
    return [(0, 3)] if value.startswith("Dr.") else []


def label_of(path: list, nodes: list, resource: str, value):
    """Label of a string or number; `path` are keys from the resource, `nodes` the objects on the way."""
    key = path[-1]
    above = path[-2] if len(path) > 1 else ""
    node = nodes[-1]
    if "meta" in path or "div" in path or key in {"id", "reference", "fullUrl", "uid"}:
        return "tolerated"
    if isinstance(value, (int, float)) or key in {"url", "system", "profile"} and "photo" not in path:
        geo = key == "valueDecimal" and node.get("url") in {"latitude", "longitude"}
        return "address" if geo else None
    if key in {"family", "given"}:
        return "name"
    if key in {"prefix", "suffix"} and "name" in path:
        return "tolerated"
    if key == "text" and above in {"name", "valueHumanName"}:
        return "name"
    if key == "name":
        return {"Organization": "hospital", "Location": "hospital"}.get(resource, "name" if resource in PEOPLE else None)
    if key == "valueString" and "aiden" in str(node.get("url", "")):
        return "name"
    if key == "valueString" and "SocialSecurity" in str(node.get("url", "")):
        return "ssn"
    if key in {"line", "city", "district", "postalCode", "state"} and (above.endswith("ddress") or "ddress" in above):
        return {"line": "address", "postalCode": "zip", "state": "tolerated"}.get(key, "city")
    if key == "text" and above.endswith("ddress"):
        return "address"
    if key == "value" and above == "telecom":
        system = node.get("system")
        return system if system in {"phone", "fax", "email", "url"} else "tolerated"
    if key == "value" and above in {"identifier", "masterIdentifier", "valueIdentifier", "requisition"}:
        return kind_of_identifier(node, resource)
    if key in {"subscriberId", "dependent"}:
        return "plan"
    if key in DATES or key.endswith("DateTime") or key in {"valueDate", "valueInstant"}:
        return "tolerated" if "contained" in path else "date"
    if key in {"serialNumber", "carrierHRF", "carrierAIDC", "udi"} or key == "value" and above == "udi":
        return "device"
    if key in {"deviceIdentifier", "lotNumber", "distinctIdentifier"}:
        return "tolerated"
    if "photo" in path and key in {"url", "data"}:
        return "photo"
    if key == "display" and above not in {"coding", "valueCoding", "class", "type"} and "reference" in node or \
            key == "display" and above in PERSONAL | PLACES:
        to = str(node.get("reference", "")).split("/")[0].lstrip("#")
        if to in PEOPLE or to not in {"Organization", "Location"} and above in PERSONAL:
            return "name" if to != "Device" else None
        return "hospital" if above in PLACES or to in {"Organization", "Location"} else "tolerated"
    return None


def write(draft: Draft, resource: dict, pretty: bool):
    """The resource as JSON, with spans."""
    kind = resource.get("resourceType", "")
    line = (lambda depth: "\n" + "  " * depth) if pretty else (lambda depth: "")
    colon = ": " if pretty else ":"

    def put(value, path, nodes, depth):
        if isinstance(value, dict):
            draft.put("{")
            for at, (key, inner) in enumerate(value.items()):
                draft.put(("," if at else "") + line(depth + 1) + json.dumps(key) + colon)
                put(inner, path + [key], nodes + [value], depth + 1)
            draft.put(line(depth) + "}")
        elif isinstance(value, list):
            draft.put("[")
            for at, inner in enumerate(value):
                draft.put(("," if at else "") + line(depth + 1))
                put(inner, path, nodes, depth + 1)
            draft.put(line(depth) + "]")
        else:
            text = json.dumps(value, ensure_ascii=False)
            label = label_of(path, nodes, kind, value) if value is not None and path else None
            if isinstance(value, str):
                draft.put('"')
                keep = dots(value) if label == "name" and path[-1] == "display" else None
                draft.put(text[1:-1], label, keep)
                draft.put('"')
            else:
                draft.put(text, label)

    put(resource, [], [], 0)


def documents(bundle: dict, name: str, half: int, most: int = 8):
    """At most `most` resources of each type, by turns on one line and over many."""
    taken = {}
    entries = [entry.get("resource") for entry in bundle.get("entry", [])] or [bundle]
    for at, resource in enumerate(entries):
        kind = (resource or {}).get("resourceType")
        taken[kind] = taken.get(kind, 0) + 1
        if kind is None or taken[kind] > most:
            continue
        draft = Draft()
        write(draft, resource, pretty=taken[kind] % 2 == 0)
        yield half, draft.document(f"{name}-{at}", "record", "fhir")
