//! Drains: copies of the ledger's entries for a team's own log system.

use std::{collections::BTreeMap, io::Read as _, path::PathBuf};

use anyhow::Context;
use http::Method;
use ward_model::{
    DrainId, Name, OrganizationId,
    drains::{CreatedDrain, Destination, Drain, DrainState, DrainTest, NewDrain},
};

use crate::{
    output::{Field, Terminal, Tone, maybe, plain},
    problem::{Exit, Failure, Result},
    prompt,
    request::Request,
    run::Run,
    times::shown,
    url::with_query,
};

/// Verbs of drains.
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Send copies of the ledger's entries somewhere, from now on
    #[command(subcommand)]
    Add(Add),
    /// List the drains and how far they are
    List(Scope),
    /// Show one drain
    Show(One),
    /// Send one test message that is no entry
    Test(One),
    /// Stop sending until it is resumed; nothing is lost
    Pause(One),
    /// Go on; a drain that fails tries again at once
    Resume(One),
    /// Remove a drain and destroy its secrets; files that it wrote stay
    Remove {
        #[command(flatten)]
        one: One,
        /// Don't ask
        #[arg(long)]
        yes: bool,
    },
}

/// Whose drains.
#[derive(clap::Args)]
pub(crate) struct Scope {
    /// The platform's own drains, not the organization's
    #[arg(long)]
    platform: bool,
}

#[derive(clap::Args)]
pub(crate) struct One {
    /// Name or id of the drain
    drain: String,
    #[command(flatten)]
    scope: Scope,
}

/// Kinds of drains.
#[derive(clap::Subcommand)]
pub(crate) enum Add {
    /// JSON lines in files on the server, one for each log (of the platform only)
    File {
        /// Name of the drain
        name: Name,
        /// Folder that the server's configuration allows; Ward's data directory if absent
        #[arg(long, value_name = "DIR")]
        directory: Option<String>,
        #[command(flatten)]
        common: Common,
    },
    /// Syslog, RFC 5424: tls://HOST[:6514]
    Syslog(ToStream),
    /// CEF in syslog messages: tls://HOST[:6514]
    Cef(ToStream),
    /// OpenTelemetry logs, OTLP/HTTP: https://HOST/v1/logs
    Otlp(ToHttp),
    /// Batches as signed JSON: https://HOST/PATH; prints the key of the signatures, once
    Webhook(ToHttp),
}

#[derive(clap::Args)]
pub(crate) struct ToStream {
    /// Name of the drain
    name: Name,
    /// The receiver
    url: String,
    #[command(flatten)]
    common: Common,
    #[command(flatten)]
    network: Network,
}

#[derive(clap::Args)]
pub(crate) struct ToHttp {
    /// Name of the drain
    name: Name,
    /// The receiver
    url: String,
    /// File with headers to send, a line each (Authorization: Bearer …); - for standard input
    #[arg(long, value_name = "FILE")]
    headers: Option<PathBuf>,
    #[command(flatten)]
    common: Common,
    #[command(flatten)]
    network: Network,
}

#[derive(clap::Args)]
pub(crate) struct Common {
    #[command(flatten)]
    scope: Scope,
    /// Of the platform's: send this log only, "platform" or an organization's id; all if absent
    #[arg(long)]
    log: Option<String>,
    /// Begin with what is entered from now on, not with the oldest entry
    #[arg(long)]
    from_now: bool,
}

#[derive(clap::Args)]
pub(crate) struct Network {
    /// Authority of the receiver's certificate, a PEM file; those of the server's system if absent
    #[arg(long, value_name = "FILE")]
    receiver_ca: Option<PathBuf>,
    /// Client certificate to come with, a PEM file
    #[arg(long, value_name = "FILE", requires = "client_key")]
    client_cert: Option<PathBuf>,
    /// Its key, a PEM file
    #[arg(long, value_name = "FILE", requires = "client_cert")]
    client_key: Option<PathBuf>,
    /// Send without encryption over a network; for the platform's drains, and recorded
    #[arg(long)]
    insecure_plain: bool,
}

