//! What clinicians jot down: days, beds, numbers of files; and what looks like them and must stay.

use ward_redact::Mode;

use crate::names::check;

#[test]
fn days_are_jotted_with_hyphens_and_points() {
    check(
        Mode::Strict,
        &[
            "Colonoscopy <9-3> clean, repeat in 5 y.",
            "Suture removal planned, stitches out <11-19>.",
            "Creatinine stable. CT <6-2>: no stone.",
            "Admitted <3-28> with sepsis, extubated <4-2>.",
            "RTW <8-1>, then f/u <9-14> w/ PT.",
            "Cath <12.4>: two stents.",
            "Bridge placed <1/6>, recall <7/6>.",
            "Wound vac since <10-22>; dressing changed today.",
            "Seen on <4-9-24> for the cast.",
            "Ferritin 41 (<11-2>), B12 low.",
        ],
    );
}

#[test]
fn ranges_grades_and_hours_are_no_days() {
    check(
        Mode::Strict,
        &[
            "Take 1-2 tablets for 7-10 days, 2-3 times a day.",
            "Walks 2-3 blocks, sleeps 5-6 hours, eats 3-4 small meals.",
            "Hgb 13.1 (12-16), WBC 7.2 (4-11), K 4.1 (3-5).",
            "Strength 4/5, pulses 2/4, murmur 2/6, pain from 7-8 to 4-5.",
            "Closed with 3-0 Vicryl and 5-0 Prolene.",
            "Open Mon-Fri 8-4 and 9-12 on weekends.",
            "A1c 7.1, LDL 2.4, EF 35-40%.",
            "Fraction 12/30 given without a break.",
            "Rate us 1-5 after the call.",
            "Blood cultures 2/2 positive.",
        ],
    );
}

#[test]
fn beds_rooms_and_ages_tell_names() {
    check(
        Mode::Strict,
        &[
            "<Okafor> 71F bed 4: lasix drip.",
            "Rm 12 <Pruitt>: NPO after midnight.",
            "<Lowell> 503-2. RASS 0, weaning.",
            "<Sandoval> M/66 HD 3",
            "room 9 <Pruitt> pulled the line.",
            "- <jolene pruitt>, 44, here with a cough",
            "Received in formalin labeled \"<Okafor>, sigmoid\" is a polyp.",
            "Subject 014 (initials <KT>) withdrew.",
            "<Pruitt> to call the family.",
            "T: <marlow>  J#482",
            "Her aunt <Odette>, <97>, lives alone.",
        ],
    );
}

#[test]
fn words_beside_ages_and_rooms_are_no_names() {
    check(
        Mode::Strict,
        &[
            "White 45M with chest pain.",
            "Foley 16F placed, Blake 19F out.",
            "Room 4 Clean and ready.",
            "Bed 12 Open for admission.",
            "Labs to follow, plan to discuss.",
            "T: warm and dry.",
        ],
    );
}

#[test]
fn numbers_of_files_have_many_nouns() {
    check(
        Mode::Strict,
        &[
            "Core biopsy (<S21-40382>) shows DCIS.",
            "Autopsy <18-204-33871> is pending.",
            "See prior <E12-204871> for the margins.",
            "UNOS ID <BKT4471>, donor ID <BKR9032>.",
            "Juror number <004417209>, panel 3.",
            "Police report <24-118203> was filed.",
            "She has a restraining order (<D440218>).",
            "CDL <88213044>, needs a letter.",
            "Signed, Ann Sandoval RN <RN448210>".replace("Ann Sandoval", "<Ann Sandoval>").as_str(),
            "Your file: <20448-7>",
            "POLST form <4410-8821> is on the fridge.",
            "Pump SN <QXTRB-2K> was swapped.",
            "Posts as <@okafor_88> on Instagram, or on TikTok as <@jo.okafor>.",
        ],
    );
}

#[test]
fn what_is_sold_or_catalogued_is_nobodys() {
    check(
        Mode::Strict,
        &[
            "Supply order 4501182 has shipped.",
            "Vendor case 00482213 is open.",
            "Policy IC-104 rev 7 applies.",
            "Ticket INC0281354 was closed.",
            "Protocol number 48213, version 12.4.",
            "Session 4/12 of the course went well.",
        ],
    );
}

#[test]
fn practices_are_told_by_their_last_word() {
    check(
        Mode::Strict,
        &[
            "MRI done at <Pine Hollow Imaging> as planned.",
            "Transferred from <Mesa Verde Senior Living> by van.",
            "Dr. Okafor (<Cedar Bluff Oncology>) agrees.".replace("Okafor", "<Okafor>").as_str(),
            "Was at <St. Hedwig's> for a week.",
            "He moved to <Stony Creek> to be near her.",
            "She lives in <Liberal>.",
        ],
    );
    check(
        Mode::Strict,
        &[
            "Sent to Interventional Radiology, then to Physical Medicine.",
            "Followed by General Surgery and by Infectious Disease.",
            "He went to Urgent Care and to Respiratory Services.",
            "Results are in Recovery.",
        ],
    );
}

#[test]
fn degrees_and_local_numbers_are_of_persons() {
    check(
        Mode::Strict,
        &[
            "Found at <38.89511>, <-77.03637> by the crew.",
            "Ride: call the shelter, <555-0142>.",
            "Son Milo <2065550142> will drive.".replace("Milo", "<Milo>").as_str(),
        ],
    );
    check(Mode::Strict, &["Doses of 0.2500, 0.5000 were tried."]);
}

#[test]
fn captions_and_columns_hold_names() {
    check(
        Mode::Strict,
        &[
            "Cause No. 4: <OKAFOR> v. <PRUITT>, Superior Court.",
            "Subject: RE: <KT> / <48213907>",
            "Chair 6  <SANDOVAL ODETTE>  67  MWF",
            "Sats 96 on room air. -<Odette>",
            "Fluids held. /<Pruitt>, NNP",
            "My grandmother is <97> and lives alone.",
            "Odette Sandoval, PT, DPT, <G24914>".replace("Odette Sandoval", "<Odette Sandoval>").as_str(),
            "Treated by <Sandoval> OTR/L today.",
        ],
    );
}

#[test]
fn tests_makers_and_counts_are_no_persons() {
    check(
        Mode::Strict,
        &[
            "Neer, Hawkins-Kennedy neg, Yeoman neg, Codman's done.",
            "Pax-8, Gata-3 and Napsin positive; Jo-1 negative.",
            "Philips Ingenia 3T, Gadavist 7 mL.",
            "Pentacel, Vaxelis and Rotarix given.",
            "The tracing is category I. Leopold: vertex.",
            "PT DAILY NOTE   Visit 7/18",
            "Pt ed given on wound care.",
            "Recheck in 4 wks. HbA1c is 97 today.",
        ],
    );
}

#[test]
fn ages_over_89_go_however_they_are_written() {
    check(
        Mode::Strict,
        &[
            "<91>yM with a tender abdomen.",
            "(<92> y, F) CT head without contrast.",
            "Demographics: F, <94> yrs, widowed.",
            "Age at death: <97>",
            "PatientAge <093Y>, head first supine.",
            "Warm in room 92F, temp 98F, T: 99F. Bed 94M is clean.",
            "QTc 97 percentile, SpO2 93, pulse 92.",
        ],
    );
}
