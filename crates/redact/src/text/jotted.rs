//! Days as notes are jotted: `Labs 4-22 ok`, `Echo 11.1: EF 40`, `A1c 7.1 (11-27)`, `PICC placed 1/3`.
//!
//! Two small numbers can as well be a range, a ratio or a grade. A day is what stands behind a word that takes one, or what
//! can't be a range because it falls; no unit may follow.

use super::{
    Reader,
    token::{Case, Kind, Token},
    weight,
};
use crate::{
    Identifier,
    check::calendar,
    shape::{alphanumeric, digits, value},
    words::{FAMILY, list, vocabulary as v, words},
};

/// What is done, made or taken on a day, and stands before it.
const TAKES: &[u64] = list!(
    "discharge admission booked echo tte tee ekg ecg eeg emg cxr xr kub ct cta mr mri mra pet dexa mammo mammogram colonoscopy egd cath labs \
     lab cx bcx ucx culture cultures cbc bmp cmp check checks checked placed inserted removed out given done drawn \
     collected sent received started stopped seen missed appt next last tx bx biopsy excised injection \
     shot vaccine vaccinated delivered sched scheduled rescheduled resched ordered lmp edd edc offer adm admit \
     admitted dc discharged fu rtc rto rtw rtd surgery sx op ij picc port foley catheter drain trach peg mtg \
     meeting visit visited signed faxed mailed updated reviewed reported dx diagnosed onset procedure consult eval \
     evaluated followup expires renewed refilled filled refill due returned returns repeat repeated recheck imaging films \
     film study pap holter transferred arrived intubated extubated dialyzed dos doi doa dod mohs excision line lines \
     crown filling extraction cleaning hygiene bwx fmx recall session treated presented hospitalized enrolled consented \
     randomized dispensed showed show stop stops planned conference nv rebook rebooked read trigger er retrieval schedule \
     calendar nrd mbss fill clinic bm ngtd crrt iud pacer pump drain drains signout echo transferred downgraded upgraded decannulated \
     trached booster"
);

/// What takes a day, a number or a range alike.
const PREPOSITIONS: &[u64] = words![
    "on",
    "since",
    "until",
    "till",
    "til",
    "thru",
    "through",
    "from",
    "before",
    "after",
    "by",
    "dated",
    "starting",
    "effective"
];

/// What is looked at on a day and has no figure of its own, so that a point is one between month and day.
const SEEN: &[u64] = list!(
    "echo tte tee cxr xr mri cath egd colonoscopy mammo labs seen visit adm admit admitted dc discharged surgery appt rtc fu \
     since until till thru next"
);

/// What is counted or measured by the numbers before.
const UNITS: &[u64] = list!(
    "day days week weeks wk wks month months mo mos year years yr yrs yo y hour hours hr hrs h minute minutes min mins \
     second seconds sec mg mcg g gm kg ml l cc cm mm in inch inches ft lb lbs oz unit units u iu meq mmol tab tabs tablet \
     tablets cap caps capsule capsules puff puffs drop drops gtt times time x per pack packs ppd cigarettes cigs beers \
     drinks glasses sets reps bpm mmhg degrees deg points point percent fr french gauge ga visits sessions episodes \
     weekly daily hourly nightly breaths beats steps stairs blocks blks miles mi feet flights people persons loose stools \
     small large x3 lpm liters fingerbreadths cells mets pillows pillow out of"
);

/// Small words with which a sentence goes on behind a day, but not behind a range of what is counted.
const GOES_ON: &[u64] = list!(
    "by w with at and for in to per via due or ok as was is am pm the but if from who when showed shows neg pos normal"
);

