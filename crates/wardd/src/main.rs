//! `wardd`: the platform's daemon.
//!
//! `init` sets an installation up, `serve` runs the platform, `ingress` runs the data plane as a process of its
//! own, `images` builds Ward's own images, `destroy` takes everything away.

mod archive;
mod config;
mod destroy;
mod images;
mod ingress;
mod init;
mod installation;
mod parts;
mod routes;
mod runtime;
mod serve;
mod stop;
mod unseal;

use std::{path::PathBuf, process::ExitCode};

use clap::{Parser, Subcommand};

use crate::config::Config;

/// The daemon of Ward, a HIPAA platform.
#[derive(Parser)]
#[command(version, about, long_about = None, arg_required_else_help = true)]
struct Args {
    /// Configuration file.
    #[arg(long, short, global = true, default_value = "/etc/ward/ward.toml", env = "WARD_CONFIG")]
    config: PathBuf,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Set an installation up: directories, root key, ledger, first owner.
    Init(init::Init),
    /// Run the platform.
    Serve,
    /// Run the ingress, which serves apps on, also while the platform restarts.
    Ingress,
    /// Build Ward's own images (base, PostgreSQL) from Debian's packages, or load them from the cache.
    Images,
    /// Print a commented configuration file.
    ExampleConfig,
    /// Read the configuration and say what it means, or what is wrong with it.
    CheckConfig,
    /// Stop what runs on after the daemon: containers, and volumes' keys in the kernel. The data stays.
    Stop,
    /// Stop and remove everything of this installation from the host: containers, networks, rules, data, keys.
    Destroy(destroy::Destroy),
}

fn main() -> ExitCode {
    let args = Args::parse();
    match run(args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            #[expect(clippy::print_stderr, reason = "the last word of a program that failed")]
            {
                eprintln!("wardd: {error:#}");
            }
            ExitCode::FAILURE
        }
    }
}

fn run(args: Args) -> anyhow::Result<()> {
    if matches!(args.command, Command::ExampleConfig) {
        return installation::say(config::EXAMPLE);
    }
    let config = Config::read(&args.config)?;
    parts::start_logging(&config);
    parts::keep_memory_private()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let result = runtime.block_on(async {
        match args.command {
            Command::Init(init) => init.run(&config).await,
            Command::Serve => serve::run(config).await,
            Command::Ingress => ingress::run(config).await,
            Command::Images => images::run(&config).await,
            Command::CheckConfig => installation::say(&format!("{config:#?}")),
            Command::Stop => stop::run(&config).await,
            Command::Destroy(destroy) => destroy.run(&config).await,
            Command::ExampleConfig => Ok(()),
        }
    });
    // Blocking reads (a tunnel's peer, a child's pipe) must not hold up the end.
    runtime.shutdown_timeout(std::time::Duration::from_secs(5));
    result
}
