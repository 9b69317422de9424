//! A progress bar on a terminal; nothing elsewhere.

use std::io::{IsTerminal as _, Write as _};
use std::time::{Duration, Instant};

use ward_ledger::verify::Progress;

/// Shorter logs are done before anybody has read the bar.
const LONG: u64 = 200_000;
const EVERY: Duration = Duration::from_millis(100);
const CELLS: u64 = 30;

pub(crate) struct Bar {
    shown: bool,
    drawn: bool,
    begun: Instant,
    last: Instant,
}

impl Bar {
    pub(crate) fn new() -> Self {
        let now = Instant::now();
        Self { shown: std::io::stderr().is_terminal(), drawn: false, begun: now, last: now }
    }

    pub(crate) fn step(&mut self, progress: Progress) {
        if !self.shown || progress.total < LONG || self.last.elapsed() < EVERY {
            return;
        }
        self.last = Instant::now();
        self.drawn = true;
        let _ = write!(std::io::stderr(), "\r{}", line(progress, self.begun.elapsed()));
    }

    /// Wipes the line.
    pub(crate) fn clear(&mut self) {
        if self.drawn {
            let _ = write!(std::io::stderr(), "\r\x1b[K");
        }
    }
}

fn line(progress: Progress, elapsed: Duration) -> String {
    let total = progress.total.max(1);
    let part =
        |of: u64| (u128::from(progress.entries.min(total)) * u128::from(of) / u128::from(total)) as usize;
    let cells = part(CELLS);
    let rate = progress.entries as f64 / elapsed.as_secs_f64().max(0.001);
    let left = (progress.total.saturating_sub(progress.entries)) as f64 / rate.max(1.0);
    format!(
        "[{}{}] {:3} %  {} of {} entries, {:.2} million a second, {:.0} s left ",
        "=".repeat(cells),
        " ".repeat(CELLS as usize - cells),
        part(100),
        progress.entries,
        progress.total,
        rate / 1e6,
        left.ceil()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bar_tells_how_far_it_is_and_how_long_it_will_take() {
        let text = line(Progress { entries: 500_000, total: 2_000_000 }, Duration::from_secs(1));
        assert_eq!(
            text,
            "[=======                       ]  25 %  500000 of 2000000 entries, 0.50 million a second, 3 s left "
        );
        assert!(line(Progress { entries: 7, total: 0 }, Duration::ZERO).contains("100 %"));
    }
}
