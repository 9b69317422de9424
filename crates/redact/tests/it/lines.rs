//! What earlier lines announce is found on later ones.

use proptest::prelude::*;
use ward_redact::Mode;

use crate::{redactor, streamed};

fn after(mode: Mode, text: &str) -> String {
    String::from_utf8(streamed(&redactor(mode), text.as_bytes(), &[])).unwrap()
}

/// Texts in which each value must go in log mode, and those that must stay.
const TEXTS: &[(&str, &[&str], &[&str])] = &[
    (
        "id,first_name,last_name,birth_date,mrn,plan_id,note\n1,Xiu,Zhō,3/4/85,4471,W99,\"ok, stable\"\n2,Ola,\"Van, Q\",1985-03-04,x77812,Q1,fine\n\nworker,started,in,12,ms,on,port\n",
        &["Xiu", "Zhō", "3/4/85", "4471", "Ola", "Van, Q", "03-04", "x77812"],
        &["id,first_name,last_name", "stable", "fine", "worker,started,in,12,ms,on,port"],
    ),
    (
        "  mrn   |  patient   |    dob     | visits \n--------+------------+------------+--------\n 004417 | Oyelaran B | 1961-02-03 |     12\n(1 row)\n",
        &["004417", "Oyelaran", "02-03"],
        &["visits", "12", "(1 row)"],
    ),
    (
        "| Patient Name | Member ID | Phone 1 |\n|---|---|---|\n| quill oyelaran | ZK-771 | 5550199 |\n",
        &["quill", "oyelaran", "ZK-771", "5550199"],
        &["Member ID"],
    ),
    (
        "LAST_NAME   FIRST_NAME  SSN        BEDS\nquillon     ansgar      219099412  4\noyelaran    b           219099413  5\n",
        &["quillon", "ansgar", "219099412", "oyelaran", "219099413"],
        &["BEDS", "4", "5"],
    ),
    (
        "-[ RECORD 1 ]------\nmrn        | 447781\nlast_name  | quillon\nbirth_date | 1961-02-03\nbeds       | 4\n",
        &["447781", "quillon", "02-03"],
        &["beds       | 4"],
    ),
    (
        "{\n  \"resourceType\": \"Patient\",\n  \"id\": \"p-4417\",\n  \"identifier\": [\n    {\n      \"system\": \"urn:oid:1.2.3\",\n      \"value\": \"00447\"\n    }\n  ],\n  \"name\": [\n    {\n      \"family\": \"quillon\",\n      \"given\": [\n        \"ansgar\",\n        \"b\"\n      ]\n    }\n  ],\n  \"telecom\": [\n    { \"system\": \"phone\",\n      \"value\": \"5550199\" }\n  ],\n  \"address\": [ {\n    \"line\": [\n      \"Haus Abendrot\"\n    ],\n    \"city\": \"bremen\"\n  } ],\n  \"period\": {\n    \"start\": \"2024-03\"\n  },\n  \"active\": true\n}\n",
        &["00447", "quillon", "ansgar", "5550199", "Abendrot", "bremen"],
        &["\"active\": true", "urn:oid:1.2.3"],
    ),
    (
        "2026-11-22 03:41:38 INFO response: {\n  \"patient\": {\n    \"name\": \"ansgar q\",\n    \"license\": {\n      \"number\": \"D-447\"\n    },\n    \"phones\":\n      \"5550199\"\n  },\n  \"took\": 12\n}\n",
        &["ansgar", "D-447", "5550199"],
        &["\"took\": 12"],
    ),
    (
        "saved Patient {\n    name: \"ansgar q\",\n    date_of_birth: '1961-02-03',\n    beds: 4,\n}\n",
        &["ansgar", "02-03"],
        &["beds: 4"],
    ),
    (
        "patient:\n  name: ansgar q\n  contacts:\n    - phone: 5550199\n  address:\n    street: Haus Abendrot\nreplicas: 3\n",
        &["ansgar", "5550199", "Abendrot"],
        &["replicas: 3"],
    ),
    (
        "<patient>\n  <name>\n    ansgar q\n  </name>\n  <birthTime value=\"19610203\"/>\n  <beds>4</beds>\n</patient>\n",
        &["ansgar", "19610203"],
        &["<beds>4</beds>"],
    ),
    (
        "<Patient xmlns=\"http://hl7.org/fhir\">\n  <name>\n    <family value=\"quillon\"/>\n    <given value=\"ansgar\"/>\n  </name>\n  <identifier>\n    <value value=\"00447\"/>\n  </identifier>\n</Patient>\n",
        &["quillon", "ansgar", "00447"],
        &["http://hl7.org/fhir"],
    ),
    (
        "<recordTarget><patientRole>\n<id extension=\"00447\" root=\"1.2.3\"/>\n<telecom value=\"tel:5550199\"/>\n<addr><streetAddressLine>Haus Abendrot</streetAddressLine></addr>\n</patientRole></recordTarget>\n",
        &["00447", "5550199", "Abendrot"],
        &["1.2.3"],
    ),
    (
        "Patient Name:\nAnsgar Quillon\nDate of Birth:\n\n02/03/1961\nMRN\n44778\nStatus:\nReady\n",
        &["Ansgar", "Quillon", "02/03", "44778"],
        &["Status:\nReady"],
    ),
    (
        "BEGIN:VCARD\nVERSION:3.0\nN:quillon;ansgar;;;\nADR;TYPE=HOME:;;Haus Abendrot 4;bremen;HB;28195;DE\nEND:VCARD\n",
        &["quillon", "ansgar", "Abendrot", "bremen", "28195"],
        &["VERSION:3.0"],
    ),
    (
        "[patient]\nfirst = ansgar\nfull_name = \"quillon b\"\n; moved\n[cache]\nttl = 300\n",
        &["quillon"],
        &["; moved", "ttl = 300"],
    ),
    (
        "- pid: 8\n  given: Ansgar\n  family: Quillon\n  birth_date: 1961-02-03\n  member_id: 7\n  ward: 12\n- pid: 9\n  given: quill\n",
        &["02-03", "Quillon"],
        &["ward: 12"],
    ),
    (
        "┌─────────────┬────────────┬───────┐\n│ full_name   │ dob        │ beds  │\n├─────────────┼────────────┼───────┤\n│ ansgar q    │ 1961-02-03 │ 4     │\n└─────────────┴────────────┴───────┘\n",
        &["ansgar", "02-03"],
        &["│ 4     │", "├─────────────┼"],
    ),
    (
        "        mrn         name         dob  beds\n0  00447781  ansgar q  1961-02-03     4\n1  00447782  quill o  1961-02-04     5\n",
        &["00447781", "ansgar", "02-03", "00447782", "quill", "02-04"],
        &["0  ["],
    ),
    (
        "MRN          PAT_NAME                  BIRTH_DT    BEDS\n------------ ------------------------- ----------- ----\n447781      QUILLON, A           03-FEB-1961 4\n",
        &["447781", "QUILLON", "FEB"],
        &[],
    ),
    (
        "| Field | Value |\n| :--- | :--- |\n| Full name | quillon |\n| Subscriber ID | ZK771 |\n| Plan | Gold |\n",
        &["quillon", "ZK771"],
        &["| Full name |", "| Plan | Gold |"],
    ),
    ("Content-Disposition: form-data; name=\"lastName\"\n\nQuillon\n--x\n", &["Quillon"], &["--x"]),
    (
        "MSH#*~\\@#LAB#H#EHR#H#20261122##ADT*A01#1#P#2.5\nPID#1##44778*^^H##QUILLON*ANSGAR##19610203\n",
        &["44778", "QUILLON", "ANSGAR", "19610203"],
        &["MSH#*~\\@#LAB"],
    ),
];

