//! SPECIFICATION.md: each promise has a number and at least one test that keeps it, and the tests exist.
//!
//! The form is strict, so that nothing is overlooked: `- **W-001** text`, indented lines that go on, and lines
//! ``  Kept by: `package::module::function` ``, one test each.

use std::collections::BTreeSet;

use crate::tree;

struct Promise {
    number: u32,
    kept_by: Vec<String>,
}

/// Reads the file, and says what is wrong with its form.
fn parse(text: &str) -> (Vec<Promise>, Vec<String>) {
    let (mut promises, mut faults) = (Vec::<Promise>::new(), Vec::new());
    let mut inside = false;
    for (index, line) in text.lines().enumerate() {
        let at = index + 1;
        if let Some(rest) = line.strip_prefix("- **W-") {
            inside = true;
            match rest
                .split_once("** ")
                .map(|(number, text)| (number.len(), number.parse::<u32>(), text.trim()))
            {
                Some((3, Ok(number), text)) if !text.is_empty() => {
                    promises.push(Promise { number, kept_by: Vec::new() })
                }
                _ => faults.push(format!("line {at}: not of the form `- **W-001** text`")),
            }
        } else if let Some(rest) = line.strip_prefix("  Kept by: `").and_then(|rest| rest.strip_suffix('`')) {
            let plain = |c: char| c.is_ascii_alphanumeric() || "_-:".contains(c);
            match promises.last_mut() {
                Some(promise) if inside && rest.chars().all(plain) => promise.kept_by.push(rest.to_owned()),
                _ => faults.push(format!("line {at}: one test in backticks, below a promise")),
            }
        } else if line.to_ascii_lowercase().contains("kept by:") || line.contains("**W-") {
            faults.push(format!("line {at}: looks like a part of a promise, but has not its form"));
        } else if !line.starts_with("  ") {
            inside = false;
        }
    }
    (promises, faults)
}

/// Everything that is wrong with the promises.
fn faults(text: &str, tests: &BTreeSet<String>) -> Vec<String> {
    let (promises, mut faults) = parse(text);
    if promises.is_empty() {
        faults.push("there is no promise".into());
    }
    for pair in promises.windows(2) {
        if pair[1].number <= pair[0].number {
            faults.push(format!("W-{:03} comes after W-{:03}", pair[1].number, pair[0].number));
        }
    }
    for promise in &promises {
        if promise.kept_by.is_empty() {
            faults.push(format!("W-{:03} names no test", promise.number));
        }
        for missing in promise.kept_by.iter().filter(|t| !tests.contains(*t)) {
            faults.push(format!("W-{:03}: there is no test {missing}", promise.number));
        }
    }
    faults
}

#[test]
fn every_promise_names_tests_that_exist() {
    let found = faults(&tree::read(&tree::root().join("SPECIFICATION.md")), &tree::tests());
    assert!(found.is_empty(), "SPECIFICATION.md:\n{}", found.join("\n"));
}

#[test]
fn each_fault_is_found() {
    let tests = BTreeSet::from(["p::m::t".to_owned()]);
    let good = "# Title\n- **W-001** A promise\n  that goes on.\n  Kept by: `p::m::t`\n\n- **W-003** Another.\n  Kept by: `p::m::t`\n";
    assert_eq!(faults(good, &tests), Vec::<String>::new());
    for (from, to, expected) in [
        ("p::m::t`\n\n", "p::m::gone`\n\n", "W-001: there is no test p::m::gone"),
        ("  Kept by: `p::m::t`\n\n", "\n", "W-001 names no test"),
        ("W-003", "W-001", "W-001 comes after W-001"),
        ("W-003", "W-000", "W-000 comes after W-001"),
        ("W-003", "W-3", "line 6: not of the form"),
        ("- **W-003**", "* **W-003**", "line 6: looks like a part"),
        ("  Kept by: `p::m::t`\n\n", "  Kept by: `p::m::t`, `p::m::t`\n\n", "line 4: one test"),
        ("  Kept by: `p::m::t`\n\n", "  kept by: `p::m::t`\n\n", "line 4: looks like a part"),
        ("# Title\n", "# Title\n  Kept by: `p::m::t`\n", "line 2: one test"),
        ("- **W-001** A promise", "- **W-001** ", "line 2: not of the form"),
    ] {
        let broken = good.replacen(from, to, 1);
        assert_ne!(broken, good, "{from}");
        let found = faults(&broken, &tests);
        assert!(found.iter().any(|f| f.starts_with(expected)), "{to:?}: {found:?}");
    }
    assert_eq!(faults("", &tests), ["there is no promise"]);
}
