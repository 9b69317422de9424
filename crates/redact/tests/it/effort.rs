//! No input can stall the pipe: four times the input takes four times the work, not sixteen.

use std::hint::black_box;

use nix::sys::{
    resource::{UsageWho, getrusage},
    time::TimeValLike,
};
use ward_redact::{Mode, Redactor};

use crate::{redactor, streamed};

/// CPU microseconds of this thread: what else runs on the machine does not count.
fn cpu() -> i64 {
    let usage = getrusage(UsageWho::RUSAGE_THREAD).unwrap();
    (usage.user_time() + usage.system_time()).num_microseconds()
}

fn effort(redactor: &Redactor, input: &[u8]) -> i64 {
    let work = || {
        let begun = cpu();
        black_box(streamed(redactor, input, &[]));
        (cpu() - begun).max(1)
    };
    work().min(work())
}

#[test]
fn work_grows_with_the_input_and_not_with_its_square() {
    let hostile = [
        "1",
        "1-",
        "1 ",
        "1.",
        "0",
        "12/",
        "(1",
        "+1 ",
        "@",
        "a@",
        "a@b.",
        "a.",
        "a-",
        "A",
        "Aa ",
        "A. ",
        "O'",
        "Mr. ",
        "Dr. A ",
        "://",
        "http://a",
        "%41",
        "%2541",
        "a+",
        "first=Ann ",
        "cs1Label=MRN cs1=7 ",
        "\"template\":\"aaaaaaaaaaaaaaaa\",",
        "lat=1.23456&",
        "a_b.pdf ",
        "/home/ann/",
        "tag Xy ",
        "tagged Roe ",
        "pid=48213 ",
        "/members/48213/x",
        "members/48213.",
        "/members/48213/metrics",
        "&a=",
        "=",
        "a=",
        "ssn=",
        "ssn ",
        "name: ",
        "\"",
        "\\",
        "\\\"",
        "\\u0041",
        "{",
        "[{",
        "{\"a\":",
        "[\"",
        "],",
        "|",
        "^",
        "PID|",
        "~",
        "*",
        "N1*",
        "'",
        "''",
        "select '",
        "<",
        "<a>",
        ":",
        "::",
        "1:",
        "a:",
        "\t",
        ",",
        "1,",
        "March ",
        "March 1, ",
        "12 Elm ",
        "St. ",
        "Apt ",
        "é",
        "山",
        "\u{301}",
        "\u{200b}",
        "[",
        "[NAME]",
        "[SSN",
        "-",
        "--",
        "at ",
        "in ",
        "$1=a ",
        "(0010,0010) [a",
        "roe_face.jpg/",
        ") values ",
        "\\rPID|1",
        "[\"MRN 00482913\",",
        "\"MRN 00482913\",",
        "phone 541-555-0142 body=a+",
        "body=a+",
        "body=",
        "note='",
        "note=\"a b c d e f ",
        "jane-",
        "jane'",
        "roe v. ",
        "roe-",
        "'a' b, ",
        "'a' b, 'c",
        "select 'a' b ",
        "\\t[NAME]",
        "called to ",
        "bed 4 ",
        "by a",
        "merging 1 into ",
        "^FD",
        "of ",
        "A B ",
        "Roe, ",
        "Roe/",
        "Roe\\",
        "roe_",
        "12345 ",
        "123-",
        "(a) ",
        "id ",
        "# ",
        "patient ",
        "mr ",
        "j. ",
        "1962-03-14 ",
        "#1;",
        "UNA:+.? ",
        "NAD+",
        "<td>",
        "&lt;",
        "cs1=7 ",
        "(a,b) values ($",
        "1962-03-14/M/",
        "A-on-",
        "(01)00812345678906(11)",
        "To: Roe, Jane; ",
        "note='a b c d e f g' ",
    ];
    for mode in [Mode::Log, Mode::Strict] {
        let redactor = redactor(mode);
        for piece in hostile {
            // So that the quick look does not let it pass.
            let about = |times: usize| {
                format!("patient Jane Roe SSN 219-09-9412 phone 541-555-0142 {}", piece.repeat(times))
            };
            let (short, long) = (about(8_000 / piece.len()), about(32_000 / piece.len()));
            // Four is linear, sixteen is quadratic; short runs are too short to be told apart. A busy machine disturbs
            // one measurement, not three.
            let mut seen = Vec::new();
            let linear = (0..3).any(|_| {
                let (one, four) = (effort(&redactor, short.as_bytes()), effort(&redactor, long.as_bytes()));
                seen.push((one, four));
                four < one * 9 || four < 20_000
            });
            assert!(linear, "{piece:?} in {mode:?}: microseconds for one and for four: {seen:?}");
        }
    }
}

/// Each leaf of a document is a text of its own, and the findings of all are one list.
#[test]
fn work_on_a_document_grows_with_its_leaves() {
    for mode in [Mode::Log, Mode::Strict] {
        let redactor = redactor(mode);
        // The second: findings of several weights that stand between each other. The third: objects whose leaves tell of
        // each other.
        for leaf in ["\"Jane Roe\",", "[\"Jane\",\"1962-03-14\"],", "{\"type\":\"member\",\"id\":48213},"] {
            let document = |leaves: usize| format!("{{\"a\":[{}\"\"]}}", leaf.repeat(leaves));
            let (short, long) = (document(1_000), document(4_000));
            let mut seen = Vec::new();
            let linear = (0..3).any(|_| {
                let (one, four) = (effort(&redactor, short.as_bytes()), effort(&redactor, long.as_bytes()));
                seen.push((one, four));
                four < one * 9 || four < 20_000
            });
            assert!(linear, "{leaf} in {mode:?}: microseconds for one and for four: {seen:?}");
        }
    }
}

#[test]
fn a_column_of_numbers_below_a_name_is_not_masked_without_end() {
    for mode in [Mode::Log, Mode::Strict] {
        let text = format!("Name: Jane Roe\n{}", "48213377\n".repeat(200));
        let after = streamed(&redactor(mode), text.as_bytes(), &[]);
        let left = String::from_utf8(after).unwrap().matches("48213377").count();
        assert!(left > 150, "{left} are left of 200 in {mode:?}");
    }
}
