//! Patterns of `.dockerignore` and `.wardignore`: which files stay behind.
//!
//! The dialect is Docker's: a line a pattern, from the root of the tree; `*` and `?` stay within a name, `**` does
//! not; `[a-z]` is a class; `!` takes back; the last pattern that matches decides; a folder takes all in it along.

/// Patterns, in order.
#[derive(Debug, Default)]
pub(crate) struct Patterns(Vec<Pattern>);

#[derive(Debug)]
struct Pattern {
    names: Vec<String>,
    takes_back: bool,
}

impl Patterns {
    /// Adds the lines of a file.
    pub(crate) fn add(&mut self, text: &str) {
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let (takes_back, rest) = match line.strip_prefix('!') {
                Some(rest) => (true, rest.trim()),
                None => (false, line),
            };
            let names: Vec<_> =
                rest.split('/').filter(|n| !n.is_empty() && *n != ".").map(str::to_owned).collect();
            if !names.is_empty() {
                self.0.push(Pattern { names, takes_back });
            }
        }
    }

    /// Whether a path, given by its names, stays behind.
    pub(crate) fn ignored(&self, path: &[&str]) -> bool {
        self.0.iter().fold(false, |ignored, pattern| {
            let names: Vec<&str> = pattern.names.iter().map(String::as_str).collect();
            let matches =
                (1..=path.len()).any(|end| path.get(..end).is_some_and(|parent| names_match(&names, parent)));
            if matches { !pattern.takes_back } else { ignored }
        })
    }

    /// Whether something below an ignored folder may come along all the same.
    pub(crate) fn takes_back(&self) -> bool {
        self.0.iter().any(|pattern| pattern.takes_back)
    }
}

/// `**` is any number of names. Row by row, so that no pattern takes long.
fn names_match(pattern: &[&str], path: &[&str]) -> bool {
    let mut reach = vec![false; path.len() + 1];
    if let Some(start) = reach.first_mut() {
        *start = true;
    }
    for name in pattern {
        let mut next = vec![false; path.len() + 1];
        if *name == "**" {
            let mut open = false;
            for (slot, reached) in next.iter_mut().zip(&reach) {
                open |= reached;
                *slot = open;
            }
        } else {
            for ((slot, reached), part) in next.iter_mut().skip(1).zip(&reach).zip(path) {
                *slot = *reached && name_matches(name, part);
            }
        }
        reach = next;
    }
    reach.last().copied().unwrap_or(false)
}

/// One part of a pattern for a name.
enum Part {
    Any,
    One,
    Exactly(char),
    Class { not: bool, ranges: Vec<(char, char)> },
}

fn parts(pattern: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut rest = pattern.chars();
    while let Some(c) = rest.next() {
        parts.push(match c {
            '*' => Part::Any,
            '?' => Part::One,
            '\\' => Part::Exactly(rest.next().unwrap_or('\\')),
            '[' => {
                let mut after = rest.clone();
                match class(&mut after) {
                    Some(class) => {
                        rest = after;
                        class
                    }
                    None => Part::Exactly('['),
                }
            }
            c => Part::Exactly(c),
        });
    }
    parts
}

/// After `[`, up to and with `]`; none if it never ends.
fn class(rest: &mut std::str::Chars<'_>) -> Option<Part> {
    let body = rest.as_str();
    let not = body.starts_with(['^', '!']);
    if not {
        rest.next();
    }
    let mut ranges = Vec::new();
    loop {
        let from = match rest.next()? {
            ']' if !ranges.is_empty() => return Some(Part::Class { not, ranges }),
            '\\' => rest.next()?,
            c => c,
        };
        let mut after = rest.clone();
        match (after.next(), after.next()) {
            (Some('-'), Some(to)) if to != ']' => {
                ranges.push((from, to));
                *rest = after;
            }
            _ => ranges.push((from, from)),
        }
    }
}

fn name_matches(pattern: &str, name: &str) -> bool {
    let name: Vec<char> = name.chars().collect();
    let mut reach = vec![false; name.len() + 1];
    if let Some(start) = reach.first_mut() {
        *start = true;
    }
    for part in parts(pattern) {
        let mut next = vec![false; name.len() + 1];
        if matches!(part, Part::Any) {
            let mut open = false;
            for (slot, reached) in next.iter_mut().zip(&reach) {
                open |= reached;
                *slot = open;
            }
        } else {
            for ((slot, reached), c) in next.iter_mut().skip(1).zip(&reach).zip(&name) {
                *slot = *reached
                    && match &part {
                        Part::Any | Part::One => true,
                        Part::Exactly(wanted) => wanted == c,
                        Part::Class { not, ranges } => {
                            *not != ranges.iter().any(|(from, to)| from <= c && c <= to)
                        }
                    };
            }
        }
        reach = next;
    }
    reach.last().copied().unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ignored(patterns: &str, path: &str) -> bool {
        let mut all = Patterns::default();
        all.add(patterns);
        all.ignored(&path.split('/').collect::<Vec<_>>())
    }

    #[test]
    fn patterns_are_docker_s() {
        assert!(ignored("node_modules", "node_modules/a/b.js"));
        assert!(!ignored("node_modules", "web/node_modules/b.js"));
        assert!(ignored("**/node_modules", "web/node_modules/b.js"));
        assert!(ignored("/target/", "target/debug/x"));
        assert!(ignored("*.log", "a.log") && !ignored("*.log", "logs/a.log"));
        assert!(ignored("**/*.log", "logs/x/a.log") && ignored("**/*.log", "a.log"));
        assert!(ignored("a?c\n", "abc") && !ignored("a?c", "ac"));
        assert!(ignored("[a-c]x", "bx") && !ignored("[^a-c]x", "bx") && ignored("[", "["));
        assert!(!ignored("# comment\n\n", "comment"));
        assert!(ignored("docs/**/drafts", "docs/drafts") && ignored("docs/**/drafts", "docs/a/b/drafts/c"));
    }

    #[test]
    fn the_last_match_decides() {
        assert!(!ignored("*.md\n!README.md", "README.md"));
        assert!(ignored("*.md\n!README.md\nREADME*", "README.md"));
        assert!(
            !ignored("vendor\n!vendor/keep", "vendor/keep/x") && ignored("vendor\n!vendor/keep", "vendor/x")
        );
    }

    proptest! {
        #[test]
        fn any_pattern_is_answered(pattern in "[a-c*?\\[\\]!^/\\\\-]{0,24}", path in "[a-c/]{1,40}") {
            let _ = ignored(&pattern, &path);
        }

        #[test]
        fn a_plain_name_matches_itself_alone(name in "[a-z.]{1,8}", other in "[a-z.]{1,8}") {
            prop_assume!(name != "." && other != ".");
            prop_assert_eq!(ignored(&name, &other), name == other);
        }
    }
}
