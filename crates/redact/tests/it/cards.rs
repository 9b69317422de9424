//! Labels, bands, forms and tables that programs print: what stands below a line that told of a person.

use ward_redact::Mode;

use crate::redactor;

/// What is found in a text of several lines, read as logs are.
fn found(text: &str) -> Vec<&str> {
    redactor(Mode::Log).find(text.as_bytes()).into_iter().map(|finding| &text[finding.span]).collect()
}

fn all_found(text: &str, expected: &[&str]) {
    let found = found(text);
    for value in expected {
        let covered = found.iter().any(|finding| finding.contains(value));
        assert!(covered, "{value} in\n{text}\n{found:?}");
    }
}

#[test]
fn labels_of_specimens_and_bands_are_read_below_a_name() {
    all_found(
        "KOWALSKI,JOANNA\n4829137 17FEB1961 F\nQX26-048213\nCOLL 03/01/26",
        &["KOWALSKI,JOANNA", "4829137", "17FEB1961", "QX26-048213", "03/01/26"],
    );
    all_found(
        "Patient: Joanna Kowalski\n4829137  02/17/1961 (65 yrs) Female\nFilled 03/01/2026",
        &["4829137", "02/17/1961", "03/01/2026"],
    );
}

#[test]
fn forms_without_colons_are_read_by_their_labels() {
    all_found(
        "Last name  Kowalski     First  Joanna     Birth date 2/17/61\nHome phone  541-555-0133   City  Philomath   Zip  97370",
        &["Kowalski", "Joanna", "2/17/61", "541-555-0133", "Philomath", "97370"],
    );
    all_found(
        "1a. INSURED'S I.D. NUMBER W48291377\n2. PATIENT'S NAME KOWALSKI, JOANNA",
        &["W48291377", "KOWALSKI, JOANNA"],
    );
    all_found("PatientLastName......: Kowalski\nPatientZip...........: 97370", &["Kowalski", "97370"]);
}

#[test]
fn rows_below_names_of_columns_are_read_by_them() {
    all_found(
        "{\n  \"columns\": [\"mrn\", \"last\", \"dob\"],\n  \"rows\": [\n    [\"QX-48291\", \"Kowalski\", \"1961-02-17\"]\n  ]\n}",
        &["QX-48291", "Kowalski", "1961-02-17"],
    );
    all_found(
        "<table><tr><th>Member ID</th><th>DOB</th></tr>\n<tr><td>XQK482913</td><td>02/17/1961</td></tr></table>",
        &["XQK482913", "02/17/1961"],
    );
    all_found("Subject,Site,DOB,Arm\nQX-482-913,014,17FEB1961,B", &["QX-482-913", "17FEB1961"]);
    all_found(
        "OBS   USUBJID       SUBJINIT   BRTHDTC      AESTDTC\n1     QX-482-913    JK         1961-02-17   2026-03-01",
        &["QX-482-913", "1961-02-17", "2026-03-01"],
    );
}

#[test]
fn prescriptions_in_edifact_and_refused_records_are_read() {
    all_found(
        "PTT++19610217+KOWALSKI:JOANNA+F+219099412:SY+14 ELM RD:OTIS:OR:97368'",
        &["19610217", "KOWALSKI", "JOANNA", "219099412", "14 ELM RD", "97368"],
    );
    all_found("409: Patient with identifier Q-4829-13 already exists", &["Q-4829-13"]);
}

#[test]
fn what_machines_print_in_cells_and_lines_stays() {
    for text in [
        "NAME        READY   STATUS    RESTARTS   AGE\nweb-7d9f8   1/1     Running   0          12d",
        "READ,WRITE\n482913 17FEB2026 41",
        "Filesystem  Size  Used\n/dev/sda1   40G   12G",
        "Build 4829137\nfinished 03/01/2026\nQX26-048213",
        "provider,region,start,end\naws,eu-west-1,2026-03-01 10:00:00,2026-03-01 11:00:00",
        "RES+1 PTT+2",
    ] {
        assert_eq!(found(text), Vec::<&str>::new(), "{text}");
    }
}
