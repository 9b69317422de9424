//! Records over several lines, as systems exchange and print them: what earlier lines announce finds what must go.
//!
//! The records are written by hand from the standards and from formats of real systems; « » holds what must go. All else stays.

use ward_redact::Mode;

use crate::redactor;

/// What of a record is found in logs that is not marked, and what is marked and not found.
fn wrong(record: &str) -> Vec<String> {
    let (mut text, mut must, mut start) = (String::new(), Vec::new(), 0);
    for character in record.chars() {
        match character {
            '«' => start = text.len(),
            '»' => must.push(start..text.len()),
            _ => text.push(character),
        }
    }
    let found = redactor(Mode::Log).find(text.as_bytes());
    let letter = |at: usize| text.as_bytes().get(at).is_some_and(u8::is_ascii_alphanumeric);
    let missed = must
        .iter()
        .filter(|span| {
            (*span).clone().any(|at| letter(at) && !found.iter().any(|finding| finding.span.contains(&at)))
        })
        .map(|span| format!("missed {}", &text[span.clone()]));
    let taken = found
        .iter()
        .filter(|finding| {
            finding.span.clone().any(|at| letter(at) && !must.iter().any(|span| span.contains(&at)))
        })
        .map(|finding| format!("took {}", &text[finding.span.clone()]));
    missed.chain(taken).collect()
}

fn check(records: &[&str]) {
    for record in records {
        let wrong = wrong(record);
        assert!(wrong.is_empty(), "{}\n{record}", wrong.join("; "));
    }
}

#[test]
fn lists_that_number_keys_and_values_are_read_in_pairs() {
    check(&[
        "10.0.0.9:6379> HGETALL visit:7\n 1) \"mrn\"\n 2) \"«A882714»\"\n 3) \"last_name\"\n 4) \"«Quist»\"\n 5) \"ttl\"\n 6) \"3600\"\n",
        " 1) \"queue\"\n 2) \"orders-88271\"\n 3) \"workers\"\n 4) \"12\"\n",
    ]);
}

#[test]
fn a_row_with_the_name_of_a_field_has_its_value() {
    check(&[
        "row,column,value,error\n12,last_name,«Quist»,trailing blank\n13,ssn,«219-09-9412»,twice\n14,status,A88271,unknown code\n",
        "table_name,column_name,old_value,new_value\npatients,first_name,«Orla»,«Una»\npatients,status,new,done\n",
    ]);
}

#[test]
fn sheets_of_samples_have_tables_below_their_sections() {
    check(&[
        "[Header]\nIEMFileVersion,4\n[Data]\nSample_ID,Sample_Name,MRN,index,Project\n«S12-88271»,«Quist_Orla»,«A882714»,CGCTCATT,WES\n",
        "[Settings]\nAdapter,AGATCGGAAGAG\n[Data]\nLane,index,Project\n1,CGCTCATT,WES\n",
    ]);
}

#[test]
fn a_query_at_a_prompt_names_the_columns_below() {
    check(&[
        "sqlite> select name, dob, room from census;\n«Quist, Orla»|«08/09/2015»|417A\n",
        "sqlite> select name, size, kind from files;\nreport.pdf|18822|doc\n",
    ]);
}

#[test]
fn tables_with_a_patients_column_are_about_patients() {
    check(&[
        "RM   PT               AGE  CC            MD      LOS\n1    «Quist, O.»        64M  chest pain    «Rizzo»   2:10\n2    -- OPEN --\n",
        "enroll_id,patient,modality,template,quality\n4821,«Orla Quist»,iris,«00e35eae758acd40f549ca34def1ea50»,61\n",
        "template,hash,quality\ninvoice.html,00e35eae758acd40f549ca34def1ea50,61\n",
    ]);
}

#[test]
fn names_in_a_patients_column_are_names_whatever_else_they_mean() {
    check(&[
        "Patient,MRN,Room,DOB\n\"«Block, Anna»\",«482133»,4,«03/14/1962»\n«Molina»,«482134»,5,«03/14/1963»\n«Kaiser»,«482135»,6,«03/14/1963»\n\"«Clean, Ann»\",«482137»,8,«03/14/1964»\nBLOCKED,,10,\nAetna,,11,\n",
    ]);
}

