//! Keys of FHIR resources (HL7 FHIR R4 and R5) whose meaning is fixed by the standard.

use crate::{
    Identifier as I,
    text::{key::Class, written::remarked},
};

mod resources;

pub(crate) use resources::{is_resource, of_nobody, of_the_message};

fn among(key: &[u8], keys: &[&str]) -> bool {
    keys.iter().any(|known| key == known.as_bytes())
}

/// Which of the kinds that are read apart a resource is, by the name of one of them: of persons, of organizations, of nobody, and those that
/// number lots of medicines.
pub(crate) fn kind(resource: &[u8]) -> &'static str {
    match resource {
        b"Organization" => "Organization",
        b"Bundle" => "Bundle",
        _ if of_nobody(resource) => "ValueSet",
        b"Immunization"
        | b"ImmunizationEvaluation"
        | b"ImmunizationRecommendation"
        | b"Medication"
        | b"MedicationAdministration"
        | b"MedicationDispense"
        | b"NutritionProduct"
        | b"Substance" => "Immunization",
        _ => "Patient",
    }
}

/// Keys of objects that stand for somebody: a reference, or who did something (R4 and R5).
const SOMEBODY: [&str; 40] = [
    "subject",
    "patient",
    "beneficiary",
    "subscriber",
    "policyHolder",
    "individual",
    "recorder",
    "asserter",
    "informant",
    "informationSource",
    "verifiedWith",
    "verifiedBy",
    "author",
    "authenticator",
    "party",
    "performer",
    "actor",
    "requester",
    "sender",
    "recipient",
    "source",
    "member",
    "participant",
    "generalPractitioner",
    "attester",
    "who",
    "enterer",
    "provider",
    "collector",
    "receiver",
    "signer",
    "operator",
    "careTeam",
    "careManager",
    "interpreter",
    "resultsInterpreter",
    "assessor",
    "witness",
    "owner",
    "dispenser",
];

