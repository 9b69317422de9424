"""Takes from the schema of OCSF what the entries of Ward need. See README.md beside.

usage: take.py SCHEMA > ocsf-1.8.0.json
"""

import json
import sys

CLASSES = [
    "process_activity",
    "detection_finding",
    "account_change",
    "authentication",
    "entity_management",
    "user_access",
    "ssh_activity",
    "api_activity",
]
PROFILES = {"cloud", "datetime", "host", "security_control"}
# Objects that an entry may hold.
OBJECTS = {
    "account", "actor", "analytic", "api", "auth_factor", "authorization", "cloud", "device", "finding_info",
    "managed_entity", "metadata", "network_endpoint", "object", "organization", "policy", "process", "product",
    "programmatic_credential", "request", "resource_details", "service", "session", "user",
}


def attributes(item):
    taken = {}
    for name, attribute in sorted(item["attributes"].items()):
        profiles = attribute.get("profiles") or []
        if profiles and not PROFILES & set(profiles) or "@deprecated" in attribute:
            continue
        if attribute["type"] == "object_t" and attribute["object_type"] not in OBJECTS:
            if attribute["requirement"] == "required":
                sys.exit(f"{name} is required and of {attribute['object_type']}: take that too")
            continue
        keep = {key: attribute[key] for key in ("type", "object_type", "is_array", "requirement") if key in attribute}
        if profiles:
            keep["profiles"] = sorted(PROFILES & set(profiles))
        if "enum" in attribute:
            keep["enum"] = {key: value["caption"] for key, value in attribute["enum"].items()}
        taken[name] = keep
    return taken


def take(item, *more):
    keep = {"caption": item["caption"], **{key: item[key] for key in more}, "attributes": attributes(item)}
    if item.get("constraints"):
        keep["constraints"] = item["constraints"]
    return keep


schema = json.load(open(sys.argv[1]))
classes = {name: take(schema["classes"][name], "uid", "category_uid") for name in CLASSES}
objects = {name: take(schema["objects"][name]) for name in sorted(OBJECTS)}
used = {a["type"] for item in (*classes.values(), *objects.values()) for a in item["attributes"].values()}
types = {
    name: {key: kind[key] for key in ("type", "regex", "max_len", "range") if key in kind}
    for name, kind in sorted(schema["dictionary"]["types"]["attributes"].items())
    if name in used
}
json.dump(
    {"version": schema["version"], "types": types, "classes": classes, "objects": objects},
    sys.stdout,
    indent=1,
    sort_keys=True,
)
print()
