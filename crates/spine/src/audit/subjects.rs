//! Pseudonyms: who stands behind them is sealed under a key of its own, so erasure and an immutable log coexist.
//!
//! In the ledger a person is `sub_…` and an address `adr_…`. The table `ledger_subjects` maps them back; each row
//! is sealed under its own key, and destroying that key makes every entry about the person anonymous without
//! changing one of them (NIST SP 800-88, cryptographic erase).

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use serde_json::Value;
use ward_model::{
    UserId,
    ledger::{EntryKind, Event},
};
use ward_redact::Redactor;
use ward_vault::{Vault, WrappedKey, hash, random};
use zeroize::Zeroizing;

use super::{phi, sql};
use crate::{Clock, Db, Error, Result, keyring};

/// Context of the KEK under which every subject's key lies.
const KEK: &str = "platform ledger subjects";
/// Kind of the row that keeps the key of the lookups.
const LOOKUP: &str = "lookup";
/// Pseudonyms that are kept in memory.
const CACHED: usize = 50_000;

/// What a pseudonym stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    User,
    Address,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Address => "address",
        }
    }
    fn prefix(self) -> &'static str {
        match self {
            Self::User => "sub",
            Self::Address => "adr",
        }
    }
}

pub(super) struct Subjects {
    db: Db,
    vault: Arc<Vault>,
    clock: Arc<dyn Clock>,
    known: Mutex<Known>,
    /// Masks what must not be in a detail.
    sieve: Redactor,
}

#[derive(Default)]
struct Known {
    keys: Option<Arc<Keys>>,
    pseudonyms: HashMap<String, String>,
    values: HashMap<String, String>,
    /// Pseudonyms that were erased, or are about to be: read anew each time, so that nothing that was read before
    /// the erasure took effect stays behind.
    erased: HashSet<String>,
}

struct Keys {
    kek: WrappedKey,
    lookup: Zeroizing<Vec<u8>>,
}

fn vault(source: ward_vault::Error) -> Error {
    Error::internal("using the key of a pseudonym", source)
}

/// Where a subject's value belongs: it opens nowhere else.
fn place(pseudonym: &str) -> String {
    format!("ledger subject {pseudonym}")
}

