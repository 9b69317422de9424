//! Arithmetic that tells a number from a look-alike: check digits, calendars, areas.

pub(crate) mod calendar;
pub(crate) mod digits;
pub(crate) mod number;
