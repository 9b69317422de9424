//! The ledger: entries with filters, one entry with its proof, and a verification on demand.
//!
//! Reading it is recorded, too. A proof shown here is text in a public form (c2sp.org/tlog-proof), so that somebody
//! with the log's key can check it without this console.

use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use ward_ledger::{Checkpoint, leaf_hash, verify_inclusion};
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
    caller.ctx.permit(Action::LedgerRead, &Target::organization(id)).await?;
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
        rows: found.items.iter().map(|e| row(e, &filter, now)).collect(),
        older: found.next.map(|next| filter.path(Some(&next))),
        newest: wanted.cursor.is_none(),
        size: audit.size(),
        filter,
        places,
        platform,
    })
}

fn row(entry: &LedgerEntry, filter: &Filter, now: Timestamp) -> Row {
    let event = &entry.event;
    let of = if filter.organization.is_empty() {
        String::new()
    } else {
        format!("?organization={}", filter.organization)
    };
    Row {
        index: entry.index,
        path: format!("/ledger/entries/{}{of}", entry.index),
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

/// One entry: its exact bytes, and the proof that it is in the signed tree.
pub(crate) async fn entry(
    caller: Caller,
    Path(index): Path<String>,
    query: Query,
) -> Result<Response, Failure> {
    let filter = Filter { organization: query.text("organization").to_owned(), ..Filter::default() };
    let missing = || Error::not_found("entry", index.chars().take(20).collect::<String>());
    let at = index.parse::<u64>().ok().filter(|at| *at < i64::MAX as u64).ok_or_else(missing)?;
    let organization = permit(&caller, &filter.organization).await?;
    let audit = &caller.ctx.core().audit;
    let name = organization.map_or_else(|| PLATFORM_LOG.to_owned(), |id| id.to_string());
    let series = audit.series(&name).ok_or_else(missing)?;
    let log = series.current();
    if at >= log.size() {
        return Err(missing().into());
    }
    let found = audit.entry(&name, &series.current_shard(), at).await?;
    let bytes = log.entry(at).map_err(|e| Error::internal("reading the ledger", e))?;
    let detail =
        Some(&found.event.detail).filter(|d| !d.is_null()).and_then(|d| serde_json::to_string_pretty(d).ok());
    let all = organization.is_none();
    page(&EntryPage {
        shell: caller.shell("ledger"),
        row: row(&found, &filter, caller.ctx.now()),
        back: filter.path(None),
        detail,
        canonical: String::from_utf8_lossy(&bytes).into_owned(),
        proof: proof(&log, at, &bytes)?,
        newer: Some(at + 1).filter(|n| all && *n < log.size()).map(|n| format!("/ledger/entries/{n}")),
        older: at.checked_sub(1).filter(|_| all).map(|n| format!("/ledger/entries/{n}")),
        event: found.event,
    })
}

/// None if no checkpoint that covers the entry is signed yet.
fn proof(log: &ward_ledger::Log, index: u64, bytes: &[u8]) -> Result<Option<Proof>, Failure> {
    let failed = |e: String| Error::internal("proving an entry", e);
    let note = log.checkpoint();
    let signed = Checkpoint::open(note.as_bytes(), log.verifier_key()).map_err(|e| failed(e.to_string()))?;
    if index >= signed.size {
        return Ok(None);
    }
    let hashes = log.inclusion_proof(index, signed.size).map_err(|e| failed(e.to_string()))?;
    let leaf = leaf_hash(bytes);
    let holds = verify_inclusion(&leaf, index, signed.size, &signed.root, &hashes).is_ok();
    let mut text = format!("c2sp.org/tlog-proof@v1\nindex {index}\n");
    for hash in &hashes {
        text.push_str(&format!("{hash}\n"));
    }
    text.push('\n');
    text.push_str(&note);
    Ok(Some(Proof { text, leaf: leaf.to_string(), size: signed.size, root: signed.root.to_string(), holds }))
}

/// Verifies the whole log from its files and its key.
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
        Ok(seen) => LedgerVerdict { verified: true, entries: seen.entries, checkpoint, key, finding: None },
        Err(wrong) => LedgerVerdict {
            verified: false,
            entries: wrong.finding.entry.unwrap_or(0),
            checkpoint,
            key,
            finding: Some(wrong.to_string()),
        },
    };
    page(&VerdictPage { shell: caller.shell("ledger"), verdict })
}