/// What a key tells in a resource; `None` where the ordinary reading is right.
pub(crate) fn class(key: &[u8], parent: &[u8], grandparent: &[u8], value: &[u8]) -> Option<Class> {
    if parent == b"meta"
        || among(
            key,
            &[
                "resourceType",
                "system",
                "code",
                "use",
                "unit",
                "status",
                "url",
                "profile",
                "language",
                "gender",
                "contentType",
                "versionId",
                "lastUpdated",
            ],
        ) && parent != b"photo"
            && !(key == b"url" && value.contains(&b'?'))
    {
        return Some(Class::Machine);
    }
    if parent == b"coding"
        || parent == b"code"
        || grandparent == b"coding"
        || among(
            parent,
            &[
                "valueQuantity",
                "valueCodeableConcept",
                "category",
                "maritalStatus",
                "valueCoding",
                "medicationCodeableConcept",
                "type",
                "payor",
                "insurer",
                "deviceName",
                "manufacturer",
            ],
        )
        // The number of a payer, of who gave another.
        || parent == b"identifier" && among(grandparent, &["insurer", "payor", "issuer", "assigner"])
        || key == b"hash"
    {
        return Some(Class::Machine);
    }
    if grandparent == b"insurer" || grandparent == b"payor" {
        return Some(Class::Machine);
    }
    let digits = value.iter().filter(|b| b.is_ascii_digit()).count();
    let class = match (parent, key) {
        // The version of a device, a model, the payer of a coverage, the lot of a medicine.
        (b"version", b"value") | (_, b"modelNumber") | (b"batch", b"lotNumber" | b"expirationDate") => {
            Class::Machine
        }
        (b"coverage" | b"insurer", b"display") if digits == 0 => Class::Machine,
        // Six digits are the bank of a pharmacy's payer.
        (b"class" | b"grouping", b"value")
            if digits >= 4
                && (digits, value.len()) != (6, 6)
                && value.windows(2).any(|pair| !matches!(pair, [a, b] if a == b)) =>
        {
            Class::Is(I::HealthPlan)
        }
        (
            b"accessionIdentifier"
            | b"groupIdentifier"
            | b"requisition"
            | b"masterIdentifier"
            | b"preAdmissionIdentifier",
            b"value",
        ) if digits > 0 => Class::Is(I::Mrn),
        (_, b"preAuthRef" | b"preAuthReference") if digits > 2 => Class::Is(I::Other),
        (_, b"time" | b"when" | b"timestamp" | b"lastOccurrence" | b"statusDate" | b"expiry")
            if digits >= 8 =>
        {
            Class::Is(I::Date)
        }
        (_, b"authorString") => Class::Part(true),
        (_, b"diagnostics") => Class::Prose,
        (_, b"title") if pictured(value) => Class::Is(I::Photo),
        (b"destination" | b"origin", b"display") if !value.contains(&b',') => Class::Weak(I::Facility),
        (
            b"subject" | b"patient" | b"beneficiary" | b"subscriber" | b"policyHolder" | b"individual"
            | b"recorder" | b"asserter" | b"verifiedWith" | b"informant",
            b"display",
        ) if digits == 0 && written_as_a_name(value) => Class::Is(I::Name),
        (_, b"display") if among(parent, &SOMEBODY) && remarked(value).is_some() => Class::Part(true),
        // A place with its town.
        (b"actor" | b"performer", b"display")
            if value.contains(&b',') && crate::format::hl7::of_care(value) =>
        {
            Class::Prose
        }
        (b"telecom", b"value") if value.contains(&b'@') => Class::Is(I::Email),
        (b"telecom", b"value") if value.starts_with(b"http") => Class::Is(I::Url),
        (b"telecom", b"value") => Class::Is(I::Phone),
        (b"identifier", b"value") if digits == 9 && value.len() <= 11 && ssn_like(value) => Class::Is(I::Ssn),
        // Who did it is known by the name of an account.
        (b"identifier", b"value") | (_, b"altId") if digits == 0 && !value.contains(&b' ') => Class::Staff,
        (b"identifier" | b"udiCarrier", b"value") => Class::Is(I::Mrn),
        (b"photo" | b"image", b"data" | b"url") => Class::Is(I::Photo),
        (b"name" | b"valueHumanName", b"family" | b"given" | b"text") => Class::Is(I::Name),
        (b"address" | b"valueAddress", b"line" | b"text") => Class::Is(I::Address),
        (_, b"city" | b"district") => Class::Is(I::City),
        (_, b"postalCode") => Class::Is(I::Zip),
        (
            _,
            b"deviceIdentifier"
            | b"carrierHRF"
            | b"carrierAIDC"
            | b"serialNumber"
            | b"lotNumber"
            | b"distinctIdentifier",
        ) => Class::Is(I::Device),
        (_, b"subscriberId" | b"policyNumber" | b"dependent") if digits > 2 => Class::Is(I::HealthPlan),
        // A year may stay, where it tells of no age over 89.
        (_, b"birthDate" | b"deceasedDateTime") => Class::Is(I::Date),
        // What a document is called everywhere.
        (b"masterIdentifier", b"value") if value.starts_with(b"urn:oid:") => Class::Machine,
        (
            _,
            b"div"
            | b"comment"
            | b"conclusion"
            | b"description"
            | b"patientInstruction"
            | b"summary"
            | b"details",
        ) => Class::Prose,
        (_, b"title") if value.contains(&b' ') => Class::Prose,
        (_, b"scheduledString") => Class::Day,
        (_, key) if key.ends_with(b"String") => Class::Prose,
        (b"note" | b"text", b"text") => Class::Prose,
        (
            b"serviceProvider"
            | b"managingOrganization"
            | b"location"
            | b"custodian"
            | b"organization"
            | b"hospitalization"
            | b"onBehalfOf"
            | b"facility",
            b"display",
        ) => Class::Is(I::Facility),
        // `Mercy Gastroenterology Associates`, to whom somebody is referred.
        (parent, b"display")
            if (among(parent, &SOMEBODY)
                || among(parent, &["referredTo", "requestedPerformer", "managingEntity"]))
                && value.contains(&b' ')
                && of_an_office(value) =>
        {
            Class::Is(I::Facility)
        }
        (_, b"display") => Class::Person,
        (
            _,
            b"start" | b"end" | b"issued" | b"date" | b"recorded" | b"authoredOn" | b"sent" | b"received"
            | b"created" | b"whenHandedOver" | b"whenPrepared" | b"onset" | b"dateWritten" | b"dateRecorded"
            | b"dateAsserted" | b"started",
        ) if digits >= 6 => Class::Is(I::Date),
        (_, key)
            if (key.ends_with(b"DateTime") || key.ends_with(b"Date") || key.ends_with(b"Instant"))
                && digits >= 6 =>
        {
            Class::Is(I::Date)
        }
        _ => return None,
    };
    Some(class)
}

