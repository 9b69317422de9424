//! What words make the quick look stop: one entry for each reason.

use super::{
    Gate,
    around::{formed_follows, many_digits, title_precedes, user_follows, value_is_capital},
};
use crate::{
    text::{
        alone,
        bodies::{picture_file, whose},
        bound,
        direct::entity,
        filed, files, handed, joined,
        numbered::NUMBERED,
        owners,
        streets::PLAIN_STREETS,
        token::{at, before},
        value::{formed, process},
    },
    words::{
        among, constant, hash, list,
        vocabulary::{self as v, Roles},
        words,
    },
};

/// A word that is in the vocabulary.
pub(super) struct Word {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) roles: Roles,
    /// Which of the [`TRIGGERS`] ask it, as bits.
    pub(super) asked: u32,
    /// Whether it begins with a capital.
    pub(super) capital: bool,
}

/// One reason to read a line.
struct Trigger {
    /// Words with one of these roles are asked.
    roles: Roles,
    /// Whether also words in small letters are. To ask only others is cheaper: most words are small.
    small: bool,
    /// Whether the word, with what is around it, may announce or be something.
    look: fn(&Gate<'_>, &Word) -> bool,
}

const TRIGGERS: &[Trigger] = &[
    Trigger { roles: v::LOOK | v::SSN | v::NINETY | v::ZIP, small: true, look: |_, _| true },
    Trigger {
        roles: v::TITLE,
        small: true,
        look: |gate, word| {
            title_precedes(gate.line, word.end) || filed::doctor(gate.line, word.end).is_some()
        },
    },
    // `Hello Jane`.
    Trigger { roles: v::GREETING, small: false, look: |gate, word| title_precedes(gate.line, word.end) },
    Trigger { roles: v::NAMED, small: true, look: named },
    Trigger {
        roles: v::IDWORD,
        small: true,
        look: |gate, word| {
            let nouns = NUMBERS
                | v::ABBR
                | v::WHO
                | v::STRONG_NOUN
                | v::BIOMETRIC
                | v::PAYER
                | v::KEYED
                | v::EVENT
                | v::CARED;
            gate.previous() & nouns != 0
                // A token of FHIR's search: `identifier=http://hospital.example/mrn|00482913`.
                || at(gate.line, word.end) == b'=' && gate.bytes(word).eq_ignore_ascii_case(b"identifier")
        },
    },
    Trigger {
        roles: v::DATE,
        small: true,
        look: |gate, word| {
            gate.line.get(word.end..).is_some_and(|rest| rest.starts_with(b"/time field value"))
                || is_key(gate, word)
                    && (gate.previous() & (v::EVENT | v::ABBR) != 0
                        || happened(gate)
                        || searched(gate, word)
                        || gate.line.starts_with(b"MEDICATION ")
                        || gate.line.starts_with(b"Medication "))
        },
    },
    Trigger { roles: v::KEYED, small: true, look: is_key },
    Trigger { roles: v::NAMEMOD, small: true, look: part_of_name },
    // `Quist Family Apple TV`.
    Trigger {
        roles: v::NAMEMOD,
        small: false,
        look: |gate, word| {
            let rest = gate.line.get(word.end..).unwrap_or_default();
            let things =
                [&b" Apple"[..], b" TV", b" iPad", b" iMac", b" Echo", b" Roku", b" Mac", b" Kindle", b" PC"];
            word.capital && gate.capital && things.iter().any(|thing| rest.starts_with(thing))
        },
    },
    Trigger { roles: v::CLINICAL | v::BIOMETRIC, small: true, look: |gate, word| !packaged(gate.line, word) },
    Trigger { roles: v::PHOTO, small: true, look: picture },
    Trigger { roles: v::PROSE | v::PLACE | v::ADDRESS | v::FACILITY, small: true, look: is_key },
    // `county Fletcher County`.
    Trigger {
        roles: v::PLACE,
        small: true,
        look: |gate, word| {
            let rest = gate.line.get(word.end..).unwrap_or_default();
            matches!(rest, [b' ', b'A'..=b'Z', ..])
                && memchr::memmem::find(rest.get(..rest.len().min(40)).unwrap_or_default(), b" County")
                    .is_some()
        },
    },
    // A noun with a number behind it.
    Trigger {
        roles: NUMBERS | v::SUBJECT | v::WHO | v::PAYER,
        small: true,
        look: |gate, word| {
            let noun = word.roles & (v::SUBJECT | v::PAYER) != 0;
            is_key(gate, word) && formed_follows(gate.line, word.end)
                || at(gate.line, word.end) == b' '
                    && (noun || NUMBERED.contains(&gate.hash(word)))
                    && many_digits(gate.line, word.end)
                || word.roles & (v::STRONG_NOUN | v::WHO) != 0 && joined::follows(gate.line, word.end)
        },
    },
    // A path to a person.
    Trigger {
        roles: v::SUBJECT | v::PERSON | v::PLAN | v::MRN | v::ACCOUNT | v::OTHER | v::CARED,
        small: true,
        look: |gate, word| {
            let next = at(gate.line, word.end);
            let person =
                word.roles & (v::SUBJECT | v::PERSON | v::PLAN | v::MRN | v::ACCOUNT | v::OTHER) != 0;
            next == b'/' && person && many_digits(gate.line, word.end + 1)
                || next == b'/' && filed::numbered(gate.line, word.end + 1)
                || next == b'-' && indexed(gate.line, word.end)
                || next == b'?' && filed::questions(gate.line, word.start..word.end)
                || matches!(next, b'_' | b'(' | b' ' | b'\'' | b'"') && handed::follows(gate.line, word.end)
        },
    },
    // An account that is named for a person.
    Trigger { roles: v::USER, small: true, look: |gate, word| user_follows(gate.line, word.end) },
    Trigger { roles: v::CALLED, small: true, look: called },
    // `the duplicate key value is (…)`, a label that is printed for somebody.
    Trigger {
        roles: v::OTHER,
        small: true,
        look: |gate, word| {
            at(gate.line, word.end) == b' '
                && (word.capital && gate.hash(word) == WRISTBAND
                    || formed_follows(gate.line, word.end)
                        && (at(gate.line, word.end + 1).is_ascii_uppercase()
                            || entity(gate.line, word.end + 1).is_some())
                        && many_digits(gate.line, word.end))
        },
    },
    Trigger {
        roles: v::IDWORD,
        small: true,
        look: |gate, word| {
            gate.line.get(word.start..).is_some_and(|rest| rest.starts_with(b"key value is ("))
        },
    },
    // A sample, a band, a meter with its number.
    Trigger {
        roles: v::CARED,
        small: true,
        look: |gate, word| {
            let next = at(gate.line, word.end);
            // `bonded c0:63:95:9e:dd:bc`.
            let hardware = || at(gate.line, word.end + 3) == b':' && at(gate.line, word.end + 6) == b':';
            // `--keep 54-1779-62`, `EXEC PostPayment 'G-092403'`.
            let chosen = || {
                gate.line.get(word.start.saturating_sub(2)..word.start) == Some(b"--")
                    && many_digits(gate.line, word.end)
            };
            if next == b' ' && (hardware() || chosen() || handed::executed(gate.line, word.start..word.end)) {
                return true;
            }
            // `enc_timestamp=`.
            if next == b'_' && gate.line.get(word.end..).is_some_and(|rest| rest.starts_with(b"_timestamp="))
            {
                return true;
            }
            // `PID.3=`, `PV1-19=`: a field of HL7.
            let field = |place: usize| {
                matches!(at(gate.line, place), b'.' | b'-') && at(gate.line, place + 1).is_ascii_digit()
            };
            // `<pid5_1>`, `"pid_5"`.
            let named = matches!(before(gate.line, word.start), b'<' | b'"')
                && (next.is_ascii_digit() || next == b'_' && at(gate.line, word.end + 1).is_ascii_digit());
            named || word.capital && (field(word.end) || next.is_ascii_digit() && field(word.end + 1))
                || matches!(next, b'=' | b'"') && patient(gate, word)
                || matches!(next, b':' | b'-' | b'_') && joined::follows(gate.line, word.end)
                // `tag "Roe stat"`.
                || next == b' ' && at(gate.line, word.end + 1) == b'"' && at(gate.line, word.end + 2).is_ascii_uppercase()
                || next == b' ' && formed_follows(gate.line, word.end) && many_digits(gate.line, word.end)
        },
    },
    // `reminder sent to Jane`.
    Trigger { roles: v::ALONE, small: true, look: |gate, word| alone::near(gate.line, word.start, word.end) },
    // A day that stands in quotes as people write it.
    Trigger {
        roles: v::MONTH,
        small: false,
        look: |gate, word| {
            matches!(before(gate.line, word.start), b'"' | b'\'') && at(gate.line, word.end) == b' '
                || at(gate.line, word.end) == b' ' && moment_of_old(gate.line, word.end)
        },
    },
    Trigger {
        roles: v::PATH,
        small: true,
        look: |gate, word| {
            directory(gate, word)
                || file(gate, word)
                || gate.line.get(word.end..).is_some_and(|rest| rest.starts_with(b": $1 = '"))
                || word.end - word.start == 10 && bound::typed(gate.line, word.end)
        },
    },
    Trigger { roles: v::FACILITY, small: false, look: |gate, word| word.capital && gate.capital },
    Trigger { roles: v::STREET, small: false, look: street },
    Trigger { roles: v::STATE, small: false, look: state },
    Trigger {
        roles: v::SUFFIX,
        small: false,
        look: |gate, word| {
            word.capital && gate.capital && gate.bytes(word).iter().all(u8::is_ascii_uppercase)
        },
    },
];

/// Roles after which a capitalised word may be a name.
pub(super) const PERSONS: Roles = v::PERSON | v::KIN | v::CARER | v::NAMED;
/// Roles that count for what follows a few words later.
pub(super) const REMEMBERED: Roles = PERSONS | v::PHONE | v::FAX | v::AGE;
/// Roles that matter in small letters; kinds of streets beside ([`PLAIN_STREETS`]).
pub(super) const SMALL: Roles = small(TRIGGERS) | REMEMBERED;

/// Nouns that make a number with `id` or `no`.
pub(super) const NUMBERS: Roles =
    v::MRN | v::PLAN | v::ACCOUNT | v::LICENCE | v::DEVICE | v::VEHICLE | v::OTHER | v::CARD;

/// Shops have orders too, so a short number below them is none of somebody's.
const ORDERS: u64 = constant("orders");

const WRISTBAND: u64 = constant("wristband");

/// Words that stand before a telephone's number without a sign.
const CALLS: &[u64] = words!["sip", "sips", "tel", "callto", "callerid", "ani", "clid", "mdn"];

const fn small(triggers: &[Trigger]) -> Roles {
    let (mut roles, mut rest) = (0, triggers);
    while let [first, after @ ..] = rest {
        if first.small {
            roles |= first.roles;
        }
        rest = after;
    }
    roles
}

/// Which of the triggers ask a word with these roles, as bits.
pub(super) fn asking(roles: Roles) -> u32 {
    TRIGGERS.iter().rev().fold(0, |asked, trigger| asked << 1 | u32::from(trigger.roles & roles != 0))
}

impl Gate<'_> {
    /// Goes on after a word of the vocabulary; nothing if it makes the line one to read.
    #[inline]
    pub(super) fn trigger(&mut self, word: &Word) -> Option<()> {
        // `Mobile/15E148` and `Mobile Safari` of browsers are no telephones.
        let browser = word.roles & v::PHONE != 0
            && (at(self.line, word.end) == b'/' || self.line.get(word.end..word.end + 7) == Some(b" Safari"));
        if word.asked != 0 && !browser {
            let mut asked = word.asked;
            while asked != 0 {
                let trigger = TRIGGERS.get(asked.trailing_zeros() as usize)?;
                if (trigger.look)(self, word) {
                    return None;
                }
                asked &= asked - 1;
            }
        }
        if word.roles & REMEMBERED != 0 {
            self.remember(word.roles, browser);
        }
        Some(())
    }