pub(crate) async fn run(run: &Run, command: Command) -> Result<()> {
    match command {
        Command::Add(add) => create(run, add).await,
        Command::List(scope) => list(run, &scope).await,
        Command::Show(one) => {
            let path = path(run, &one).await?;
            run.show(Request::get(path), |terminal, drain: Drain| show(terminal, &drain)).await
        }
        Command::Test(one) => test(run, &one).await,
        Command::Pause(one) => change(run, &one, "pause", "Paused").await,
        Command::Resume(one) => change(run, &one, "resume", "Resumed").await,
        Command::Remove { one, yes } => {
            let path = path(run, &one).await?;
            let question = format!("Remove the drain {}? It sends nothing more.", one.drain);
            prompt::confirm(&run.terminal, &question, yes)?;
            run.done(Request::delete(path), "Removed.").await
        }
    }
}

async fn organization(run: &Run, scope: &Scope) -> Result<Option<OrganizationId>> {
    if scope.platform { Ok(None) } else { run.organization().await.map(Some) }
}

async fn create(run: &Run, add: Add) -> Result<()> {
    let (name, destination, common, headers, network) = match add {
        Add::File { name, directory, mut common } => {
            common.scope.platform = true;
            (name, Destination::File { directory }, common, None, None)
        }
        Add::Syslog(to) => (to.name, Destination::Syslog { url: to.url }, to.common, None, Some(to.network)),
        Add::Cef(to) => (to.name, Destination::Cef { url: to.url }, to.common, None, Some(to.network)),
        Add::Otlp(to) => {
            (to.name, Destination::Otlp { url: to.url }, to.common, to.headers, Some(to.network))
        }
        Add::Webhook(to) => {
            (to.name, Destination::Webhook { url: to.url }, to.common, to.headers, Some(to.network))
        }
    };
    let mut wish = NewDrain {
        name,
        organization: organization(run, &common.scope).await?,
        log: common.log,
        destination,
        ca_pem: None,
        client_certificate_pem: None,
        client_key_pem: None,
        headers: headers.map(|file| read_headers(&file)).transpose()?.unwrap_or_default(),
        insecure_plain: false,
        from_now: common.from_now,
    };
    if let Some(network) = network {
        let read = |path: Option<PathBuf>| path.map(|path| read(&path)).transpose();
        wish.ca_pem = read(network.receiver_ca)?;
        wish.client_certificate_pem = read(network.client_cert)?;
        wish.client_key_pem = read(network.client_key)?;
        wish.insecure_plain = network.insecure_plain;
    }
    run.show(Request::post("/v1/drains", &wish)?, |terminal, made: CreatedDrain| {
        terminal.note(&format!("The drain {} ({}) sends.", made.drain.name, made.drain.id));
        match made.signing_key {
            Some(key) => {
                terminal.note("Its signatures are checked with this key, which is shown only now:");
                terminal.line(&key)
            }
            None => terminal.line(&made.drain.id.to_string()),
        }?;
        terminal.note(&format!("`ward drains test {}` sends a test message.", made.drain.name));
        Ok(())
    })
    .await
}

fn read(path: &std::path::Path) -> Result<String> {
    Ok(std::fs::read_to_string(path).with_context(|| format!("can't read {}", path.display()))?)
}

/// `Name: value`, a line each. Not from the command line, where others on the machine could see them.
fn read_headers(path: &std::path::Path) -> Result<BTreeMap<String, String>> {
    let text = if path.as_os_str() == "-" {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text).context("can't read standard input")?;
        text
    } else {
        read(path)?
    };
    let mut headers = BTreeMap::new();
    for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let (name, value) = line.split_once(':').ok_or_else(|| {
            Failure::usage(format!("line {} of the headers has no colon", number + 1))
                .next_step("write each as `Name: value`")
        })?;
        headers.insert(name.trim().to_owned(), value.trim().to_owned());
    }
    Ok(headers)
}

async fn list(run: &Run, scope: &Scope) -> Result<()> {
    let organization = organization(run, scope).await?.map(|id| id.to_string());
    let path = with_query("/v1/drains", &[("organization", organization)]);
    let header = ["NAME", "KIND", "TO", "STATE", "BEHIND", "OLDEST UNSENT", "LAST SENT", "LAST ERROR"];
    run.list(&path, &header, "No drains. `ward drains add` makes one.", |drain: Drain| {
        vec![
            plain(&drain.name),
            plain(drain.destination.kind()),
            plain(to(&drain)),
            state(&drain),
            plain(drain.progress.behind),
            maybe(drain.progress.oldest_unsent_at.map(shown)),
            maybe(drain.progress.last_success_at.map(shown)),
            maybe(drain.progress.last_error),
        ]
    })
    .await
}

