//! Every command, in one list.

use std::{path::PathBuf, process::ExitCode};

use anyhow::Context;
use clap::{CommandFactory, Parser, Subcommand};
use clap_complete::Shell;

use crate::{
    agreements, alerts, apps, checks, config, databases, deploy, drains, environments, grants, ledger, logs,
    me, organizations,
    output::Terminal,
    posture,
    problem::{Failure, Result},
    projects, raw, redact, redaction, regions, releases,
    run::Run,
    secrets, server, sessions,
    surroundings::Surroundings,
    tokens, users, witness,
};

const AFTER: &str = "\
`ward config:set A=1` and `ward config set A=1` are the same. Names and ids are both taken.

Exit codes: 0 done, 1 the operation failed, 2 used wrongly, 3 not signed in or denied, 4 not found,
5 conflict, 6 the server can't be reached.

WARD_TOKEN holds a token to use instead of the signed-in session; NO_COLOR turns colors off.";

/// The command line of Ward: deploy apps and databases that are encrypted, recorded and proven
#[derive(Parser)]
#[command(name = "ward", version, after_long_help = AFTER, max_term_width = 100, infer_long_args = false)]
pub(crate) struct Cli {
    #[command(flatten)]
    globals: Globals,
    #[command(subcommand)]
    command: Command,
}

// Options that every command takes. No doc comment: clap would make it the program's help.
#[derive(clap::Args, Clone, Default)]
#[command(next_help_heading = "Options of all commands")]
pub(crate) struct Globals {
    /// Print the API's JSON
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Server: https://HOST[:PORT] or unix:///PATH
    #[arg(long, global = true, value_name = "URL", env = "WARD_SERVER", hide_env_values = true)]
    pub(crate) server: Option<String>,
    /// Certificate authority of the server, a PEM file
    #[arg(long, global = true, value_name = "FILE", env = "WARD_CA", hide_env_values = true)]
    pub(crate) ca: Option<PathBuf>,
    /// Folder of the profile; ~/.config/ward if absent
    #[arg(long, global = true, value_name = "DIR", env = "WARD_CONFIG_DIR", hide_env_values = true)]
    pub(crate) config_dir: Option<PathBuf>,
    /// Organization, instead of the context's
    #[arg(long, global = true, value_name = "ORG")]
    pub(crate) org: Option<String>,
    /// Project, instead of the context's
    #[arg(long, global = true, value_name = "PROJECT")]
    pub(crate) project: Option<String>,
    /// Environment, instead of the context's
    #[arg(long, global = true, value_name = "ENV")]
    pub(crate) env: Option<String>,
    /// App, instead of the one in ward.toml
    #[arg(short, long, global = true, value_name = "APP")]
    pub(crate) app: Option<String>,
}

/// The commands.
#[derive(Subcommand)]
enum Command {
    Login(sessions::Login),
    /// End the session and forget the token
    Logout,
    /// Show who you are, your roles and the context
    Whoami,
    Use(sessions::Use),
    Deploy(deploy::Deploy),
    Logs(logs::Logs),
    /// Show the processes of an app
    Ps(apps::AppArgument),
    /// Show the releases of an app
    Releases(apps::AppArgument),
    /// Show the deployments of an app
    Deployments(apps::AppArgument),
    Rollback(releases::Rollback),
    Restart(releases::Restart),
    /// Print the address of an app, and open it
    Open(apps::AppArgument),
    Destroy(apps::Destroy),
    /// Apps of an environment
    #[command(subcommand, visible_alias = "app")]
    Apps(apps::Command),
    /// Configuration of an app, for what is no secret
    #[command(subcommand)]
    Config(config::Command),
    /// Secrets of an app
    #[command(subcommand, visible_alias = "secret")]
    Secrets(secrets::Command),
    /// How the log of an app is masked
    #[command(subcommand)]
    Redaction(redaction::Command),
    /// Managed PostgreSQL databases
    #[command(subcommand, visible_alias = "databases")]
    Db(databases::Command),
    Posture(posture::Args),
    /// Checks of the live system
    #[command(subcommand, visible_alias = "checks")]
    Check(checks::Command),
    Alerts(alerts::Args),
    /// The ledger of all that was done
    #[command(subcommand)]
    Ledger(ledger::Command),
    /// Copies of the ledger for a log system (SIEM)
    #[command(subcommand, visible_alias = "drain")]
    Drains(drains::Command),
    /// Organizations
    #[command(subcommand, visible_aliases = ["orgs", "organizations"])]
    Org(organizations::Command),
    /// Projects of an organization
    #[command(subcommand, visible_alias = "projects")]
    Project(projects::Command),
    /// Environments of a project
    #[command(subcommand, visible_aliases = ["envs", "environments"])]
    Env(environments::Command),
    /// Regions
    #[command(subcommand, visible_alias = "regions")]
    Region(regions::Command),
    /// Agreements (BAA) of an organization
    #[command(subcommand, visible_alias = "agreements")]
    Agreement(agreements::Command),
    /// Users of an organization
    #[command(subcommand, visible_alias = "users")]
    User(users::Command),
    /// Roles that users hold
    #[command(subcommand, visible_alias = "grants")]
    Grant(grants::Command),
    /// Your API tokens
    #[command(subcommand, visible_alias = "tokens")]
    Token(tokens::Command),
    /// Your sessions
    #[command(subcommand, visible_alias = "sessions")]
    Session(sessions::Command),
    /// Your password and recovery codes
    #[command(subcommand)]
    Me(me::Command),
    StepUp(sessions::StepUp),
    /// The platform itself
    #[command(subcommand)]
    Server(server::Command),
    /// A witness of ledgers, on a machine of your own; needs no server
    #[command(subcommand)]
    Witness(witness::Command),
    Redact(redact::Redact),
    Api(raw::Api),
    /// Print a completion script for a shell
    Completions {
        /// Shell
        shell: Shell,
    },
    /// Print the version of this program and of the server
    Version,
}

