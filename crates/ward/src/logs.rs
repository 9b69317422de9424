//! `ward logs`: what an app's processes wrote, from the past and as it comes.

use std::time::Duration;

use ward_model::{AppId, Timestamp, apps::AppLogLine};

use crate::{
    problem::{Exit, Failure, Result},
    request::Request,
    run::Run,
    stream::{Lines, next_bytes},
    times,
    url::with_query,
};

/// Times that a broken stream is opened again without a line in between.
const MOST_RETRIES: u32 = 30;

/// Show the log of an app
#[derive(clap::Args)]
pub(crate) struct Logs {
    /// App; --app or ward.toml if absent
    #[arg(value_name = "APP", id = "app_name")]
    app: Option<String>,
    /// Go on with what comes
    #[arg(short, long)]
    follow: bool,
    /// Lines from the past
    #[arg(short = 'n', long, value_name = "N")]
    tail: Option<u32>,
    /// Only from then on: 10m, 2h, or a time
    #[arg(long, value_name = "WHEN")]
    since: Option<String>,
    /// Only this process: web, worker
    #[arg(short, long, value_name = "NAME")]
    process: Option<String>,
}

pub(crate) async fn run(run: &Run, args: Logs) -> Result<()> {
    let app = run.app(args.app.as_deref()).await?;
    let mut since = args.since.as_deref().map(|text| times::ago(text, times::now())).transpose()?;
    let mut tail = args.tail;
    let mut retries = 0;
    loop {
        let request = request(app, &args, since, tail);
        let failure = match read(run, &request, &mut since, &mut retries).await {
            Ok(()) if !args.follow => return Ok(()),
            Ok(()) => Failure::new(Exit::Unreachable, "the server closed the log"),
            Err(failure) => failure,
        };
        retries += 1;
        if !args.follow || failure.exit() != Exit::Unreachable as u8 || retries > MOST_RETRIES {
            return Err(failure);
        }
        // From the last line on: the past was shown.
        tail = since.map_or(tail, |_| None);
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

fn request(app: AppId, args: &Logs, since: Option<Timestamp>, tail: Option<u32>) -> Request {
    let path = with_query(
        &format!("/v1/apps/{app}/logs"),
        &[
            ("tail", tail.map(|n| n.to_string())),
            ("since", since.map(|time| time.to_string())),
            ("process", args.process.clone()),
            ("follow", args.follow.then(|| "true".to_owned())),
        ],
    );
    Request::get(path).limit(None)
}

/// Prints lines as they come; keeps the time just after the last one.
async fn read(run: &Run, request: &Request, since: &mut Option<Timestamp>, retries: &mut u32) -> Result<()> {
    let mut body = run.stream(request).await?.into_body();
    let mut lines = Lines::default();
    while let Some(bytes) = next_bytes(&mut body).await? {
        for text in lines.push(&bytes)?.iter().filter(|text| !text.is_empty()) {
            *retries = 0;
            let line: AppLogLine = serde_json::from_str(text).map_err(|error| {
                Failure::new(Exit::Failed, format!("the server's log can't be understood: {error}"))
            })?;
            *since = Some(line.time.plus(Duration::from_micros(1)));
            if run.terminal.json {
                run.terminal.line(text)?;
            } else {
                let mark = if line.stderr { "!" } else { " " };
                run.terminal.line(&format!(
                    "{} {:<8}{mark} {}",
                    times::shown(line.time),
                    line.process,
                    line.text.trim_end()
                ))?;
            }
        }
    }
    Ok(())
}
