//! Which numbers are dates.

/// Days of a month; a year of none counts as a leap year.
fn days(year: u32, month: u32) -> u32 {
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        _ => 0,
    }
}

/// Whether that day exists.
pub(crate) fn exists(year: u32, month: u32, day: u32) -> bool {
    day >= 1 && day <= days(year, month)
}

/// Whether a person of today can have lived in that year.
pub(crate) fn year(year: u32) -> bool {
    (1880..=2100).contains(&year)
}

/// Whether two numbers are month and day, in either order.
pub(crate) fn month_and_day(first: u32, second: u32, of: u32) -> bool {
    exists(of, first, second) || exists(of, second, first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_that_do_not_exist_are_no_dates() {
        assert!(exists(2024, 2, 29) && !exists(2023, 2, 29) && !exists(1900, 2, 29) && exists(0, 2, 29));
        assert!(!exists(2024, 13, 1) && !exists(2024, 4, 31) && !exists(2024, 0, 1) && !exists(2024, 1, 0));
        assert!(month_and_day(31, 12, 1999) && month_and_day(12, 31, 1999) && !month_and_day(13, 31, 1999));
    }
}
