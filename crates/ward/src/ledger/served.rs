//! The files of logs as a server gives them, for the ledger's own verification and export.

use std::{
    cell::RefCell,
    io::{self, Read},
};

use bytes::Bytes;
use http::StatusCode;
use tokio::runtime::Handle;
use ward_ledger::source::{Item, Source};
use ward_model::{ErrorCode, OrganizationId, Problem, ledger::LedgerLogs};

use crate::{
    client::{Client, Conversation},
    problem::{Failure, Result},
    request::Request,
    run::Run,
    url::with_query,
};

/// Where Ward serves them.
const LOGS: &str = "/v1/ledger/logs";

/// Where files are served: by a Ward, or by any web server that holds a copy.
pub(crate) struct Place {
    client: Client,
    /// Path before those of the files.
    base: String,
    /// Logs, where they are known.
    pub(crate) names: Vec<String>,
}

impl Place {
    /// One log, at the server of this run.
    pub(crate) fn of_log(run: &Run, log: &str) -> Result<Self> {
        Ok(Self { client: run.client()?, base: format!("{LOGS}/{log}"), names: Vec::new() })
    }

    /// What an address means: a Ward that one is signed in to, or files below any other.
    pub(crate) async fn of_url(run: &Run, url: &str) -> Result<Self> {
        let (server, path) = split(url);
        let own = run.server().is_ok_and(|own| own.trim_end_matches('/') == server);
        let client = if own {
            run.client()?
        } else {
            Client::new(server, run.globals.ca.as_deref(), run.profile.token(server)?)?
        };
        let path = path.trim_end_matches('/');
        let ward = client.has_token() && (path.is_empty() || path == LOGS);
        if !ward {
            return Ok(Self { client, base: path.to_owned(), names: Vec::new() });
        }
        let names = names(run, &client).await?;
        Ok(Self { client, base: LOGS.to_owned(), names })
    }

    /// The files. For a thread that may block.
    pub(crate) fn source(&self, runtime: Handle) -> Served<'_> {
        Served { place: self, conversation: RefCell::new(Conversation::new(self.client.clone())), runtime }
    }
}

/// All logs, or that of the organization for whoever does not see all.
async fn names(run: &Run, client: &Client) -> Result<Vec<String>> {
    let list = async |organization: Option<OrganizationId>| -> Result<Vec<String>> {
        let path = with_query(LOGS, &[("organization", organization.map(|id| id.to_string()))]);
        let logs: LedgerLogs = client.call(&Request::get(path)).await?.read()?;
        Ok(logs.items.into_iter().map(|log| log.log).collect())
    };
    if run.globals.org.is_some() {
        return list(Some(run.organization().await?)).await;
    }
    match list(None).await {
        Err(failure) if failure.is(ErrorCode::Forbidden) => match run.maybe_organization().await? {
            Some(organization) => list(Some(organization)).await,
            None => Err(failure),
        },
        result => result,
    }
}

/// Server and path of an address.
fn split(url: &str) -> (&str, &str) {
    let after = url.find("://").map_or(0, |at| at + 3);
    if url.starts_with("unix:") {
        return (url, "");
    }
    let path = url.get(after..).and_then(|rest| rest.find('/')).map_or(url.len(), |at| after + at);
    url.split_at_checked(path).unwrap_or((url, ""))
}

/// The files of a [`Place`].
pub(crate) struct Served<'a> {
    place: &'a Place,
    conversation: RefCell<Conversation>,
    runtime: Handle,
}

impl Served<'_> {
    fn get(&self, path: &str) -> io::Result<Option<Bytes>> {
        let request = Request::get(format!("{}/{path}", self.place.base));
        let mut conversation = self.conversation.borrow_mut();
        let answer = self.runtime.block_on(conversation.ask(&request));
        let (status, body) =
            answer.map_err(|failure: Failure| io::Error::other(failure.title().to_owned()))?;
        match status {
            StatusCode::OK => Ok(Some(body)),
            StatusCode::NOT_FOUND | StatusCode::GONE => Ok(None),
            _ => Err(io::Error::other(match serde_json::from_slice::<Problem>(&body) {
                Ok(problem) => problem.title,
                Err(_) => format!("the server answered {status}"),
            })),
        }
    }
}

impl Source for Served<'_> {
    fn open(&self, path: &str) -> io::Result<Option<Box<dyn Read + '_>>> {
        Ok(self.get(path)?.map(|bytes| Box::new(io::Cursor::new(bytes)) as Box<dyn Read>))
    }

    fn list(&self, _: &str) -> io::Result<Option<Vec<Item>>> {
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_a_server_and_a_path() {
        assert_eq!(split("https://ward.example"), ("https://ward.example", ""));
        assert_eq!(split("https://ward.example:8443/a/b"), ("https://ward.example:8443", "/a/b"));
        assert_eq!(split("https://ward.example/"), ("https://ward.example", "/"));
        assert_eq!(split("unix:///run/ward/api.sock"), ("unix:///run/ward/api.sock", ""));
    }
}
