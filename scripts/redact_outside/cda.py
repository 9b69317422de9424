"""C-CDA documents and Blue Button files, labelled by element or by the key of a line.

| where | label |
| --- | --- |
| given, family; text of `name` in a person | name; prefix, suffix tolerated |
| `name` in an organization or a place | hospital; in an assigned device or product none |
| streetAddressLine, city, county, postalCode | address, city, city, zip; state tolerated |
| telecom by its scheme | phone, fax, email; others tolerated |
| value of birthTime, effectiveTime, time, low, high, center | date, from the month on; year and time of day may stay |
| extension of id | mrn in patientRole, ssn and npi (of ten digits) by root, other in an encounter; tolerated elsewhere |
| narrative (`text` of a section), comments, roots, template ids | tolerated |
"""

import re

from .spans import Draft

PIECES = re.compile(r"<!--.*?-->|<\?.*?\?>|<[^>]+>|[^<]+", re.S)
ATTRIBUTE = re.compile(r"""([\w:-]+)(\s*=\s*)("([^"]*)"|'([^']*)')""")
TIMES = {"birthTime", "effectiveTime", "time", "low", "high", "center", "existenceTime"}
ORGANIZATIONS = ("rganization", "ealthCareFacility", "location", "ustodian")
PERSONS = {"patient", "assignedPerson", "guardianPerson", "informationRecipient", "associatedPerson", "relatedPerson",
           "playingEntity", "guardian", "subject"}


# Who makes vaccines or pays is nobody; nor is an authority that stands where a person should.
NOBODY = re.compile(r"Insurance|Department of|Inc\.|^(?:UNK|Unknown)", re.I)


def text_label(stack: list, text: str):
    if "text" in stack or "title" in stack:
        return "tolerated"
    here = stack[-1] if stack else ""
    if here in {"given", "family"}:
        return "name"
    if here in {"prefix", "suffix", "state", "delimiter"}:
        return "tolerated"
    if here == "name":
        above = stack[-2] if len(stack) > 1 else ""
        if "manufacturer" in above or NOBODY.search(text):
            return "tolerated"
        if any(word in above for word in ORGANIZATIONS):
            return "hospital"
        return "name" if above in PERSONS - {"playingEntity"} else "tolerated"
    return {"streetAddressLine": "address", "city": "city", "county": "city", "postalCode": "zip"}.get(here)


def attribute_label(element: str, stack: list, name: str, value: str, root: str):
    if "text" in stack:
        return "tolerated"
    if name == "value" and element == "telecom":
        scheme = value.split(":")[0].lower() if ":" in value else "tel"
        return {"tel": "phone", "fax": "fax", "mailto": "email"}.get(scheme, "tolerated")
    if name == "value" and element in TIMES and re.match(r"\d{4}", value):
        return "date" if re.match(r"\d{6}", value) else "tolerated"
    if name == "extension" and element == "id":
        if root == "2.16.840.1.113883.4.1":
            return "ssn"
        if root == "2.16.840.1.113883.4.6":
            return "npi" if re.match(r"\d{10}$", value) else "tolerated"
        above = stack[-1] if stack else ""
        return {"patientRole": "mrn", "encompassingEncounter": "other"}.get(above, "tolerated")
    return "tolerated" if name in {"root", "ID", "assigningAuthorityName"} else None


def write(draft: Draft, text: str):
    """XML as it is, with spans. A piece of a document will do: nothing need be closed."""
    stack = []
    for found in PIECES.finditer(text):
        piece = found.group()
        if piece.startswith("<!--"):
            draft.put(piece, "tolerated")
        elif piece.startswith("</"):
            name = piece[2:-1].strip()
            if name in stack:
                while stack and stack.pop() != name:
                    pass
            draft.put(piece)
        elif piece.startswith("<") and piece[1:2] not in "?!":
            name = re.match(r"</?\s*([\w:.-]+)", piece)
            element = name.group(1) if name else ""
            given = {a.group(1): a.group(4) or a.group(5) or "" for a in ATTRIBUTE.finditer(piece)}
            at = 0
            for attribute in ATTRIBUTE.finditer(piece):
                value = given[attribute.group(1)]
                draft.put(piece[at:attribute.start(3) + 1])
                label = attribute_label(element, stack, attribute.group(1), value, given.get("root", ""))
                scheme = re.match(r"(?:tel|fax|mailto):\s*", value) if element == "telecom" else None
                if scheme:
                    draft.put(scheme.group())
                    value = value[scheme.end():]
                draft.put(value, label)
                at = attribute.end(3) - 1
            draft.put(piece[at:])
            if not piece.endswith("/>"):
                stack.append(element)
        else:
            draft.put(piece, text_label(stack, piece) if piece.strip() else None)


def pieces(text: str, most: int = 12):
    """The head of a document and its first sections, each a text of its own."""
    head, body = (text.split("<structuredBody", 1) + [""])[:2]
    yield head
    yield from re.findall(r"<section\b.*?</section>", body, re.S)[:most]


KEYS = {
    "name": "name", "first name": "name", "middle name": "name", "last name": "name", "alias": "name",
    "contact first name": "name", "contact last name": "name", "contact name": "name", "provider name": "name",
    "subscriber name": "name", "requesting doctor": "name", "insured": "name", "va provider": "name",
    "date of birth": "date", "dob": "date", "dod": "date", "effective date": "date", "start date": "date",
    "place of birth": "city", "city": "city", "mailing or destination city": "city", "address line 1": "address",
    "address line 2": "address", "street address": "address", "street address 2": "address",
    "mailing or destination address": "address", "mailing or destination address2": "address",
    "mailing or destination zip/postal code": "zip", "zip code": "zip", "zip/post code": "zip", "zip": "zip",
    "home phone number": "phone", "work phone number": "phone", "cell phone number": "phone", "pager number": "phone",
    "home phone": "phone", "work phone": "phone", "mobile phone": "phone", "phone number": "phone",
    "fax number": "fax", "email address": "email", "email": "email", "subscriber id": "plan", "group number": "plan",
    "provider address": "address", "part a effective date": "date", "part b effective date": "date",
    "date administered": "date", "date taken": "date", "date implanted": "date", "last date of service": "date",
    "medical condition start date": "date", "medical condition end date": "date", "last treatment date": "date",
    "first episode date": "date", "last episode date": "date", "date": "date", "state": "tolerated",
    "authentication facility name": "hospital", "authentication date": "date", "last updated": "tolerated",
    "system request date/time": "tolerated", "policy number": "plan", "id number": "plan", "group": "tolerated",
}
LINE = re.compile(r"(?:^\s*|(?<=\s{3}))([A-Z][\w ./()]*?):([ \t]*)([^\n]*?)(?=\s{2,}[A-Z][\w ]*:|$)")


def blue_button(draft: Draft, text: str, lines: int):
    """`Key: value` lines; a line that has no key of the table is tolerated whole."""
    for line in text.splitlines()[:lines]:
        at, known = 0, False
        for found in LINE.finditer(line):
            label = KEYS.get(found.group(1).strip().lower())
            if not label:
                continue
            known = True
            draft.put(line[at:found.start(3)])
            draft.put(found.group(3), label)
            at = found.end(3)
        rest = line[at:]
        draft.put(rest, None if known or not re.search(r"\d|[A-Z][a-z]+ [A-Z]", rest) else "tolerated")
        draft.put("\n")
