"""Sign-in, forms, pages."""

import json
import logging
import re
import time
import unittest
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from clinic.logs import JsonFormatter
from tests.case import PERSON, Browser, ClinicCase


class SignIn(ClinicCase):
    def setUp(self):
        self.query("update users set failed_attempts = 0, locked_until = null")

    def test_staff_signs_in_and_out_and_the_old_cookie_is_worthless(self):
        browser = self.signed_in()
        cookie = next(c for c in browser.client.cookie_jar if c.name == "__Host-clinic")
        self.assertEqual(browser.post("/sign-out", {}).status_code, 303)
        browser.client.set_cookie("clinic.test", "__Host-clinic", cookie.value, secure=True)
        self.assertIn("/sign-in", browser.get("/patients").location)

    def test_the_session_cookie_is_secure_http_only_and_strict(self):
        browser = Browser(self.app)
        cookies = browser.sign_in().headers.getlist("Set-Cookie")
        session = next(c for c in cookies if c.startswith("__Host-clinic="))
        for part in ("Secure", "HttpOnly", "SameSite=Strict", "Path=/"):
            self.assertIn(part, session)
        self.assertNotIn("Domain", session)

    def test_a_wrong_password_and_an_unknown_name_get_the_same_answer(self):
        browser = Browser(self.app)
        wrong = browser.sign_in("not the password")
        self.assertEqual(wrong.status_code, 401)
        first = re.search(r'role="alert">(.*?)<', browser.page)[1]
        browser.post("/sign-in", {"name": "nobody", "password": "not the password"})
        self.assertEqual(re.search(r'role="alert">(.*?)<', browser.page)[1], first)

    def test_five_wrong_passwords_lock_the_account_for_a_while(self):
        browser = Browser(self.app)
        for _ in range(5):
            self.assertEqual(browser.sign_in("not the password").status_code, 401)
        self.assertEqual(browser.sign_in().status_code, 401)
        self.query("update users set locked_until = now() - interval '1 second'")
        self.assertEqual(browser.sign_in().status_code, 303)

    def test_an_idle_session_ends(self):
        browser = self.signed_in()
        self.query("update sessions set seen_at = now() - interval '14 minutes'")
        self.assertEqual(browser.get("/patients").status_code, 200)
        self.query("update sessions set seen_at = now() - interval '16 minutes'")
        self.assertIn("/sign-in", browser.get("/patients").location)

    def test_a_session_ends_after_twelve_hours_even_if_used(self):
        browser = self.signed_in()
        self.query("update sessions set created_at = now() - interval '12 hours 1 second'")
        self.assertEqual(browser.get("/patients").status_code, 303)

    def test_the_stored_session_is_not_the_cookie(self):
        browser = self.signed_in()
        cookie = next(c for c in browser.client.cookie_jar if c.name == "__Host-clinic").value
        stored = [bytes(row["token_hash"]) for row in self.query("select token_hash from sessions")]
        self.assertNotIn(cookie.encode(), stored)

    def test_every_page_needs_a_session(self):
        browser = Browser(self.app)
        for path in ("/patients", "/patients/new", "/appointments", "/patients/x", "/patients/x/edit"):
            response = browser.get(path)
            self.assertEqual((response.status_code, response.location), (303, "/sign-in"), path)


