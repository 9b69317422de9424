//! `ward api`: any request, for scripts.

use std::io::Read;

use anyhow::Context;
use http::Method;

use crate::{
    problem::{Failure, Result},
    request::Request,
    run::Run,
    stream::next_bytes,
};

/// Send a request to the API and print the answer as it comes
#[derive(clap::Args)]
pub(crate) struct Api {
    /// GET, POST, PUT, PATCH or DELETE
    #[arg(value_parser = method)]
    method: Method,
    /// Path, with its query: /v1/health
    path: String,
    /// JSON body: the text itself, @FILE, or @- for standard input
    #[arg(short, long, value_name = "JSON")]
    data: Option<String>,
    /// Makes a repeated request with the same key do nothing twice
    #[arg(long, value_name = "KEY")]
    idempotency_key: Option<String>,
}

fn method(text: &str) -> std::result::Result<Method, String> {
    match text.to_ascii_uppercase().as_str() {
        known @ ("GET" | "POST" | "PUT" | "PATCH" | "DELETE") => {
            known.parse().map_err(|_| "no method".to_owned())
        }
        _ => Err("use GET, POST, PUT, PATCH or DELETE".to_owned()),
    }
}

pub(crate) async fn run(run: &Run, args: Api) -> Result<()> {
    if !args.path.starts_with('/') {
        return Err(Failure::usage(format!("{:?} is no path", args.path))
            .next_step("begin it with /, as in /v1/health"));
    }
    let mut request = Request::new(args.method, args.path).limit(None);
    if let Some(data) = args.data {
        request.body = body(&data)?.into();
        request.content_type = Some("application/json");
    }
    if let Some(key) = args.idempotency_key {
        request = request.header("idempotency-key", key);
    }
    let mut body = run.stream(&request).await?.into_body();
    while let Some(bytes) = next_bytes(&mut body).await? {
        run.terminal.bytes(&bytes)?;
    }
    Ok(())
}

fn body(data: &str) -> Result<Vec<u8>> {
    Ok(match data.strip_prefix('@') {
        None => data.as_bytes().to_vec(),
        Some("-") => {
            let mut bytes = Vec::new();
            std::io::stdin().read_to_end(&mut bytes).context("can't read standard input")?;
            bytes
        }
        Some(path) => std::fs::read(path).with_context(|| format!("can't read {path}"))?,
    })
}
