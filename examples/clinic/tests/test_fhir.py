"""The FHIR door: shapes, search, create, refusals."""

import json
import unittest

from tests.case import ClinicCase

PATIENT = {
    "resourceType": "Patient",
    "identifier": [{"use": "secondary", "system": "urn:oid:2.16.840.1.113883.19", "value": "A-1"}],
    "active": True,
    "name": [{"use": "official", "family": "Eyre", "given": ["Jane", "Rivers"]}],
    "telecom": [{"system": "phone", "value": "+1 555 0112", "use": "home"}, {"system": "email", "value": "jane@example.org"}],
    "gender": "female",
    "birthDate": "1990-04-21",
    "address": [{"use": "home", "line": ["Thornfield Road 3"], "city": "Millcote", "postalCode": "00000", "country": "GB"}],
}  # fmt: skip


def patient(**changes):
    return {key: value for key, value in {**PATIENT, **changes}.items() if value is not None}


class Base(ClinicCase):
    def assert_outcome(self, answer, status, code=None, expression=None):
        response, body = answer
        self.assertEqual(response.status_code, status, body)
        self.assertEqual(response.mimetype, "application/fhir+json")
        self.assertEqual(body["resourceType"], "OperationOutcome")
        for issue in body["issue"]:
            self.assertLessEqual({"severity", "code", "diagnostics"}, set(issue))
            self.assertIn(issue["severity"], ("fatal", "error", "warning", "information"))
        if code:
            self.assertIn(code, [issue["code"] for issue in body["issue"]], body)
        if expression:
            self.assertIn([expression], [issue.get("expression") for issue in body["issue"]], body)

    def create(self, body):
        response, made = self.fhir("POST", "Patient", body)
        self.assertEqual(response.status_code, 201, made)
        return response, made


