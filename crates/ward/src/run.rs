//! One run of the command line: where, as whom, in which context, and how it prints.

use std::{path::PathBuf, sync::Mutex, time::Duration};

use http::Response;
use hyper::body::Incoming;
use serde::de::DeserializeOwned;
use ward_model::{ErrorCode, Page, users::SecondFactor};

use crate::{
    cli::Globals,
    client::Client,
    output::{Field, Terminal},
    problem::{Exit, Failure, Result},
    profile::{Profile, Settings},
    prompt,
    request::{Reply, Request},
    surroundings::Surroundings,
    url::with_query,
};

/// Times that the server may be away in a row while something is waited for, a second apart.
const MOST_ABSENT: u32 = 60;

/// First argument of every command.
pub(crate) struct Run {
    pub(crate) terminal: Terminal,
    pub(crate) globals: Globals,
    pub(crate) surroundings: Surroundings,
    pub(crate) profile: Profile,
    pub(crate) settings: Settings,
    client: Mutex<Option<Client>>,
}

impl Run {
    /// Reads the profile. Nothing is sent yet.
    pub(crate) fn new(globals: Globals, surroundings: Surroundings, terminal: Terminal) -> Result<Self> {
        let dir =
            globals.config_dir.clone().or_else(|| surroundings.config_dir.clone()).ok_or_else(|| {
                Failure::usage("there is no home directory to keep the profile in")
                    .next_step("name a folder with --config-dir")
            })?;
        let profile = Profile::new(dir);
        let settings = profile.settings()?;
        Ok(Self { terminal, globals, surroundings, profile, settings, client: Mutex::new(None) })
    }

    /// The server: `--server`, else the profile's.
    pub(crate) fn server(&self) -> Result<String> {
        self.globals.server.clone().or_else(|| self.settings.server.clone()).ok_or_else(|| {
            Failure::usage("no server is known").next_step("sign in with `ward login --server URL`")
        })
    }

    /// The certificate authority; the profile's only for the profile's server.
    pub(crate) fn ca(&self) -> Result<Option<PathBuf>> {
        let known = self.settings.ca.clone().filter(|_| self.settings.server == self.server().ok());
        Ok(self.globals.ca.clone().or(known))
    }

    /// The client, made at its first use.
    pub(crate) fn client(&self) -> Result<Client> {
        let mut slot = self.client.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(client) = slot.as_ref() {
            return Ok(client.clone());
        }
        let server = self.server()?;
        let token = match &self.surroundings.token {
            Some(token) => Some(token.clone()),
            None => self.profile.token(&server)?,
        };
        let client = Client::new(&server, self.ca()?.as_deref(), token)?;
        Ok(slot.insert(client).clone())
    }

    /// Sends a request; asks for a fresh code and sends it again if the server wants a step-up.
    pub(crate) async fn call(&self, request: &Request) -> Result<Reply> {
        match self.client()?.call(request).await {
            Err(failure) if self.can_step_up(&failure) => {
                self.step_up(&failure).await?;
                self.client()?.call(request).await
            }
            result => result,
        }
    }

    /// As [`Run::call`], for answers that are streams.
    pub(crate) async fn stream(&self, request: &Request) -> Result<Response<Incoming>> {
        match self.client()?.stream(request).await {
            Err(failure) if self.can_step_up(&failure) => {
                self.step_up(&failure).await?;
                self.client()?.stream(request).await
            }
            result => result,
        }
    }

    fn can_step_up(&self, failure: &Failure) -> bool {
        failure.is(ErrorCode::StepUpRequired)
            && self.terminal.interactive
            && self.surroundings.token.is_none()
    }

    async fn step_up(&self, failure: &Failure) -> Result<()> {
        if let Failure::Problem(problem) = failure {
            self.terminal.note(&problem.title);
        }
        let code = prompt::text(&self.terminal, "Code of your second factor:", "`ward step-up --code CODE`")?;
        self.second_factor(&code).await.map(drop)
    }

    /// Gives a code of the second factor.
    pub(crate) async fn second_factor(&self, code: &str) -> Result<Reply> {
        let body = SecondFactor { code: code.to_owned() };
        self.client()?.call(&Request::post("/v1/sessions/current/second-factor", &body)?).await
    }

