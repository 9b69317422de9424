//! Alerts: what needs a person's attention, until it is over.
//!
//! One open alert for each topic. Raising one is no effect (it changes nothing that runs or that anybody may do), so
//! it needs no permit; it is told in the event stream and taken down in the ledger, through the outbox, so that an
//! alert about the ledger itself reaches it when it can be written again.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use serde_json::json;
use ward_model::{
    AlertId, OrganizationId, Timestamp,
    alerts::{Alert, Severity as Level},
    ledger::{Actor, EntryKind, Event, Object},
};

pub use ward_model::alerts::Severity;

use crate::{
    Clock, Db, ReadTx, Result, audit,
    ctx::new_id,
    events::{Events, NewEvent},
};

/// Alerts that one answer holds at most.
const SHOWN: i64 = 200;

/// The alerts of an installation.
#[derive(Clone)]
pub struct Alerts(Arc<Inner>);

struct Inner {
    db: Db,
    clock: Arc<dyn Clock>,
    events: Events,
    /// Topics that are open, with what was last said: a repeated alert costs nothing.
    open: Mutex<BTreeMap<String, String>>,
}

/// What an alert says.
#[derive(Debug, Clone)]
pub struct NewAlert<'a> {
    /// What it is about: `ledger:unwritable`, `drain:drn_…`. One alert is open for each.
    pub topic: &'a str,
    /// How bad it is.
    pub severity: Severity,
    /// Organization that it concerns; none for the platform.
    pub organization: Option<OrganizationId>,
    /// One line.
    pub title: &'a str,
    /// What happened and what to do. Never PHI, never secrets.
    pub text: &'a str,
}

impl Alerts {
    /// Alerts of a store: those that are open stay open.
    pub(crate) async fn open(db: Db, clock: Arc<dyn Clock>, events: Events) -> Result<Self> {
        // All of them: one that is not known to be open would never be closed.
        let open: Vec<(String, String)> =
            sqlx::query_as("select topic, body from alerts where cleared_at is null")
                .fetch_all(db.read().await?.conn())
                .await?;
        let open = open.into_iter().collect();
        Ok(Self(Arc::new(Inner { db, clock, events, open: Mutex::new(open) })))
    }

    fn topics(&self) -> MutexGuard<'_, BTreeMap<String, String>> {
        self.0.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Raises an alert of the platform. If it is open already, its text is brought up to date.
    pub async fn raise(&self, topic: &str, severity: Severity, title: &str, text: &str) -> Result<()> {
        self.raise_for(NewAlert { topic, severity, organization: None, title, text }).await
    }

    /// Raises an alert.
    pub async fn raise_for(&self, alert: NewAlert<'_>) -> Result<()> {
        if self.topics().get(alert.topic).is_some_and(|known| known == alert.text) {
            return Ok(());
        }
        let now = self.0.clock.now();
        let mut tx = self.0.db.bookkeeping().await?;
        let updated = sqlx::query(
            "update alerts set body = $1, seen_at = $2, severity = $3, title = $4 where topic = $5 and cleared_at is null",
        )
        .bind(alert.text.to_owned())
        .bind(now.micros())
        .bind(alert.severity.as_str())
        .bind(alert.title.to_owned())
        .bind(alert.topic.to_owned())
        .execute(tx.conn())
        .await?;
        if updated.rows_affected() == 0 {
            let id: AlertId = new_id(now);
            sqlx::query(
                "insert into alerts (id, topic, severity, organization, title, body, raised_at, seen_at) \
                 values ($1, $2, $3, $4, $5, $6, $7, $7)",
            )
            .bind(id.to_string())
            .bind(alert.topic.to_owned())
            .bind(alert.severity.as_str())
            .bind(alert.organization.map(|o| o.to_string()))
            .bind(alert.title.to_owned())
            .bind(alert.text.to_owned())
            .bind(now.micros())
            .execute(tx.conn())
            .await?;
            audit::insert_outbox(tx.conn(), &entry("alert:raise", id, &alert, now)).await?;
            tracing::warn!(topic = alert.topic, title = alert.title, text = alert.text, "alert");
        }
        tx.commit().await?;
        self.topics().insert(alert.topic.to_owned(), alert.text.to_owned());
        self.tell(now, alert.organization, alert.topic, alert.title).await
    }

    /// Closes the alert of a topic, if one is open.
    pub async fn clear(&self, topic: &str) -> Result<()> {
        if !self.topics().contains_key(topic) {
            return Ok(());
        }
        let now = self.0.clock.now();
        let wanted = Wanted { open_only: true, topic: Some(topic), ..Wanted::default() };
        if let Some(alert) = list(&mut self.0.db.read().await?, wanted).await?.pop() {
            let organization = alert.organization.as_deref().and_then(|id| id.parse().ok());
            let said = NewAlert {
                topic,
                severity: alert.severity,
                organization,
                title: &alert.title,
                text: "it is over",
            };
            let mut tx = self.0.db.bookkeeping().await?;
            sqlx::query("update alerts set cleared_at = $1 where id = $2 and cleared_at is null")
                .bind(now.micros())
                .bind(alert.id.to_string())
                .execute(tx.conn())
                .await?;
            // Its own id as the attempt would make it the same entry as the raising.
            audit::insert_outbox(tx.conn(), &entry("alert:clear", new_id(now), &said, now)).await?;
            tx.commit().await?;
            tracing::info!(topic, "alert is over");
            self.tell(now, organization, topic, &format!("Over: {}", alert.title)).await?;
        }
        self.topics().remove(topic);
        Ok(())
    }