/// Whether a value is the name of a file with a picture.
fn pictured(value: &[u8]) -> bool {
    let kinds: [&[u8]; 9] =
        [b".jpg", b".jpeg", b".png", b".heic", b".webp", b".gif", b".bmp", b".tif", b".tiff"];
    let lower = value.to_ascii_lowercase();
    kinds.iter().any(|kind| lower.ends_with(kind))
}

/// Whether the last word of a name is what offices of care are called by.
fn of_an_office(value: &[u8]) -> bool {
    let value = value.split(|b| matches!(b, b'(' | b',')).next().unwrap_or_default().trim_ascii_end();
    let last = value.rsplit(|b| *b == b' ').next().unwrap_or_default();
    crate::words::list!(
        "associates physicians clinic clinics center centre group care hospital health healthcare practice partners pharmacy \
         hospice laboratory laboratories lab labs imaging radiology therapy rehabilitation rehab services dental orthopedics \
         orthopaedics pediatrics surgery medicine cardiology dermatology oncology urology gastroenterology specialists institute \
         medical agency dialysis counseling wellness consultants department dept ward unit annex optometry vision eyecare \
         homecare nursing manor snf school transport ambulance ems"
    )
    .contains(&crate::words::hash(last))
}

/// `May Young`, `YOUNG, MAY`: two to four capitalised words.
fn written_as_a_name(value: &[u8]) -> bool {
    let words = || value.split(|b| matches!(b, b' ' | b',')).filter(|word| !word.is_empty());
    (2..=4).contains(&words().count())
        && words().all(|word| word.first().is_some_and(|b| b.is_ascii_uppercase() || *b >= 0x80))
}

fn ssn_like(value: &[u8]) -> bool {
    value.iter().all(|b| b.is_ascii_digit() || *b == b'-') && crate::shape::ssn::ssn(value, 0, true).is_some()
}

/// What a key tells by the key above it, also where no resource is seen around.
pub(crate) fn certain(key: &[u8], parent: &[u8], grandparent: &[u8], value: &[u8]) -> Option<Class> {
    let known = among(
        parent,
        &[
            "telecom",
            "identifier",
            "name",
            "photo",
            "address",
            "udiCarrier",
            "period",
            "beneficiary",
            "subject",
            "performer",
            "serviceProvider",
        ],
    ) || among(
        key,
        &[
            "deviceIdentifier",
            "carrierHRF",
            "carrierAIDC",
            "distinctIdentifier",
            "effectiveDateTime",
            "onsetDateTime",
            "performedDateTime",
            "deceasedDateTime",
            "authoredOn",
            "recordedDate",
            "subscriberId",
        ],
    );
    let plain =
        among(key, &["value", "family", "given", "text", "data", "url", "line", "start", "end", "display"])
            || !among(parent, &["telecom", "identifier", "name", "photo", "address", "period"]);
    if known && plain { class(key, parent, grandparent, value) } else { None }
}

