//! What machines write about themselves stays, and what looks like it but is of a person does not.

mod values;

use ward_redact::{Config, Mode, Redactor};

fn log() -> Redactor {
    Redactor::new(Config::new(Mode::Log)).unwrap()
}

fn masked(line: &str) -> String {
    log().redact_str(line).into_owned()
}

#[track_caller]
fn stays(lines: &[&str]) {
    goes(&lines.iter().map(|line| (*line, *line)).collect::<Vec<_>>());
}

#[track_caller]
fn goes(pairs: &[(&str, &str)]) {
    let wrong: Vec<_> = pairs
        .iter()
        .map(|(line, expected)| (masked(line), *expected))
        .filter(|(got, expected)| got != expected)
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn clients_and_subjects_are_programs_unless_something_says_that_they_are_people() {
    stays(&[
        "-rw-r--r-- 1 root root 7712 Feb  3  2024 libcurl-client.so.4",
        "tls: client aa:bb:cc:00:11:22 renegotiated on 2024-02-03",
        "subject-index rebuilt, last full run 2024-02-03",
        "resident set grew since 02/03/2024",
        "install ./lib/http/client.rb /opt/ruby/versions/3.10.13/lib",
    ]);
    goes(&[
        ("client Orsola Bianchi was here on 02/03/2024", "client [NAME] was here on [DATE]"),
        ("client rescheduled, appointment 02/03/2024 10:30", "client rescheduled, appointment [DATE] 10:30"),
    ]);
}

#[test]
fn terminals_are_no_patients() {
    stays(&["sudo: eve : TTY=pts/17 ; PWD=/srv ; USER=root", "session on /dev/pts/204 closed"]);
    goes(&[("GET /api/pts/88214 200", "GET /api/pts/[MRN] 200")]);
}

#[test]
fn words_are_no_accounts_of_persons() {
    stays(&[
        "user directories were made",
        "Aborted login (tried twice)",
        "pg_stat_user_tables is empty",
        "user=zabbix",
    ]);
    goes(&[("login failed, user=mrosenthal", "login failed, user=[ID]")]);
}

#[test]
fn numbers_of_certificates_and_identifiers_of_objects_stay() {
    stays(&[
        "    Serial Number: 4051782299 (0xf181c05b)",
        "    Policy: 1.3.6.1.4.1.6449.1.2",
        "trace_record(client=0x7ffe10aa3320, len=8)",
        "drm_mbi               14210  0",
        "Volume Serial Number is 9C1F-22A0",
        "fingerprint SHA256:q0Yb2n3vJtBvXx8d5Zk1",
        "alert fired, fingerprint=0f3c9a771be20d54",
        r#"{"level":"error","fingerprint":["timeout","api"]}"#,
        "license: BSD-3-Clause",
        "SPDX-License-Identifier: LGPL-2.1-or-later",
    ]);
    goes(&[
        ("pump serial number: BX-77120934", "pump serial number: [DEVICE]"),
        ("fingerprint=FP-0042917", "fingerprint=[BIOMETRIC]"),
        ("driver license: F255-921-50", "driver license: [LICENCE]"),
    ]);
}

#[test]
fn ids_of_processes_are_no_places() {
    stays(&[
        "Worker ID 40213 exited",
        "WARN Hospital No is missing",
        "Session ID 10012",
        "Archive.zip: Zip file size: 90210 bytes",
        "unpacked zip:arm64 3.0-13",
        "11 Dry Run",
        "5 Open Path",
        "/*!40101 DROP VIEW */",
        "Issuer: O = Acme, OU = Acme Trust Center",
    ]);
    goes(&[
        ("moved to Boise, ID 83702", "moved to [CITY], ID [ZIP]"),
        ("ship to 14 Winding Run, Boise, ID 83702", "ship to [ADDRESS], [CITY], ID [ZIP]"),
    ]);
}

#[test]
fn counters_are_no_telephones_and_dumps_no_cards() {
    stays(&[
        "redo at log sequence number 771930284417",
        "reached 4155550123 rows",
        "text/plain 20481122",
        "+10.190.6.254   .GPS.  1 u",
        "0010: 3130 3234 2020 5175 6572 6965 7320 7065",
        "RTP 48.21 ms Billed Duration: 49 ms",
        "[pid 8753:tid 378282246310005] resumed",
    ]);
    goes(&[
        ("phone number 415-555-0123", "phone number [PHONE]"),
        ("card 4111 1111 1111 1111", "card [CARD]"),
    ]);
}

#[test]
fn heads_of_tables_limits_and_revisions_are_no_names() {
    stays(&[
        "NAME        MAJ:MIN RM  SIZE RO TYPE MOUNTPOINT",
        "Max Retries 5, Min Replicas 2, Dev Server up",
        "Hardware Revision: Rev D",
        "ifplugd: client: OK",
        "Subject: OU = Acme Root, O = Acme",
        "guardian: ok, proxy ARP on eth1",
        "validator: firstName: String is required",
    ]);
    goes(&[
        ("patient name: ROE, JANE", "patient name: [NAME]"),
        ("Rev. Harrison called", "Rev. [NAME] called"),
    ]);
}

#[test]
fn messages_services_and_repositories_have_no_mailboxes() {
    stays(&[
        "postfix/cleanup: 4F1A: message-id=<20240203.4F1A@mx1.example.org>",
        "TGS_REQ for HTTP/app.example.org@EXAMPLE.ORG",
        "Cloning git@git.example.org:team/app.git",
    ]);
    goes(&[("to=<orsola@example.org>, relay=mx1", "to=<[EMAIL]>, relay=mx1")]);
}

#[test]
fn versions_and_fingerprints_are_no_addresses() {
    stays(&[
        "upgradable to: 17.0.21.1+2-1~deb12u1",
        "rv:1.9.2.23 from the agent",
        "    4b:55:34:46:2a:8b:86:3b",
    ]);
    stays(&[
        r#"{"msg":"up","fw":"1.6.5.25","appVersion":"2.13.4.190"}"#,
        "alsa-topology-conf 1.2.5.1-2 installed",
    ]);
    goes(&[
        ("from 203.0.113.9 port 22", "from [IP] port 22"),
        ("[error] [client 9.8.7.6] denied", "[error] [client [IP]] denied"),
        ("auth failed, rip=9.8.7.6, TLS", "auth failed, rip=[IP], TLS"),
        ("actions: NOTICE [recidive] Ban 9.8.7.6", "actions: NOTICE [recidive] Ban [IP]"),
        ("request 12 9.8.7.6:48336 ok", "request 12 [IP]:48336 ok"),
    ]);
}

#[test]
fn things_that_are_named_for_persons_stay_in_prose() {
    let strict = Redactor::new(Config::new(Mode::Strict)).unwrap();
    for line in [
        "We used the Cormack scale and Sgarbossa criteria.",
        "Type 2 Diabetes Mellitus, on diet.",
        "Estimated with the Simpson's biplane method.",
        "A Kaplan-Meier curve was drawn.",
    ] {
        assert_eq!(strict.redact_str(line), line);
    }
    for line in ["Member ID 40213, build 2024.3.1", "urn:oid:2.5.4.42 is the given name"] {
        let masked = strict.redact_str(line);
        assert!(!["[CITY]", "[ZIP]", "[DATE]", "[IP]"].iter().any(|m| masked.contains(m)), "{masked}");
    }
    assert_eq!(
        strict.redact_str("Mr. Simpson has a Simpson score of 2."),
        "Mr. [NAME] has a [NAME] score of 2."
    );
}

#[test]
fn clouds_boards_versions_and_sites_have_numbers_dates_and_cities_of_their_own() {
    stays(&[
        "limits read (account 771903345218, region eu-west-1)",
        r#"{"source":"aws.health","accountId":"771903345218","region":"eu-west-1","status":"open"}"#,
        "webhook recording.ready account_id=7kQwErTyUi",
        "Chassis serial number FDO2219X0QZ",
        "Product Name: PowerEdge R750; Serial Number: QRS81200XY",
        "catalog: part number 219-44-8120 is missing",
        "DATE REPORT 09-Feb-2023::11:20:31 node up",
        "installed 1.4.6.2-3 over 1.4.6.2-1",
        "export out_11.zip 771903 rows",
        r#"{"event":"hook","api_version":"2023-09-01","object":"patient_import","livemode":true}"#,
        "test_visits.py::test_member_dob[1980-02-29] PASSED",
        "member job queued: start_date=20230209T112031, task=rollup",
        r#"{"datacenter":"ams2","city":"Boston","racks":14}"#,
        "built by kernel-team@lists.example.org",
        "billing account 0A1B2C-3D4E5F-607182 has a new budget",
        "claim 771903345 bound to volume pv-7",
        "policy id 771903 action deny proto 6 port 443",
        "bounce for postmaster@example.org kept",
        "Return-Path: <noreply@news.example.org>",
        "discharge worker restarted on 2023-02-09",
        "Printer serial number QRS4B77190 is low on toner",
    ]);
    goes(&[
        ("patient account 771903345218, region eu-west-1", "patient account [MRN], region eu-west-1"),
        (
            "statement sent (account 771903345218, region north)",
            "statement sent (account [ACCOUNT], region north)",
        ),
        ("pump system serial number: BX-77120934", "pump system serial number: [DEVICE]"),
        ("SSN 219-44-8120 on file", "SSN [SSN] on file"),
        (r#"{"dob":"1980-02-29","api_version":2}"#, r#"{"dob":"[DATE]","api_version":2}"#),
        ("patient wrote, noreply@example.org, SSN 219-44-8120", "patient wrote, [EMAIL], SSN [SSN]"),
        ("discharge of the patient on 2023-02-09", "discharge of the patient on [DATE]"),
        ("claim 771903345 denied", "claim [ACCOUNT] denied"),
        ("patient of kernel-team@example.org", "patient of [EMAIL]"),
    ]);
}

/// One word of machines beside a value of a person is not enough.
#[test]
fn a_word_of_machines_takes_no_value_of_a_person_away() {
    goes(&[
        ("Member ID W482133991 action required", "Member ID [HEALTH-PLAN] action required"),
        ("patient Ivan Basic admitted to ward", "patient [NAME] admitted to ward"),
        ("Discharge Date/Time: 06/12/2024 14:00", "Discharge Date/Time: [DATE] 14:00"),
        ("discharge_date=20240611T020000 job=import", "discharge_date=[DATE]T020000 job=import"),
        ("patient released 06/12/2024 to home", "patient released [DATE] to home"),
        (
            r#"{"guarantorAccount":"153962460565","region":"northeast"}"#,
            r#"{"guarantorAccount":"[ACCOUNT]","region":"northeast"}"#,
        ),
        (
            "Delivery to 14 Elm Street, Salem MA 01970, left at edge of porch",
            "Delivery to [ADDRESS], [CITY] MA [ZIP], left at edge of porch",
        ),
        (
            r#"{"implantSerialNumber":"NLB701234H","manufacturer":"Medtronic"}"#,
            r#"{"implantSerialNumber":"[DEVICE]","manufacturer":"Medtronic"}"#,
        ),
        ("client claim 48213377 denied", "client claim [ACCOUNT] denied"),
        ("site visit 48213377 checked in", "site visit [MRN] checked in"),
        ("GET /users/JANE.ROE@HOSPITAL.ORG/profile 200", "GET /users/[EMAIL]/profile 200"),
        ("patient portal id: <jane.roe@example.com> locked", "patient portal id: <[EMAIL]> locked"),
        (
            r#"{"patient":{"name":"Iris Kowalski","mrn":"00482913"}}"#,
            r#"{"patient":{"name":"[NAME]","mrn":"[MRN]"}}"#,
        ),
        (
            r#"{"patient":"Jane Roe","msg":"pushed image Nginx-Proxy to Harbor"}"#,
            r#"{"patient":"[NAME]","msg":"pushed image Nginx-Proxy to Harbor"}"#,
        ),
        (
            "B1 C419710203 C52 CAORLA CBQUIST C2W88213 rejected, call 415-555-0123 re SSN 219-09-9412",
            "B1 C4[DATE] C52 CA[NAME] CB[NAME] C2[HEALTH-PLAN] rejected, call [PHONE] re SSN [SSN]",
        ),
    ]);
    let strict = Redactor::new(Config::new(Mode::Strict)).unwrap();
    assert_eq!(
        strict.redact_str("Wanda Kowalski test came back positive."),
        "[NAME] test came back positive."
    );
}

#[test]
fn networks_tests_fonts_and_ledgers_have_names_dates_and_accounts_of_their_own() {
    stays(&[
        "rolling back stack ledger-eu in account 310477265190, role pipeline assumed",
        r#"{"pop":"MRS","city":"Marseille","rtt":31,"status":"ok"}"#,
        "Denver, Austin and Helena edge POPs are at capacity",
        "AssertionError: assert '1987-11-02' == '1987-02-11'",
        "--- FAIL: TestLeap (0.01s) leap_test.go:19: got 2023-02-28, want 2024-02-29",
        "org.opentest4j.AssertionFailedError: expected: <1987-11-02> but was: <1987-11-03>",
        "tests/PatientTest::testAge Failed asserting that '1987-11-02' is '1987-11-03'",
        "Serial Number:    WD4K77Q1  LU WWN Device Id: 5 0014ee 2b1f77a10",
        "        Serial Number: 7a:01:bc:22:19:fe:03:44:9d:10:c1:5b",
        "lldp neighbor Marion-SW14 on port ge-0/0/3",
        "fonts ready: Georgia, Vera, Lucida Console",
        "remotes of Loki, Mimir are reachable",
        "usb serial converter on ttyUSB0, SerialNumber: FT77B2QX",
        "GL account 410200-77 closed for the month",
        "member id 91bc6d2251ea7f03 removed, raft cluster has a leader",
        "rsyslog zipLevel=\"9\"",
        "rail VIN=11.94V below limit",
        "site list: San Mateo, Oklahoma City, Santa Clara",
        "bios_date=11/02/2021 board=X570D4U",
        "COPY visits FROM 's3://lake/2021-11-02/part-00003.csv.gz' done",
        "SSN pattern 999-99-9999 in use",
        "GET /fhir/Patient/$export?_since=2021-11-02T00:00:00Z 202",
        r#"{"resourceType":"CapabilityStatement","status":"active","date":"2021-11-02"}"#,
        "granted to builder@infra-12.iam.gserviceaccount.com",
    ]);
    goes(&[
        (
            "role guarantor, account 310477265190 of the patient",
            "role guarantor, account [ACCOUNT] of the patient",
        ),
        ("AssertionError: patient born '1987-11-02'", "AssertionError: patient born '[DATE]'"),
        (
            "dob got 1987-11-02 for patient 4471902, want a date",
            "dob got [DATE] for patient [MRN], want a date",
        ),
        ("pump Serial Number: WD4K77Q1", "pump Serial Number: [DEVICE]"),
        ("font of the letter to Ms. Vera Whitfield", "font of the letter to Ms. [NAME]"),
        ("member id 91bc6d2251ea7f03 has no coverage", "member id [HEALTH-PLAN] has no coverage"),
        ("account 410200-77 of the patient", "account [ACCOUNT] of the patient"),
        ("visit of the patient, day/2021-11-02/notes", "visit of the patient, day/[DATE]/notes"),
        (
            r#"{"resourceType":"Patient","birthDate":"2021-11-02"}"#,
            r#"{"resourceType":"Patient","birthDate":"[DATE]"}"#,
        ),
        ("Jane Roe called about latency of the uplink", "[NAME] called about latency of the uplink"),
        ("neighbor Marion Whitfield called", "neighbor [NAME] called"),
    ]);
}

/// What tells of machines elsewhere in a line says nothing of this value.
#[test]
fn what_tells_of_machines_must_tell_of_the_value_itself() {
    goes(&[
        (
            r#"{"audit":{"resourceType":"ValueSet"},"dob":"1962-03-14","name":"Ngozi Okafor"}"#,
            r#"{"audit":{"resourceType":"ValueSet"},"dob":"[DATE]","name":"[NAME]"}"#,
        ),
        (
            r#"{"resourceType":"CodeSystem","id":"c1","patient":{"name":"Ngozi Okafor","birthDate":"1962-03-14"}}"#,
            r#"{"resourceType":"CodeSystem","id":"c1","patient":{"name":"[NAME]","birthDate":"[DATE]"}}"#,
        ),
        ("pacemaker microcode: 4.1; patient DOB 03/14/1962", "pacemaker microcode: 4.1; patient DOB [DATE]"),
        (r#"{"k":"microcode: ","dob":"1962-03-14"}"#, r#"{"k":"microcode: ","dob":"[DATE]"}"#),
        (
            r#"{"region":"us-east-1","service":"lambda","guarantorAccount":"839201774412"}"#,
            r#"{"region":"us-east-1","service":"lambda","guarantorAccount":"[ACCOUNT]"}"#,
        ),
        (
            "lambda us-east-1 region guarantor account=839201774412 overdue",
            "lambda us-east-1 region guarantor account=[ACCOUNT] overdue",
        ),
        ("pdf letter to Ngozi Okafor font=Arial", "pdf letter to [NAME] font=Arial"),
        (
            "letter.render name=Ngozi Okafor font=Arial size=12",
            "letter.render name=[NAME] font=Arial size=12",
        ),
        ("label printer font Arial: OKAFOR, NGOZI", "label printer font Arial: [NAME]"),
        ("Seen by Maria Lopez-MD1", "Seen by [NAME]-MD1"),
        ("Maria Lopez-BS12 chart opened", "[NAME]-BS12 chart opened"),
        (
            r#"{"pop":"edge POP","address":"12 Elm Street","city":"Toledo"}"#,
            r#"{"pop":"edge POP","address":"[ADDRESS]","city":"[CITY]"}"#,
        ),
        (
            "rack 4 latency: ship to 12 Elm Street, Toledo, OH 43604",
            "rack 4 latency: ship to [ADDRESS], [CITY], OH [ZIP]",
        ),
        (
            "health plan policy number W482133 action accept",
            "health plan policy number [HEALTH-PLAN] action accept",
        ),
        ("policyNumber=W482133 action reject", "policyNumber=[HEALTH-PLAN] action reject"),
        (r#"{"accountNumber":"aB48213377"}"#, r#"{"accountNumber":"[ACCOUNT]"}"#),
        (
            r#"{"accountNumber":"aBcD1234Ef","op":"charged"}"#,
            r#"{"accountNumber":"[ACCOUNT]","op":"charged"}"#,
        ),
        ("patient test_dob[1962-03-14]", "patient test_dob[[DATE]]"),
        ("/export/patients/1962-03-14/part-1", "/export/patients/[DATE]/part-1"),
        ("run_id=5 scheduled 1962-03-14 patient birth", "run_id=5 scheduled [DATE] patient birth"),
        ("CPAP serial number XK482133 on ubiquiti wifi", "CPAP serial number [DEVICE] on ubiquiti wifi"),
        ("mail to support@okafor-family.net sent", "mail to [EMAIL] sent"),
        ("mail to team@kowalczyk.org sent", "mail to [EMAIL] sent"),
        ("mail to security@gmail.com sent", "mail to [EMAIL] sent"),
        ("memberId=consumer-W482133", "memberId=[HEALTH-PLAN]"),
    ]);
    stays(&[
        "microcode: updated early to revision 0xf4, date = 2022-07-31",
        "run_id=scheduled__2023-02-09T02:00:00+00:00 dag=member_rollup",
        r#"{"resourceType":"ValueSet","status":"active","date":"2021-11-02","publisher":"HL7"}"#,
    ]);
}
