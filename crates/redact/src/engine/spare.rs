//! Spares what machines number about themselves in logs: accounts of clouds, boards with serial numbers, dates of versions.
//!
//! The recognizers look at a word and its neighbours. Whether `account 153962460565` is a patient's or a cloud's is told by
//! the rest of the line, so that is looked at here, and only where the findings of a line are of one kind or all of
//! machines: beside another value of a person nothing is spared.

mod published;
mod roles;
mod told;

use crate::{
    Identifier as I,
    check::digits,
    shape::date,
    text::{Hit, weight},
    words::{CITY, CITY_BEGINS, dictionary, hash, words},
};
use published::published;
use roles::of_a_role;
use told::{FONTS, Told, told};

/// Longest line, in bytes, and most findings in it, of which anything is spared.
const LOOKED_AT: usize = 4096;
const MOST: usize = 8;

/// What is looked at; the address of a network neither is spared nor speaks against it.
const KINDS: &[I] = &[
    I::Account,
    I::Address,
    I::Biometric,
    I::City,
    I::Date,
    I::Device,
    I::Email,
    I::HealthPlan,
    I::Ip,
    I::Name,
    I::Other,
    I::Phone,
    I::Ssn,
    I::Vehicle,
    I::Zip,
];

/// Findings of rules of one's own weigh at least so much and stay.
const OWN: u8 = 100;

/// Drops what is of machines. The findings are settled: in order and without overlap.
pub(super) fn spare(line: &[u8], hits: &mut Vec<Hit>) {
    let Some(kind) = hits.iter().map(|hit| hit.identifier).find(|kind| *kind != I::Ip) else { return };
    let known = |kind| KINDS.contains(&kind);
    if line.len() > LOOKED_AT || hits.len() > MOST || !hits.iter().all(|hit| known(hit.identifier)) {
        return;
    }
    let alone = hits.iter().all(|hit| hit.identifier == kind || hit.identifier == I::Ip);
    // What the rest of the line tells is asked only where it could change something.
    let by_itself = |hit: &Hit| {
        matches!(hit.identifier, I::Ip | I::Biometric | I::Email | I::Other | I::Phone | I::Ssn | I::Vehicle)
    };
    let nothing = Told::default();
    let goes =
        |hit: &Hit, told: &Told| hit.identifier != I::Ip && hit.weight < OWN && of_a_machine(line, hit, told);
    let stays = |hit: &Hit| hit.identifier != I::Ip && by_itself(hit) && !goes(hit, &nothing);
    if !alone && hits.iter().any(stays) {
        return;
    }
    let mut told = if hits.iter().all(by_itself) { nothing } else { told(line) };
    told.street = hits.iter().any(|hit| matches!(hit.identifier, I::Address | I::Zip));
    if alone || hits.iter().all(|hit| hit.identifier == I::Ip || goes(hit, &told)) {
        hits.retain(|hit| !goes(hit, &told));
    }
}

