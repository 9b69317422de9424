//! Months of other languages between a day and a year: `20 de julio de 1988`, `3. März 1988`, `le 20 juillet 1988`.

use super::{Reader, token::Kind, weight};
use crate::{
    Identifier,
    shape::value,
    words::{list, words},
};

/// Spanish, Portuguese, French, German, Italian and Dutch.
const MONTHS: &[u64] = list!(
    "enero febrero marzo abril mayo junio julio agosto septiembre setiembre octubre noviembre diciembre janvier \
     fevrier mars avril mai juin juillet aout septembre octobre novembre decembre januar februar marz maerz juni juli \
     oktober dezember gennaio febbraio aprile maggio giugno luglio settembre ottobre dicembre janeiro fevereiro marco \
     junho julho setembro outubro dezembro januari februari maart mei augustus"
);

impl Reader<'_> {
    /// A day, a month of another language and a year, or a day `de` a month; where they end.
    pub(super) fn foreign_day(&mut self, index: usize) -> Option<usize> {
        let token = self.t(index);
        let next = self.t(index + 1);
        if token.kind != Kind::Number || token.len() > 2 || !(next.kind == Kind::Word || next.symbol(b'.')) {
            return None;
        }
        let day = value(self.text, token.start, token.len());
        if !(1..=31).contains(&day) {
            return None;
        }
        let of = words!["de", "del", "di"];
        let mut next = index + 1;
        next += usize::from(self.t(next).symbol(b'.') || self.lower_is(next, words!["o", "er"]));
        let joined = self.lower_is(next, of);
        next += usize::from(joined);
        if !self.lower_is(next, MONTHS) || self.t(next).kind != Kind::Word {
            return None;
        }
        let mut end = self.t(next).end;
        let mut after = next + 1;
        after += usize::from(self.t(after).symbol(b','));
        after += usize::from(self.lower_is(after, of));
        let year = self.t(after);
        let dated = year.kind == Kind::Number
            && year.len() == 4
            && (1880..=2100).contains(&value(self.text, year.start, 4));
        if dated {
            end = year.end;
        }
        if !(dated || joined) || !self.tells(index, crate::shape::date::time_follows(self.text, end)) {
            return None;
        }
        self.hit(token.start, end, Identifier::Date, weight::SHAPE);
        Some(end)
    }
}
