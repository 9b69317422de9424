//! Words of keys: what abbreviations stand for, and nouns with their `id` or `no` written as one word.
//!
//! Systems write `memberId`, `mbr_id`, `MBR_NBR` and `memberno` for one thing. Abbreviations are read as the words they
//! stand for, and what is written together is put together here, once, so that reading costs nothing and the quick look
//! knows it too.

use std::sync::LazyLock;

use super::{
    hash,
    vocabulary::{
        ABBR, ACCOUNT, ADDRESS, ALONE, BIOMETRIC, BIRTH, CALLED, CARED, CARER, CLINICAL, COUNTED, DATE,
        DEVICE, DIRECT, EMAIL, EVENT, FAX, IDWORD, KEYED, LICENCE, LOOK, MRN, NAMEMOD, OTHER, PATH, PERSON,
        PHONE, PHOTO, PLAN, Roles, SSN, STRONG_NOUN, SUBJECT, VEHICLE, WHO, ZIP,
    },
};

/// What stands for what in keys of several parts.
const ABBREVIATIONS: &[(&str, &str)] = &[
    ("patient", "pat ptnt patnt pnt"),
    ("member", "mbr memb mbrs"),
    ("subscriber", "subs subscr subscrib sbr"),
    ("beneficiary", "bene benef benfcry"),
    ("enrollee", "enrl enrle enrolee"),
    ("insured", "insd insrd"),
    ("insurance", "ins insur insrnc"),
    ("guarantor", "guar grntr guarntr"),
    ("dependent", "dep depn depndnt"),
    ("policy", "pol plcy polcy"),
    ("group", "grp"),
    ("certificate", "cert crt"),
    ("authorization", "auth authz authorisation preauth"),
    ("referral", "rfl refl rfrl"),
    ("encounter", "enc encntr"),
    ("visit", "vst vis"),
    ("accession", "accn acsn acsnnum accessn"),
    ("account", "acc acnt accnt"),
    ("specimen", "spec spcmn spcm"),
    ("license", "lic lcns licn"),
    ("driver", "drv drvr"),
    ("plate", "plt"),
    ("vehicle", "veh vhcl"),
    ("registration", "reg regn"),
    ("claim", "clm clms"),
    ("prescription", "presc prescr"),
    ("employee", "emp empl"),
    ("student", "stu stdnt"),
    ("participant", "ptcpt partic participnt"),
    ("subject", "subj sbj"),
    ("phone", "tel ph phn"),
    ("number", "no nbr num nr numb nmbr"),
    ("identifier", "ident idnt idn"),
    ("date", "dt dte"),
    ("time", "ts tm tstamp"),
    ("service", "svc"),
    ("address", "addr adr"),
    ("last", "lst"),
    ("first", "frst fst"),
    ("contact", "cntct contct ctct"),
    ("emergency", "emer emrg emerg emrgncy"),
    ("city", "cty"),
    ("county", "cnty"),
    ("birth", "brth bth"),
    ("admission", "adm admsn"),
    ("discharge", "disch dsch dschg dischg"),
    ("hospital", "hsp"),
    ("provider", "prov prvdr"),
    ("control", "cntl cntrl ctrl ctl"),
    ("attending", "attg attn attdg"),
    ("referring", "refg rfrng"),
    ("prescriber", "prscr prescrb"),
    ("physician", "physn physcn"),
    ("employer", "emplr"),
    ("spouse", "spse"),
    ("dt", "dttm dtm"),
    ("collected", "coll collctd"),
    ("scheduled", "sched schd"),
    ("surgery", "surg"),
];