    fn remember(&mut self, roles: Roles, browser: bool) {
        if roles & PERSONS != 0 {
            self.person_at = self.words;
        }
        if roles & (v::PHONE | v::FAX) != 0 && !browser {
            self.phone_at = self.words;
        }
        if roles & v::AGE != 0 {
            self.age_at = self.words;
        }
    }

    fn bytes(&self, word: &Word) -> &[u8] {
        self.line.get(word.start..word.end).unwrap_or_default()
    }

    fn hash(&self, word: &Word) -> u64 {
        hash(self.bytes(word))
    }
}

/// Whether a value may follow, as behind keys.
fn is_key(gate: &Gate<'_>, word: &Word) -> bool {
    matches!(at(gate.line, word.end), b'"' | b'=' | b':' | b'\'' | b'\\' | b'>' | b']')
}

/// What happens to persons, before a `date`.
fn happened(gate: &Gate<'_>) -> bool {
    let (start, end) = gate.last;
    list!(
        "srvc proc injury accident fill filled written coll collect collection collected drawn draw study series vaccine \
         admin dose diagnosis dx coverage hire hired wedding enroll"
    )
    .contains(&hash(gate.line.get(start..end).unwrap_or_default()))
}

/// `date=ge2019-03-20`.
fn searched(gate: &Gate<'_>, word: &Word) -> bool {
    at(gate.line, word.end) == b'='
        && at(gate.line, word.end + 1).is_ascii_lowercase()
        && at(gate.line, word.end + 3).is_ascii_digit()
}

