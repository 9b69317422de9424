"""The real processes: release command, worker, web; and what happens when the database goes away."""

import http.client
import json
import pathlib
import signal
import sys
import tempfile
import threading
import time
import unittest

from clinic import migrate
from clinic.database import Pool, Unavailable, connect
from tests.case import API_TOKEN, STAFF_PASSWORD, ClinicCase, Server, cluster, spawn


def run(module, url, **env):
    """Run one module to its end; returns (exit code, log events)."""
    process = spawn([sys.executable, "-m", module], url, **env)
    out, _ = process.communicate(timeout=60)
    return process.returncode, [json.loads(line) for line in out.splitlines()]


class Migrations(unittest.TestCase):
    def setUp(self):
        self.url = cluster().database()

    def query(self, sql):
        with connect(self.url) as conn:
            return conn.execute(sql).fetchall()

    def test_migrating_twice_changes_nothing_the_second_time(self):
        code, events = run("clinic.migrate", self.url, CLINIC_STAFF_PASSWORD=STAFF_PASSWORD)
        self.assertEqual(code, 0, events)
        self.assertEqual(len(events[-1]["applied"]), 4)
        code, events = run("clinic.migrate", self.url, CLINIC_STAFF_PASSWORD="another password")
        self.assertEqual((code, events[-1]["applied"]), (0, []))
        self.assertEqual(len(self.query("select 1 from users")), 1)

    def test_two_releases_at_once_apply_each_file_once(self):
        both = [spawn([sys.executable, "-m", "clinic.migrate"], self.url) for _ in range(2)]
        outs = [one.communicate(timeout=60)[0] for one in both]
        self.assertEqual([one.returncode for one in both], [0, 0], outs)
        applied = [json.loads(out.splitlines()[-1])["applied"] for out in outs]
        self.assertEqual(sorted(map(len, applied)), [0, 4])

    def test_without_a_password_no_user_is_made(self):
        code, events = run("clinic.migrate", self.url)
        self.assertEqual(code, 0)
        self.assertIn("no staff user was made", json.dumps(events))
        self.assertEqual(self.query("select 1 from users"), [])

    def test_a_failing_migration_changes_nothing_and_says_why(self):
        with tempfile.TemporaryDirectory() as folder:
            pathlib.Path(folder, "0001_good.sql").write_text("create table one (a int);")
            pathlib.Path(folder, "0002_bad.sql").write_text("create table two (a int); create table one (b int);")
            files = migrate.read(pathlib.Path(folder))
        with connect(self.url) as conn:
            with self.assertRaisesRegex(migrate.MigrationError, '0002_bad.sql failed.*"one" already exists'):
                with conn.transaction():
                    migrate.apply(conn, files)
        self.assertEqual(self.query("select 1 from pg_tables where schemaname = 'public'"), [])

    def test_an_edited_migration_is_refused(self):
        files = migrate.read()
        with connect(self.url) as conn, conn.transaction():
            migrate.apply(conn, files)
        files[1] = (files[1][0], files[1][1], files[1][2] + "\n-- changed")
        with connect(self.url) as conn, self.assertRaisesRegex(migrate.MigrationError, "edited"):
            with conn.transaction():
                migrate.apply(conn, files)

    def test_an_older_release_can_still_run_its_release_command(self):
        with connect(self.url) as conn, conn.transaction():
            migrate.apply(conn, [*migrate.read(), (5, "0005_later.sql", "create table later (a int)")])
        code, events = run("clinic.migrate", self.url)
        self.assertEqual(code, 0)
        self.assertIn("ahead", json.dumps(events))

    def test_wrong_settings_end_with_code_two_and_name_the_setting(self):
        for env in ({"CLINIC_STAFF_PASSWORD": "short"}, {"CLINIC_TIMEZONE": "../../etc/passwd"}, {"PORT": "0"}):
            code, events = run("clinic.migrate", self.url, **env)
            self.assertEqual(code, 2)
            self.assertIn(next(iter(env)), events[-1]["message"])
        code, events = run("clinic.migrate", "mysql://x")
        self.assertEqual(code, 2)

    def test_the_sample_is_loaded_once(self):
        code, events = run("clinic.seed", self.url)
        self.assertEqual(code, 1)
        self.assertIn("clinic.migrate first", events[-1]["message"])
        run("clinic.migrate", self.url)
        self.assertEqual([run("clinic.seed", self.url)[1][-1]["added"] for _ in range(2)], [50, 0])