/// Nouns with any `id` or `no`: the number is a person's, whoever wrote the line.
const STRONG_NOUNS: &[(Roles, &str)] = &[
    (MRN | SUBJECT | WHO, "patient pt pat patients"),
    (MRN, "chart encounter encntr enc visit accession accn specimen emr ehr mrn medrec empi episodeofcare"),
    (
        PLAN | WHO,
        "member mbr subscriber subs subscr enrollee enrl beneficiary bene insured policyholder cardholder",
    ),
    (PLAN, "medicaid medicare insurance nhs hmo healthplan hicn hic mbi tricare"),
    (ACCOUNT | WHO, "guarantor guar"),
    (ACCOUNT, "claim clm har"),
    (OTHER, "prescription rx presc"),
    (LICENCE, "passport license licence lic dl driverlicense driverslicense driverlicence"),
    (VEHICLE, "vin licenseplate licenceplate"),
    (BIOMETRIC, "fingerprint biometric voiceprint faceprint retina iris thumbprint palmprint"),
];

/// Nouns whose `no` is a person's, while their `id` may be a machine's.
const COUNTED_NOUNS: &[(Roles, &str)] = &[
    (PLAN, "policy pol group grp"),
    (ACCOUNT, "account acct"),
    (MRN, "hospital fin episode admission medicalrecord"),
    (LICENCE, "certificate cert"),
    (VEHICLE, "plate plt vehicle"),
    (DEVICE, "serial deviceserial implant pacemaker"),
    (OTHER, "badge referral authorization auth priorauth"),
];

/// Nouns whose number is a person's where the line is about one.
const WEAK_NOUNS: &[(Roles, &str)] = &[
    (MRN, "record case unit person subject subj participant"),
    (PLAN, "plan contract coverage payer"),
    (OTHER, "employee emp student order confirmation study trial incident requisition"),
    (ACCOUNT, "invoice statement billing"),
    (DEVICE, "device equipment"),
];

/// What makes a number of a noun.
const NUMBER_WORDS: &[&str] = &["no", "num", "number", "nbr", "nr"];
const ID_WORDS: &[&str] = &["id", "identifier", "ident", "uuid", "guid", "idnumber", "idno"];

/// Whose it is.
const WHOSE: &[&str] = &["patient", "pt", "pat", "member", "mbr", "subscriber", "insured", "guarantor"];
/// Whose names are written as one word beside those: `spouselastname`.
const RELATED: &[&str] = &[
    "contact",
    "emergencycontact",
    "emergency",
    "spouse",
    "mother",
    "father",
    "guardian",
    "dependent",
    "policyholder",
    "beneficiary",
    "caregiver",
    "nextkin",
    "provider",
    "physician",
    "doctor",
    "prescriber",
];
/// What it is: `patientdob`, `mbrssn`.
const WHAT: &[(Roles, &str)] = &[
    (BIRTH | DATE | LOOK, "dob birthdate birthday"),
    (SSN | LOOK, "ssn"),
    (PHONE | LOOK, "phone tel mobile"),
    (EMAIL, "email"),
    (ADDRESS | LOOK, "address addr"),
    (ZIP | LOOK, "zip zipcode"),
    (MRN | DIRECT | LOOK, "mrn"),
    (PHOTO | LOOK, "photo image picture"),
];

/// Which telephone: `mobilephone`, `contacthomephone`.
const WHICH: &[&str] = &[
    "home",
    "work",
    "cell",
    "mobile",
    "day",
    "daytime",
    "evening",
    "night",
    "primary",
    "secondary",
    "other",
    "emergency",
    "contact",
    "contacthome",
    "contactmobile",
    "contactwork",
    "business",
    "office",
    "guarantor",
    "preferred",
    "alternate",
    "alt",
    "main",
    "daytimecell",
    "nextkin",
];

