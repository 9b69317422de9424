//! Addresses as people write them, with the kinds of streets and the codes of post offices that are words of other
//! things as well.

use ward_redact::Mode;

use crate::{redactor, streamed};

fn masked(text: &str) -> String {
    String::from_utf8(streamed(&redactor(Mode::Strict), text.as_bytes(), &[])).unwrap()
}

#[test]
fn kinds_of_streets_that_are_other_words_end_an_address_too() {
    for (text, expected) in [
        ("Send it to 812 Okafor Creek Suite 4, please.", "Send it to [ADDRESS], please."),
        ("He lives at 93 Delgado Junction.", "He lives at [ADDRESS]."),
        ("71 Quill Fork Apt. 12\n", "[ADDRESS]\n"),
        ("0482 Imogen Stream", "[ADDRESS]"),
        ("CMR 402, Box 1180\nAPO AE 09180", "[ADDRESS]\n[ZIP]"),
        ("Unit 5160 Box 9754", "[ADDRESS]"),
        ("77 Okafor Fork\nApt. 779\nDover", "[ADDRESS]\n[ADDRESS]\n[CITY]"),
    ] {
        assert_eq!(masked(text), expected, "{text}");
    }
}

#[test]
fn cities_below_a_street_need_not_be_known() {
    for (text, expected) in [
        ("I live at 12 Elm Street\nVexholm\nAustria 10442\n", "I live at [ADDRESS]\n[CITY]\nAustria [ZIP]\n"),
        ("to 812 Okafor Creek Suite 4, Vexholm, Bahrain", "to [ADDRESS], [CITY], Bahrain"),
        ("3 Oak Lane\nNorth Vexholm\n, AZ\n 61947", "[ADDRESS]\n[CITY]\n, AZ\n [ZIP]"),
    ] {
        assert_eq!(masked(text), expected, "{text}");
    }
    for text in [
        "I live at 12 Elm Street\nDenies chest pain.\nAspirin 81 mg, Lipitor 40 mg, count 10442",
        "I live at 12 Elm Street\nAllergies: none\n10442",
        "I live at 12 Elm Street\nStable.\n10442",
    ] {
        assert_eq!(masked(text), text.replace("12 Elm Street", "[ADDRESS]"));
    }
}

#[test]
fn wounds_valves_and_devices_are_no_addresses() {
    for text in [
        "Grade 2 Ground Level Fall",
        "Stage 3 Heart Wall Motion",
        "12 Visual Field tests",
        "gave 4 Saline Locks",
        "Type 2 Heart Wall thickening",
        "level 1 Trauma Bridge",
        "in 3 Skin Folds",
        "state AS 40 of 100, mode AP 12345678",
    ] {
        assert_eq!(masked(text), text);
    }
}

#[test]
fn islands_are_states_before_a_zip_code() {
    assert_eq!(masked("Christiansted, VI 00820"), "[CITY], VI [ZIP]");
    assert_eq!(masked("sent as AS 1, ap 2"), "sent as AS 1, ap 2");
}
