//! Names and places by where they stand, and what looks like them and must stay.

use ward_redact::Mode;

use crate::{redactor, streamed};

/// The text with one sign for each run of markers and what separates them.
fn folded(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(start) = rest.find('[') {
        let name = rest[start + 1..].find(']').map_or("", |end| &rest[start + 1..start + 1 + end]);
        let marker = name.len() > 1 && name.bytes().all(|b| b.is_ascii_uppercase() || b == b'-');
        out.push_str(&rest[..start]);
        if marker {
            // `[CITY], [ZIP]` is one run.
            if out.trim_end_matches([',', ' ', '/']).ends_with('~') {
                out.truncate(out.trim_end_matches([',', ' ', '/']).len() - 1);
            }
            out.push('~');
            rest = &rest[start + name.len() + 2..];
        } else {
            out.push('[');
            rest = &rest[start + 1..];
        }
    }
    out.push_str(rest);
    out
}

/// Rows of a text in which `<…>` holds what must go, to the letter; nothing else may.
pub(crate) fn check(mode: Mode, rows: &[&str]) {
    let redactor = redactor(mode);
    let mut wrong = Vec::new();
    for row in rows {
        let plain: String = row.chars().filter(|c| !matches!(c, '<' | '>')).collect();
        let out = String::from_utf8(streamed(&redactor, plain.as_bytes(), &[])).unwrap();
        let mut marked = String::new();
        for (at, part) in row.split(['<', '>']).enumerate() {
            marked.push_str(if at % 2 == 1 { "[NAME]" } else { part });
        }
        if folded(&out) != folded(&marked) {
            wrong.push(format!("{row}\n    {out}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn roles_announce_names_that_are_words_too() {
    check(
        Mode::Strict,
        &[
            "Her husband <Rusty> fills the pillbox.",
            "Seen with NP <Snow>, who agrees.",
            "Resident: <Rush>",
            "Discussed with <Chase> in social work.",
            "Report called to <Pat> on 4 West.",
            "Hygienist <Hunter> present.",
            "Twin A (<Brooke>) is in the nursery.",
            "FOB <Forest> is involved.",
            "mother of <Dawn> called",
            "Proband: <Agnes Barnes>",
            "I'm <Faith>, the daughter of <Gene Hill>.",
            "Thx, <Robin>",
        ],
    );
}

#[test]
fn lists_titles_and_signatures_hold_names() {
    check(
        Mode::Strict,
        &[
            "Time out by <Okafor>, <Myers> and <Murphy>.",
            "Signed out to <Allen>/<Kowalski>.",
            "Dr. <van der Berg> will see her.",
            "<M. N. Torres> requests records.",
            "<Emily Long III> was here.",
            "Client initials <E.T.>",
            "The <Rodriguez> family requests a chaplain.",
            "<Chase>'s girlfriend joined.",
            "--<Nancy>",
            "- <Bill Woods>, front desk",
            "<Singleton Gene>, 60, knee replaced",
            "consult w/ <Quetzalli> DDS",
        ],
    );
}

#[test]
fn dictation_has_names_dates_and_numbers_in_words() {
    check(
        Mode::Strict,
        &[
            "patient name <jane roe> date of birth <march third nineteen sixty two>",
            "the patient is <keisha faleomavaega> comma a woman",
            "dictated by <noah campbell> period",
            "copy to doctor <murphy> period new paragraph",
            "spoke with mrs <cox> about it",
            "surname <kowalski> spelled <k o w a l s k i>",
            "attending physician <cynthia grant> assisted by <melissa grant>",
            "PATIENT <JAXTYN STONE> WAS SEEN",
            "SURGEON: <STONE>",
            "record number <four four seven one nine two>",
            "phone number is <five five five two three six eight nine one one>",
            "social security number <one two three four five six seven eight nine>",
        ],
    );
}

#[test]
fn names_in_dictation_end_where_others_words_begin() {
    check(
        Mode::Strict,
        &[
            "the patient is stable and eating well",
            "patient name is on the wristband",
            "the doctor will call back",
            "mother is here and father is at work",
            "two tablets three times a day",
            "copy to the chart period",
        ],
    );
}

#[test]
fn eponyms_medicines_and_goods_stay() {
    check(
        Mode::Strict,
        &[
            "Murphy sign negative, Ross procedure discussed, Thompson test positive.",
            "History of Ehlers-Danlos and Prader-Willi; Salter-Harris II fracture.",
            "Ligament of Treitz seen; space of Retzius and pouch of Douglas free.",
            "Hesselbach's triangle, Gerota's fascia, Barrett's esophagus.",
            "Skyrizi, Stelara, Cosentyx and Otezla were tried. Wegovy, Zepbound, Saxenda.",
            "Grew Klebsiella and Escherichia; Bartonella negative.",
            "Foley placed. Gleason 7. Apgars 8/9. Killip 2.",
            "Medtronic Evera device; Zimmer Persona knee.",
            "Patient likes Coca-Cola and Netflix. Don't share it.",
            "Assessment And Plan: Continue Current Medications.",
            "Notice of Privacy Practices before the Annual Wellness Visit.",
            "Grant access. Frank blood. Sandy urine. Jack knife position. Hope to go home.",
            "Write a Python function with Pandas and Matplotlib.",
        ],
    );
}

#[test]
fn addresses_of_many_forms_go() {
    check(
        Mode::Strict,
        &[
            "at <901 FM 1960 Rd W>, <Houston>, TX <77090>",
            "at <12345 Interstate 10 Frontage Rd>, <Boerne>, TX <78006>",
            "<PSC 4115, Box 7815>",
            "<One Gustave L. Levy Place>, <New York>, NY <10029>",
            "corner of <Fulton St and Nostrand Ave>",
            "near <Broad and Walnut Streets>",
            "<310 Hull Village Suite 759>, <Port Matthew>, NY <10024>",
            "<220 W. 42nd St., 7th Floor>, <New York>.",
            "in <London> <SW1A 2AA>",
            "raised in <Port Matthew>, moved to <Robinsonshire>",
            "lives in <New Kevinborough County>",
            "a woman from <Rector>, admitted",
        ],
    );
}

#[test]
fn measures_that_look_like_addresses_stay() {
    check(
        Mode::Strict,
        &[
            "Placed a 16 Fr Foley. Pt tolerated it.",
            "18 gauge in the left arm. To the floor.",
            "wound 2 by 3 cm, 4 stitches in place",
            "grade 2 fall precautions",
        ],
    );
}

#[test]
fn institutions_are_told_by_what_is_said_of_them() {
    check(
        Mode::Strict,
        &[
            "works for <Acme Freight LLC>",
            "He attends <Westfield Middle School> and plays soccer.",
            "studies at <University of Toledo>",
            "Employer: <Hartwell Foods Inc>",
            "seen at <Riverside Methodist> then",
        ],
    );
    check(
        Mode::Strict,
        &[
            "admitted to Internal Medicine, then Step Down",
            "transferred to General Surgery",
            "seen in the Emergency Department",
            "follow up in Wound Care",
        ],
    );
}

#[test]
fn logs_hold_names_behind_roles_and_prepositions() {
    check(
        Mode::Log,
        &[
            "ERROR Patient <Zaylee Lopez> not found",
            "INFO reminder to <Art Edwards> queued",
            "INFO booked for <STRONG, CAROL A>",
            "storing study for <PRICE^DMITRI>",
            "PN [<GARCIA^BILL>] # 12",
            "Duplicate patient: <Bowman, Daisy M>, retry",
            "DEBUG user=<Susan Black> action=view",
            "Hello <Emily>, your code is here",
            "Hi <Lodewijk>, your results are ready",
            "no such patient <May Sanders>",
            "patient <jane morris> not found",
        ],
    );
}

#[test]
fn logs_of_machines_keep_what_looks_like_names() {
    check(
        Mode::Log,
        &[
            "INFO handed over to Apache Tomcat by Jenkins Pipeline",
            "reading from Spring Boot for Travis Build",
            "connected to Amazon Aurora in Frankfurt Region",
            "Hello World from Hello Service",
            "regex ^A^B matched, 2^10 buckets",
            "user Admin logged in by Local Account",
            "patient service started by Docker Compose",
            "rolled back, Retry! Dear Customer, see Release Notes",
        ],
    );
}

#[test]
fn kinds_of_places_are_no_places() {
    check(
        Mode::Strict,
        &[
            "The Infusion Center opens at 7:30 AM, the Sleep Center at nine.",
            "Level I Trauma Center criteria, Comprehensive Stroke Center criteria",
            "Visit the Patient Education Center. Per Pharmacy, dose adjusted.",
            "Returned from Interventional Radiology. Center of Excellence designation.",
            "sponsored by the National Cancer Institute",
            "seen at <Lakeview Infusion Center> and the <Hartwell Sleep Center>",
        ],
    );
}

#[test]
fn what_is_named_for_persons_is_nobody() {
    check(
        Mode::Strict,
        &[
            "Ramsay Hunt syndrome should be excluded.",
            "Positive McMurray, negative Lachman.",
            "Jackson-Pratt 20 ml, Mann-Whitney U, Hardy-Weinberg equilibrium",
            "The Bayesian approach, the Krebs cycle, Bloodborne Pathogens, Cyber Security",
            "The Declaration of Helsinki guides research.",
            "Max tokens 512. Set Max Connections to 100.",
            "A. Colon, cecum: tubular adenoma.",
            "In California, Texas and Ohio rules differ.",
            "Open Monday through Friday, rounds every Sunday, music on Fridays.",
            "Next visit on <Friday>.",
        ],
    );
}

#[test]
fn persons_are_spoken_to_and_bracketed() {
    check(
        Mode::Strict,
        &[
            "<Calandria>, your appt is at 3 pm",
            "<Itamar>, can I please speak to your boss?",
            "Ortho (<Drewniowska>) aware.",
            "[09:15] <verdiana>: yes, hung it at 8",
            "PATIENT: <ABADAN, DEVRIM K>",
            "My name is <Bojka Žilih>.",
            "My name is <carine r. dufour>.",
            "What's your name? <Tamerlan S. Godina>",
            "this is a letter regarding <makeda tanner> date of birth",
            "born in <WASHINGTON>, DISTRICT OF COLUMBIA",
        ],
    );
    check(
        Mode::Strict,
        &[
            "Metformin, your new medicine, is taken twice a day.",
            "Ortho (Lovenox) continued. [09:15] system: restarted",
            "Hopefully, you will feel better.",
        ],
    );
}

#[test]
fn logs_hold_doctors_in_small_letters() {
    check(
        Mode::Log,
        &["T=\"question for dr <nakamura>\"", "dr site failover started", "dr region is us-east-2"],
    );
}