/// Single words that only keys and their neighbours know.
const MORE: &[(Roles, &str)] = &[
    (
        STRONG_NOUN,
        "patient patients chart encounter visit accession specimen emr ehr mrn medrec empi member subscriber",
    ),
    (
        STRONG_NOUN,
        "enrollee beneficiary insured policyholder cardholder medicaid medicare insurance nhs guarantor claim",
    ),
    (
        STRONG_NOUN,
        "prescription rx passport license licence vin fingerprint biometric voiceprint retina iris hicn mbi pt",
    ),
    (
        COUNTED,
        "policy group account acct hospital fin episode admission certificate plate vehicle serial implant",
    ),
    (COUNTED, "badge referral authorization pacemaker accountno"),
    (
        WHO,
        "patient patients pt member subscriber enrollee beneficiary insured guarantor policyholder dependent",
    ),
    (
        CLINICAL,
        "eligibility refill refills refilled dispensed prescriber ehr emr fhir adt copay deductible eob ccda",
    ),
    (
        CLINICAL,
        "cgm inpatient outpatient vitals allergies prescriptions encounters mrn pharmacy pharmacist copayment",
    ),
    (WHO, "newborn decedent cardholder"),
    (
        PHONE | LOOK,
        "hphone wphone cphone mphone homeph cellph workph phonehome phonecell phonework phonemobile",
    ),
    (
        SSN | LOOK,
        "socsecnumber socsecno socsecnbr socsecnum socialsecno socialsecnumber socsecurity ssnbr ssnnbr",
    ),
    (MRN | DIRECT | LOOK, "hospno hospnum masterpatientindex"),
    (ACCOUNT | LOOK, "checkingaccount savingsaccount bankaccount routingnumber"),
    (IDWORD, "uuid guid ident nmbr numb"),
    (PLAN, "enrollee nhs tricare medi sponsor"),
    (PLAN | DIRECT | LOOK, "nhsnumber chinumber ihinumber"),
    (MRN | DIRECT | LOOK, "mrnnumber mrnno medrecnum medrecnbr cmrn pubpid hospitalno hospitalnumber unitno"),
    (MRN | DIRECT | LOOK, "studyinstanceuid seriesinstanceuid sopinstanceuid wristbandid wristbandno subjid"),
    (ACCOUNT | DIRECT | LOOK, "icn dcn claimcontrolnumber patientcontrolnumber"),
    (PLAN | DIRECT | LOOK, "cardholderid insuredid insuredsid personcode"),
    (OTHER, "wristband kit specimen requisition invoice claimant"),
    (DEVICE, "transmitter"),
    (BIOMETRIC, "voice palm vein finger thumb face facial fp bio biom"),
    (PHOTO, "img foto"),
    (PHOTO | LOOK, "avatars headshots selfies portraits"),
    (MRN, "eid epi mpi accessions episodes admissions"),
    (PLAN, "subscribers policies beneficiaries enrollees bcbs uhc"),
    (ACCOUNT, "claims"),
    (OTHER, "prescriptions authorizations referrals specimens"),
    (STRONG_NOUN, "sponsor"),
    (ABBR, "occurrence control"),
    (
        CARED,
        "sample samples specimen spec pat pid band wristband accession micro slide tube vial op operator donor",
    ),
    (
        CARED,
        "obr orc pv nk gt merging merged unmerge meter serial pump glucometer transmitter tag monitor implant bag unit",
    ),
    (CALLED, "sip sips tel callto callerid clid mdn dialed callednumber callingnumber"),
    (OTHER | DIRECT | LOOK, "panumber priorauth"),
    (CLINICAL, "implant pacemaker glucometer defibrillator encounter"),
    (
        EVENT | DATE | LOOK,
        "dateofservice servicedate dateofadmission dateofdischarge dateofdeath deathdate admitdate",
    ),
    (
        KEYED,
        "fn ln gn mn nf lnm fnm mmn maiden ulname ufname uminitial sname goesby calledby mothersname guardiansname pcn tcn dcn ccn oln cdl hcn ohip",
    ),
    (
        KEYED,
        "edipi dfn euid mpi cin accn usubjid emplid stmt memid mcdid dodid rxgrp rxgroup ani dnis waid beeper doi facebook",
    ),
    (
        KEYED,
        "fb instagram linkedin twitter tiktok snapchat skype website homepage handle screenname udid androidid wifimac idfv gaid locality cnty",
    ),
    (
        KEYED,
        "holder guest rider passenger claimant signer signatory suser duser usrname loginid bd slot lat latitude pic picture dod script",
    ),
    (
        LOOK,
        "datewritten datefilled datecollected dateadministered datehired datediagnosed lastfill nextrefill drawdate studydate",
    ),
    (MRN | DIRECT | LOOK, "studyuid seriesuid sopuid instanceuid"),
    (STRONG_NOUN, "members subscribers enrollees beneficiaries"),
    (
        KEYED,
        "folder donor staff military voter tribal booking donation screening band bracelet transmitter vent cpap bipap iol",
    ),
    (
        KEYED,
        "lens prosthesis wearable person personkey probe identname lmp edd mob attention adjuster takenby givenby bill receipt",
    ),
    (KEYED, "pk ctrl barcode chat adm disch admit act cpf bsn cognome surnm frnm srnm fstnm lstnm"),
    (
        CARED,
        "elig eligibility pa enc appt acct exam coverage cpap bipap ventilator spirometer oximeter nebulizer wheelchair holter concentrator device",
    ),
    (MRN | LOOK, "euid"),
    (CLINICAL, "healthkit healthconnect fitbit dexcom libre withings resmed medtronic"),
    (
        PATH,
        "home users profiles profile homes u user people staff employees authors patients patient member members join providers doctors clients residents families family household households records charts results parameters",
    ),
    (
        CARED,
        "appt appointment exam csn clm rx vst accn mbr eob rfl refl rfrl ptid presc referral requisition encntr enctr har pauth",
    ),
    (
        PATH,
        "appointment appointments appt appts orders refill refills encounter referral prescriptions studies",
    ),
    (
        ALONE,
        "appointment appointments appt appts checkin kiosk copay voicemail reminder reminders refill prescription medication",
    ),
    (
        ALONE,
        "medications meds consent insurance waitlist guardian caregiver nurse doctor physician infusion bed ward discharge",
    ),
    (
        ALONE,
        "discharged admitted triage telehealth telemedicine televisit vitals labs allergy allergies immunization vaccine",
    ),
    (
        ALONE,
        "vaccination dose pickup ride intake referral bathroom patient patients encounter clinic hospital sms mychart",
    ),
    (
        ALONE,
        "portal pharmacy visit surgery chart charts transport interpreter rehab therapy therapist wound eligibility coverage",
    ),
    (
        ALONE,
        "hospice newborn surgeon exam ambulance transporter callback caregivers parent mother refills prescriptions visits",
    ),
    (ALONE, "claim claims remit era icn eob subscriber deductible payer debtor collections denial"),
    (
        ALONE,
        "frontdesk roomed rpm cpap pill pills nurses doctors consents waitinglist dose doses family mom dad inbox",
    ),
    (
        ALONE,
        "calendar scribe drug checkup recall lobby telemed teletriage caretaker preop postop chaplain meal tray",
    ),
    (CARER, "anesth perfusionist hygienist circulator"),
    (PERSON, "proband"),
    (
        PATH,
        "xml zip pdf doc docx rtf odt tif tiff jpg jpeg png heic webp bmp dcm wav mp mpeg aac ogg dss ppt pptx pages",
    ),
    (
        CARED,
        "order orders placer filler script refill fill dispense booking confirmation reservation hold stay icustay exam consent",
    ),
    (
        CARED,
        "exec execute keep drop pickup bonded paired registration visits visit encounter encounters refills claims eligibility waitlist iphone ipad",
    ),
    (
        PATH,
        "dictations dictation cards card letters scans statements eobs eras recalls labels facesheets superbills",
    ),
    (PATH, "transcripts wristbands intakes xml zpl prn edi part referrals"),
    (CARED, "eob remit chase bottle bottles barcode barcodes csn intake receiver consult bracelet wristband"),
    (EVENT | DATE | LOOK, "appointmentdate apptdate visitdate dischargedate admissiondate svcdate filldate"),
];