fn to(drain: &Drain) -> String {
    match &drain.destination {
        Destination::File { directory: Some(directory) } => format!("{directory}/{}", drain.name),
        Destination::File { directory: None } => "the data directory".to_owned(),
        other => other.url().unwrap_or_default().to_owned(),
    }
}

fn state(drain: &Drain) -> Field {
    let tone = match drain.state {
        DrainState::Active => Tone::Good,
        DrainState::Failing | DrainState::Paused => Tone::Warn,
        DrainState::Stuck => Tone::Bad,
    };
    Field::toned(drain.state.as_str(), tone)
}

fn show(terminal: &Terminal, drain: &Drain) -> Result<()> {
    let progress = &drain.progress;
    let time = |time: Option<ward_model::Timestamp>| maybe(time.map(shown));
    let own = |yes: bool| plain(if yes { "yes" } else { "no" });
    terminal.fields(&[
        ("id", plain(drain.id)),
        ("name", plain(&drain.name)),
        ("kind", plain(drain.destination.kind())),
        ("to", plain(to(drain))),
        ("of", maybe(drain.organization.map(|id| id.to_string()).or_else(|| Some("platform".into())))),
        ("log", maybe(drain.log.clone().or_else(|| drain.organization.is_none().then(|| "all".to_owned())))),
        ("state", state(drain)),
        ("behind", plain(progress.behind)),
        ("oldest unsent", time(progress.oldest_unsent_at)),
        ("sent", plain(progress.sent)),
        ("lost", plain(progress.lost)),
        ("last sent", time(progress.last_success_at)),
        ("failing since", time(progress.failing_since)),
        ("last error", maybe(progress.last_error.clone())),
        ("next attempt", time(progress.next_attempt_at)),
        ("own authority", own(drain.own_authority)),
        ("client certificate", own(drain.client_certificate)),
        ("headers", maybe((!drain.headers.is_empty()).then(|| drain.headers.join(", ")))),
        ("unencrypted", own(drain.insecure_plain)),
        ("key id", maybe(drain.key_id.clone())),
        ("created", plain(shown(drain.created_at))),
    ])
}

async fn test(run: &Run, one: &One) -> Result<()> {
    let path = format!("{}/test", path(run, one).await?);
    let reply = run.call(&Request::new(Method::POST, path)).await?;
    let test: DrainTest = reply.read()?;
    if run.terminal.json {
        run.terminal.body(&reply.body)?;
        return if test.delivered { Ok(()) } else { Err(Failure::Said(Exit::Failed)) };
    }
    if test.delivered {
        return run.terminal.line(&format!("Delivered in {} ms: {}.", test.took_ms, test.detail));
    }
    let failure = Failure::new(Exit::Failed, format!("not delivered: {}", test.detail));
    Err(match test.next_step {
        Some(next) => failure.next_step(next),
        None => failure,
    })
}

async fn change(run: &Run, one: &One, verb: &str, said: &str) -> Result<()> {
    let path = format!("{}/{verb}", path(run, one).await?);
    run.show(Request::new(Method::POST, path), |terminal, drain: Drain| {
        terminal.line(&format!("{said} {}: {} entries wait.", drain.name, drain.progress.behind))
    })
    .await
}

/// Path of the drain that is meant: an id is taken as it is, a name is looked up.
async fn path(run: &Run, one: &One) -> Result<String> {
    if one.drain.contains('_') {
        let id: DrainId = one.drain.parse().map_err(|e| Failure::usage(format!("{e}")))?;
        return Ok(format!("/v1/drains/{id}"));
    }
    let organization = organization(run, &one.scope).await?.map(|id| id.to_string());
    let drains: Vec<Drain> = run.all(&with_query("/v1/drains", &[("organization", organization)])).await?;
    let found = drains.into_iter().find(|drain| drain.name.as_str() == one.drain);
    let found = found.ok_or_else(|| {
        Failure::not_found(format!("there is no drain {}", one.drain))
            .next_step("list them with `ward drains list`, those of the platform with --platform")
    })?;
    Ok(format!("/v1/drains/{}", found.id))
}