#[test]
fn bills_are_read_behind_the_locators_of_their_fields() {
    check(&[
        "FL8b  PATIENT NAME «QUIST ORLA»\nFL10  BIRTHDATE    «02101980»   FL11 SEX M\nFL4   TYPE OF BILL 0111\n",
    ]);
}

#[test]
fn elements_of_registries_are_known_by_number_and_by_name() {
    check(&[
        "<ePatient><ePatient.02>«Quist»</ePatient.02><ePatient.03>«Orla»</ePatient.03><ePatient.13>9906001</ePatient.13></ePatient>",
        "<Patient><Item naaccrId=\"nameLast\">«QUIST»</Item><Item naaccrId=\"dateOfBirth\">«19610203»</Item><Item naaccrId=\"primarySite\">C652</Item></Patient>",
        "<ItemData ItemOID=\"IT.BIRTHDATE\" Value=\"«1961-02-03»\"/>",
    ]);
}

#[test]
fn paths_and_types_tell_what_a_value_is() {
    check(&[
        r#"{"ctx/composer_name":"«Orla Quist»","ctx/time":"«2026-03-01T10:00:00Z»","vitals/temperature:0|magnitude":98.9}"#,
        r#"{"ehr_status/subject/external_ref/id/value":"«A882714»","ctx/language":"en"}"#,
        r#"{"Visit":{"AttendingProvider":{"ID":"«1234567893»","IDType":"NPI"},"Department":"ICU"}}"#,
        r#"{"participants":[{"role":"patient","displayName":"«Dell Q.»"},{"role":"host","deviceName":"Front Desk"}]}"#,
        r#"{"nodes":[{"type":"worker","name":"Dell Q"}],"ids":[{"ID":"88271","Type":"shard"}]}"#,
        r#"{"patient":{"mrn":"«A882714»"},"vitals":[{"t":{"$date":"«2026-03-01T10:00:00Z»"},"hr":88}]}"#,
        r#"{"jobs":[{"t":{"$date":"2026-03-01T10:00:00Z"},"state":"done"}]}"#,
    ]);
}

#[test]
fn names_of_standards_and_codes_of_tests_stay() {
    check(&[
        "MRN|LastName|TestCode|Result\n«A882714»|«Quist»|2160-0|1.48\n«A882714»|«Quist»|718-7|14.3\n",
        "npi,provider_last,taxonomy,city\n«1234567893»,«Quist»,207R00000X,«Otis»\n",
        "(0008,0018) UI [«1.2.840.113619.2.55.3.6075884975.262»]\n(0008,0016) UI [1.2.840.10008.5.1.4.1.1.2]\n",
        "MemberID;Last;First;BirthDt;Relationship;Plan\n«W88213004»;«Quist»;«Orla»;«02/03/1961»;Self;PPO 500\n",
    ]);
}

#[test]
fn numbers_of_blood_and_of_bodies_are_found_by_their_form() {
    check(&[
        "Recipient: «QUIST, ORLA»  MR#: «47800295»\nUnit no: «W0412 26 113322»  Component: RBC\n",
        "reader: door 4 granted «ORLA QUIST» finger «FP-4821-9KQ2»\n",
        "checksum W0412 26 1133 of part 9\n",
    ]);
}

#[test]
fn answers_are_what_the_question_asked_for() {
    check(&[
        r#"{"turns":[{"by":"bot","text":"May I have your birth date and your full name?"},{"by":"user","text":"«joan sorensen»"},{"by":"bot","text":"Thanks!"}]}"#,
        r#"{"turns":[{"by":"bot","text":"Which color do you like?"},{"by":"user","text":"dark orange"}]}"#,
    ]);
}

#[test]
fn lists_of_values_are_parted_at_calls_and_tables_of_patients_have_days() {
    check(&[
        "INSERT INTO member (first_name, dob, zip) VALUES (N'«Orla»', CAST(N'«1961-02-03»' AS Date), N'«97368»')",
        "INSERT INTO appointments VALUES («921672», «728173», '«2026-03-06» 10:30:00', 'new', NULL);",
        "INSERT INTO builds VALUES (921672, 728173, '2026-03-06 10:30:00', 'new', NULL);",
    ]);
}

