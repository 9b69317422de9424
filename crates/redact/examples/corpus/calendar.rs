//! Days and the ways people and programs write them.

use super::Label;
use super::{Dice, days, values::Value};

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const WEEKDAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// A day, counted from 1970-01-01.
#[derive(Clone, Copy, Debug)]
pub(super) struct Day(pub(super) i64);

impl Day {
    pub(super) const fn new(year: i64, month: i64, day: i64) -> Self {
        let y = if month <= 2 { year - 1 } else { year };
        let era = y.div_euclid(400);
        let shifted = (month + 9) % 12;
        let of_year = (153 * shifted + 2) / 5 + day - 1;
        let of_era = (y - era * 400) * 365 + (y - era * 400) / 4 - (y - era * 400) / 100 + of_year;
        Self(era * 146_097 + of_era - 719_468)
    }

    /// Year, month and day of the proleptic Gregorian calendar.
    pub(super) const fn civil(self) -> (i64, i64, i64) {
        let z = self.0 + 719_468;
        let era = z.div_euclid(146_097);
        let of_era = z.rem_euclid(146_097);
        let y = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * y + y / 4 - y / 100);
        let m = (5 * of_year + 2) / 153;
        let (day, month) = (of_year - (153 * m + 2) / 5 + 1, if m < 10 { m + 3 } else { m - 9 });
        (y + era * 400 + if month <= 2 { 1 } else { 0 }, month, day)
    }

    pub(super) fn month(self) -> &'static str {
        MONTHS.get(self.civil().1 as usize - 1).copied().unwrap_or_default()
    }

    pub(super) fn weekday(self) -> &'static str {
        WEEKDAYS.get((self.0 + 3).rem_euclid(7) as usize).copied().unwrap_or_default()
    }

    /// As a format's name says; without one, in any of the ways that prose has. The year may stay.
    pub(super) fn value(self, format: &str, dice: &mut Dice) -> Option<Value> {
        let (y, m, d) = self.civil();
        let (month, short) = (self.month(), self.month().get(..3).unwrap_or_default());
        let format = if format.is_empty() {
            dice.pick(&[
                "us", "us", "us", "us2", "short", "iso", "long", "long", "abbr", "dmy", "dash", "ordinal",
            ])
        } else {
            format
        };
        let th = match d {
            1 | 21 | 31 => "st",
            2 | 22 => "nd",
            3 | 23 => "rd",
            _ => "th",
        };
        let (h, min, s) = (dice.range(0, 23), dice.range(0, 59), dice.range(0, 59));
        // Before the year, the year, after it; a time of day behind `\t` may stay as well.
        let (before, year, after) = match format {
            "us" => (format!("{m:02}/{d:02}/"), format!("{y}"), String::new()),
            "us2" => (format!("{m}/{d}/"), format!("{y}"), String::new()),
            "short" => (format!("{m}/{d}/"), format!("{:02}", y % 100), String::new()),
            "md" => (format!("{m}/{d}"), String::new(), String::new()),
            "iso" => (String::new(), format!("{y}"), format!("-{m:02}-{d:02}")),
            "slash" => (String::new(), format!("{y}"), format!("/{m:02}/{d:02}")),
            "hl7" => (String::new(), format!("{y}"), format!("{m:02}{d:02}")),
            "hl7t" => (String::new(), format!("{y}"), format!("{m:02}{d:02}\t{h:02}{min:02}{s:02}")),
            "hl7m" => (String::new(), format!("{y}"), format!("{m:02}{d:02}\t{h:02}{min:02}")),
            "isot" => (String::new(), format!("{y}"), format!("-{m:02}-{d:02}\tT{h:02}:{min:02}:{s:02}Z")),
            "isoo" => {
                (String::new(), format!("{y}"), format!("-{m:02}-{d:02}\tT{h:02}:{min:02}:{s:02}-05:00"))
            }
            "sqlt" => (String::new(), format!("{y}"), format!("-{m:02}-{d:02}\t {h:02}:{min:02}:{s:02}")),
            "long" => (format!("{month} {d}, "), format!("{y}"), String::new()),
            "abbr" => (format!("{short} {d}, "), format!("{y}"), String::new()),
            "dmy" => (format!("{d} {month} "), format!("{y}"), String::new()),
            "dash" => (format!("{d:02}-{short}-"), format!("{y}"), String::new()),
            "oracle" => {
                (format!("{d:02}-{}-", short.to_uppercase()), format!("{:02}", y % 100), String::new())
            }
            "dot" => (format!("{d:02}.{m:02}."), format!("{y}"), String::new()),
            "usdash" => (format!("{m:02}-{d:02}-"), format!("{y}"), String::new()),
            "ordinal" => (format!("{month} {d}{th}"), String::new(), String::new()),
            "monthday" => (format!("{month} {d}"), String::new(), String::new()),
            "theof" => (format!("the {d}{th} of {month}"), String::new(), String::new()),
            "monthyear" => (format!("{month} "), format!("{y}"), String::new()),
            "weekday" => (format!("{}, {month} {d}, ", self.weekday()), format!("{y}"), String::new()),
            "weekdaymd" => (
                format!("{} {m}/{d}", self.weekday().get(..3).unwrap_or_default()),
                String::new(),
                String::new(),
            ),
            _ => days::rare(self, format, (h, min, s))?,
        };
        let (rest, time) = after.split_once('\t').unwrap_or((&after, ""));
        let text = format!("{before}{year}{rest}{time}");
        let mut keep = vec![(before.len(), before.len() + year.len())];
        keep.push((text.len() - time.len(), text.len()));
        keep.retain(|(a, b)| a < b);
        Some(Value { text, label: Some(Label::Date), keep })
    }

    /// The stamp that a program puts at the head of its line; no label.
    pub(super) fn stamp(self, format: &str, dice: &mut Dice) -> Option<String> {
        let (y, m, d) = self.civil();
        let (h, min, s) = (dice.range(0, 23), dice.range(0, 59), dice.range(0, 59));
        let (milli, micro) = (dice.digits(3), dice.digits(6));
        let (mon, day) =
            (self.month().get(..3).unwrap_or_default(), self.weekday().get(..3).unwrap_or_default());
        let epoch = self.0 * 86_400 + h * 3600 + min * 60 + s;
        Some(match format {
            "iso" => format!("{y}-{m:02}-{d:02}T{h:02}:{min:02}:{s:02}.{milli}Z"),
            "isos" => format!("{y}-{m:02}-{d:02}T{h:02}:{min:02}:{s:02}Z"),
            "nano" => format!("{y}-{m:02}-{d:02}T{h:02}:{min:02}:{s:02}.{micro}{milli}Z"),
            "offset" => format!("{y}-{m:02}-{d:02}T{h:02}:{min:02}:{s:02}.{milli}+00:00"),
            "comma" => format!("{y}-{m:02}-{d:02} {h:02}:{min:02}:{s:02},{milli}"),
            "space" => format!("{y}-{m:02}-{d:02} {h:02}:{min:02}:{s:02}.{milli}"),
            "plain" => format!("{y}-{m:02}-{d:02} {h:02}:{min:02}:{s:02}"),
            "slash" => format!("{y}/{m:02}/{d:02} {h:02}:{min:02}:{s:02}"),
            "apache" => format!("[{d:02}/{mon}/{y}:{h:02}:{min:02}:{s:02} +0000]"),
            "error" => format!("[{day} {mon} {d:02} {h:02}:{min:02}:{s:02}.{micro} {y}]"),
            "syslog" => format!("{mon} {d:>2} {h:02}:{min:02}:{s:02}"),
            "klog" => format!("{m:02}{d:02} {h:02}:{min:02}:{s:02}.{micro}"),
            "hdfs" => format!("{:02}{m:02}{d:02} {h:02}{min:02}{s:02}", y % 100),
            "epoch" => format!("{epoch}"),
            "epochms" => format!("{epoch}{milli}"),
            "epochf" => format!("{epoch}.{milli}"),
            "ctime" => format!("{day} {mon} {d:>2} {h:02}:{min:02}:{s:02} {y}"),
            "http" => format!("{day}, {d:02} {mon} {y} {h:02}:{min:02}:{s:02} GMT"),
            "time" => format!("{h:02}:{min:02}:{s:02}.{milli}"),
            "clock" => format!("{h:02}:{min:02}"),
            "date" => format!("{y}-{m:02}-{d:02}"),
            "compact" => format!("{y}{m:02}{d:02}"),
            _ => return None,
        })
    }
}
