//! What looks like an identifier in clinical text and is none: codes, doses, measurements, eponyms.

use super::{Dice, numbers};

const DRUGS: [&str; 48] = [
    "lisinopril",
    "Lipitor",
    "metformin",
    "Synthroid",
    "amlodipine",
    "Xarelto",
    "atorvastatin",
    "Eliquis",
    "metoprolol succinate",
    "Lantus",
    "losartan",
    "Humira",
    "gabapentin",
    "Zoloft",
    "sertraline",
    "Lexapro",
    "omeprazole",
    "Nexium",
    "levothyroxine",
    "Januvia",
    "furosemide",
    "Ozempic",
    "prednisone",
    "Advair Diskus",
    "albuterol",
    "Flonase",
    "hydrochlorothiazide",
    "Norvasc",
    "tamsulosin",
    "Flomax",
    "pantoprazole",
    "Protonix",
    "clopidogrel",
    "Plavix",
    "warfarin",
    "Coumadin",
    "ondansetron",
    "Zofran",
    "acetaminophen",
    "Tylenol",
    "ibuprofen",
    "Motrin",
    "amoxicillin-clavulanate",
    "Augmentin",
    "ceftriaxone",
    "Keppra",
    "levetiracetam",
    "Lasix",
];

const EPONYMS: [&str; 40] = [
    "Parkinson's disease",
    "Foley catheter",
    "Glasgow Coma Scale",
    "Alzheimer's dementia",
    "Crohn's disease",
    "Babinski sign",
    "Hashimoto thyroiditis",
    "Bell's palsy",
    "Graves disease",
    "Murphy sign",
    "Cushing syndrome",
    "Homans sign",
    "Raynaud phenomenon",
    "Romberg test",
    "Sjogren syndrome",
    "Hoffmann reflex",
    "Addison disease",
    "Kerley B lines",
    "Barrett's esophagus",
    "Hickman line",
    "Tourette syndrome",
    "Gleason score",
    "Down syndrome",
    "Apgar score",
    "Marfan syndrome",
    "Wells score",
    "Huntington disease",
    "Braden Scale",
    "Hodgkin lymphoma",
    "Tinel sign",
    "Guillain-Barre syndrome",
    "Phalen test",
    "Wegener granulomatosis",
    "Lachman test",
    "Kaposi sarcoma",
    "Trendelenburg position",
    "Mallory-Weiss tear",
    "Swan-Ganz catheter",
    "Dupuytren contracture",
    "Jackson-Pratt drain",
];

const LABS: [&str; 24] = [
    "WBC 7.2",
    "Hgb 11.8",
    "Na 138",
    "K 4.1",
    "creatinine 1.02",
    "BUN 18",
    "glucose 214",
    "HbA1c 8.4%",
    "TSH 2.31",
    "troponin <0.01",
    "INR 2.3",
    "platelets 212",
    "LDL 131",
    "lactate 1.9",
    "ferritin 88",
    "ALT 34",
    "AST 29",
    "BNP 482",
    "ESR 22",
    "CRP 4.7",
    "D-dimer 0.41",
    "PSA 3.2",
    "eGFR 58",
    "vitamin D 24",
];

/// One from the half of a list that belongs to the set.
fn half<'a>(list: &[&'a str], odd: bool, dice: &mut Dice) -> &'a str {
    let own: Vec<&str> = list.iter().skip(usize::from(odd)).step_by(2).copied().collect();
    dice.pick(&own)
}

/// A code or a measurement by its name; `odd` chooses the half of each list.
pub(super) fn code(kind: &str, argument: &str, odd: bool, dice: &mut Dice) -> Option<String> {
    Some(match kind {
        "drug" => half(&DRUGS, odd, dice).to_owned(),
        "eponym" => half(&EPONYMS, odd, dice).to_owned(),
        "lab" => half(&LABS, odd, dice).to_owned(),
        "dose" => format!(
            "{} {}",
            dice.pick(&["5", "10", "12.5", "20", "25", "40", "50", "81", "100", "500", "1000"]),
            dice.pick(&["mg", "mg", "mg", "mcg", "units", "mL"])
        ),
        "bp" => format!("{}/{}", dice.range(92, 188), dice.range(52, 104)),
        "hr" => dice.range(52, 131).to_string(),
        "rr" => dice.range(12, 28).to_string(),
        "spo2" => dice.range(88, 100).to_string(),
        "temp" => format!("{}.{}", dice.range(97, 102), dice.range(0, 9)),
        "kg" => format!("{}.{}", dice.range(48, 131), dice.range(0, 9)),
        "icd" => {
            let shape = dice.pick(&[
                "E11.#", "I10", "J45.90#", "Z79.4", "M54.5#", "F32.#", "N18.3#", "S72.00#A", "K21.9", "R07.9",
            ]);
            dice.shape(shape)
        }
        "cpt" => dice
            .pick(&["99213", "99214", "99285", "71046", "80053", "93000", "36415", "90471", "45378", "97110"])
            .to_owned(),
        "loinc" => dice
            .pick(&["718-7", "2345-7", "4548-4", "2160-0", "8480-6", "8462-4", "6690-2", "33914-3", "2951-2"])
            .to_owned(),
        "ndc" => {
            let shape = dice.pick(&["####-####-##", "#####-###-##", "#####-####-#", "#####-####-##"]);
            dice.shape(shape)
        }
        "snomed" => dice.number(8),
        "rxnorm" => dice.number(6),
        // Nine digits that no social security number can be.
        "nine" => match dice.range(0, 2) {
            0 => format!("9{}", dice.digits(8)),
            1 => format!("000{}", dice.digits(6)),
            _ => format!("666{}", dice.digits(6)),
        },
        "notcard" => {
            let body = format!("4{}", dice.digits(14));
            format!("{body}{}", (numbers::luhn(&body) + 1 + dice.range(0, 7) as u32) % 10)
        }
        "year" => dice.range(1978, 2025).to_string(),
        "int" => {
            let (low, high) = argument.split_once('-')?;
            dice.range(low.parse().ok()?, high.parse().ok()?).to_string()
        }
        "digits" => dice.number(argument.parse().ok()?),
        "shape" => dice.shape(argument),
        "money" => format!("${}.{}", dice.range(4, 4200), dice.digits(2)),
        "score" => format!("{}/{}", dice.range(1, 10), dice.pick(&["10", "15", "30"])),
        _ => return None,
    })
}
