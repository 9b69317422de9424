//! The fences between the rooms: who may name which library and which crate, how large a file may be.

use std::{path::Path, process::Command};

use crate::tree::{self, Package};

/// Libraries that only some crates may name, in any of their tables of dependencies.
const FENCED: [(&str, &[&str]); 5] = [
    ("aws-lc-rs", &["ward-ledger", "ward-vault"]),
    ("bollard", &["ward-docker"]),
    ("cedar-policy", &["ward-spine"]),
    ("utoipa-axum", &["ward-api"]),
    ("askama", &["ward-console"]),
];

/// Libraries that only some crates may name outside of their tests.
const FENCED_OUTSIDE_TESTS: [(&str, &[&str]); 7] = [
    // Servers of HTTP; the ingress is one by hyper itself.
    ("axum", &["ward-api", "ward-console", "wardd"]),
    // Servers and clients of HTTP: docker speaks to Podman, compliance to what it probes, custody to those who get
    // the record, ward to the API.
    (
        "hyper",
        &[
            "ward-api",
            "ward-compliance",
            "ward-custody",
            "ward-docker",
            "ward-ingress",
            "ward-witness",
            "ward",
        ],
    ),
    // Queries are in the rooms of the wings; connections come from the spine alone.
    (
        "sqlx",
        &[
            "ward-spine",
            "ward-identity",
            "ward-platform",
            "ward-compliance",
            "ward-custody",
            "ward-api",
            "ward-testkit",
        ],
    ),
    ("argon2", &["ward-identity"]),
    ("totp-rs", &["ward-identity"]),
    ("rcgen", &["ward-vault"]),
    ("clap", &["ward", "wardd"]),
];

/// The arrows between the rooms: what each may name. `wardd` wires everything, `testkit` stands beside.
const ARROWS: [(&str, &[&str]); 17] = [
    ("ward-model", &[]),
    ("ward-ledger", &[]),
    ("ward-vault", &[]),
    ("ward-init", &[]),
    ("ward-verify", &["ward-ledger"]),
    ("ward-redact", &[]),
    ("ward-ingress", &["ward-model"]),
    ("ward-witness", &["ward-ledger"]),
    ("ward-spine", &["ward-model", "ward-ledger", "ward-redact", "ward-vault"]),
    ("ward-docker", &["ward-model", "ward-spine", "ward-vault"]),
    ("ward-identity", &["ward-model", "ward-spine", "ward-vault"]),
    ("ward-platform", &["ward-model", "ward-redact", "ward-spine", "ward-vault", "ward-identity"]),
    (
        "ward-compliance",
        &[
            "ward-model",
            "ward-ledger",
            "ward-spine",
            "ward-vault",
            "ward-identity",
            "ward-platform",
            "ward-custody",
        ],
    ),
    ("ward-custody", &["ward-model", "ward-ledger", "ward-spine", "ward-vault", "ward-witness"]),
    ("ward-api", &DOOR),
    ("ward-console", &DOOR),
    ("ward", &["ward-model", "ward-ledger", "ward-redact", "ward-vault", "ward-verify", "ward-witness"]),
];
const DOOR: [&str; 8] = [
    "ward-model",
    "ward-ledger",
    "ward-vault",
    "ward-spine",
    "ward-identity",
    "ward-platform",
    "ward-compliance",
    "ward-custody",
];

/// Most lines of a source file.
const LONGEST: usize = 800;

fn names<'a>(manifest: &'a toml::Table, tables: &'a [&'a str]) -> impl Iterator<Item = &'a str> {
    let tables = tables.iter().filter_map(|table| manifest.get(*table).and_then(toml::Value::as_table));
    tables.flat_map(|table| table.keys().map(String::as_str))
}

/// What is wrong with the manifest of a crate.
fn faults(name: &str, manifest: &toml::Table) -> Vec<String> {
    let mut found = Vec::new();
    let lints = manifest.get("lints").and_then(|l| l.get("workspace")).and_then(toml::Value::as_bool);
    if lints != Some(true) {
        found.push(format!("{name} has not `[lints] workspace = true`"));
    }
    let (outside, all) =
        (["dependencies", "build-dependencies"], ["dependencies", "build-dependencies", "dev-dependencies"]);
    for (fences, tables) in [(&FENCED[..], &all[..]), (&FENCED_OUTSIDE_TESTS[..], &outside[..])] {
        for (library, may) in fences {
            if names(manifest, tables).any(|d| d == *library) && !may.contains(&name) {
                found.push(format!("{name} names {library}, which only {may:?} may"));
            }
        }
    }
    if let Some((_, may)) = ARROWS.iter().find(|(of, _)| *of == name) {
        for other in names(manifest, &outside).filter(|d| d.starts_with("ward-") && !may.contains(d)) {
            found.push(format!("{name} names {other}, but may name only {may:?}"));
        }
    } else if !["wardd", "ward-testkit"].contains(&name) {
        found.push(format!("{name} has no place in the table of arrows"));
    }
    found
}

