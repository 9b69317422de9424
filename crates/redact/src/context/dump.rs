//! Rows of SQL dumps: `COPY t (a, b) FROM stdin`, tuples below an `INSERT`; and rows of types below a header.

use std::ops::Range;

use crate::text::token::at;

/// Names of columns in a statement, and whether its rows are tuples; else they are parted by tabs.
pub(super) fn columns(line: &[u8]) -> Option<(Vec<Range<usize>>, bool)> {
    let start = line.iter().take_while(|b| **b <= b' ').count();
    let rest = line.get(start..)?;
    let begins = |word: &[u8]| rest.get(..word.len()).is_some_and(|head| head.eq_ignore_ascii_case(word));
    let open = start + memchr::memchr(b'(', rest)?;
    let close = open + memchr::memchr(b')', line.get(open..)?)?;
    let behind = line.get(close + 1..)?.trim_ascii();
    let follows = |word: &[u8]| behind.get(..word.len()).is_some_and(|head| head.eq_ignore_ascii_case(word));
    let tuples = match () {
        () if begins(b"copy ") && follows(b"from stdin") => false,
        () if begins(b"insert ") || begins(b"replace into ") => {
            if !follows(b"values") || !matches!(behind.last(), Some(b'S' | b's' | b',')) {
                return None;
            }
            true
        }
        // The list of columns on a line of its own.
        () if open == start && (behind.is_empty() || behind.eq_ignore_ascii_case(b"values")) => true,
        () => return None,
    };
    let mut names = Vec::new();
    let mut place = open + 1;
    for name in line.get(place..close)?.split(|b| *b == b',') {
        names.push(place..place + name.len());
        place += name.len() + 1;
    }
    Some((names, tuples))
}

/// Whether tuples follow on the lines below: `INSERT INTO t (a, b) VALUES (1, 2),`.
pub(super) fn opens_tuples(line: &[u8]) -> bool {
    line.get(..7).is_some_and(|head| head.eq_ignore_ascii_case(b"insert ")) && line.last() == Some(&b',')
}

/// Tells the cells of each tuple of a line; false if it holds others than ones of so many values.
pub(super) fn tuples(line: &[u8], columns: usize, cell: &mut dyn FnMut(usize, Range<usize>)) -> bool {
    let blank =
        |place: usize| line.get(place..).unwrap_or_default().iter().take_while(|b| **b <= b' ').count();
    let mut place = blank(0);
    let mut rows = 0;
    while at(line, place) == b'(' {
        place += 1;
        let mut index = 0;
        loop {
            place += blank(place);
            // `N'…'`, `E'…'`.
            if matches!(at(line, place), b'N' | b'E') && at(line, place + 1) == b'\'' {
                place += 1;
            }
            // `CAST(N'1970-01-31' AS Date)`, `TO_DATE('…', 'YYYY-MM-DD')`: the value inside.
            if let Some((range, next)) = call(line, place) {
                cell(index, range);
                index += 1;
                place = next + blank(next);
                match at(line, place) {
                    b',' => place += 1,
                    b')' => break,
                    _ => return false,
                }
                continue;
            }
            let (range, next) = if at(line, place) == b'\'' {
                let Some(close) = closed(line, place + 1) else { return false };
                (place + 1..close, close + 1)
            } else {
                let rest = line.get(place..).unwrap_or_default();
                let length = rest.iter().take_while(|b| !matches!(b, b',' | b')')).count();
                (place..place + length, place + length)
            };
            cell(index, range);
            index += 1;
            place = next + blank(next);
            match at(line, place) {
                b',' => place += 1,
                b')' => break,
                _ => return false,
            }
        }
        if index != columns {
            return false;
        }
        rows += 1;
        place += 1;
        place += blank(place);
        if matches!(at(line, place), b',' | b';') {
            place += 1;
            place += blank(place);
        }
    }
    rows > 0 && place >= line.len()
}

