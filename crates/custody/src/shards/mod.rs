//! Shards: a log goes on in a new one at the turn of the year (UTC), or when its key is to be replaced.
//!
//! Both ends are in the ledger twice: as entries of the gate (`shard:roll`), and as the links that tie the shards
//! together. The private key of the old shard is destroyed: nobody can sign that part of history again.

mod reconcile;
mod roll;

pub use reconcile::ShardsLoop;
pub use roll::rotate;

use ward_model::Timestamp;
use ward_spine::{Error, Result};

/// Name of the loop that begins new years, and of its bell.
pub const LOOP: &str = "shards";

/// Year and number of a shard: `2026-1` is (2026, 1).
fn parts(name: &str) -> Result<(i64, u32)> {
    let parts =
        name.split_once('-').and_then(|(year, number)| Some((year.parse().ok()?, number.parse().ok()?)));
    parts.ok_or_else(|| Error::internal("reading the name of a shard", name.to_owned()))
}

/// The year that a time is in (UTC).
fn year(at: Timestamp) -> i64 {
    jiff::Timestamp::from_microsecond(at.micros())
        .map_or(0, |at| i64::from(at.to_zoned(jiff::tz::TimeZone::UTC).year()))
}

/// Name of the shard after `current`, in the year of `now` or that of `current` if the clock is behind it.
fn next(current: &str, now: Timestamp) -> Result<String> {
    let (in_year, number) = parts(current)?;
    let now = year(now);
    Ok(if now > in_year { format!("{now}-1") } else { format!("{in_year}-{}", number.saturating_add(1)) })
}

/// Whether a new year has begun since the shard did.
fn is_due(current: &str, now: Timestamp) -> Result<bool> {
    Ok(year(now) > parts(current)?.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn the_next_shard_is_the_years_first_or_the_years_next() {
        let eve = at("2026-12-31T23:59:59.999999Z");
        let year = at("2027-01-01T00:00:00Z");
        assert_eq!(next("2026-1", eve).unwrap(), "2026-2");
        assert_eq!(next("2026-2", year).unwrap(), "2027-1");
        assert_eq!(next("2027-1", eve).unwrap(), "2027-2", "a clock that fell back begins no old year");
        assert!(!is_due("2026-2", eve).unwrap() && is_due("2026-2", year).unwrap());
        assert!(!is_due("2027-1", eve).unwrap());
        assert!(next("x", eve).is_err());
    }
}
