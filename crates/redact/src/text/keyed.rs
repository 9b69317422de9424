//! Keys that stand apart from their values: `placer_no = '7221'`, `X-Order-No: 8010`, `merge --keep 54-17 --drop 40`.

use super::{
    Reader,
    key::{Class, classify},
    token::Kind,
    value::formed,
    weight,
};
use crate::{Identifier as I, shape::date, words::list};

/// Longest key, in bytes.
const LONGEST: usize = 48;

/// Options of commands that join or part two records.
const CHOSEN: &[u64] = list!(
    "keep drop into from to source target src dst dest winner loser survivor retire retain merge old new primary secondary \
     duplicate dup original master"
);

/// What such a command is about.
const RECORDS: &[u64] =
    list!("patient patients chart charts mrn mrns member members pt pts person persons empi mpi");

fn joined(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')
}

/// Whether a key has several parts.
fn composed(key: &[u8]) -> bool {
    let signs = key.iter().any(|b| matches!(b, b'_' | b'-'));
    let camel =
        key.windows(2).any(|pair| matches!(pair, [a, b] if a.is_ascii_lowercase() && b.is_ascii_uppercase()));
    signs && key.first().is_some_and(u8::is_ascii_alphabetic) || camel
}

impl Reader<'_> {
    /// What a key of several parts announces that stands before a sign, with a blank between or without one.
    pub(super) fn composed_key(&self, sign: usize) -> Class {
        let end = self.t(sign).start;
        if self.strict || end == 0 || end > self.text.len() {
            return Class::None;
        }
        let end = end - usize::from(self.byte(end - 1) == b' ');
        let head = self.text.get(end.saturating_sub(LONGEST)..end).unwrap_or_default();
        let length = head.iter().rev().take_while(|b| joined(b)).count();
        let key = head.get(head.len() - length..).unwrap_or_default();
        if length == head.len() && length == LONGEST || !composed(key) {
            return Class::None;
        }
        match classify(key, b"") {
            class @ (Class::Is(_)
            | Class::Weak(_)
            | Class::Formed(_)
            | Class::Loose
            | Class::Day
            | Class::Part(true)) => class,
            _ => Class::None,
        }
    }

    /// Takes the values of a command's options: `--mrn 0048213`, `--enc-no=V0095`, `--keep 54-17`.
    pub(super) fn options(&mut self) {
        let about =
            |reader: &Self| (0..reader.tokens.len().min(64)).any(|index| reader.lower_is(index, RECORDS));
        for index in 2..self.tokens.len() {
            let opens = self.t(index - 1).symbol(b'-')
                && self.t(index - 2).symbol(b'-')
                && self.glued(index - 1)
                && self.glued(index - 2)
                && self.t(index).kind == Kind::Word
                && matches!(self.byte(self.t(index - 2).start.wrapping_sub(1)), b' ' | b'"' | b'\'' | 0);
            if !opens {
                continue;
            }
            let start = self.t(index).start;
            let rest = self.text.get(start..).unwrap_or_default();
            let length = rest.iter().take(LONGEST).take_while(|b| joined(b)).count();
            let sign = self.byte(start + length);
            let mut first = self.index_at(start + length + 1);
            first += usize::from(self.t(first).symbol(b'\\'));
            if !matches!(sign, b' ' | b'=')
                || self.byte(start + length + 1) == b'-'
                || self.t(first).kind == Kind::None
            {
                continue;
            }
            let opening = self.t(first);
            let quoted = opening.symbol(b'"') || opening.symbol(b'\'');
            let range = if quoted {
                let Some(range) = self.quoted(opening.end, opening.byte) else { continue };
                range
            } else {
                opening.start..self.glued_value(first)
            };
            let key = rest.get(..length).unwrap_or_default();
            let class = classify(key, b"");
            if matches!(class, Class::None | Class::Machine | Class::Loose)
                && self.lower_is(index, CHOSEN)
                && formed(self.text.get(range.clone()).unwrap_or_default())
                && about(self)
            {
                self.hit(range.start, range.end, I::Mrn, weight::CONTEXT);
            } else if sign == b' ' {
                self.take(class, range);
            }
        }
    }
}