/// The names of columns that a query at a prompt asks for, and what parts the rows below it: `sqlite> SELECT name, dob FROM
/// …;`. SQLite prints no names by itself.
pub(super) fn asked(line: &[u8]) -> Option<(Vec<Range<usize>>, u8)> {
    let query = line.strip_prefix(b"sqlite> ")?;
    let rest = query.get(..7).filter(|word| word.eq_ignore_ascii_case(b"select "))?;
    let start = line.len() - query.len() + rest.len();
    let lower = line.to_ascii_lowercase();
    let end = memchr::memmem::find(lower.get(start..)?, b" from ")? + start;
    let mut names = Vec::new();
    let mut place = start;
    for column in line.get(start..end)?.split(|b| *b == b',') {
        // `p.last_name AS name`: the last word.
        let word =
            column.trim_ascii_end().iter().rposition(|b| matches!(b, b' ' | b'.')).map_or(0, |at| at + 1);
        names.push(place + word..place + column.len());
        place += column.len() + 1;
    }
    Some((names, b'|'))
}

/// The first value in quotes of a call of a function, and where the call ends.
pub(crate) fn call(line: &[u8], place: usize) -> Option<(Range<usize>, usize)> {
    let rest = line.get(place..)?;
    let length = rest.iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'_').count();
    if length == 0 || at(line, place + length) != b'(' {
        return None;
    }
    let inside = place + length + 1;
    let close = memchr::memchr(b')', line.get(inside..)?)? + inside;
    let open = memchr::memchr(b'\'', line.get(inside..close)?)? + inside + 1;
    let end = memchr::memchr(b'\'', line.get(open..close)?)? + open;
    Some((open..end, close + 1))
}

/// The quote that ends a value; a doubled or escaped one doesn't.
fn closed(line: &[u8], start: usize) -> Option<usize> {
    let mut place = start;
    loop {
        match *line.get(place)? {
            b'\'' if at(line, place + 1) == b'\'' => place += 2,
            b'\\' => place += 2,
            b'\'' => return Some(place),
            _ => place += 1,
        }
    }
}

/// Whether a cell declares a type and is no name of a column: `varchar(80)`, `bigint`.
pub(super) fn declared(cell: &[u8]) -> bool {
    const WORDS: [&str; 8] =
        ["varchar", "nvarchar", "bigint", "smallint", "boolean", "integer", "numeric", "decimal"];
    types(cell)
        && (cell.contains(&b'(') || WORDS.iter().any(|word| cell.eq_ignore_ascii_case(word.as_bytes())))
}

/// Whether a row holds the types of the columns: `<chr> <date>`, `i64 ┆ str`, `VARCHAR,DATE`.
pub(crate) fn types(line: &[u8]) -> bool {
    const TYPES: &[&str] = &[
        "str",
        "chr",
        "char",
        "varchar",
        "varchar2",
        "nvarchar",
        "text",
        "string",
        "date",
        "datetime",
        "dttm",
        "timestamp",
        "time",
        "int",
        "integer",
        "bigint",
        "smallint",
        "int32",
        "int64",
        "i32",
        "i64",
        "u32",
        "u64",
        "dbl",
        "double",
        "f32",
        "f64",
        "float",
        "float64",
        "number",
        "numeric",
        "decimal",
        "lgl",
        "bool",
        "boolean",
        "fct",
        "object",
        "uuid",
        "blob",
        "clob",
    ];
    let word = |b: &u8| b.is_ascii_alphanumeric();
    let mut words = line.split(|b| !word(b)).filter(|word| !word.is_empty()).peekable();
    words.peek().is_some()
        && words.all(|word| {
            word.iter().all(u8::is_ascii_digit)
                || TYPES.iter().any(|name| word.eq_ignore_ascii_case(name.as_bytes()))
        })
        && line.iter().any(u8::is_ascii_alphabetic)
}