/// What the `value` beside a `system` or a `code` is (HL7 table 0203).
pub(crate) fn kind_of_identifier(key: &[u8], value: &[u8]) -> Option<I> {
    match key {
        b"system"
            if memchr::memmem::find(value, b"mrn").is_some()
                || memchr::memmem::find(value, b"/patient").is_some() =>
        {
            Some(I::Mrn)
        }
        b"system" if memchr::memmem::find(value, b"us-ssn").is_some() => Some(I::Ssn),
        b"system" if memchr::memmem::find(value, b"us-npi").is_some() => Some(I::Npi),
        b"system" if value == b"phone" || value == b"sms" => Some(I::Phone),
        b"system" if value == b"fax" => Some(I::Fax),
        b"code" => table_0203(value),
        _ => None,
    }
}

/// Finds what a narrative tells in the tables that servers write by themselves (HAPI FHIR): the name above, and cells behind
/// their labels.
pub(crate) fn narrative(value: &[u8], mut tell: impl FnMut(std::ops::Range<usize>, I)) {
    let mut place = 0;
    let (mut heading, mut label) = (false, None);
    let mut lines = 0;
    while let Some(open) = memchr::memchr(b'<', value.get(place..).unwrap_or_default()) {
        let tag_at = place + open;
        let rest = value.get(tag_at..).unwrap_or_default();
        let tag =
            rest.get(..memchr::memchr(b'>', rest).map_or(rest.len(), |end| end + 1)).unwrap_or_default();
        heading = match tag {
            [b'<', b'/', b'd', b'i', b'v', ..] => false,
            _ => heading || memchr::memmem::find(tag, b"hapiHeaderText").is_some(),
        };
        if tag.starts_with(b"<tr") {
            (label, lines) = (None, 0);
        }
        place = tag_at + tag.len();
        let text = value.get(place..).unwrap_or_default();
        let text = text.get(..memchr::memchr(b'<', text).unwrap_or(text.len())).unwrap_or_default();
        let start = place + text.len() - text.trim_ascii_start().len();
        let text = text.trim_ascii();
        let range = start..start + text.len();
        if text.is_empty() {
        } else if heading {
            tell(range, I::Name);
        } else if let Some(known) = label {
            let state = text.len() == 2 && text.iter().all(u8::is_ascii_uppercase);
            match known {
                I::Address if lines > 0 && !state && !text.iter().any(u8::is_ascii_digit) => {
                    tell(range, I::City)
                }
                I::Address if lines > 0 && text.iter().all(|b| b.is_ascii_digit() || *b == b'-') => {
                    tell(range, I::Zip)
                }
                known if !state => tell(range, known),
                _ => {}
            }
            lines += 1;
        } else if memchr::memmem::find(tag, b"<td").is_some() {
            label = match text {
                b"Identifier" | b"Identifiers" => Some(I::Mrn),
                b"Address" => Some(I::Address),
                b"Date of birth" => Some(I::Date),
                _ => None,
            };
        }
    }
}

/// Types of identifiers (HL7 table 0203).
pub(crate) fn table_0203(code: &[u8]) -> Option<I> {
    match code {
        b"MR" | b"MRN" | b"PI" | b"PT" | b"VN" | b"MRT" | b"PE" | b"EPI" | b"EHRID" => Some(I::Mrn),
        b"DL" | b"PPN" | b"MD" | b"LN" => Some(I::Licence),
        b"MB" | b"MC" | b"MA" | b"SN" | b"XV" | b"HC" | b"MI" | b"SR" => Some(I::HealthPlan),
        b"SS" | b"SB" | b"SSN" => Some(I::Ssn),
        b"AN" | b"ANON" | b"GI" => Some(I::Account),
        b"NPI" => Some(I::Npi),
        b"DEA" => Some(I::Dea),
        _ => None,
    }
}

/// What the value of an extension with this `url` is.
pub(crate) fn extension(url: &[u8]) -> Option<I> {
    let holds = |part: &[u8]| memchr::memmem::find(url, part).is_some();
    match url {
        b"latitude" | b"longitude" => Some(I::Address),
        _ if url.len() > 200 => None,
        _ if holds(b"MaidenName") || holds(b"fathers-family") || holds(b"FathersName") => Some(I::Name),
        _ if holds(b"SocialSecurityNumber") => Some(I::Ssn),
        _ => None,
    }
}

