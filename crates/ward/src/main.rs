//! `ward`, the command line of Ward.
//!
//! One file per noun (`apps.rs`, `databases.rs`); under them `run.rs` (one run: where, as whom, how it
//! prints), `client.rs` (HTTP over TLS) and `output.rs` (the terminal). `cli.rs` lists every command.
//!
//! Architecture Invariants: it knows the API and no other part of Ward but `ward-model`, the ledger's verifier and
//! the witness; the environment is read here alone; what a server sends never reaches a terminal unclean.
//!
//! Exit codes: 0 done, 1 the operation failed, 2 used wrongly, 3 not signed in or denied, 4 not found,
//! 5 conflict, 6 the server can't be reached.

mod agreements;
mod alerts;
mod apps;
mod archive;
mod argv;
mod checks;
mod clean;
mod cli;
mod client;
mod config;
mod databases;
mod deploy;
mod drains;
mod enrolment;
mod environments;
mod follow;
mod grants;
mod holds;
mod ignore;
mod ledger;
mod links;
mod logs;
mod me;
mod organizations;
mod output;
mod pack;
mod posture;
mod problem;
mod profile;
mod projects;
mod prompt;
mod raw;
mod redact;
mod redaction;
mod regions;
mod releases;
mod request;
mod retention;
mod run;
mod scope;
mod secrets;
mod server;
mod sessions;
mod stream;
mod surroundings;
mod times;
mod tokens;
mod tunnel;
mod url;
mod users;
mod witness;
mod witnesses;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    let surroundings = surroundings::read();
    let arguments = argv::rewrite(std::env::args_os().collect());
    // On a wrong use clap prints why, suggests, and exits with 2.
    let cli = cli::Cli::parse_from(arguments);
    cli::main(cli, surroundings)
}
