//! The door of the log store: every line passes here once, masked already, before it is stored, shown or shipped.
//!
//! It bounds lines. The cut comes after the masking, so that no value is cut in two and half of it missed.

use ward_model::apps::AppLogLine;

/// Longest line, in bytes; what is longer is cut and marked.
const LONGEST: usize = 16 << 10;

/// The line as it may be stored. Control characters stay: they are data, and whoever shows them escapes them.
pub(super) fn admit(mut line: AppLogLine) -> AppLogLine {
    if line.text.len() > LONGEST {
        let mut end = LONGEST;
        while !line.text.is_char_boundary(end) {
            end -= 1;
        }
        let lost = line.text.len() - end;
        line.text.truncate(end);
        line.text.push_str(&format!(" [cut: {lost} bytes more]"));
    }
    line
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use ward_model::Timestamp;

    use super::*;

    fn line(text: String) -> AppLogLine {
        let time = Timestamp::from_micros(1);
        AppLogLine { time, process: "web".into(), container: "c".into(), stderr: false, text }
    }

    #[test]
    fn a_long_line_is_cut_and_says_so() {
        let cut = admit(line("é".repeat(LONGEST))).text;
        assert!(cut.ends_with(&format!(" [cut: {LONGEST} bytes more]")), "{}", &cut[cut.len() - 40..]);
        assert_eq!(admit(line("a\u{1b}[31m\0b".into())).text, "a\u{1b}[31m\0b");
    }

    proptest! {
        #[test]
        fn what_is_stored_is_bounded_and_begins_as_it_was(text in "\\PC{0,64}", times in 1_usize..600) {
            let long = text.repeat(times);
            let stored = admit(line(long.clone())).text;
            prop_assert!(stored.len() <= LONGEST + 64);
            let kept = stored.split(" [cut: ").next().unwrap_or_default();
            prop_assert!(long.starts_with(kept) || text.contains(" [cut: "));
        }
    }
}
