//! Rows of tables whose columns are aligned: by gaps, by places, by words.

use std::ops::Range;

use super::{Column, Table, byte_of, characters, gaps};
use crate::{
    Identifier as I,
    shape::date,
    text::{
        key::Class,
        token::{at, marker},
        value::formed,
        written::namelike,
    },
};

/// Most cells and columns that are held against each other.
const MATCHED: usize = 32;

/// How much a cell looks like the values of a column.
fn likeness(class: Class, value: &[u8]) -> i32 {
    let digits = value.iter().filter(|b| b.is_ascii_digit()).count();
    let masked = marker(value, 0).is_some();
    let held = |labels: &[&[u8]]| {
        labels.iter().any(|label| value.get(1..).is_some_and(|rest| rest.starts_with(label)))
    };
    // Nothing is there.
    if value.len() < 2
        || matches!(value, b"NULL" | b"null" | b"NaN" | b"NaT" | b"None" | b"n/a" | b"N/A" | b"--")
    {
        return 0;
    }
    match class {
        Class::Is(I::Name) | Class::Person | Class::Part(_) | Class::Staff => match () {
            () if masked => {
                if held(&[b"NAME"]) {
                    4
                } else {
                    -3
                }
            }
            () if digits == 0 && value.len() > 2 && namelike(value) => {
                if value.contains(&b',') || value.contains(&b' ') { 4 } else { 3 }
            }
            () => -3,
        },
        Class::Is(I::Date) | Class::Day | Class::Weak(I::Date) => {
            let day = date::date(value, 0).is_some()
                || date::partial(value, 0) == Some(value.len())
                || crate::context::form::short_day(value);
            if masked && held(&[b"DATE"]) || day { 4 } else { -3 }
        }
        Class::Is(I::Age) => {
            let years = value.iter().take_while(|b| b.is_ascii_digit()).count();
            if masked && held(&[b"AGE"]) || (1..=3).contains(&years) && value.len() - years <= 3 {
                3
            } else {
                -3
            }
        }
        Class::Is(I::Phone | I::Fax) => {
            if masked && held(&[b"PHONE", b"FAX"]) || digits >= 7 {
                4
            } else {
                -3
            }
        }
        Class::Is(I::Ssn | I::Zip) => {
            if masked || digits >= 4 {
                3
            } else {
                -3
            }
        }
        Class::Is(I::Address) => {
            if masked || digits > 0 && value.contains(&b' ') {
                3
            } else {
                -2
            }
        }
        Class::Is(I::City | I::Facility) => {
            if masked || digits == 0 && value.len() > 2 {
                2
            } else {
                -2
            }
        }
        Class::Is(_) | Class::Formed(_) | Class::Loose | Class::Weak(_) => match () {
            () if masked => {
                if held(&[b"NAME", b"DATE"]) {
                    -3
                } else {
                    3
                }
            }
            () if formed(value) => 3,
            () if digits > 2 && !value.contains(&b'.') => 1,
            () => -3,
        },
        _ => 0,
    }
}

impl Table {
    /// Tells the cells of a row that stand below the names of their columns; false if the line is none.
    pub(super) fn aligned(&self, line: &[u8], cell: &mut dyn FnMut(usize, Range<usize>)) -> bool {
        let mut count = 0;
        gaps(line, 2, &mut |_| count += 1);
        if count != self.columns.len() && !self.below_names(line) && self.matched(line, count, cell) {
            return true;
        }
        // Rows may have a number in front that has no name.
        let numbered = line.iter().find(|b| **b > b' ').is_some_and(u8::is_ascii_digit);
        let extra = usize::from(count == self.columns.len() + 1 && numbered);
        if count == self.columns.len() + extra {
            let mut index = 0;
            gaps(line, 2, &mut |range| {
                if index >= extra {
                    cell(index - extra, range);
                }
                index += 1;
            });
            return true;
        }
        // Markers are of other widths than what they stand for.
        if memchr::memchr_iter(b'[', line).any(|at| marker(line, at).is_some()) {
            return self.close(line, count, numbered, cell) || self.nearest(line, count, cell);
        }
        // Each column begins below its name.
        let starts = || self.columns.iter().map(|column| byte_of(line, column.offset));
        let begins = |start: usize| start == 0 || start >= line.len() || at(line, start - 1) == b' ';
        let filled = starts().filter(|start| *start < line.len() && at(line, *start) != b' ').count();
        if !starts().all(begins) || filled < 2 {
            return self.close(line, count, numbered, cell) || self.nearest(line, count, cell);
        }
        let ends = starts().skip(1).chain([line.len()]);
        for (index, (start, end)) in starts().zip(ends).enumerate() {
            let value = line.get(start..end).unwrap_or_default().trim_ascii_end();
            if !value.is_empty() && at(value, 0) != b' ' {
                cell(index, start..start + value.len());
            }
        }
        true
    }

    /// Whether each column of a row begins below its name, and holds nothing that is no value of it.
    fn below_names(&self, line: &[u8]) -> bool {
        let starts = || self.columns.iter().map(|column| byte_of(line, column.offset));
        let ends = starts().skip(1).chain([line.len()]);
        starts().zip(ends).zip(&self.columns).all(|((start, end), column)| {
            let value = line.get(start..end).unwrap_or_default().trim_ascii_end();
            let begins = start == 0 || start >= line.len() || at(line, start - 1) == b' ';
            begins
                && (value.trim_ascii().is_empty()
                    || at(value, 0) > b' ' && likeness(column.class, value) >= 0)
        })
    }