impl Subjects {
    pub(super) fn new(db: Db, vault: Arc<Vault>, clock: Arc<dyn Clock>) -> Result<Self> {
        Ok(Self { db, vault, clock, known: Mutex::default(), sieve: phi::sieve()? })
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn remember(&self, value: &str, pseudonym: &str) {
        let mut known = self.known();
        if known.erased.contains(pseudonym) {
            return;
        }
        if known.pseudonyms.len() >= CACHED || known.values.len() >= CACHED {
            known.pseudonyms.clear();
            known.values.clear();
        }
        known.pseudonyms.insert(value.to_owned(), pseudonym.to_owned());
        known.values.insert(pseudonym.to_owned(), value.to_owned());
    }

    /// The event as it may enter the ledger: users and addresses under pseudonyms, PHI in a detail masked.
    pub(super) async fn conceal(&self, event: &Event) -> Result<Event> {
        let mut event = event.clone();
        if !event.source.is_empty() && !event.source.starts_with("adr_") {
            event.source = self.pseudonym(Kind::Address, &event.source).await?;
        }
        event.actor.id = self.conceal_text(&event.actor.id).await?;
        event.object.id = self.conceal_text(&event.object.id).await?;
        let mut texts = Vec::new();
        each_text(&mut event.detail, &mut |text| texts.push(text.clone()));
        let mut concealed = Vec::with_capacity(texts.len());
        for text in &texts {
            let known = self.conceal_text(text).await?;
            // What Ward says by itself quotes checkpoints and nobody's words.
            let own = event.kind == EntryKind::Notice;
            concealed.push(if own { known } else { self.sieve.redact_str(&known).into_owned() });
        }
        let mut concealed = concealed.into_iter();
        each_text(&mut event.detail, &mut |text| {
            if let Some(new) = concealed.next() {
                *text = new;
            }
        });
        Ok(event)
    }

    /// The event as people who may read the ledger see it: with whom the pseudonyms stand for, as far as that
    /// was not erased.
    pub(super) async fn reveal(&self, mut event: Event) -> Result<Event> {
        let mut wanted = Vec::new();
        for text in [&event.source, &event.actor.id, &event.object.id] {
            wanted.extend(ids(text, &["sub_", "adr_"]));
        }
        each_text(&mut event.detail, &mut |text| wanted.extend(ids(text, &["sub_", "adr_"])));
        let mut values = HashMap::new();
        for pseudonym in wanted {
            if let Some(value) = self.value(&pseudonym).await? {
                values.insert(pseudonym, value);
            }
        }
        let put = |text: &mut String| {
            for (pseudonym, value) in &values {
                if text.contains(pseudonym.as_str()) {
                    *text = text.replace(pseudonym.as_str(), value);
                }
            }
        };
        put(&mut event.source);
        put(&mut event.actor.id);
        put(&mut event.object.id);
        each_text(&mut event.detail, &mut |text| put(text));
        Ok(event)
    }

    /// The pseudonym that stands for what a searcher typed; the text itself if there is none.
    pub(super) async fn search_for(&self, text: &str) -> Result<String> {
        let Some(user) = ids(text, &["usr_"]).pop().filter(|user| user == text) else {
            return Ok(text.to_owned());
        };
        let lookup = lookup(&self.keys().await?.lookup, Kind::User, &user);
        let found = sql::pseudonym(&mut self.db.read().await?, &lookup).await?;
        Ok(found.unwrap_or_else(|| text.to_owned()))
    }

    async fn conceal_text(&self, text: &str) -> Result<String> {
        let mut out = text.to_owned();
        for user in ids(text, &["usr_"]) {
            let pseudonym = self.pseudonym(Kind::User, &user).await?;
            out = out.replace(&user, &pseudonym);
        }
        Ok(out)
    }

    async fn pseudonym(&self, kind: Kind, value: &str) -> Result<String> {
        if let Some(pseudonym) = self.known().pseudonyms.get(value) {
            return Ok(pseudonym.clone());
        }
        let keys = self.keys().await?;
        let lookup = lookup(&keys.lookup, kind, value);
        let found = sql::pseudonym(&mut self.db.read().await?, &lookup).await?;
        let pseudonym = match found {
            Some(found) => found,
            None => {
                let new = format!("{}_{}", kind.prefix(), hex(&random::bytes::<16>()));
                let place = place(&new);
                let dek = self.vault.new_dek(&keys.kek, &place).map_err(vault)?;
                let sealed = self.vault.encrypt(&keys.kek, &dek, &place, value.as_bytes()).map_err(vault)?;
                let mut tx = self.db.bookkeeping().await?;
                let row = sql::Subject { pseudonym: &new, kind: kind.name(), lookup: Some(&lookup), sealed };
                sql::insert_subject(&mut tx, self.clock.now(), &dek.to_text(), row).await?;
                tx.commit().await?;
                // Somebody else may have been first: theirs counts.
                let found = sql::pseudonym(&mut self.db.read().await?, &lookup).await?;
                found.ok_or_else(|| Error::internal("making a pseudonym", "it is not there"))?
            }
        };
        self.remember(value, &pseudonym);
        Ok(pseudonym)
    }

    /// Whom a pseudonym stands for; `None` if that was erased or is unknown.
    async fn value(&self, pseudonym: &str) -> Result<Option<String>> {
        if let Some(value) = self.known().values.get(pseudonym) {
            return Ok(Some(value.clone()));
        }
        let Some((wrapped, sealed)) = sql::subject(&mut self.db.read().await?, pseudonym).await? else {
            return Ok(None);
        };
        let keys = self.keys().await?;
        let dek = WrappedKey::from_text(&wrapped).map_err(vault)?;
        let value = self.vault.decrypt(&keys.kek, &dek, &place(pseudonym), &sealed).map_err(vault)?;
        let value = String::from_utf8_lossy(&value).into_owned();
        self.remember(&value, pseudonym);
        Ok(Some(value))
    }

    /// The pseudonym of a user, if there is one.
    pub(super) async fn find(&self, user: UserId) -> Result<Option<String>> {
        let lookup = lookup(&self.keys().await?.lookup, Kind::User, &user.to_string());
        sql::pseudonym(&mut self.db.read().await?, &lookup).await
    }

    /// Forgets what is in memory, and keeps it out from now on. Before the erasure is committed.
    pub(super) fn forget(&self, pseudonym: &str) {
        let mut known = self.known();
        known.erased.insert(pseudonym.to_owned());
        if let Some(value) = known.values.remove(pseudonym) {
            known.pseudonyms.remove(&value);
        }
    }

    /// The KEK of all subjects and the key of lookups, made at the first use.
    async fn keys(&self) -> Result<Arc<Keys>> {
        if let Some(keys) = &self.known().keys {
            return Ok(Arc::clone(keys));
        }
        let mut tx = self.db.bookkeeping().await?;
        let kek = match keyring::find_kek(tx.conn(), KEK).await? {
            Some(kek) => kek,
            None => {
                let new = self.vault.new_kek(KEK).map_err(vault)?;
                keyring::insert_on(tx.conn(), self.clock.now(), "kek", None, KEK, &new).await?;
                new
            }
        };
        let place = place(LOOKUP);
        let lookup = match sql::subject_on(tx.conn(), LOOKUP).await? {
            Some((wrapped, sealed)) => {
                let dek = WrappedKey::from_text(&wrapped).map_err(vault)?;
                self.vault.decrypt(&kek, &dek, &place, &sealed).map_err(vault)?
            }
            None => {
                let new = Zeroizing::new(random::bytes::<32>().to_vec());
                let dek = self.vault.new_dek(&kek, &place).map_err(vault)?;
                let sealed = self.vault.encrypt(&kek, &dek, &place, &new).map_err(vault)?;
                let row = sql::Subject { pseudonym: LOOKUP, kind: LOOKUP, lookup: None, sealed };
                sql::insert_subject(&mut tx, self.clock.now(), &dek.to_text(), row).await?;
                new
            }
        };
        tx.commit().await?;
        let keys = Arc::new(Keys { kek, lookup });
        self.known().keys = Some(Arc::clone(&keys));
        Ok(keys)
    }
}

fn lookup(key: &[u8], kind: Kind, value: &str) -> String {
    hex(&hash::hmac_sha256(key, format!("{}\n{value}", kind.name()).as_bytes()))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Ids with one of these prefixes and 32 hex digits, wherever they stand in a text.
fn ids(text: &str, prefixes: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for prefix in prefixes {
        for (at, _) in text.match_indices(prefix) {
            let rest = text.get(at + prefix.len()..).unwrap_or_default();
            let digits = rest.bytes().take_while(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')).count();
            if digits == 32 {
                found.extend(text.get(at..at + prefix.len() + digits).map(str::to_owned));
            }
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// Calls `change` for every text in a value. Names of members are Ward's own words and no ids.
fn each_text(value: &mut Value, change: &mut impl FnMut(&mut String)) {
    match value {
        Value::String(text) => change(text),
        Value::Array(items) => items.iter_mut().for_each(|item| each_text(item, change)),
        Value::Object(map) => map.values_mut().for_each(|item| each_text(item, change)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_found_wherever_they_stand() {
        let id = format!("usr_{}", "0a".repeat(16));
        assert_eq!(ids(&format!("granted to {id}, twice {id}"), &["usr_"]), std::slice::from_ref(&id));
        assert_eq!(ids(&format!("{id}0"), &["usr_"]), Vec::<String>::new());
        assert_eq!(ids("usr_12", &["usr_"]), Vec::<String>::new());
    }

    #[test]
    fn every_text_of_a_value_is_seen() {
        let mut value = serde_json::json!({"a": "1", "b": ["2", {"c": "3"}], "d": 4});
        let mut seen = Vec::new();
        each_text(&mut value, &mut |text| {
            seen.push(text.clone());
            text.push('!');
        });
        assert_eq!(seen, ["1", "2", "3"]);
        assert_eq!(value["b"][1]["c"], "3!");
    }
}
