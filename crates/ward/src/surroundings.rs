//! What the process was started with: the only reader of the environment.
//!
//! `WARD_SERVER`, `WARD_CA`, `WARD_CONFIG_DIR`, `WARD_EMAIL` and `WARD_TOTP_CODE` are read by clap, so that the
//! help names them. The token and the passwords are not: a secret has no place among the arguments, which every
//! user of the machine can list.

use std::{ffi::OsString, path::PathBuf};

/// Variables that a child (`git`, `psql`, a browser) may inherit. Nothing else is passed on.
const INHERITED: [&str; 14] = [
    "PATH",
    "HOME",
    "TERM",
    "LANG",
    "LC_ALL",
    "LC_CTYPE",
    "XDG_CONFIG_HOME",
    "PAGER",
    "PSQL_PAGER",
    "PSQLRC",
    "PSQL_HISTORY",
    "EDITOR",
    "DISPLAY",
    "WAYLAND_DISPLAY",
];

/// The surroundings of one run.
#[derive(Clone, Default)]
pub(crate) struct Surroundings {
    /// `WARD_TOKEN`: an API token or session, used instead of the signed-in one.
    pub(crate) token: Option<String>,
    /// `WARD_PASSWORD`: for signing in without a terminal.
    pub(crate) password: Option<String>,
    /// `WARD_NEW_PASSWORD`: in place of a first password, or for a change.
    pub(crate) new_password: Option<String>,
    /// Whether `NO_COLOR` is set (no-color.org), or the terminal is `dumb`.
    pub(crate) no_color: bool,
    /// Where the profile is unless told otherwise.
    pub(crate) config_dir: Option<PathBuf>,
    /// What a child may inherit.
    pub(crate) child_env: Vec<(&'static str, OsString)>,
}

/// Reads them.
#[expect(clippy::disallowed_methods, reason = "the one reader of the environment, called by main")]
pub(crate) fn read() -> Surroundings {
    let var = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    let text = |name: &str| var(name).and_then(|value| value.into_string().ok());
    let config_home = var("XDG_CONFIG_HOME")
        .map(PathBuf::from)
        .or_else(|| var("HOME").map(|home| PathBuf::from(home).join(".config")));
    Surroundings {
        token: text("WARD_TOKEN"),
        password: text("WARD_PASSWORD"),
        new_password: text("WARD_NEW_PASSWORD"),
        no_color: var("NO_COLOR").is_some() || var("TERM").is_some_and(|term| term == "dumb"),
        config_dir: config_home.map(|home| home.join("ward")),
        child_env: INHERITED.into_iter().filter_map(|name| var(name).map(|value| (name, value))).collect(),
    }
}
