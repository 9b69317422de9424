"""HL7 v2 messages and X12 interchanges, labelled by segment, field and component.

HL7: a component is labelled as the tables here say. Ids of messages and times of sending (MSH, EVN) are tolerated; so are results and notes (OBX-5,
NTE), ids of two characters, names that say that there is none, and segments that are in no table. X12: as `ELEMENTS` says; envelopes, batches and
payers are tolerated.
"""

import re

from .spans import Draft

# Kinds of fields: XPN person's name, XAD address, XTN telephone, CX identifier, XCN id and name, or a label as it is.
FIELDS = {
    "PID": {2: "CX", 3: "CX", 4: "CX", 5: "XPN", 6: "XPN", 7: "date", 9: "XPN", 11: "XAD", 12: "tolerated", 13: "XTN",
            14: "XTN", 18: "account", 19: "ssn", 20: "licence", 21: "CX", 23: "city", 29: "date", 33: "date"},
    "NK1": {2: "XPN", 4: "XAD", 5: "XTN", 6: "XTN", 8: "date", 9: "date", 12: "CX", 13: "tolerated", 16: "date",
            26: "XPN", 30: "XPN", 31: "XTN", 32: "XAD", 33: "CX", 37: "ssn"},
    "PV1": {3: "tolerated", 6: "tolerated", 5: "CX", 7: "XCN", 8: "XCN", 9: "XCN", 17: "XCN", 19: "CX", 39: "tolerated",
            44: "date", 45: "date", 50: "CX", 52: "XCN"},
    "PV2": {8: "date", 9: "date", 23: "tolerated"},
    "PD1": {3: "tolerated", 4: "XCN"},
    "GT1": {2: "CX", 3: "XPN", 4: "XPN", 5: "XAD", 6: "XTN", 7: "XTN", 8: "date", 12: "ssn", 16: "tolerated",
            17: "XAD", 18: "XTN", 19: "CX"},
    "IN1": {2: "tolerated", 3: "tolerated", 4: "tolerated", 5: "tolerated", 6: "tolerated", 7: "tolerated", 8: "plan",
            9: "tolerated", 10: "tolerated", 11: "tolerated", 12: "date", 13: "date", 14: "tolerated", 16: "XPN",
            18: "date", 19: "XAD", 36: "plan", 44: "tolerated", 49: "CX:plan"},
    "IN2": {1: "CX", 2: "ssn", 3: "tolerated", 6: "plan", 8: "plan", 61: "CX:plan", 63: "XTN", 64: "XTN"},
    "MRG": {1: "CX", 2: "CX", 3: "account", 4: "CX", 7: "XPN"},
    "ORC": {2: "CX:other", 3: "CX:other", 4: "CX:other", 7: "tolerated", 9: "date", 10: "XCN", 11: "XCN", 12: "XCN",
            14: "XTN", 15: "date", 19: "XCN", 21: "hospital", 22: "XAD", 23: "XTN", 24: "XAD"},
    "OBR": {2: "CX:other", 3: "CX:other", 6: "date", 7: "date", 8: "date", 10: "XCN", 13: "tolerated", 14: "date",
            16: "XCN", 17: "XTN", 18: "tolerated", 19: "tolerated", 20: "tolerated", 21: "tolerated", 22: "date",
            27: "tolerated", 28: "XCN", 32: "XCN", 33: "XCN", 34: "XCN", 36: "date"},
    "OBX": {5: "tolerated", 14: "date", 15: "tolerated", 16: "XCN", 18: "tolerated", 19: "date", 23: "tolerated",
            24: "tolerated", 25: "XCN"},
    "DG1": {5: "date", 16: "XCN", 19: "date"}, "AL1": {6: "date"}, "PR1": {5: "date", 8: "XCN", 11: "XCN"},
    "RXA": {2: "tolerated", 3: "date", 4: "date", 10: "XCN", 11: "tolerated", 15: "tolerated", 16: "tolerated"},
    "FT1": {2: "tolerated", 4: "date", 5: "date", 20: "XCN", 21: "XCN"},
    "SPM": {2: "CX:other", 17: "date", 18: "date"}, "ROL": {4: "XCN", 5: "date"},
}
TYPES = {"MR": "mrn", "SS": "ssn", "DL": "licence", "NPI": "npi", "AN": "account", "VN": "other", "MA": "plan",
         "MC": "plan", "PI": "mrn", "PT": "other"}