fn of_a_machine(line: &[u8], hit: &Hit, told: &Told) -> bool {
    let value = line.get(hit.start..hit.end).unwrap_or_default();
    let before = line.get(hit.start.saturating_sub(24)..hit.start).unwrap_or_default();
    let after = line.get(hit.end..).unwrap_or_default();
    // `claim 482133 bound to volume pv-12`, `policy id 482133 action accept`; what offices do too does not count.
    let handled = || {
        let begins = |verbs: &[&[u8]]| verbs.iter().any(|verb| after.starts_with(verb));
        begins(&[b" bound to volume", b" bound to pv"])
            || !told.person
                && told.firewall
                && value.iter().all(u8::is_ascii_digit)
                && ends_in(before, &[b"policy id", b"policy_id", b"policyid"])
                && begins(&[b" action accept", b" action deny", b" action drop", b" action reject"])
    };
    match hit.identifier {
        I::Account => {
            let cloud = value.len() == 12 && digits::count(value) == 12 && told.cloud + told.deployed >= 2;
            (cloud || made(value, before) || of_billing(value)) && !told.person
                // The cloud's own key in what it writes of its callers, who are users.
                || cloud
                    && told.cloud >= 3
                    && ends_in(before, &[b"accountid", b"recipientaccountid"])
                    && [&b"arn:aws"[..], b"\"awsRegion\":"].iter().any(|text| memchr::memmem::find(line, text).is_some())
                || handled()
                || ends_in(before, &[b"gl account", b"g/l account", b"gl acct", b"gl_account", b"glaccount"])
        }
        I::Device => {
            // A telephone that is a program.
            value.starts_with(b"emulator-")
                || hexadecimal(value)
                || told.board && !told.person && !told.care && (told.hardware || !told.device)
        }
        I::Other => {
            let holds = |text: &[u8]| memchr::memmem::find(line, text).is_some();
            hexadecimal(value)
                || ends_in(before, &[b"tune trial"])
                || of_a_drug(value) && (holds(b"NDC") || holds(b"ndc"))
        }
        // `Phone has 10 digits    733401816`: how many have.
        I::Phone => {
            let head = line.get(..hit.start).unwrap_or_default();
            before.ends_with(b"  ") && head.trim_ascii_end().ends_with(b"digits") && digits::count(value) < 10
        }
        I::HealthPlan => {
            let numbered = value.len() == 16
                && value.iter().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
                && value.iter().any(u8::is_ascii_lowercase);
            handled() || of_a_consumer(value) || numbered && told.cluster >= 2 && !told.patient
        }
        // Beside a street or its postal code a city is where somebody lives.
        I::City => (told.site >= 2 || told.cloud >= 2) && !told.person && !told.street,
        I::Date => {
            date_of_a_machine(line, value, before, after, told)
                || compared(line, before, told)
                || of_a_batch(line, hit, !told.person)
                || published(line, hit.start)
        }
        I::Name => {
            ends_in(before, &[b"computer name", b"computer_name"]) && !value.contains(&b' ')
                || !told.person
                    && hit.weight < weight::KEY
                    && (name_of_a_thing(value, before, after)
                        || told.site >= 2 && !told.street && of_cities(value)
                        || told.fonts && of_a_font(line, hit, before, after))
                || !told.patient && hit.weight < weight::KEY && node(value, after, 2)
                || published(line, hit.start)
        }
        // `out.zip 482133 rows`.
        I::Zip => {
            before.ends_with(b".zip ") && !told.person
                // `zipLevel="6"`.
                || value.len() < 3
        }
        I::Email => of_a_role(value),
        // `999-99-9999`: a form, or nobody's.
        I::Ssn if value.iter().all(|b| matches!(b, b'9' | b'-')) => true,
        I::Ssn => ends_in(before, &[b"part no", b"part number", b"part_no", b"part_number", b"p/n", b"sku"]),
        // `IRIS: 06/12/24-03:14:22`, a database.
        I::Biometric => matches!(value, [a, b, b'/', ..] if a.is_ascii_digit() && b.is_ascii_digit()),
        _ => false,
    }
}

fn date_of_a_machine(line: &[u8], value: &[u8], before: &[u8], after: &[u8], told: &Told) -> bool {
    let number = |bytes: &[u8]| bytes.iter().take(6).take_while(|b| b.is_ascii_digit()).count();
    // `start_date=20240611T020000` of a run.
    let run = value.len() == 8
        && matches!(after, [b'T', rest @ ..] if number(rest) == 6)
        && told.task
        && ends_in(
            before,
            &[b"start_date", b"end_date", b"execution_date", b"logical_date", b"ds", b"run_id"],
        );
    // `api_version: 2024-04-10`, a dump's `Date/Time: 2024-06-12 03:14:22`, `creation date(time): 2022/03/09(11:22:33)`.
    let version = ends_in(before, &[b"version"]) && !date::lived(value, 0);
    let dump = before.eq_ignore_ascii_case(b"date/time: ")
        && matches!(after, [b' ' | b'T', rest @ ..] if number(rest) == 2);
    let stamp = matches!(after, [b'(', a, b, b':', ..] if a.is_ascii_digit() && b.is_ascii_digit());
    // `test_claims.py::test_born[1970-01-01]`.
    let word = before.strip_suffix(b"[").map(|word| {
        let start = word.iter().rposition(|b| !b.is_ascii_alphanumeric() && *b != b'_');
        word.get(start.map_or(0, |at| at + 1)..).unwrap_or_default()
    });
    let service = ends_in(
        before,
        &[
            b"bios_date",
            b"bios date",
            b"biosdate",
            b"restarted on",
            b"deployed on",
            b"rebooted on",
            b"vacuumed",
            b"reindexed",
            b"upgraded on",
        ],
    );
    // `{"build":{"date":"2024-03-14","commit":"1f0c"}}`.
    let holds = |text: &[u8]| memchr::memmem::find(line, text).is_some();
    let built = ends_in(before, &[b"date", b"builddate", b"build_date"])
        && holds(b"\"commit\":")
        && (holds(b"\"build") || holds(b"\"version\":"));
    // `libphonenumber 8.13.37 loaded`.
    let library = value.contains(&b'.') && after.starts_with(b" loaded");
    // A test in its file, `tests/test_claims.py::test_born[`, tells of persons by its name alone.
    let test = word.is_some_and(|word| {
        let path = before.get(..before.len().saturating_sub(word.len() + 1)).unwrap_or_default();
        word.starts_with(b"test_") && (path.ends_with(b".py::") || !told.person)
    });
    // What FHIR's bulk exports begin with, and the run of a scheduler, `run_id=scheduled__2024-06-11T02:00:00`.
    let since = ends_in(before, &[b"_since"])
        || [&b"scheduled__"[..], b"manual__", b"backfill__"].iter().any(|run| before.ends_with(run))
            && matches!(after, [b'T', rest @ ..] if number(rest) >= 2);
    let microcode = ends_in(before, &[b"microcode"]) || holds(b"microcode: ") && before.ends_with(b"date = ");
    run || test
        || version
            && matches!(before.last(), Some(b'=' | b':' | b'"'))
            && value.starts_with(b"20")
            && after.first().is_none_or(|b| !b.is_ascii_alphanumeric())
        || since
        || !told.person && (microcode || service || library || built || version || dump || stamp)
}