class ReadAndCreate(Base):
    def test_what_is_created_is_read_back_whole(self):
        response, made = self.create(PATIENT)
        self.assertEqual(response.location, f"https://clinic.test/fhir/Patient/{made['id']}")
        self.assertEqual(response.headers["ETag"], 'W/"1"')
        response, read = self.fhir("GET", f"Patient/{made['id']}")
        self.assertEqual((response.status_code, response.mimetype), (200, "application/fhir+json"))
        self.assertEqual(read, made)
        self.assertEqual(read["meta"]["versionId"], "1")
        self.assertRegex(read["meta"]["lastUpdated"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00$")
        for key in ("active", "name", "telecom", "gender", "birthDate", "address"):
            self.assertEqual(read[key], PATIENT[key], key)
        ours, theirs = read["identifier"]
        self.assertEqual(ours["type"]["coding"][0]["code"], "MR")
        self.assertEqual(theirs, PATIENT["identifier"][0])
        response, body = self.fhir("GET", f"Patient/{made['id']}", **{"If-None-Match": 'W/"1"'})
        self.assertEqual((response.status_code, body), (304, None))
        self.assert_outcome(self.fhir("POST", "Patient", PATIENT), 409, "duplicate", "Patient.identifier")

    def test_a_patient_made_in_fhir_shows_in_the_pages_and_the_other_way_round(self):
        browser = self.signed_in()
        _, made = self.create(patient(identifier=None, name=[{"family": "Door", "given": ["Left"]}]))
        browser.get(f"/patients/{made['id']}")
        self.assertIn("Door, Left", browser.page)
        _, read = self.fhir("GET", f"Patient/{self.new_patient(browser)}")
        self.assertEqual(read["name"], [{"use": "official", "family": "Bennet", "given": ["Elizabeth", "Anne"]}])

    def test_a_broken_resource_is_400_and_names_the_place(self):
        cases = [
            ("{", "structure", None), (b"\xff\xfe", "structure", None), ("[]", "structure", "Patient"),
            ('{"resourceType":"Patient","resourceType":"Patient"}', "structure", None), ("[" * 100_000, "structure", None),
            ({"resourceType": "Observation"}, "structure", "Patient"), (patient(gender="robot"), "code-invalid", "Patient.gender"),
            (patient(gender=7), "value", "Patient.gender"), (patient(birthDate="21.4.1990"), "value", "Patient.birthDate"),
            (patient(birthDate="1990-02-30"), "value", "Patient.birthDate"), (patient(active="yes"), "value", "Patient.active"),
            (patient(name={"family": "X"}), "structure", "Patient.name"), (patient(wings=2), "structure", None),
            (patient(name=[{"family": "X", "given": "Y"}]), "structure", "Patient.name[0].given"),
            (patient(name=[{"family": "", "given": ["Y"]}]), "value", "Patient.name[0].family"),
            (patient(name=[{"family": {"a": 1}, "given": ["Y"]}]), "value", "Patient.name[0].family"),
        ]  # fmt: skip
        for body, code, expression in cases:
            with self.subTest(body=str(body)[:90]):
                self.assert_outcome(self.fhir("POST", "Patient", body), 400, code, expression)

    def test_what_we_can_not_keep_is_422_and_not_dropped(self):
        mrn = {"system": "https://clinic.example/fhir/mrn", "value": "C-1"}
        cases = [
            (patient(maritalStatus={"text": "M"}), "not-supported", "Patient.maritalStatus"),
            (patient(name=PATIENT["name"] * 2), "not-supported", "Patient.name[1]"),
            (patient(name=[{"family": "X", "given": ["Y"], "prefix": ["Dr"]}]), "not-supported", "Patient.name[0].prefix"),
            (patient(telecom=PATIENT["telecom"][:1] * 2), "not-supported", "Patient.telecom[1]"),
            (patient(telecom=[{"system": "fax", "value": "1"}]), "not-supported", "Patient.telecom[0].system"),
            (patient(telecom=[{"system": "phone"}]), "required", "Patient.telecom[0]"),
            (patient(telecom=[{"system": "phone", "value": "ring"}]), "business-rule", "Patient.telecom"),
            (patient(birthDate="1990"), "business-rule", "Patient.birthDate"),
            (patient(birthDate="2999-01-01"), "business-rule", "Patient.birthDate"),
            (patient(birthDate=None), "business-rule", "Patient.birthDate"),
            (patient(name=None), "business-rule", "Patient.name[0].family"),
            (patient(gender=None), "business-rule", "Patient.gender"),
            (patient(identifier=[mrn]), "business-rule", "Patient.identifier"),
            (patient(text={"status": "additional", "div": "<div/>"}), "not-supported", "Patient.text"),
        ]  # fmt: skip
        before = self.query("select count(*) as n from patients")
        for body, code, expression in cases:
            with self.subTest(body=expression):
                self.assert_outcome(self.fhir("POST", "Patient", body), 422, code, expression)
        self.assertEqual(self.query("select count(*) as n from patients"), before)

    def test_a_generated_narrative_is_accepted(self):
        self.create(patient(identifier=None, text={"status": "generated", "div": "<div>Jane</div>"}))

    def test_refusals_are_operation_outcomes(self):
        unknown = "Patient/00000000-0000-0000-0000-000000000000"
        self.assert_outcome(self.fhir("GET", unknown), 404, "not-found")
        self.assert_outcome(self.fhir("GET", "Patient/%27"), 404, "not-found")
        self.assert_outcome(self.fhir("GET", "Observation/1"), 404, "not-found")
        self.assert_outcome(self.fhir("DELETE", unknown), 405, "not-supported")
        self.assert_outcome(self.fhir("PUT", unknown, PATIENT), 405, "not-supported")
        self.assert_outcome(self.fhir("POST", "Patient", "a=b", content_type="text/plain"), 415, "not-supported")
        self.assert_outcome(self.fhir("GET", unknown, Accept="application/fhir+xml"), 406, "not-supported")
        self.assert_outcome(self.fhir("POST", "Patient", " " * 300_000), 413, "too-long")

    def test_without_the_right_token_nothing_but_the_metadata_is_open(self):
        for token in (None, "", "wrong", "a-token-for-the-test", "ä"):
            for method, path in (("GET", "Patient"), ("GET", "Patient/x"), ("POST", "Patient"), ("GET", "Nothing")):
                answer = self.fhir(method, path, token=token)
                self.assert_outcome(answer, 401, "login")
                self.assertIn("Bearer", answer[0].headers["WWW-Authenticate"])
        response, body = self.fhir("GET", "metadata", token=None)
        self.assertEqual((response.status_code, body["resourceType"], body["fhirVersion"]), (200, "CapabilityStatement", "4.0.1"))
        self.assertEqual({one["code"] for one in body["rest"][0]["resource"][0]["interaction"]}, {"read", "search-type", "create"})

    def test_an_empty_token_setting_shuts_the_door(self):
        from dataclasses import replace

        from clinic.web import create_app

        app = create_app(replace(self.settings, api_token=""), self.pool)
        for header in ({}, {"Authorization": "Bearer "}, {"Authorization": "Bearer"}):
            self.assertEqual(app.test_client().get("/fhir/Patient", headers=header).status_code, 401)


class Search(Base):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        people = [
            ("March", ["Josephine"], "female", "1996-11-29", "1"), ("March", ["Amy"], "female", "2000-08-26", "2"),
            ("Marchmain", ["Sebastian"], "male", "2000-02-29", "3"), ("Müller", ["Änne"], "other", "1950-12-31", "4"),
            ("O_Hara", ["Scarlett", "Katie"], "female", "1951-01-01", "5"),
        ]  # fmt: skip
        with cls.pool.transaction() as conn:
            for family, given, gender, born, number in people:
                row = conn.execute(
                    "insert into patients (family, given, gender, birth_date) values (%s, %s, %s, %s) returning id",
                    [family, given, gender, born],
                ).fetchone()
                conn.execute("insert into patient_identifiers values (%s, 'urn:test', %s, null)", [row["id"], number])

    def found(self, query):
        response, body = self.fhir("GET", f"Patient?{query}")
        self.assertEqual(response.status_code, 200, body)
        self.assertEqual((body["resourceType"], body["type"]), ("Bundle", "searchset"))
        return [entry["resource"]["name"][0]["given"][0] for entry in body.get("entry", [])]

    def test_parameters_narrow_the_search(self):
        cases = {
            "family=march": ["Amy", "Josephine", "Sebastian"], "family:exact=March": ["Amy", "Josephine"],
            "family:contains=main": ["Sebastian"], "family=m%C3%BC": ["Änne"], "family=o_": ["Scarlett"], "family=_": [],
            "family=%25": [], "given=katie": ["Scarlett"], "given=am&family=march": ["Amy"], "name=jos": ["Josephine"],
            "family=o_,m%C3%BC": ["Änne", "Scarlett"], "gender=male": ["Sebastian"], "birthdate=2000-02-29": ["Sebastian"],
            "birthdate=2000": ["Amy", "Sebastian"], "birthdate=2000-08": ["Amy"], "birthdate=lt1951": ["Änne"],
            "birthdate=le1951": ["Änne", "Scarlett"], "birthdate=gt2000-02": ["Amy"], "birthdate=ge2000-02-29&birthdate=lt2000-03-01": ["Sebastian"],
            "birthdate=ne2000&family=march": ["Josephine"], "identifier=urn:test|2": ["Amy"], "identifier=2": ["Amy"], "identifier=urn:other|2": [],
            "identifier=|2": [], "_id=x": [], "family=": ["Amy", "Josephine", "Sebastian", "Änne", "Scarlett"], "_count=0": [],
            "family=%27%3Bdrop%20table%20patients": [],
        }  # fmt: skip
        for query, expected in cases.items():
            with self.subTest(query=query):
                self.assertEqual(self.found(query), expected)

    def test_a_patient_is_found_by_the_record_number(self):
        _, bundle = self.fhir("GET", "Patient?given=amy")
        number = bundle["entry"][0]["resource"]["identifier"][0]
        self.assertEqual(self.found(f"identifier={number['system']}|{number['value']}"), ["Amy"])

    def test_pages_follow_the_next_link_and_show_everyone_once(self):
        path, seen, pages = "Patient?birthdate=ge1900&_count=2", [], 0
        while path:
            response, body = self.fhir("GET", path)
            links = {link["relation"]: link["url"] for link in body["link"]}
            self.assertEqual(body["total"], 5)
            self.assertIn("birthdate=ge1900", links["self"])
            for entry in body["entry"]:
                self.assertEqual(entry["search"], {"mode": "match"})
                self.assertEqual(entry["fullUrl"], f"https://clinic.test/fhir/Patient/{entry['resource']['id']}")
                seen.append(entry["resource"]["id"])
            path, pages = links.get("next", "").removeprefix("https://clinic.test/fhir/"), pages + 1
        self.assertEqual((len(seen), len(set(seen)), pages), (5, 5, 3))

    def test_a_parameter_that_can_not_be_used_is_an_error_and_not_ignored(self):
        bad = ("famly=march", "birthdate=soon", "birthdate=2000-13", "birthdate=0000", "birthdate=ge9999-12-31", "_count=-1", "_count=x", "_page=1",
               "gender=robot", "family:sounds=march", "identifier=|", "family=a%00b")  # fmt: skip
        for query in bad:
            with self.subTest(query=query):
                self.assert_outcome(self.fhir("GET", f"Patient?{query}"), 400, "invalid")
        response, body = self.fhir("GET", "Patient?famly=march&given=amy", Prefer="handling=lenient")
        self.assertEqual((response.status_code, body["total"]), (200, 1))
        self.assertNotIn("famly", json.dumps(body["link"]))

    def test_every_patient_in_a_bundle_is_in_the_access_log(self):
        before = self.query("select count(*) as n from access_log where action = 'fhir search'")[0]["n"]
        self.found("family=march")
        self.assertEqual(self.query("select count(*) as n from access_log where action = 'fhir search'")[0]["n"], before + 3)


if __name__ == "__main__":
    unittest.main()