impl Reader<'_> {
    /// `<PT.patient_id V="3494850-M"/>` of devices at the bedside (POCT1-A): the element is the key.
    pub(super) fn elements(&mut self) {
        for index in 1..self.tokens.len() {
            let opens = self.t(index).symbol(b'=')
                && self.lower_is(index - 1, list!("v value val"))
                && matches!(self.t(index + 1).byte, b'"' | b'\'')
                && self.byte(self.back(index, 1).start.wrapping_sub(1)) == b' ';
            if !opens {
                continue;
            }
            let end = self.back(index, 1).start - 1;
            let head = self.text.get(end.saturating_sub(LONGEST)..end).unwrap_or_default();
            let length = head.iter().rev().take_while(|b| joined(b) || matches!(b, b'.' | b':')).count();
            let from = head.len() - length;
            if from == 0 || head.get(from - 1) != Some(&b'<') {
                continue;
            }
            let name = head.get(from..).unwrap_or_default();
            let key = name.rsplit(|b| matches!(b, b'.' | b':')).next().unwrap_or_default();
            if let Some(range) = self.quoted(self.t(index + 1).end, self.t(index + 1).byte) {
                self.take(classify(key, b""), range);
            }
        }
    }

    /// The day behind a number in a key: `elig:502786799-45:20230320`, `6856172|20181229`, `/charts/482133/2023-03-20/`.
    pub(super) fn dated_keys(&mut self) {
        let mut found = Vec::new();
        for hit in self.hits.iter().skip(self.first).take(super::EVIDENCE) {
            let number = matches!(hit.identifier, I::Mrn | I::HealthPlan | I::Account | I::Other);
            if !number || !matches!(self.byte(hit.end), b':' | b'|' | b'#' | b'~' | b'/' | b'_' | b'^') {
                continue;
            }
            let start = hit.end + 1;
            let day = match () {
                () if crate::shape::digits(self.text, start, 9) == 8 => date::compact(self.text, start),
                () => date::date(self.text, start).map(|day| day.end),
            };
            if let Some(end) = day {
                found.push(start..end);
            }
        }
        for range in found {
            self.hit(range.start, range.end, I::Date, weight::CONTEXT);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::text::trial::found;

    #[test]
    fn keys_apart_from_their_values_announce_them() {
        for (text, values) in [
            ("select 1 from clms where clm_num = 'E08755A241'", &["E08755A241"][..]),
            (
                "select 1 from clms where clm_num in ('E08755A241','26094592242899')",
                &["E08755A241", "26094592242899"],
            ),
            ("> X-Enc-No: V00957401", &["V00957401"]),
            ("x-placer-id: 801043940, grpc-timeout: 5S", &["801043940"]),
            ("reprint --enc-no V00957401 --dry-run", &["V00957401"]),
            ("merge_charts --keep 54-1779-62 --drop 0000040293", &["54-1779-62", "0000040293"]),
            ("update t set a = 1 where acc_no = 'E84049774'", &["E84049774"]),
            ("SETEX elig:502786799-45:20230320 86400", &["502786799-45", "20230320"]),
            ("<PT><PT.patient_id V=\"3494850-M\"/>", &["3494850-M"]),
        ] {
            let found = found(text);
            for value in values {
                assert!(found.contains(value), "{value} of {text}: {found:?}");
            }
        }
    }

    #[test]
    fn keys_of_machines_announce_nothing() {
        for text in [
            "run --job-id 48213377 --keep 30 --drop 0000040293",
            "set lock_no = '48213377'",
            "x-request-id: 48213377",
            "copy --from 2024-A1234 --to 2024-A1299",
            "select 1 where batch_num = '26094592242899'",
        ] {
            assert!(found(text).is_empty(), "{text}: {:?}", found(text));
        }
    }
}