/// `account_id=7kQwErTyUi`: no office numbers its accounts in both cases, mostly in letters and under a program's key.
fn made(value: &[u8], before: &[u8]) -> bool {
    value.iter().any(u8::is_ascii_lowercase)
        && value.iter().any(u8::is_ascii_uppercase)
        && value.iter().all(u8::is_ascii_alphanumeric)
        && value.iter().filter(|b| b.is_ascii_alphabetic()).count() * 3 >= value.len() * 2
        && ends_in(before, &[b"account_id", b"accountid"])
}

/// A member of a group that reads a queue, `consumer-billing-1-2f0c…`, `consumer-2-0048213044`: its group is in small
/// letters, or it has none and is counted.
fn of_a_consumer(value: &[u8]) -> bool {
    value.strip_prefix(b"consumer-").is_some_and(|rest| {
        let group = rest.iter().take_while(|b| b.is_ascii_lowercase()).count();
        let number = rest.iter().take_while(|b| b.is_ascii_digit()).count();
        (group > 2 || group == 0 && (1..=3).contains(&number))
            && rest.get(group.max(number)) == Some(&b'-')
            && !rest.iter().any(u8::is_ascii_uppercase)
    })
}

/// Whether what looks like a name is a font: it holds a family of fonts, its key announces one, or it is single words
/// of a list of fonts, `fonts ready: Georgia, Vera, Lucida Console`.
fn of_a_font(line: &[u8], hit: &Hit, before: &[u8], after: &[u8]) -> bool {
    let family = |text: &[u8]| FONTS.contains(&hash(text));
    let words = |text: &'_ [u8]| text.split(|b| !b.is_ascii_alphabetic()).any(family);
    let value = line.get(hit.start..hit.end).unwrap_or_default();
    let key = ends_in(before, &[b"font", b"typeface", b"font family", b"font_family", b"fontfamily"]);
    let head = line.get(..hit.start).unwrap_or_default();
    let alone = value.split(|b| *b == b',').all(|part| !part.trim_ascii().contains(&b' '));
    let listed = alone
        && memchr::memmem::find(head, b"onts").is_some()
        && after.strip_prefix(b", ").is_some_and(|rest| {
            let length = rest.iter().take(24).take_while(|b| b.is_ascii_alphabetic()).count();
            family(rest.get(..length).unwrap_or_default())
        });
    words(value) || key || listed
}

fn name_of_a_thing(value: &[u8], before: &[u8], after: &[u8]) -> bool {
    let last = value.rsplit(|b| *b == b' ').next().unwrap_or_default();
    // Tiers of plans, and what ends the name of an exchange of networks, `Frankfurt IX`.
    let tier = last.len() < value.len()
        && words!["premium", "standard", "enterprise", "starter", "gmbh"].contains(&hash(last));
    let exchange = last == b"IX" && last.len() < value.len();
    let product = ends_in(
        before,
        &[b"product name", b"product_name", b"productname", b"computer name", b"computername"],
    );
    // Systems that are named for gods and trees, `Loki, Mimir`.
    let systems = value
        .split(|b| matches!(b, b' ' | b','))
        .filter(|part| !part.is_empty())
        .all(|part| words!["loki", "mimir", "thanos", "kiali", "kibana", "juju"].contains(&hash(part)));
    let day = value == b"Martin Luther King" && after.starts_with(b" Day");
    let ray = matches!(
        value,
        b"Ray Tune" | b"Ray Serve" | b"Ray Data" | b"Ray Train" | b"Igor Pro" | b"Sandy Bridge"
    );
    node(value, after, 1)
        || tier
        || exchange
        || product
        || systems
        || ray
        || day
        || value == b"NT"
        || value.starts_with(b"REDACTED")
}

/// Whether each word of a name is a city's too: `Houston, Dallas`, `San Jose`.
fn of_cities(value: &[u8]) -> bool {
    value
        .split(|b| !b.is_ascii_alphabetic())
        .filter(|word| !word.is_empty())
        .all(|word| dictionary().get(hash(word)) & (CITY | CITY_BEGINS) != 0)
}