class Forms(ClinicCase):
    def test_no_form_is_accepted_without_its_token(self):
        browser = self.signed_in()
        patient = self.new_patient(browser)
        before = self.query("select count(*) as n from patients")
        paths = [rule.rule for rule in self.app.url_map.iter_rules() if "POST" in rule.methods]
        paths = [p for p in paths if not p.startswith("/fhir")]
        self.assertGreaterEqual(len(paths), 7)
        other = Browser(self.app)
        other.get("/sign-in")
        for path in paths:
            path = re.sub("<[a-z_]+>", patient, path)
            for token in ("", "0" * 64, "ä", other.token()):
                answer = browser.post(path, {**PERSON, "form_token": token}, token=False)
                self.assertEqual(answer.status_code, 403, (path, token))
        self.assertEqual(self.query("select count(*) as n from patients"), before)
        self.assertEqual(browser.get("/patients").status_code, 200)

    def test_wrong_entries_are_named_and_nothing_is_saved(self):
        browser = self.signed_in()
        tomorrow = (datetime.now() + timedelta(days=3)).date().isoformat()
        cases = {
            "family": ["", "   ", "x" * 101],
            "given": ["", "a b c d e f", "x" * 61],
            "birth_date": ["", "1985-02-30", "11.06.1985", tomorrow, "1850-01-01"],
            "gender": ["", "robot"],
            "phone": ["12", "call me", "+1 555 01012345678901234567890123"],
            "email": ["lizzy", "a b@example.org", "x@y", "a" * 250 + "@example.org"],
            "phone_use": ["pager"],
        }
        for field, values in cases.items():
            for value in values:
                answer = browser.post("/patients/new", {**PERSON, field: value})
                self.assertEqual(answer.status_code, 422, (field, value))
                self.assertIn(f'id="{field}-wrong"', browser.page, (field, value))
        self.assertEqual(self.query("select count(*) as n from patients where email = 'lizzy'")[0]["n"], 0)

    def test_markup_in_a_name_is_shown_as_text(self):
        browser = self.signed_in()
        patient = self.new_patient(browser, family="<script>alert(1)</script>")
        browser.get(f"/patients/{patient}")
        self.assertNotIn("<script", browser.page)
        self.assertIn("&lt;script&gt;", browser.page)

    def test_a_patient_is_edited_and_an_outdated_form_is_refused(self):
        browser = self.signed_in()
        patient = self.new_patient(browser, family="Lucas")
        browser.get(f"/patients/{patient}/edit")
        changed = {**PERSON, "family": "Collins", "version": "1"}
        self.assertEqual(browser.post(f"/patients/{patient}/edit", changed).status_code, 303)
        again = browser.post(f"/patients/{patient}/edit", {**changed, "family": "Lost update"})
        self.assertEqual(again.status_code, 409)
        row = self.query("select family, version from patients where id = %s", [patient])[0]
        self.assertEqual((row["family"], row["version"]), ("Collins", 2))

    def test_an_upload_beyond_the_limit_is_refused(self):
        browser = self.signed_in()
        self.assertEqual(browser.post("/patients/new", {"family": "x" * 300_000}).status_code, 413)

    def test_unknown_and_malformed_ids_are_not_found(self):
        browser = self.signed_in()
        for text in ("00000000-0000-0000-0000-000000000000", "1", "' or 1=1", "new2"):
            self.assertEqual(browser.get(f"/patients/{text}").status_code, 404, text)
            self.assertEqual(browser.get(f"/patients/{text}/appointments/new").status_code, 404, text)

    def test_every_answer_carries_the_strict_headers(self):
        browser = self.signed_in()
        for path in ("/sign-in", "/patients", "/nothing", "/fhir/metadata", "/healthz"):
            headers = browser.get(path).headers
            self.assertIn("default-src 'none'", headers["Content-Security-Policy"], path)
            self.assertNotIn("unsafe", headers["Content-Security-Policy"], path)
            self.assertEqual(headers["Cache-Control"], "no-store", path)
            self.assertEqual(headers["X-Content-Type-Options"], "nosniff", path)

    def test_a_request_id_is_kept_if_harmless_and_replaced_if_not(self):
        client = self.app.test_client()
        self.assertEqual(client.get("/healthz", headers={"X-Request-Id": "abc-1.2_3"}).headers["X-Request-Id"], "abc-1.2_3")
        for bad in ("a b", '"}', "x" * 65):
            given = client.get("/healthz", headers={"X-Request-Id": bad}).headers["X-Request-Id"]
            self.assertRegex(given, r"\A[0-9a-f-]{36}\Z")