    /// A row with more or fewer cells than columns, as where names of columns stand one blank from each other: each cell goes
    /// to the column whose values look like it, in their order.
    fn matched(&self, line: &[u8], count: usize, cell: &mut dyn FnMut(usize, Range<usize>)) -> bool {
        let columns = self.columns.len();
        if !self.person || !(3..=MATCHED).contains(&count) || !(3..=MATCHED).contains(&columns) {
            return false;
        }
        let mut cells = Vec::with_capacity(count);
        gaps(line, 2, &mut |range| cells.push(range));
        // The best sum for the first cells and columns, and whether the last of both belong together there.
        let width = columns + 1;
        let mut best = vec![(0_i32, false); (cells.len() + 1) * width];
        let sum_of = |best: &[(i32, bool)], row: usize, column: usize| {
            best.get(row * width + column).map_or(0, |b| b.0)
        };
        for (row, range) in cells.iter().enumerate() {
            let value = line.get(range.clone()).unwrap_or_default();
            let place = characters(line.get(..range.start).unwrap_or_default());
            for (index, column) in self.columns.iter().enumerate() {
                let beside = i32::from(column.offset.abs_diff(place) < 4);
                let together = sum_of(&best, row, index) + likeness(column.class, value) * 2 + beside;
                let apart = (sum_of(&best, row, index + 1) - 2).max(sum_of(&best, row + 1, index) - 1);
                if let Some(slot) = best.get_mut((row + 1) * width + index + 1) {
                    *slot = (together.max(apart), together >= apart);
                }
            }
        }
        let (mut row, mut column) = (cells.len(), columns);
        let mut pairs = Vec::new();
        let mut alike = 0;
        while row > 0 && column > 0 {
            let (sum, together) = best.get(row * width + column).copied().unwrap_or_default();
            if together {
                (row, column) = (row - 1, column - 1);
                if let (Some(range), Some(found)) = (cells.get(row), self.columns.get(column)) {
                    alike +=
                        i32::from(likeness(found.class, line.get(range.clone()).unwrap_or_default()) > 2);
                    pairs.push((column, range.clone()));
                }
            } else if sum == sum_of(&best, row - 1, column) - 2 {
                row -= 1;
            } else {
                column -= 1;
            }
        }
        if alike < 3 {
            return false;
        }
        pairs.into_iter().rev().for_each(|(index, range)| cell(index, range));
        true
    }

    /// A row of which one blank parts the cells, with what its columns want: a name, and a day or number.
    fn close(
        &self,
        line: &[u8],
        count: usize,
        numbered: bool,
        cell: &mut dyn FnMut(usize, Range<usize>),
    ) -> bool {
        let mut words = Vec::new();
        gaps(line, 1, &mut |range| words.push(range));
        let columns = self.columns.len();
        let named =
            |column: &Column| matches!(column.class, Class::Is(I::Name) | Class::Person | Class::Part(_));
        let first = self.columns.iter().position(named);
        let last = self.columns.iter().rposition(named);
        if !self.person
            || count >= columns
            || columns < 3
            || words.len() < columns
            || words.len() > columns + 4
        {
            return false;
        }
        // Names of columns begin behind the numbers of rows.
        let apart = self.columns.first().is_some_and(|column| column.offset > 0);
        let extra = usize::from(numbered && apart && words.len() > columns);
        // Names of several words: what is left over belongs to them.
        let over = words.len() - columns - extra;
        if over > 0 && last.is_none() {
            return false;
        }
        let mut cells = Vec::new();
        let mut place = extra;
        for index in 0..columns {
            let more = if Some(index) == last { over } else { 0 };
            let (Some(from), Some(to)) = (words.get(place), words.get(place + more)) else { return false };
            cells.push(from.start..to.end);
            place += more + 1;
        }
        // Which of the names has more than one word is not known.
        if let (Some(first), Some(last)) = (first, last)
            && let (Some(from), Some(to)) = (cells.get(first), cells.get(last))
            && over > 0
        {
            let whole = from.start..to.end;
            cells.get_mut(first..=last).unwrap_or_default().fill(whole);
        }
        let (mut days, mut fits) = (0, true);
        for (column, range) in self.columns.iter().zip(&cells) {
            let value = line.get(range.clone()).unwrap_or_default();
            let digits = value.iter().any(u8::is_ascii_digit);
            let masked = marker(value, 0).is_some();
            match column.class {
                _ if named(column) => fits &= masked || !digits,
                Class::Is(I::Date | I::Ssn | I::Phone | I::Zip) => {
                    fits &= masked || digits;
                    days += 1;
                }
                _ => {}
            }
        }
        if !fits || days == 0 {
            return false;
        }
        cells.into_iter().enumerate().for_each(|(index, range)| cell(index, range));
        true
    }

    /// A row out of line, by the columns that are nearest; only where most of the cells stand apart.
    fn nearest(&self, line: &[u8], count: usize, cell: &mut dyn FnMut(usize, Range<usize>)) -> bool {
        if !self.person || count < 2 || count + 2 < self.columns.len() || count > self.columns.len() {
            return false;
        }
        let mut next = 0;
        gaps(line, 2, &mut |range| {
            let place = characters(line.get(..range.start).unwrap_or_default());
            let free = self.columns.iter().enumerate().skip(next);
            if let Some((index, _)) = free.min_by_key(|(_, column)| column.offset.abs_diff(place)) {
                cell(index, range);
                next = index + 1;
            }
        });
        true
    }
}
