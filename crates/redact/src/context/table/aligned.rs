//! Rows of tables whose columns are aligned: by gaps, by places, by words.

use std::ops::Range;

use super::{Column, Table, byte_of, characters, gaps};
use crate::{
    Identifier as I,
    text::{
        key::Class,
        token::{at, marker},
    },
};

impl Table {
    /// Tells the cells of a row that stand below the names of their columns; false if the line is none.
    pub(super) fn aligned(&self, line: &[u8], cell: &mut dyn FnMut(usize, Range<usize>)) -> bool {
        let mut count = 0;
        gaps(line, 2, &mut |_| count += 1);
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