#[test]
fn the_title_of_a_sheet_about_patients_has_its_day() {
    check(&[
        "MEDICATION ADMINISTRATION RECORD        Date: «03/06/2026»\n",
        "BUILD REPORT        Date: 03/06/2026\n",
    ]);
}

#[test]
fn links_to_pages_of_patients_bear_their_names() {
    check(&[
        "<td><a href=\"/patients/«83e799b8»\">«Orla Quist»</a></td><td><a href=\"/patients/new\">Add patient</a></td>",
    ]);
}

#[test]
fn claims_of_pharmacies_are_read_by_the_ids_of_their_fields() {
    check(&[
        r"sent \x1c\x1eAM01\x1cC4«19310203»\x1cC52\x1cCA«ORLA»\x1cCB«QUIST»",
        "<1C>AM01<1C>C4«19310203»<1C>C52<1C>CA«ORLA»<1C>CB«QUIST»",
        "AM01|C4«19310203»|C52|CA«ORLA»|CB«QUIST»|CM«4 ELM ST»|CN«OTIS»|COOR|CP«97368»",
        r#"{"302-C2":"«W88213001»","310-CA":"«ORLA»","311-CB":"«QUIST»","407-D7":"00093005801"}"#,
        r#"{"C2":"«W88213001»","CA":"«ORLA»","CB":"«QUIST»","C4":"«19310203»","D7":"00093005801"}"#,
        r#"{"CA":"Sacramento","C2":"edge","D2":"steel"}"#,
        "claim 402-D2: «7712345» 401-D1: «20260211» 407-D7: 00093005801 442-E7: 30",
        "322-CM Patient Street Address = «4 ELM ST»; 405-D5: 30",
    ]);
}

#[test]
fn objects_of_dicom_are_read_by_their_tags() {
    check(&[
        "(0008, 0018) SOP Instance UID                    UI: «1.2.840.113619.2.55.3.2831.448.9»",
        "(0010,1010) AS [«095Y»] # 4, 1 PatientAge",
        "(0010,1010) AS [055Y] # 4, 1 PatientAge",
        "(3008,0105) LO [«77120»] # 6, 1 SourceSerialNumber",
        r#"{"0010,0010":"«QUIST^ORLA»","0010,0020":"«448120»","0028,0010":"512"}"#,
        r#"<DicomAttribute tag="00100020" vr="LO" keyword="PatientID"><Value number="1">«448120»</Value></DicomAttribute>"#,
        r#"<DicomAttribute tag="00280010" vr="US" keyword="Rows"><Value number="1">512</Value></DicomAttribute>"#,
    ]);
}

#[test]
fn ages_and_devices_stand_in_fields() {
    check(&[
        "stay,age,sex,dx\n1,«94»,F,I50.9\n2,55,M,I10\n3,«101»,F,N39.0",
        "NAME   READY   STATUS    RESTARTS   AGE\nweb-1  1/1     Running   0          94d",
        "Cache-Control: public, max-age=120, s-maxage=93",
        "OBX|1|NM|30525-0^AGE^LN||«94»|a^year^UCUM|||||F",
        "OBX|1|NM|8867-4^HEART RATE^LN||94|/min|||||F",
        r#"{"implant":{"lot":"«44812A»","serial":"«RNB448120H»","model":"W1DR01"}}"#,
        r#"{"hearing_aid":{"left_serial":"«2038X0N7K»","right_serial":"«2038X0N7M»"}}"#,
    ]);
}

#[test]
fn a_remark_between_rows_holds_nobody_and_staff_have_names() {
    check(&[
        "Patient,DOB,MRN\n«Roe Jane»,«1962-03-14»,«482133»\n# «jane roe»,«1962-03-14»,«482134»\n",
        "Patient,DOB,MRN\n# required,required,optional\n# max 40,10 chars,6 digits\n«Roe Jane»,«1962-03-14»,«482133»\n",
        "Patient,MRN,DOB,Provider\n«Roe Jane»,«482133»,«1962-03-14»,«Block»\n«Ann Poe»,«482134»,«1962-03-15»,«Kaiser»\n",
        "Patient,MRN,DOB,Provider\n«Roe Jane»,«482133»,«1962-03-14»,OPEN\n«Ann Poe»,«482134»,«1962-03-15»,Hold\n",
    ]);
}