#[test]
fn values_below_their_announcement_are_found() {
    let mut missed = Vec::new();
    for (text, values, others) in TEXTS {
        for mode in [Mode::Log, Mode::Strict] {
            let out = after(mode, text);
            missed.extend(
                values.iter().filter(|v| out.contains(**v)).map(|v| format!("{v} in {mode:?}: {out}")),
            );
            if mode == Mode::Log {
                missed.extend(others.iter().filter(|v| !out.contains(**v)).map(|v| format!("no {v}: {out}")));
            }
        }
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

#[test]
fn the_places_are_the_same_as_in_a_stream() {
    for (text, _, _) in TEXTS {
        for mode in [Mode::Log, Mode::Strict] {
            let redactor = redactor(mode);
            let mut masked = text.as_bytes().to_vec();
            for finding in redactor.find(text.as_bytes()).iter().rev() {
                masked.splice(finding.span.clone(), format!("[{}]", finding.identifier.label()).into_bytes());
            }
            let written = streamed(&redactor, text.as_bytes(), &[]);
            assert_eq!(String::from_utf8_lossy(&masked), String::from_utf8_lossy(&written));
        }
    }
}

#[test]
fn a_stream_that_was_finished_begins_anew() {
    let redactor = redactor(Mode::Log);
    let (mut stream, mut out) = (redactor.stream(), Vec::new());
    stream.push(b"member,last_name\n", &mut out);
    stream.finish(&mut out);
    stream.push(b"ready,quillon\n", &mut out);
    stream.finish(&mut out);
    assert_eq!(String::from_utf8_lossy(&out), "member,last_name\nready,quillon\n");
}

#[test]
fn lines_of_others_between_rows_are_read_as_their_own() {
    let text = "first_name,ssn\nansgar,219099412\n2026-11-22 03:41:38,123 INFO queue ready\nquill,219099413\nDone, all\nansgar,12\n";
    let out = after(Mode::Log, text);
    assert!(!out.contains("quill") && !out.contains("219099413"), "{out}");
    assert!(out.ends_with("INFO queue ready\n[NAME],[SSN]\nDone, all\nansgar,12\n"), "{out}");
}

/// Tables, manifests and documents of machines, in which nothing identifies.
const MACHINES: &[&str] = &[
    "NAME                     READY   STATUS    RESTARTS   AGE\ncoredns-5d78c9869d-abcde   1/1     Running   0          93d\nmetrics-server-xyz       1/1     Running   2          91d\n",
    "Filesystem     1K-blocks    Used Available Use% Mounted on\n/dev/sda1       41152736 9012345  30234567  23% /\ntmpfs            2048000       0   2048000   0% /run\n",
    "  PID USER      PR  NI    VIRT    RES    SHR S  %CPU  %MEM     TIME+ COMMAND\n 1234 postgres  20   0  215.1m  12.3m   9.1m S   0.3   0.6   0:12.34 postgres\n",
    "timestamp,name,cpu,memory\n2026-11-22T03:41:38Z,web-1,0.25,1048576\n2026-11-22T03:41:39Z,grace,0.5,1048576\n",
    "Proto Recv-Q Send-Q Local Address           Foreign Address         State\ntcp        0      0 127.0.0.1:5432          0.0.0.0:*               LISTEN\n",
    "apiVersion: v1\nkind: Service\nmetadata:\n  name: web\n  labels:\n    app: paris\nspec:\n  ports:\n  - name: http\n    port: 8080\n",
    "<project>\n  <name>Ward</name>\n  <version>1.2.3</version>\n  <dependency>\n    <artifactId>jackson</artifactId>\n  </dependency>\n</project>\n",
    "{\n  \"name\": \"ward\",\n  \"version\": \"1.2.3\",\n  \"scripts\": {\n    \"test\": \"cargo test\"\n  },\n  \"dependencies\": {\n    \"lodash\": \"4.17.21\"\n  }\n}\n",
    " id |   name    |  status  | count\n----+-----------+----------+-------\n  1 | reindex   | done     |    12\n  2 | grace     | running  |     0\n(2 rows)\n",
    "Traceback (most recent call last):\n  File \"/app/main.py\", line 12, in <module>\n    run()\nValueError: invalid literal\n",
    "fn main() {\n    let name = 5;\n    for x in list {\n        call(x, name);\n    }\n}\nINFO started\n",
    "Usage: tool [options]\nOptions:\n  --name NAME   name of it\nCommands:\n  start\n",
    "server {\n    listen 80;\n    server_name example.internal;\n    location / {\n        proxy_pass http://127.0.0.1:8080;\n    }\n}\n",
];

#[test]
fn tables_and_documents_of_machines_stay() {
    for text in MACHINES {
        assert_eq!(after(Mode::Log, text), *text);
    }
}

fn line() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => prop::sample::select(TEXTS.iter().flat_map(|t| t.0.lines()).map(str::to_owned).collect::<Vec<_>>()),
        1 => prop::sample::select(MACHINES.iter().flat_map(|t| t.lines()).map(str::to_owned).collect::<Vec<_>>()),
        1 => "[ -~]{0,30}",
        1 => "[\\[{}\\]\",:|<>/='a-z \\t-]{0,20}",
        1 => Just(String::new()),
        1 => Just("\"open".to_owned()),
        1 => Just("note: |".to_owned()),
        1 => Just("Jane Roe, 12 Elm St, Salem, MA 01970".to_owned()),
        1 => Just("2026-11-22 03:41:38 INFO done".to_owned()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn lines_in_any_order_settle_at_once_and_may_be_cut_anywhere(
        lines in prop::collection::vec(line(), 0..14),
        sizes in prop::collection::vec(0_usize..40, 0..20),
    ) {
        let text = lines.join("\n");
        for mode in [Mode::Log, Mode::Strict] {
            let redactor = redactor(mode);
            let once = streamed(&redactor, text.as_bytes(), &[]);
            prop_assert_eq!(&streamed(&redactor, text.as_bytes(), &sizes), &once);
            let twice = streamed(&redactor, &once, &[]);
            prop_assert_eq!(String::from_utf8_lossy(&once), String::from_utf8_lossy(&twice));
        }
    }

    #[test]
    fn what_lines_before_tell_hides_nothing(lines in prop::collection::vec(line(), 0..10)) {
        let text = lines.join("\n");
        for mode in [Mode::Log, Mode::Strict] {
            let redactor = redactor(mode);
            let together = redactor.find(text.as_bytes());
            let mut start = 0;
            for line in text.split('\n') {
                for alone in redactor.find(line.as_bytes()) {
                    let letters = (alone.span.start..alone.span.end).map(|at| at + start);
                    let bytes = text.as_bytes();
                    let covered = letters
                        .filter(|at| bytes[*at].is_ascii_alphanumeric())
                        .all(|at| together.iter().any(|finding| finding.span.contains(&at)));
                    prop_assert!(covered, "{:?} of {:?} is hidden in {:?}", alone, line, text);
                }
                start += line.len() + 1;
            }
        }
    }
}