/// Bytes of a reference's id: what follows `Patient/` in `Patient/12345`.
pub(crate) fn reference(value: &[u8]) -> Option<std::ops::Range<usize>> {
    memchr::memchr(b'/', value)?;
    let at = ["Patient/", "RelatedPerson/", "Person/", "Practitioner/", "Encounter/"]
        .iter()
        .find_map(|kind| memchr::memmem::find(value, kind.as_bytes()).map(|at| at + kind.len()))?;
    let length =
        value.get(at..)?.iter().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.')).count();
    (length > 0 && value.get(at..at + length).is_some_and(|id| id.iter().any(u8::is_ascii_digit)))
        .then_some(at..at + length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_of_a_narrative_are_read_by_their_labels() {
        let text = "<div><div class=\"hapiHeaderText\">Orla <b>QUIST </b></div><table><tr><td>Identifier</td><td>A4821</td>\
                    </tr><tr><td>Address</td><td><span>4 Elm St </span><br/><span>Otis </span><span>OR </span></td></tr></table></div>";
        let mut found = Vec::new();
        narrative(text.as_bytes(), |range, identifier| found.push((identifier, &text[range])));
        let expected = [
            (I::Name, "Orla"),
            (I::Name, "QUIST"),
            (I::Mrn, "A4821"),
            (I::Address, "4 Elm St"),
            (I::City, "Otis"),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn keys_of_the_standard_are_known() {
        assert_eq!(class(b"value", b"telecom", b"", b"a@b.org"), Some(Class::Is(I::Email)));
        assert_eq!(class(b"value", b"identifier", b"", b"123-45-6789"), Some(Class::Is(I::Ssn)));
        assert_eq!(class(b"value", b"identifier", b"", b"MR-77"), Some(Class::Is(I::Mrn)));
        assert_eq!(class(b"effectiveDateTime", b"", b"", b"2024-03-01"), Some(Class::Is(I::Date)));
        assert_eq!(class(b"lastUpdated", b"meta", b"", b"2024-03-01"), Some(Class::Machine));
        assert_eq!(extension(b"http://x/patient-mothersMaidenName"), Some(I::Name));
        assert_eq!(extension(b"longitude").zip(extension(b"ombCategory")), None);
        assert_eq!(class(b"text", b"valueHumanName", b"", b"Ann Roe"), Some(Class::Is(I::Name)));
        assert_eq!(class(b"dateWritten", b"", b"", b"2024-03-01"), Some(Class::Is(I::Date)));
        assert_eq!(class(b"time", b"note", b"", b"2024-03-01T10:00:00Z"), Some(Class::Is(I::Date)));
        assert_eq!(class(b"value", b"class", b"", b"D482913"), Some(Class::Is(I::HealthPlan)));
        assert_eq!(class(b"display", b"subject", b"", b"May Young"), Some(Class::Is(I::Name)));
        assert_eq!(class(b"value", b"version", b"", b"4.2.1.7"), Some(Class::Machine));
        assert_eq!(class(b"url", b"link", b"", b"https://x.org/Patient?family=Roe"), None);
        assert_eq!(class(b"display", b"party", b"guarantor", b"Bean Quist"), Some(Class::Part(true)));
        assert_eq!(class(b"display", b"asserter", b"", b"Orla Quist, mother"), Some(Class::Part(true)));
        assert_ne!(class(b"display", b"performer", b"", b"Vexholm Pharmacy"), Some(Class::Part(true)));
        assert_eq!(class(b"value", b"identifier", b"insurer", b"19998"), Some(Class::Machine));
        assert_eq!(class(b"abatementString", b"", b"", b"last May"), Some(Class::Prose));
        assert_eq!((kind(b"MedicationDispense"), kind(b"Encounter")), ("Immunization", "Patient"));
        assert_eq!(reference(b"Patient/123-a"), Some(8..13));
        assert_eq!(reference(b"Organization/1"), None);
    }
}
