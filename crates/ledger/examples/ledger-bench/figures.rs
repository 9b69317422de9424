//! Numbers for a table.

use std::time::Duration;

/// What one measurement gave.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Figures {
    /// How many a second.
    pub(crate) rate: f64,
    /// Half were as quick as this, in milliseconds.
    pub(crate) p50: f64,
    /// 99 of 100 were as quick as this, in milliseconds.
    pub(crate) p99: f64,
}

impl Figures {
    pub(crate) fn of(mut each: Vec<Duration>, took: Duration) -> Self {
        each.sort_unstable();
        let at = |part: f64| {
            let index = (each.len() as f64 * part) as usize;
            each.get(index.min(each.len().saturating_sub(1))).map_or(0.0, |d| d.as_secs_f64() * 1000.0)
        };
        Self { rate: each.len() as f64 / took.as_secs_f64(), p50: at(0.5), p99: at(0.99) }
    }
}

/// The middle of several rounds, with the least and the greatest.
pub(crate) fn spread(mut rounds: Vec<f64>, digits: usize) -> String {
    rounds.sort_unstable_by(f64::total_cmp);
    match (rounds.first(), rounds.get(rounds.len() / 2), rounds.last()) {
        (Some(least), Some(middle), Some(greatest)) => {
            format!("{middle:.digits$} ({least:.digits$} to {greatest:.digits$})")
        }
        _ => "none".to_owned(),
    }
}

/// The load averages of the machine.
pub(crate) fn load() -> String {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split_whitespace().take(3).collect::<Vec<_>>().join(" ")
}

/// Memory of this process in MiB.
pub(crate) fn resident() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.trim().strip_suffix(" kB")?.trim().parse::<f64>().ok());
    kib.unwrap_or_default() / 1024.0
}