/// What is wrong with a source file.
fn source_faults(package: &str, path: &str, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let lines = text.lines().count();
    if lines > LONGEST {
        found.push(format!("{path} has {lines} lines, over {LONGEST}"));
    }
    let product = path.contains("/src/");
    let server = ["axum::serve", "hyper::server", "hyper_util::server"].iter().any(|s| text.contains(s));
    // A witness is a server of its own, on machines where there is no other part of Ward. The ward program and
    // testkit serve nothing; this file names the words.
    if product
        && server
        && !["ward-api", "ward-console", "ward-ingress", "ward-witness", "wardd"].contains(&package)
    {
        found.push(format!("{path} serves HTTP"));
    }
    if product
        && text.contains("sqlx::query")
        && [
            "ward-model",
            "ward-ledger",
            "ward-vault",
            "ward-docker",
            "ward-ingress",
            "ward-console",
            "ward",
            "wardd",
        ]
        .contains(&package)
    {
        found.push(format!("{path} has a query"));
    }
    if text.contains("expect(unsafe_code")
        && !path.ends_with("crates/docker/src/volumes/kernel.rs")
        && product
    {
        found.push(format!("{path} has unsafe code"));
    }
    found
}

#[test]
fn every_crate_stays_inside_its_fences() {
    let found: Vec<_> = tree::packages().iter().flat_map(|p| faults(&p.name, &p.manifest)).collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn every_source_file_stays_inside_its_fences() {
    let mut found = Vec::new();
    for Package { name, dir, .. } in tree::packages() {
        for file in tree::sources(&dir) {
            let shown = file.display().to_string();
            found.extend(source_faults(&name, &shown, &tree::read(&file)));
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn a_crate_that_leaves_its_fences_is_found() {
    let with = |text: &str| text.parse::<toml::Table>().unwrap();
    let good = "[lints]\nworkspace = true\n";
    assert_eq!(faults("ward-model", &with(good)), Vec::<String>::new());
    for (name, dependencies, expected) in [
        ("ward-api", "[dev-dependencies]\nbollard.workspace = true\n", "names bollard"),
        ("ward-platform", "[dependencies]\naws-lc-rs = \"1\"\n", "names aws-lc-rs"),
        ("ward-platform", "[dependencies]\naxum = \"1\"\n", "names axum"),
        ("ward-docker", "[dependencies]\nsqlx = \"1\"\n", "names sqlx"),
        ("ward-identity", "[dependencies]\nward-platform.workspace = true\n", "names ward-platform"),
        ("ward-newcomer", "", "no place"),
    ] {
        let found = faults(name, &with(&format!("{good}{dependencies}")));
        assert!(found.len() == 1 && found[0].contains(expected), "{name}: {found:?}");
    }
    assert!(faults("ward-model", &with(""))[0].contains("lints"));
    assert!(source_faults("ward-api", "x/src/a.rs", &"\n".repeat(LONGEST + 1))[0].contains("lines"));
    assert!(source_faults("ward-platform", "x/src/a.rs", "axum::serve(a, b)")[0].contains("serves HTTP"));
    assert!(source_faults("wardd", "x/src/a.rs", "sqlx::query(\"\")")[0].contains("a query"));
    assert!(
        source_faults("ward-api", "x/src/a.rs", "#![expect(unsafe_code, reason = \"r\")]")[0]
            .contains("unsafe")
    );
}

/// Names of the packages that `cargo tree` prints, one a line: `name vX.Y.Z (…)`.
fn banned(tree: &str) -> Vec<&str> {
    const BANNED: [&str; 6] = ["ring", "openssl", "openssl-sys", "native-tls", "boring", "rustls-native-tls"];
    tree.lines()
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| BANNED.contains(name))
        .collect()
}

/// `Cargo.lock` alone can't tell: it also lists what an optional feature of a dependency would bring. So cargo is asked
/// what is built here, tests included; and what never may be, on no platform, is looked up in the lock.
#[test]
fn there_is_one_crypto_stack() {
    let arguments = [
        "tree",
        "--workspace",
        "--locked",
        "--edges",
        "normal,build,dev",
        "--prefix",
        "none",
        "--format",
        "{p}",
    ];
    let output = Command::new(env!("CARGO")).args(arguments).current_dir(tree::root()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let listed = String::from_utf8(output.stdout).unwrap();
    assert!(listed.lines().any(|l| l.starts_with("aws-lc-rs v1.17.")), "aws-lc-rs is not of the pinned line");
    assert_eq!(banned(&listed), Vec::<&str>::new());
    let lock: toml::Table = tree::read(&tree::root().join("Cargo.lock")).parse().unwrap();
    for package in lock["package"].as_array().unwrap() {
        let name = package["name"].as_str().unwrap();
        assert!(!["openssl", "openssl-sys", "native-tls"].contains(&name), "{name} is locked");
        let dependencies = package.get("dependencies").and_then(toml::Value::as_array);
        let ring = dependencies.into_iter().flatten().any(|d| d.as_str() == Some("ring"));
        // webpki can be built with either; rustls chooses aws-lc-rs.
        assert!(!ring || name == "rustls-webpki", "{name} depends on ring");
    }
}

#[test]
fn a_banned_package_in_the_tree_is_found() {
    assert_eq!(banned("ring v0.17.14\nstring v1.0.0\nopenssl-sys v0.9.1 (*)\n"), ["ring", "openssl-sys"]);
}

#[test]
fn deny_toml_bans_what_this_test_bans() {
    let deny: toml::Table = tree::read(Path::new(&tree::root().join("deny.toml"))).parse().unwrap();
    let banned: Vec<_> =
        deny["bans"]["deny"].as_array().unwrap().iter().filter_map(|d| d["crate"].as_str()).collect();
    for name in ["ring", "openssl", "openssl-sys", "native-tls"] {
        assert!(banned.contains(&name), "{name}");
    }
}