/// Whether a name goes on as that of a node, after a hyphen with so many capitals at least: `Victoria-SW1`.
///
/// Nodes are named for where they stand, so that it is a city in one word; who signs so has more names than one.
fn node(value: &[u8], after: &[u8], capitals: usize) -> bool {
    value.iter().all(u8::is_ascii_alphabetic)
        && of_cities(value)
        && after.strip_prefix(b"-").is_some_and(|rest| {
            let length = rest.iter().take_while(|b| b.is_ascii_alphanumeric()).count();
            rest.get(..length).unwrap_or_default().iter().any(u8::is_ascii_digit)
                && rest.iter().take_while(|b| b.is_ascii_uppercase()).count() >= capitals
        })
}

/// Whether a day is a part of the path of what programs wrote by the day: `s3://lake/2023-01-17/part-00089.csv.gz`. In a
/// store of objects it is, whoever the line is about.
fn of_a_batch(line: &[u8], hit: &Hit, alone: bool) -> bool {
    let before = line.get(..hit.start).unwrap_or_default();
    let path =
        before.rsplit(|b| *b <= b' ' || matches!(b, b'\'' | b'"' | b'=' | b'(')).next().unwrap_or_default();
    let stored = [&b"s3://"[..], b"s3a://", b"gs://", b"abfs://", b"abfss://", b"wasbs://", b"hdfs://"]
        .iter()
        .any(|store| path.starts_with(store));
    let after = line.get(hit.end..).unwrap_or_default();
    let part = after.strip_prefix(b"/part-");
    let numbered = part.is_some_and(|rest| rest.get(..5).is_some_and(|n| n.iter().all(u8::is_ascii_digit)));
    before.ends_with(b"/")
        && (stored && numbered || alone && (part.is_some() || after.starts_with(b"/_SUCCESS")))
}

/// Whether a value has the form of a National Drug Code: 4-4-2, 5-3-2 or 5-4-1 digits (21 CFR 207.33), or 5-4-2.
fn of_a_drug(value: &[u8]) -> bool {
    let mut lengths = [0; 3];
    let mut part = 0;
    for byte in value {
        match (byte, lengths.get_mut(part)) {
            (b'0'..=b'9', Some(length)) => *length += 1,
            (b'-', Some(_)) => part += 1,
            _ => return false,
        }
    }
    matches!(lengths, [4, 4, 2] | [5, 3, 2] | [5, 4, 1 | 2])
}

/// Whether a value is bytes in hexadecimal, more than an address of hardware has: `02:21:22:fa:b4:45:bb:b3`.
fn hexadecimal(value: &[u8]) -> bool {
    value.len() > 17
        && value.split(|b| *b == b':').all(|byte| byte.len() == 2 && byte.iter().all(u8::is_ascii_hexdigit))
}

/// Whether a test tells what it expected of a value: the words are those of the frameworks, and beside persons the test
/// must be named too.
fn compared(line: &[u8], before: &[u8], told: &Told) -> bool {
    let holds = |texts: &[&[u8]]| texts.iter().any(|text| memchr::memmem::find(line, text).is_some());
    let failed = holds(&[
        b"AssertionError: assert ",
        b"AssertionFailedError: expected: <",
        b"ComparisonFailure: expected:<",
        b"Expected values to be strictly equal",
        b"expect(received)",
        b"Failed asserting that ",
        b"assertion `left == right` failed",
    ]) || holds(&[b"_test.go:"]) && holds(&[b" want "]);
    let test = holds(&[b"::test_", b"::test", b"_test.go:", b".test.", b".spec.", b"--- FAIL: Test"]);
    let beside = matches!(before, [.., b'\'' | b'"' | b'<' | b'`'])
        || ends_in(before, &[b"got", b"want", b"left", b"right", b"expected", b"received"]);
    beside && failed && (test || !told.person)
}

/// `01AB23-4C56D7-8E90F1`: an account that a cloud bills.
fn of_billing(value: &[u8]) -> bool {
    let mut parts = value.split(|b| *b == b'-');
    value.len() == 20
        && parts.all(|part| {
            part.len() == 6 && part.iter().all(|b| b.is_ascii_digit() || matches!(b, b'A'..=b'F'))
        })
}

/// Whether the text before a value, without the signs at its end, ends in one of these, whatever the case.
fn ends_in(before: &[u8], words: &[&[u8]]) -> bool {
    let signs = before.iter().rev().take_while(|b| !b.is_ascii_alphanumeric()).count();
    let before = before.get(..before.len() - signs).unwrap_or_default();
    words.iter().any(|word| {
        before.len().checked_sub(word.len()).and_then(|at| before.split_at_checked(at)).is_some_and(
            |(rest, end)| {
                let joined = rest.last().is_some_and(|b| b.is_ascii_alphanumeric());
                !joined && end.eq_ignore_ascii_case(word)
            },
        )
    })
}