/// `pat_last=`, `"first":"Jane"`.
fn part_of_name(gate: &Gate<'_>, word: &Word) -> bool {
    let parts = list!("first last given family middle maiden surname");
    is_key(gate, word)
        && parts.contains(&gate.hash(word))
        && (gate.previous() & (v::NAMEMOD | v::ABBR | v::SUBJECT | v::KIN) != 0
            || at(gate.line, word.end) == b'='
            || value_is_capital(gate.line, word.end))
}

/// `pid=MR6013387`: a patient, as no process has such a number.
fn patient(gate: &Gate<'_>, word: &Word) -> bool {
    if !gate.bytes(word).eq_ignore_ascii_case(b"pid") {
        return false;
    }
    let rest = gate.line.get(word.end..).unwrap_or_default();
    let start = rest.iter().take(4).take_while(|b| !b.is_ascii_alphanumeric()).count();
    let rest = rest.get(start..).unwrap_or_default();
    let length = rest.iter().take(24).take_while(|b| b.is_ascii_alphanumeric() || **b == b'-').count();
    let value = rest.get(..length).unwrap_or_default();
    !process(value) && formed(value)
}

/// `/home/jroe`, `/patients/jane-roe`, `\\Users\\jroe`, `/clients/4122`.
fn directory(gate: &Gate<'_>, word: &Word) -> bool {
    matches!(at(gate.line, word.end), b'/' | b'\\')
        && (many_digits(gate.line, word.end + 1) && gate.hash(word) != ORDERS
            || owners::home(gate.line, word.start..word.end).is_some()
            || owners::slug(gate.line, word.end + 1).is_some()
            || !filed::below(gate.line, word.start..word.end).is_empty())
}