impl Reader<'_> {
    /// In prose: month and day joined by a hyphen or a point, and by a slash where that could be a grade.
    pub(super) fn jotted(&mut self, index: usize) -> Option<usize> {
        let (first, sign, second) = (self.t(index), self.t(index + 1), self.t(index + 2));
        let shaped = sign.kind == Kind::Symbol
            && matches!(sign.byte, b'-' | b'.' | b'/')
            && second.kind == Kind::Number
            && self.glued(index)
            && self.glued(index + 1)
            && first.len() <= 2
            && second.len() <= 2;
        let before = self.byte(first.start.wrapping_sub(1));
        if !shaped || first.start > 0 && !matches!(before, b' ' | b'\n' | b'(' | b'\t' | b'[') {
            return None;
        }
        let (month, day) =
            (value(self.text, first.start, first.len()), value(self.text, second.start, second.len()));
        if !calendar::exists(0, month, day) {
            return None;
        }
        if let Some(end) = self.jotted_year(index, second, sign.byte) {
            return Some(end);
        }
        let after = self.byte(second.end);
        let goes_on = alphanumeric(after)
            || matches!(after, b'%' | b'+' | b'\'')
            || matches!(after, b'-' | b'/' | b'.' | b':') && alphanumeric(self.byte(second.end + 1));
        let next = index + 3;
        let counted = self.lower_is(next, UNITS) && self.t(next).case != Case::Upper
            || self.t(next).symbol(b'%')
            || self.t(next).symbol(b'x');
        if goes_on || counted || sign.byte == b'/' && self.counts(index, first.start, next) {
            return None;
        }
        let day = Jot { sign: sign.byte, month, day, led: before_is_nought(self, first, second) };
        // `2-16 @ 2:15p`.
        (self.clock_behind(next) || self.takes_a_day(index, &day)).then(|| {
            self.hit(first.start, second.end, Identifier::Date, weight::CONTEXT);
            second.end
        })
    }

    /// `2-11-19`: a day with a year of two digits, of which month or day has one.
    fn jotted_year(&mut self, index: usize, second: &Token, sign: u8) -> Option<usize> {
        let end = second.end + 3;
        let year = sign == b'-'
            && self.byte(second.end) == b'-'
            && digits(self.text, second.end + 1, 3) == 2
            && !alphanumeric(self.byte(end))
            && !(matches!(self.byte(end), b'-' | b'/' | b'.') && alphanumeric(self.byte(end + 1)));
        let numbered = (1..=2).any(|by| self.back(index, by).is(super::labels::NUMBERS | v::IDWORD))
            && !self.back(index, 1).is(v::EVENT | v::BIRTH);
        if !year || numbered {
            return None;
        }
        self.hit(self.t(index).start, end, Identifier::Date, weight::CONTEXT);
        Some(end)
    }

    /// Whether what stands before takes a day.
    fn takes_a_day(&self, index: usize, jot: &Jot) -> bool {
        let (previous, next) = (self.back(index, 1), self.t(index + 3));
        let falls = jot.month > jot.day;
        let wide = falls || jot.day >= jot.month + 9 || jot.led;
        let at = match previous.symbol(b':') {
            true => index.wrapping_sub(2),
            false => index.wrapping_sub(1),
        };
        // `last dose 3/5`, `first visit 4-2`.
        let turn = self.lower_is(
            at.wrapping_sub(1),
            words!["last", "next", "first", "second", "third", "prior", "previous"],
        ) && self.t(at).case == Case::Lower;
        let short = self.abbreviated(at);
        let done = turn
            || short
            || self.lower_is(at, TAKES)
            || self.t(at).is(v::BIRTH)
            // `Mon-Fri 8-4` are hours.
            || self.t(at).is(v::WEEKDAY) && (jot.day > 12 || jot.led || jot.sign == b'/')
            || self.lower_is(at, words!["of"])
                && self.lower_is(
                    at.wrapping_sub(1),
                    words!["as", "night", "morning", "evening", "afternoon", "labs", "week"],
                );
        if jot.sign == b'.' {
            return (self.lower_is(at, SEEN) || short) && (wide || !self.lower_is(index + 3, words!["to"]));
        }
        // `F/u w/ Dr. Ellis 1/10`.
        let doctor = self.t(at).capitalised()
            && self.t(at).known(FAMILY)
            && (self.back(at, 1).is(v::TITLE)
                || self.back(at, 1).symbol(b'.') && self.back(at, 2).is(v::TITLE));
        if jot.sign == b'/' {
            // `Cultures 2/2 positive`: of two bottles.
            let bottles = self.lower_is(at, words!["cx", "bcx", "ucx", "culture", "cultures", "drawn"])
                && jot.month <= jot.day
                && jot.day <= 4;
            // `Session 12/20`: of twenty.
            let counted = self.lower_is(at, words!["session", "line", "lines", "tx"]) && !turn;
            return (done || doctor || self.opens_an_entry(index) || self.timed(index))
                && !bottles
                && !counted;
        }
        if done || doctor {
            return true;
        }
        // `from 2-3 to 5-6` counts.
        let range = !wide
            && next.kind == Kind::Word
            && next.case == Case::Lower
            && !self.lower_is(index + 3, GOES_ON);
        if self.lower_is(at, PREPOSITIONS) {
            let due = self.lower_is(at, words!["by"])
                && (1..=8).any(|by| {
                    self.lower_is(at.wrapping_sub(by), list!("need needs needed due done back send form forms record records ready deadline submit sign signed"))
                });
            return !range && (due || !(self.lower_is(at, words!["from", "by", "after"]) && !wide));
        }
        // `A1c 7.1 (11-27)`, `POD 1 (10-14, Nelson)`; `Hgb 13.1 (12-16)` is what is normal.
        if previous.symbol(b'(') {
            let closed = next.symbol(b')');
            let named = next.symbol(b',') && self.t(index + 4).capitalised();
            // No A1c has such a range.
            let sugar = (2..=5).any(|by| {
                self.lower_is(index.wrapping_sub(by), words!["ef", "lvef"])
                    || self.bytes(self.back(index, by)).ends_with(b"1c")
            }) && jot.day > 6;
            return (closed || named) && (wide || named || sugar);
        }
        // What was given, and when: `Bicillin 2.4 MU 10-24.`
        let dosed = self.lower_is(at, words!["mu", "mg", "mcg", "ml", "units", "g"])
            && self.back(at, 1).kind == Kind::Number;
        let closes = matches!(next.kind, Kind::None)
            || next.kind == Kind::Symbol && matches!(next.byte, b'.' | b',' | b';' | b'\n');
        if dosed {
            return closes;
        }
        // A line that begins with a day.
        let begins = matches!(previous.kind, Kind::None) || previous.symbol(b'\n');
        begins
            && (falls || jot.day > 12 || jot.led)
            && matches!(next.kind, Kind::Word | Kind::Number | Kind::Mixed)
    }

    /// `4/4 extubated.`, `4/10 PICC`: a day at the beginning of a sentence, and what was done on it.
    fn opens_an_entry(&self, index: usize) -> bool {
        let before = self.back(index, 1);
        let opens = before.kind == Kind::None
            || before.kind == Kind::Symbol
                && matches!(before.byte, b'.' | b';' | b':' | b',' | b'\n' | b'(' | b'-');
        // `2/2 due`: the second of two.
        let same = self.bytes(self.t(index)) == self.bytes(self.t(index + 2))
            && self.lower_is(index + 3, words!["due", "given", "done", "complete"]);
        // `1/6 van der Buchanan, Polly`; a cell of a table or of a row of slashes that is a day and nothing else.
        let (first, last) = (self.t(index), self.t(index + 2));
        let cell = self.byte(first.start.wrapping_sub(1)) == b'\t' && self.byte(last.end) == b'\t'
            || matches!(before.byte, b'/' | b'|' | b']')
                && before.kind == Kind::Symbol
                && before.end < first.start
                && self.t(index + 3).kind == Kind::None
            || before.kind == Kind::None
                && (self.t(index + 3).case == Case::Capital && self.t(index + 3).known(FAMILY)
                    || self.over_particles(index + 3) > index + 3);
        let typed = before.symbol(b':')
            && self.back(index, 2).case == Case::Single
            && matches!(self.back(index, 2).byte, b'D' | b'T');
        // `KT/rph 2/6`: who signed, and when, at the end.
        let signed = before.is(v::SUFFIX)
            && !self.lower_is(index.wrapping_sub(1), words!["pt", "ot", "do"])
            && self.t(index + 3).kind == Kind::None;
        signed
            || cell
            || typed
            || opens
                && !same
                && (self.lower_is(index + 3, TAKES)
                    || self.lower_is(index + 3, words!["peds", "signout", "handoff", "to"]))
    }

    /// `Trigger 8/10 2130`, `@ 07:38 3/4`: beside an hour.
    fn timed(&self, index: usize) -> bool {
        let hour = self.t(index + 3);
        let bytes = self.bytes(hour);
        let military = hour.kind == Kind::Number
            && matches!(
                bytes,
                [b'0' | b'1', b'0'..=b'9', b'0'..=b'5', _] | [b'2', b'0'..=b'3', b'0'..=b'5', _]
            )
            && bytes.last() == Some(&b'0')
            && !(matches!(bytes, [b'1', b'9', ..] | [b'2', b'0', ..]) && !self.back(index, 1).capitalised());
        let clock = self.back(index, 1).kind == Kind::Number
            && self.back(index, 1).len() == 2
            && self.back(index, 2).symbol(b':')
            && self.back(index, 3).kind == Kind::Number
            && self.back(index, 3).len() <= 2;
        military || clock
    }

    /// `f/u`, `d/c`, `u/s`, `r/s`: abbreviations of what is done on a day.
    fn abbreviated(&self, at: usize) -> bool {
        let pairs: [(&[u64], &[u64]); 3] = [
            (words!["f"], words!["u", "up"]),
            (words!["d", "dc"], words!["c"]),
            (words!["u", "r"], words!["s"]),
        ];
        self.back(at, 1).symbol(b'/')
            && at > 1
            && pairs.iter().any(|(one, two)| self.lower_is(at - 2, one) && self.lower_is(at, two))
    }
}

/// A day that was jotted.
struct Jot {
    sign: u8,
    month: u32,
    day: u32,
    /// Whether nought leads one of them, as in no range.
    led: bool,
}

fn before_is_nought(reader: &Reader<'_>, first: &Token, second: &Token) -> bool {
    let nought = |token: &Token| token.len() == 2 && reader.byte(token.start) == b'0';
    nought(first) || nought(second)
}
