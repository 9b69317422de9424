//! Reads an app's log. Recorded once, before the first line is handed out.

use std::{
    collections::VecDeque,
    path::{Path, PathBuf},
    time::Duration,
};

use futures::stream::BoxStream;
use serde_json::json;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use ward_model::{Action, AppId, KeyId, apps::AppLogLine};
use ward_spine::{Ctx, Error, Result};

use super::{
    LogQuery, bell, directory, key_context,
    segment::{self, Position},
    store::{open, target},
};

/// Most lines that can be asked for from the end: they are held in memory at once.
const MOST_TAIL: usize = 20_000;
/// Longest name of a process that is asked for: it goes into the record.
const LONGEST_PROCESS: usize = 100;
/// Time between two looks when no bell rings.
const LOOK: Duration = Duration::from_secs(1);

/// Lines of an app, oldest first; with `follow`, new ones until the stream is dropped. A damaged record is an
/// error in the stream, and its end.
///
/// # Errors
/// `not-found` if there is no such app that the principal may know of; `invalid` for a tail that is too long.
pub async fn read(ctx: &Ctx, app: AppId, query: LogQuery) -> Result<BoxStream<'static, Result<AppLogLine>>> {
    let found = target(ctx, app).await?.filter(|(_, destroyed)| !destroyed);
    let (target, _) = found.ok_or_else(|| Error::not_found("app", app))?;
    if query.tail.is_some_and(|tail| tail > MOST_TAIL) {
        let message = format!("a tail has at most {MOST_TAIL} lines");
        return Err(Error::invalid(message, "ask for fewer, or leave it out for all lines"));
    }
    if query.process.as_ref().is_some_and(|process| process.len() > LONGEST_PROCESS) {
        return Err(Error::invalid("no process has so long a name", "list them: `ward ps`"));
    }
    let detail =
        json!({ "tail": query.tail, "since": query.since, "process": query.process, "follow": query.follow });
    ctx.permit_with(Action::LogRead, &target, detail).await?;
    let (sender, receiver) = mpsc::channel(256);
    let reader = Reader { ctx: ctx.clone(), app, directory: directory(ctx, app), query, sender, key: None };
    tokio::spawn(reader.work());
    Ok(Box::pin(ReceiverStream::new(receiver)))
}

struct Reader {
    ctx: Ctx,
    app: AppId,
    directory: PathBuf,
    query: LogQuery,
    sender: mpsc::Sender<Result<AppLogLine>>,
    key: Option<KeyId>,
}

/// The stream was dropped, or ended with an error that was sent.
struct Over;

impl Reader {
    async fn work(mut self) {
        let result = self.run().await;
        if let Err(Some(error)) = result.map_err(|e| e.err()) {
            let _ = self.sender.send(Err(error)).await;
        }
    }

    async fn run(&mut self) -> Result<(), Result<Over, Error>> {
        let mut at = self.past().await?;
        if !self.query.follow {
            return Ok(());
        }
        let bell = self.ctx.bell(&bell(self.app));
        loop {
            let rung = bell.notified();
            tokio::pin!(rung);
            // Before looking, so that no line that comes meanwhile is missed.
            rung.as_mut().enable();
            while self.news(&mut at).await? {}
            tokio::select! {
                () = self.sender.closed() => return Err(Ok(Over)),
                () = rung => {}
                () = tokio::time::sleep(LOOK) => {}
            }
        }
    }

    /// What is stored already; returns where it ends.
    async fn past(&mut self) -> Result<Position, Result<Over, Error>> {
        let segments = self.segments().await?;
        let Some((newest, _)) = segments.last().copied() else { return Ok(Position::default()) };
        let mut end = Position { segment: newest, ..Position::default() };
        let Some(most) = self.query.tail else {
            for (number, _) in &segments {
                let mut at = Position { segment: *number, ..Position::default() };
                for line in self.lines(&mut at).await? {
                    self.send(line).await?;
                }
                end = at;
            }
            return Ok(end);
        };
        let mut last = VecDeque::new();
        for (number, _) in segments.iter().rev() {
            let mut at = Position { segment: *number, ..Position::default() };
            for line in self.lines(&mut at).await?.into_iter().rev() {
                if last.len() < most {
                    last.push_front(line);
                }
            }
            if *number == newest {
                end = at;
            }
            if last.len() >= most {
                break;
            }
        }
        for line in last {
            self.send(line).await?;
        }
        Ok(end)
    }

    /// Sends what came since; whether to look again at once.
    async fn news(&mut self, at: &mut Position) -> Result<bool, Result<Over, Error>> {
        // Listed before reading: what is in a segment when a later one exists is all of it.
        let later = self.segments().await?.into_iter().map(|(number, _)| number).find(|n| *n > at.segment);
        for line in self.lines(at).await? {
            self.send(line).await?;
        }
        if let Some(segment) = later {
            *at = Position { segment, ..Position::default() };
            return Ok(true);
        }
        Ok(false)
    }

    async fn segments(&self) -> Result<Vec<(u64, u64)>, Result<Over, Error>> {
        segment::list(&self.directory).await.map_err(|e| Err(unreadable(&self.directory, e)))
    }

    /// Wanted lines of a segment from a position on.
    async fn lines(&mut self, at: &mut Position) -> Result<Vec<AppLogLine>, Result<Over, Error>> {
        let records =
            segment::read(&self.directory, at).await.map_err(|e| Err(unreadable(&self.directory, e)))?;
        let mut lines = Vec::new();
        for (record, sealed) in records {
            let key = self.key().await.map_err(Err)?;
            let batch = open(&self.ctx, self.app, key, (at.segment, record), &sealed).await.map_err(Err)?;
            lines.extend(batch.lines.into_iter().filter(|line| self.query.wants(line)));
        }
        Ok(lines)
    }

    async fn key(&mut self) -> Result<KeyId> {
        if let Some(key) = self.key {
            return Ok(key);
        }
        let found = self.ctx.keyring().find(&mut self.ctx.read().await?, &key_context(self.app)).await?;
        let key = found.ok_or_else(|| Error::internal("reading a log", "its key is gone"))?;
        self.key = Some(key);
        Ok(key)
    }

    async fn send(&self, line: AppLogLine) -> Result<(), Result<Over, Error>> {
        self.sender.send(Ok(line)).await.map_err(|_| Ok(Over))
    }
}

fn unreadable(directory: &Path, error: std::io::Error) -> Error {
    Error::internal(format!("reading {}", directory.display()), error)
}