/// `/referrals-2024/_update/10652762`: a document in an index of a year.
fn indexed(line: &[u8], end: usize) -> bool {
    let rest = line.get(end + 1..).unwrap_or_default();
    let year = rest.iter().take(8).take_while(|b| b.is_ascii_digit() || matches!(b, b'.' | b'-')).count();
    rest.get(year..).is_some_and(|rest| rest.starts_with(b"/_"))
}

/// `roe_jane.pdf`.
fn file(gate: &Gate<'_>, word: &Word) -> bool {
    before(gate.line, word.start) == b'.'
        && (owners::kind(gate.bytes(word)) && owners::somebodys(gate.line, word.start - 1)
            || files::whose(gate.line, word.start - 1)
            || !filed::called(gate.line, word.start - 1).is_empty())
}

fn named(gate: &Gate<'_>, word: &Word) -> bool {
    let previous = gate.previous();
    previous & (v::NAMEMOD | v::KIN | v::CARER | v::PERSON) != 0
        || is_key(gate, word) && previous & v::MACHINE == 0 && value_is_capital(gate.line, word.end)
}

/// `ca.uhn.fhir.rest`: a part of the name of a program's package.
fn packaged(line: &[u8], word: &Word) -> bool {
    before(line, word.start) == b'.'
        && at(line, word.end) == b'.'
        && at(line, word.end + 1).is_ascii_alphabetic()
}

/// `image roe_headshot.jpg`.
fn picture(gate: &Gate<'_>, word: &Word) -> bool {
    matches!(at(gate.line, word.end), b'_' | b'-' | b'.' | b'/' | b' ')
        && picture_file(gate.line, word.end + usize::from(at(gate.line, word.end) == b' '))
            .is_some_and(|file| whose(gate.line.get(file).unwrap_or_default()))
}

/// `Dec 04 17:47:36 EST 1923`.
fn moment_of_old(line: &[u8], end: usize) -> bool {
    let rest = line.get(end..).unwrap_or_default();
    at(rest, 6) == b':'
        && rest.get(12..).is_some_and(|tail| {
            tail.iter()
                .take(6)
                .position(|b| *b == b'1' || *b == b'2')
                .is_some_and(|from| matches!(tail.get(from..from + 3), Some(b"200" | [b'1', b'9', _])))
        })
}

/// `to=+1…`, `"caller":"555…`; `sip:1415…`.
fn called(gate: &Gate<'_>, word: &Word) -> bool {
    let next = at(gate.line, word.end);
    if matches!(next, b':' | b' ') && CALLS.contains(&gate.hash(word)) {
        return many_digits(gate.line, word.end);
    }
    matches!(next, b'"' | b'=') && many_digits(gate.line, word.end + usize::from(next == b'"') * 2)
}

fn street(gate: &Gate<'_>, word: &Word) -> bool {
    gate.words - gate.number_at <= 6
        && (word.capital || gate.capital && among(PLAIN_STREETS, gate.hash(word)))
}

fn state(gate: &Gate<'_>, word: &Word) -> bool {
    let length = word.end - word.start;
    let next = at(gate.line, word.end);
    word.capital && (length > 3 || length == 2 && (next == b' ' || next == b',' || gate.capital))
}
