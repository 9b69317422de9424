//! A bar of parts as inline SVG: coloured by classes, described in words, with a table beside it in the page.

/// Length of a bar, in the units of its drawing.
pub(crate) const LENGTH: u32 = 600;

/// Length of the smallest part.
const LEAST: u32 = 4;

/// One part of a bar.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Part {
    /// Class that colours it.
    pub(crate) class: &'static str,
    /// What it counts.
    pub(crate) label: &'static str,
    /// How many.
    pub(crate) count: u32,
    /// Of a hundred, rounded.
    pub(crate) percent: u32,
    /// Where it begins.
    pub(crate) x: u32,
    /// How long it is; something is never drawn as nothing.
    pub(crate) width: u32,
}

/// Lays out a bar.
pub(crate) fn bar(counts: &[(&'static str, &'static str, u32)]) -> Vec<Part> {
    let total = counts.iter().fold(0_u64, |sum, (.., n)| sum + u64::from(*n)).max(1);
    let seen = counts.iter().filter(|(.., n)| *n > 0).fold(0, |seen, _| seen + LEAST);
    let rest = u64::from(LENGTH.saturating_sub(seen));
    let mut x = 0;
    let mut parts: Vec<Part> = Vec::with_capacity(counts.len());
    for (class, label, count) in counts.iter().copied() {
        let share = u32::try_from(u64::from(count) * rest / total).unwrap_or_default();
        let width = if count == 0 { 0 } else { LEAST + share };
        let percent = u32::try_from((u64::from(count) * 100 + total / 2) / total).unwrap_or_default();
        parts.push(Part { class, label, count, percent, x, width });
        x += width;
    }
    // What rounding left over goes to the last part that is seen.
    if let Some(last) = parts.iter_mut().rfind(|part| part.width > 0) {
        last.width = LENGTH.saturating_sub(last.x);
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_never_passes_its_end_and_shows_the_smallest_part() {
        let parts = bar(&[("good", "a", 1), ("wait", "b", 998), ("bad", "c", 1)]);
        assert!(parts.iter().all(|p| p.width >= 1), "{parts:?}");
        assert!(parts.iter().all(|p| p.x + p.width <= LENGTH), "{parts:?}");
        assert!(bar(&[("good", "a", 0), ("bad", "b", 0)]).iter().all(|p| p.width == 0 && p.percent == 0));
        let halves = bar(&[("good", "a", 2), ("bad", "b", 2)]);
        assert_eq!(
            halves.iter().map(|p| (p.x, p.width, p.percent)).collect::<Vec<_>>(),
            [(0, 300, 50), (300, 300, 50)]
        );
    }
}