class Lists(ClinicCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with cls.pool.transaction() as conn:
            conn.execute(
                "insert into patients (family, given, gender, birth_date) select 'Person' || lpad(n::text, 3, '0'),"
                " array['Given'], 'other', date '1990-01-01' + n from generate_series(1, 45) n"
            )

    def test_paging_shows_everyone_once(self):
        browser, seen, path = self.signed_in(), [], "/patients"
        while path:
            browser.get(path)
            seen += re.findall(r"Person\d{3}", browser.page)
            following = re.search(r'href="([^"]*after=[^"]*)"', browser.page)
            path = following[1] if following else None
        self.assertEqual(seen, [f"Person{n:03}" for n in range(1, 46)])

    def test_a_search_finds_by_name_number_and_birth_date_and_pages(self):
        browser = self.signed_in()
        browser.post("/patients/search", {"q": "giv pers"})
        self.assertEqual(len(re.findall(r"Person\d{3}", browser.page)), 20)
        after = re.search(r'name="after" value="([^"]+)"', browser.page)[1]
        browser.post("/patients/search", {"q": "giv pers", "after": after})
        self.assertIn("Person021", browser.page)
        for q, count in (("person007", 1), ("1990-01-08", 1), ("c-100007", 1), ("per%", 0), ("_erson", 0), ("\\", 0)):
            browser.post("/patients/search", {"q": q})
            self.assertEqual(len(re.findall(r"Person\d{3}", browser.page)), count, q)

    def test_everyone_who_is_shown_is_in_the_access_log(self):
        browser = self.signed_in()
        self.query("select 1")
        before = self.query("select coalesce(max(id), 0) as n from access_log")[0]["n"]
        browser.post("/patients/search", {"q": "person003"})
        patient = re.search(r'href="/patients/([0-9a-f-]{36})"', browser.page)[1]
        browser.get(f"/patients/{patient}")
        rows = self.query("select actor, action, patient_id from access_log where id > %s order by id", [before])
        self.assertEqual([(r["actor"], r["action"], str(r["patient_id"])) for r in rows],
                         [("staff", "list", patient), ("staff", "view", patient)])  # fmt: skip

    def test_the_access_log_can_not_be_changed(self):
        import psycopg

        for sql in ("update access_log set actor = 'x'", "delete from access_log", "truncate access_log"):
            with self.assertRaises(psycopg.errors.RaiseException):
                self.query(sql)

    def test_without_the_access_log_nothing_is_shown(self):
        browser = self.signed_in()
        self.query("alter table access_log rename to hidden_log")
        try:
            answer = browser.get("/patients")
            self.assertEqual(answer.status_code, 500)
            self.assertNotIn("Person", browser.page)
        finally:
            self.query("alter table hidden_log rename to access_log")


class Appointments(ClinicCase):
    def test_booking_listing_and_cancelling(self):
        browser = self.signed_in()
        patient = self.new_patient(browser)
        day = (datetime.now(ZoneInfo("America/Chicago")) + timedelta(days=9)).date().isoformat()
        path = f"/patients/{patient}/appointments/new"
        visit = {"day": day, "clock": "09:30", "minutes": "30", "reason": "Yearly check"}
        browser.get(path)
        self.assertEqual(browser.post(path, visit).status_code, 303)
        for clock, status in (("09:45", 422), ("09:15", 422), ("10:00", 303)):
            browser.get(path)
            self.assertEqual(browser.post(path, {**visit, "clock": clock}).status_code, status, clock)
        browser.get("/appointments")
        self.assertEqual(browser.page.count("Yearly check"), 2)
        self.assertIn("09:30", browser.page)
        cancel = re.search(r'action="(/appointments/[^"]+/cancel)"', browser.page)[1]
        self.assertEqual(browser.post(cancel, {}).status_code, 303)
        browser.get("/appointments")
        self.assertEqual(browser.page.count("Yearly check"), 1)
        self.assertEqual(browser.post(cancel, {}).status_code, 404)

    def test_impossible_times_are_refused_with_a_reason(self):
        browser = self.signed_in()
        patient = self.new_patient(browser, family="Timely")
        path = f"/patients/{patient}/appointments/new"
        good = {"day": "2099-01-01", "clock": "09:30", "minutes": "30", "reason": "Check"}
        cases = [
            ({"day": "2020-01-01"}, "in the future"), ({}, "two years"), ({"day": "x"}, "Enter a date"),
            ({"clock": "25:00"}, "Enter a date"), ({"minutes": "31"}, "from the list"), ({"reason": ""}, "Enter the reason"),
        ]  # fmt: skip
        for change, text in cases:
            browser.get(path)
            self.assertEqual(browser.post(path, {**good, **change}).status_code, 422)
            self.assertIn(text, browser.page)

    def test_an_hour_that_the_clock_change_skips_does_not_exist(self):
        from clinic.appointments import read_start

        zone = ZoneInfo("America/Chicago")
        now = datetime(2027, 1, 1, tzinfo=zone)
        self.assertIn("does not exist", read_start("2027-03-14", "02:30", zone, now)[1])
        self.assertEqual(read_start("2027-03-14", "03:30", zone, now)[0].hour, 8)


class Logs(ClinicCase):
    def test_no_name_search_or_database_detail_reaches_the_log(self):
        logging.disable(logging.NOTSET)
        self.addCleanup(logging.disable, logging.CRITICAL)
        with self.assertLogs() as kept:
            browser = self.signed_in()
            patient = self.new_patient(browser, family="Verysecret", email="verysecret@example.org")
            browser.get(f"/patients/{patient}")
            browser.post("/patients/search", {"q": "Verysecret"})
            browser.get("/patients/Verysecret?q=Verysecret")
            self.fhir("GET", "Patient?family=Verysecret")
            self.query("alter table patients add constraint odd unique (family)")
            browser.get("/patients/new")
            self.assertEqual(browser.post("/patients/new", {**PERSON, "family": "Verysecret"}).status_code, 500)
            self.assertNotIn("Verysecret", browser.page)
        lines = [JsonFormatter().format(record) for record in kept.records]
        self.assertIn(patient, "".join(lines))
        failed = [json.loads(line)["error"] for line in lines if "error" in json.loads(line)]
        self.assertEqual([(error["type"], error["sqlstate"]) for error in failed], [("UniqueViolation", "23505")])
        self.assertNotIn("verysecret", "".join(lines).lower())


class Passwords(unittest.TestCase):
    def test_a_hash_fits_its_password_only_and_differs_each_time(self):
        from clinic.passwords import check_password, hash_password

        started = time.monotonic()
        one, two = hash_password("secret words"), hash_password("secret words")
        self.assertNotEqual(one, two)
        self.assertTrue(check_password("secret words", one))
        self.assertFalse(check_password("secret word", one))
        self.assertGreater(time.monotonic() - started, 0.1)


if __name__ == "__main__":
    unittest.main()
