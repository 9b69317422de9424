//! Values of programs where those of persons stand, and what spares them.

use super::{goes, stays};

/// What reads a value must see that it is one: words of programs, addresses of machines, sentences about a number.
#[test]
fn values_of_programs_are_none_of_persons() {
    stays(&[
        // Abbreviations and verbs that are names elsewhere, columns, keys of tables.
        "Max IKE SAs 40, Add ACS-4 minor version, Del NHO 0[0]",
        "Driver from MS Windows is missing, SRA Previous Speed NA",
        "Client Ver : Cisco STC 10.4.0.117",
        "Pak-Size      In-Count        Out-Count",
        "Server name: ISE-TAC",
        // Constants, paths, places to fill in, settings that are not made.
        r#"[{"name":"LS_COLORS","value":"rs=0"},{"name":"LANG","value":"C"}]"#,
        "LV_NAME='root_vol'|LV_FULL_NAME='cloud/root_vol'",
        "proxy_upstream_name=payments-stable-service-8080",
        "Subscriber Policy Name            : Not Configured",
        "<Provider Name='Microsoft-Windows-Kernel-Power' Guid='{1a2b}'/><EventRecordID>4821337</EventRecordID>",
        "<Data Name='param1'>Print Spooler</Data>",
        // Addresses of machines where telephones and licences stand.
        r#"[{"destination":"172.17.0.0","gateway":"0.0.0.0"},{"user":"root","from":"192.168.71.1"}]"#,
        "table=0, dl_src=62:ee:31:2b:35:7c,dl_dst=a2:72:e7:06:75:2e",
        // Rules and ages of programs.
        "This is an error under policy CMP0118.",
        "  LS age: 117",
        "201 BGP AS-PATH entries using 4824 bytes",
        "built Mon Aug 16 13:27:03 EDT 2004 by gcc",
        "UA[HAPI-FHIR/7.28.12 (FHIR Client)]",
        "POST https://api.example.com/2010-04-01/Accounts/x/Messages 201",
        "reindex of patient_search: 482133 documents in 48 s",
        "export: Patient=48213 Observation=482133 files",
        // Definitions of FHIR, messages that hold nobody, and what only shares a key with FHIR.
        r#"{"resourceType":"SearchParameter","id":"Patient-mrn-1f0c","date":"2021-11-02","code":"mrn"}"#,
        r#"{"resourceType":"Bundle","id":"4f1a8213-3771-4234-9876-54f1a8213377","type":"searchset","total":0}"#,
        r#"{"accountId":"482133771234","region":"us-east-1","id":"16afba5c5c43e07c9e3e5e2e544e95df","resource":{"resourceType":"Instance"},"partition":"aws"}"#,
        "copying s3://landing/2023-01-17/part-00089.csv.gz of members",
        "flag evaluated, reason=DEFAULT cache_age=109µs",
        "PHONE 0.14 1.00 0.20 508 | NAME 0.17 0.27 0.37 9842",
        r#"db.patients.createIndex({ "patient.mrn": 1 }, { name: "ix_mrn_start_75" })"#,
        "2022-06-26\t12:32:14.434\tIAD89-C1\t5142223\tGET\t/patients\t200",
    ]);
    goes(&[
        ("report for Jane LEE printed", "report for [NAME] printed"),
        ("patient name=mary_kowalski", "patient name=[ID]"),
        (r#"{"last_name":"okwu_adaeze"}"#, r#"{"last_name":"[NAME]"}"#),
        (r#"{"patient":{"name":"ROE_JANE"}}"#, r#"{"patient":{"name":"[NAME]"}}"#),
        (
            r#"{"LicenseNumber":["The value 'A39949' is not valid here."]}"#,
            r#"{"LicenseNumber":["The value '[LICENCE]' is not valid here."]}"#,
        ),
        ("{'Last': 'Quist', 'First': 'Orla'}", "{'Last': '[NAME]', 'First': '[NAME]'}"),
        ("policy W48213377 of the patient", "policy [HEALTH-PLAN] of the patient"),
        ("patient age: 93, room 4", "patient age: [AGE], room 4"),
        (
            "binding parameter [1] as [DATE] - [Tue Dec 04 17:47:36 EST 1923]",
            "binding parameter [1] as [DATE] - [[DATE]]",
        ),
        ("lives at 12 Oak Path, Salem, MA 01970", "lives at [ADDRESS], [CITY], MA [ZIP]"),
        (r#"{"birthDate":"1931"}"#, r#"{"birthDate":"[DATE]"}"#),
        (r#"{"callback":"212.555.0199"}"#, r#"{"callback":"[PHONE]"}"#),
        ("patient=48213377 opened", "patient=[MRN] opened"),
        (
            r#"{"resourceType":"Bundle","id":"b1","entry":[{"resource":{"resourceType":"Patient","id":"48213377"}}]}"#,
            r#"{"resourceType":"Bundle","id":"b1","entry":[{"resource":{"resourceType":"Patient","id":"[MRN]"}}]}"#,
        ),
    ]);
}

/// What spares the values of programs looks at who bears them: a word that names have, too, is not enough.
#[test]
fn what_spares_machines_takes_no_person_away() {
    goes(&[
        (r#"{"patient_name":"grace_young"}"#, r#"{"patient_name":"[NAME]"}"#),
        (r#"{"patient_name":"MAY_YOUNG"}"#, r#"{"patient_name":"[NAME]"}"#),
        (r#"{"patient_name":"young/grace"}"#, r#"{"patient_name":"[NAME]"}"#),
        (r#"{"patient_name":"/Roe/Jane"}"#, r#"{"patient_name":"[NAME]"}"#),
        (r#"{"patient_name":"bishop king 2"}"#, r#"{"patient_name":"[NAME]"}"#),
        (
            r#"{"name":"MOLINA","value":"x","dob":"1962-03-14"}"#,
            r#"{"name":"[NAME]","value":"x","dob":"[DATE]"}"#,
        ),
        (
            r#"{"resourceType":"Patient","birthDate":"3/4/62"}"#,
            r#"{"resourceType":"Patient","birthDate":"[DATE]"}"#,
        ),
        (
            r#"{"resourceType":"Patient","birthDate":"May 62"}"#,
            r#"{"resourceType":"Patient","birthDate":"[DATE]"}"#,
        ),
        (
            r#"{"resourceType":"Patient","birthDate":"1931"}"#,
            r#"{"resourceType":"Patient","birthDate":"[DATE]"}"#,
        ),
        (
            r#"{"mrn":"patient has number A48213 since last admission"}"#,
            r#"{"mrn":"patient has number [MRN] since last admission"}"#,
        ),
        ("Molina|Jane Roe|1962-03-14|482133", "[NAME]|[NAME]|[DATE]|[ID]"),
        ("482133|Child|Lee|03/14/1962|M", "[ID]|[NAME]|[NAME]|[DATE]|M"),
        ("Roe,Jane,97401,142.00,03/14/1962", "[NAME],[ZIP],142.00,[DATE]"),
        ("age: 97", "age: [AGE]"),
        ("NM1*IL*1*ROE*JOHN*A**II*MI*W4821337~", "NM1*IL*1*[NAME]*[NAME]*[NAME]**II*MI*[HEALTH-PLAN]~"),
        ("Roe,Jane,1487650912,03/14/1962,F", "[NAME],[ID],[DATE],F"),
        (r#"{"dob":"3-4-62 approx"}"#, r#"{"dob":"[DATE]"}"#),
        (r#"{"member_id":"POS4821"}"#, r#"{"member_id":"[HEALTH-PLAN]"}"#),
        (r#"{"mrn":"number on file: 0048213 and 0048214"}"#, r#"{"mrn":"number on file: [MRN]"}"#),
        ("resident age: 97", "resident age: [AGE]"),
        ("Mild MR. Lopez seen", "Mild MR. [NAME] seen"),
        ("no MS. Young today", "no MS. [NAME] today"),
        ("patient must be seen after 2024-03-14", "patient must be seen after [DATE]"),
        (
            "appointment should be after 2026-03-14 for Maria Lopez",
            "appointment should be after [DATE] for [NAME]",
        ),
        ("patient Maria Lopez 3.14.62", "patient [NAME] [DATE]"),
        ("patient registered Mon Aug 16 13:27:03 2004", "patient registered [DATE]"),
        ("Maria Lopez Mon Aug 16 13:27:03 2004", "[NAME] [DATE]"),
        ("user Max LEE logged in", "user [NAME] logged in"),
        ("Sid KAY logged in", "[NAME] logged in"),
        ("Max COOK approved", "[NAME] approved"),
    ]);
    stays(&[
        r#"{"resourceType":"Patient","birthDate":"1962"}"#,
        "dob must be before 2024-03-14",
        "cache age: 97",
        "upgraded to nginx 3.14.22",
    ]);
}

/// A key or a word of programs beside a value says nothing of one that only people have.
#[test]
fn values_of_persons_stand_under_keys_of_programs_too() {
    goes(&[
        (
            r#"{"patient":"Jane Roe","api_version":"541-555-0142"}"#,
            r#"{"patient":"[NAME]","api_version":"[PHONE]"}"#,
        ),
        (r#"{"mrn":"00482913","fw":"219-09-9412"}"#, r#"{"mrn":"[MRN]","fw":"[SSN]"}"#),
        ("visit form version 03/14/1962", "visit form version [DATE]"),
        ("lookup failed for 3/14/1962, no rows", "lookup failed for [DATE], no rows"),
        ("subscriber policy 1048576", "subscriber policy [HEALTH-PLAN]"),
        ("Member policy 4821337 lapsed", "Member policy [HEALTH-PLAN] lapsed"),
        ("Subscriber policy ABC1234 ended", "Subscriber policy [HEALTH-PLAN] ended"),
        (r#"{"type":"patient","name":"Dean Host"}"#, r#"{"type":"patient","name":"[NAME]"}"#),
        (r#"{"kind":"patient","label":"Hope Rivers"}"#, r#"{"kind":"patient","label":"[NAME]"}"#),
        (
            r#"{"patient":"Jane Roe","version":"4111-1111-1111-1111"}"#,
            r#"{"patient":"[NAME]","version":"[CARD]"}"#,
        ),
        (
            r#"{"hospital_release":"2023-04-16","mrn":"48213377"}"#,
            r#"{"hospital_release":"[DATE]","mrn":"[MRN]"}"#,
        ),
        (r#"{"user":"o.quist.1962","dob":"1962-03-14"}"#, r#"{"user":"[ID]","dob":"[DATE]"}"#),
        (r#"{"kind":"member","name":"Houston Roe"}"#, r#"{"kind":"member","name":"[NAME]"}"#),
        (r#"{"role":"patient","displayName":"May Y."}"#, r#"{"role":"patient","displayName":"[NAME]"}"#),
        (r#"{"type":"member","id":"W48213"}"#, r#"{"type":"member","id":"[HEALTH-PLAN]"}"#),
        (r#"{"performer":{"display":"Grace Young"}}"#, r#"{"performer":{"display":"[NAME]"}}"#),
        (r#""Orla W." left the chat"#, r#""[NAME]" left the chat"#),
        ("GET /clients/48213377/notes 200", "GET /clients/[MRN]/notes 200"),
        ("GET /clients/48213377/sessions 200", "GET /clients/[MRN]/sessions 200"),
        ("wrote /var/lib/app/members/48213377/card.pdf", "wrote /var/lib/app/members/[HEALTH-PLAN]/card.pdf"),
        ("telehealth visit-48213377 joined", "telehealth visit-[MRN] joined"),
        ("uploaded image for visit-48213377", "uploaded image for visit-[MRN]"),
        (
            r#"{"name":"Orla Quist","age":94,"server":"ehr-1"}"#,
            r#"{"name":"[NAME]","age":"[AGE]","server":"ehr-1"}"#,
        ),
        ("adt error: E0048213", "adt error: [ID]"),
        ("pid=A48213 started intake", "pid=[MRN] started intake"),
        ("reminder-service: sms sent to Orla", "reminder-service: sms sent to [NAME]"),
        ("db: reminder sent to Orla", "db: reminder sent to [NAME]"),
        ("image link texted to Orla, portal", "image link texted to [NAME], portal"),
    ]);
    stays(&[
        r#"{"msg":"up","api_version":"2023-10-16","fw":"1.6.5.25"}"#,
        r#"{"version":"212.555.19"}"#,
        "form version 03/14/2024",
        "clock was set to 01/01/1970",
        "default of 12/31/1969 was kept",
        "device clock 02/04/1970 00:00:12",
        "policy 1048576 was evaluated in 3 ms",
        r#"{"type":"member","id":"48213","displayName":"Raft Node"}"#,
        r#"{"kind":"member","title":"Houston DC"}"#,
        r#"{"performer":{"display":"Cherry Mobile"}}"#,
        "raft member_id_48213377 joined",
        "/var/lib/clients/4821/data is full",
        "prepared statement S482133 does not exist",
        "admission webhook: rule A482133 denied",
        "eth0: RX4821337 TX4821337",
        "git commit -m \"VISIT-48213 fix null\"",
        "pharmacy: build assigned to Hudson agent",
        "clinic: reminder for Dallas office",
    ]);
}
