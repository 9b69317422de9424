//! The event stream: what happens, for people who watch. Kept for a while, then forgotten; the ledger is the record.

use serde_json::Value;
use sqlx::AnyConnection;
use tokio::sync::watch;
use ward_model::{OrganizationId, Timestamp, events::StreamEvent};

use crate::{Db, Result};

/// Most events kept.
const KEPT: i64 = 20_000;

/// The stream.
#[derive(Clone)]
pub struct Events {
    db: Db,
    newest: watch::Sender<i64>,
}

/// An event before it has a number.
#[derive(Debug, Clone)]
pub struct NewEvent {
    /// `deployment.state`, `database.state`…
    pub kind: String,
    /// Organization; none for the platform.
    pub organization: Option<OrganizationId>,
    /// Id of what it is about.
    pub subject: String,
    /// Text for people.
    pub text: String,
    /// More, by kind.
    pub data: Value,
}

impl Events {
    pub(crate) fn new(db: Db) -> Self {
        Self { db, newest: watch::Sender::new(0) }
    }

    /// Appends events in a bookkeeping transaction of their own: progress lines that are no effect.
    pub async fn publish(&self, now: Timestamp, events: &[NewEvent]) -> Result<()> {
        if events.is_empty() {
            return Ok(());
        }
        let mut tx = self.db.bookkeeping().await?;
        let last = insert(tx.conn(), now, events).await?;
        tx.commit().await?;
        self.announce(last);
        Ok(())
    }

    /// Tells watchers that there is more up to `sequence`.
    pub(crate) fn announce(&self, sequence: i64) {
        self.newest.send_if_modified(|n| {
            sequence > *n && {
                *n = sequence;
                true
            }
        });
    }

    /// Wakes when events were added.
    pub fn subscribe(&self) -> watch::Receiver<i64> {
        self.newest.subscribe()
    }

    /// Number of the newest event.
    pub async fn newest(&self) -> Result<i64> {
        let mut read = self.db.read().await?;
        let (n,): (i64,) = sqlx::query_as("select coalesce(max(sequence), 0) from stream_events")
            .fetch_one(read.conn())
            .await?;
        Ok(n)
    }

    /// Events after a number, oldest first; of one organization, or of the platform for None.
    pub async fn after(
        &self,
        sequence: i64,
        organization: Option<OrganizationId>,
        subject: Option<&str>,
        limit: u32,
    ) -> Result<Vec<StreamEvent>> {
        let mut read = self.db.read().await?;
        let rows: Vec<Row> = sqlx::query_as(AFTER)
            .bind(sequence)
            .bind(organization.map(|o| o.to_string()).unwrap_or_default())
            .bind(subject.unwrap_or_default().to_owned())
            .bind(i64::from(limit))
            .fetch_all(read.conn())
            .await?;
        Ok(rows
            .into_iter()
            .map(|(sequence, time, kind, organization, subject, text, data)| StreamEvent {
                sequence,
                time: Timestamp::from_micros(time),
                kind,
                organization,
                subject,
                text,
                data: serde_json::from_str(&data).unwrap_or(Value::Null),
            })
            .collect())
    }
}

/// Sequence, time, kind, organization, subject, text, data.
type Row = (i64, i64, String, Option<String>, String, String, String);

const AFTER: &str = "select sequence, time, kind, organization, subject, body, data from stream_events \
     where sequence > $1 and coalesce(organization, '') = $2 and ($3 = '' or subject = $3) order by sequence limit $4";

/// Inserts events; returns the last number. Runs under the writers' lock, so numbers follow commits.
pub(crate) async fn insert(conn: &mut AnyConnection, now: Timestamp, events: &[NewEvent]) -> Result<i64> {
    let (mut last,): (i64,) =
        sqlx::query_as("select coalesce(max(sequence), 0) from stream_events").fetch_one(&mut *conn).await?;
    for event in events {
        last += 1;
        sqlx::query("insert into stream_events (sequence, time, kind, organization, subject, body, data) values ($1, $2, $3, $4, $5, $6, $7)")
            .bind(last)
            .bind(now.micros())
            .bind(event.kind.clone())
            .bind(event.organization.map(|o| o.to_string()))
            .bind(event.subject.clone())
            .bind(event.text.clone())
            .bind(event.data.to_string())
            .execute(&mut *conn)
            .await?;
    }
    sqlx::query("delete from stream_events where sequence <= $1")
        .bind(last - KEPT)
        .execute(&mut *conn)
        .await?;
    Ok(last)
}