    /// GET, read as a type.
    pub(crate) async fn fetch<T: DeserializeOwned>(&self, path: &str) -> Result<T> {
        self.call(&Request::get(path)).await?.read()
    }

    /// Sends a request and shows the answer: the API's JSON, or what `human` makes of it.
    pub(crate) async fn show<T: DeserializeOwned>(
        &self,
        request: Request,
        human: impl FnOnce(&Terminal, T) -> Result<()>,
    ) -> Result<()> {
        let reply = self.call(&request).await?;
        self.print(&reply, human)
    }

    /// Shows an answer.
    pub(crate) fn print<T: DeserializeOwned>(
        &self,
        reply: &Reply,
        human: impl FnOnce(&Terminal, T) -> Result<()>,
    ) -> Result<()> {
        if self.terminal.json {
            self.terminal.body(&reply.body)
        } else {
            human(&self.terminal, reply.read()?)
        }
    }

    /// Sends a request without an answer worth showing, and says that it is done.
    pub(crate) async fn done(&self, request: Request, said: &str) -> Result<()> {
        let reply = self.call(&request).await?;
        if self.terminal.json && !reply.body.is_empty() {
            self.terminal.body(&reply.body)
        } else {
            self.terminal.note(said);
            Ok(())
        }
    }

    /// All items of a list, page by page.
    pub(crate) async fn all<T: DeserializeOwned>(&self, path: &str) -> Result<Vec<T>> {
        let mut items = Vec::new();
        for page in self.pages(path).await? {
            items.extend(page.read::<Page<T>>()?.items);
        }
        Ok(items)
    }

    async fn pages(&self, path: &str) -> Result<Vec<Reply>> {
        let mut pages = Vec::new();
        let mut cursor: Option<String> = None;
        loop {
            let page = with_query(path, &[("limit", Some("200".into())), ("cursor", cursor.clone())]);
            let reply = self.call(&Request::get(page)).await?;
            let next = reply.read::<Page<serde_json::Value>>()?.next;
            pages.push(reply);
            // A cursor that does not move would never end.
            match next {
                Some(next) if cursor.as_ref() != Some(&next) => cursor = Some(next),
                _ => return Ok(pages),
            }
        }
    }

    /// Shows a whole list: as one page of the API's JSON, or as a table.
    pub(crate) async fn list<T: DeserializeOwned>(
        &self,
        path: &str,
        header: &[&str],
        none: &str,
        row: impl Fn(T) -> Vec<Field>,
    ) -> Result<()> {
        let pages = self.pages(path).await?;
        if self.terminal.json {
            if let [page] = pages.as_slice() {
                return self.terminal.body(&page.body);
            }
            let mut items = Vec::new();
            for page in &pages {
                items.extend(page.read::<Page<serde_json::Value>>()?.items);
            }
            return self.terminal.line(&serde_json::json!({ "items": items }).to_string());
        }
        let mut rows = Vec::new();
        for page in &pages {
            rows.extend(page.read::<Page<T>>()?.items.into_iter().map(&row));
        }
        self.terminal.table(header, rows, none)
    }

    /// Asks again every second until it has ended, at most `limit` long.
    pub(crate) async fn wait<T: DeserializeOwned>(
        &self,
        path: &str,
        said: &str,
        limit: Duration,
        ended: impl Fn(&T) -> bool,
    ) -> Result<Reply> {
        let spinner = self.terminal.spinner(said);
        let waited = tokio::time::timeout(limit, async {
            let mut absent = 0;
            loop {
                match self.call(&Request::get(path)).await {
                    Ok(reply) if ended(&reply.read()?) => return Ok(reply),
                    Ok(_) => absent = 0,
                    // The server may be starting again: what was asked of it goes on then.
                    Err(failure) if failure.exit() == Exit::Unreachable as u8 && absent < MOST_ABSENT => {
                        absent += 1
                    }
                    Err(failure) => return Err(failure),
                }
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        });
        let result = waited.await;
        spinner.finish_and_clear();
        result.unwrap_or_else(|_| {
            Err(Failure::new(Exit::Failed, format!("{said}: not ended after {} min", limit.as_secs() / 60))
                .next_step("it goes on; look again later"))
        })
    }
}
