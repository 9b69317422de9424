//! Makes text from outside safe for a terminal.
//!
//! A log line or a server's message may hold escape sequences that move the cursor, rewrite what stands above,
//! set the clipboard or the window's title. They are taken out whole; so are the Unicode marks that turn
//! the direction of text around and make one name look like another.

use std::borrow::Cow;

/// The text without control characters, but for line feeds and tabs.
pub(crate) fn clean(text: &str) -> Cow<'_, str> {
    if !text.chars().any(harmful) {
        return Cow::Borrowed(text);
    }
    let mut kept = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\u{1b}' => skip_sequence(&mut rest),
            '\u{9b}' => skip_control(&mut rest),
            '\u{90}' | '\u{98}' | '\u{9d}' | '\u{9e}' | '\u{9f}' => skip_string(&mut rest),
            c if harmful(c) => {}
            c => kept.push(c),
        }
    }
    Cow::Owned(kept)
}

/// As [`clean`], on one line: for cells of a table.
pub(crate) fn one_line(text: &str) -> String {
    clean(text).replace(['\n', '\t'], " ")
}

fn harmful(c: char) -> bool {
    (c.is_control() && c != '\n' && c != '\t')
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}')
}

type Rest<'a> = std::iter::Peekable<std::str::Chars<'a>>;

/// After ESC (ECMA-48 5.3).
fn skip_sequence(rest: &mut Rest<'_>) {
    match rest.peek().copied() {
        Some('[') => {
            rest.next();
            skip_control(rest);
        }
        Some(']' | 'P' | 'X' | '^' | '_') => {
            rest.next();
            skip_string(rest);
        }
        Some(' '..='/') => {
            while rest.next_if(|c| matches!(c, ' '..='/')).is_some() {}
            rest.next_if(|c| matches!(c, '0'..='~'));
        }
        Some('0'..='~') => {
            rest.next();
        }
        _ => {}
    }
}

/// Parameters and the final byte of a control sequence (ECMA-48 5.4).
fn skip_control(rest: &mut Rest<'_>) {
    while rest.next_if(|c| matches!(c, ' '..='?')).is_some() {}
    rest.next_if(|c| matches!(c, '@'..='~'));
}

/// A control string up to its end; never past the line, so that a lone introducer hides no more than that.
fn skip_string(rest: &mut Rest<'_>) {
    while let Some(c) = rest.next_if(|c| *c != '\n') {
        match c {
            '\u{7}' | '\u{9c}' => return,
            '\u{1b}' => {
                rest.next_if(|c| *c == '\\');
                return;
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn escape_sequences_go_whole_and_the_text_stays() {
        assert_eq!(clean("\u{1b}[31mred\u{1b}[0m and \u{1b}]0;title\u{7}plain"), "red and plain");
        assert_eq!(clean("a\u{1b}]52;c;ZXZpbA==\u{1b}\\b"), "ab");
        assert_eq!(clean("one\rtwo\u{8}\u{9b}2Jthree"), "onetwothree");
        assert_eq!(clean("safe \u{202e}txt.exe"), "safe txt.exe");
        assert_eq!(clean("\u{1b}]never ended\nnext line"), "\nnext line");
        assert_eq!(clean("Zoë\tok\n"), "Zoë\tok\n");
        assert_eq!(one_line("a\nb"), "a b");
    }

    proptest! {
        #[test]
        fn nothing_that_steers_a_terminal_survives(text in "[\\x00-\\x20a-z\\[\\];\\x7f-\\u{a0}\u{202e}]{0,80}") {
            prop_assert!(!clean(&text).chars().any(harmful));
        }

        #[test]
        fn text_without_controls_is_untouched(text in "[a-zA-Z0-9 äöü\\n\\t.,:;()\\[\\]]{0,80}") {
            prop_assert_eq!(clean(&text), text.as_str());
        }
    }
}