def field(draft: Draft, kind: str, text: str, segment: str):
    for nth, repeat in enumerate(text.split("~")):
        if nth:
            draft.put("~")
        parts = repeat.split("^")
        for at, part in enumerate(parts):
            if at:
                draft.put("^")
            if part == '""':
                draft.put(part)
                continue
            label = component(kind, parts, at + 1, segment, part)
            short = label not in {"name", "address", "city"} and len(part) < 3
            unknown = part.lower() in {"unknown", "sconosciuto"}
            draft.put(part, "tolerated" if label and (short or unknown) else label)


def component(kind: str, parts: list, at: int, segment: str, part: str):
    if kind == "XPN":
        return "name" if at <= 3 else "tolerated"
    if kind == "XAD":
        return {1: "address", 2: "address", 3: "city", 4: "tolerated", 5: "zip", 8: "tolerated", 9: "tolerated"}.get(at)
    if kind == "XTN":
        if at == 4:
            return "email"
        fax = len(parts) > 2 and parts[2] == "FX"
        return ("fax" if fax else "phone") if at in (1, 7, 12) else "tolerated" if at in (2, 3, 5, 6, 8) else None
    if kind.startswith("CX"):
        default = kind[3:] or {"PID": "mrn", "MRG": "mrn"}.get(segment, "other")
        code = parts[4] if len(parts) > 4 else ""
        return TYPES.get(code, default) if at == 1 else "tolerated"
    if kind == "XCN":
        if at == 1:
            return "npi" if "NPI" in parts else "tolerated"
        return "name" if at <= 4 else "tolerated"
    return kind if at == 1 else "tolerated"


def message(draft: Draft, text: str):
    """A message; its segments may end in any way."""
    for piece in re.split(r"([\r\n]+)", text):
        if not piece.strip():
            draft.put(piece)
            continue
        fields = piece.split("|")
        name = fields[0].strip()
        table = FIELDS.get(name)
        for number, value in enumerate(fields):
            if number:
                draft.put("|")
            kind = table.get(number) if table else ("tolerated" if number else None)
            if name == "MSH" and number in (0, 1):
                kind = None
            if name == "EVN" and number == 5:
                kind = "XCN"
            if not kind or not value:
                draft.put(value)
            elif kind == "tolerated":
                draft.put(value, kind)
            else:
                field(draft, kind, value, name)


ELEMENTS = {"DMG": {2: "date"}, "CLM": {1: "account"}, "CLP": {1: "account", 7: "other"}, "DTP": {3: "date"},
            "DTM": {2: "date"}, "N3": {1: "address", 2: "address"}, "N4": {1: "city", 2: "tolerated", 3: "zip"}}
REFERENCES = {"SY": "ssn", "EA": "mrn", "1W": "plan", "0F": "plan", "IG": "plan", "1L": "plan", "HPI": "npi",
              "G1": "other", "F8": "other", "6R": "tolerated", "9F": "other", "XZ": "other", "BLT": "other"}
ENTITIES = {"MI": "plan", "XX": "npi", "34": "ssn", "II": "plan"}
CONTACTS = {"TE": "phone", "FX": "fax", "EM": "email"}


def interchange(draft: Draft, text: str):
    """X12 with `*` and `~`; the party (NM1, N1) that came last says whose address follows."""
    of_payer = False
    for at, piece in enumerate(text.split("~")):
        if at:
            draft.put("~")
        lead = len(piece) - len(piece.lstrip())
        draft.put(piece[:lead])
        parts = piece[lead:].split("*")
        name = parts[0]
        code = parts[1] if len(parts) > 1 else ""
        if name in ("NM1", "N1"):
            of_payer = code in {"PR", "40", "41"}
        for number, value in enumerate(parts):
            if number:
                draft.put("*")
            label = ELEMENTS.get(name, {}).get(number)
            if name in ("ISA", "GS", "BHT", "BPR", "TRN", "SBR", "ST", "SE", "GE", "IEA", "NTE") and number:
                label = "tolerated"
            elif name == "NM1":
                person = parts[2:3] == ["1"]
                if number in (3, 4, 5):
                    label = "name" if person else "tolerated" if of_payer else "hospital" if number == 3 else None
                elif number == 9:
                    label = "tolerated" if of_payer else ENTITIES.get(parts[8], "other")
            elif name == "N1" and number in (2, 4):
                label = "tolerated" if of_payer or number == 4 else "hospital"
            elif name == "REF" and number == 2:
                label = REFERENCES.get(code, "tolerated")
            elif name == "PER" and number == 2:
                label = "tolerated"
            elif name == "PER" and number in (4, 6, 8):
                label = "tolerated" if of_payer else CONTACTS.get(parts[number - 1])
            if of_payer and name in ("N3", "N4"):
                label = "tolerated"
            draft.put(value, label)
