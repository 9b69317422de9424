//! What another program found, from JSON lines.

use std::{collections::BTreeMap, error::Error};

use serde_json::Value;

use super::{corpus::Label, score::Found};

pub(super) fn read(text: &str) -> Result<BTreeMap<String, Vec<Found>>, Box<dyn Error>> {
    let mut all = BTreeMap::new();
    for line in text.lines() {
        let told: Value = serde_json::from_str(line)?;
        let found = told.get("found").and_then(Value::as_array).ok_or("a line has no list `found`")?;
        let found =
            found.iter().map(one).collect::<Option<Vec<_>>>().ok_or("a finding has no label or place")?;
        let id = told.get("id").and_then(Value::as_str).ok_or("a line has no `id`")?;
        all.insert(id.to_owned(), found);
    }
    Ok(all)
}

fn one(told: &Value) -> Option<Found> {
    let number = |key: &str| told.get(key)?.as_u64().and_then(|n| usize::try_from(n).ok());
    let label = Label::from_word(told.get("label")?.as_str()?)?;
    Some(Found { label, start: number("start")?, end: number("end")? })
}