class Worker(ClinicCase):
    def setUp(self):
        with self.pool.transaction() as conn:
            for table in ("outbox", "reminders", "appointments"):
                conn.execute(f"delete from {table}")

    def book(self, count, hours, status="booked"):
        self.query(
            "with p as (insert into patients (family, given, gender, birth_date, email) values"
            " ('Busy', array['Bee'], 'other', '1990-01-01', 'bee@example.org') returning id)"
            " insert into appointments (patient_id, starts_at, minutes, reason, status, cancelled_at)"
            " select p.id, now() + make_interval(hours => %s) + make_interval(secs => n), 15, 'secret reason', %s,"
            " case when %s = 'cancelled' then now() end from p, generate_series(1, %s) n",
            [hours, status, status, count],
        )

    def count(self, table):
        return self.query(f"select count(*) as n from {table}")[0]["n"]

    def test_two_workers_at_once_send_each_reminder_once(self):
        self.book(300, 5)
        workers = [spawn([sys.executable, "-m", "clinic.worker"], self.url, CLINIC_WORKER_SECONDS="0.1") for _ in range(2)]
        until = time.monotonic() + 30
        while self.count("outbox") < 300 and time.monotonic() < until:
            time.sleep(0.1)
        time.sleep(0.5)
        for worker in workers:
            worker.send_signal(signal.SIGTERM)
        outs = [worker.communicate(timeout=15)[0] for worker in workers]
        self.assertEqual([worker.returncode for worker in workers], [0, 0])
        events = [[json.loads(line) for line in out.splitlines()] for out in outs]
        sent = [[event["reminder"] for event in part if event["message"] == "reminder sent"] for part in events]
        self.assertEqual(len(sent[0]) + len(sent[1]), 300)
        self.assertEqual(len(set(sent[0]) | set(sent[1])), 300)
        self.assertTrue(all(part[-1]["message"] == "the worker has stopped" for part in events))
        self.assertNotIn("error", {event["level"] for part in events for event in part})
        self.assertEqual((self.count("outbox"), self.count("reminders where sent_at is null")), (300, 0))
        for phi in ("Busy", "Bee", "bee@example.org", "secret reason"):
            self.assertNotIn(phi, "".join(outs))
        self.assertEqual(self.count("outbox where strpos(body, 'secret') > 0"), 0)

    def test_only_booked_appointments_within_a_day_are_reminded_of(self):
        from clinic.worker import run_once

        self.book(1, 23)
        self.book(1, 25)
        self.book(1, -1)
        self.book(1, 3, "cancelled")
        zone = self.settings.timezone
        self.assertEqual([run_once(self.pool, zone) for _ in range(2)], [1, 0])

    def test_a_reminder_waits_while_its_appointment_is_being_cancelled(self):
        from clinic.worker import run_once

        self.book(1, 5)
        with self.pool.transaction() as conn:
            conn.execute("update appointments set status = 'cancelled', cancelled_at = now()")
            self.assertEqual(run_once(self.pool, self.settings.timezone), 0)
        self.assertEqual(run_once(self.pool, self.settings.timezone), 0)
        self.assertEqual(self.count("outbox"), 0)


class DatabaseGone(ClinicCase):
    def test_health_is_503_while_the_database_is_down_and_recovers(self):
        server = Server(self.url)
        try:
            self.assertEqual(server.wait()[0], 200)
            self.assertEqual(server.get("/sign-in")[0], 200)
            self.cluster.stop()
            try:
                started = time.monotonic()
                status, body = server.get("/healthz")
                self.assertEqual((status, json.loads(body)["reason"]), (503, "cannot connect to the database"))
                self.assertLess(time.monotonic() - started, 4)
                self.assertNotIn(str(self.cluster.port), body)
                status, body = server.get("/fhir/metadata")
                self.assertEqual(status, 200)
            finally:
                self.cluster.start()
            self.assertEqual(server.get("/healthz")[0], 200)
        finally:
            code, lines = server.stop()
        self.assertEqual(code, 0, lines)
        for line in lines:
            self.assertIn("message", json.loads(line))

    def test_a_chunked_body_is_read_and_bounded(self):
        server = Server(self.url)
        self.addCleanup(server.stop)
        server.wait()
        for size, status in ((10, 400), (300_000, 413)):
            line = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
            headers = {"Authorization": f"Bearer {API_TOKEN}", "Content-Type": "application/fhir+json"}
            line.request("POST", "/fhir/Patient", iter([b"[" * size]), headers, encode_chunked=True)
            self.assertEqual(line.getresponse().status, status)
            line.close()

    def test_the_first_request_after_a_restart_of_the_database_succeeds(self):
        browser = self.signed_in()
        for path in ("/patients", "/appointments", "/patients"):
            self.cluster.restart()
            self.assertEqual(browser.get(path).status_code, 200)

    def test_a_request_without_a_database_is_a_polite_503(self):
        browser = self.signed_in()
        self.cluster.stop()
        try:
            answer = browser.get("/patients")
            self.assertEqual((answer.status_code, answer.headers["Retry-After"]), (503, "5"))
            response, body = self.fhir("GET", "Patient")
            self.assertEqual((response.status_code, body["issue"][0]["code"]), (503, "transient"))
        finally:
            self.cluster.start()

    def test_a_busy_pool_says_so_and_does_not_wait_for_ever(self):
        pool = Pool(self.url, 1)
        self.addCleanup(pool.close)
        with pool.transaction():
            with self.assertRaisesRegex(Unavailable, "in use"):
                with pool.transaction(wait=0.05):
                    pass
        with pool.transaction() as conn:
            conn.execute("select 1")

    def test_sigterm_lets_a_running_request_finish(self):
        server = Server(self.url)
        server.wait()
        answers = []
        with connect(self.url) as conn, conn.transaction():
            conn.execute("lock table access_log in access exclusive mode")
            import urllib.request

            def ask():
                request = urllib.request.Request(
                    f"http://127.0.0.1:{server.port}/fhir/Patient", headers={"Authorization": f"Bearer {API_TOKEN}"}
                )
                with urllib.request.urlopen(request, timeout=20) as answer:
                    answers.append(answer.status)

            self.query("insert into patients (family, given, gender, birth_date) values ('A', array['B'], 'other', '1990-01-01')")
            asking = threading.Thread(target=ask)
            asking.start()
            time.sleep(0.5)
            server.process.terminate()
            time.sleep(0.5)
            self.assertEqual(answers, [])
        asking.join(timeout=20)
        code, _ = server.stop()
        self.assertEqual((answers, code), ([200], 0))


if __name__ == "__main__":
    unittest.main()
