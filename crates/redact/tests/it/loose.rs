//! What is written like a value of a person and is none stays; the value of a person beside it, or in its place, goes.

use ward_redact::{Config, Mode, Redactor};

fn masked(mode: Mode, text: &str) -> String {
    Redactor::new(Config::new(mode)).unwrap().redact_str(text).into_owned()
}

/// Each text stays as it is; of those behind it the value goes.
#[track_caller]
fn parted(mode: Mode, stays: &[&str], goes: &[(&str, &str)]) {
    let mut wrong = Vec::new();
    for text in stays {
        let masked = masked(mode, text);
        if masked != *text {
            wrong.push(format!("{text}\n  became {masked}"));
        }
    }
    for (text, value) in goes {
        let masked = masked(mode, text);
        if masked.contains(value) {
            wrong.push(format!("{value} was left in {masked}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn codes_doses_and_counts_in_prose_are_no_numbers_of_persons() {
    parted(
        Mode::Strict,
        &[
            "NDC 00591-0405-01 dispensed",
            "last 4 2024 visits were reviewed",
            "the last four 1200 mg doses were held",
            "open the zip pack, dose 50000 units weekly",
            "plate count 48213 CFU",
            "Study NCT04821337 is enrolling",
            "series 4/12 images",
            "GA 39 2/7 weeks",
            "<Methods> we enrolled adults",
            "Signal: low_grade",
        ],
        &[
            ("Call 541-555-0142 about NDC 00591-0405-01", "541-555-0142"),
            ("last 4 of SSN 2024", "2024"),
            ("Last four: 1287", "1287"),
            ("Rx 4821337 lisinopril 10 mg #30", "4821337"),
            ("my zip changed, its 12466 now", "12466"),
            ("license plate 48213KX", "48213KX"),
            ("claim number 4821337 denied", "4821337"),
            ("Study ID AB4821337 of the patient", "4821337"),
            ("seen 4/12 for images of the knee", "4/12"),
            ("<jroe82> thanks for the refill", "jroe82"),
            ("Signal: ngozi_okafor", "ngozi_okafor"),
        ],
    );
}

#[test]
fn stains_and_media_in_capitals_are_no_names() {
    let texts = ["CARTER,BLOOD", "CARROLL,TEST", "ROSE,BENGAL", "MAY,GRUNWALD"];
    parted(Mode::Log, &texts, &[("WHITFIELD,MARGARET", "WHITFIELD"), ("BALOG,DAWN M", "BALOG")]);
}

#[test]
fn commands_of_label_printers_stay_and_their_values_go() {
    let text = "^XA^FO20,20^FDNgozi Okafor^FS^FO20,60^FD4821337^FS^XZ";
    let masked = masked(Mode::Log, text);
    assert_eq!(masked, "^XA^FO20,20^FD[NAME]^FS^FO20,60^FD[ID]^FS^XZ");
}

#[test]
fn what_staff_number_and_release_is_no_patients() {
    parted(
        Mode::Log,
        &[
            "order 482133 of magnitude",
            "birth time 2024-03-14 inode 48213",
            " Birth: 2024-03-14 03:14:22.000000000 +0000",
            "worker died at 2024-03-14",
            "member 00482133 joined cluster, leader elected",
        ],
        &[
            ("report 4821337 of patient Jordan Walker", "4821337"),
            ("patient Maria Lopez closed visit OPS-482133", "482133"),
            ("order=EU-31-45193 patient Margaret Whitfield", "45193"),
            ("patient Maria Lopez eff 20240308", "20240308"),
            ("birth time 2024-03-14 of infant Okafor", "2024-03-14"),
            ("Birth: 1962-03-14 patient", "1962-03-14"),
            ("patient died at 2024-03-14", "2024-03-14"),
            ("member 00482133 eligible for plan", "00482133"),
            ("patient specimen id A231048 received", "A231048"),
        ],
    );
    for (text, number) in [
        ("report 4821337 generated for Jordan Walker", "4821337"),
        ("Maria Lopez closed OPS-482133", "OPS-482133"),
        ("Maria Lopez pushed 20240308 release", "20240308"),
        ("Maria Lopez: 10.0.0.5 8080 20240308", "20240308"),
    ] {
        let masked = masked(Mode::Log, text);
        assert!(masked.contains(number), "{number} of {text}: {masked}");
    }
}

#[test]
fn files_named_for_towns_firms_and_fonts_are_nobodys() {
    parted(
        Mode::Log,
        &[
            "wrote /out/Kaiser_20240301.pdf",
            "wrote /out/Doppler_20240301.wav",
            "wrote /out/austin_houston.pdf",
            r"open \\FS02\Austin, Dallas\list.xls",
            "wrote /out/Georgia_Tahoma.doc",
            "GET /patients/victoria-falls 200",
            "GET /users/jordan-river 200",
            "cd /home/travis/build",
            r"read REG\machine.config",
            r"logon DOMAIN\jenkins.build",
        ],
        &[
            ("wrote /out/Okafor_20240301.pdf", "Okafor"),
            ("wrote /out/okafor_ngozi.pdf", "okafor"),
            (r"open \\FS02\Okafor, Ngozi\list.xls", "Okafor"),
            ("GET /patients/victoria-okafor 200", "okafor"),
            ("cd /home/ngozi.okafor/build", "okafor"),
            ("cd /home/travis.okafor/build", "okafor"),
            (r"logon DOMAIN\ngozi.okafor from web01", "okafor"),
        ],
    );
}

#[test]
fn towns_bound_to_a_statement_are_no_names() {
    parted(
        Mode::Log,
        &["SELECT 'Austin' a, 'Houston' b FROM dual"],
        &[
            ("SELECT 'Ngozi' a, 'Okafor' b FROM dual", "Okafor"),
            ("$1 = 'Okafor', $2 = '1962-03-14'", "1962-03-14"),
            // He could be called so.
            ("$1 = 'Jackson', $2 = '2024-03-14'", "2024-03-14"),
            ("==> Parameters: Austin(String), 1962-03-14(Date)", "1962-03-14"),
        ],
    );
}

#[test]
fn what_is_sent_to_a_patient_is_read_as_prose() {
    let told = masked(Mode::Log, r#"phone=541-555-0142 text="Hi Ngozi, your visit is on March 14 at 2 PM""#);
    assert!(!told.contains("Ngozi") && !told.contains("March 14"), "{told}");
}

#[test]
fn a_person_who_bears_a_word_of_a_form_or_a_firm_goes() {
    parted(
        Mode::Strict,
        &[
            "see book_slot for the rest",
            "insured by Oscar (ID pending)",
            "Payer: Molina, prior approval pending",
            "anti-Kell and Duffy antigens negative",
            "patient with Lynch (MLH1)",
            "Rep: Zimmer",
            "asked Baxter tech support",
        ],
        &[
            ("4B   Lopez: NPO after midnight", "Lopez"),
            ("Rm 4   Lopez: NPO", "Lopez"),
            ("see Lopez_2024.pdf", "Lopez"),
            ("fax Lopez_mri.pdf to them", "Lopez"),
            ("mom of Oscar says insurance lapsed", "Oscar"),
            ("Patient: Oscar, insured through Aetna", "Oscar"),
            ("Called Oscar re coverage", "Oscar"),
            ("Spoke with Molina about denied claim", "Molina"),
            ("Oscar denied pain, plan unchanged", "Oscar"),
            ("Oscar plans to switch insurance", "Oscar"),
            ("insured through Oscar, her husband", "Oscar"),
            ("Diego and Lewis arrived", "Diego"),
            ("Diego and Lewis arrived", "Lewis"),
            ("Lewis and Diego seen in clinic", "Lewis"),
            ("Lewis and Diego seen in clinic", "Diego"),
            ("Lewis pending labs", "Lewis"),
            ("Lewis group home called", "Lewis"),
            ("d/w Barrett (ICU2)", "Barrett"),
            ("Rep: Addison", "Addison"),
            ("vendor: Wilson called", "Wilson"),
        ],
    );
}

#[test]
fn the_number_of_a_person_that_looks_like_a_code_goes() {
    parted(
        Mode::Strict,
        &[
            "claim 99213 denied",
            "Rite Aid #04417",
            "Payer: Aetna 60054",
            "Policy 4.12.3",
            "Zendesk #84692",
            "code G0439",
            "Tubersol lot C5774AA",
            "flu shot, lot W4821, left deltoid",
        ],
        &[
            ("MRN: 99231", "99231"),
            ("MRN 99214", "99214"),
            ("member 99233", "99233"),
            ("chart 99221 pulled", "99221"),
            ("policy 99214", "99214"),
            ("hearing aid #482133 returned", "482133"),
            ("IUD lot TU012AB, lidocaine block given", "TU012AB"),
            ("Nexplanon lot 4471823, lido 2 cc", "4471823"),
            ("pump lot 4471823 exp 2027", "4471823"),
            ("knee replacement lot 4471823, bupivacaine used", "4471823"),
            ("Payer: Aetna, member 48213", "48213"),
            ("payer Cigna policy 48213", "48213"),
            ("subject code A1234", "A1234"),
            ("patient code B1234", "B1234"),
            ("MRN 4.1.23", "4.1.23"),
            ("chart issue #482133", "482133"),
        ],
    );
}

#[test]
fn names_and_numbers_that_logs_of_care_cite_go_and_those_of_machines_stay() {
    parted(
        Mode::Log,
        &[
            "dr-hudson switched to standby",
            "failover to dr-denver-2 done",
            "dr-lopez.s3 replica promoted",
            "pairs \"Needleman, Wunsch\" aligned",
            "regions \"Perth, Sydney\" up",
            "font-family: \"Trebuchet, Geneva\"",
            "PUT /orders/10048213/items 204",
            "GET /samples/48213377 200",
            "GET /fill/48213377 200",
            "GET /search/results?q=python&p=48213377 200",
            "GET /visit?token=48213377 200",
            "wrote scans/Jenkins/2024-03-02/zap-report.html",
            r#"{"resourceType":"Medication","id":"med-4777","code":{"text":"lisinopril 10 mg"}}"#,
            "bluetooth bonded c0:63:95:9e:dd:bc",
            "run --keep 30 --drop 7",
            "EXEC sp_rename 'T-092403', 'x'",
        ],
        &[
            ("will-call: bag B213 \"WHITFIELD, Margaret\" 2 items", "WHITFIELD"),
            ("expected '\\t' before: 'Whitfield\\t988492486-02': (at row 7)", "988492486"),
            ("agent GlucoRelay/18.15 (Margaret's iPhone; iOS 17.4)", "Margaret"),
            ("service \"Whitfield Family Apple TV\" ttl=120", "Whitfield"),
            ("glucose relay bonded c0:63:95:9e:dd:bc", "c0:63"),
            ("TRACE extracted value ([mrn2_0_] : [VARCHAR]) - [10441231-1]", "10441231"),
            ("ERROR:  date/time field value out of range: \"10.08.1985\" at character 18", "10.08"),
            ("routed to folder Referrals\\Whitfield", "Whitfield"),
            ("inputbuf: EXEC PostPayment 'G-092403', 307.44, '2021-03-02', 'ck 17'", "092403"),
            ("merge_charts --keep 54-1779-62 --drop 0000040293", "0000040293"),
            ("queued chart_pdf(\\\"F2886313\\\", \\\"2023-04-16\\\")", "04-16"),
            ("referer: https://portal.example/messages/to/dr-quist?re=3320852992", "3320852992"),
            ("PUT /orders/77926670/status of specimen SP-48213377", "77926670"),
        ],
    );
}

#[test]
fn long_names_of_files_are_not_cut_within_a_character() {
    let redactor = Redactor::new(Config::new(Mode::Log)).unwrap();
    for text in
        [format!("charts/Orla_{}", "é".repeat(90)), format!("open {}_Orla_letters.pdf", "é".repeat(40))]
    {
        let mut out = Vec::new();
        let mut stream = redactor.stream();
        stream.push(text.as_bytes(), &mut out);
        stream.finish(&mut out);
        assert!(String::from_utf8(out).is_ok(), "{text}");
    }
}
