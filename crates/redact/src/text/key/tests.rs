use super::*;

#[test]
fn keys_tell_what_their_values_are() {
    use Identifier as I;
    for (keys, expected) in [
        ("ssn SSN patient_ssn socialSecurityNumber social_security_number", Class::Is(I::Ssn)),
        ("dob birthDate date_of_birth patientDOB patient.birth_date", Class::Is(I::Date)),
        ("mrn MRN patient_mrn medicalRecordNumber patientId patient_id pt_id", Class::Is(I::Mrn)),
        (
            "patientName first_name lastName full_name pt_name member_name mother_maiden_name",
            Class::Is(I::Name),
        ),
        ("email patient_email emailAddress email_address", Class::Is(I::Email)),
        ("phone homePhone phone_number mobile cell_phone", Class::Is(I::Phone)),
        ("fax fax_number", Class::Is(I::Fax)),
        ("zip zipCode postal_code postcode", Class::Is(I::Zip)),
        ("streetAddress home_address address_line1 patient_address", Class::Is(I::Address)),
        ("city patient_city county", Class::Is(I::City)),
        ("memberId member_id policy_number subscriber_id medicaid_id", Class::Is(I::HealthPlan)),
        ("npi provider_npi", Class::Is(I::Npi)),
        ("dea dea_number", Class::Is(I::Dea)),
        ("vin license_plate", Class::Is(I::Vehicle)),
        ("admission_date dischargeDate appointment_date date_of_service", Class::Is(I::Date)),
        ("voiceprint_id fingerprint_template", Class::Is(I::Biometric)),
        ("fingerprint", Class::Formed(I::Biometric)),
        ("photo patient_photo photo_url", Class::Is(I::Photo)),
        ("card_number creditCardNumber", Class::Is(I::Card)),
        ("client_ip remote_addr ip ipAddress", Class::Is(I::Ip)),
        ("drivers_license_number license_number passport_no", Class::Is(I::Licence)),
        ("note clinicalNote comments progress_note", Class::Prose),
    ] {
        for key in keys.split(' ') {
            assert_eq!(classify(key.as_bytes(), b""), expected, "{key}");
        }
    }
}

#[test]
fn keys_of_machines_tell_nothing() {
    for key in [
        "hostname",
        "filename",
        "host_name",
        "class_name",
        "thread_name",
        "id",
        "request_id",
        "trace_id",
        "level",
        "logger",
        "timestamp",
        "ts",
        "time",
        "msg",
        "status",
        "status_code",
        "duration_ms",
        "method",
        "path",
        "version",
        "created_at",
        "count",
        "port",
        "pid",
        "session_id",
        "event_name",
        "table_name",
        "queue",
        "bytes",
        "user_agent",
        "service.name",
        "k8s.pod.name",
        "db.name",
    ] {
        assert!(
            matches!(classify(key.as_bytes(), b""), Class::None | Class::Machine),
            "{key}: {:?}",
            classify(key.as_bytes(), b"")
        );
    }
}

#[test]
fn keys_of_extracts_tell_parts_of_names_moments_and_numbers() {
    use Identifier as I;
    for (keys, expected) in [
        ("PatientLast guar_first MotherMaiden ReferringLast", Class::Is(I::Name)),
        ("Initials pt_initials", Class::Weak(I::Name)),
        ("admittime ED_ARRIVAL LBDTC result_dttm specimen_taken_time LastFill", Class::Weak(I::Date)),
        ("LabNo USUBJID", Class::Formed(I::Mrn)),
        ("person_key StudyUID", Class::Is(I::Mrn)),
        ("Chart# MR_NBR", Class::Is(I::Mrn)),
    ] {
        for key in keys.split(' ') {
            assert_eq!(classify(key.as_bytes(), b""), expected, "{key}");
        }
    }
    for key in ["error_last", "page_first", "git_init", "batch_end", "step_start", "C#", "F#"] {
        let class = classify(key.as_bytes(), b"");
        assert!(matches!(class, Class::None | Class::Machine), "{key}: {class:?}");
    }
}

#[test]
fn words_of_a_key_tell_together() {
    for (keys, expected) in [
        ("birth_month dobDay dob_mm birth_day month_of_birth", Class::Element),
        ("birth_year dob_yyyy", Class::None),
        ("beginningDateOfService dateOfLastVisit fecha_nacimiento", Class::Day),
        ("prior_claim linkedAccession", Class::Loose),
        ("collected_dttm collDttm", Class::Is(Identifier::Date)),
        ("geburtsdatum data_nascimento date_naissance", Class::Is(Identifier::Date)),
    ] {
        for key in keys.split(' ') {
            assert_eq!(classify(key.as_bytes(), b""), expected, "{key}");
        }
    }
    assert_eq!(classify(b"month", b"birth"), Class::Element);
    for key in ["build_month", "billing_day", "time_to_live"] {
        assert_ne!(classify(key.as_bytes(), b""), Class::Element, "{key}");
    }
}