/// Runs a command to its end; says what failed.
pub(crate) fn main(cli: Cli, surroundings: Surroundings) -> ExitCode {
    let terminal = Terminal::new(cli.globals.json, surroundings.no_color);
    match dispatch(cli, surroundings, terminal) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            failure.report(&terminal);
            ExitCode::from(failure.exit())
        }
    }
}

fn dispatch(cli: Cli, surroundings: Surroundings, terminal: Terminal) -> Result<()> {
    if let Command::Completions { shell } = cli.command {
        let mut script = Vec::new();
        clap_complete::generate(shell, &mut Cli::command(), "ward", &mut script);
        return terminal.bytes(&script);
    }
    if let Command::Witness(command) = cli.command {
        return witness::run(terminal, command);
    }
    if let Command::Redact(args) = cli.command {
        return redact::run(terminal, args);
    }
    let run = Run::new(cli.globals, surroundings, terminal)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.context("can't start")?;
    let result = runtime.block_on(command(&run, cli.command));
    // A connection that is still open must not keep the program.
    runtime.shutdown_background();
    result
}

async fn command(run: &Run, command: Command) -> Result<()> {
    match command {
        Command::Login(args) => sessions::login(run, args).await,
        Command::Logout => sessions::logout(run).await,
        Command::Whoami => sessions::whoami(run).await,
        Command::Use(args) => sessions::use_context(run, args).await,
        Command::Deploy(args) => deploy::run(run, args).await,
        Command::Logs(args) => logs::run(run, args).await,
        Command::Ps(args) => apps::processes(run, args).await,
        Command::Releases(args) => releases::releases(run, args).await,
        Command::Deployments(args) => releases::deployments(run, args).await,
        Command::Rollback(args) => releases::rollback(run, args).await,
        Command::Restart(args) => releases::restart(run, args).await,
        Command::Open(args) => apps::open(run, args).await,
        Command::Destroy(args) => apps::destroy(run, args).await,
        Command::Apps(command) => apps::run(run, command).await,
        Command::Config(command) => config::run(run, command).await,
        Command::Redaction(command) => redaction::run(run, command).await,
        Command::Secrets(command) => secrets::run(run, command).await,
        Command::Db(command) => databases::run(run, command).await,
        Command::Posture(args) => posture::run(run, args).await,
        Command::Check(command) => checks::run(run, command).await,
        Command::Alerts(args) => alerts::run(run, args).await,
        Command::Ledger(command) => ledger::run(run, command).await,
        Command::Drains(command) => drains::run(run, command).await,
        Command::Org(command) => organizations::run(run, command).await,
        Command::Project(command) => projects::run(run, command).await,
        Command::Env(command) => environments::run(run, command).await,
        Command::Region(command) => regions::run(run, command).await,
        Command::Agreement(command) => agreements::run(run, command).await,
        Command::User(command) => users::run(run, command).await,
        Command::Grant(command) => grants::run(run, command).await,
        Command::Token(command) => tokens::run(run, command).await,
        Command::Session(command) => sessions::run(run, command).await,
        Command::Me(command) => me::run(run, command).await,
        Command::StepUp(args) => sessions::step_up(run, args).await,
        Command::Server(command) => server::run(run, command).await,
        Command::Api(args) => raw::run(run, args).await,
        Command::Completions { .. } | Command::Witness(_) | Command::Redact(_) => {
            Err(Failure::usage("this is done without a profile"))
        }
        Command::Version => server::version(run).await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The help of a command and of all below it.
    fn tree(command: &mut clap::Command, path: &str, text: &mut String) {
        let help = command.clone().term_width(100).render_long_help();
        text.push_str(&format!("## {path}\n\n{help}\n"));
        for below in command.get_subcommands_mut().filter(|c| c.get_name() != "help") {
            // What all commands take is shown once, at the top.
            *below = below.clone().mut_args(|a| if a.is_global_set() { a.hide(true) } else { a });
            let path = format!("{path} {}", below.get_name());
            tree(below, &path, text);
        }
    }

    #[test]
    fn the_help_of_all_commands_is_as_checked_in() {
        let mut command = Cli::command().flatten_help(false);
        command.build();
        let mut text = String::new();
        tree(&mut command, "ward", &mut text);
        let text: String = text.lines().map(|line| format!("{}\n", line.trim_end())).collect();
        insta::with_settings!({ omit_expression => true, info => &"cargo insta, or INSTA_UPDATE=always cargo test -p ward, writes it anew", prepend_module_to_snapshot => false, snapshot_path => "../tests" }, {
            insta::assert_snapshot!("help", text);
        });
    }

    #[test]
    fn the_commands_are_sound() {
        Cli::command().debug_assert();
    }
}
