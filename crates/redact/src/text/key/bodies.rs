//! Keys of templates of bodies, of pictures, and of those they are of.

use super::{Read, is, read};
use crate::words::{vocabulary as v, words};

/// `face_template`, `palmVeinId`, `fp_hash`, and what stands inside of `biometrics`.
pub(super) fn biometric(key: &Read, around: &Read) -> bool {
    let inside = (around.all | around.whole) & around.sure & v::BIOMETRIC != 0;
    let mut tail = is(
        key.last_hash,
        words![
            "template",
            "hash",
            "print",
            "scan",
            "embedding",
            "embeddings",
            "vector",
            "minutiae",
            "vein",
            "signature",
            "features",
            "token"
        ],
    );
    let number = key.last & v::IDWORD != 0 && !is(key.last_hash, words!["key", "code"]);
    // A voice has its id where speech is made.
    tail |= number && (key.count > 2 || !is(key.first_hash, words!["voice"]));
    key.all & v::BIOMETRIC != 0 && key.count >= 2 && tail
        || inside
            && (key.all & v::BIOMETRIC != 0
                || tail && !key.vetoed
                || is(key.last_hash, words!["template", "data", "value", "sample"]))
}

/// `face_image`, `profile_pic`.
pub(super) fn pictured(key: &Read, around: &Read) -> bool {
    key.pictures >= 2
        || key.pictures == 1 && is(around.whole_hash, words!["photo", "selfie", "headshot"])
        || is(
            key.whole_hash,
            words![
                "profilepic",
                "profilepicture",
                "profileimage",
                "profileimg",
                "profilepicurl",
                "profilepictureurl",
                "profileimageurl",
                "memberpicture",
                "memberimage",
                "idpicture",
                "idimage"
            ],
        )
}

/// Whether it may as well be of a certificate, an alert, an error: `fingerprint`, `irisHash`.
pub(super) fn of_keys_too(key: &Read) -> bool {
    let bodily = words!["biometric", "iris", "retina", "voiceprint", "faceprint", "palmprint"];
    is(key.whole_hash, words!["fingerprint", "fingerprints", "thumbprint", "fingerprinthash"])
        || key.sure & v::BIOMETRIC != 0
            && (key.all | key.whole) & v::SUBJECT == 0
            && is(key.last_hash, words!["fingerprint", "thumbprint", "hash"])
            && !is(key.first_hash, bodily)
}

/// Whether an object with this name is about a person: `patient`, `subscriberInfo`.
pub(crate) fn about_person(name: &[u8]) -> bool {
    if name.is_empty() || name.len() > 64 {
        return false;
    }
    let read = read(name);
    (read.all | read.whole) & v::WHO != 0 && read.all & v::MACHINE == 0
}

/// Whether a column with this name holds days of birth.
pub(crate) fn of_birth(name: &[u8]) -> bool {
    let read = read(name);
    (read.all | read.whole) & v::BIRTH != 0 && read.all & v::MACHINE == 0
}

/// Whether a column with this name is of care or its cost: `ICD-10`, `CPT`, `diagnosis`, `copay`.
pub(crate) fn cared_for(name: &[u8]) -> bool {
    const CARE: &[u64] = words![
        "icd",
        "cpt",
        "loinc",
        "ndc",
        "snomed",
        "rxnorm",
        "cvx",
        "drg",
        "hcpcs",
        "dx",
        "diagnosis",
        "diagnoses",
        "medication",
        "drug",
        "dose",
        "dosage",
        "allergy",
        "specimen",
        "analyte",
        "payer",
        "payor",
        "copay",
        "hgb",
        "hba",
        "sbp",
        "dbp",
        "bmi",
        "ward",
        "physician",
        "vaccine",
        "pharmacy",
        "refills",
        "gender",
        "sex",
        "tooth",
        "cdt",
        "glucose",
        "insulin",
        "bolus",
        "basal",
        "carbs",
        "usubjid",
        "subjid",
        "brthdtc",
        "aeterm"
    ];
    let read = read(name);
    read.all & v::CLINICAL != 0
        || super::parts(name).take(8).any(|part| CARE.contains(&crate::words::hash(part)))
}
