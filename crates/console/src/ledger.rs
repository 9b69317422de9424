//! The ledger: entries with filters, one entry with its proof, and a verification on demand.
//!
//! Reading it is recorded, too. A proof shown here is text in a public form (c2sp.org/tlog-proof), so that somebody
//! with the log's key can check it without this console.

use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use ward_ledger::{Checkpoint, Series, WITNESSED_FILE, leaf_hash, proof, verify::Trust};
use ward_model::{
    Action, OrganizationId, PageQuery, Target, Timestamp,
    ledger::{EntryKind, LedgerEntry, LedgerQuery, LedgerVerdict, Outcome},
};
use ward_platform::organizations;
use ward_spine::{Error, audit::PLATFORM_LOG};

use crate::{
    ConsoleState,
    caller::{Caller, Query},
    failure::Failure,
    forms::Submitted,
    landing,
    shell::{Shell, page},
    words::Moment,
};

/// Entries on a page.
const PAGE: u32 = 50;

#[derive(Template)]
#[template(path = "ledger.html")]
struct LedgerPage {
    shell: Shell,
    filter: Filter,
    places: Vec<Place>,
    platform: bool,
    rows: Vec<Row>,
    older: Option<String>,
    newest: bool,
    size: u64,
}

/// What is asked for, as it was typed.
#[derive(Default)]
struct Filter {
    organization: String,
    kind: String,
    action: String,
    actor: String,
    object: String,
    outcome: String,
    text: String,
    from: String,
    to: String,
}

struct Place {
    id: String,
    name: String,
}

struct Row {
    /// Name of the organization whose log it is in, or `platform`.
    log: String,
    shard: String,
    index: u64,
    path: String,
    time: Moment,
    minute: String,
    kind: &'static str,
    outcome: Option<&'static str>,
    tone: &'static str,
    action: String,
    actor: String,
    object: String,
    object_kind: String,
}

#[derive(Template)]
#[template(path = "ledger_entry.html")]
struct EntryPage {
    shell: Shell,
    row: Row,
    /// Whose log it is.
    log: String,
    back: String,
    event: ward_model::ledger::Event,
    detail: Option<String>,
    canonical: String,
    proof: Option<Proof>,
    newer: Option<String>,
    older: Option<String>,
}

/// That the entry is in the signed tree.
struct Proof {
    text: String,
    leaf: String,
    size: u64,
    root: String,
    holds: bool,
}

#[derive(Template)]
#[template(path = "ledger_verdict.html")]
struct VerdictPage {
    shell: Shell,
    verdict: LedgerVerdict,
}

impl Filter {
    fn of(query: &Query) -> Self {
        let text = |name| query.text(name).chars().take(200).collect::<String>();
        Self {
            organization: text("organization"),
            kind: text("kind"),
            action: text("action"),
            actor: text("actor"),
            object: text("object"),
            outcome: text("outcome"),
            text: text("text"),
            from: text("from"),
            to: text("to"),
        }
    }