/// All of it, with the roles.
pub(super) fn words() -> &'static [(String, Roles)] {
    &ALL
}

static ALL: LazyLock<Vec<(String, Roles)>> = LazyLock::new(|| {
    let mut all = Vec::new();
    each(|word, roles| all.push((word.to_owned(), roles)));
    all
});

fn each(mut add: impl FnMut(&str, Roles)) {
    for (_, short) in ABBREVIATIONS {
        short.split(' ').for_each(|word| add(word, ABBR));
    }
    for (roles, words) in MORE {
        words.split(' ').for_each(|word| add(word, *roles));
    }
    let mut together = |nouns: &[(Roles, &str)], ids: Roles, numbers: Roles| {
        for (roles, words) in nouns {
            for noun in words.split(' ') {
                for word in ID_WORDS {
                    add(&format!("{noun}{word}"), *roles | IDWORD | ids);
                }
                for word in NUMBER_WORDS {
                    add(&format!("{noun}{word}"), *roles | IDWORD | numbers);
                }
            }
        }
    };
    together(STRONG_NOUNS, DIRECT | LOOK, DIRECT | LOOK);
    together(COUNTED_NOUNS, 0, DIRECT | LOOK);
    together(WEAK_NOUNS, 0, 0);
    for (roles, words) in WHAT {
        for what in words.split(' ') {
            for whose in WHOSE {
                add(&format!("{whose}{what}"), *roles | SUBJECT);
            }
        }
    }
    for whose in WHOSE.iter().chain(RELATED) {
        for name in ["firstname", "lastname", "middlename", "fname", "lname", "fullname", "surname"] {
            add(&format!("{whose}{name}"), NAMEMOD | LOOK);
        }
    }
    for which in WHICH {
        for (roles, words) in [(PHONE | LOOK, "phone tel phoneno phonenumber"), (FAX | LOOK, "fax")] {
            for what in words.split(' ') {
                add(&format!("{which}{what}"), roles);
            }
        }
    }
}

