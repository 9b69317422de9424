//! What people type and dictate: forms, chats, mails, text without capitals; and what looks like it and must stay.

use ward_redact::Mode;

use crate::{names::check, redactor, streamed};

#[test]
fn numbers_stand_behind_nouns_with_words_between() {
    check(
        Mode::Strict,
        &[
            "Local ID: <4482913>, Enterprise ID <K7719240>",
            "Medicare beneficiary ID (card front) <9XY4TE5MK73>",
            "SUBSCRIBER'S I.D. NUMBER  <XKL884913342>",
            "policy group or FECA number <774120>",
            "Dog's microchip is <981020004482913>",
            "Parking placard: <H448291>",
            "Do you remember the plate of the truck? <KJH 4821>, I guess.",
            "He drives a red Corolla <8TKL402>.",
            "Driver lic/state: <D4482913/OH>",
            "CDL <K448291377> expires soon",
            "Visa no. <44829137>",
            "Our ref: <KMH/44829> and your file <771-4482>",
            "Expediente <448-29137>, cama 4",
            "The last 4 of her social are <4821>.",
            "Acct at the credit union ending <7719>",
            "License <LMFT 44821>",
            "Geo: <41.882913>, <-87.623177>",
            "reach him at <448-2913> after six",
            "PIN <48213>",
            "CHART, <G4834684>. She is back.",
            "duplicate merged w/ <PT-285819> today",
        ],
    );
}

#[test]
fn numbers_of_things_stay_where_no_noun_claims_them() {
    check(
        Mode::Strict,
        &[
            "Session ID 7f3a9c2e4b5d6f70 expired",
            "Build ID 448291 was rolled out",
            "Femur ref 42-5220-007, size 7",
            "Growth plate 3 mm wider than before",
            "Drains: Blake 19F to bulb suction",
            "Flu clinic hours: Mon-Fri 8-4",
            "Take 1-2 tablets for 3-4 days",
            "visa denied in 2019, file a complaint",
            "student ID required",
            "Steps 4-5, then rest",
            "the first plate was 3 inches",
        ],
    );
}

#[test]
fn names_on_the_net_are_told_by_their_place() {
    check(
        Mode::Strict,
        &[
            "@<mroe82> can you look?",
            "Venmo <roe-family-77> please",
            "IG: <@jane.roe_>",
            "My user name is <kroewald>, please reset it",
        ],
    );
    check(
        Mode::Strict,
        &["lunch @ 12:15", "post it on Instagram today", "user name is required", "@here please read"],
    );
}

#[test]
fn who_speaks_stands_in_brackets() {
    let redactor = redactor(Mode::Strict);
    for (line, shown) in [
        ("<kayla_roe> restarting now", "<[ID]> restarting now"),
        ("<b> bold </b>", "<b> bold </b>"),
        ("From: \"Gilbert Day\" <gday@example.org>", "From: \"[NAME]\" <[EMAIL]>"),
    ] {
        let out = String::from_utf8(streamed(&redactor, line.as_bytes(), &[])).unwrap();
        assert_eq!(out, shown);
    }
}

#[test]
fn lists_of_people_hold_names() {
    check(
        Mode::Strict,
        &[
            "To: Front Desk; <Roe, Marisol T>",
            "From: \"<Gilbert Day>\" via the portal",
            "FW: <Okafor Dora> - labs",
            "OR 7 | 0915 | <Velasquez> | L TKA | <Weston> | note",
            "<Barlow>, 71F, s/p CABG",
            "Case 4: <KT>, 81M, fell at home",
            "BABY BOY <OKAFOR>  MOM: <TERESA OKAFOR>",
            "<HARGROVE, LENORA J>  MRN <4482913>",
            "the label was for <HARGROVE LENORA>, bed 4",
            "RPH <T. HARGROVE>",
            "re subject (initials <QB>)",
            "<Mina Glass>, born <3/4/1980>",
            "FW: Quick q on <QB> / <H010742>",
            "the subpoena in <HARGROVE> v. <OKAFOR> names her",
            "Owner: <Takumi> to update the policy",
            "steps: search \"<Perez, Wanda>\" twice",
        ],
    );
    check(
        Mode::Strict,
        &[
            "| Name | Room | Status |",
            "CHEST, PORTABLE  AP view",
            "To: Scheduling; Front Desk",
            "Pneumonia, 24 h after admission",
            "LIPASE, SERUM 44",
        ],
    );
}

#[test]
fn text_without_capitals_holds_names_and_places() {
    check(
        Mode::Strict,
        &[
            "discharge summary on <salvatore okafor> who was admitted with chest pain",
            "please call <matthew> back when you can",
            "he comes with his daughter <vianney> for follow up of copd",
            "she was here with the twins <anton n christina> and all went well",
            "anyone know when <brock> in 12 is going to ct",
            "send it to 7 south 52nd cir <netawaka> KS <66516> please",
            "the patient lives at <72 oak ln> in <durand> phone number is the same",
            "they moved from <brooklyn> in the spring",
        ]
        .map(|row| row.replace("7 south 52nd cir", "<7 south 52nd cir>"))
        .iter()
        .map(String::as_str)
        .collect::<Vec<_>>(),
    );
    check(
        Mode::Strict,
        &[
            "the pain in 2 weeks was much better than before",
            "please call back when the results are in",
            "follow up with primary care in one week thank you",
            "he was seen in clinic for heart failure and went home",
        ],
    );
}

#[test]
fn answers_take_what_the_question_asked_for() {
    let redactor = redactor(Mode::Strict);
    for (question, answer, shown) in [
        ("Agent: May I have your account number?", "Caller: It's 63-63368848.", "Caller: It's [ACCOUNT]."),
        ("Bot: What is your full name?", "User: etta mcguire", "User: [NAME]"),
        ("Bot: And the phone number on file?", "Visitor: yes, 7098556671", "Visitor: yes, [PHONE]"),
        ("Bot: What is your member ID?", "User: no idea", "User: no idea"),
        ("And the last four of his social?", "Speaker 2: 4821. He's 87.", "Speaker 2: [SSN]. He's 87."),
        ("Is the door open?", "User: 63-63368848", "User: 63-63368848"),
    ] {
        let text = format!("{question}\n{answer}");
        let out = String::from_utf8(streamed(&redactor, text.as_bytes(), &[])).unwrap();
        assert_eq!(out.lines().nth(1), Some(shown), "{question}");
    }
}

#[test]
fn days_as_people_type_and_say_them() {
    check(
        Mode::Strict,
        &[
            "your visit is <2-16> @ 2:15p",
            "booked <6-26> 8:15",
            "D.O.B <2-24-43>",
            "nacida el <20 de julio de 1988>",
            "geboren am <3. März 1988>",
            "her mammogram from <may 1>, birads 4",
            "they moved <march 11 2020>",
            "you may 2 or 3 times a day",
            "he's <97>, he isn't well",
            "her mother is <94> and lives alone",
            "he is 94% on room air",
            "number is <eight six seven, eight nine two, five four six zero>",
            "my number is <nine nine nine... eight five zero... nine seven four seven>",
        ],
    );
}

#[test]
fn practices_stand_behind_words_of_place() {
    check(
        Mode::Strict,
        &[
            "seen at <Fox Hollow Neurology> last year",
            "from <Gentle River Memory Care> by ambulance",
            "Xport <Queen of the Angels>",
            "went to Physical Therapy and Interventional Radiology",
            "consult to Pediatric Cardiology",
        ],
    );
}