    fn pairs(&self) -> [(&'static str, &str); 9] {
        [
            ("organization", &self.organization),
            ("kind", &self.kind),
            ("action", &self.action),
            ("actor", &self.actor),
            ("object", &self.object),
            ("outcome", &self.outcome),
            ("text", &self.text),
            ("from", &self.from),
            ("to", &self.to),
        ]
    }

    /// Address of a page of the same entries.
    fn path(&self, cursor: Option<&str>) -> String {
        let pairs =
            self.pairs().into_iter().chain(cursor.map(|c| ("cursor", c))).filter(|(_, v)| !v.is_empty());
        let query: Vec<String> =
            pairs.map(|(name, value)| format!("{name}={}", landing::encoded(value))).collect();
        if query.is_empty() { "/ledger".to_owned() } else { format!("/ledger?{}", query.join("&")) }
    }

    fn query(&self, cursor: Option<String>) -> Result<LedgerQuery, Failure> {
        let some = |text: &str| Some(text.to_owned()).filter(|t| !t.is_empty());
        Ok(LedgerQuery {
            organization: some(&self.organization),
            actor: some(&self.actor),
            action: some(&self.action),
            object: some(&self.object),
            kind: some(&self.kind),
            outcome: some(&self.outcome),
            from: day(&self.from)?,
            to: day(&self.to)?.map(|day| day.plus(std::time::Duration::from_secs(86_400))),
            text: some(&self.text),
            cursor,
            limit: Some(PAGE),
        })
    }
}

/// The beginning of a day, in UTC.
fn day(text: &str) -> Result<Option<Timestamp>, Failure> {
    if text.is_empty() {
        return Ok(None);
    }
    let time = format!("{text}T00:00:00Z").parse::<Timestamp>();
    Ok(Some(time.map_err(|_| Error::invalid("that is no day", "write days like 2026-11-30"))?))
}

/// Takes the permit for an organization's entries, or for the platform's.
async fn permit(caller: &Caller, organization: &str) -> Result<Option<OrganizationId>, Failure> {
    if organization.is_empty() {
        caller.ctx.permit(Action::PlatformLedgerRead, &Target::platform()).await?;
        return Ok(None);
    }
    let id = organization.parse::<OrganizationId>()?;
    let found = organizations::find(&mut caller.ctx.read().await?, id).await?;
    let found = found.ok_or_else(|| Error::not_found("organization", id))?;
    caller.ctx.permit(Action::LedgerRead, &found).await?;
    Ok(Some(id))
}

/// Lists entries, newest first.
pub(crate) async fn list(caller: Caller, query: Query) -> Result<Response, Failure> {
    let listed = organizations::list(&caller.ctx, &PageQuery { cursor: None, limit: Some(100) }).await?;
    let places: Vec<Place> =
        listed.items.into_iter().map(|o| Place { id: o.id.to_string(), name: o.name.to_string() }).collect();
    let mut filter = Filter::of(&query);
    let platform = caller.watches_platform();
    if let Some(first) = places.first().filter(|_| filter.organization.is_empty() && !platform) {
        filter.organization.clone_from(&first.id);
    }
    let wanted = filter.query(query.given("cursor"))?;
    let organization = permit(&caller, &filter.organization).await?;
    let audit = &caller.ctx.core().audit;
    let found = audit.search(organization, &wanted).await?;
    let now = caller.ctx.now();
    page(&LedgerPage {
        shell: caller.shell("ledger"),
        rows: found.items.iter().map(|e| row(e, &places, now)).collect(),
        older: found.next.map(|next| filter.path(Some(&next))),
        newest: wanted.cursor.is_none(),
        size: audit.size(),
        filter,
        places,
        platform,
    })
}

fn row(entry: &LedgerEntry, places: &[Place], now: Timestamp) -> Row {
    let event = &entry.event;
    let place = places.iter().find(|place| place.id == entry.log);
    Row {
        log: place.map_or_else(|| entry.log.clone(), |place| place.name.clone()),
        shard: entry.shard.clone(),
        index: entry.index,
        path: path(&entry.log, &entry.shard, entry.index),
        minute: event.time.to_string().chars().take(16).collect::<String>().replace('T', " "),
        time: Moment::new(now, event.time),
        kind: event.kind.as_str(),
        outcome: event.outcome.map(Outcome::as_str),
        tone: match (event.kind, event.outcome) {
            (EntryKind::Denied, _) | (_, Some(Outcome::Failed | Outcome::Aborted)) => "bad",
            (_, Some(Outcome::Success)) => "good",
            (EntryKind::Read, _) => "wait",
            _ => "plain",
        },
        action: event.action.clone(),
        actor: if event.actor.id.is_empty() { event.actor.kind.clone() } else { event.actor.id.clone() },
        object: event.object.id.clone(),
        object_kind: event.object.kind.clone(),
    }
}

fn path(log: &str, shard: &str, index: u64) -> String {
    format!("/ledger/entries/{log}/{shard}/{index}")
}

/// One entry: its exact bytes, and the proof that it is in the signed tree.
pub(crate) async fn entry(
    caller: Caller,
    Path((log, shard, index)): Path<(String, String, String)>,
) -> Result<Response, Failure> {
    let missing = || Error::not_found("entry", index.chars().take(20).collect::<String>());
    let at = index.parse::<u64>().ok().filter(|at| *at < i64::MAX as u64).ok_or_else(missing)?;
    let organization = if log == PLATFORM_LOG { String::new() } else { log.clone() };
    permit(&caller, &organization).await?;
    let audit = &caller.ctx.core().audit;
    let series = audit.series(&log).ok_or_else(missing)?;
    // Says so if the shard is archived.
    let found = audit.entry(&log, &shard, at).await?;
    let read = |e| Error::internal("reading the ledger", e);
    let (bytes, size) = (series.entry(&shard, at).map_err(read)?, series.size(&shard).map_err(read)?);
    let detail =
        Some(&found.event.detail).filter(|d| !d.is_null()).and_then(|d| serde_json::to_string_pretty(d).ok());
    page(&EntryPage {
        shell: caller.shell("ledger"),
        row: row(&found, &[], caller.ctx.now()),
        back: Filter { organization, ..Filter::default() }.path(None),
        detail,
        canonical: String::from_utf8_lossy(&bytes).into_owned(),
        proof: proof(&series, &shard, at, bytes).await?,
        newer: Some(at + 1).filter(|n| *n < size).map(|n| path(&log, &shard, n)),
        older: at.checked_sub(1).map(|n| path(&log, &shard, n)),
        log,
        event: found.event,
    })
}

/// Under the newest checkpoint that witnesses have cosigned, if that covers the entry, else under the log's own. None if
/// the entry is newer than both.
async fn proof(series: &Series, shard: &str, index: u64, bytes: Vec<u8>) -> Result<Option<Proof>, Failure> {
    let failed = |e: String| Error::internal("proving an entry", e);
    let Some(found) = series.shard(shard) else { return Ok(None) };
    let signed = |note: &str| Checkpoint::open(note.as_bytes(), &found.key).ok().filter(|c| index < c.size);
    let witnessed = tokio::fs::read_to_string(found.dir.join(WITNESSED_FILE)).await.ok();
    let own = series.checkpoint(shard).map_err(|e| failed(e.to_string()))?;
    let note = witnessed.filter(|note| signed(note).is_some()).unwrap_or(own);
    let Some(checkpoint) = signed(&note) else { return Ok(None) };
    let hashes = series.inclusion_proof(shard, index, checkpoint.size).map_err(|e| failed(e.to_string()))?;
    let leaf = leaf_hash(&bytes).to_string();
    let made = proof::Proof { entry: Some(bytes), index, hashes, checkpoint: note };
    let holds = made.verify(None, &Trust { keys: vec![found.key.clone()], ..Trust::default() }).is_ok();
    Ok(Some(Proof {
        text: made.to_text(),
        leaf,
        size: checkpoint.size,
        root: checkpoint.root.to_string(),
        holds,
    }))
}

/// Verifies all logs from their files and keys.
pub(crate) async fn verify(
    State(state): State<ConsoleState>,
    Submitted { by: caller, .. }: Submitted<Caller>,
) -> Result<Response, Failure> {
    caller.ctx.permit(Action::PlatformLedgerRead, &Target::platform()).await?;
    let _alone = state.verifying.lock().await;
    let audit = &caller.ctx.core().audit;
    let log = audit.platform().current();
    let (key, checkpoint) = (log.verifier_key().to_string(), log.checkpoint());
    let verdict = match audit.verify(&[]).await? {
        Ok(seen) => LedgerVerdict {
            verified: true,
            entries: seen.entries,
            checkpoint,
            key,
            finding: None,
            logs: seen.logs,
        },
        Err(wrong) => LedgerVerdict {
            verified: false,
            entries: wrong.logs.iter().map(|log| log.entries).sum(),
            checkpoint,
            key,
            finding: Some(wrong.to_string()),
            logs: wrong.logs,
        },
    };
    page(&VerdictPage { shell: caller.shell("ledger"), verdict })
}