    /// Raises an alert from where nobody can wait for the store.
    pub fn raise_soon(&self, topic: &'static str, severity: Severity, title: &'static str, text: &str) {
        if self.topics().contains_key(topic) {
            return;
        }
        let (alerts, text) = (self.clone(), text.to_owned());
        tokio::spawn(async move {
            if let Err(error) = alerts.raise(topic, severity, title, &text).await {
                tracing::error!(topic, title, text, %error, "an alert can't be stored");
            }
        });
    }

    /// Closes an alert from where nobody can wait for the store.
    pub fn clear_soon(&self, topic: &'static str) {
        if !self.topics().contains_key(topic) {
            return;
        }
        let alerts = self.clone();
        tokio::spawn(async move {
            if let Err(error) = alerts.clear(topic).await {
                tracing::warn!(topic, %error, "an alert can't be closed");
            }
        });
    }

    /// Alerts of an organization, or of the platform with all organizations for None; newest first.
    pub async fn list(&self, organization: Option<OrganizationId>, open_only: bool) -> Result<Vec<Alert>> {
        let wanted = Wanted { organization, open_only, limit: Some(SHOWN), ..Wanted::default() };
        list(&mut self.0.db.read().await?, wanted).await
    }

    /// Whether the alert of a topic is open.
    pub fn is_open(&self, topic: &str) -> bool {
        self.topics().contains_key(topic)
    }

    /// All open alerts whose topic begins with `prefix`: for whoever closes those of its own.
    pub async fn open_about(&self, prefix: &str) -> Result<Vec<Alert>> {
        let wanted = Wanted { open_only: true, prefix, ..Wanted::default() };
        list(&mut self.0.db.read().await?, wanted).await
    }

    async fn tell(
        &self,
        now: Timestamp,
        organization: Option<OrganizationId>,
        topic: &str,
        text: &str,
    ) -> Result<()> {
        let event = NewEvent {
            kind: "alert".into(),
            organization,
            subject: topic.to_owned(),
            text: text.to_owned(),
            data: serde_json::Value::Null,
        };
        self.0.events.publish(now, &[event]).await
    }
}

fn entry(action: &str, id: AlertId, alert: &NewAlert<'_>, time: Timestamp) -> Event {
    Event {
        v: 1,
        time,
        kind: EntryKind::Notice,
        attempt: id.to_string(),
        action: action.into(),
        actor: Actor { kind: "loop".into(), id: "alerts".into(), credential: None },
        object: Object {
            kind: "alert".into(),
            id: alert.topic.to_owned(),
            organization: alert.organization.map(|o| o.to_string()),
            project: None,
            environment: None,
        },
        request: String::new(),
        source: String::new(),
        policies: Vec::new(),
        outcome: None,
        detail: json!({ "severity": alert.severity, "title": alert.title, "text": alert.text }),
    }
}

/// Id, topic, severity, organization, title, text, raised, seen, cleared.
type Row = (String, String, String, Option<String>, String, String, i64, i64, Option<i64>);

/// Which alerts.
#[derive(Default)]
struct Wanted<'a> {
    organization: Option<OrganizationId>,
    open_only: bool,
    topic: Option<&'a str>,
    prefix: &'a str,
    limit: Option<i64>,
}

async fn list(read: &mut ReadTx, wanted: Wanted<'_>) -> Result<Vec<Alert>> {
    let rows: Vec<Row> = sqlx::query_as(
        "select id, topic, severity, organization, title, body, raised_at, seen_at, cleared_at from alerts \
         where ($1 = '' or organization = $1) and ($2 = 0 or cleared_at is null) \
         and ($3 = '' or topic = $3) and substr(topic, 1, length($4)) = $4 order by raised_at desc limit $5",
    )
    .bind(wanted.organization.map(|o| o.to_string()).unwrap_or_default())
    .bind(i64::from(wanted.open_only))
    .bind(wanted.topic.unwrap_or_default().to_owned())
    .bind(wanted.prefix.to_owned())
    .bind(wanted.limit.unwrap_or(i64::MAX))
    .fetch_all(read.conn())
    .await?;
    let mut alerts = Vec::with_capacity(rows.len());
    for (id, topic, severity, organization, title, text, raised, seen, cleared) in rows {
        alerts.push(Alert {
            id: id.parse()?,
            topic,
            severity: Level::from_name(&severity).unwrap_or(Level::Warning),
            organization,
            title,
            text,
            raised_at: Timestamp::from_micros(raised),
            seen_at: Timestamp::from_micros(seen),
            cleared_at: cleared.map(Timestamp::from_micros),
        });
    }
    Ok(alerts)
}