static FULL: LazyLock<Vec<(u64, &'static str)>> = LazyLock::new(|| {
    let mut full: Vec<_> = ABBREVIATIONS
        .iter()
        .flat_map(|(word, short)| short.split(' ').map(|short| (hash(short.as_bytes()), *word)))
        .collect();
    full.sort_unstable();
    full
});

/// The word that the abbreviation with this hash stands for.
pub(crate) fn full(abbreviation: u64) -> Option<&'static str> {
    let at = FULL.binary_search_by_key(&abbreviation, |(hash, _)| *hash).ok()?;
    FULL.get(at).map(|(_, word)| *word)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::vocabulary::vocabulary;

    #[test]
    fn abbreviations_stand_for_words_of_the_vocabulary() {
        for (short, long) in [("mbr", "member"), ("NBR", "number"), ("Pat", "patient"), ("plt", "plate")] {
            assert_eq!(full(hash(short.as_bytes())), Some(long));
        }
        assert_eq!(full(hash(b"zebra")), None);
        for (word, _) in ABBREVIATIONS {
            assert_ne!(vocabulary().get(hash(word.as_bytes())), 0, "{word}");
        }
    }

    #[test]
    fn nouns_and_their_numbers_are_one_word_too() {
        for (word, roles) in [
            ("memberno", PLAN | DIRECT),
            ("chartnbr", MRN | DIRECT),
            ("plateno", VEHICLE | DIRECT),
            ("patientdob", BIRTH),
            ("contacthomephone", PHONE),
        ] {
            assert_eq!(vocabulary().get(hash(word.as_bytes())) & roles, roles, "{word}");
        }
        assert_eq!(vocabulary().get(hash(b"orderid")) & DIRECT, 0);
    }
}
